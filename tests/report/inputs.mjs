// SPDX-License-Identifier: Apache-2.0
//
// What the pages of the tests are made of: runs of the sensor, and events that we make up.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const root = path.resolve(here, '../..');
export const pcaps = path.join(root, 'pcaps');
export const config = path.join(here, 'config.yaml');

// `binary` with arguments; what it says on standard error.
export function run(binary, ...args) {
	execFileSync(binary, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
}

export const readEvents = (file) => fs.readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));

// A number for each seed; the same on every machine.
export function dice(seed) {
	let state = seed >>> 0;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * n);
	};
}

const hex = (n, digits) => n.toString(16).padStart(digits, '0');
const stamp = (ms) => new Date(ms).toISOString().replace('Z', '000+0000');

const TRACKERS = [
	['TikTok', 'tracking_pixel', 'analytics.tiktok.com'], ['TikTok', 'app_api', 'api16-normal-useast5.tiktokv.us'],
	['TikTok', 'cdn_media', 'v16-webapp-prime.us.tiktok.com'], ['Pangle', 'ad_network', 'api16-access-ttp.tiktokpangle.us'],
	['CapCut', 'inapp_analytics', 'log.capcutapi.us'], ['BytePlus', 'cloud', 'cdn.byteplus.example'],
];
const PLACES = [['US', 20940, 'AKAMAI-ASN1', true], ['SG', 396986, 'ByteDance Inc.', false], ['DE', 16625, 'AKAMAI-AS', true], ['MY', 396986, 'ByteDance Inc.', false]];
const OUTCOMES = ['established', 'established', 'established', 'reset', 'unanswered', 'pending'];
const CONFIDENCES = ['certain', 'certain', 'strong', 'weak'];
const START = Date.UTC(2026, 2, 1), MONTHS = 180 * 86400000;

export function contactEvent(i, seed = 1) {
	const pick = dice(seed + 7919 * i);
	const [product, category, tracker] = TRACKERS[pick(TRACKERS.length)], [country, asn, as_org, cdn] = PLACES[pick(PLACES.length)];
	const host = pick(3000), time = START + Math.floor((i * MONTHS) / 100000) + pick(1000), network = ['Health', 'Transport', 'Revenue', 'Courts'][host % 4];
	const site = category === 'tracking_pixel' ? `site${pick(400)}.example` : null;
	return {
		timestamp: stamp(time), event_type: 'contact', schema: '1.0', event_id: hex(i, 16) + hex(pick(2 ** 31), 16), severity: 'medium',
		flow_id: 1000000 + i, community_id: `1:${Buffer.from(hex(i, 20) + hex(pick(2 ** 31), 20), 'hex').toString('base64')}`,
		pcap_filename: `day-${1 + Math.floor(i / 700)}.pcap`, pcap_cnt: 1 + pick(1000000),
		src_ip: `10.${host % 4}.${host >> 8}.${host & 255}`, src_port: 1024 + pick(60000), dest_ip: `203.0.113.${pick(250)}`, dest_port: 443, proto: 'TCP', app_proto: 'tls',
		local: { ip: `10.${host % 4}.${host >> 8}.${host & 255}`, mac: `02:00:00:00:${hex(host >> 8, 2)}:${hex(host & 255, 2)}`, name: `desk-${host}`, name_source: 'dhcp', network: `Department of ${network}` },
		tracker: { entity: 'ByteDance', product, category, name: tracker, rule: tracker, feed: 'bytedance', feed_version: '2026-11-23' },
		confidence: CONFIDENCES[pick(CONFIDENCES.length)], outcome: OUTCOMES[pick(OUTCOMES.length)],
		evidence: [{ kind: 'dns_answer', value: tracker, pcap_cnt: 5 }, { kind: 'tls_sni', value: tracker, pcap_cnt: 9 }],
		...(host % 4 === 0 ? { policy: { verdict: 'banned', rule: 'state-ban', reference: 'Directive 1' } } : {}),
		geo: { country, asn, as_org, ...(cdn ? { cdn } : {}), source: 'test' },
		...(site === null ? {} : { site: { name: site, domain: site, method: 'timing', confidence: 0.93, lag_ms: 120 } }),
		tls: { version: 'TLS 1.3', sni: tracker, ja4: 't13d1516h2_8daaf6152771_b186095e22b6' },
	};
}

const visibility = (n) => ({ packets: 30 * n, flows: n, hellos: n, flows_named: { count: Math.floor(0.97 * n), share: 0.97 }, drops: { count: 3, share: 0 } });

// Contacts, the flows of them with their bytes, sites that come and go, and how much was seen.
export function manyEvents(file, count) {
	const out = fs.openSync(file, 'w');
	const put = (events) => fs.writeSync(out, events.map((e) => `${JSON.stringify(e)}\n`).join(''));
	for (let i = 0; i < count; i++) {
		const contact = contactEvent(i), pick = dice(i);
		const { evidence, confidence, outcome, policy, site, ...rest } = contact;
		const flow = { ...rest, event_type: 'flow', event_id: hex(i + 2 ** 40, 16) + hex(i, 16), flow: { bytes_toserver: 500 + pick(9000), bytes_toclient: 1000 + pick(90000), reason: 'timeout' } };
		put([contact, flow]);
	}
	for (let s = 0; s < 400; s++) {
		const since = START + s * 3 * 86400000 * 0.1, isGone = s % 5 === 0;
		put([{ timestamp: stamp(START + MONTHS), event_type: 'site', schema: '1.0', event_id: hex(s, 32), tracker: { entity: 'ByteDance' },
			site: { name: `site${s}.example`, domain: `site${s}.example`, status: isGone ? 'removed' : 'present', since: stamp(since), last_confirmed: stamp(since + 1000000),
				...(isGone ? { removed_at: stamp(since + 100 * 86400000) } : {}), visits: 100 + s, pixel_visits: 50 } }]);
	}
	put([{ timestamp: stamp(START + MONTHS), event_type: 'stats', schema: '1.0', event_id: hex(1, 32), stats: { visibility: visibility(count) } }]);
	fs.closeSync(out);
}

// A ledger with as many contacts: an empty one of the sensor's, filled by Python's SQLite.
export function manyRows(binary, file, count) {
	fs.rmSync(file, { force: true });
	run(binary, '-q', '-r', path.join(pcaps, 'no-pixel.pcap'), '-o', '/dev/null', '-L', file);
	execFileSync('python3', ['-B', path.join(here, 'fill_ledger.py'), file, String(count)], { stdio: 'inherit' });
}

export const HOSTILE = {
	script: '<script>window.pwned=1</script>',
	end: '</script><script>window.pwned=2</script><!--',
	image: '<img src=x onerror="window.pwned=3">',
	turned: 'safe\u202egnp.exe\u202c\u200f\u2066',
	separators: 'one\u2028two\u2029three\ufeff',
	quotes: '"\'`\\u003c${1}&lt;&#60;',
	formula: '=HYPERLINK("http://x","y")',
	nul: 'a\u0000b\u0007\u001b[31m',
	long: 'x'.repeat(900000),
};

// Each hostile text in each place that the page shows.
export function hostileEvents(file) {
	const lines = Object.values(HOSTILE).map((text, i) => {
		const e = contactEvent(i);
		return JSON.stringify({ ...e, pcap_filename: text, dest_ip: text.slice(0, 1000),
			...(text.length < 1000 ? { sensor: text, community_id: text, [text]: text, evidence: [{ kind: text, value: text, pcap_cnt: 1 }] } : { evidence: [] }),
			local: { ip: i === 0 ? '10.0.0.1' : text.slice(0, 1000), name: text.slice(0, 30000), network: text.slice(0, 20), organisation: text.slice(0, 20) },
			tracker: { entity: text.slice(0, 9), product: text.slice(0, 100), category: text.slice(0, 100), name: text.slice(0, 30000) },
			policy: { verdict: 'banned', rule: text.slice(0, 100), reference: text.slice(0, 100) },
			geo: { country: text.slice(0, 50), asn: 1, as_org: text.slice(0, 50) }, site: { name: text.slice(0, 1000) } });
	});
	const broken = ['{', 'null', '[]', '"x"', '{"event_type":"contact"}', '{"event_type":7}', '\ufffd\u0000', '{"event_type":"contact","timestamp":{},"local":[],"tracker":3,"geo":"x","evidence":{}}',
		'{"event_type":"contact","timestamp":"9999-12-31T23:59:59Z","flow_id":1e400,"represents":-5}', `{"event_type":"flow","x":${'['.repeat(2000)}${']'.repeat(2000)}}`];
	fs.writeFileSync(file, [...lines, ...broken, `{"event_type":"contact","x":"${'y'.repeat(1 << 21)}"}`].map((line) => `${line}\n`).join(''));
}

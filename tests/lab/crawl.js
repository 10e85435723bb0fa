// SPDX-License-Identifier: Apache-2.0
//
// A crawl: several hosts, each with a browser and a profile of its own, visit invented sites with
// time to think between. Writes PREFIX.pcap, .sites.csv, .visits.tsv and .requests.tsv.

import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { LAN, addClient, addNat, capture, makeNetwork, sleep } from './net.js';
import { startResolver, startWeb } from './servers.js';
import { rewrite } from './rewrite.js';
import { inspect } from './verify.js';
import { PIXEL, filler, pixelFiles, siteFiles, thirdPartyFiles } from './web.js';
import { AT, names, servers, v6 } from './world.js';

// option → [default, what it is]
const OPTIONS = {
	out: ['', 'where: a path; .pcap, .sites.csv, .visits.tsv, .requests.tsv are put behind it'],
	seed: ['1', 'chooses sites, properties, order and pauses (not the browsers\' own timing)'],
	hosts: ['6', 'hosts at once, each a browser'],
	visits: ['40', 'visits of each host'],
	sites: ['56', 'sites; the last 10 are no agencies'],
	direct: ['13', 'sites that load the pixel straight'],
	'tag-manager': ['3', 'sites that load it by a tag manager, 150 ms later'],
	late: ['0', 'sites that load it after the page has loaded'],
	'late-ms': ['2500', 'how long after'],
	consent: ['0', 'sites that load it when the visitor says yes, which two in three do'],
	poll: ['0', 'sites whose pages ask their own host again in the background'],
	'poll-ms': ['1500', 'how often'],
	think: ['1500', 'mean pause between visits, in ms; one in five goes on within half a second'],
	tabs: ['1', 'tabs of each host that visit at the same time'],
	firefox: ['0', 'how many of the hosts drive Firefox ESR instead of Chromium (Debian package firefox-esr)'],
	nat: ['0', 'how many of the hosts share one address behind a router'],
	quic: ['some', 'who speaks QUIC: none; some (the pixel and a third of the sites, at half of the hosts); all'],
};

function options() {
	const { values } = parseArgs({
		options: { help: { type: 'boolean' }, ...Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string', default: OPTIONS[name][0] }])) },
	});
	if (values.help) {
		for (const [name, [byDefault, text]] of Object.entries(OPTIONS))
			console.log(`  --${name.padEnd(12)} ${text}${byDefault ? ` (${byDefault})` : ''}`);
		process.exit(0);
	}
	if (!values.out)
		throw new Error('--out says where');
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]));
}

// mulberry32: small, and the same everywhere
function dice(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
	const shuffle = (list) => {
		for (let i = list.length - 1; i > 0; i--) {
			const j = Math.floor(next() * (i + 1));
			[list[i], list[j]] = [list[j], list[i]];
		}
		return list;
	};
	return { next, shuffle, pick: (list) => list[Math.floor(next() * list.length)], pause: (mean) => -Math.log(1 - next()) * mean };
}

const TOWNS = ['hudson', 'madison', 'milton', 'salem', 'dover', 'springfield', 'clinton', 'fairview', 'franklin', 'georgetown', 'bristol', 'riverton', 'ashland', 'oxford'];
const OFFICES = ['court', 'library', 'transit', 'clinic', 'permits', 'elections', 'water', 'school', 'taxes', 'parks'];
const OTHERS = ['www.dailyreader.example', 'www.bigmarket.example', 'webmail.postbox.example', 'tube.clips.example', 'find.engine.example',
	'wiki.facts.example', 'feed.chatter.example', 'notes.cloud.example', 'forum.makers.example', 'radio.waves.example'];

// The sites: {name, how, poll, image, address, embeds}. Hosters have several sites each.
function makeSites(o, rng) {
	const agencies = rng.shuffle(TOWNS.flatMap((town) => OFFICES.map((office) => `www.${town}-${office}.example`)));
	const others = Math.min(OTHERS.length, Math.floor(o.sites / 5));
	const all = [...agencies.slice(0, o.sites - others), ...OTHERS.slice(0, others)];
	if (all.length < o.sites)
		throw new Error(`there are only ${all.length} sites`);
	const ways = ['direct', 'tag-manager', 'late', 'consent'].flatMap((way) => Array(o[way]).fill(way.replace('-', '_')));
	if (ways.length > o.sites)
		throw new Error('more sites with the pixel than sites');
	const how = rng.shuffle([...ways, ...Array(o.sites - ways.length).fill('none')]);
	const polls = rng.shuffle(all.map((_, i) => i < o.poll));
	const hosters = Math.max(1, Math.ceil(o.sites / 2.5));
	return all.map((name, i) => ({
		name, how: how[i], poll: polls[i] ? o['poll-ms'] : 0, image: rng.next() < 0.7 ? `img.${name}` : '',
		address: `203.0.113.${60 + Math.floor(rng.next() * hosters)}`, embeds: rng.next() < 0.4 ? ['cdn', 'fonts', 'metrics'] : ['cdn', 'fonts'],
	}));
}

function world(sites) {
	const zone = names({ long: true });
	const files = { ...pixelFiles({ enrich: true }), ...thirdPartyFiles() };
	for (const site of sites) {
		zone[site.name] = { a: [site.address], ttl: 300 };
		files[site.name] = siteFiles(site.name, { title: site.name.replace(/^www\./, ''), call: site.how, embeds: site.embeds, image: site.image, poll: site.poll, late: site.late });
		if (site.image) {
			zone[site.image] = { a: [AT.cdn], ttl: 300 };
			files[site.image] = { '/a.png': filler(5000, 51) };
		}
	}
	return { zone, files, addresses: [...new Set([...servers({}), ...sites.map((s) => s.address)])] };
}

// Which addresses speak HTTP/3, and the names there (other than third parties' that do not).
function quicSide(o, sites) {
	if (o.quic === 'none')
		return { h3: [], hosts: [] };
	const edge = [AT.edge, AT.edge2, AT.enrich];
	const every = o.quic === 'all' ? 1 : 3;
	const hosters = [...new Set(sites.map((s) => s.address))].sort().filter((_, i) => i % every === 0);
	return {
		h3: [...edge, ...hosters],
		hosts: [PIXEL, 'analytics-ipv6.tiktokw.us', 'metrics.counter.example', ...sites.filter((s) => hosters.includes(s.address)).map((s) => s.name)],
	};
}

// Some sites are visited often, most seldom; and people come back.
function choose(rng, sites, seen) {
	if (seen.length > 3 && rng.next() < 0.3)
		return rng.pick(seen);
	const site = sites[Math.floor(sites.length * rng.next() ** 1.4)];
	seen.push(site);
	return site;
}

async function oneVisit(browser, tab, site, rng, o) {
	await tab.goto(`https://${site.name}/`, { waitUntil: 'load', timeout: 20000 }).catch(() => {});
	if (site.how === 'consent' && rng.next() < 0.67) {
		await sleep(300 + rng.pause(700));
		// Not a click of the mouse: that waits for a frame, and a tab in the background draws none.
		await (tab.click && !tab.evaluate ? tab.click('#consent') : tab.evaluate(() => document.querySelector('#consent')?.click())).catch(() => {});
	}
	await sleep(rng.next() < 0.2 ? rng.next() * 400 : 500 + rng.pause(o.think));
}

async function oneHost({ browser, seed }, sites, o, progress) {
	const rng = dice(seed);
	const seen = [];
	const plan = Array.from({ length: o.visits }, () => choose(rng, sites, seen));
	await sleep(rng.next() * 2000);
	await Promise.all(Array.from({ length: o.tabs }, async (_, t) => {
		const tab = await browser.tab();
		const own = dice(seed * 31 + t);
		for (let site = plan.shift(); site; site = plan.shift()) {
			await oneVisit(browser, tab, site, own, o);
			progress();
		}
	}));
	await sleep(1000);
	await browser.close();
}

// The browser's document requests are the visits, also those that failed; what has the same loader is
// of that visit. What came from the browser's cache never was on the wire, and is left out.
function truth(requests) {
	const onWire = requests.filter((r) => !r.cached && r.status !== 'net::ERR_NAME_NOT_RESOLVED').sort((a, b) => a.time - b.time);
	const visits = requests.filter((r) => r.document).sort((a, b) => a.time - b.time).map((d) => ({
		...d, pixel: onWire.filter((r) => r.loader === d.loader && r.client === d.client && r.host === PIXEL).length,
	}));
	const table = (head, rows) => [head, ...rows.map((row) => row.join('\t'))].join('\n') + '\n';
	return {
		'visits.tsv': table('time\tclient\tsite\tpixel_requests', visits.map((v) => [v.time.toFixed(3), v.client, v.host, v.pixel])),
		'requests.tsv': table('time\tclient\tpage_site\trequested_host\tpath', onWire.map((r) => [r.time.toFixed(3), r.client, r.site, r.host, r.path])),
		visits: visits.length, called: visits.filter((v) => v.pixel > 0).length,
	};
}

// [namespace, the address seen on the wire] of each host
function makeHosts(o) {
	const hidden = o.nat > 0 ? addNat(200, Array.from({ length: o.nat }, (_, i) => 101 + i)).map((ns) => [ns, `${LAN}.200`]) : [];
	const open = Array.from({ length: o.hosts - hidden.length }, (_, i) => [addClient(101 + i), `${LAN}.${101 + i}`]);
	return [...open, ...hidden];
}

async function main() {
	const o = options();
	const { openBrowser } = await import('./browser.js');
	const { openFirefox } = await import('./firefox_host.js');
	const out = path.resolve(process.env.LAB_FROM || '.', o.out);
	const rng = dice(o.seed);
	const sites = makeSites(o, rng).map((site) => ({ ...site, late: o['late-ms'] }));
	const { zone, files, addresses } = world(sites);
	const { h3, hosts: quicHosts } = quicSide(o, sites);

	makeNetwork({ servers: addresses });
	await startResolver(zone);
	const trust = await startWeb(addresses, files, { h3 });
	const hosts = makeHosts(o);
	const requests = [];
	const recording = await capture('/run/lab/crawl.pcap');
	const browsers = [];
	for (const [i, [ns, address]] of hosts.entries()) {
		const browser = i < o.firefox ? await openFirefox(ns, { address }) : await openBrowser(ns, { address, trust, quic: o.quic === 'all' || (o.quic === 'some' && i % 2 === 0) ? quicHosts : false });
		browser.requests = requests;
		browsers.push({ browser, seed: o.seed * 1000 + i });
	}
	let done = 0;
	const progress = () => process.stderr.write(`\r${++done} of ${o.hosts * o.visits} visits `);
	await Promise.all(browsers.map((host) => oneHost(host, sites, o, progress)));
	process.stderr.write('\n');
	await recording.stop();

	rewrite('/run/lab/crawl.pcap');
	const { faults } = inspect('/run/lab/crawl.pcap');
	if (faults.length > 0)
		throw new Error(`not kept: ${faults.join(', ')}`);
	const t = truth(requests);
	fs.mkdirSync(path.dirname(out), { recursive: true });
	fs.copyFileSync('/run/lab/crawl.pcap', `${out}.pcap`);
	fs.writeFileSync(`${out}.sites.csv`, ['site,carries_pixel,how', ...sites.map((s) => `${s.name},${s.how === 'none' ? 0 : 1},${s.how}`)].join('\n') + '\n');
	for (const name of ['visits.tsv', 'requests.tsv'])
		fs.writeFileSync(`${out}.${name}`, t[name]);
	console.log(`${out}.pcap: ${fs.statSync(`${out}.pcap`).size} bytes, ${t.visits} visits, ${t.called} of them called the pixel, ${sites.filter((s) => s.how !== 'none').length} of ${sites.length} sites carry it`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => process.exit(130));

main().then(() => process.exit(0), (error) => {
	console.error(`lab: ${error.stack ?? error}`);
	process.exit(1);
});

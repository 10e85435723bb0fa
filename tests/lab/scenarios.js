// SPDX-License-Identifier: Apache-2.0
//
// A row for each capture: what is there, and what its clients do. `play` gets a stage (record.js):
// browse(client, options) → Browser, curl(client, arguments…), client(LAST), net options as below.
//
//   expect    what the recording must show, in describe()'s words (verify.js): values that must be
//             there, how many at least, or 0 for none
//   names     options of world.names()         web       options of startWeb()
//   files     HOST → PATH → content
//   ipv6      hosts by router advertisement    blocked   client address → how its DNS is blocked
//   filter    tcpdump's, where the capture is not to see all
//   format    pcap (µs) or pcapng (ns)         tags      client MAC → VLAN tags, put in afterwards

import { PIXEL, filler, pixelFiles, siteFiles, thirdPartyFiles } from './web.js';
import { AT, v6 } from './world.js';
import { addClient, inside, macOf, run, sleep } from './net.js';
import { askDhcp, changeLeases, startDhcp, startForwarder, startProxy } from './servers.js';

const TRACKER_ZONES = ['tiktok.com', 'tiktokw.us'];
// The tracker's edge speaks HTTP/3, and the browser knows from before; the rest speak HTTP/2.
const QUIC_EDGE = { h3: [AT.edge, AT.edge2, AT.enrich, v6(AT.edge), v6(AT.edge2), v6(AT.enrich)] };
const QUIC_HOSTS = [PIXEL, 'analytics-ipv6.tiktokw.us', 'metrics.counter.example'];
const LONG_CHAIN = ['analytics.tiktok.com.ttdns2.com', 'analytics.tiktok.com.edgekey.net', 'analytics.tiktok.com.bytewlb.akadns.net', 'e35058.api15.akamaiedge.net'];
const SMALL = { mainBytes: 12000 };

function base(scheme, pixel) {
	return { ...pixelFiles(pixel), ...thirdPartyFiles(scheme) };
}

const APP_FILES = {
	'api16-normal-useast5.tiktokv.us': { '/aweme/v1/feed/': `{"status_code":0,"list":"${filler(6000, 31)}"}`, '/service/2/app_alert_check/': '{"data":{}}' },
	'log16-normal-useast5.tiktokv.us': { '/': '{}' },
	'mssdk16-normal-useast5.tiktokv.us': { '/': '{}' },
	'api16-access-ttp.tiktokpangle.us': { '/': '{}' },
	'p16-sign-va.tiktokcdn.com': { '/obj/one.jpg': filler(14000, 32), '/obj/two.jpg': filler(9000, 33) },
	'v16-webapp-prime.us.tiktok.com': { '/video/tos/one.mp4': filler(60000, 34) },
	'weather.phone.example': { '/today.json': `{"sky":"${filler(800, 35)}"}` },
};

// What a phone's app asks for; `get` is the stage's curl.
async function openApp(get) {
	await get('https://weather.phone.example/today.json');
	await get('https://api16-normal-useast5.tiktokv.us/service/2/app_alert_check/');
	await get('https://api16-normal-useast5.tiktokv.us/aweme/v1/feed/?count=6', '--http1.1');
	await get('https://log16-normal-useast5.tiktokv.us/service/2/app_log/', '--data-binary', '{"events":[{"event":"app_launch"}]}');
	await get('https://p16-sign-va.tiktokcdn.com/obj/one.jpg');
}

// Three hosts look at the same page, and each meets the wall in its own way.
async function threeLook(stage, stay) {
	for (const last of [101, 102, 103]) {
		const browser = await stage.browse(stage.client(last), { address: `10.20.0.${last}`, quic: false });
		await browser.visit(await browser.tab(), 'https://dmv.utah.example/', stay);
		await browser.close();
	}
}

export const SCENARIOS = {
	// a host gets its lease (its name is `front-desk-3`), then a browser visits `dmv.utah.example`, whose page loads the pixel straight: SDK, then beacons, over QUIC.
	'pixel-quic': {
		expect: { quic_sni: [PIXEL, 'analytics-ipv6.tiktokw.us'], tls_sni: ['dmv.utah.example'], cname: ['analytics.tiktok.com.edgekey.net'], dhcp_name: ['front-desk-3'], https_records: 1, hellos_over_segments: 1, quic_flows_with_several_initials: 1 },
		names: { https: 'h3,h2' },
		web: QUIC_EDGE,
		files: { ...base('https'), 'dmv.utah.example': siteFiles('dmv.utah.example', { title: 'Driver Licences', call: 'direct', embeds: ['cdn', 'fonts', 'metrics'] }) },
		async play(stage) {
			const client = addClient(101, 'none');
			await startDhcp({ leases: { [macOf(101)]: '10.20.0.101' } });
			const address = await askDhcp(client, 'front-desk-3');
			await sleep(500);
			const browser = await stage.browse(client, { address, quic: QUIC_HOSTS });
			await browser.visit(await browser.tab(), 'https://dmv.utah.example/', 2500);
			await browser.close();
		},
	},
	// the same page and pixel, HTTP/2 over TLS; the longer CNAME chain, over the tracker's own steering zone.
	'pixel-tls': {
		expect: { tls_sni: [PIXEL, 'dmv.utah.example'], quic_sni: 0, cname: LONG_CHAIN, hellos_over_segments: 3 },
		names: { long: true },
		files: { ...base('https'), 'dmv.utah.example': siteFiles('dmv.utah.example', { title: 'Driver Licences', call: 'direct', embeds: ['cdn', 'fonts', 'metrics'] }) },
		async play(stage) {
			const browser = await stage.browse(stage.client(101), { address: '10.20.0.101', quic: false });
			await browser.visit(await browser.tab(), 'https://dmv.utah.example/', 2500);
			await browser.close();
		},
	},
	// an old site without TLS, `licenses.nebraska.example`, and the pixel over plain HTTP, with the Referer; then curl with a Referer of another page (nanoseconds).
	'pixel-http': {
		expect: { http_host: [PIXEL], tls_sni: 0, referer: ['http://licenses.nebraska.example/', 'http://tax.utah.example/refunds?year=2025'] },
		format: 'pcapng',
		web: { plainOnly: [AT.legacy] },
		files: { ...base('http', SMALL), 'licenses.nebraska.example': siteFiles('licenses.nebraska.example', { title: 'Business Licenses', call: 'direct', scheme: 'http' }) },
		async play(stage) {
			const browser = await stage.browse(stage.client(101), { address: '10.20.0.101', quic: false });
			await browser.visit(await browser.tab(), 'http://licenses.nebraska.example/', 2000);
			await browser.close();
			await stage.curl(stage.client(102), '10.20.0.102', `http://${PIXEL}/i18n/pixel/events.js?sdkid=CLABPIXEL00000000002&lib=ttq`, ['-e', 'http://tax.utah.example/refunds?year=2025']);
		},
	},
	// a page without the pixel, `library.ohio.example`, with other third parties, one of them (`metrics.counter.example`) at the address where the pixel lives: no contact.
	'no-pixel': {
		expect: { tls_sni: ['library.ohio.example', 'metrics.counter.example'], cname: 0, quic_sni: 0 },
		files: { ...base('https'), 'library.ohio.example': siteFiles('library.ohio.example', { title: 'State Library', embeds: ['cdn', 'fonts', 'metrics'] }) },
		async play(stage) {
			const browser = await stage.browse(stage.client(101), { address: '10.20.0.101', quic: false });
			await browser.visit(await browser.tab(), 'https://library.ohio.example/', 2000);
			await browser.close();
		},
	},
	// a phone-like client (curl): the app's API, telemetry, images and video, TLS 1.3 and 1.2, HTTP/2 and HTTP/1.1; an advertising SDK's host; a weather service that is nobody's tracker.
	'app-client': {
		expect: { tls_sni: Object.keys(APP_FILES), cname: ['p16-sign-va.tiktokcdn.com.edgesuite.net'], certificates: ['p16-sign-va.tiktokcdn.com'] },
		files: APP_FILES,
		async play(stage) {
			const phone = stage.client(111);
			const get = (url, ...more) => stage.curl(phone, '10.20.0.111', url, ['-A', 'com.example.app/340204 (Linux; U; Android 14)', ...more]);
			const post = (url, ...more) => get(url, '--data-binary', '{"events":[{"event":"app_launch"}]}', ...more);
			await get('https://weather.phone.example/today.json');
			await get('https://api16-normal-useast5.tiktokv.us/service/2/app_alert_check/');
			await post('https://log16-normal-useast5.tiktokv.us/service/2/app_log/');
			await get('https://api16-normal-useast5.tiktokv.us/aweme/v1/feed/?count=6', '--tls-max', '1.2', '--http1.1');
			await get('https://p16-sign-va.tiktokcdn.com/obj/one.jpg', '--tls-max', '1.2');
			await get('https://p16-sign-va.tiktokcdn.com/obj/two.jpg');
			await get('https://v16-webapp-prime.us.tiktok.com/video/tos/one.mp4', '--http1.1');
			await post('https://mssdk16-normal-useast5.tiktokv.us/ri/report', '--tls-max', '1.2');
			await sleep(800);
			await post('https://api16-access-ttp.tiktokpangle.us/api/ad/union/sdk/get_ads/');
		},
	},
	// a mirror that shows only what servers send: two of the app's hosts over TLS 1.2, named by their certificates alone; and one that is nobody's tracker.
	'cert-only': {
		expect: { tls_sni: 0, certificates: ['p16-sign-va.tiktokcdn.com', 'api16-normal-useast5.tiktokv.us', 'weather.phone.example'] },
		filter: 'tcp src port 443',
		files: APP_FILES,
		async play(stage) {
			for (const path of ['p16-sign-va.tiktokcdn.com/obj/one.jpg', 'weather.phone.example/today.json', 'api16-normal-useast5.tiktokv.us/service/2/app_alert_check/'])
				await stage.curl(stage.client(111), '10.20.0.111', `https://${path}`, ['--tls-max', '1.2']);
		},
	},
	// a mirror that shows only what clients send: what came of it is not known. The second asks six seconds later, when a question has waited long enough.
	'client-only': {
		expect: { tls_sni: ['p16-sign-va.tiktokcdn.com', 'api16-normal-useast5.tiktokv.us'], certificates: [], dns: ['p16-sign-va.tiktokcdn.com'] },
		filter: 'tcp dst port 443 or udp dst port 53',
		files: APP_FILES,
		async play(stage) {
			await stage.curl(stage.client(111), '10.20.0.111', 'https://p16-sign-va.tiktokcdn.com/obj/one.jpg');
			await new Promise((done) => setTimeout(done, 6000));
			await stage.curl(stage.client(111), '10.20.0.111', 'https://api16-normal-useast5.tiktokv.us/service/2/app_alert_check/');
		},
	},
	// the page with the pixel on three hosts whose resolver blocks the tracker: NXDOMAIN for 10.20.0.101, 0.0.0.0 for .102, an empty answer for .103.
	'blocked-dns': {
		expect: { dns: [PIXEL], blocked_answers: 3, tls_sni: ['dmv.utah.example'], cname: 0 },
		blocked: {
			'10.20.0.101': { zones: TRACKER_ZONES, how: 'always_nxdomain' },
			'10.20.0.102': { zones: TRACKER_ZONES, how: 'always_null' },
			'10.20.0.103': { zones: TRACKER_ZONES, how: 'always_nodata' },
		},
		files: { ...base('https', SMALL), 'dmv.utah.example': siteFiles('dmv.utah.example', { title: 'Driver Licences', call: 'direct' }) },
		play: (stage) => threeLook(stage, 1500),
	},
	// a tag manager brings the pixel 150 ms later on `health.maryland.example`; another site without it; then the first again, over the connections of before, the SDK from the browser's cache.
	'tag-manager': {
		expect: { tls_sni: [PIXEL, 'tags.manager.example', 'health.maryland.example', 'tax.utah.example'], cname: LONG_CHAIN },
		names: { long: true },
		files: {
			...base('https', { mainBytes: 60000 }),
			'health.maryland.example': siteFiles('health.maryland.example', { title: 'Clinics', call: 'tag_manager', image: 'img.health.maryland.example', more: { '/hours': '' } }),
			'img.health.maryland.example': { '/a.png': filler(4000, 41) },
			'tax.utah.example': siteFiles('tax.utah.example', { title: 'Refunds' }),
		},
		async play(stage) {
			const browser = await stage.browse(stage.client(101), { address: '10.20.0.101', quic: false });
			const page = await browser.tab();
			for (const url of ['https://health.maryland.example/', 'https://tax.utah.example/', 'https://health.maryland.example/'])
				await browser.visit(page, url, 2500);
			await browser.close();
		},
	},
	// two IPv6 hosts with privacy addresses, made from router advertisements: one in VLAN 12 (802.1Q), one in 30 inside 100 (802.1ad); pixel over QUIC and over TLS.
	'vlan-ipv6': {
		expect: { vlans: ['12', '30', '100'], quic_sni: [PIXEL], tls_sni: [PIXEL], hellos_over_segments: 1 },
		names: { https: 'h3,h2' },
		web: QUIC_EDGE,
		ipv6: true,
		tags: { [macOf(101)]: [[0x8100, 12]], [macOf(102)]: [[0x88a8, 100], [0x8100, 30]] },
		files: { ...base('https', SMALL), 'dmv.utah.example': siteFiles('dmv.utah.example', { title: 'Driver Licences', call: 'direct' }) },
		async play(stage) {
			await startDhcp({ ipv6: true });
			for (const [last, quic] of [[101, QUIC_HOSTS], [102, false]]) {
				const client = addClient(last, 'slaac');
				const address = await stage.privacyAddress(client);
				const browser = await stage.browse(client, { address, quic });
				await browser.visit(await browser.tab(), 'https://dmv.utah.example/', 2000);
				await browser.close();
			}
		},
	},
	// the page with the pixel on three hosts behind a firewall that stops the tracker's addresses: a TCP reset for 10.20.0.101, silence for .102, ICMP "prohibited" for .103.
	refused: {
		expect: { dns: [PIXEL], refused: 1, repeated_syns: 2, icmp_prohibited: 1, tls_sni: ['dmv.utah.example'] },
		files: { ...base('https', SMALL), 'dmv.utah.example': siteFiles('dmv.utah.example', { title: 'Driver Licences', call: 'direct' }) },
		async play(stage) {
			const rule = (last, verdict) => `add rule inet wall forward ip saddr 10.20.0.${last} ip daddr { ${AT.edge}, ${AT.edge2}, ${AT.enrich} } ${verdict}; `;
			run(...inside('gw', ['nft', 'add table inet wall; add chain inet wall forward { type filter hook forward priority 0; }; ' +
				rule(101, 'meta l4proto tcp reject with tcp reset') + rule(102, 'drop') + rule(103, 'reject with icmp type admin-prohibited')]));
			await threeLook(stage, 6000);
		},
	},
	// two agencies (agencies.yaml): Revenue's resolver sends the trackers to a sinkhole; Health has the ban on paper only. A browser and an app in each; in Health a host gets another address and comes back, others ask through a
	// proxy and a resolver, and one is exempt.
	agencies: {
		expect: {
			tls_sni: [PIXEL, 'health.maryland.example', 'tax.utah.example', ...Object.keys(APP_FILES).filter((name) => !name.includes('mssdk') && !name.includes('pangle'))],
			http_host: [PIXEL], dhcp_name: ['front-desk-3'], dns: [PIXEL], cname: ['analytics.tiktok.com.edgekey.net'],
		},
		blocked: { '10.20.0.160/27': { zones: [...TRACKER_ZONES, 'tiktokv.us', 'tiktokcdn.com'], to: AT.sinkhole } },
		web: { sinkholes: [AT.sinkhole] },
		files: {
			...base('https'), ...APP_FILES,
			'tax.utah.example': siteFiles('tax.utah.example', { title: 'Refunds', call: 'direct' }),
			'health.maryland.example': siteFiles('health.maryland.example', { title: 'Clinics', call: 'direct' }),
		},
		async play(stage) {
			const curl = (last, url, ...more) => stage.curl(stage.client(last), `10.20.0.${last}`, url, more);
			const look = async (client, address, url) => {
				const browser = await stage.browse(client, { address, quic: false });
				await browser.visit(await browser.tab(), url, 2500);
				await browser.close();
			};
			const app = (last) => openApp((url, ...more) => curl(last, url, '-A', 'com.example.app/340204 (Linux; U; Android 14)', ...more));
			const viaResolver = (url) => stage.curl(stage.client(104), '10.20.0.104', url, [], '10.20.0.121');
			await startProxy(stage.client(120), '10.20.0.120');
			await startForwarder(stage.client(121), '10.20.0.121');
			await viaResolver('https://weather.phone.example/today.json');
			// Revenue
			await look(stage.client(161), '10.20.0.161', 'https://tax.utah.example/');
			await app(162);
			// Health
			const desk = addClient(101, 'none');
			const dhcp = await startDhcp({ leases: { [macOf(101)]: '10.20.0.101' } });
			await look(desk, await askDhcp(desk, 'front-desk-3'), 'https://health.maryland.example/');
			await changeLeases(dhcp, { [macOf(101)]: '10.20.0.103' });
			await look(desk, await askDhcp(desk, 'front-desk-3'), 'https://health.maryland.example/');
			await app(111);
			await curl(105, 'https://api16-normal-useast5.tiktokv.us/service/2/app_alert_check/', '-x', 'http://10.20.0.120:3128');
			await curl(105, `http://${PIXEL}/i18n/pixel/events.js?sdkid=CLABPIXEL00000000001&lib=ttq`, '-x', 'http://10.20.0.120:3128');
			await viaResolver(`https://${PIXEL}/i18n/pixel/events.js?sdkid=CLABPIXEL00000000001&lib=ttq`);
			await curl(106, 'https://v16-webapp-prime.us.tiktok.com/video/tos/one.mp4');
		},
	},
	// curl on hosts whose resolver sends the pixel elsewhere: to themselves (10.20.0.101), to an address where nobody listens (.102), to one where a server says no (.103).
	sinkholes: {
		expect: { dns: [PIXEL], refused: 1, tls_sni: [PIXEL] },
		blocked: {
			'10.20.0.101': { zones: TRACKER_ZONES, to: '127.0.0.1' },
			'10.20.0.102': { zones: TRACKER_ZONES, to: '203.0.113.67' },
			'10.20.0.103': { zones: TRACKER_ZONES, to: AT.sinkhole },
		},
		web: { sinkholes: [AT.sinkhole] },
		files: {},
		async play(stage) {
			run(...inside('gw', ['nft', 'add table inet wall; add chain inet wall forward { type filter hook forward priority 0; }; add rule inet wall forward ip daddr 203.0.113.67 meta l4proto tcp reject with tcp reset']));
			for (const last of [101, 102, 103])
				await stage.curl(stage.client(last), `10.20.0.${last}`, `https://${PIXEL}/i18n/pixel/events.js`);
		},
	},
};

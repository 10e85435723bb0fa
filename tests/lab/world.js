// SPDX-License-Identifier: Apache-2.0
//
// The invented Internet: which names there are, and where. The .example names do not exist; the
// trackers' names are the real ones. While it runs every address is of the documentation ranges;
// in what is kept the trackers' servers have public ones (`PUBLIC`).

import { LAN6 } from './net.js';

// An address, and the IPv6 one beside it.
export const AT = {
	agencies: '203.0.113.5', // several agencies at one hoster
	health: '203.0.113.7',
	legacy: '203.0.113.9', // no TLS there
	edge: '198.51.100.10', // a CDN's edge: the pixel, and others' names
	edge2: '198.51.100.11',
	enrich: '198.51.100.12',
	api: '198.51.100.20',
	log: '198.51.100.21',
	cdn: '198.51.100.30',
	fonts: '198.51.100.31',
	tags: '198.51.100.32',
	media: '203.0.113.30',
	video: '203.0.113.31',
	phone: '203.0.113.40',
	sinkhole: '203.0.113.66', // where a resolver sends what it blocks
};

export function v6(address) {
	const [, , third, last] = address.split('.');
	return `2001:db8:${third}::${last}`;
}

// Where the trackers' servers are in a recording that is kept (rewrite.js), so that databases of
// addresses know them: an edge of Akamai's, to which the names' aliases lead in truth, and, for what
// has no alias, a network of ByteDance's own (AS396986). No packet ever goes there.
const PLACES = [
	['edge', '23.40.100.10', '2600:1400:100::10'],
	['edge2', '23.40.100.11', '2600:1400:100::11'],
	['enrich', '23.40.100.12', '2600:1400:100::12'],
	['api', '23.40.100.20', '2600:1400:100::20'],
	['log', '71.18.1.21', '2605:340:1::21'],
	['media', '23.40.100.30', '2600:1400:100::30'],
	['video', '23.40.100.31', '2600:1400:100::31'],
];

export const PUBLIC = Object.fromEntries(PLACES.flatMap(([who, ipv4, ipv6]) => [[AT[who], ipv4], [v6(AT[who]), ipv6]]));

const here = (address, more = {}) => ({ a: [address], aaaa: [v6(address)], ...more });

function chain(names, end) {
	const rows = {};
	names.forEach((name, i) => (rows[name] = { cname: names[i + 1] ?? end }));
	return rows;
}

// long: the chain that operators have documented, over the tracker's own steering zone; else one
// alias. https: the HTTPS record of the edge ('h3,h2'), or none.
export function names({ long = false, https, edge = [AT.edge, AT.edge2] } = {}) {
	const end = 'e35058.api15.akamaiedge.net';
	const pixel = long
		? chain(['analytics.tiktok.com', 'analytics.tiktok.com.ttdns2.com', 'analytics.tiktok.com.edgekey.net', 'analytics.tiktok.com.bytewlb.akadns.net'], end)
		: { ...chain(['analytics.tiktok.com'], 'analytics.tiktok.com.edgekey.net') };
	const edgeName = long ? end : 'analytics.tiktok.com.edgekey.net';
	return {
		...pixel,
		[edgeName]: { a: edge, aaaa: edge.map(v6), https, ttl: 20 },
		...chain(['analytics-ipv6.tiktokw.us'], 'analytics-ipv6.tiktokw.us.edgekey.net'),
		'analytics-ipv6.tiktokw.us.edgekey.net': here(AT.enrich, { ttl: 20, https }),
		...chain(['api16-normal-useast5.tiktokv.us'], 'api16-normal-useast5.tiktokv.us.edgesuite.net'),
		'api16-normal-useast5.tiktokv.us.edgesuite.net': here(AT.api, { ttl: 20 }),
		'log16-normal-useast5.tiktokv.us': here(AT.log),
		'mssdk16-normal-useast5.tiktokv.us': here(AT.log),
		'api16-access-ttp.tiktokpangle.us': here(AT.api),
		...chain(['p16-sign-va.tiktokcdn.com'], 'p16-sign-va.tiktokcdn.com.edgesuite.net'),
		'p16-sign-va.tiktokcdn.com.edgesuite.net': here(AT.media, { ttl: 20 }),
		'v16-webapp-prime.us.tiktok.com': here(AT.video),
		'weather.phone.example': here(AT.phone),
		'dmv.utah.example': here(AT.agencies),
		'tax.utah.example': here(AT.agencies),
		'library.ohio.example': here(AT.agencies),
		'health.maryland.example': here(AT.health),
		'img.health.maryland.example': here(AT.cdn),
		'licenses.nebraska.example': here(AT.legacy),
		'cdn.example': here(AT.cdn),
		'fonts.cdn2.example': here(AT.fonts),
		'metrics.counter.example': here(AT.edge), // at the same edge as the pixel
		'tags.manager.example': here(AT.tags),
		'cmp.consent.example': here(AT.tags),
	};
}

export function servers({ ipv6 = false } = {}) {
	const all = Object.values(AT);
	return ipv6 ? [...all, ...all.map(v6)] : all;
}

// What may stand in a capture: the documentation ranges, the public places of above, the lab's own
// network, and what hosts say to their neighbours.
export const MAY_APPEAR = [
	/^198\.51\.100\./, /^203\.0\.113\./, /^10\.20\.0\.\d+$/, /^0\.0\.0\.0$/, /^255\.255\.255\.255$/,
	/^23\.40\.100\./, /^71\.18\.1\./, /^2600:1400:100::/, /^2605:340:1::/,
	/^2001:db8:/, /^fe80::ff:fe00:/, /^ff02::/, /^::$/,
];
export { LAN6 };

// SPDX-License-Identifier: Apache-2.0
//
// What the servers serve: pages, the pixel, third parties. Invented, with the real thing's paths,
// order and sizes. The agencies, and every .example, do not exist.

export const PIXEL = 'analytics.tiktok.com';
export const PIXEL_ID = 'CLABPIXEL00000000001';

// Text that no compression shortens much, the same each time.
export function filler(bytes, seed = 1) {
	let x = seed >>> 0 || 1;
	let text = '';
	while (text.length < bytes) {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		text += (x >>> 0).toString(36);
	}
	return text.slice(0, bytes);
}

function script(code, bytes, seed) {
	return `${code}\n/* ${filler(Math.max(0, bytes - code.length - 8), seed)} */\n`;
}

function load(url) {
	return `var s=document.createElement('script');s.async=true;s.src=${url};document.head.appendChild(s);`;
}

// The pixel's files, by its host. enrich: also the beacon that goes to the IPv6 host.
export function pixelFiles({ enrich = true, mainBytes = 106000 } = {}) {
	const base = '/i18n/pixel/';
	const events = `(function(){var me=document.currentScript.src,at=me.split('events.js')[0];window.__ttq=at;` +
		`(function(){${load('at+"config.js?sdkid=' + PIXEL_ID + '&hostname="+location.hostname')}})();` +
		`(function(){${load('at+"static/main.MTc3NzE4.js"')}})();})();`;
	const post = (url, event) => `fetch(${url},{method:'POST',credentials:'include',keepalive:true,headers:{'Content-Type':'text/plain'},` +
		`body:JSON.stringify({event:'${event}',context:{pixel:{code:'${PIXEL_ID}'},page:{url:location.href,referrer:document.referrer},` +
		`library:{name:'pixel.js',version:'2.2.1'}},timestamp:new Date().toISOString()})}).catch(function(){});`;
	const main = `(function(){var at=window.__ttq,api=at.replace('/i18n/pixel/','/api/v2/');` +
		`(function(){${load('at+"static/identify_b9a5e.js"')}})();${post('api+"pixel"', 'Pageview')}` +
		(enrich ? post(`location.protocol+'//analytics-ipv6.tiktokw.us/ipv6/enrich_ipv6'`, 'EnrichAM') : '') +
		`window.ttqTrack=function(e){${post('api+"pixel/act"', 'ClickButton')}};})();`;
	return {
		[PIXEL]: {
			[`${base}events.js`]: script(events, 2700, 3),
			[`${base}config.js`]: script('window.__ttqConfig={"auto":1};', 300, 4),
			[`${base}static/main.MTc3NzE4.js`]: script(main, mainBytes, 5),
			[`${base}static/identify_b9a5e.js`]: script('window.__ttqIdentify=1;', Math.round(mainBytes * 0.38), 6),
		},
		'analytics-ipv6.tiktokw.us': { '/': 'ok' },
	};
}

// How a page comes to call the pixel: code for a script element.
export const CALLS = {
	direct: (scheme) => load(`'${scheme}://${PIXEL}/i18n/pixel/events.js?sdkid=${PIXEL_ID}&lib=ttq'`),
	late: (scheme, ms = 2500) => `addEventListener('load',function(){setTimeout(function(){${CALLS.direct(scheme)}},${ms})});`,
	tag_manager: (scheme) => load(`'${scheme}://tags.manager.example/tm.js?id=TM-LAB1'`),
	consent: (scheme) => load(`'${scheme}://cmp.consent.example/banner.js'`),
	none: () => '',
};

// The third parties that pages embed; none is a tracker of ours.
export function thirdPartyFiles(scheme = 'https') {
	return {
		'cdn.example': { '/a.js': script('window.lib=1;', 9000, 11) },
		'fonts.cdn2.example': { '/f.css': `@font-face{font-family:Lab;src:url(/lab.woff2)}\n/* ${filler(900, 12)} */\n`, '/lab.woff2': filler(4000, 13) },
		'metrics.counter.example': { '/m.js': script(`navigator.sendBeacon('${scheme}://metrics.counter.example/collect',location.href);`, 3000, 14) },
		'tags.manager.example': { '/tm.js': script(`setTimeout(function(){${CALLS.direct(scheme)}},150);`, 6000, 15) },
		// Asks, and loads the pixel when the person says yes.
		'cmp.consent.example': { '/banner.js': script(`var b=document.createElement('button');b.id='consent';b.textContent='Accept';b.onclick=function(){b.remove();${CALLS.direct(scheme)}};document.body.appendChild(b);`, 5000, 16) },
	};
}

export const EMBEDS = {
	cdn: (scheme) => `<script src="${scheme}://cdn.example/a.js"></script>`,
	fonts: (scheme) => `<link rel="stylesheet" href="${scheme}://fonts.cdn2.example/f.css">`,
	metrics: (scheme) => `<script async src="${scheme}://metrics.counter.example/m.js"></script>`,
};

// poll: the page asks its own host again every so many milliseconds.
export function page(site, { title = site, call = 'none', embeds = ['cdn', 'fonts'], scheme = 'https', image = '', poll = 0, late = 2500 } = {}) {
	const polling = poll ? `setInterval(function(){fetch('/status.json?'+Date.now()).catch(function(){})},${poll});` : '';
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
${embeds.map((name) => EMBEDS[name](scheme)).join('\n')}
</head><body style="font-family:Lab,sans-serif"><h1>${title}</h1>
<img src="/b.png" alt="">${image ? `<img src="${scheme}://${image}/a.png" alt="">` : ''}
<p>An invented page of an invented agency, for a test network.</p>
<script>${CALLS[call](scheme, late)}${polling}</script>
</body></html>
`;
}

export function siteFiles(site, options = {}) {
	return { '/': page(site, options), '/b.png': filler(2500, 21), '/status.json': '{"ok":true}', ...options.more };
}

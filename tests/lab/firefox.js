// SPDX-License-Identifier: Apache-2.0
//
// firefox.js PROFILE: Firefox ESR, driven over WebDriver BiDi. That is a WebSocket of the browser's
// own loopback, so this runs in the client's namespace beside it: orders come in by standard input,
// a line of JSON each ({id, what, tab, url | code}), answers and requests go out by standard output.

import readline from 'node:readline';
import puppeteer from 'puppeteer-core';

// No errands of its own: updates, studies, portals, safe browsing, and prefetching.
const QUIET = {
	'app.update.enabled': false, 'browser.safebrowsing.malware.enabled': false, 'browser.safebrowsing.phishing.enabled': false,
	'browser.safebrowsing.downloads.remote.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false,
	'toolkit.telemetry.enabled': false, 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
	'network.dns.disablePrefetch': true, 'network.prefetch-next': false, 'network.trr.mode': 5, 'extensions.update.enabled': false,
	'browser.topsites.contile.enabled': false, 'browser.newtabpage.enabled': false, 'browser.search.update': false, 'services.settings.server': 'data:,#remote-settings-dummy/v1',
	'app.normandy.enabled': false, 'dom.push.enabled': false, 'media.gmp-manager.updateEnabled': false, 'extensions.getAddons.cache.enabled': false,
	'browser.region.update.enabled': false, 'browser.region.network.url': '', 'security.remote_settings.crlite_filters.enabled': false,
	'security.remote_settings.intermediates.enabled': false, 'security.OCSP.enabled': 0,
	// What asks all the same is answered by the browser itself, and not by the network's resolver.
	'network.dns.localDomains': ['firefox.settings.services', 'firefox-settings-attachments.cdn', 'content-signature-2.cdn', 'push.services', 'location.services', 'contile.services',
		'normandy.cdn', 'classify-client.services', 'shavar.services', 'tracking-protection.cdn', 'ads'].map((name) => `${name}.mozilla.com,${name}.mozilla.net`).join() +
		',aus5.mozilla.org,addons.mozilla.org,services.addons.mozilla.org,versioncheck.addons.mozilla.org,incoming.telemetry.mozilla.org,www.mozilla.org,detectportal.firefox.com,ciscobinary.openh264.org,redirector.gvt1.com,example.org',
};

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const host = (url) => new URL(url).hostname;
const browser = await puppeteer.launch({
	browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, acceptInsecureCerts: true, protocolTimeout: 30000,
	userDataDir: process.argv[2], extraPrefsFirefox: QUIET,
	env: { PATH: process.env.PATH, HOME: process.argv[2], TMPDIR: '/run/lab/tmp', LANG: 'C.UTF-8', TZ: 'UTC', MOZ_HEADLESS: '1', MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' },
});
const tabs = [];

// What a document asks for says so in its Referer; a beacon of the page before does, too.
function listen(page, tab) {
	let visit = 0;
	let at = '';
	const rows = new Map();
	page.on('request', (r) => {
		if (!r.url().startsWith('http'))
			return;
		const isDocument = r.isNavigationRequest() && r.frame() === page.mainFrame();
		if (isDocument) {
			visit++;
			at = host(r.url());
		}
		const referer = r.headers().referer;
		const row = { time: Date.now() / 1000, document: isDocument, loader: `${tab}.${visit}`, site: referer && !isDocument ? host(referer) : at, host: host(r.url()), path: new URL(r.url()).pathname };
		rows.set(r, row);
	});
	const over = (r, more) => {
		const row = rows.get(r);
		rows.delete(r);
		if (row)
			say({ request: { ...row, ...more } });
	};
	page.on('requestfinished', (r) => over(r, { cached: r.response()?.fromCache() ?? false, status: r.response()?.status() ?? '-' }));
	page.on('requestfailed', (r) => over(r, { cached: false, status: r.failure()?.errorText ?? '-' }));
}

const ORDERS = {
	tab: async () => {
		const page = await browser.newPage();
		listen(page, tabs.length);
		return tabs.push(page) - 1;
	},
	goto: ({ tab, url }) => tabs[tab].goto(url, { waitUntil: 'load', timeout: 20000 }).then(() => 0, () => 1),
	click: ({ tab, selector }) => tabs[tab].evaluate((s) => document.querySelector(s)?.click(), selector).then(() => 0, () => 1),
	close: () => browser.close(),
};

say({ version: await browser.version() });
for await (const line of readline.createInterface({ input: process.stdin })) {
	const order = JSON.parse(line);
	ORDERS[order.what](order).then((answer) => say({ id: order.id, answer }), (error) => say({ id: order.id, error: String(error) }))
		.then(() => order.what === 'close' && process.exit(0));
}

// SPDX-License-Identifier: Apache-2.0
//
// A browser in a client's namespace, and what it says that it asked for. The browser's word is the
// truth of a capture: nothing here looks at packets.

import fs from 'node:fs';
import puppeteer from 'puppeteer-core';
import { inside, sleep } from './net.js';

const BINARY = ['/usr/lib/chromium/chromium', '/usr/bin/chromium'].find((path) => fs.existsSync(path));

// The browser's own errands: its maker's services, and multicast.
const QUIET = [
	'--no-sandbox', '--no-first-run', '--no-default-browser-check', '--no-pings', '--disable-gpu', '--disable-dev-shm-usage',
	'--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
	'--disable-domain-reliability', '--disable-client-side-phishing-detection', '--disable-extensions', '--metrics-recording-only',
	'--disable-search-engine-choice-screen', '--dns-prefetch-disable',
	'--disable-features=OptimizationHints,OptimizationGuideModelDownloading,MediaRouter,DialMediaRouteProvider,Translate,' +
		'AutofillServerCommunication,CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,HttpsUpgrades,HttpsFirstBalancedMode',
	'--host-resolver-rules=MAP *.google.com ~NOTFOUND, MAP *.googleapis.com ~NOTFOUND, MAP *.gvt1.com ~NOTFOUND, MAP *.gstatic.com ~NOTFOUND',
];

// quic: false, true, or the list of hosts that are spoken to over QUIC from the first packet on (as
// a browser does that has been there before).
export async function openBrowser(client, { address, trust, quic = true, name = client }) {
	const wrapper = `/run/lab/chromium-${name}`;
	fs.writeFileSync(wrapper, `#!/bin/sh\nexec ${inside(client, [BINARY]).join(' ')} "$@"\n`, { mode: 0o755 });
	const args = [...QUIET, `--ignore-certificate-errors-spki-list=${trust}`];
	if (quic === false)
		args.push('--disable-quic');
	if (Array.isArray(quic))
		args.push(`--origin-to-force-quic-on=${quic.map((host) => `${host}:443`).join(',')}`);
	const browser = await puppeteer.launch({
		executablePath: wrapper, pipe: true, headless: true, protocolTimeout: 30000, args, userDataDir: `/run/lab/home/${name}`,
		env: { PATH: process.env.PATH, HOME: `/run/lab/home/${name}`, TMPDIR: '/run/lab/tmp', LANG: 'C.UTF-8', TZ: 'UTC' },
	});
	return new Browser(browser, address);
}

class Browser {
	constructor(browser, address) {
		this.browser = browser;
		this.address = address;
		this.requests = [];
		this.version = browser.version();
	}

	async tab() {
		const page = await this.browser.newPage();
		await listen(page, this.address, this.requests);
		return page;
	}

	// Opens a page and stays until `stay` ms after it has loaded. A page that does not load is a visit too.
	async visit(page, url, stay = 1500) {
		await page.goto(url, { waitUntil: 'load', timeout: 15000 }).catch(() => {});
		await sleep(stay);
	}

	async close() {
		await this.browser.close();
		await sleep(300);
	}
}

function record(requests, event, fields) {
	const row = requests.find((r) => r.id === event.requestId && !r.done);
	if (row)
		Object.assign(row, fields);
}

async function listen(page, address, requests) {
	const session = await page.createCDPSession();
	session.on('Network.requestWillBeSent', (e) => {
		const url = new URL(e.request.url);
		if (!url.protocol.startsWith('http'))
			return;
		if (e.redirectResponse)
			record(requests, e, { done: true, status: e.redirectResponse.status });
		requests.push({
			id: e.requestId, loader: e.loaderId, document: e.type === 'Document', time: e.wallTime, client: address, site: new URL(e.documentURL).hostname, host: url.hostname,
			method: e.request.method, path: url.pathname, protocol: '-', server: '-', reused: '-', status: '-', referer: e.request.headers.Referer ?? '-',
		});
	});
	session.on('Network.requestServedFromCache', (e) => record(requests, e, { cached: true }));
	session.on('Network.responseReceived', (e) => record(requests, e, {
		protocol: e.response.protocol ?? '-', server: e.response.remoteIPAddress?.replace(/[[\]]/g, '') || '-', reused: e.response.connectionReused ? 'yes' : 'no',
		status: e.response.status, ...(e.response.fromDiskCache ? { cached: true } : {}),
	}));
	session.on('Network.loadingFailed', (e) => record(requests, e, { status: e.errorText, done: true }));
	await session.send('Network.enable');
}

// SPDX-License-Identifier: Apache-2.0
//
// A page in Chromium, watched: what it asks for, what it says on the console, what its policy refused.

import { createRequire } from 'node:module';
import path from 'node:path';

export const failures = [];
export function check(what, is, more = '') {
	if (is)
		return;
	failures.push(what);
	console.log(`FAILED: ${what} ${typeof more === 'string' ? more : JSON.stringify(more)}`);
}
export const same = (what, got, wanted) => check(what, JSON.stringify(got) === JSON.stringify(wanted), `got ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);

export async function openBrowser(folder) {
	const { chromium } = createRequire(path.join(folder, 'x.js'))('playwright-core');
	return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

// Opens the file and waits until its script has drawn it; gives the time of that as the page itself measured it.
export async function openPage(browser, file, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'America/New_York', acceptDownloads: true, ...options });
	const page = await context.newPage(), seen = { requests: [], complaints: [] };
	page.setDefaultTimeout(300000);
	page.on('request', (r) => seen.requests.push(r.url()));
	page.on('console', (m) => seen.complaints.push(`${m.type()}: ${m.text()}`));
	page.on('pageerror', (e) => seen.complaints.push(`error: ${e.message}`));
	page.on('dialog', (d) => { seen.complaints.push(`dialog: ${d.message()}`); void d.dismiss(); });
	await page.addInitScript(() => {
		window.refused = [];
		document.addEventListener('securitypolicyviolation', (e) => window.refused.push(e.violatedDirective));
	});
	const session = await context.newCDPSession(page);
	await session.send('Performance.enable');
	await page.goto(`file://${file}`);
	await page.waitForFunction(() => document.documentElement.dataset.ready === 'yes');
	const ready = await page.evaluate(() => Math.round(performance.now()));
	const { metrics } = await session.send('Performance.getMetrics');
	const busy = Math.round(1000 * metrics.find((m) => m.name === 'TaskDuration').value);
	return { page, context, seen, ready: `${ready} ms (busy ${busy} ms)` };
}

// Nothing was asked for but the file, and nothing went wrong.
export async function checkQuiet(what, { page, seen }, file) {
	same(`${what}: asks for nothing but itself`, seen.requests.filter((url) => !url.startsWith('blob:')), [`file://${file}`]);
	same(`${what}: no word on the console`, seen.complaints, []);
	same(`${what}: nothing that its policy refused`, await page.evaluate(() => window.refused), []);
	check(`${what}: nobody's script ran`, await page.evaluate(() => window.pwned === undefined));
}

export async function download(page, label) {
	const [file] = await Promise.all([page.waitForEvent('download', { timeout: 900000 }), page.getByRole('button', { name: label, exact: true }).click()]);
	return file.path();
}

// "36 of 90": how many are listed.
export const listed = async (page) => Number((await page.textContent('#found')).split(' ')[0].replaceAll(',', ''));

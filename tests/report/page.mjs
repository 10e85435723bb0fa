// SPDX-License-Identifier: Apache-2.0
//
// page.mjs DANCECARD FOLDER small|hostile|large|shots [PICTURE]: the report page in a real browser.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { check, checkQuiet, download, failures, listed, openBrowser, openPage, same } from './browser.mjs';
import { config, contactEvent, HOSTILE, hostileEvents, manyEvents, manyRows, pcaps, readEvents, run } from './inputs.mjs';

const [given, folder, suite, picture] = process.argv.slice(2);
// With sanitizers it is many times slower: then the plain program where there is one, or fewer contacts.
const plain = process.env.REPORT_PLAIN, hasPlain = plain !== undefined && fs.existsSync(plain) && hasReport(plain);
const binary = suite === 'large' && hasPlain ? plain : given;
const at = (name) => path.join(folder, `${suite}-${name}`);
const CONTACTS = Number(process.env.REPORT_CONTACTS ?? (plain !== undefined && !hasPlain ? 10000 : 100000));
const SECTIONS = ['answer', 'hosts', 'sites', 'kinds', 'places', 'times', 'list'];

function hasReport(program) {
	return spawnSync(program, ['--help'], { encoding: 'utf8' }).stdout.includes('--report');
}

// The file

function checkFile(what, file, most) {
	const text = fs.readFileSync(file, 'utf8'), size = fs.statSync(file).size;
	const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text)?.[1] ?? '';
	check(`${what}: the policy`, /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]{44}'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'$/.test(policy), policy);
	check(`${what}: the policy stands before all else`, text.indexOf('Content-Security-Policy') < text.indexOf('<style') && text.indexOf('Content-Security-Policy') < text.indexOf('<script'));
	check(`${what}: under ${most} bytes`, size < most, String(size));
	check(`${what}: the licences are in it`, text.includes('d3-sankey 0.12.3 (BSD-3-Clause)') && text.includes('Permission to use, copy, modify'));
	return text;
}

// The events in a page, opened by other means than the page's own.
const packed = (text) => [...text.matchAll(/<script type="text\/plain" class="block">([^<]*)<\/script>/g)]
	.map(([, base64]) => zlib.inflateSync(Buffer.from(base64, 'base64')).toString('utf8')).join('');

// The views

async function checkViews(page, events) {
	same('the parts and their order', await page.$$eval('main > section', (all) => all.map((s) => s.id)), SECTIONS);
	same('the headings name the parts', await page.$$eval('main > section', (all) => all.every((s) => document.getElementById(s.getAttribute('aria-labelledby'))?.tagName === 'H2')), true);
	same('the answer', await page.textContent('#answer-word'), 'Yes');
	const hosts = new Set(events.filter((e) => e.event_type === 'contact').map(identity));
	check('it says of whom', (await page.textContent('#answer')).includes(`${hosts.size} hosts of ours are in contact with ByteDance`), await page.textContent('#answer'));
	same('visibility', await page.textContent('#visibility-word'), 'good');
	check('it says whether the ban held', /The ban did not hold: \d+ of \d+ attempts under it got through/.test(await page.textContent('#hosts')));
	check('the sites and their states', /dmv\.utah\.example.*carries it.*2026-11-23/s.test(await page.textContent('#sites')));
	check('kinds', /pixel on web pages/.test(await page.textContent('#kinds')) && /app telemetry \(SDK\)/.test(await page.textContent('#kinds')));
	check('countries', /United States/.test(await page.textContent('#places')), await page.textContent('#places'));
	for (const [id, least] of [['sankey .ribbon', 8], ['sankey .node', 6], ['timeline .piece', 5], ['timeline .mark.ban', 1], ['timeline .mark.present', 2], ['countries .bar', 2], ['matrix tbody tr', 6]])
		check(`picture: ${id}`, await page.locator(`#${id}`).count() >= least, String(await page.locator(`#${id}`).count()));
	check('the time line tells the ban', (await page.textContent('#times')).includes('ban \u201cstate-ban\u201d begins'));
}

async function checkAccess(page) {
	const pictures = await page.$$eval('svg', (all) => all.map((s) => s.getAttribute('role') === 'img' && document.getElementById(s.getAttribute('aria-labelledby'))?.textContent.length > 10 && s.closest('figure')?.querySelector('details table') !== null));
	check('each picture has a name and the same as a table', pictures.length === 3 && pictures.every(Boolean), pictures);
	check('each table has a caption and headings', await page.$$eval('table', (all) => all.every((t) => t.caption && t.querySelectorAll('th[scope=col]').length > 0)));
	check('each field has a label', await page.$$eval('input, select', (all) => all.every((f) => f.labels.length === 1)));
	check('each button has a name', await page.$$eval('button', (all) => all.every((b) => (b.getAttribute('aria-label') ?? b.textContent).trim() !== '')));
	same('one first heading', await page.locator('h1').count(), 1);
	await page.keyboard.press('Tab');
	same('the first stop leads to the answer', await page.evaluate(() => document.activeElement.getAttribute('href')), '#answer');
	await page.keyboard.press('Tab');
	check('the focus is seen', await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'));
	for (const summary of await page.locator('details.as-table > summary').all())
		await summary.click();
	check('tables open', await page.$$eval('details.as-table', (all) => all.length >= 5 && all.every((d) => d.open && d.querySelector('table').offsetHeight > 0)));
}

// Who a host is, whatever address it has.
const identity = (e) => e.local.mac ?? e.local.client_id ?? e.local.ip;

// The list, against the events themselves

const isListed = (e) => e.event_type === 'contact' || (e.event_type === 'lookup' && e.outcome === 'blocked');
const FIELDS = { outcome: (e) => e.outcome, confidence: (e) => e.confidence, verdict: (e) => e.policy?.verdict ?? '', category: (e) => e.tracker.category, network: (e) => e.local.network ?? '', country: (e) => e.geo?.country ?? '' };

async function checkFilters(page, events) {
	const rows = events.filter(isListed), all = events.filter((e) => e.event_type === 'contact' || e.event_type === 'lookup');
	same('listed at first', await listed(page), rows.length);
	for (const [type, wanted] of [['all', all.length], ['contact', all.filter((e) => e.event_type === 'contact').length], ['lookup', all.filter((e) => e.event_type === 'lookup').length], ['', rows.length]]) {
		await page.selectOption('#filter-type', type);
		same(`show ${type}`, await listed(page), wanted);
	}
	for (const [key, of] of Object.entries(FIELDS)) {
		const options = await page.$$eval(`#filter-${key} option`, (o) => o.map((x) => x.value));
		check(`filter ${key} offers what there is`, [...new Set(rows.map(of))].every((value) => options.includes(value)), options);
		for (const value of options.filter((v) => v !== '')) {
			await page.selectOption(`#filter-${key}`, value);
			same(`filter ${key}=${value}`, await listed(page), rows.filter((e) => of(e) === value).length);
		}
		await page.selectOption(`#filter-${key}`, '');
	}
	await page.fill('#search', 'dmv.utah');
	const found = await listed(page);
	check('search', found > 0 && found < rows.length, String(found));
	await page.fill('#search', '  TIKTOK   10.20.0.111 ');
	same('search for two words', await listed(page), rows.filter((e) => e.local.ip === '10.20.0.111' && JSON.stringify(e).includes('tiktok')).length);
	const named = new Set(all.filter((e) => e.local.name === 'front-desk-3').map(identity)), isNamed = (e) => named.has(identity(e)) || JSON.stringify([e.tracker, e.site, e.pcap_filename]).includes('front-desk-3');
	await page.fill('#search', 'front-desk-3');
	same('search for what a host calls itself', await listed(page), rows.filter(isNamed).length);
	await page.selectOption('#filter-outcome', 'established');
	same('search and filter', await listed(page), rows.filter((e) => isNamed(e) && e.outcome === 'established').length);
	await page.fill('#search', 'nobody has this');
	same('search for what is not there', await listed(page), 0);
	await page.click('#clear');
	same('all again', await listed(page), rows.length);
}

async function checkSort(page) {
	for (const head of await page.locator('.list thead th[data-column]').all()) {
		const column = await head.getAttribute('data-column'), cells = async () => page.$$eval('.list tbody tr[data-index]', (rows) => [rows.length, rows[0].textContent]);
		await head.locator('button').click();
		const first = await head.getAttribute('aria-sort'), one = await cells();
		await head.locator('button').click();
		const second = await head.getAttribute('aria-sort'), other = await cells();
		check(`sort by ${column}`, first !== second && [first, second].every((s) => /^(a|de)scending$/.test(s)) && one[0] === other[0], [first, second]);
		same(`sort by ${column} alone`, await page.locator('.list thead th[aria-sort]').count(), 1);
	}
	await page.locator('.list th[data-column=host] button').click();
	const hosts = await page.$$eval('.list tbody tr[data-index]', (rows) => rows.map((r) => r.cells[1].textContent));
	check('hosts are in order', hosts.every((h, i) => i === 0 || hosts[i - 1] <= h), hosts);
	for (const table of await page.locator('.table table:has(thead th button)').all()) {
		const head = table.locator('thead th:has(button)').last();
		await head.locator('button').click();
		same('a table sorts', await head.getAttribute('aria-sort'), 'descending');
	}
	await page.locator('.list th[data-column=time] button').click();
}

async function checkExports(page, events) {
	await page.selectOption('#filter-category', 'tracking_pixel');
	const wanted = events.filter((e) => isListed(e) && e.tracker.category === 'tracking_pixel');
	const lines = readEvents(await download(page, 'JSON lines'));
	same('JSON lines hold the events', lines.map((e) => e.event_id).sort(), wanted.map((e) => e.event_id).sort());
	same('JSON lines hold them as they are', lines.find((e) => e.event_id === wanted[0].event_id), wanted[0]);
	const csv = fs.readFileSync(await download(page, 'CSV'), 'utf8').trimEnd().split('\r\n');
	same('CSV has a line for each', csv.length, wanted.length + 1);
	check('CSV says evidence and packet', csv[0].endsWith('pcap_filename,pcap_cnt,event_id,evidence') && csv.slice(1).every((line) => /dns_|_sni=|http_host=/.test(line)), csv[1]);
	check('CSV has each id', wanted.every((e) => csv.some((line) => line.includes(e.event_id))));
	await page.click('#clear');
}

async function checkDetail(page, events) {
	await page.selectOption('#filter-type', 'contact');
	await page.fill('#search', 'pixel-quic');
	await page.locator('.list button.open').first().focus();
	await page.keyboard.press('Enter');
	await page.waitForSelector('dialog[open]');
	const event = JSON.parse(await page.textContent('dialog pre')), original = events.find((e) => e.event_id === event.event_id);
	same('the event itself', event, original);
	const evidence = await page.textContent('dialog .evidence');
	check('its evidence with packet numbers', original.evidence.every((e) => evidence.includes(e.value) && evidence.includes(e.pcap_cnt.toLocaleString('en'))), evidence);
	check('the packet', (await page.textContent('dialog dl')).includes(`number ${original.pcap_cnt.toLocaleString('en')} of ${original.pcap_filename}`));
	await page.keyboard.press('Escape');
	check('Escape closes it', !(await page.isVisible('dialog')));
	check('the focus is back in the list', await page.evaluate(() => document.activeElement.classList.contains('open')));
	await page.keyboard.press('ArrowDown');
	same('arrows go on', await page.evaluate(() => document.activeElement.closest('tr').dataset.index), '1');
	await page.click('#clear');
	await page.locator('.list tbody tr[data-index]').first().click();
	await page.waitForSelector('dialog[open]');
	await page.click('dialog .close');
	check('the button closes it', !(await page.isVisible('dialog')));
}

async function checkLinks(page, events) {
	await page.locator('#hosts table').nth(1).getByRole('button', { name: '10.20.0.111' }).click();
	same('a host leads to its contacts', await listed(page), events.filter((e) => isListed(e) && e.local.ip === '10.20.0.111').length);
	const moved = events.findLast((e) => isListed(e) && e.local.name === 'front-desk-3'), his = events.filter((e) => isListed(e) && identity(e) === identity(moved));
	await page.locator('#hosts table').nth(1).locator('tr', { hasText: moved.local.mac }).getByRole('button').click();
	same('with all its addresses', await listed(page), his.length);
	check('there are several', new Set(his.map((e) => e.local.ip)).size > 1);
	await page.fill('#search', '=10.20.0.1');
	same('a whole word', await listed(page), events.filter((e) => isListed(e) && e.dest_ip === '10.20.0.1').length);
	await page.locator('#hosts table').nth(1).getByRole('button', { name: '10.20.0.111' }).click();
	same('and the heading has the focus', await page.evaluate(() => document.activeElement.id), 'list-title');
	await page.locator('#sites').getByRole('button', { name: 'dmv.utah.example' }).click();
	check('so does a site', await listed(page) > 0);
	await page.locator('#kinds table').first().getByRole('button', { name: 'media (CDN)' }).click();
	same('so does a kind', await listed(page), events.filter((e) => isListed(e) && e.tracker.category === 'cdn_media').length);
	await page.locator('#countries summary').scrollIntoViewIfNeeded();
	await page.locator('#countries').getByRole('button', { name: 'United States' }).click();
	same('so does a country', await listed(page), events.filter((e) => isListed(e) && e.geo?.country === 'US').length);
	await page.click('#clear');
}

async function checkLooks(page) {
	const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await back();
	await page.emulateMedia({ colorScheme: 'dark' });
	const dark = await back();
	check('light and dark', light === 'rgb(255, 255, 255)' && dark !== light, [light, dark]);
	await page.click('#theme');
	same('the button makes it light', await back(), light);
	await page.click('#theme');
	same('and dark', await back(), dark);
	await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
	same('printed on white', await back(), light);
	check('printed without controls', !(await page.isVisible('.controls')) && !(await page.isVisible('nav')) && await page.isVisible('#sankey svg'));
	const pdf = await page.pdf({ format: 'A4' });
	check('prints', pdf.length > 20000 && pdf.subarray(0, 5).toString() === '%PDF-');
	await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
	await page.setViewportSize({ width: 400, height: 800 });
	check('fits a narrow window', await page.evaluate(() => document.documentElement.scrollWidth <= 401), String(await page.evaluate(() => document.documentElement.scrollWidth)));
	await page.setViewportSize({ width: 1280, height: 900 });
}

// The suites

const suites = {
	async small(browser) {
		const file = at('run.html'), lines = at('events.jsonl');
		run(binary, '-q', '-r', pcaps, '-c', config, '-o', lines, '-R', file);
		checkFile('a run', file, 2e6);
		const events = readEvents(lines), opened = await openPage(browser, file), { page } = opened;
		console.log(`a run of ${events.length} events: ${fs.statSync(file).size} bytes, open after ${opened.ready}`);
		await checkViews(page, events);
		await checkAccess(page);
		await checkFilters(page, events);
		await checkSort(page);
		await checkExports(page, events);
		await checkDetail(page, events);
		await checkLinks(page, events);
		await checkLooks(page);
		await checkQuiet('a run', opened, file);
		await sameOfFile(browser, lines);
		await secretRun(browser);
		await emptyRun(browser);
		await otherShape();
	},
	async hostile(browser) {
		const lines = at('events.jsonl'), file = at('events.html');
		hostileEvents(lines);
		try {
			run(binary, 'report', lines, '-o', file);
		} catch (error) {
			check('bad lines are said, and are no failure of the rest', false, String(error.stderr));
		}
		await hostilePage(browser, file);
		const ledger = at('ledger.db'), page = at('ledger.html');
		manyRows(binary, ledger, 50);
		run(binary, 'report', ledger, '-o', page);
		const opened = await openPage(browser, page);
		check('a hostile ledger is text', (await opened.page.textContent('#kinds')).includes('<script>window.pwned=1</script>\u27e8U+202E\u27e9'));
		await checkQuiet('a hostile ledger', opened, page);
	},
	async large(browser) {
		await largeEvents(browser);
		await largeLedger(browser);
	},
	async shots(browser) {
		const file = at('run.html');
		run(binary, '-q', '-r', pcaps, '-c', config, '-o', '/dev/null', '-R', file);
		const { page } = await openPage(browser, file, { viewport: { width: 1000, height: 1000 } });
		const box = await page.locator('#matrix').boundingBox();
		await page.screenshot({ path: picture ?? at('page.png'), fullPage: true, clip: { x: 0, y: 0, width: 1000, height: Math.round(box.y - 8) } });
	},
};

// The page of the same run's events, and of both together, says the same.
async function sameOfFile(browser, lines) {
	const file = at('file.html'), text = async (opened, part) => (await opened.page.textContent(`#${part}`)).replace(/ Read from.*?\.jsonl\.|^dancecard.*$/gs, '');
	run(binary, 'report', lines, lines, '-c', config, '-o', file);
	const one = await openPage(browser, at('run.html')), two = await openPage(browser, file);
	for (const part of SECTIONS.filter((s) => s !== 'answer'))
		same(`a file, read twice, says the same of ${part}`, await text(two, part), await text(one, part));
}

// A run with pseudonyms: nothing of our hosts is in the page, nor in the events that are packed in it.
async function secretRun(browser) {
	const file = at('secret.html'), key = at('key'), known = readEvents(at('events.jsonl'));
	fs.writeFileSync(key, 'ab'.repeat(32), { mode: 0o600 });
	run(binary, '-q', '-r', pcaps, '-c', config, '--pseudonymise', key, '-o', '/dev/null', '-R', file);
	const text = fs.readFileSync(file, 'utf8'), all = text + packed(text);
	const secrets = new Set(known.flatMap((e) => [e.local?.ip, e.local?.mac, e.local?.name]).filter((s) => s !== undefined));
	check('there are secrets to keep', secrets.size > 10 && packed(text).includes('"event_type":"contact"'), [...secrets]);
	same('pseudonyms hold', [...secrets].filter((secret) => all.includes(secret)), []);
	const opened = await openPage(browser, file);
	same('and the page answers', await opened.page.textContent('#answer-word'), 'Yes');
	await checkQuiet('pseudonyms', opened, file);
}

async function emptyRun(browser) {
	const file = at('none.html');
	run(binary, '-q', '-r', path.join(pcaps, 'no-pixel.pcap'), '-o', '/dev/null', '-R', file);
	const opened = await openPage(browser, file);
	same('no contact', await opened.page.textContent('#answer-word'), 'No contact was seen');
	same('and how sure', await opened.page.textContent('#visibility-word'), 'good');
	same('nothing is listed', await listed(opened.page), 0);
	await checkQuiet('no contact', opened, file);
	const stopped = at('stopped.html');
	run(binary, '-q', '-r', path.join(pcaps, 'refused.pcap'), '-r', path.join(pcaps, 'blocked-dns.pcap'), '-c', config, '-o', '/dev/null', '-R', stopped);
	same('all was stopped', await (await openPage(browser, stopped)).page.textContent('#answer-word'), 'No: it was stopped');
}

// Whatever shape the events have elsewhere, the page is the same.
async function otherShape() {
	const file = at('ecs.html');
	run(binary, '-q', '-j', '1', '-r', pcaps, '-c', config, '-F', 'ecs', '-o', at('ecs.jsonl'), '-R', file);
	const one = at('one.html');
	run(binary, '-q', '-j', '1', '-r', pcaps, '-c', config, '-o', '/dev/null', '-R', one);
	check('the shape of the events makes no difference', fs.readFileSync(file).equals(fs.readFileSync(one)));
}

async function hostilePage(browser, file) {
	const opened = await openPage(browser, file), { page } = opened, text = fs.readFileSync(file, 'utf8');
	same('scripts: the data, the events, and ours', (text.match(/<script/g) ?? []).length, 2 + (text.match(/class="block"/g) ?? []).length);
	check('nothing in the file turns text round', !/[\u202a-\u202e\u2066-\u2069\u2028\u2029]/.test(text));
	const said = await page.textContent('main');
	for (const name of ['script', 'image', 'end', 'quotes', 'formula'])
		check(`${name} is text`, said.includes(HOSTILE[name].slice(0, 30)), name);
	check('what turns round is seen', said.includes('safe\u27e8U+202E\u27e9gnp.exe'));
	check('a million characters are cut', await page.$$eval('main *', (all) => all.every((e) => e.children.length > 0 || e.textContent.length < 2000)));
	same('all are listed', await listed(page), Object.keys(HOSTILE).length + 3);
	for (let i = 0; i < await page.locator('.list button.open').count(); i++) {
		await page.locator('.list button.open').nth(i).click();
		await page.waitForSelector('dialog[open]');
		await page.keyboard.press('Escape');
	}
	const csv = fs.readFileSync(await download(page, 'CSV'), 'utf8');
	check('CSV begins no formula', csv.includes('\'=HYPERLINK') && !/(^|,)"?=/m.test(csv));
	await download(page, 'JSON lines');
	await checkQuiet('hostile names', opened, file);
}

async function largeEvents(browser) {
	const lines = at('events.jsonl'), file = at('events.html');
	manyEvents(lines, CONTACTS);
	const begun = Date.now();
	run(binary, 'report', lines, '-o', file);
	const took = Date.now() - begun, opened = await openPage(browser, file), { page } = opened;
	console.log(`${CONTACTS} contacts of events: written in ${took} ms, ${fs.statSync(file).size} bytes, open after ${opened.ready}`);
	checkFile('large', file, 60e6);
	same('all are listed', await listed(page), CONTACTS);
	await checkWindow(page, CONTACTS);
	await page.fill('#search', 'desk-17');
	check('search in many', await listed(page) > 0 && await listed(page) < CONTACTS);
	await page.fill('#search', '');
	const counted = new Map();
	for (let i = 0; i < CONTACTS; i++) {
		const { outcome } = contactEvent(i);
		counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
	}
	for (const [outcome, wanted] of counted) {
		await page.selectOption('#filter-outcome', outcome);
		same(`${outcome} of many`, await listed(page), wanted);
	}
	await page.selectOption('#filter-outcome', '');
	await page.locator('.list th[data-column=host] button').click();
	same('sorted', await page.$eval('.list tbody tr[data-index="0"]', (r) => r.cells[1].textContent), '10.0.0.0');
	same('all are exported', fs.readFileSync(await download(page, 'CSV'), 'utf8').trimEnd().split('\r\n').length, CONTACTS + 1);
	same('removals are marked', (await page.locator('#timeline .mark.removed').count()) > 0, true);
	await checkQuiet('large', opened, file);
}

// Few rows are in the document, and any can be reached.
async function checkWindow(page, count) {
	const inDocument = () => page.locator('.list tbody tr[data-index]').count();
	check('the list is windowed', await inDocument() < 100, String(await inDocument()));
	await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
	await page.waitForSelector(`.list tr[data-index="${count - 1}"]`);
	check('at its end, too', await inDocument() < 100);
	await page.locator(`.list tr[data-index="${count - 1}"] button`).click();
	await page.waitForSelector('dialog[open] dl');
	await page.keyboard.press('Escape');
	await page.locator(`.list tr[data-index="${count - 1}"] button`).focus();
	await page.keyboard.press('Home');
	await page.waitForSelector('.list tr[data-index="0"] button:focus');
	same('it says how many there are', await page.getAttribute('.list table', 'aria-rowcount'), String(count + 1));
}

async function largeLedger(browser) {
	const ledger = at('ledger.db'), file = at('ledger.html');
	manyRows(binary, ledger, CONTACTS);
	const begun = Date.now();
	run(binary, 'report', ledger, '-c', config, '-o', file);
	const took = Date.now() - begun, opened = await openPage(browser, file), { page } = opened;
	console.log(`${CONTACTS} contacts of a ledger: written in ${took} ms, ${fs.statSync(file).size} bytes, open after ${opened.ready}`);
	same('all rows are listed', await listed(page), CONTACTS + 1);
	await checkWindow(page, CONTACTS + 1);
	same('networks are the config\'s', await page.locator('#hosts').getByRole('button', { name: 'Department of Health' }).count(), 1);
	check('sites that took it off', (await page.textContent('#sites')).includes('20 took it off'));
	same('how much was seen', await page.textContent('#visibility-word'), 'good');
	await checkQuiet('a large ledger', opened, file);
}

const browser = await openBrowser(folder);
try {
	await suites[suite](browser);
} finally {
	await browser.close();
}
console.log(failures.length === 0 ? `${suite}: all is well` : `${suite}: ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

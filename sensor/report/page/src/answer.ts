// SPDX-License-Identifier: Apache-2.0
//
// The first question: are we in contact, yes or no, and how sure is that?

import type { Data, Visibility } from './data';
import { el, name, section, type Child } from './dom';
import { count, day, many, percent, shown } from './text';

interface Answer {
	word: string;
	tone: 'yes' | 'perhaps' | 'stopped' | 'no';
	line: string;
}

// Whom the contacts are with, most first.
export function entities(data: Data): string[] {
	const sums = new Map<string, number>();
	for (const p of data.products.rows)
		if (p.entity !== '')
			sums.set(p.entity, (sums.get(p.entity) ?? 0) + p.contacts + p.lookups);
	return [...sums].sort((a, b) => b[1] - a[1]).map(([entity]) => entity);
}

function whom(data: Data): string {
	const all = entities(data);
	if (all.length === 0)
		return 'ByteDance';
	return all.length > 3 ? `${shown(all[0] ?? '')} and ${all.length - 1} others` : all.map(shown).join(', ');
}

// In the first line, too: how sure is it?
const visibilityOf = (data: Data): string => `visibility is ${seeingOf(data.visibility).word}`;

function sureness(data: Data): string {
	const t = data.totals, all = many(t.contacts, 'contact');
	return t.certain > 0 ? `That is certain for ${count(t.certain)} of ${all}; ${visibilityOf(data)}.`
		: `Evidence is strong for ${count(t.strong)} of ${all}, certain for none; ${visibilityOf(data)}.`;
}

export function answerOf(data: Data): Answer {
	const t = data.totals, them = whom(data);
	if (t.established + t.pending > 0 && t.certain + t.strong > 0)
		return { word: 'Yes', tone: 'yes', line: `${many(t.hosts, 'host')} of ours ${t.hosts === 1 ? 'is' : 'are'} in contact with ${them}. ${sureness(data)}` };
	if (t.established + t.pending > 0)
		return { word: 'Perhaps', tone: 'perhaps', line: `Addresses of ${them} were contacted, but no name proves it. How sure: ${visibilityOf(data)}.` };
	if (t.contacts + t.blocked > 0)
		return { word: 'No: it was stopped', tone: 'stopped', line: `Contact with ${them} was tried, and none of it got through. How sure: ${visibilityOf(data)}.` };
	if (t.lookups > 0)
		return { word: 'Asked for only', tone: 'perhaps', line: `Names of ${them} were looked up in DNS; no contact followed. How sure: ${visibilityOf(data)}.` };
	return { word: 'No contact was seen', tone: 'no', line: `In what was seen there is no contact with ${them}. How sure: ${visibilityOf(data)}.` };
}

const GOOD_NAMED = 0.8, GOOD_LOST = 0.01, GOOD_HIDDEN = 0.05;

// How much a "no" is worth: the rule is told beside it.
export function seeingOf(v: Visibility | null): { word: string; line: string } {
	if (v === null || v.packets + v.flows === 0)
		return { word: 'not known', line: 'What was read holds no counters (stats events): how much of the traffic was seen is not known.' };
	const named = v.flows > 0 ? v.flows_named / v.flows : 0;
	const lost = v.drops / Math.max(1, v.packets + v.drops);
	const hidden = (v.doh + v.dot + v.doq) / Math.max(1, v.flows) + v.ech_real / Math.max(1, v.hellos);
	const faults = [
		named < GOOD_NAMED && `only ${percent(v.flows_named, v.flows)} of the connections stated a name`,
		lost > GOOD_LOST && `${percent(v.drops, v.packets + v.drops)} of the packets were dropped`,
		hidden > GOOD_HIDDEN && 'much DNS was encrypted, or real Encrypted ClientHello was in use',
	].filter((fault) => fault !== false);
	if (faults.length === 0)
		return { word: 'good', line: `${percent(v.flows_named, v.flows)} of ${many(v.flows, 'connection')} stated a name, and next to nothing was dropped or hidden.` };
	return { word: faults.length === 1 ? 'limited' : 'poor', line: `What was not seen may hold more: ${faults.join('; ')}.` };
}

function card(figure: string, label: string, tone = ''): HTMLElement {
	return el('li', { class: `card ${tone}` }, el('strong', {}, figure), el('span', {}, label));
}

function cards(data: Data): HTMLElement {
	const t = data.totals;
	const carrying = data.sites.rows.filter((s) => s.status === 'present').length;
	const gone = data.sites.rows.filter((s) => s.status === 'removed').length;
	const stopped = t.reset + t.unanswered + t.blocked;
	const isThrough = t.established + t.pending > 0;
	return el('ul', { class: 'cards' },
		card(count(t.contacts), `${isThrough ? 'contact' : 'attempt'}${t.contacts === 1 ? '' : 's'}`),
		card(count(t.hosts), `${t.hosts === 1 ? 'host' : 'hosts'} ${isThrough ? 'in contact' : 'that tried'}`),
		card(count(carrying), `${carrying === 1 ? 'site carries' : 'sites carry'} the pixel${gone > 0 ? `; ${count(gone)} took it off` : ''}`),
		t.through + t.held > 0 ? card(count(t.through), 'got through a ban', t.through > 0 ? 'bad' : 'good') : null,
		card(count(stopped), 'stopped: refused, unanswered or blocked in DNS', stopped > 0 ? 'good' : ''));
}

function evidenceLine(data: Data): string {
	const t = data.totals;
	if (t.contacts === 0)
		return '';
	return `Of ${many(t.contacts, 'contact')}, ${count(t.certain)} are certain (the host itself named the tracker), ` +
		`${count(t.strong)} strong (its own DNS answer, an alias or a certificate says so) and ${count(t.weak)} weak (an address alone).`;
}

const SHARES: [keyof Visibility, keyof Visibility, string][] = [
	['flows_named', 'flows', 'connections that stated a name'],
	['hellos_one_sided', 'hellos', 'handshakes of which one direction was seen'],
	['hellos_incomplete', 'hellos', 'handshakes that were incomplete'],
	['ech_real', 'hellos', 'handshakes with real Encrypted ClientHello'],
	['ech_grease', 'hellos', 'handshakes with a dummy of it (their name is in the clear)'],
	['ech_unknown', 'hellos', 'handshakes that offered it, not known whether real'],
	['doh', 'flows', 'connections of DNS over HTTPS'],
	['dot', 'flows', 'connections of DNS over TLS'],
	['doq', 'flows', 'connections of DNS over QUIC'],
	['drops', 'packets', 'packets dropped before they were seen'],
	['evictions', 'flows', 'connections given up for want of memory'],
];

function visibilityTable(v: Visibility): HTMLElement {
	const rows = SHARES.map(([part, whole, label]) => el('tr', {},
		el('th', { scope: 'row' }, label), el('td', { class: 'number' }, count(v[part])), el('td', { class: 'number' }, percent(v[part], v[whole]))));
	return el('details', { class: 'as-table' },
		el('summary', {}, `Visibility in numbers: ${many(v.packets, 'packet')}, ${many(v.flows, 'connection')}, ${many(v.hellos, 'handshake')} (TLS, QUIC)`),
		el('table', {}, el('caption', {}, 'Visibility'), el('thead', {}, el('tr', {},
			el('th', { scope: 'col' }, 'what'), el('th', { scope: 'col', class: 'number' }, 'count'), el('th', { scope: 'col', class: 'number' }, 'share'))),
		el('tbody', {}, ...rows)));
}

function span(data: Data): Child {
	if (data.first === 0)
		return null;
	const from = day(data.first), to = day(data.last);
	const sources = data.sources.slice(0, 3).flatMap((s, i) => [i > 0 ? ', ' : ' Read from ', name(shown(s))]);
	const more = data.sources.length > 3 ? ` and ${data.sources.length - 3} more` : '';
	return el('p', { class: 'span' }, from === to ? `On ${from} (UTC).` : `From ${from} to ${to} (UTC).`, ...sources, data.sources.length > 0 ? `${more}.` : '');
}

export function answerView(data: Data): HTMLElement {
	const answer = answerOf(data), seeing = seeingOf(data.visibility);
	return section('answer', `Are we in contact with ${whom(data)}?`,
		el('p', { class: `answer ${answer.tone}` }, el('strong', { id: 'answer-word' }, answer.word), ' ', el('span', {}, answer.line)),
		span(data),
		cards(data),
		el('h3', {}, 'How sure is that?'),
		el('p', {}, evidenceLine(data)),
		el('p', {}, 'Visibility: ', el('strong', { id: 'visibility-word' }, seeing.word), `. ${seeing.line}`),
		el('p', { class: 'small' }, `Called good when at least ${100 * GOOD_NAMED} % of the connections state a name, at most ${100 * GOOD_LOST} % of the packets are dropped, and at most ${100 * GOOD_HIDDEN} % of the names are hidden by encryption. ` +
			'What no sensor can see from here: a pixel proxied through the site\u2019s own host, and events that a site\u2019s server sends.'),
		data.visibility && visibilityTable(data.visibility));
}

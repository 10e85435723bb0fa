// SPDX-License-Identifier: Apache-2.0
//
// When: contacts over time, with bans and removals marked.

import { scaleLinear, scaleUtc } from 'd3-scale';
import type { Data, Piece } from './data';
import { el, figure, name, section, svg, uniqueId, type Child } from './dom';
import { table } from './table';
import { count, day, shown, time } from './text';

interface Mark {
	time: number;
	sort: 'ban' | 'removed' | 'present';
	text: string;
}

const WIDTH = 960, HEIGHT = 250, LEFT = 56, TOP = 32, BOTTOM = 24, MARKS_DRAWN = 24;
const SERIES = ['established', 'pending', 'stopped'] as const;
const LABELS = { established: 'got through', pending: 'not known what came of it', stopped: 'stopped (refused, unanswered, blocked in DNS)' };

export function marksOf(data: Data): Mark[] {
	const marks: Mark[] = [];
	for (const b of data.bans) {
		if (b.since > 0)
			marks.push({ time: b.since, sort: 'ban', text: `ban \u201c${shown(b.rule)}\u201d begins` });
		if (b.until > 0)
			marks.push({ time: b.until, sort: 'ban', text: `ban \u201c${shown(b.rule)}\u201d ends` });
	}
	for (const r of data.rules.rows)
		if (r.verdict === 'banned' && r.first > 0)
			marks.push({ time: r.first, sort: 'ban', text: `first contact under the ban \u201c${shown(r.rule)}\u201d` });
	for (const s of data.sites.rows) {
		if (s.since > 0)
			marks.push({ time: s.since, sort: 'present', text: `${shown(s.name)} carries the pixel` });
		if (s.removed > 0)
			marks.push({ time: s.removed, sort: 'removed', text: `${shown(s.name)} took it off` });
	}
	return marks.sort((a, b) => a.time - b.time);
}

// Bans and removals first: of sites that begin to carry it there may be thousands.
function drawn(marks: Mark[], from: number, to: number): Mark[] {
	const inside = marks.filter((m) => m.time >= from && m.time <= to);
	const rank = (m: Mark): number => (m.sort === 'ban' ? 0 : m.sort === 'removed' ? 1 : 2);
	return inside.sort((a, b) => rank(a) - rank(b)).slice(0, MARKS_DRAWN);
}

// As short as the moment allows: a day, an hour and minute, or to the second.
function tick(date: Date): string {
	const text = date.toISOString();
	return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(11, text.slice(17, 19) === '00' ? 16 : 19);
}

function chart(pieces: Piece[], length: number, marks: Mark[]): SVGSVGElement {
	const from = pieces[0]?.time ?? 0, to = (pieces[pieces.length - 1]?.time ?? 0) + length, title = uniqueId();
	const x = scaleUtc([from, to], [LEFT, WIDTH - 8]);
	const most = Math.max(1, ...pieces.map((p) => p.established + p.pending + p.stopped));
	const y = scaleLinear([0, most], [HEIGHT - BOTTOM, TOP]).nice(4);
	const width = Math.max(1, x(from + length) - x(from) - (pieces.length > 150 ? 0 : 1));
	const bars = pieces.flatMap((p) => {
		let below = 0;
		return SERIES.filter((s) => p[s] > 0).map((s) => {
			const bottom = y(below), top = y((below += p[s]));
			return svg('rect', { x: x(p.time), width, y: top, height: Math.max(0.5, bottom - top), class: `piece ${s}` },
				svg('title', {}, `${time(p.time)}: ${count(p[s])} ${LABELS[s]}`));
		});
	});
	const lines = y.ticks(4).filter(Number.isInteger).flatMap((n) => [
		svg('line', { x1: LEFT, x2: WIDTH - 8, y1: y(n), y2: y(n), class: 'grid' }),
		svg('text', { x: LEFT - 8, y: y(n), dy: '0.35em', 'text-anchor': 'end' }, count(n)),
	]);
	const ticks = x.ticks(8).map((t) => svg('text', { x: x(t), y: HEIGHT - 6, 'text-anchor': 'middle' }, tick(t)));
	const flags = marks.map((m) => svg('g', { class: `mark ${m.sort}` },
		svg('line', { x1: x(m.time), x2: x(m.time), y1: TOP - 8, y2: HEIGHT - BOTTOM }),
		svg('path', { d: m.sort === 'ban' ? 'M-6,-8H6L0,2Z' : m.sort === 'removed' ? 'M-5,-8H5V2H-5Z' : 'M0,-8L5,-3L0,2L-5,-3Z', transform: `translate(${x(m.time)},${TOP - 8})` }),
		svg('title', {}, `${time(m.time)}: ${m.text}`)));
	return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-labelledby': title, class: 'times' },
		svg('title', { id: title }, 'Contacts over time, with bans and removals marked; the tables below have the same'), svg('text', { x: 2, y: 10, class: 'head' }, 'contacts'), ...lines, ...bars, ...ticks, ...flags);
}

function legend(): HTMLElement {
	const entry = (sort: string, label: string): Child => el('li', {}, el('span', { class: `swatch ${sort}`, 'aria-hidden': 'true' }), label);
	return el('ul', { class: 'legend' }, ...SERIES.map((s) => entry(s, LABELS[s])), entry('mark-ban', '\u25bc a ban'), entry('mark-removed', '\u25a0 a site took the pixel off'), entry('mark-present', '\u25c6 a site carries it'));
}

function pieceTable(pieces: Piece[]): HTMLElement {
	return table('Contacts over time', pieces.filter((p) => p.established + p.pending + p.stopped > 0), [
		{ head: 'from (UTC)', cell: (p) => time(p.time), by: (p) => p.time, isTime: true },
		{ head: 'got through', cell: (p) => count(p.established), by: (p) => p.established, isNumber: true },
		{ head: 'not known', cell: (p) => count(p.pending), by: (p) => p.pending, isNumber: true },
		{ head: 'stopped', cell: (p) => count(p.stopped), by: (p) => p.stopped, isNumber: true },
		{ head: 'through a ban', cell: (p) => count(p.banned), by: (p) => p.banned, isNumber: true },
	]);
}

export function timesView(data: Data): HTMLElement {
	if (data.pieces.length === 0)
		return section('times', 'When?', el('p', { class: 'lead' }, 'There was no contact.'));
	const marks = marksOf(data), last = (data.pieces[data.pieces.length - 1]?.time ?? 0) + data.pieceLength;
	const days = [...new Set([day(data.pieces[0]?.time ?? 0), day(last - 1)])].join(' to ');
	const picture = el('div', {}, legend(), chart(data.pieces, data.pieceLength, drawn(marks, data.pieces[0]?.time ?? 0, last)));
	return section('times', 'When?',
		figure('timeline', `Contacts over time, ${days} (UTC)`, picture, pieceTable(data.pieces)),
		marks.length > 0 && table('Bans and changes of sites', marks, [
			{ head: 'day', cell: (m) => day(m.time), by: (m) => m.time, isTime: true },
			{ head: 'time (UTC)', cell: (m) => time(m.time).slice(11), isTime: true },
			{ head: 'what', cell: (m) => name(m.text), by: (m) => m.text },
		], marks.length, 8));
}

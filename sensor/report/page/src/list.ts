// SPDX-License-Identifier: Apache-2.0
//
// The list of contacts. Only the rows in view are in the document, however many there are.

import { Blocks } from './blocks';
import { controls } from './controls';
import type { Column, Data } from './data';
import { Detail } from './detail';
import { button, el, name, section, type Child } from './dom';
import { csv, json, save } from './export';
import { NO_FILTER, select, sort, type Filter, type Show } from './filter';
import { contact, type Contact } from './row';
import { bytes, count, kind, many, outcomeLabel, shown, time } from './text';

const ROW = 32, AROUND = 8, PRINTED = 500;

const HEADS: [Column, string, (c: Contact) => Child][] = [
	['time', 'time (UTC)', (c) => time(c.time)],
	['host', 'host', (c) => name(shown(c.host))],
	['tracker', 'contacted', (c) => name(shown(c.tracker))],
	['category', 'kind', (c) => kind(c.category)],
	['site', 'page', (c) => name(shown(c.site))],
	['outcome', 'outcome', (c) => el('span', { class: `tag ${c.outcome}` }, c.type === 'lookup' ? `${outcomeLabel(c.outcome)} (DNS)` : outcomeLabel(c.outcome))],
	['confidence', 'how sure', (c) => c.confidence],
	['verdict', 'policy', (c) => (c.verdict === '' ? '' : el('span', { class: `tag ${c.verdict}` }, c.verdict))],
	['country', 'country', (c) => shown(c.country)],
	['bytes_in', 'received', (c) => (c.bytesIn + c.bytesOut > 0 ? bytes(c.bytesIn) : '')],
];

class List {
	private rows: Uint32Array = new Uint32Array(0);
	private column: Column = 'time';
	private isDown = false;
	private filter: Filter = { ...NO_FILTER };
	private readonly blocks: Blocks;
	private readonly detail: Detail;
	private readonly body = el('tbody');
	private readonly found = el('p', { class: 'found', role: 'status', id: 'found' });
	private readonly heads = HEADS.map(([column, label]) =>
		el('th', { scope: 'col', 'data-column': column }, button(label, () => this.sortBy(column))));
	private readonly grid = el('table', { 'aria-rowcount': 0 }, el('caption', {}, 'Contacts'),
		el('thead', {}, el('tr', { 'aria-rowindex': 1 }, ...this.heads, el('th', { scope: 'col' }, 'proof'))), this.body);
	private readonly view = el('div', { class: 'list', tabindex: 0, role: 'region', 'aria-label': 'List of contacts', id: 'list-view' }, this.grid);
	private readonly controls;
	readonly element: HTMLElement;

	constructor(private readonly data: Data) {
		this.blocks = new Blocks(data);
		this.detail = new Detail(data, this.blocks);
		this.controls = controls(data, (filter) => this.apply(filter));
		this.element = section('list', 'The contacts', ...this.notes(), this.controls.element, this.exports(), this.found, this.view);
		this.view.addEventListener('scroll', () => this.draw());
		this.body.addEventListener('click', (e) => this.clicked(e));
		this.view.addEventListener('keydown', (e) => this.pressed(e));
		window.addEventListener('beforeprint', () => this.draw(0, PRINTED));
		window.addEventListener('afterprint', () => this.draw());
		this.apply(this.filter);
	}

	private notes(): Child[] {
		const { unlisted, lookupsUnlisted, eventsNotKept } = this.data;
		return [
			unlisted > 0 && el('p', { class: 'small' }, `The list holds the first ${count(this.data.count)}; ${count(unlisted)} more are in the sums above, and in the events.`),
			lookupsUnlisted > 0 && el('p', { class: 'small' }, `${many(lookupsUnlisted, 'lookup')} that went through are in the sums, and not in the list.`),
			eventsNotKept > 0 && el('p', { class: 'small' }, `Of ${many(eventsNotKept, 'row')} the event itself is not in this page.`),
		];
	}

	private exports(): HTMLElement {
		const export_ = (label: string, make: typeof csv, file: string): HTMLButtonElement => {
			const made = button(label, () => {
				made.disabled = true;
				void make(this.data, this.blocks, this.rows).then((blob) => save(blob, file)).finally(() => (made.disabled = false));
			});
			return made;
		};
		return el('p', { class: 'exports' }, 'What is listed, as a file: ', export_('CSV', csv, 'contacts.csv'), ' ', export_('JSON lines', json, 'contacts.jsonl'));
	}

	show(wanted: Partial<Filter>): void {
		const filter = { ...NO_FILTER, ...wanted };
		this.controls.set(filter);
		this.apply(filter);
		document.getElementById('list-title')?.focus();
		this.element.scrollIntoView();
	}

	private apply(filter: Filter): void {
		this.filter = filter;
		this.rows = sort(this.data, select(this.data, this.filter), this.column, this.isDown);
		this.found.textContent = `${count(this.rows.length)} of ${count(this.data.count)}`;
		this.grid.setAttribute('aria-rowcount', String(this.rows.length + 1));
		this.view.scrollTop = 0;
		this.markHeads();
		this.draw();
	}

	private sortBy(column: Column): void {
		this.isDown = this.column === column ? !this.isDown : column === 'bytes_in';
		this.column = column;
		this.apply(this.filter);
	}

	private markHeads(): void {
		for (const head of this.heads)
			if (head.dataset['column'] === this.column)
				head.setAttribute('aria-sort', this.isDown ? 'descending' : 'ascending');
			else
				head.removeAttribute('aria-sort');
	}

	private rowElement(index: number): HTMLTableRowElement {
		const row = this.rows[index] ?? 0, c = contact(this.data, row);
		const what = `Evidence: ${shown(c.host)}, ${shown(c.tracker)}, ${time(c.time)}`;
		return el('tr', { 'aria-rowindex': index + 2, 'data-index': index },
			...HEADS.map(([column, , cell]) => el('td', { class: column === 'bytes_in' ? 'number' : null }, cell(c))),
			el('td', {}, el('button', { type: 'button', class: 'open', 'aria-label': what }, 'open')));
	}

	private spacer(rows: number): HTMLTableRowElement | '' {
		if (rows <= 0)
			return '';
		const space = el('td', { colspan: HEADS.length + 1 });
		space.style.height = `${rows * ROW}px`;
		return el('tr', { class: 'spacer', 'aria-hidden': 'true' }, space);
	}

	private draw(begin = Math.floor(this.view.scrollTop / ROW) - AROUND, size = Math.ceil(this.view.clientHeight / ROW) + 2 * AROUND): void {
		const first = Math.max(0, Math.min(begin, this.rows.length - size)), end = Math.min(this.rows.length, first + size);
		const kept = document.activeElement?.closest('tr')?.dataset['index'];
		const rows = Array.from({ length: end - first }, (_, i) => this.rowElement(first + i));
		this.body.replaceChildren(this.spacer(first), ...rows, this.spacer(this.rows.length - end));
		if (kept !== undefined)
			this.focusRow(Number(kept));
	}

	private focusRow(index: number): void {
		this.body.querySelector<HTMLElement>(`tr[data-index="${index}"] button`)?.focus({ preventScroll: true });
	}

	private clicked(event: Event): void {
		const index = (event.target as Element).closest('tr')?.dataset['index'];
		const row = index === undefined ? undefined : this.rows[Number(index)];
		if (row !== undefined)
			void this.detail.open(row, () => this.focusRow(Number(index)));
	}

	// Arrows go from row to row, also to rows that are not drawn yet.
	private pressed(event: KeyboardEvent): void {
		const at = Number((event.target as Element).closest('tr')?.dataset['index'] ?? NaN);
		const page = Math.floor(this.view.clientHeight / ROW) - 2;
		const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
		const step = steps[event.key];
		if (step === undefined || Number.isNaN(at))
			return;
		event.preventDefault();
		const to = Math.max(0, Math.min(this.rows.length - 1, at + step));
		const top = to * ROW, seen = this.view.scrollTop, height = this.view.clientHeight - 2 * ROW;
		if (top < seen || top > seen + height)
			this.view.scrollTop = Math.max(0, top - height / 2);
		this.draw();
		this.focusRow(to);
	}
}

export function listView(data: Data): { element: HTMLElement; show: Show } {
	const list = new List(data);
	return { element: list.element, show: (filter) => list.show(filter) };
}

// SPDX-License-Identifier: Apache-2.0
//
// A table that sorts by a click on a heading and shows its first rows, then more.

import { button, el, type Child } from './dom';
import { count } from './text';

export interface TableColumn<T> {
	head: string;
	cell: (row: T) => Child;
	by?: (row: T) => number | string; // what it sorts by; without: it does not
	isNumber?: boolean;
	isTime?: boolean; // it stands on one line
}

const classOf = <T>(c: TableColumn<T>): string | null => (c.isNumber ? 'number' : c.isTime ? 'time' : null);

const FIRST = 12;
const MORE = 200;

function compare(a: number | string, b: number | string): number {
	if (typeof a === 'number' && typeof b === 'number')
		return a - b;
	return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function rowOf<T>(row: T, columns: TableColumn<T>[]): HTMLTableRowElement {
	return el('tr', {}, ...columns.map((c, i) =>
		i === 0 ? el('th', { scope: 'row', class: classOf(c) }, c.cell(row)) : el('td', { class: classOf(c) }, c.cell(row))));
}

// `total`: how many there are, when not all of them are in `rows`.
export function table<T>(caption: string, rows: T[], columns: TableColumn<T>[], total = rows.length, first = FIRST): HTMLElement {
	const body = el('tbody');
	const more = el('div', { class: 'more' });
	let sorted = rows, limit = first;
	const heads = columns.map((c) => el('th', { scope: 'col', class: c.isNumber ? 'number' : null }));

	function draw(): void {
		body.replaceChildren(...sorted.slice(0, limit).map((row) => rowOf(row, columns)));
		if (rows.length === 0)
			body.append(el('tr', {}, el('td', { colspan: columns.length }, 'none')));
		more.replaceChildren();
		const left = sorted.length - limit;
		if (left > 0)
			more.append(button(`${count(Math.min(left, MORE))} more of ${count(left)}`, () => {
				limit += MORE;
				draw();
			}));
		if (total > rows.length)
			more.append(el('span', {}, ` The first ${count(rows.length)} of ${count(total)} are in this page.`));
	}

	function sortBy(index: number): void {
		const by = columns[index]?.by, head = heads[index];
		if (!by || !head)
			return;
		const isUp = head.getAttribute('aria-sort') === 'descending';
		heads.forEach((h) => h.removeAttribute('aria-sort'));
		head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
		sorted = [...rows].sort((a, b) => (isUp ? 1 : -1) * compare(by(a), by(b)));
		draw();
	}

	heads.forEach((head, i) => head.append(columns[i]?.by ? button(columns[i].head, () => sortBy(i)) : columns[i]?.head ?? ''));
	draw();
	return el('div', { class: 'table', role: 'region', 'aria-label': caption, tabindex: 0 },
		el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...heads)), body), more);
}

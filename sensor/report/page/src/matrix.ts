// SPDX-License-Identifier: Apache-2.0
//
// Hosts and products: a table whose cells are shaded by the number of contacts, so that it is read aloud as it is seen.

import type { Data } from './data';
import { button, el, type Child } from './dom';
import { exactly, type Show } from './filter';
import { count, kind, many, shown } from './text';

const HOSTS = 30, PRODUCTS = 14, SHADES = 6;

function largest(sums: Map<string, number>, most: number): string[] {
	return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most).map(([key]) => key);
}

function add(sums: Map<string, number>, key: string, more: number): void {
	sums.set(key, (sums.get(key) ?? 0) + more);
}

// Shades by powers: one contact is seen beside a thousand.
function shade(n: number, most: number): number {
	return n === 0 ? 0 : 1 + Math.floor(((SHADES - 1) * Math.log(n)) / Math.max(Math.log(most), 1e-9) || 0);
}

export function matrix(data: Data, show: Show): HTMLElement {
	const hosts = new Map<string, number>(), products = new Map<string, number>(), cells = new Map<string, number>();
	const labels = new Map<string, { product: string; category: string }>();
	for (const { identity, product, category, contacts, blocked } of data.matrix.rows) {
		const column = JSON.stringify([product, category]), n = contacts + blocked;
		if (n === 0) // only looked up
			continue;
		add(hosts, identity, n);
		add(products, column, n);
		add(cells, JSON.stringify([identity, column]), n);
		labels.set(column, { product, category });
	}
	const columns = largest(products, PRODUCTS), rows = largest(hosts, HOSTS), most = Math.max(1, ...cells.values());
	const known = new Map(data.hosts.rows.map((h) => [h.identity, h]));
	const head = columns.map((c) => {
		const label = labels.get(c);
		return el('th', { scope: 'col' }, el('span', {}, shown(label?.product ?? '')), el('small', {}, kind(label?.category ?? '')));
	});
	const cell = (host: string, column: string): HTMLElement => {
		const n = cells.get(JSON.stringify([host, column])) ?? 0;
		return el('td', { class: `shade${Math.min(shade(n, most), SHADES)} number` }, n > 0 ? count(n) : el('span', { class: 'none' }, '\u00b7'));
	};
	const body = rows.map((host): Child => el('tr', {},
		el('th', { scope: 'row' }, button(shown(known.get(host)?.address ?? host), () => show({ search: exactly(host) }), { class: 'link' }), el('small', {}, shown(known.get(host)?.name ?? ''))),
		...columns.map((c) => cell(host, c))));
	const left = Math.max(0, data.hosts.total - rows.length - (data.hosts.rows.length - hosts.size));
	return el('figure', { id: 'matrix' },
		el('figcaption', {}, 'Hosts and products: contacts, and lookups that were blocked'),
		rows.length === 0 ? el('p', {}, 'There is nothing to show.')
			: el('div', { class: 'table', role: 'region', 'aria-label': 'Hosts and products', tabindex: 0 },
				el('table', { class: 'matrix' }, el('caption', {}, 'Hosts and products'), el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'host'), ...head)), el('tbody', {}, ...body))),
		left > 0 && el('p', { class: 'small' }, `The ${rows.length} hosts with most; ${many(left, 'other')} in the table of hosts.`));
}

// SPDX-License-Identifier: Apache-2.0
//
// What are we in contact with: pixel, app, SDK, CDN, cloud? And which host with what.

import type { Data } from './data';
import { button, el, name, section } from './dom';
import { exactly, type Show } from './filter';
import { matrix } from './matrix';
import { sankey } from './sankey';
import { table } from './table';
import { bytes, count, kind, shown } from './text';

export function kindsView(data: Data, show: Show): HTMLElement {
	return section('kinds', 'What are they in contact with?',
		table('Products and kinds', data.products.rows, [
			{ head: 'product', cell: (p) => name(shown(p.product)), by: (p) => p.product },
			{ head: 'kind', cell: (p) => button(kind(p.category), () => show({ category: p.category }), { class: 'link' }), by: (p) => kind(p.category) },
			{ head: 'contacts', cell: (p) => count(p.contacts), by: (p) => p.contacts, isNumber: true },
			{ head: 'lookups', cell: (p) => count(p.lookups), by: (p) => p.lookups, isNumber: true },
			{ head: 'sent', cell: (p) => bytes(p.bytes_out), by: (p) => p.bytes_out, isNumber: true },
			{ head: 'received', cell: (p) => bytes(p.bytes_in), by: (p) => p.bytes_in, isNumber: true },
		], data.products.total),
		sankey(data),
		matrix(data, show),
		el('details', { class: 'as-table' }, el('summary', {}, 'Names that were contacted'),
			table('Names that were contacted', data.trackers.rows, [
				{ head: 'name', cell: (t) => button(shown(t.name), () => show({ search: exactly(t.name) }), { class: 'link' }), by: (t) => t.name },
				{ head: 'contacts', cell: (t) => count(t.contacts), by: (t) => t.contacts, isNumber: true },
				{ head: 'lookups', cell: (t) => count(t.lookups), by: (t) => t.lookups, isNumber: true },
				{ head: 'blocked', cell: (t) => count(t.blocked), by: (t) => t.blocked, isNumber: true },
			], data.trackers.total)));
}

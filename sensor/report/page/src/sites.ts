// SPDX-License-Identifier: Apache-2.0
//
// Which web sites carry the pixel, since when, gone when?

import type { Data, Site } from './data';
import { button, el, name, section } from './dom';
import { exactly, type Show } from './filter';
import { table } from './table';
import { count, day, many, percent, shown } from './text';

const STATUS: Record<string, [string, string]> = {
	present: ['carries it', 'bad'],
	removed: ['took it off', 'good'],
	absent: ['does not carry it', 'good'],
	unknown: ['called it; not sure yet', ''],
};
const ORDER = ['present', 'removed', 'unknown', '', 'absent'];

function status(site: Site): HTMLElement {
	const [label, tone] = STATUS[site.status] ?? ['called it; not sure yet', ''];
	return el('span', { class: tone }, label);
}

// Of a site that was only visited there is nothing to say.
const matters = (s: Site): boolean => s.pixel_visits + s.contacts > 0 || s.status === 'present' || s.status === 'removed';

export function sitesView(data: Data, show: Show): HTMLElement {
	const sites = data.sites.rows.filter(matters).sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || b.pixel_visits - a.pixel_visits);
	const carrying = sites.filter((s) => s.status === 'present').length, gone = sites.filter((s) => s.status === 'removed').length;
	const unsure = sites.filter((s) => s.status !== 'absent').length - carrying - gone;
	const line = sites.length === 0 ? 'No page of a site was seen to call the pixel.'
		: [
			`${many(carrying, 'site carries', 'sites carry')} the pixel.`,
			gone > 0 ? `${count(gone)} took it off.` : '',
			unsure > 0 ? `${many(unsure, 'more site was', 'more sites were')} seen to call it, but too few visits were seen to be sure.` : '',
		].filter((part) => part !== '').join(' ');
	return section('sites', 'Which sites carry the pixel, since when, gone when?',
		el('p', { class: 'lead' }, line),
		table('Sites whose pages called a tracker', sites, [
			{ head: 'site', cell: (s) => button(shown(s.name), () => show({ search: exactly(s.name) }), { class: 'link' }), by: (s) => s.name },
			{ head: 'belongs to', cell: (s) => name(shown([s.organisation, s.jurisdiction, s.sector].filter((w) => w !== '').join(', ') || s.domain)), by: (s) => s.organisation || s.domain },
			{ head: 'status', cell: status, by: (s) => ORDER.indexOf(s.status) },
			{ head: 'since', cell: (s) => day(s.since), by: (s) => s.since, isTime: true },
			{ head: 'last confirmed', cell: (s) => day(s.confirmed), by: (s) => s.confirmed, isTime: true },
			{ head: 'gone', cell: (s) => day(s.removed), by: (s) => s.removed, isTime: true },
			{ head: 'visits', cell: (s) => count(s.visits), by: (s) => s.visits, isNumber: true },
			{ head: 'with the pixel', cell: (s) => `${count(s.pixel_visits)} (${percent(s.pixel_visits, s.visits)})`, by: (s) => s.pixel_visits, isNumber: true },
			{ head: 'contacts', cell: (s) => count(s.contacts), by: (s) => s.contacts, isNumber: true },
		], sites.length));
}

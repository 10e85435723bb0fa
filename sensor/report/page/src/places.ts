// SPDX-License-Identifier: Apache-2.0
//
// Where does it go: countries and network operators.

import { scaleLinear } from 'd3-scale';
import type { Data, Place } from './data';
import { button, el, figure, name, section, svg, uniqueId } from './dom';
import type { Show } from './filter';
import { table } from './table';
import { bytes, count, country, many, shown } from './text';

interface Country {
	iso: string;
	contacts: number;
	byOthers: number; // by way of networks that deliver for others
	bytes: number;
}

const WIDTH = 960, ROW = 26, LEFT = 190, MOST = 15;

function byCountry(places: Place[]): Country[] {
	const sums = new Map<string, Country>();
	for (const p of places) {
		const sum = sums.get(p.country) ?? { iso: p.country, contacts: 0, byOthers: 0, bytes: 0 };
		sum.contacts += p.contacts;
		sum.byOthers += p.kind !== '' ? p.contacts : 0;
		sum.bytes += p.bytes_in + p.bytes_out;
		sums.set(p.country, sum);
	}
	return [...sums.values()].sort((a, b) => b.contacts - a.contacts);
}

function bars(countries: Country[]): SVGSVGElement {
	const shownOnes = countries.slice(0, MOST), height = ROW * shownOnes.length + 8, title = uniqueId();
	const x = scaleLinear([0, Math.max(1, ...shownOnes.map((c) => c.contacts))], [0, WIDTH - LEFT - 170]);
	const rows = shownOnes.map((c, i) => svg('g', { transform: `translate(0,${i * ROW + 4})` },
		svg('title', {}, `${country(c.iso)}: ${many(c.contacts, 'contact')}, ${bytes(c.bytes)}`),
		svg('text', { x: LEFT - 8, y: ROW / 2, dy: '0.35em', 'text-anchor': 'end', direction: 'ltr' }, country(c.iso).slice(0, 28)),
		svg('rect', { x: LEFT, y: 3, height: ROW - 6, width: Math.max(1, x(c.contacts - c.byOthers)), class: 'bar own' }),
		svg('rect', { x: LEFT + x(c.contacts - c.byOthers), y: 3, height: ROW - 6, width: x(c.byOthers), class: 'bar others' }),
		svg('text', { x: LEFT + x(c.contacts) + 6, y: ROW / 2, dy: '0.35em', class: 'amount' }, `${count(c.contacts)}  (${bytes(c.bytes)})`)));
	return svg('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-labelledby': title, class: 'bars' },
		svg('title', { id: title }, 'Contacts by country of the server; the table below has the same'), ...rows);
}

function countryTable(countries: Country[], show: Show): HTMLElement {
	return table('Countries', countries, [
		{ head: 'country', cell: (c) => (c.iso === '' ? country('') : button(country(c.iso), () => show({ country: c.iso }), { class: 'link' })), by: (c) => country(c.iso) },
		{ head: 'contacts', cell: (c) => count(c.contacts), by: (c) => c.contacts, isNumber: true },
		{ head: 'of them at delivery networks', cell: (c) => count(c.byOthers), by: (c) => c.byOthers, isNumber: true },
		{ head: 'bytes', cell: (c) => bytes(c.bytes), by: (c) => c.bytes, isNumber: true },
	]);
}

const HOW: Record<string, string> = { cdn: 'delivers for others', anycast: 'answers from many places' };

export function placesView(data: Data, show: Show): HTMLElement {
	const countries = byCountry(data.places.rows);
	if (countries.length === 0)
		return section('places', 'Where does it go?', el('p', { class: 'lead' }, 'Nothing says where the servers are: no geolocation is in the events.'));
	return section('places', 'Where does it go?',
		el('p', { class: 'small' }, 'The country is the server\u2019s by the geolocation database. Paler: at networks that deliver for others (CDN) or answer from many places at once; there the country says where the delivering server is, not where data ends.'),
		figure('countries', 'Contacts by country', bars(countries), countryTable(countries, show)),
		table('Network operators', data.places.rows, [
			{ head: 'operator', cell: (p) => (p.operator === '' ? 'not known' : button(shown(p.operator), () => show({ search: p.operator }), { class: 'link' })), by: (p) => p.operator },
			{ head: 'AS', cell: (p) => name(shown(p.as)), by: (p) => p.as },
			{ head: 'country', cell: (p) => country(p.country), by: (p) => country(p.country) },
			{ head: 'what it does', cell: (p) => HOW[p.kind] ?? '', by: (p) => p.kind },
			{ head: 'contacts', cell: (p) => count(p.contacts), by: (p) => p.contacts, isNumber: true },
			{ head: 'sent', cell: (p) => bytes(p.bytes_out), by: (p) => p.bytes_out, isNumber: true },
			{ head: 'received', cell: (p) => bytes(p.bytes_in), by: (p) => p.bytes_in, isNumber: true },
		], data.places.total));
}

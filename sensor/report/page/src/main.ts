// SPDX-License-Identifier: Apache-2.0
import './page.css';
import { answerView } from './answer';
import { readData, type Data } from './data';
import { button, el, section } from './dom';
import type { Show } from './filter';
import { hostsView } from './hosts';
import { kindsView } from './kinds';
import { listView } from './list';
import { placesView } from './places';
import { sitesView } from './sites';
import { many, shown } from './text';
import { timesView } from './times';

const PLACES: [id: string, label: string][] = [
	['answer', 'Answer'], ['hosts', 'Hosts'], ['sites', 'Sites'], ['kinds', 'Kinds'], ['places', 'Places'], ['times', 'Times'], ['list', 'Contacts'],
];

// Light or dark as the system says, until somebody says otherwise.
function themeButton(): HTMLElement {
	const made = button('Light or dark', () => {
		const root = document.documentElement, isDark = root.dataset['theme'] === undefined
			? matchMedia('(prefers-color-scheme: dark)').matches : root.dataset['theme'] === 'dark';
		root.dataset['theme'] = isDark ? 'light' : 'dark';
		made.setAttribute('aria-pressed', String(!isDark));
	}, { id: 'theme' });
	return made;
}

function head(data: Data): Node[] {
	return [
		el('h1', {}, 'dancecard'),
		el('nav', { 'aria-label': 'Parts of this page' }, el('ul', {}, ...PLACES.map(([id, label]) => el('li', {}, el('a', { href: `#${id}` }, label))))),
		el('p', { class: 'made' }, `${shown(data.program)}, of ${many(data.events, 'event')} `, themeButton(), ' ', button('Print', () => window.print(), { id: 'print' })),
	];
}

function show(data: Data): void {
	const list = listView(data), filter: Show = list.show;
	document.getElementById('head')?.replaceChildren(...head(data));
	document.getElementById('main')?.replaceChildren(
		answerView(data), hostsView(data, filter), sitesView(data, filter), kindsView(data, filter), placesView(data, filter), timesView(data), list.element);
}

function start(): void {
	try {
		show(readData(document.getElementById('data')?.textContent ?? ''));
	} catch (error) {
		document.getElementById('main')?.replaceChildren(section('answer', 'This page is broken', el('p', {}, shown(String(error)))));
	}
	document.documentElement.dataset['ready'] = 'yes';
}

start();

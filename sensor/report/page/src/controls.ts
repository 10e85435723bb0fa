// SPDX-License-Identifier: Apache-2.0
//
// The list's search field and its choices.

import type { Data } from './data';
import { button, el } from './dom';
import { NO_FILTER, type Filter } from './filter';
import { CONFIDENCES, country, kind, outcomeLabel, OUTCOMES, shown, VERDICTS } from './text';

type Choice = [value: string, label: string];

function wordsOf(data: Data, column: 'network' | 'category' | 'country', label: (word: string) => string): Choice[] {
	return [...new Set(data.list[column])].map((n) => data.words[n] ?? '').filter((word) => word !== '')
		.map((word): Choice => [word, label(word)]).sort((a, b) => (a[1] < b[1] ? -1 : 1));
}

function choicesOf(data: Data): [key: Exclude<keyof Filter, 'search'>, label: string, choices: Choice[]][] {
	const plain = (words: readonly string[]): Choice[] => words.filter((w) => w !== '').map((w) => [w, w]);
	return [
		['type', 'Show', [['', 'contacts, blocked lookups'], ['contact', 'contacts'], ['lookup', 'lookups'], ['all', 'all']]],
		['outcome', 'Outcome', [['', 'any'], ...OUTCOMES.map((o): Choice => [o, outcomeLabel(o)])]],
		['confidence', 'How sure', [['', 'any'], ...plain(CONFIDENCES)]],
		['verdict', 'Policy', [['', 'any'], ...plain(VERDICTS)]],
		['category', 'Kind', [['', 'any'], ...wordsOf(data, 'category', kind)]],
		['network', 'Network', [['', 'any'], ...wordsOf(data, 'network', shown)]],
		['country', 'Country', [['', 'any'], ...wordsOf(data, 'country', country)]],
	];
}

export interface Controls {
	element: HTMLElement;
	set: (filter: Filter) => void; // shows what is chosen; tells nobody
}

export function controls(data: Data, changed: (filter: Filter) => void): Controls {
	let filter = { ...NO_FILTER };
	const search = el('input', { type: 'search', id: 'search', placeholder: 'host, MAC, name, site, file', autocomplete: 'off', spellcheck: 'false' });
	const selects = choicesOf(data).map(([key, label, choices]) => {
		const select = el('select', { id: `filter-${key}` }, ...choices.map(([value, text]) => el('option', { value }, text)));
		select.addEventListener('change', () => changed((filter = { ...filter, [key]: select.value })));
		return { key, select, label: el('label', {}, label, ' ', select) };
	});
	search.addEventListener('input', () => changed((filter = { ...filter, search: search.value })));
	const set = (wanted: Filter): void => {
		filter = { ...wanted };
		search.value = wanted.search;
		for (const { key, select } of selects)
			select.value = wanted[key];
	};
	const reset = button('Clear', () => {
		set(NO_FILTER);
		changed(filter);
	}, { id: 'clear' });
	const element = el('form', { class: 'controls', role: 'search', 'aria-label': 'Contacts' }, el('label', {}, 'Search ', search), ...selects.map((s) => s.label), reset);
	element.addEventListener('submit', (e) => e.preventDefault());
	return { element, set };
}

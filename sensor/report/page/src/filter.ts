// SPDX-License-Identifier: Apache-2.0
//
// Which rows of the list are wanted, and in which order.

import type { Column, Data } from './data';
import { CONFIDENCES, OUTCOMES, VERDICTS } from './text';

export interface Filter {
	search: string; // words that must all be in the row
	type: string; // '': contacts and blocked lookups; 'all', 'contact', 'lookup'
	outcome: string;
	confidence: string;
	verdict: string;
	category: string;
	network: string;
	country: string;
}

export const NO_FILTER: Filter = { search: '', type: '', outcome: '', confidence: '', verdict: '', category: '', network: '', country: '' };
export type Show = (filter: Partial<Filter>) => void;

const BLOCKED = OUTCOMES.indexOf('blocked');
const SEARCHED: Column[] = ['host', 'identity', 'network', 'tracker', 'product', 'site', 'as_org', 'server', 'file'];

// 10.0.0.1 is also in 10.0.0.12: a term behind this is the whole word.
const EXACT = '=';
export const exactly = (word: string): string => (/\s/.test(word) ? word : EXACT + word);

// For each word of the page: is the term in it? Asked once a term, not once a row.
function wordsWith(words: string[], term: string): Uint8Array {
	const is = term.startsWith(EXACT) ? (word: string) => word === term.slice(1) : (word: string) => word.includes(term);
	return Uint8Array.from(words, (word) => (is(word.toLowerCase()) ? 1 : 0));
}

// A host's own name is found as its address is.
function addNames(found: Uint8Array, data: Data, term: string): void {
	const named = new Set(data.hosts.rows.filter((h) => h.name.toLowerCase().includes(term)).map((h) => h.identity));
	if (named.size > 0)
		data.words.forEach((word, i) => (found[i] = found[i] === 1 || named.has(word) ? 1 : 0));
}

type Test = (row: number) => boolean;

function isWord(column: number[], words: string[], wanted: string): Test {
	const number = words.indexOf(wanted);
	return (row) => column[row] === number;
}

function searchTests(data: Data, search: string): Test[] {
	const columns = SEARCHED.map((name) => data.list[name]);
	return search.toLowerCase().split(/\s+/).filter((term) => term !== '').map((term) => {
		const found = wordsWith(data.words, term);
		addNames(found, data, term);
		return (row) => columns.some((column) => found[column[row] ?? 0] === 1);
	});
}

function typeTest({ list }: Data, type: string): Test | null {
	switch (type) {
	case 'all':
		return null;
	case 'contact':
		return (row) => list.is_lookup[row] === 0;
	case 'lookup':
		return (row) => list.is_lookup[row] === 1;
	default:
		return (row) => list.is_lookup[row] === 0 || list.outcome[row] === BLOCKED;
	}
}

function testsOf(data: Data, f: Filter): Test[] {
	const { list, words } = data;
	const outcome = OUTCOMES.indexOf(f.outcome as never), sure = CONFIDENCES.indexOf(f.confidence as never), verdict = VERDICTS.indexOf(f.verdict as never);
	return [
		typeTest(data, f.type),
		f.outcome !== '' && ((row: number) => list.outcome[row] === outcome),
		f.confidence !== '' && ((row: number) => list.confidence[row] === sure),
		f.verdict !== '' && ((row: number) => list.verdict[row] === verdict),
		f.category !== '' && isWord(list.category, words, f.category),
		f.network !== '' && isWord(list.network, words, f.network),
		f.country !== '' && isWord(list.country, words, f.country),
		...searchTests(data, f.search),
	].filter((test): test is Test => typeof test === 'function');
}

export function select(data: Data, filter: Filter): Uint32Array {
	const tests = testsOf(data, filter), rows = new Uint32Array(data.count);
	let count = 0;
	for (let row = 0; row < data.count; row++)
		if (tests.every((test) => test(row)))
			rows[count++] = row;
	return rows.subarray(0, count);
}

// Columns of words sort by the words' order, found once.
const WORDS: ReadonlySet<Column> = new Set(['host', 'identity', 'network', 'tracker', 'product', 'category', 'site', 'country', 'as_org', 'server', 'file']);

function ranks(words: string[]): Uint32Array {
	const order = words.map((_, i) => i).sort((a, b) => ((words[a] ?? '') < (words[b] ?? '') ? -1 : 1));
	const rank = new Uint32Array(words.length);
	order.forEach((word, i) => (rank[word] = i));
	return rank;
}

let ranked: Uint32Array | undefined;

export function sort(data: Data, rows: Uint32Array, column: Column, isDown: boolean): Uint32Array {
	if (column === 'time') // as they come
		return isDown ? rows.reverse() : rows;
	const values = data.list[column];
	ranked ??= ranks(data.words);
	const rank = ranked, key = WORDS.has(column) ? (row: number) => rank[values[row] ?? 0] ?? 0 : (row: number) => values[row] ?? 0;
	const sign = isDown ? -1 : 1;
	return rows.sort((a, b) => sign * (key(a) - key(b)) || a - b);
}

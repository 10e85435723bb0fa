// SPDX-License-Identifier: Apache-2.0
//
// What stands in the page, as sensor/report/page_data.c wrote it. Words are numbers into `words`.

type Row = readonly number[];

interface RawTable {
	columns: string[];
	rows: Row[];
	total: number;
	lost: number;
}

export const COUNTS = [
	'contacts', 'established', 'reset', 'unanswered', 'pending', 'lookups', 'blocked', 'banned', 'allowed', 'watched', 'certain',
	'strong', 'weak', 'bytes_out', 'bytes_in', 'hosts', 'addresses', 'through', 'held', 'first', 'last',
] as const;
export type Counts = Record<(typeof COUNTS)[number], number>;

type TableName = 'networks' | 'hosts' | 'sites' | 'products' | 'trackers' | 'places' | 'rules' | 'matrix' | 'streams';

const VISIBILITY = [
	'packets', 'flows', 'hellos', 'flows_named', 'hellos_incomplete', 'hellos_one_sided', 'ech_real', 'ech_grease', 'ech_unknown',
	'doh', 'dot', 'doq', 'drops', 'evictions',
] as const;
export type Visibility = Record<(typeof VISIBILITY)[number], number>;

export const COLUMNS = [
	'time', 'is_lookup', 'host', 'identity', 'network', 'tracker', 'product', 'category', 'site', 'country', 'as_org', 'server', 'file', 'packet',
	'outcome', 'confidence', 'verdict', 'severity', 'bytes_out', 'bytes_in', 'weight', 'event',
] as const;
export type Column = (typeof COLUMNS)[number];
export type List = Record<Column, number[]>;

interface RawData {
	version: number;
	program: string;
	sources: number[];
	events: number;
	repeats: number;
	first: number;
	last: number;
	block_lines: number;
	totals: Omit<Counts, 'first' | 'last'>;
	visibility: Partial<Visibility>;
	bans: Row[];
	timeline: { seconds: number; first: number; pieces: Row[] };
	tables: Record<TableName, RawTable>;
	list: List;
	list_lost: number;
	lookups_lost: number;
	events_not_kept: number;
	words: string[];
}

// A row whose named columns are words, and all others numbers.
export type Line<K extends string, N extends string = never> = Record<K, string> & Record<N, number> & Counts;

export interface Table<T> {
	rows: T[];
	total: number; // rows that there were; more than there are here, when the table was cut
	lost: number;
}

export type Network = Line<'name' | 'organisation' | 'jurisdiction' | 'ban'>;
// A host is its MAC, what it calls itself to DHCP, or its address; `address` is the one that it had last.
export type Host = Line<'identity' | 'address' | 'name' | 'mac' | 'network'>;
export type Site = Line<
	'name' | 'entity' | 'domain' | 'status' | 'organisation' | 'jurisdiction' | 'sector',
	'since' | 'confirmed' | 'removed' | 'seen' | 'visits' | 'pixel_visits'
>;
export type Product = Line<'product' | 'category' | 'entity'>;
export type Tracker = Line<'name'>;
export type Place = Line<'country' | 'operator' | 'as' | 'kind'>;
export type Rule = Line<'rule' | 'verdict' | 'reference'>;
export type Cell = Line<'identity' | 'product' | 'category'>;
export type Stream = Line<'network' | 'site' | 'product'>;

export interface Ban {
	rule: string;
	reference: string;
	since: number;
	until: number;
}

export interface Piece {
	time: number;
	established: number;
	stopped: number;
	pending: number;
	banned: number;
}

export interface Data {
	program: string;
	sources: string[];
	events: number;
	repeats: number;
	first: number;
	last: number;
	blockLines: number;
	totals: Omit<Counts, 'first' | 'last'>;
	visibility: Visibility | null;
	bans: Ban[];
	pieceLength: number; // milliseconds
	pieces: Piece[];
	networks: Table<Network>;
	hosts: Table<Host>;
	sites: Table<Site>;
	products: Table<Product>;
	trackers: Table<Tracker>;
	places: Table<Place>;
	rules: Table<Rule>;
	matrix: Table<Cell>;
	streams: Table<Stream>;
	list: List;
	count: number; // rows of the list
	unlisted: number;
	lookupsUnlisted: number;
	eventsNotKept: number;
	words: string[];
}

const NUMBERS: ReadonlySet<string> = new Set([...COUNTS, 'since', 'confirmed', 'removed', 'seen', 'visits', 'pixel_visits']);

function table<T>(raw: RawTable, words: string[]): Table<T> {
	const rows = raw.rows.map((row) => {
		const line: Record<string, string | number> = {};
		raw.columns.forEach((name, i) => {
			const value = row[i] ?? 0;
			line[name] = NUMBERS.has(name) ? value : (words[value] ?? '');
		});
		return line as T;
	});
	return { rows, total: raw.total, lost: raw.lost };
}

// Times are written as how much later each is than the one before.
function unwindTimes(list: List): void {
	let time = 0;
	list.time = list.time.map((step) => (time += step));
}

function visibility(raw: Partial<Visibility>): Visibility | null {
	if (raw.packets === undefined)
		return null;
	return Object.fromEntries(VISIBILITY.map((name) => [name, raw[name] ?? 0])) as Visibility;
}

export function readData(text: string): Data {
	const raw = JSON.parse(text) as RawData;
	if (raw.version !== 2)
		throw new Error(`data of version ${raw.version}`);
	const { words, tables, timeline } = raw;
	const word = (n: number | undefined): string => words[n ?? 0] ?? '';
	const pieceLength = timeline.seconds * 1000;
	unwindTimes(raw.list);
	return {
		program: raw.program,
		sources: raw.sources.map(word),
		events: raw.events,
		repeats: raw.repeats,
		first: raw.first,
		last: raw.last,
		blockLines: raw.block_lines,
		totals: raw.totals,
		visibility: visibility(raw.visibility),
		bans: raw.bans.map(([rule, reference, since = 0, until = 0]) => ({ rule: word(rule), reference: word(reference), since, until })),
		pieceLength,
		pieces: timeline.pieces.map(([established = 0, stopped = 0, pending = 0, banned = 0], i) => ({
			time: timeline.first + i * pieceLength, established, stopped, pending, banned,
		})),
		networks: table(tables.networks, words),
		hosts: table(tables.hosts, words),
		sites: table(tables.sites, words),
		products: table(tables.products, words),
		trackers: table(tables.trackers, words),
		places: table(tables.places, words),
		rules: table(tables.rules, words),
		matrix: table(tables.matrix, words),
		streams: table(tables.streams, words),
		list: raw.list,
		count: raw.list.time.length,
		unlisted: raw.list_lost,
		lookupsUnlisted: raw.lookups_lost,
		eventsNotKept: raw.events_not_kept,
		words,
	};
}

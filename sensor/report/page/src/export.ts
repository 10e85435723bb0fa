// SPDX-License-Identifier: Apache-2.0
//
// The rows that are shown, as a file: CSV for people, or the events as they are (a line of JSON each).

import { evidenceOf, linesOf, parse, type Blocks } from './blocks';
import type { Data } from './data';
import { contact, type Contact } from './row';

const FIELDS: [string, (c: Contact) => string | number][] = [
	['timestamp', (c) => (c.time > 0 ? new Date(c.time).toISOString() : '')],
	['event_type', (c) => c.type],
	['host', (c) => c.host],
	['identity', (c) => c.identity],
	['network', (c) => c.network],
	['tracker', (c) => c.tracker],
	['product', (c) => c.product],
	['category', (c) => c.category],
	['site', (c) => c.site],
	['outcome', (c) => c.outcome],
	['confidence', (c) => c.confidence],
	['policy', (c) => c.verdict],
	['severity', (c) => c.severity],
	['server', (c) => c.server],
	['country', (c) => c.country],
	['operator', (c) => c.operator],
	['bytes_out', (c) => c.bytesOut],
	['bytes_in', (c) => c.bytesIn],
	['represents', (c) => c.weight],
	['pcap_filename', (c) => c.file],
	['pcap_cnt', (c) => c.packet],
];

// A spreadsheet takes what begins like a formula for one: names off the wire must not.
function field(value: string | number): string {
	const text = String(value), safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export async function csv(data: Data, blocks: Blocks, rows: Uint32Array): Promise<Blob> {
	const parts = [`${[...FIELDS.map(([head]) => head), 'event_id', 'evidence'].join(',')}\r\n`];
	const lines = await linesOf(data, blocks, rows);
	for (const [i, row] of rows.entries()) {
		const c = contact(data, row), event = parse(lines[i] ?? null);
		const evidence = evidenceOf(event).map((e) => `${e.kind ?? ''}=${e.value ?? ''}${e.pcap_cnt === undefined ? '' : `#${e.pcap_cnt}`}`).join(' ');
		parts.push(`${[...FIELDS.map(([, of]) => of(c)), String(event?.event_id ?? ''), evidence].map(field).join(',')}\r\n`);
	}
	return new Blob(parts, { type: 'text/csv;charset=utf-8' });
}

// Where the page has no event, what the list says of it.
export async function json(data: Data, blocks: Blocks, rows: Uint32Array): Promise<Blob> {
	const lines = await linesOf(data, blocks, rows);
	const parts = lines.map((line, i) => `${line ?? JSON.stringify(contact(data, rows[i] ?? 0))}\n`);
	return new Blob(parts, { type: 'application/x-ndjson' });
}

export function save(blob: Blob, file: string): void {
	const url = URL.createObjectURL(blob), link = document.createElement('a');
	link.href = url;
	link.download = file;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

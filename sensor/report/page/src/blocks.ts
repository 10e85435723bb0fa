// SPDX-License-Identifier: Apache-2.0
//
// The events themselves: they stand in the page deflated, many to a block, and are opened when somebody looks.

import type { Data } from './data';

const NOT_KEPT = 0xffffffff;

export interface Evidence {
	kind?: string;
	value?: string;
	pcap_cnt?: number;
	pcap_filename?: string;
	outer?: boolean;
}
export interface DancecardEvent {
	event_id?: string;
	evidence?: Evidence[];
	[key: string]: unknown;
}

async function inflate(base64: string): Promise<string[]> {
	const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
	return (await new Response(stream).text()).split('\n');
}

export class Blocks {
	private readonly blocks = document.querySelectorAll<HTMLScriptElement>('script.block');
	private last = -1;
	private lines: Promise<string[]> = Promise.resolve([]);

	constructor(private readonly data: Data) {}

	// The line of a row, as the sensor wrote it; null: the page has none.
	async line(row: number): Promise<string | null> {
		const number = this.data.list.event[row] ?? NOT_KEPT, at = Math.floor(number / this.data.blockLines);
		const block = this.blocks[at];
		if (number === NOT_KEPT || !block)
			return null;
		if (at !== this.last) {
			this.last = at;
			this.lines = inflate(block.textContent ?? '');
		}
		return (await this.lines)[number % this.data.blockLines] ?? null;
	}
}

// The lines of many rows, in their order; each block is opened once, however the rows are sorted.
export async function linesOf(data: Data, blocks: Blocks, rows: Uint32Array): Promise<(string | null)[]> {
	const number = (i: number): number => data.list.event[rows[i] ?? 0] ?? NOT_KEPT;
	const order = Uint32Array.from(rows, (_, i) => i).sort((a, b) => number(a) - number(b));
	const lines = new Array<string | null>(rows.length).fill(null);
	for (const i of order)
		lines[i] = await blocks.line(rows[i] ?? 0);
	return lines;
}

export function parse(line: string | null): DancecardEvent | null {
	if (line === null)
		return null;
	try {
		const event: unknown = JSON.parse(line);
		return typeof event === 'object' && event !== null ? (event as DancecardEvent) : null;
	} catch {
		return null;
	}
}

export function evidenceOf(event: DancecardEvent | null): Evidence[] {
	const list: unknown = event?.evidence;
	return Array.isArray(list) ? list.filter((e): e is Evidence => typeof e === 'object' && e !== null) : [];
}

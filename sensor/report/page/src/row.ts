// SPDX-License-Identifier: Apache-2.0
//
// A row of the list in words.

import type { Column, Data } from './data';
import { CONFIDENCES, OUTCOMES, SEVERITIES, VERDICTS } from './text';

export interface Contact {
	time: number;
	type: string;
	host: string;
	identity: string;
	network: string;
	tracker: string;
	product: string;
	category: string;
	site: string;
	country: string;
	operator: string;
	server: string;
	file: string;
	packet: number;
	outcome: string;
	confidence: string;
	verdict: string;
	severity: string;
	bytesOut: number;
	bytesIn: number;
	weight: number;
}

export function contact(data: Data, row: number): Contact {
	const number = (column: Column): number => data.list[column][row] ?? 0;
	const word = (column: Column): string => data.words[number(column)] ?? '';
	return {
		time: number('time'),
		type: number('is_lookup') === 1 ? 'lookup' : 'contact',
		host: word('host'),
		identity: word('identity'),
		network: word('network'),
		tracker: word('tracker'),
		product: word('product'),
		category: word('category'),
		site: word('site'),
		country: word('country'),
		operator: word('as_org'),
		server: word('server'),
		file: word('file'),
		packet: number('packet'),
		outcome: OUTCOMES[number('outcome')] ?? '',
		confidence: CONFIDENCES[number('confidence')] ?? '',
		verdict: VERDICTS[number('verdict')] ?? '',
		severity: SEVERITIES[number('severity')] ?? '',
		bytesOut: number('bytes_out'),
		bytesIn: number('bytes_in'),
		weight: number('weight'),
	};
}

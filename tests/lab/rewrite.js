// SPDX-License-Identifier: Apache-2.0
//
// rewrite.js FILE...
//
// Gives the servers of a recording (pcap or pcapng, Ethernet) their public addresses (`PUBLIC` in
// world.js): in IP headers, in DNS answers and in what ICMP errors quote. Checksums are changed by
// what changed below them (RFC 1624), so a right one stays right and a wrong one wrong. Nothing
// else is touched, every packet keeps its length, and a second run finds nothing to do.

import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PUBLIC } from './world.js';

const TCP = 6, UDP = 17, ICMP = 1, ICMP6 = 58, DNS_PORT = 53;
const CHECKSUM_AT = { [TCP]: 16, [UDP]: 6, [ICMP]: 2, [ICMP6]: 2 };
const A = 1, AAAA = 28, SVCB = 64, HTTPS = 65;
const IPV4HINT = 4, IPV6HINT = 6; // RFC 9460, section 14.3.2

export function addressBytes(text) {
	if (!text.includes(':'))
		return Buffer.from(text.split('.').map(Number));
	const [head, tail = ''] = text.split('::').map((side) => side.split(':').filter(Boolean));
	const groups = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
	return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const swaps = new Map(Object.entries(PUBLIC).map(([from, to]) => [addressBytes(from).toString('hex'), addressBytes(to)]));

function swap(bytes) {
	swaps.get(bytes.toString('hex'))?.copy(bytes);
}

function swapEach(bytes, size) {
	for (let at = 0; at + size <= bytes.length; at += size)
		swap(bytes.subarray(at, at + size));
}

function wordSum(bytes) {
	let sum = 0;
	for (let at = 0; at < bytes.length; at += 2)
		sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
	return sum;
}

function fold(sum) {
	while (sum > 0xffff)
		sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
	return sum;
}

// HC' = ~(~HC + ~m + m'), RFC 1624, section 3; m and m' are all that the sum is over.
function mend(bytes, at, before, after) {
	if (at + 2 > bytes.length)
		return; // an ICMP quote that ends before it
	const old = ~bytes.readUInt16BE(at) & 0xffff;
	bytes.writeUInt16BE(~fold(old + (~fold(wordSum(before)) & 0xffff) + wordSum(after)) & 0xffff, at);
}

function nameEnd(message, at) {
	while (message[at] !== 0) {
		if (message[at] >= 0xc0)
			return at + 2;
		at += 1 + message[at];
	}
	return at + 1;
}

function hints(rdata) {
	for (let at = nameEnd(rdata, 2); at + 4 <= rdata.length;) {
		const key = rdata.readUInt16BE(at);
		const value = rdata.subarray(at + 4, at + 4 + rdata.readUInt16BE(at + 2));
		if (key === IPV4HINT || key === IPV6HINT)
			swapEach(value, key === IPV4HINT ? 4 : 16);
		at += 4 + value.length;
	}
}

const RECORDS = { [A]: swap, [AAAA]: swap, [SVCB]: hints, [HTTPS]: hints };

function dns(message) {
	let at = 12;
	for (let questions = message.readUInt16BE(4); questions > 0; questions--)
		at = nameEnd(message, at) + 4;
	for (let rest = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10); rest > 0; rest--) {
		at = nameEnd(message, at);
		const end = at + 10 + message.readUInt16BE(at + 8);
		RECORDS[message.readUInt16BE(at)]?.(message.subarray(at + 10, end));
		at = end;
	}
}

function payload(protocol, segment) {
	if (protocol === UDP && segment.length > 8 && [segment.readUInt16BE(0), segment.readUInt16BE(2)].includes(DNS_PORT))
		dns(segment.subarray(8));
	else if (protocol === ICMP && [3, 4, 5, 11, 12].includes(segment[0]))
		ipv4(segment.subarray(8));
	else if (protocol === ICMP6 && segment[0] < 128)
		ipv6(segment.subarray(8));
}

// addresses: those of the pseudo header, before and after.
function transport(protocol, segment, addresses) {
	const [before, after] = protocol === ICMP ? [Buffer.alloc(0), Buffer.alloc(0)] : addresses;
	const at = CHECKSUM_AT[protocol];
	if (at === undefined)
		return;
	const was = Buffer.from(segment);
	payload(protocol, segment);
	if (protocol === UDP && segment.readUInt16BE(at) === 0)
		return; // the sender made none
	mend(segment, at, Buffer.concat([before, was]), Buffer.concat([after, segment]));
	if (protocol === UDP && segment.readUInt16BE(at) === 0)
		segment.writeUInt16BE(0xffff, at);
}

function ipv4(packet) {
	const header = packet.subarray(0, (packet[0] & 15) * 4);
	const was = Buffer.from(header);
	swapEach(header.subarray(12, 20), 4);
	mend(header, 10, was, header);
	if ((header.readUInt16BE(6) & 0x1fff) === 0)
		transport(header[9], packet.subarray(header.length, header.readUInt16BE(2)), [was.subarray(12, 20), header.subarray(12, 20)]);
}

// Extension headers do not occur before what we rewrite.
function ipv6(packet) {
	const addresses = packet.subarray(8, 40);
	const was = Buffer.from(addresses);
	swapEach(addresses, 16);
	transport(packet[6], packet.subarray(40, 40 + packet.readUInt16BE(4)), [was, addresses]);
}

function ethernet(frame) {
	let at = 12;
	while ([0x8100, 0x88a8].includes(frame.readUInt16BE(at)))
		at += 4;
	({ 0x0800: ipv4, 0x86dd: ipv6 })[frame.readUInt16BE(at)]?.(frame.subarray(at + 2));
}

// Every frame of a little-endian savefile.
function* frames(file) {
	const isNg = file.readUInt32LE(0) === 0x0a0d0d0a;
	if (!isNg && ![0xa1b2c3d4, 0xa1b23c4d].includes(file.readUInt32LE(0)))
		throw new Error('neither a little-endian pcap nor a pcapng');
	for (let at = isNg ? 0 : 24; at + 12 <= file.length;) {
		const length = isNg ? file.readUInt32LE(at + 4) : 16 + file.readUInt32LE(at + 8);
		if (!isNg)
			yield file.subarray(at + 16, at + length);
		else if (file.readUInt32LE(at) === 6) // an enhanced packet block
			yield file.subarray(at + 28, at + 28 + file.readUInt32LE(at + 20));
		at += length;
	}
}

// What is not ciphertext: in many megabytes of that, any four bytes turn up by chance.
function readable(frame) {
	const at = frame.readUInt16BE(12) === 0x0800 ? 14 + (frame[14] & 15) * 4 : 0;
	const isEncrypted = at > 0 && frame.length >= at + 4 && [TCP, UDP].includes(frame[23]) && [frame.readUInt16BE(at), frame.readUInt16BE(at + 2)].includes(443);
	return isEncrypted ? frame.subarray(0, at) : frame;
}

// Rewrites a recording in place. Throws if one of the addresses is still anywhere in it.
export function rewrite(path) {
	const file = fs.readFileSync(path);
	const old = Object.keys(PUBLIC);
	const left = new Set(old.filter((from) => file.includes(`${from}:`) || file.includes(`${from}/`)));
	for (const frame of frames(file)) {
		ethernet(frame);
		old.filter((from) => readable(frame).includes(addressBytes(from))).forEach((from) => left.add(from));
	}
	if (left.size > 0)
		throw new Error(`${path}: ${[...left]} is in a place that is not rewritten`);
	fs.writeFileSync(path, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.argv.slice(2).forEach(rewrite);

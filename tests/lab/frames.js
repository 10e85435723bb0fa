// SPDX-License-Identifier: Apache-2.0
//
// Puts VLAN tags into a recording (classic pcap, microseconds, Ethernet), where the kernel that
// recorded it has no VLAN devices: to and from each host the tags of its port, outermost first, as
// a trunk's mirror shows them. Broadcasts of others get none: they are of no host's port.

import fs from 'node:fs';

export function addTags(path, tagsOf) {
	const from = fs.readFileSync(path);
	if (from.readUInt32LE(0) !== 0xa1b2c3d4)
		throw new Error(`${path}: not a little-endian pcap with microseconds`);
	const mac = (at) => from.subarray(at, at + 6).toString('hex').replace(/(..)(?=.)/g, '$1:');
	const out = [from.subarray(0, 24)];
	for (let at = 24; at + 16 <= from.length;) {
		const length = from.readUInt32LE(at + 8);
		const frame = at + 16;
		const tags = tagsOf[mac(frame)] ?? tagsOf[mac(frame + 6)] ?? [];
		const header = Buffer.from(from.subarray(at, frame));
		header.writeUInt32LE(length + 4 * tags.length, 8);
		header.writeUInt32LE(from.readUInt32LE(at + 12) + 4 * tags.length, 12);
		out.push(header, from.subarray(frame, frame + 12));
		for (const [type, id] of tags)
			out.push(Buffer.from([type >> 8, type & 255, id >> 8, id & 255]));
		out.push(from.subarray(frame + 12, frame + length));
		at = frame + length;
	}
	fs.writeFileSync(path, Buffer.concat(out));
}

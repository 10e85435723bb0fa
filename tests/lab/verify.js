// SPDX-License-Identifier: Apache-2.0
//
// Reads a recording with tshark, and says what is in it and what should not be.

import fs from 'node:fs';
import { run } from './net.js';
import { MAY_APPEAR } from './world.js';

function fields(path, filter, ...names) {
	const argv = ['tshark', '-n', '-r', path, '-o', 'tcp.reassemble_out_of_order:TRUE', '-Y', filter, '-T', 'fields'];
	return run(...argv, ...names.flatMap((name) => ['-e', name])).split('\n').filter(Boolean).map((line) => line.split('\t'));
}

const distinct = (rows) => [...new Set(rows.flatMap((row) => row.flatMap((cell) => cell.split(','))).filter(Boolean))].sort();

export function describe(path) {
	const split = fields(path, 'tls.handshake.type == 1 && tcp && tcp.segment.count > 1', 'frame.number').length;
	const quic = fields(path, 'quic.long.packet_type == 0 && udp.dstport == 443', 'udp.stream');
	const initials = quic.reduce((sum, [stream]) => ({ ...sum, [stream]: (sum[stream] ?? 0) + 1 }), {});
	return {
		bytes: fs.statSync(path).size,
		packets: fields(path, 'frame', 'frame.number').length,
		tls_sni: distinct(fields(path, 'tls.handshake.type == 1 && tcp', 'tls.handshake.extensions_server_name')),
		quic_sni: distinct(fields(path, 'tls.handshake.type == 1 && quic', 'tls.handshake.extensions_server_name')),
		http_host: distinct(fields(path, 'http.request && tcp', 'http.host')),
		referer: distinct(fields(path, 'http.referer', 'http.referer')),
		dns: distinct(fields(path, 'dns.flags.response == 0', 'dns.qry.name')),
		cname: distinct(fields(path, 'dns.cname', 'dns.cname')),
		https_records: fields(path, 'dns.resp.type == 65', 'frame.number').length,
		hellos_over_segments: split,
		quic_flows_with_several_initials: Object.values(initials).filter((n) => n > 1).length,
		dhcp_name: distinct(fields(path, 'dhcp.option.hostname', 'dhcp.option.hostname')),
		resets: fields(path, 'tcp.flags.reset == 1', 'frame.number').length,
		icmp_prohibited: fields(path, 'icmp.type == 3 && icmp.code == 13', 'frame.number').length,
		vlans: distinct(fields(path, 'vlan', 'vlan.id')),
		bad_checksums: Number(run('tshark', '-n', '-r', path, '-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE',
			'-Y', 'tcp.checksum.status == "Bad" || udp.checksum.status == "Bad" || ip.checksum.status == "Bad"').split('\n').filter((l) => l && !l.includes('ICMP')).length),
	};
}

const FOREIGN_NAME = /google|gstatic|gvt1|chromium|mozilla|debian|localdomain|\.local$|\.lan$/i;

// What in the recording is not the lab's: an empty list is good.
export function strangers(path, { hostNames = [] } = {}) {
	const found = [];
	for (const address of distinct(fields(path, 'ip || ipv6 || arp', 'ip.addr', 'ipv6.addr', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4')))
		if (!MAY_APPEAR.some((pattern) => pattern.test(address)))
			found.push(`address ${address}`);
	for (const mac of distinct(fields(path, 'eth', 'eth.src', 'eth.dst')))
		if (!/^02:00:00:00:/.test(mac) && !/^(ff:ff|33:33|01:00:5e)/.test(mac))
			found.push(`MAC ${mac}`);
	const d = describe(path);
	for (const name of [...d.dns, ...d.tls_sni, ...d.quic_sni, ...d.http_host])
		if (FOREIGN_NAME.test(name))
			found.push(`name ${name}`);
	const bytes = fs.readFileSync(path).toString('latin1');
	for (const name of hostNames)
		if (name.length > 2 && bytes.includes(name))
			found.push(`this machine's name ${name}`);
	if (/Linux \d+\.\d+\.\d/.test(bytes))
		found.push('this machine\'s kernel');
	if (d.bad_checksums)
		found.push(`${d.bad_checksums} bad checksums`);
	return found;
}

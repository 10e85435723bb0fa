// SPDX-License-Identifier: Apache-2.0
//
// Reads a recording with tshark, and says what is in it and what should not be.

import fs from 'node:fs';
import { run } from './net.js';
import { MAY_APPEAR, PUBLIC } from './world.js';

// One pass of tshark; each field is a list (a frame may have several of a kind).
const FIELDS = [
	'eth.src', 'eth.dst', 'ip.addr', 'ipv6.addr', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4', 'vlan.id', 'ieee8021ad.id',
	'tcp.stream', 'tcp.segment.count', 'tcp.flags.reset', 'tcp.flags.syn', 'tcp.ack', 'tcp.analysis.retransmission', 'udp.stream', 'udp.dstport', 'quic.long.packet_type',
	'tls.handshake.type', 'tls.handshake.extensions_server_name', 'x509ce.dNSName', 'http.host', 'http.referer',
	'dns.flags.response', 'dns.flags.rcode', 'dns.count.answers', 'dns.qry.name', 'dns.qry.type', 'dns.resp.type', 'dns.a', 'dns.cname',
	'dhcp.option.hostname', 'icmp.type', 'icmp.code', 'ip.checksum.status', 'tcp.checksum.status', 'udp.checksum.status',
];

function frames(path) {
	const checks = ['tcp.reassemble_out_of_order', 'ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
	const text = run('tshark', '-n', '-r', path, ...checks, '-T', 'fields', ...FIELDS.flatMap((name) => ['-e', name]));
	return text.split('\n').filter(Boolean).map((line) => {
		const cells = line.split('\t');
		return Object.fromEntries(FIELDS.map((name, i) => [name, cells[i] ? cells[i].split(',') : []]));
	});
}

const distinct = (rows, ...names) => [...new Set(rows.flatMap((row) => names.flatMap((name) => row[name])))].sort();
const isTrue = (value) => value === '1' || value === 'True';

function severalInitials(rows) {
	const count = {};
	for (const row of rows)
		if (row['quic.long.packet_type'].includes('0') && row['udp.dstport'].includes('443'))
			count[row['udp.stream'][0]] = (count[row['udp.stream'][0]] ?? 0) + 1;
	return Object.values(count).filter((n) => n > 1).length;
}

// An ICMP error quotes a packet whose checksum is of the whole of it.
function badChecksums(rows) {
	return rows.filter((row) => row['icmp.type'].length === 0 && ['ip', 'tcp', 'udp'].some((p) => row[`${p}.checksum.status`].some((v) => v === '0' || v === 'Bad'))).length;
}

function summary(path, rows) {
	const hello = rows.filter((row) => row['tls.handshake.type'].includes('1'));
	const overTcp = hello.filter((row) => row['tcp.stream'].length > 0);
	const answer = rows.filter((row) => row['dns.flags.response'].some(isTrue));
	return {
		bytes: fs.statSync(path).size,
		packets: rows.length,
		tls_sni: distinct(overTcp, 'tls.handshake.extensions_server_name'),
		quic_sni: distinct(hello.filter((row) => row['udp.stream'].length > 0), 'tls.handshake.extensions_server_name'),
		http_host: distinct(rows, 'http.host'),
		referer: distinct(rows, 'http.referer'),
		dns: distinct(rows, 'dns.qry.name'),
		cname: distinct(rows, 'dns.cname'),
		https_records: rows.filter((row) => row['dns.resp.type'].includes('65')).length,
		hellos_over_segments: overTcp.filter((row) => Number(row['tcp.segment.count'][0] ?? 1) > 1).length,
		quic_flows_with_several_initials: severalInitials(rows),
		// none, the null address, or no such name
		blocked_answers: answer.filter((row) => row['dns.qry.type'].includes('1') &&
			(row['dns.flags.rcode'].includes('3') || row['dns.a'].includes('0.0.0.0') || row['dns.count.answers'].includes('0'))).length,
		certificates: distinct(rows, 'x509ce.dNSName'),
		dhcp_name: distinct(rows, 'dhcp.option.hostname'),
		refused: rows.filter((row) => row['tcp.flags.reset'].some(isTrue) && row['tcp.ack'][0] === '1').length, // the answer to a SYN
		repeated_syns: rows.filter((row) => row['tcp.flags.syn'].some(isTrue) && row['tcp.analysis.retransmission'].length > 0).length,
		icmp_prohibited: rows.filter((row) => row['icmp.type'].includes('3') && row['icmp.code'].includes('13')).length,
		vlans: distinct(rows, 'vlan.id', 'ieee8021ad.id'),
	};
}

// What a recording was made to show, and does not (`expect`: a row in scenarios.js).
function lacking(seen, expect) {
	const lacks = [];
	for (const [what, wanted] of Object.entries(expect)) {
		const there = seen[what];
		const count = there.length ?? there;
		if (Array.isArray(wanted))
			lacks.push(...wanted.filter((value) => !there.includes(value)).map((value) => `no ${what} ${value}`));
		else if (wanted === 0 ? count > 0 : count < wanted)
			lacks.push(`${what}: ${count}, wanted ${wanted || 'none'}`);
	}
	return lacks;
}

const FOREIGN_NAME = /google|gstatic|gvt1|chromium|mozilla|debian|localdomain|\.local$|\.lan$/i;

// What in the recording is not the lab's.
function strangers(path, rows, machine) {
	const found = [];
	for (const address of distinct(rows, 'ip.addr', 'ipv6.addr', 'arp.src.proto_ipv4', 'arp.dst.proto_ipv4'))
		if (address in PUBLIC || !MAY_APPEAR.some((pattern) => pattern.test(address)))
			found.push(`address ${address}`);
	for (const mac of distinct(rows, 'eth.src', 'eth.dst'))
		if (!/^(02:00:00:00:|ff:ff|33:33|01:00:5e)/.test(mac))
			found.push(`MAC ${mac}`);
	for (const name of distinct(rows, 'dns.qry.name', 'tls.handshake.extensions_server_name', 'http.host'))
		if (FOREIGN_NAME.test(name))
			found.push(`name ${name}`);
	const bytes = fs.readFileSync(path).toString('latin1');
	if (machine.length > 2 && bytes.includes(machine))
		found.push('this machine\'s name');
	if (/Linux \d+\.\d+\.\d/.test(bytes))
		found.push('this machine\'s kernel');
	const bad = badChecksums(rows);
	if (bad > 0)
		found.push(`${bad} bad checksums`);
	return found;
}

// {seen, faults}: what is in a recording; what should not be there, or should be and is not.
export function inspect(path, expect = {}) {
	const rows = frames(path);
	const seen = summary(path, rows);
	return { seen, faults: [...lacking(seen, expect), ...strangers(path, rows, process.env.LAB_MACHINE ?? '')] };
}

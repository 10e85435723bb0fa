// SPDX-License-Identifier: Apache-2.0
//
// The test network: namespaces, wires, addresses, a capture on the bridge.
//
//   client 10.20.0.101 ──┐                          ┌─ 198.51.100.x ┐
//   client 10.20.0.102 ──┤ br0 ── 10.20.0.1 (gw) ───┤               ├ (world, all on lo)
//        …               ┘  │     gateway, resolver └─ 203.0.113.x ─┘
//                        tcpdump
//
// The bridge is in the namespace that we were started in, which has no other interface.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

export const LAN = '10.20.0';
export const LAN6 = '2001:db8:20:';
export const GATEWAY = `${LAN}.1`;
export const GATEWAY6 = `${LAN6}:1`;

export function run(...argv) {
	return execFileSync(argv[0], argv.slice(1), { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

// A line of words; none of ours has a blank in it.
function sh(line) {
	return run(...line.trim().split(/\s+/));
}

export function inside(ns, argv) {
	return ns === null ? argv : ['ip', 'netns', 'exec', ns, ...argv];
}

// `argv` with a resolver of its own: `ip netns exec` gives it its own mounts, so nobody else sees it.
export function asking(resolver, argv) {
	const path = `/run/lab/resolv-${resolver}.conf`;
	fs.writeFileSync(path, `nameserver ${resolver}\n`);
	return ['sh', '-euc', 'mount --bind "$1" "$(readlink -m /etc/resolv.conf)"; shift; exec "$@"', 'asking', path, ...argv];
}

// Starts a program that runs on; what it says goes to NAME.log. It ends with us.
export function start(ns, name, argv) {
	const log = fs.openSync(`/run/lab/${name}.log`, 'a');
	const [command, ...rest] = inside(ns, argv);
	const child = spawn(command, rest, { stdio: ['ignore', log, log] });
	fs.closeSync(log);
	child.ended = new Promise((resolve) => child.on('exit', (status, signal) => resolve(status ?? signal)));
	return child;
}

// Runs a program to its end: {status, stdout}.
export async function finish(ns, argv) {
	const [command, ...rest] = inside(ns, argv);
	const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
	let stdout = '';
	child.stdout.on('data', (text) => (stdout += text));
	const status = await new Promise((resolve) => child.on('close', resolve));
	return { status, stdout };
}

export async function until(what, condition, seconds = 15) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50))
		if (await condition())
			return;
	throw new Error(`not there after ${seconds} s: ${what}`);
}

function sysctl(ns, key, value) {
	const path = `/proc/sys/net/${key}`;
	run(...inside(ns, ['sh', '-c', `[ ! -e ${path} ] || echo ${value} > ${path}`]));
}

// Segments go over the wire as they are: else ClientHellos stay whole, and checksums stay undone.
function noOffload(ns, device) {
	run(...inside(ns, ['ethtool', '-K', device, 'tso', 'off', 'gso', 'off', 'gro', 'off', 'tx', 'off', 'rx', 'off']));
}

export function macOf(last) {
	return `02:00:00:00:${last > 100 ? '01' : '00'}:${(last % 100).toString(16).padStart(2, '0')}`;
}

function plug(ns, device, port, mac) {
	sh(`ip link add ${port} type veth peer name ${device} netns ${ns}`);
	sh(`ip -n ${ns} link set ${device} address ${mac}`);
	noOffload(ns, device);
	noOffload(null, port);
	sh(`ip link set ${port} master br0 up`);
	sh(`ip -n ${ns} link set lo up`);
}

// servers: addresses of both families that the world answers at.
export function makeNetwork({ servers, ipv6 = false }) {
	sysctl(null, 'ipv6/conf/default/disable_ipv6', 1);
	sh('ip link set lo up');
	sh('ip link add br0 address 02:00:00:00:ff:01 type bridge stp_state 0 mcast_snooping 0');
	sh('ip link set br0 up');
	sh('ip netns add gw');
	sh('ip netns add world');
	sh('ip link add wan0 netns gw type veth peer name eth0 netns world');
	plug('gw', 'lan0', 'port1', macOf(1));
	sh('ip -n world link set lo up');
	for (const [ns, device, addresses] of [
		['gw', 'lan0', [`${GATEWAY}/24`, `${GATEWAY6}/64`]],
		['gw', 'wan0', ['10.254.0.1/30', 'fd00:254::1/64']],
		['world', 'eth0', ['10.254.0.2/30', 'fd00:254::2/64']],
		['world', 'lo', servers.map((address) => `${address}/${address.includes(':') ? 128 : 32}`)],
	]) {
		if (!ipv6)
			sysctl(ns, 'ipv6/conf/all/disable_ipv6', 1);
		noOffload(ns, device);
		sh(`ip -n ${ns} link set ${device} up`);
		for (const address of addresses)
			if (address.includes(':') ? ipv6 : true)
				sh(`ip -n ${ns} addr add ${address} dev ${device} ${address.includes(':') ? 'nodad' : ''}`);
	}
	sysctl('gw', 'ipv4/ip_forward', 1);
	sysctl('gw', 'ipv6/conf/all/forwarding', 1);
	sh('ip -n gw route add default via 10.254.0.2');
	sh(`ip -n world route add ${LAN}.0/24 via 10.254.0.1`);
	if (ipv6) {
		sh('ip -n gw -6 route add default via fd00:254::2');
		sh(`ip -n world -6 route add ${LAN6}:/64 via fd00:254::1`);
	}
}

// A client namespace on the bridge; `how` is static (10.20.0.LAST), none (it will ask DHCP) or
// slaac (IPv6 only, with a privacy address beside the one made from its MAC).
export function addClient(last, how = 'static') {
	const ns = `c${last}`;
	sh(`ip netns add ${ns}`);
	plug(ns, 'eth0', `port${last}`, macOf(last));
	sysctl(ns, 'ipv6/conf/all/disable_ipv6', how === 'slaac' ? 0 : 1);
	if (how === 'slaac') {
		sysctl(ns, 'ipv6/conf/eth0/disable_ipv6', 0);
		sysctl(ns, 'ipv6/conf/eth0/accept_ra', 2);
		sysctl(ns, 'ipv6/conf/eth0/use_tempaddr', 2);
	}
	sh(`ip -n ${ns} link set eth0 up`);
	if (how === 'static') {
		sh(`ip -n ${ns} addr add ${LAN}.${last}/24 dev eth0`);
		sh(`ip -n ${ns} route add default via ${GATEWAY}`);
	}
	return ns;
}

// A router that hides clients 10.30.0.LAST behind 10.20.0.HIDER.
export function addNat(hider, lasts) {
	const ns = addClient(hider);
	sysctl(ns, 'ipv4/ip_forward', 1);
	sh(`ip -n ${ns} link add inner type bridge`);
	sh(`ip -n ${ns} link set inner up`);
	sh(`ip -n ${ns} addr add 10.30.0.1/24 dev inner`);
	run(...inside(ns, ['nft', 'add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; ' +
		'add rule ip nat out oifname eth0 masquerade']));
	return lasts.map((last) => {
		const client = `n${last}`;
		sh(`ip netns add ${client}`);
		sh(`ip -n ${ns} link add port${last} type veth peer name eth0 netns ${client}`);
		sh(`ip -n ${client} link set eth0 address 02:00:00:00:02:${(last % 100).toString(16).padStart(2, '0')}`);
		noOffload(client, 'eth0');
		noOffload(ns, `port${last}`);
		sh(`ip -n ${ns} link set port${last} master inner up`);
		sysctl(client, 'ipv6/conf/all/disable_ipv6', 1);
		sh(`ip -n ${client} link set lo up`);
		sh(`ip -n ${client} link set eth0 up`);
		sh(`ip -n ${client} addr add 10.30.0.${last}/24 dev eth0`);
		sh(`ip -n ${client} route add default via 10.30.0.1`);
		return client;
	});
}

// Records what crosses the bridge until stop(); every packet whole, none lost.
export async function capture(path, { nanoseconds = false, filter } = {}) {
	const precision = nanoseconds ? ['--time-stamp-precision=nano'] : [];
	const child = start(null, 'tcpdump', ['tcpdump', '-Z', 'root', '-n', '-i', 'br0', '-s', '0', '-B', '32768', '-U', ...precision, '-w', path, ...(filter ? [filter] : [])]);
	const said = () => fs.readFileSync('/run/lab/tcpdump.log', 'utf8');
	await until('tcpdump', () => said().includes('listening on'));
	return {
		async stop() {
			await sleep(1200); // the last FINs, and the kernel's block of packets
			child.kill('SIGINT');
			await child.ended;
			const lost = Number(/(\d+) packets? dropped by kernel/.exec(said())?.[1] ?? NaN);
			if (lost !== 0)
				throw new Error(`tcpdump lost ${lost} packets`);
		},
	};
}

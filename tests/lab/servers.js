// SPDX-License-Identifier: Apache-2.0
//
// What answers: a resolver (unbound), a web server (caddy), a DHCP server (dnsmasq).
//
// unbound because it is what stands on a gateway: it resolves (CNAME chains in one answer, TTLs that
// count down, HTTPS records), and blocks the ways blocklists do, for each client in its own way. The
// whole of the invented Internet is one root zone, which it reads itself, so nothing else need run.

import crypto from 'node:crypto';
import fs from 'node:fs';
import { GATEWAY, GATEWAY6, LAN, LAN6, finish, run, sleep, start, until } from './net.js';

// names: NAME → {a, aaaa: [address], https: 'h3,h2', cname: NAME, ttl}
function zoneText(names) {
	const lines = ['$ORIGIN .', '$TTL 300', '@ SOA a.root.example. hostmaster.root.example. 1 3600 600 86400 60', '@ NS a.root.example.', 'a.root.example. A 198.51.100.53'];
	for (const [name, { a = [], aaaa = [], https, cname, ttl = 60 }] of Object.entries(names)) {
		if (cname)
			lines.push(`${name}. 300 CNAME ${cname}.`);
		for (const address of a)
			lines.push(`${name}. ${ttl} A ${address}`);
		for (const address of aaaa)
			lines.push(`${name}. ${ttl} AAAA ${address}`);
		if (https)
			lines.push(`${name}. ${ttl} HTTPS 1 . alpn="${https}"`);
	}
	return lines.join('\n') + '\n';
}

// blocked: CLIENT ADDRESS or PREFIX → {zones: [domain], how: always_nxdomain | always_null | always_nodata},
// or {zones, to: ADDRESS}: whatever is asked below them is there
function resolverConfig({ ipv6, blocked }) {
	const lines = [
		'server:', 'directory: "/run/lab"', 'chroot: ""', 'username: ""', 'pidfile: "/run/lab/unbound.pid"',
		'do-daemonize: no', 'use-syslog: no', 'verbosity: 1', 'num-threads: 1', 'module-config: "iterator"',
		`interface: ${GATEWAY}`, `access-control: ${LAN}.0/24 allow`, 'hide-identity: yes', 'hide-version: yes',
	];
	if (ipv6)
		lines.push(`interface: ${GATEWAY6}`, `access-control: ${LAN6}:/64 allow`);
	for (const client of Object.keys(blocked))
		lines.push(`access-control-view: ${client.includes('/') ? client : `${client}/32`} view-${client}`);
	for (const [client, { zones, how = 'redirect', to }] of Object.entries(blocked))
		lines.push('view:', `name: view-${client}`, ...zones.map((zone) => `local-zone: "${zone}." ${how}`),
			...(to ? zones.map((zone) => `local-data: "${zone}. 60 A ${to}"`) : []));
	lines.push('remote-control:', 'control-enable: no', 'auth-zone:', 'name: "."', 'zonefile: "/run/lab/root.zone"',
		'for-downstream: no', 'for-upstream: yes', 'fallback-enabled: no');
	return lines.join('\n') + '\n';
}

export async function startResolver(names, { ipv6 = false, blocked = {} } = {}) {
	fs.writeFileSync('/run/lab/root.zone', zoneText(names));
	await runUnbound('gw', 'unbound', resolverConfig({ ipv6, blocked }));
}

async function runUnbound(ns, name, config) {
	fs.writeFileSync(`/run/lab/${name}.conf`, config);
	start(ns, name, ['unbound', '-d', '-c', `/run/lab/${name}.conf`]);
	await until(name, () => fs.readFileSync(`/run/lab/${name}.log`, 'utf8').includes('start of service'));
}

// An agency's own resolver: it asks the gateway's.
export async function startForwarder(ns, address) {
	await runUnbound(ns, `unbound-${ns}`, [
		'server:', 'directory: "/run/lab"', 'chroot: ""', 'username: ""', `pidfile: "/run/lab/unbound-${ns}.pid"`, 'do-ip6: no',
		'do-daemonize: no', 'use-syslog: no', 'verbosity: 1', 'num-threads: 1', 'module-config: "iterator"',
		`interface: ${address}`, `access-control: ${LAN}.0/24 allow`, 'hide-identity: yes', 'hide-version: yes',
		'remote-control:', 'control-enable: no', 'forward-zone:', 'name: "."', `forward-addr: ${GATEWAY}`,
	].join('\n') + '\n');
}

// An agency's web proxy, which says for whom it asks (X-Forwarded-For).
export async function startProxy(ns, address) {
	fs.writeFileSync('/run/lab/squid.conf', [
		`http_port ${address}:3128`, 'http_access allow all', 'cache deny all', `dns_nameservers ${GATEWAY}`, 'forwarded_for on',
		'visible_hostname proxy.agency.example', 'pid_filename none', 'access_log none', 'cache_store_log none', 'cache_log /dev/null',
		'memory_cache_shared off', 'pinger_enable off', 'netdb_filename none', 'coredump_dir none', 'shutdown_lifetime 0 seconds',
	].join('\n') + '\n');
	start(ns, 'squid', ['squid', '-N', '-d', '1', '-f', '/run/lab/squid.conf']);
	await until('squid', () => fs.readFileSync('/run/lab/squid.log', 'utf8').includes('Accepting HTTP Socket connections'));
}

const ANY_ORIGIN = {
	'Content-Type': ['application/json'],
	'Access-Control-Allow-Origin': ['{http.request.header.Origin}'],
	'Access-Control-Allow-Credentials': ['true'],
};

function routes() {
	return [
		{
			match: [{ method: ['POST'] }],
			handle: [{ handler: 'static_response', status_code: 200, headers: ANY_ORIGIN, body: '{"code":0,"message":"success"}' }],
		},
		{
			match: [{ path: ['*/'] }],
			handle: [{ handler: 'headers', response: { set: { 'Cache-Control': ['no-cache'] } } }],
		},
		{
			match: [{ path: ['*.js', '*.css', '*.jpg', '*.png', '*.woff2'] }],
			handle: [{ handler: 'headers', response: { set: { 'Cache-Control': ['public, max-age=3600'], 'Access-Control-Allow-Origin': ['*'] } } }],
		},
		{ handle: [{ handler: 'file_server', root: '/run/lab/www/{http.request.host}', index_names: ['index.html'] }] },
	];
}

// What stands at a sinkhole: a page that says no.
const REFUSAL = [{ handle: [{ handler: 'static_response', status_code: 403, body: 'blocked by policy\n' }] }];

function webConfig(addresses, plainOnly, h3, sinkholes) {
	const at = (list, port) => list.map((address) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
	const server = (listen, more) => ({ listen, automatic_https: { disable: true }, routes: routes(), ...more });
	const tls = addresses.filter((a) => !plainOnly.includes(a) && !sinkholes.includes(a));
	const secure = (list, protocols) => (list.length === 0 ? {} : { [protocols.at(-1)]: server(at(list, 443), { protocols, tls_connection_policies: [{}] }) });
	return {
		admin: { disabled: true },
		storage: { module: 'file_system', root: '/run/lab/caddy' },
		logging: { logs: { default: { level: 'WARN' } } },
		apps: {
			pki: { certificate_authorities: { local: { install_trust: false } } },
			tls: { automation: { policies: [{ issuers: [{ module: 'internal' }], on_demand: true }] } },
			http: {
				servers: {
					...secure(tls.filter((a) => !h3.includes(a)), ['h1', 'h2']),
					...secure(tls.filter((a) => h3.includes(a)), ['h1', 'h2', 'h3']),
					plain: server(at(addresses.filter((a) => !sinkholes.includes(a)), 80), {}),
					...(sinkholes.length === 0 ? {} : { refusing: server([...at(sinkholes, 80), ...at(sinkholes, 443)], { routes: REFUSAL, tls_connection_policies: [{}] }) }),
				},
			},
		},
	};
}

// files: HOST → {PATH: content}. h3: addresses that speak HTTP/3 too; plainOnly: those with no TLS;
// sinkholes: those that refuse whatever they are asked.
// Answers the hash of the key that signs the certificates, for the browser to believe.
export async function startWeb(addresses, files, { h3 = [], plainOnly = [], sinkholes = [] } = {}) {
	for (const [host, pages] of Object.entries(files))
		for (const [path, content] of Object.entries(pages)) {
			const file = `/run/lab/www/${host}${path.endsWith('/') ? `${path}index.html` : path}`;
			fs.mkdirSync(file.replace(/\/[^/]*$/, ''), { recursive: true });
			fs.writeFileSync(file, content);
		}
	fs.writeFileSync('/run/lab/caddy.json', JSON.stringify(webConfig(addresses, plainOnly, h3, sinkholes)));
	start('world', 'caddy', ['caddy', 'run', '--config', '/run/lab/caddy.json']);
	const certificate = '/run/lab/caddy/pki/authorities/local/intermediate.crt';
	await until('caddy\'s authority', () => fs.existsSync(certificate));
	await until('caddy', async () => (await finish('world', ['curl', '-s', '-o', '/dev/null', `http://${addresses[0]}/`])).status === 0);
	// A certificate takes long to make; a real server has it already.
	const secure = addresses.find((a) => !plainOnly.includes(a) && !a.includes(':'));
	await Promise.all(Object.keys(files).map((host) => finish('world', ['curl', '-sk', '-o', '/dev/null', '--resolve', `${host}:443:${secure}`, `https://${host}/`])));
	const key = new crypto.X509Certificate(fs.readFileSync(certificate)).publicKey;
	return crypto.createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64');
}

// leases: MAC → address. With ipv6: router advertisements, so that hosts make their own addresses.
export async function startDhcp({ leases = {}, ipv6 = false }) {
	const argv = [
		'dnsmasq', '-k', '-C', '/dev/null', '--port=0', '--user=root', '--interface=lan0', '--bind-interfaces',
		'--dhcp-leasefile=/run/lab/leases', '--pid-file=/run/lab/dnsmasq.pid', '--log-facility=-', '--log-dhcp',
		'--dhcp-authoritative', '--no-ping',
	];
	if (ipv6)
		argv.push('--enable-ra', '--dhcp-range=::,constructor:lan0,ra-only,64,1h', `--dhcp-option=option6:dns-server,[${GATEWAY6}]`);
	else
		argv.push(`--dhcp-range=${LAN}.101,${LAN}.150,1h`, `--dhcp-option=option:dns-server,${GATEWAY}`, '--domain=agency.example');
	for (const [mac, address] of Object.entries(leases))
		argv.push(`--dhcp-host=${mac},${address}`);
	const child = start('gw', 'dnsmasq', argv);
	await sleep(300);
	return child;
}

// The server's leases are others now: the next one asked for is a host's new address.
export async function changeLeases(child, leases) {
	child.kill();
	await child.ended;
	fs.rmSync('/run/lab/leases', { force: true });
	return startDhcp({ leases });
}

// A real lease, with the name that the host says it has; the address is put on eth0.
export async function askDhcp(ns, hostName) {
	const script = '/run/lab/udhcpc.sh';
	fs.writeFileSync(script, `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr flush dev "$interface"
ip addr add "$ip/$mask" dev "$interface"
ip route add default via "$router"
`, { mode: 0o755 });
	const { status } = await finish(ns, ['udhcpc', '-i', 'eth0', '-f', '-q', '-n', '-t', '5', '-T', '1', '-x', `hostname:${hostName}`, '-s', script]);
	if (status !== 0)
		throw new Error(`no lease for ${hostName}`);
	return JSON.parse(run('ip', '-j', '-n', ns, '-4', 'addr', 'show', 'eth0'))[0].addr_info[0].local;
}

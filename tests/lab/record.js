// SPDX-License-Identifier: Apache-2.0
//
// record.js NAME [FOLDER] | --list | --check | --verify NAME...: one capture, in the namespaces of
// `enclosed`, into FOLDER (pcaps/).

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GATEWAY, GATEWAY6, addClient, asking, capture, finish, makeNetwork, run, sleep, until } from './net.js';
import { startResolver, startWeb } from './servers.js';
import { PUBLIC, names, servers } from './world.js';
import { rewrite } from './rewrite.js';
import { inspect } from './verify.js';

const PCAPS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../pcaps');
const REJECTED = path.resolve(PCAPS, '../build/lab/rejected');
const COLUMNS = ['time', 'client', 'site', 'host', 'method', 'path', 'protocol', 'server', 'reused', 'cached', 'status', 'referer'];
const MAX_BYTES = 600_000;

// What a scenario plays on: its clients, and the truth as they tell it.
class Stage {
	constructor(trust) {
		this.trust = trust;
		this.rows = [];
		this.versions = new Set();
		this.clients = new Map();
	}

	client(last) {
		if (!this.clients.has(last))
			this.clients.set(last, addClient(last));
		return this.clients.get(last);
	}

	async browse(client, options) {
		const { openBrowser } = await import('./browser.js');
		const browser = await openBrowser(client, { trust: this.trust, ...options });
		browser.requests = this.rows;
		this.versions.add(await browser.version);
		return browser;
	}

	// resolver: another one than the gateway.
	async curl(client, address, url, more = [], resolver = null) {
		const time = Date.now() / 1000;
		const format = '%{http_version} %{remote_ip} %{http_code} %{method}';
		const argv = ['curl', '-sk', '-m', '10', '-o', '/dev/null', '-w', format, ...more, url];
		const { status, stdout } = await finish(client, resolver ? asking(resolver, argv) : argv);
		const [version, server, code, method] = stdout.split(' ');
		const { hostname, pathname } = new URL(url);
		const referer = more.includes('-e') ? more[more.indexOf('-e') + 1] : '-';
		this.rows.push({
			time, client: address, site: '-', host: hostname, method, path: pathname, protocol: version === '2' ? 'h2' : `http/${version}`,
			server: server || '-', reused: 'no', status: status === 0 ? code : `curl ${status}`, referer,
		});
		return status;
	}

	// The temporary address that a host made from a router's advertisement, once it may be used.
	async privacyAddress(client) {
		const ours = () => JSON.parse(run('ip', '-j', '-n', client, '-6', 'addr', 'show', 'dev', 'eth0'))[0].addr_info
			.filter((a) => a.scope === 'global' && a.temporary && !a.tentative);
		await until(`a privacy address of ${client}`, () => ours().length > 0);
		return ours()[0].local;
	}

	truth() {
		const cells = {
			time: (row) => row.time.toFixed(6),
			cached: (row) => (row.cached ? 'yes' : 'no'),
			server: (row) => PUBLIC[row.server] ?? row.server, // as it is in the capture that is kept
		};
		const line = (row) => COLUMNS.map((c) => cells[c]?.(row) ?? row[c]).join('\t');
		return [COLUMNS.join('\t'), ...this.rows.sort((a, b) => a.time - b.time).map(line)].join('\n') + '\n';
	}
}

async function play(spec, file) {
	const addresses = servers(spec);
	makeNetwork({ servers: addresses, ipv6: spec.ipv6 });
	if (spec.ipv6)
		fs.writeFileSync('/run/lab/resolv.conf', `nameserver ${GATEWAY6}\n`);
	await startResolver(names(spec.names), spec);
	const stage = new Stage(await startWeb(addresses, spec.files, spec.web));
	const recording = await capture(file, { nanoseconds: spec.format === 'pcapng', filter: spec.filter });
	await spec.play(stage);
	await recording.stop();
	return stage;
}

async function recordOne(name, folder = PCAPS) {
	const { SCENARIOS } = await import('./scenarios.js');
	const { addTags } = await import('./frames.js');
	const spec = SCENARIOS[name];
	if (!spec)
		throw new Error(`no scenario ${name}`);
	const began = Date.now();
	let file = '/run/lab/raw.pcap';
	const stage = await play(spec, file);
	if (spec.tags)
		addTags(file, spec.tags);
	if (spec.format === 'pcapng') {
		run('editcap', '-F', 'pcapng', file, '/run/lab/raw.pcapng');
		file = '/run/lab/raw.pcapng';
	}
	rewrite(file);
	const { faults } = inspect(file, spec.expect);
	const size = fs.statSync(file).size;
	if (size > MAX_BYTES)
		faults.push(`${size} bytes`);
	if (faults.length > 0) {
		fs.mkdirSync(REJECTED, { recursive: true });
		fs.copyFileSync(file, `${REJECTED}/${name}.pcap`);
		throw new Error(`${name} not kept: ${faults.join(', ')}`);
	}
	fs.mkdirSync(folder, { recursive: true });
	fs.copyFileSync(file, `${folder}/${name}.${spec.format ?? 'pcap'}`);
	fs.writeFileSync(`${folder}/${name}.truth.tsv`, stage.truth());
	console.log(`${name}: ${size} bytes, ${stage.rows.length} requests, ${((Date.now() - began) / 1000).toFixed(1)} s`, [...stage.versions].join(' '));
}

// Does the lab still run? The network, one DNS answer, a page over HTTP/1.1 and over HTTP/2, a capture of it.
async function check() {
	const addresses = servers({});
	makeNetwork({ servers: addresses });
	await startResolver(names({ long: true }));
	await startWeb(addresses, { 'dmv.utah.example': { '/': 'a page\n' } });
	const client = addClient(101);
	const recording = await capture('/run/lab/check.pcap');
	for (const version of ['1.1', '2']) {
		const { stdout } = await finish(client, ['curl', '-sk', '-m', '5', `--http${version}`, '-w', '%{http_version}', 'https://dmv.utah.example/']);
		if (stdout !== `a page\n${version}`)
			throw new Error(`HTTP/${version}: got ${JSON.stringify(stdout)}`);
	}
	await finish(client, ['curl', '-sk', '-m', '5', '-o', '/dev/null', 'https://analytics.tiktok.com/']);
	await recording.stop();
	rewrite('/run/lab/check.pcap');
	const { seen, faults } = inspect('/run/lab/check.pcap', { cname: 4, tls_sni: ['dmv.utah.example', 'analytics.tiktok.com'] });
	if (faults.length > 0)
		throw new Error(faults.join(', '));
	console.log(`the lab runs: ${seen.packets} packets through ${GATEWAY}`);
}

async function verify(wanted) {
	const { SCENARIOS } = await import('./scenarios.js');
	let bad = 0;
	for (const [name, spec] of Object.entries(SCENARIOS).filter(([n]) => wanted.length === 0 || wanted.includes(n))) {
		const file = `${PCAPS}/${name}.${spec.format ?? 'pcap'}`;
		const { seen, faults } = inspect(file, spec.expect);
		console.log(name, wanted.length > 0 ? seen : `${seen.packets} packets, ${seen.bytes} bytes`);
		faults.forEach((fault) => console.log(`${name}: ${fault}`));
		bad += faults.length;
	}
	return bad;
}

async function main([what, ...rest]) {
	if (what === '--list')
		console.log(Object.keys((await import('./scenarios.js')).SCENARIOS).join('\n'));
	else if (what === '--check')
		await check();
	else if (what === '--verify')
		return (await verify(rest)) === 0 ? 0 : 1;
	else
		await recordOne(what, rest[0]);
	return 0;
}

// As the first process of our namespace we get no signal that we do not ask for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => process.exit(130));

main(process.argv.slice(2)).then((status) => process.exit(status), async (error) => {
	console.error(`lab: ${error.stack ?? error}`);
	for (const log of ['tcpdump', 'unbound', 'caddy', 'dnsmasq'])
		if (fs.existsSync(`/run/lab/${log}.log`))
			console.error(`--- ${log}\n${fs.readFileSync(`/run/lab/${log}.log`, 'utf8').slice(-1500)}`);
	await sleep(0);
	process.exit(1);
});

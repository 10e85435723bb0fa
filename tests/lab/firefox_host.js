// SPDX-License-Identifier: Apache-2.0
//
// The near side of firefox.js: a browser like that of browser.js, in a client's namespace.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { inside } from './net.js';

const SCRIPT = path.join(import.meta.dirname, 'firefox.js');

class Tab {
	constructor(host, number) {
		this.host = host;
		this.number = number;
	}

	goto(url) {
		return this.host.ask({ what: 'goto', tab: this.number, url });
	}

	click(selector) {
		return this.host.ask({ what: 'click', tab: this.number, selector });
	}
}

class FirefoxHost {
	constructor(child, address) {
		this.child = child;
		this.address = address;
		this.requests = [];
		this.waiting = new Map();
		this.next = 0;
	}

	take(line) {
		if (line.request)
			this.requests.push({ ...line.request, client: this.address, loader: `${this.child.pid}.${line.request.loader}` });
		else if (this.waiting.has(line.id))
			this.waiting.get(line.id)(line.answer);
	}

	ask(order) {
		const id = ++this.next;
		this.child.stdin.write(`${JSON.stringify({ id, ...order })}\n`);
		return new Promise((done) => this.waiting.set(id, done));
	}

	async tab() {
		return new Tab(this, await this.ask({ what: 'tab' }));
	}

	close() {
		return this.ask({ what: 'close' });
	}
}

export async function openFirefox(client, { address }) {
	const home = `/run/lab/home/firefox-${client}`;
	fs.mkdirSync(home, { recursive: true });
	const [command, ...argv] = inside(client, [process.execPath, SCRIPT, home]);
	const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
	const host = new FirefoxHost(child, address);
	await new Promise((ready, failed) => {
		child.once('exit', () => failed(new Error('Firefox did not start')));
		readline.createInterface({ input: child.stdout }).on('line', (text) => {
			const line = JSON.parse(text);
			if (line.version)
				ready();
			host.take(line);
		});
	});
	return host;
}

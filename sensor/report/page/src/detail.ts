// SPDX-License-Identifier: Apache-2.0
//
// One contact: its evidence, the packets that prove it, and the event itself.

import { evidenceOf, parse, type Blocks } from './blocks';
import type { Data } from './data';
import { button, el, name, type Child } from './dom';
import { contact, type Contact } from './row';
import { bytes, count, country, kind, outcomeLabel, shown, time, visible } from './text';

const EVENT_SHOWN = 20000;

const EVIDENCE: Record<string, string> = {
	dns_query: 'asked in DNS', dns_answer: 'DNS answer gave the address', dns_cname: 'alias in DNS', dns_https: 'HTTPS record in DNS',
	mdns_query: 'asked in mDNS', llmnr_query: 'asked in LLMNR', tls_sni: 'TLS server name', quic_sni: 'QUIC server name',
	gquic_sni: 'Google QUIC server name', dtls_sni: 'DTLS server name', http_host: 'HTTP host', h2c_authority: 'HTTP/2 authority',
	http_referer: 'HTTP referer (the page)', tls_cert: 'certificate', ip_network: 'address in their network', ndpi: 'nDPI\u2019s word',
};

function facts(c: Contact): HTMLElement {
	const rows: [string, Child][] = [
		['when (UTC)', time(c.time)],
		['host', name(shown(c.host))],
		['its MAC, or DHCP client id', c.identity === c.host ? '' : name(shown(c.identity))],
		['network', name(shown(c.network))],
		['contacted', name(shown(c.tracker))],
		['product', name(`${shown(c.product)}: ${kind(c.category)}`)],
		['page', name(shown(c.site))],
		['outcome', outcomeLabel(c.outcome)],
		['how sure', c.confidence],
		['policy', c.verdict],
		['server', name([shown(c.server), c.country && country(c.country), shown(c.operator)].filter((w) => w !== '').join(', '))],
		['sent, received', c.bytesOut + c.bytesIn > 0 ? `${bytes(c.bytesOut)}, ${bytes(c.bytesIn)}` : ''],
		['packet', c.packet > 0 ? el('span', {}, `number ${count(c.packet)} of `, name(shown(c.file) || 'the live capture')) : ''],
		['stands for', c.weight > 1 ? `${count(c.weight)} contacts like it` : ''],
	];
	const said = rows.filter(([, value]) => value !== '' && (value as Node).textContent !== '');
	return el('dl', {}, ...said.flatMap(([label, value]) => [el('dt', {}, label), el('dd', {}, value)]));
}

function evidenceTable(line: string | null, c: Contact): HTMLElement {
	const evidence = evidenceOf(parse(line));
	if (evidence.length === 0)
		return el('p', {}, 'What was read keeps no evidence beyond the packet above.');
	const heads = ['kind', 'value', 'packet'].map((h) => el('th', { scope: 'col' }, h));
	const rows = evidence.map((e) => el('tr', {},
		el('td', {}, EVIDENCE[String(e.kind)] ?? shown(String(e.kind ?? '')), ' ', el('code', {}, shown(String(e.kind ?? '')))),
		el('td', {}, name(shown(String(e.value ?? ''))), e.outer === true ? ' (the outer name under Encrypted ClientHello)' : ''),
		el('td', {}, typeof e.pcap_cnt === 'number' ? `${count(e.pcap_cnt)} of ` : '', typeof e.pcap_cnt === 'number' ? name(shown(e.pcap_filename ?? c.file) || 'the live capture') : '')));
	return el('table', { class: 'evidence' }, el('caption', {}, 'Evidence'), el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...rows));
}

function eventText(line: string | null): HTMLElement {
	if (line === null)
		return el('p', {}, 'This event is not in the page (it is too long, or there were too many); it is in the file that the page was made of.');
	const event = parse(line), pretty = event ? JSON.stringify(event, null, 1) : line;
	const text = pretty.length > EVENT_SHOWN ? `${pretty.slice(0, EVENT_SHOWN)}\n\u2026` : pretty;
	return el('pre', { tabindex: 0, 'aria-label': 'The event as JSON' }, text.split('\n').map(visible).join('\n'));
}

// A dialog of the browser's own: it keeps the focus and closes by Escape.
export class Detail {
	private readonly body = el('div', { class: 'detail' });
	private readonly dialog = el('dialog', { 'aria-labelledby': 'detail-title', id: 'detail' }, this.body);

	constructor(private readonly data: Data, private readonly blocks: Blocks) {
		document.body.append(this.dialog);
		this.dialog.addEventListener('click', (e) => {
			if (e.target === this.dialog)
				this.dialog.close();
		});
	}

	// `closed`: gives the focus back, as the row may have been drawn anew meanwhile.
	async open(row: number, closed: () => void): Promise<void> {
		const c = contact(this.data, row), line = await this.blocks.line(row);
		this.body.replaceChildren(
			el('div', { class: 'bar' }, el('h2', { id: 'detail-title' }, c.type === 'lookup' ? 'A lookup' : 'A contact'),
				button('Close', () => this.dialog.close(), { class: 'close' })),
			facts(c), evidenceTable(line, c), el('h3', {}, 'The event'), eventText(line));
		this.dialog.addEventListener('close', closed, { once: true });
		this.dialog.showModal();
	}
}

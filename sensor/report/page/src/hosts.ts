// SPDX-License-Identifier: Apache-2.0
//
// Which of our networks and hosts, which of them under a ban, and was it stopped?

import type { Data, Host, Network } from './data';
import { button, el, name, section, type Child } from './dom';
import { exactly, type Show } from './filter';
import { table, type TableColumn } from './table';
import { bytes, count, many, shown, time } from './text';

const BANS: Record<string, string> = {
	effective: 'effective: everything was stopped',
	partial: 'partial: some got through',
	none: 'without effect: all got through',
};

function ban(n: { through: number; held: number; ban?: string; banned: number }): Child {
	if (n.through + n.held === 0)
		return n.ban ? (BANS[n.ban] ?? shown(n.ban)) : '\u2013';
	const word = n.through === 0 ? 'effective' : n.held === 0 ? 'none' : 'partial';
	return el('span', { class: n.through > 0 ? 'ban bad' : 'ban good' }, `${BANS[word]} (${count(n.through)} through, ${count(n.held)} stopped)`);
}

function banCounts(n: { through: number; held: number }): Child {
	if (n.through + n.held === 0)
		return '\u2013';
	return el('span', { class: n.through > 0 ? 'bad' : 'good' }, `${count(n.through)} through, ${count(n.held)} stopped`);
}

const stopped = (n: { reset: number; unanswered: number; blocked: number }): number => n.reset + n.unanswered + n.blocked;

const networkName = (n: Network): string => (n.name === '' ? 'no network of the config' : shown(n.name));

function networkColumns(show: Show): TableColumn<Network>[] {
	return [
		{ head: 'network', cell: (n) => (n.name === '' ? networkName(n) : button(networkName(n), () => show({ network: n.name }), { class: 'link' })), by: (n) => n.name },
		{ head: 'organisation', cell: (n) => name(shown([n.organisation, n.jurisdiction].filter((w) => w !== '').join(', '))), by: (n) => n.organisation },
		{ head: 'hosts in contact', cell: (n) => count(n.hosts), by: (n) => n.hosts, isNumber: true },
		{ head: 'contacts', cell: (n) => count(n.contacts), by: (n) => n.contacts, isNumber: true },
		{ head: 'stopped', cell: (n) => count(stopped(n)), by: stopped, isNumber: true },
		{ head: 'the ban', cell: ban, by: (n) => n.through },
		{ head: 'bytes', cell: (n) => bytes(n.bytes_in + n.bytes_out), by: (n) => n.bytes_in + n.bytes_out, isNumber: true },
	];
}

// The address that it had last.
function hostCell(h: Host, show: Show): Child {
	const link = button(shown(h.address), () => show({ search: exactly(h.identity) }), { class: 'link' });
	return el('span', {}, link, h.addresses > 1 && el('small', {}, `and ${many(h.addresses - 1, 'other address', 'other addresses')}`));
}

function nameCell(h: Host): Child {
	return el('span', {}, name(shown(h.name)), h.mac !== '' && el('small', {}, `MAC ${shown(h.mac)}`));
}

function hostColumns(show: Show): TableColumn<Host>[] {
	return [
		{ head: 'host', cell: (h) => hostCell(h, show), by: (h) => h.address },
		{ head: 'calls itself', cell: (h) => nameCell(h), by: (h) => h.name },
		{ head: 'network', cell: (h) => name(shown(h.network)), by: (h) => h.network },
		{ head: 'contacts', cell: (h) => count(h.contacts), by: (h) => h.contacts, isNumber: true },
		{ head: 'lookups', cell: (h) => count(h.lookups), by: (h) => h.lookups, isNumber: true },
		{ head: 'stopped', cell: (h) => count(stopped(h)), by: stopped, isNumber: true },
		{ head: 'under the ban', cell: banCounts, by: (h) => h.through },
		{ head: 'bytes', cell: (h) => bytes(h.bytes_in + h.bytes_out), by: (h) => h.bytes_in + h.bytes_out, isNumber: true },
		{ head: 'first (UTC)', cell: (h) => time(h.first), by: (h) => h.first },
		{ head: 'last (UTC)', cell: (h) => time(h.last), by: (h) => h.last },
	];
}

function banLine(data: Data): string {
	const { through, held } = data.totals;
	if (through + held === 0)
		return 'No contact fell under a ban: either none is in the config, or nothing banned was tried.';
	if (through === 0)
		return `The ban held: ${many(held, 'attempt')} under it, all stopped.`;
	return `The ban did not hold: ${count(through)} of ${many(through + held, 'attempt')} under it got through.`;
}

export function hostsView(data: Data, show: Show): HTMLElement {
	return section('hosts', 'Which of our networks and hosts, and was it stopped?',
		el('p', { class: data.totals.through > 0 ? 'lead bad' : 'lead' }, banLine(data)),
		table('Networks', data.networks.rows, networkColumns(show), data.networks.total),
		table('Hosts', data.hosts.rows, hostColumns(show), data.hosts.total),
		data.rules.rows.length > 0 && table('Rules of the policy', data.rules.rows, [
			{ head: 'rule', cell: (r) => name(shown(r.rule)), by: (r) => r.rule },
			{ head: 'verdict', cell: (r) => button(shown(r.verdict), () => show({ verdict: r.verdict }), { class: 'link' }), by: (r) => r.verdict },
			{ head: 'contacts', cell: (r) => count(r.contacts), by: (r) => r.contacts, isNumber: true },
			{ head: 'got through', cell: (r) => count(r.through), by: (r) => r.through, isNumber: true },
			{ head: 'stopped', cell: (r) => count(r.held), by: (r) => r.held, isNumber: true },
			{ head: 'reference', cell: (r) => name(shown(r.reference)), by: (r) => r.reference },
		]));
}

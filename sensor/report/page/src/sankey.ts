// SPDX-License-Identifier: Apache-2.0
//
// The flow of bytes (of contacts, where bytes are not known) from networks over sites to products.

import { sankey as layout, sankeyJustify, sankeyLinkHorizontal } from 'd3-sankey';
import type { Data, Stream } from './data';
import { el, figure, svg, uniqueId } from './dom';
import { bytes, count, many, shown } from './text';

interface Node {
	key: string;
	label: string;
	column: 0 | 1 | 2;
}
interface Link {
	source: string;
	target: string;
	value: number;
}

const WIDTH = 960, MOST = [10, 14, 10] as const, ROW = 38;
const NONE = ['no network of the config', 'no page known', 'product not said'] as const;
const REST = ['other networks', 'other sites', 'other products'] as const;

const parts = (s: Stream): [string, string, string] => [s.network, s.site, s.product];

// The largest of a column by name; the others become one.
function keep(streams: Stream[], value: (s: Stream) => number, column: 0 | 1 | 2): Set<string> {
	const sums = new Map<string, number>();
	for (const s of streams)
		sums.set(parts(s)[column], (sums.get(parts(s)[column]) ?? 0) + value(s));
	return new Set([...sums].sort((a, b) => b[1] - a[1]).slice(0, MOST[column]).map(([name]) => name));
}

function graph(streams: Stream[], value: (s: Stream) => number): { nodes: Node[]; links: Link[] } {
	const kept = ([0, 1, 2] as const).map((c) => keep(streams, value, c));
	const nodes = new Map<string, Node>(), links = new Map<string, Link>();
	const nodeOf = (name: string, column: 0 | 1 | 2): string => {
		const isKept = kept[column]?.has(name) ?? false;
		const key = isKept ? `${column}=${name}` : `${column}+`;
		nodes.set(key, { key, column, label: !isKept ? REST[column] : name === '' ? NONE[column] : name });
		return key;
	};
	const join = (source: string, target: string, more: number): void => {
		const key = JSON.stringify([source, target]), link = links.get(key) ?? { source, target, value: 0 };
		link.value += more;
		links.set(key, link);
	};
	for (const s of streams) {
		const [network, site, product] = [nodeOf(s.network, 0), nodeOf(s.site, 1), nodeOf(s.product, 2)];
		join(network, site, value(s));
		join(site, product, value(s));
	}
	return { nodes: [...nodes.values()], links: [...links.values()] };
}

function draw(nodes: Node[], links: Link[], amount: (n: number) => string, about: string): SVGSVGElement {
	const height = Math.max(160, ROW * Math.max(...[0, 1, 2].map((c) => nodes.filter((n) => n.column === c).length)));
	const made = layout<Node, Link>().nodeId((n) => n.key).nodeAlign(sankeyJustify).nodeWidth(14).nodePadding(18)
		.extent([[1, 18], [WIDTH - 1, height + 18]])({ nodes: nodes.map((n) => ({ ...n })), links: links.map((l) => ({ ...l })) });
	const path = sankeyLinkHorizontal<Node, Link>();
	const title = uniqueId();
	const ribbons = made.links.map((l) => {
		const from = l.source as unknown as Node, to = l.target as unknown as Node;
		return svg('path', { d: path(l), class: `ribbon column${from.column}`, 'stroke-width': Math.max(1, l.width ?? 1) },
			svg('title', {}, `${shown(from.label)} \u2192 ${shown(to.label)}: ${amount(l.value)}`));
	});
	const boxes = made.nodes.flatMap((n) => {
		const x0 = n.x0 ?? 0, x1 = n.x1 ?? 0, y0 = n.y0 ?? 0, y1 = n.y1 ?? 0, isLast = n.column === 2;
		const label = shown(n.label), short = label.length > 36 ? `${label.slice(0, 35)}\u2026` : label;
		return [
			svg('rect', { x: x0, y: y0, width: x1 - x0, height: Math.max(1, y1 - y0), class: `node column${n.column}` }, svg('title', {}, `${label}: ${amount(n.value ?? 0)}`)),
			svg('text', { x: isLast ? x0 - 6 : x1 + 6, y: (y0 + y1) / 2, dy: '0.35em', 'text-anchor': isLast ? 'end' : 'start', direction: 'ltr' }, short,
				svg('tspan', { class: 'amount' }, `  ${amount(n.value ?? 0)}`)),
		];
	});
	const heads = ['networks', 'sites', 'products'].map((head, i) =>
		svg('text', { x: [1, WIDTH / 2, WIDTH - 1][i], y: 11, class: 'head', 'text-anchor': ['start', 'middle', 'end'][i] }, head));
	return svg('svg', { viewBox: `0 0 ${WIDTH} ${height + 24}`, role: 'img', 'aria-labelledby': title, class: 'sankey' },
		svg('title', { id: title }, about), ...heads, ...ribbons, ...boxes);
}

export function sankey(data: Data): HTMLElement {
	const inBytes = data.streams.rows.some((s) => s.bytes_in + s.bytes_out > 0);
	const value = (s: Stream): number => (inBytes ? s.bytes_in + s.bytes_out : s.contacts);
	const amount = inBytes ? bytes : (n: number): string => many(n, 'contact');
	const streams = data.streams.rows.filter((s) => value(s) > 0);
	const title = `Flow of ${inBytes ? 'bytes' : 'contacts'} from networks over sites to products`;
	if (streams.length === 0)
		return figure('sankey', title, el('p', {}, 'There is nothing to draw.'), null);
	const { nodes, links } = graph(streams, value);
	const labels = new Map(nodes.map((n) => [n.key, n.label]));
	const rows = [...links].sort((a, b) => b.value - a.value).map((l) => el('tr', {},
		el('td', {}, shown(labels.get(l.source) ?? '')), el('td', {}, shown(labels.get(l.target) ?? '')), el('td', { class: 'number' }, amount(l.value))));
	const asTable = el('table', {}, el('caption', {}, title),
		el('thead', {}, el('tr', {}, ...['from', 'to', inBytes ? 'bytes' : 'contacts'].map((h) => el('th', { scope: 'col' }, h)))), el('tbody', {}, ...rows));
	return figure('sankey', title, draw(nodes, links, amount, `${title}: ${count(links.length)} streams; the table below has the same`), asTable);
}

// SPDX-License-Identifier: Apache-2.0
//
// Elements. Text goes in as text nodes only: nothing here takes markup.

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

const SVG = 'http://www.w3.org/2000/svg';

function fill<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
	for (const [name, value] of Object.entries(attributes))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : String(value));
	for (const child of children)
		if (child !== null && child !== undefined && child !== false)
			element.append(child instanceof Node ? child : String(child));
	return element;
}

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
	return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
	return fill(document.createElementNS(SVG, tag) as SVGElementTagNameMap[K], attributes, children);
}

export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
	const made = el('button', { type: 'button', ...attributes }, label);
	made.addEventListener('click', act);
	return made;
}

// A name off the wire, kept apart from the direction of the text around it.
export function name(text: string): HTMLElement {
	return el('bdi', { class: 'name' }, text);
}

export function section(id: string, title: string, ...children: Child[]): HTMLElement {
	return el('section', { id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title`, tabindex: -1 }, title), ...children);
}

// A picture with a title, and the same in words or numbers below it.
export function figure(id: string, title: string, picture: Node, asTable: Node | null): HTMLElement {
	return el('figure', { id },
		el('figcaption', {}, title),
		el('div', { class: 'picture' }, picture),
		asTable && el('details', { class: 'as-table' }, el('summary', {}, 'The same as a table'), asTable));
}

let links = 0;
export const uniqueId = (): string => `u${++links}`;

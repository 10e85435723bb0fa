// SPDX-License-Identifier: Apache-2.0
//
// build.mjs OUT: the bundle of src/ as one page, OUT/page.html, and the same as a C array, OUT/page.c.
// The page's policy names its script and its style by their hashes; nothing else may run or be asked for.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

const DATA = '<!--data-->';
const out = process.argv[2];

async function bundle() {
	const result = await build({
		configFile: false,
		logLevel: 'warn',
		build: {
			write: false,
			target: 'es2022',
			cssCodeSplit: false,
			modulePreload: false,
			rollupOptions: { input: 'src/main.ts', output: { format: 'iife', inlineDynamicImports: true } },
		},
	});
	const files = result.output;
	const chunk = files.find((f) => f.type === 'chunk');
	const style = files.find((f) => f.type === 'asset' && f.fileName.endsWith('.css'));
	if (files.length !== 2 || !chunk || !style)
		throw new Error(`one script and one style are wanted, not: ${files.map((f) => f.fileName)}`);
	return { script: chunk.code.trim(), style: String(style.source).trim(), modules: chunk.moduleIds };
}

// The packages whose code is in the bundle, with their licences.
function licences(modules) {
	const folders = new Set();
	for (const id of modules) {
		const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'));
		if (found)
			folders.add(found[1]);
	}
	return [...folders].sort().map((folder) => {
		const about = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
		const file = fs.readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
		if (!file)
			throw new Error(`${about.name} has no licence text`);
		const text = fs.readFileSync(path.join(folder, file), 'utf8').trim();
		return `${about.name} ${about.version} (${about.license})\n\n${text}`;
	});
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function assemble({ script, style, modules }) {
	if (/<\/(script|style)|<!--/i.test(script + style))
		throw new Error('the bundle would end its own element');
	const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
	const parts = {
		'%policy%': policy,
		'%style%': style,
		'%script%': script,
		'%licences%': escape(licences(modules).join('\n\n----\n\n')),
	};
	return fs.readFileSync('src/index.html', 'utf8').replace(/%(policy|style|script|licences)%/g, (name) => parts[name]);
}

function array(name, text) {
	const bytes = [...Buffer.from(text)];
	const lines = [];
	for (let i = 0; i < bytes.length; i += 24)
		lines.push(`\t${bytes.slice(i, i + 24).join(',')},`);
	return `static const char ${name}[] = {\n${lines.join('\n')}\n};\n`;
}

function source(page) {
	const at = page.indexOf(DATA);
	if (at < 0 || page.indexOf(DATA, at + 1) >= 0)
		throw new Error('the page has one place for data');
	// A char may be signed.
	const signed = (text) => array(...text).replace(/\b(12[89]|1[3-9]\d|2\d\d)\b/g, (n) => String(Number(n) - 256));
	return [
		'/* Made by sensor/report/page/build.mjs. */\n#include "sensor/report/page.h"\n\n',
		signed(['before', page.slice(0, at)]), '\n', signed(['after', page.slice(at + DATA.length)]), '\n',
		...['before', 'after'].map((name) => `struct text page_${name}(void)\n{\n\treturn (struct text){ ${name}, sizeof ${name} };\n}\n`),
	].join('');
}

const page = assemble(await bundle());
fs.writeFileSync(path.join(out, 'page.html'), page);
fs.writeFileSync(path.join(out, 'page.c'), source(page));

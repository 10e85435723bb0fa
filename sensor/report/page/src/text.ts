// SPDX-License-Identifier: Apache-2.0
//
// Text for people. Names come off the wire: what could hide, turn round or flood is made visible.

const SHOWN_MAX = 200;

// Controls, marks of direction, joiners, line separators, invisible operators, the byte order mark.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]/g;

const code = (c: string): string => `\u27e8U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`;

export function visible(text: string): string {
	return text.replace(UNSEEN, code);
}

export function shown(text: string): string {
	if (text.length <= SHOWN_MAX)
		return visible(text);
	return `${visible(text.slice(0, SHOWN_MAX))}\u2026`;
}

const whole = new Intl.NumberFormat('en');
export const count = (n: number): string => whole.format(n);

export function many(n: number, one: string, more = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : more}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
export function bytes(n: number): string {
	let unit = 0;
	for (; n >= 1000 && unit + 1 < UNITS.length; unit++)
		n /= 1000;
	return `${unit === 0 ? n : n.toFixed(1)} ${UNITS[unit]}`;
}

export function percent(part: number, all: number): string {
	if (all <= 0)
		return '\u2013';
	const share = (100 * part) / all;
	return `${share > 0 && share < 1 ? share.toFixed(2) : share > 99 && share < 100 ? share.toFixed(1) : Math.round(share)} %`;
}

// UTC, as in the events; 0: not known.
export const time = (ms: number): string => (ms > 0 ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ') : '');
export const day = (ms: number): string => (ms > 0 ? new Date(ms).toISOString().slice(0, 10) : '');

let regions: Intl.DisplayNames | undefined;
export function country(iso: string): string {
	if (!/^[A-Z]{2}$/.test(iso))
		return iso === '' ? 'not known' : shown(iso);
	regions ??= new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });
	return regions.of(iso) ?? iso;
}

// What a category of the feeds is to a person.
const KINDS: Record<string, string> = {
	tracking_pixel: 'pixel on web pages',
	ads_measurement: 'measuring of ads',
	ad_network: 'ad network (SDK)',
	inapp_analytics: 'app telemetry (SDK)',
	app_api: 'app',
	cdn_media: 'media (CDN)',
	live_streaming: 'live streaming',
	login_sdk: 'login (SDK)',
	security_sdk: 'device checks (SDK)',
	website: 'web site',
	corporate: 'company',
	cloud: 'cloud (its customers\u2019, too)',
	infrastructure: 'infrastructure',
};
export const kind = (category: string): string => KINDS[category] ?? (category === '' ? 'not said' : shown(category));

export const OUTCOMES = ['pending', 'established', 'reset', 'unanswered', 'blocked'] as const;
// The events' words, as a person says them.
const OUTCOME_LABELS: Record<string, string> = { pending: 'not known', established: 'got through', reset: 'refused', unanswered: 'unanswered', blocked: 'blocked' };
export const outcomeLabel = (outcome: string): string => OUTCOME_LABELS[outcome] ?? outcome;
export const CONFIDENCES = ['', 'weak', 'strong', 'certain'] as const;
export const VERDICTS = ['', 'banned', 'allowed', 'watch'] as const;
export const SEVERITIES = ['info', 'low', 'medium', 'high'] as const;

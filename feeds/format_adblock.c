/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

/*
 * Adblock Plus, uBlock and AdGuard lists: `[@@] pattern [$modifiers]`. Only `||name^` says
 * something of a whole host and all below it; whatever else there is speaks of pages and paths,
 * and would be wrong about a host.
 */
static bool is_cosmetic(struct text line)
{
	static const char *const marks[] = { "##", "#@", "#?#", "#$", "#%", "$$", "$@$" };

	for (size_t at = 0; at < line.len; at++)
		if (line.ptr[at] == '#' || line.ptr[at] == '$')
			for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
				if (text_starts(text_skip(line, at), marks[i]))
					return true;
	return false;
}

static enum format_claim claims(struct text line)
{
	if (text_starts(line, "[Adblock") || text_starts(line, "[uBlock") ||
	    text_starts(line, "[AdGuard"))
		return FORMAT_SURE;
	return text_starts(line, "||") || text_starts(line, "@@") || text_starts(line, "!") ||
	                       is_cosmetic(line)
	               ? FORMAT_LIKELY
	               : FORMAT_NO;
}

/* What the modifiers leave of a rule. */
struct effect {
	bool is_bad;         /* one of them narrows it, or is unknown: AdGuard voids such a rule */
	bool is_conditional; /* there is one that an exception must not have */
	bool is_cancel;
	struct text denied; /* "a.example|b.example": not these */
};

/* A tracker is third party nearly everywhere, so that one narrows next to nothing. */
static void heed(struct text modifier, struct effect *effect)
{
	if (text_is(modifier, "important"))
		return;
	effect->is_conditional = true;
	if (text_is(modifier, "badfilter"))
		effect->is_cancel = true;
	else if (text_starts(modifier, "denyallow="))
		effect->denied = text_skip(modifier, strlen("denyallow="));
	else if (!text_is(modifier, "third-party") && !text_is(modifier, "3p") &&
	         !text_is(modifier, "all"))
		effect->is_bad = true;
}

/* The name in `||name^`; what else it is otherwise. */
static enum feed_reason name_in(struct text pattern, struct text *name)
{
	if (pattern.len > 0 && pattern.ptr[0] == '/' && text_ends(pattern, "/"))
		return FEED_PATTERN;
	if (!text_starts(pattern, "||"))
		return text_find(pattern, '/') < pattern.len ? FEED_PATH : FEED_PATTERN;
	pattern = text_skip(pattern, 2);
	bool is_whole = text_find(pattern, '^') < pattern.len;

	*name = text_until(&pattern, '^');
	if (text_find(*name, '/') < name->len || text_find(pattern, '/') < pattern.len)
		return FEED_PATH;
	is_whole &= pattern.len == 0 || text_is(pattern, "*") || text_is(pattern, "|");
	return is_whole && text_find(*name, '*') == name->len ? FEED_REASONS : FEED_PATTERN;
}

static void read_rule(struct feed_reader *reader, struct text rule, struct row row)
{
	struct effect effect = { 0 };
	struct text name = { 0 };
	struct text modifiers = rule;
	struct text pattern = text_until(&modifiers, '$');
	enum feed_reason reason = name_in(pattern, &name);

	while (modifiers.len > 0)
		heed(text_trim(text_until(&modifiers, ',')), &effect);
	if (reason == FEED_REASONS && effect.is_bad)
		reason = FEED_MODIFIER;
	if (reason <= FEED_REASONS && row.verdict == RULE_EXCEPT && effect.is_conditional)
		reason = FEED_EXCEPTION;
	if (reason != FEED_REASONS) {
		reader_refuse(reader, reason);
		return;
	}
	if (effect.is_cancel)
		row.verdict = RULE_CANCEL;
	reader_name(reader, name, &row);
	row.verdict = RULE_EXCEPT;
	while (effect.denied.len > 0)
		reader_name(reader, text_until(&effect.denied, '|'), &row);
}

static void read_line(struct feed_reader *reader, struct text line)
{
	struct row row = { .match = RULE_SUFFIX };

	line = text_trim(line);
	if (line.len == 0 || line.ptr[0] == '!' || text_starts(line, "[A") ||
	    text_starts(line, "[u") || text_is(line, "#") || text_starts(line, "# "))
		return;
	if (is_cosmetic(line)) {
		reader_refuse(reader, FEED_COSMETIC);
		return;
	}
	if (text_starts(line, "@@")) {
		row.verdict = RULE_EXCEPT;
		line = text_skip(line, 2);
	}
	read_rule(reader, line, row);
}

const struct format format_adblock = { .name = "adblock",
	                               .claims = claims,
	                               .read_line = read_line };

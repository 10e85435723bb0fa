/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "feeds/format.h"
#include "feeds/name.h"

/*
 * Response policy zones: a DNS master file (RFC 1035, section 5) whose owners are triggers.
 * `name` is that one name, `*.name` what is below it. The rdata is the action: whatever it is, the
 * name is on the list, unless it is `CNAME rpz-passthru.`, the exception.
 */
struct zone {
	struct text origin; /* of relative owners; empty: that of the zone itself */
	struct text apex;   /* owner of the SOA, without final dot */
	char apex_room[2 * NAME_SIZE];
	struct text owner; /* of the record before */
	bool is_owner_absolute;
	struct text owner_origin;
	int depth; /* of parentheses */
};

/* Types that carry no policy. */
static const char *const silent_types[] = { "SOA", "NS",    "DNAME",  "RRSIG",      "NSEC",
	                                    "DS",  "NSEC3", "DNSKEY", "NSEC3PARAM", "ZONEMD" };
static const char *const data_types[] = { "A",   "AAAA", "TXT",  "MX",    "SRV",
	                                  "PTR", "CAA",  "SVCB", "HTTPS", "NAPTR" };

static bool is_one_of(struct text word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_is_nocase(word, list[i]))
			return true;
	return false;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

static bool is_type(struct text word)
{
	return text_is_nocase(word, "CNAME") || IS_ONE_OF(word, silent_types) ||
	       IS_ONE_OF(word, data_types);
}

/* A time to live ("3600", "1h") or a class. */
static bool is_ttl_or_class(struct text word)
{
	static const char *const classes[] = { "IN", "CH", "HS" };

	if (word.len > 0 && word.ptr[0] >= '0' && word.ptr[0] <= '9')
		return true;
	return IS_ONE_OF(word, classes);
}

/* The type among the words of a record, at most two behind its owner. */
static struct text type_in(struct text *rest)
{
	struct text word = text_word(rest);

	for (int i = 0; i < 2 && !is_type(word) && is_ttl_or_class(word); i++)
		word = text_word(rest);
	return word;
}

static enum format_claim claims(struct text line)
{
	if (text_starts(line, "$TTL") || text_starts(line, "$ORIGIN"))
		return FORMAT_SURE;
	if (text_starts(line, ";"))
		return FORMAT_LIKELY;
	struct text rest = line;

	text_word(&rest);
	struct text type = type_in(&rest);

	if (rest.len == 0 || !is_type(type))
		return FORMAT_NO;
	return text_is_nocase(type, "SOA") ? FORMAT_SURE : FORMAT_LIKELY;
}

/* Without its comment; keeps count of parentheses outside quotes. */
static struct text without_comment(struct text line, int *depth)
{
	bool is_quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];

		if (c == '\\')
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && c == ';')
			line.len = i;
		else if (!is_quoted && c == '(')
			++*depth;
		else if (!is_quoted && c == ')' && *depth > 0)
			--*depth;
	}
	return line;
}

/* "24.0.0.18.71" → "71.18.0.0/24", "48.zz.2643.8d04.2404" → "2404:8d04:2643::/48". */
static bool prefix_from(struct text labels, char *out, size_t size)
{
	struct text parts[10];
	size_t count = 0, used = 0;

	while (labels.len > 0 && count < 10)
		parts[count++] = text_until(&labels, '.');
	if (labels.len > 0 || count < 3)
		return false;
	char between = count == 5 && parts[1].len <= 3 && !text_is(parts[1], "zz") ? '.' : ':';

	for (size_t i = 1; i < count; i++)
		if (text_is(parts[i], "zz"))
			between = ':';
	for (size_t i = count; i-- > 1 && used < size;) {
		bool is_gap = text_is(parts[i], "zz");
		const char *lead = i == count - 1 ? (is_gap ? ":" : "") : (char[]){ between, 0 };
		int len = (int)parts[i].len;

		if (len > 5)
			return false;
		used += (size_t)snprintf(out + used, size - used, "%s%.*s%s", lead,
		                         is_gap ? 0 : len, parts[i].ptr,
		                         is_gap && i == 1 ? ":" : "");
	}
	if (used < size && parts[0].len <= 3)
		used += (size_t)snprintf(out + used, size - used, "/%.*s", (int)parts[0].len,
		                         parts[0].ptr);
	return used < size;
}

static void read_trigger(struct feed_reader *reader, struct text owner, struct row row)
{
	static const char *const others[] = { ".rpz-client-ip", ".rpz-nsdname", ".rpz-nsip" };
	char prefix[64];

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (text_ends(owner, others[i])) {
			reader_refuse(reader, FEED_TRIGGER);
			return;
		}
	if (text_ends(owner, ".rpz-ip")) {
		owner.len -= strlen(".rpz-ip");
		if (prefix_from(owner, prefix, sizeof prefix))
			reader_network(reader, text_of(prefix), &row);
		else
			reader_refuse(reader, FEED_NETWORK);
		return;
	}
	if (text_is(owner, "*")) {
		reader_refuse(reader, FEED_EVERYTHING);
		return;
	}
	row.match = text_starts(owner, "*.") ? RULE_BELOW : RULE_EXACT;
	reader_name(reader, text_skip(owner, row.match == RULE_BELOW ? 2 : 0), &row);
}

/* The owner in full, without final dot. False when it does not fit, and then is no name. */
static bool full_owner(const struct zone *zone, char out[2 * NAME_SIZE], size_t *len)
{
	struct text owner = zone->owner, origin = zone->owner_origin;

	if (text_is(owner, "@"))
		owner.len = 0;
	if (text_ends(owner, "."))
		owner.len--;
	if (owner.len + origin.len + 2 > (size_t)2 * NAME_SIZE)
		return false;
	bool is_joined = owner.len > 0 && origin.len > 0 && !zone->is_owner_absolute;

	memcpy(out, owner.ptr, owner.len);
	*len = owner.len;
	if (is_joined)
		out[(*len)++] = '.';
	if (!zone->is_owner_absolute && origin.len > 0) {
		memcpy(out + *len, origin.ptr, origin.len);
		*len += origin.len;
	}
	return true;
}

/* What stands before the apex; the whole of it where the owner is not beneath. */
static struct text below_apex(const struct zone *zone, struct text owner)
{
	size_t apex = zone->apex.len;

	if (apex == 0 || owner.len < apex)
		return owner;
	struct text end = text_skip(owner, owner.len - apex);

	if (memcmp(end.ptr, zone->apex.ptr, apex) != 0)
		return owner;
	if (owner.len == apex)
		return (struct text){ owner.ptr, 0 };
	if (end.ptr[-1] == '.')
		owner.len -= apex + 1;
	return owner;
}

static enum rule_verdict verdict_of(struct text type, struct text rdata, struct text owner)
{
	struct text target = text_word(&rdata);

	if (!text_is_nocase(type, "CNAME"))
		return RULE_REPORT;
	if (text_is_nocase(target, "rpz-passthru."))
		return RULE_EXCEPT;
	/* The old form of an exception: an alias of itself. */
	if (text_ends(target, ".") && target.len == owner.len + 1 &&
	    memcmp(target.ptr, owner.ptr, owner.len) == 0)
		return RULE_EXCEPT;
	return RULE_REPORT;
}

static void read_record(struct feed_reader *reader, struct zone *zone, struct text rest)
{
	char full[2 * NAME_SIZE];
	struct text owner = { full, 0 };
	struct row row = { 0 };
	struct text type = type_in(&rest);

	if (!is_type(type)) {
		reader_refuse(reader, FEED_SYNTAX);
		return;
	}
	if (!full_owner(zone, full, &owner.len)) {
		reader_refuse(reader, FEED_LENGTH);
		return;
	}
	if (text_is_nocase(type, "SOA")) {
		memcpy(zone->apex_room, full, owner.len);
		zone->apex = (struct text){ zone->apex_room, owner.len };
	}
	owner = below_apex(zone, owner);
	if (IS_ONE_OF(type, silent_types))
		return;
	row.verdict = verdict_of(type, rest, owner);
	read_trigger(reader, owner, row);
}

static void read_directive(struct feed_reader *reader, struct zone *zone, struct text line)
{
	struct text word = text_word(&line);

	if (text_is_nocase(word, "$INCLUDE"))
		reader_refuse(reader, FEED_INCLUDE);
	if (!text_is_nocase(word, "$ORIGIN"))
		return;
	zone->origin = text_word(&line);
	if (text_ends(zone->origin, "."))
		zone->origin.len--;
}

static void read_line(struct feed_reader *reader, struct zone *zone, struct text line)
{
	int depth = zone->depth;

	line = without_comment(line, &zone->depth);
	if (depth > 0 || text_trim(line).len == 0)
		return; /* the rest of a record whose beginning said enough */
	if (line.ptr[0] == '$') {
		read_directive(reader, zone, line);
		return;
	}
	if (!is_blank(line.ptr[0])) {
		zone->owner = text_word(&line);
		zone->is_owner_absolute = text_ends(zone->owner, ".");
		zone->owner_origin = zone->origin;
	}
	if (zone->owner.len == 0)
		reader_refuse(reader, FEED_SYNTAX);
	else
		read_record(reader, zone, line);
}

static void read_rpz(struct feed_reader *reader)
{
	struct zone zone = { 0 };
	struct text line;

	while (reader_line(reader, &line))
		read_line(reader, &zone, line);
}

const struct format format_rpz = { .name = "rpz", .claims = claims, .read = read_rpz };

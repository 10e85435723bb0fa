/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sensor/feed_convert.h"

#include <stdlib.h>
#include <string.h>

/*
 * What each format can say of a name and of all below it: a rule for the name (`suffix` where one
 * line means both), what is to be written for each kind of match; NULL where it has no words for
 * it. %s is the name. An exception is written only where `exception` says how.
 */
struct target {
	const char *name;
	const char *head;
	const char *suffix, *exact, *below, *prefix;
	const char *exception;
	void (*line)(const struct feed_rule *, const char *shape);
};

static void write_shape(const struct feed_rule *rule, const char *shape)
{
	for (const char *at = shape; *at != '\0'; at++)
		if (at[0] == '%' && at[1] == 's') {
			fputs(rule->entry.domain, stdout);
			at++;
		} else {
			putchar(*at);
		}
}

/* RFC 4648, section 4, of the domain behind `lead`. */
static void write_base64(const struct feed_rule *rule, const char *lead)
{
	static const char alphabet[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[512] = { 0 };
	size_t len = (size_t)snprintf(text, sizeof text - 3, "%s%s", lead, rule->entry.domain);

	for (size_t i = 0; i < len; i += 3) {
		const unsigned char *in = (const unsigned char *)text + i;
		unsigned bits = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];

		putchar(alphabet[bits >> 18]);
		putchar(alphabet[bits >> 12 & 63]);
		putchar(i + 1 < len ? alphabet[bits >> 6 & 63] : '=');
		putchar(i + 2 < len ? alphabet[bits & 63] : '=');
	}
	putchar('\n');
}

/* A tab or line break within a cell would break the table. */
static void write_cell(const char *text)
{
	for (; *text != '\0'; text++)
		putchar((unsigned char)*text < ' ' ? ' ' : *text);
}

static void write_zeek(const struct feed_rule *rule, const char *type)
{
	write_cell(rule->match == FEED_PREFIX ? rule->entry.rule : rule->entry.domain);
	printf("\t%s\t", type);
	write_cell(rule->entry.feed[0] != '\0' ? rule->entry.feed : "-");
	putchar('\t');
	write_cell(rule->entry.category[0] != '\0' ? rule->entry.category : "-");
	putchar('\n');
}

/* "71.18.0.0/16" → "16.0.0.18.71.rpz-ip", "2605:340::/32" → "32.zz.340.2605.rpz-ip". */
static void write_rpz_prefix(const struct feed_rule *rule)
{
	const char *at = rule->entry.rule;
	size_t len = strcspn(at, "/");
	bool is_v6 = memchr(at, ':', len) != NULL;
	struct {
		const char *text;
		int len;
	} groups[16] = { { 0 } };
	size_t count = 0;

	printf("%s", at + len + 1);
	for (const char *end = at + len; at <= end && count < 16;) {
		int group = (int)strcspn(at, is_v6 ? ":/" : "./");
		bool is_gap = group == 0;

		/* "::" splits into one empty group or, at either end, two. */
		if (!is_gap || count == 0 || groups[count - 1].len != 0) {
			groups[count].text = at;
			groups[count++].len = group;
		}
		at += group + 1;
	}
	while (count-- > 0)
		if (groups[count].len > 0)
			printf(".%.*s", groups[count].len, groups[count].text);
		else
			printf(".zz");
	puts(".rpz-ip CNAME .");
}

static void write_rpz(const struct feed_rule *rule, const char *shape)
{
	if (rule->match == FEED_PREFIX)
		write_rpz_prefix(rule);
	else
		write_shape(rule, shape);
}

static const struct target targets[] = {
	{ "plain", "", "%s\n", NULL, NULL, "%s\n", NULL, write_shape },
	{ "hosts", "", "0.0.0.0 %s\n", "0.0.0.0 %s\n", NULL, NULL, NULL, write_shape },
	{ "adblock", "[Adblock Plus]\n", "||%s^\n", NULL, NULL, NULL, "@@||%s^\n", write_shape },
	{ "rpz",
	  "$TTL 3600\n@ SOA localhost. root.localhost. 1 14400 3600 86400 3600\n  NS localhost.\n",
	  "%s CNAME .\n*.%s CNAME .\n", "%s CNAME .\n", "*.%s CNAME .\n", "",
	  "%s CNAME rpz-passthru.\n*.%s CNAME rpz-passthru.\n", write_rpz },
	{ "dnsmasq", "", "address=/%s/#\n", NULL, "address=/*.%s/#\n", NULL, "server=/%s/#\n",
	  write_shape },
	{ "unbound", "server:\n", "local-zone: \"%s.\" always_null\n", NULL, NULL, NULL,
	  "local-zone: \"%s.\" transparent\n", write_shape },
	{ "zeek", "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n", "Intel::DOMAIN",
	  "Intel::DOMAIN", NULL, "Intel::SUBNET", NULL, write_zeek },
	{ "suricata", "", ".", "", NULL, NULL, NULL, write_base64 },
};

#define TARGETS (sizeof targets / sizeof *targets)

const char *feed_target_name(size_t index)
{
	return index < TARGETS ? targets[index].name : NULL;
}

struct conversion {
	const struct target *target;
	uint64_t *left_out;
};

static const char *shape_of(const struct target *target, const struct feed_rule *rule)
{
	if (rule->is_exception)
		return rule->match == FEED_SUFFIX ? target->exception : NULL;
	switch (rule->match) {
	case FEED_SUFFIX:
		return target->suffix;
	case FEED_EXACT:
		return target->exact;
	case FEED_BELOW:
		return target->below;
	default:
		return target->prefix;
	}
}

static void convert_rule(void *context, const struct feed_rule *rule)
{
	struct conversion *conversion = context;
	const char *shape = shape_of(conversion->target, rule);

	if (shape == NULL)
		++*conversion->left_out;
	else
		conversion->target->line(rule, shape);
}

/* Written in order of the names, so that the same feed gives the same file. */
struct collection {
	struct feed_rule *rules;
	size_t count, size;
};

static void collect(void *context, const struct feed_rule *rule)
{
	struct collection *all = context;

	if (all->count < all->size)
		all->rules[all->count++] = *rule;
}

static int compare(const void *a, const void *b)
{
	const struct feed_rule *one = a, *other = b;

	if ((one->match == FEED_PREFIX) != (other->match == FEED_PREFIX))
		return one->match == FEED_PREFIX ? 1 : -1;
	return strcmp(one->entry.rule, other->entry.rule);
}

bool feed_convert(const struct feed_set *set, const char *name, uint64_t *left_out)
{
	struct collection all = { .size = feed_set_names(set) + feed_set_networks(set) };
	struct conversion conversion = { .left_out = left_out };

	for (size_t i = 0; i < TARGETS; i++)
		if (strcmp(targets[i].name, name) == 0)
			conversion.target = &targets[i];
	all.rules = calloc(all.size + 1, sizeof *all.rules);
	if (conversion.target == NULL || all.rules == NULL) {
		free(all.rules);
		return false;
	}
	*left_out = 0;
	feed_set_each(set, collect, &all);
	qsort(all.rules, all.count, sizeof *all.rules, compare);
	fputs(conversion.target->head, stdout);
	for (size_t i = 0; i < all.count; i++)
		convert_rule(&conversion, &all.rules[i]);
	free(all.rules);
	return true;
}

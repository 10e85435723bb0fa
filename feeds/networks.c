/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "feeds/networks.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 129 /* prefixes can nest no deeper than they have lengths */

void networks_close(struct networks *networks)
{
	free(networks->list);
	free(networks->pieces);
	*networks = (struct networks){ 0 };
}

static uint64_t load_u64(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static struct address address_load(const uint8_t bytes[16])
{
	return (struct address){ load_u64(bytes), load_u64(bytes + 8) };
}

static int address_compare(const struct address *a, const struct address *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return a->low == b->low ? 0 : a->low < b->low ? -1 : 1;
}

/* The one behind it; all zero behind the very last. */
static struct address address_next(struct address a)
{
	a.low++;
	a.high += a.low == 0;
	return a;
}

/* The bits of one half that lie behind a prefix of `bits`. */
static uint64_t host_bits(unsigned bits)
{
	return bits == 0 ? UINT64_MAX : bits >= 64 ? 0 : UINT64_MAX >> bits;
}

static bool parse_length(const char *text, unsigned most, unsigned *bits)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return false;
	*bits = (unsigned)strtoul(text, NULL, 10);
	return *bits <= most;
}

bool network_parse(const char *from, size_t len, struct address *first, struct address *last,
                   char *text)
{
	char copy[64];
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };
	unsigned bits;

	if (len == 0 || len >= sizeof copy || memchr(from, '\0', len) != NULL)
		return false;
	memcpy(copy, from, len);
	copy[len] = '\0';
	char *slash = strchr(copy, '/');

	if (slash != NULL)
		*slash = '\0';
	bool is_v4 = inet_pton(AF_INET, copy, bytes + 12) == 1;

	if (!is_v4 && inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	unsigned most = is_v4 ? 32 : 128;

	bits = most;
	if (slash != NULL && !parse_length(slash + 1, most, &bits))
		return false;
	unsigned mapped = bits + 128 - most;
	struct address address = address_load(bytes);
	uint64_t high = host_bits(mapped), low = host_bits(mapped > 64 ? mapped - 64 : 0);

	*first = (struct address){ address.high & ~high, address.low & ~low };
	*last = (struct address){ address.high | high, address.low | low };
	for (int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(first->high >> (56 - 8 * i));
		bytes[8 + i] = (uint8_t)(first->low >> (56 - 8 * i));
	}
	inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? bytes + 12 : bytes, text, INET6_ADDRSTRLEN);
	snprintf(text + strlen(text), 8, "/%u", bits);
	return true;
}

bool networks_add(struct networks *networks, const struct network *network)
{
	if (networks->count == networks->size) {
		size_t wanted = networks->size > 0 ? 2 * networks->size : 64;
		struct network *list = realloc(networks->list, wanted * sizeof *list);

		if (list == NULL)
			return false;
		networks->list = list;
		networks->size = wanted;
	}
	networks->list[networks->count] = *network;
	networks->list[networks->count].order = (uint32_t)networks->count;
	networks->count++;
	return true;
}

/* By where they begin, the wider first, then as they came. */
static int compare(const void *a, const void *b)
{
	const struct network *one = a, *other = b;
	int by = address_compare(&one->first, &other->first);

	if (by == 0)
		by = address_compare(&other->last, &one->last);
	if (by == 0)
		by = one->order < other->order ? -1 : one->order > other->order;
	return by;
}

static uint16_t feed_of(const struct arena *arena, const struct network *network)
{
	struct rule_tag tag;

	memcpy(&tag, arena->bytes + network->tag, sizeof tag);
	return tag.number;
}

static bool is_same_prefix(const struct network *a, const struct network *b)
{
	return address_compare(&a->first, &b->first) == 0 &&
	       address_compare(&a->last, &b->last) == 0;
}

/* Leaves one of equal rules of one feed. What is left of a prefix is few, so this is no square. */
static void drop_repeats(struct networks *networks, const struct arena *arena)
{
	struct network *list = networks->list;
	size_t kept = 0, run = 0;

	for (size_t i = 0; i < networks->count; i++) {
		if (kept > 0 && !is_same_prefix(&list[run], &list[i]))
			run = kept;
		size_t same = run;

		while (same < kept && (list[same].verdict != list[i].verdict ||
		                       feed_of(arena, &list[same]) != feed_of(arena, &list[i])))
			same++;
		if (same == kept)
			list[kept++] = list[i];
	}
	networks->count = kept;
}

/*
 * While the sorted prefixes are walked: those that hold the place we are at, the widest first.
 * Equal prefixes of several feeds make one level, of which `list[index]` is the first.
 */
struct sweep {
	struct networks *networks;
	const struct arena *arena;
	struct level {
		size_t index, count;
	} levels[DEPTH_MAX];
	size_t depth;
};

/* Who speaks for the place where the innermost of the levels lies. */
static uint32_t speaker(const struct sweep *sweep)
{
	uint32_t found = NETWORK_NONE;
	uint64_t muted = 0;

	for (size_t depth = sweep->depth; depth-- > 0;) {
		const struct level *level = &sweep->levels[depth];
		const struct network *list = sweep->networks->list + level->index;

		for (size_t i = 0; i < level->count; i++)
			if (list[i].verdict == RULE_ALLOW)
				return NETWORK_NONE;
			else if (list[i].verdict != RULE_REPORT)
				muted |= UINT64_C(1) << feed_of(sweep->arena, &list[i]);
		for (size_t i = 0; i < level->count && found == NETWORK_NONE; i++)
			if (list[i].verdict == RULE_REPORT &&
			    (muted >> feed_of(sweep->arena, &list[i]) & 1) == 0)
				found = (uint32_t)(level->index + i);
	}
	return found;
}

/* From here on the innermost level speaks. Of pieces that begin at one place the last stands. */
static void begin_piece(struct sweep *sweep, struct address first)
{
	struct networks *networks = sweep->networks;
	uint32_t network = speaker(sweep);
	size_t *count = &networks->piece_count;

	if (*count > 0 && address_compare(&networks->pieces[*count - 1].first, &first) == 0)
		(*count)--;
	if (*count > 0 && networks->pieces[*count - 1].network == network)
		return;
	networks->pieces[(*count)++] = (struct network_piece){ first, network };
}

static const struct address *innermost_last(const struct sweep *sweep)
{
	return &sweep->networks->list[sweep->levels[sweep->depth - 1].index].last;
}

/* Leaves the levels that end before `first`; all of them when it is NULL. */
static void leave(struct sweep *sweep, const struct address *first)
{
	while (sweep->depth > 0 &&
	       (first == NULL || address_compare(innermost_last(sweep), first) < 0)) {
		struct address next = address_next(*innermost_last(sweep));

		sweep->depth--;
		if (next.high != 0 || next.low != 0)
			begin_piece(sweep, next);
	}
}

bool networks_build(struct networks *networks, const struct arena *arena)
{
	struct sweep sweep = { .networks = networks, .arena = arena };

	networks->pieces = calloc(2 * networks->count + 1, sizeof *networks->pieces);
	if (networks->pieces == NULL)
		return false;
	if (networks->count > 0)
		qsort(networks->list, networks->count, sizeof *networks->list, compare);
	drop_repeats(networks, arena);
	for (size_t i = 0; i < networks->count;) {
		const struct network *network = &networks->list[i];
		size_t to = i + 1;

		while (to < networks->count && is_same_prefix(&networks->list[to], network))
			to++;
		leave(&sweep, &network->first);
		sweep.levels[sweep.depth++] = (struct level){ i, to - i };
		begin_piece(&sweep, network->first);
		i = to;
	}
	leave(&sweep, NULL);
	return true;
}

const struct network *networks_find(const struct networks *networks, const uint8_t address[16])
{
	struct address wanted = address_load(address);
	size_t low = 0, high = networks->piece_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_compare(&networks->pieces[middle].first, &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || networks->pieces[low - 1].network == NETWORK_NONE)
		return NULL;
	return &networks->list[networks->pieces[low - 1].network];
}

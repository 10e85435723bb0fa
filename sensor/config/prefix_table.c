/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/config/prefix_table.h"

#include <arpa/inet.h>
#include <stdlib.h>

static int by_length_and_address(const void *a, const void *b)
{
	const struct prefix_row *left = a, *right = b;

	if (left->prefix.bits != right->prefix.bits)
		return left->prefix.bits < right->prefix.bits ? 1 : -1;
	int order = memcmp(left->prefix.address, right->prefix.address, 16);

	if (order != 0)
		return order;
	return left->value < right->value ? -1 : left->value > right->value;
}

void prefix_table_build(struct prefix_table *t, struct prefix_row *rows, size_t count)
{
	*t = (struct prefix_table){ .rows = rows, .count = count };
	if (count > 0)
		qsort(rows, count, sizeof *rows, by_length_and_address);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || rows[i].prefix.bits != rows[i - 1].prefix.bits)
			t->spans[t->span_count++] =
			        (struct prefix_span){ .first = i, .bits = rows[i].prefix.bits };
		t->spans[t->span_count - 1].count++;
	}
}

static void clear_behind(uint8_t address[16], unsigned bits)
{
	for (unsigned i = bits / 8; i < 16; i++) {
		unsigned kept = i == bits / 8 ? bits % 8 : 0;

		address[i] = (uint8_t)(address[i] & (0xff00U >> kept & 0xffU));
	}
}

static const struct prefix_row *search(const struct prefix_table *t, const struct prefix_span *span,
                                       const uint8_t head[16])
{
	size_t low = span->first, end = span->first + span->count, high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(t->rows[middle].prefix.address, head, 16) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && memcmp(t->rows[low].prefix.address, head, 16) == 0 ? &t->rows[low]
	                                                                       : NULL;
}

int64_t prefix_table_find(const struct prefix_table *t, const uint8_t address[16])
{
	uint8_t head[16];

	memcpy(head, address, 16);
	for (size_t i = 0; i < t->span_count; i++) {
		clear_behind(head, t->spans[i].bits);
		const struct prefix_row *row = search(t, &t->spans[i], head);

		if (row != NULL)
			return row->value;
	}
	return NO_PREFIX;
}

/* Digits up to the end, at most `most`; -1: no such number. */
static int length_of(const char *text, int most)
{
	int value = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || value > most)
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value <= most ? value : -1;
}

enum prefix_fault prefix_parse(const char *text, struct address_prefix *out)
{
	char head[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	bool is_six = strchr(text, ':') != NULL;
	uint8_t bytes[16];

	if (len == 0 || len >= sizeof head)
		return PREFIX_NO_ADDRESS;
	memcpy(head, text, len);
	head[len] = '\0';
	if (inet_pton(is_six ? AF_INET6 : AF_INET, head, bytes) != 1)
		return PREFIX_NO_ADDRESS;
	address_from_wire(bytes, is_six ? 16 : 4, out->address);
	int most = is_six ? 128 : 32, bits = slash != NULL ? length_of(slash + 1, most) : most;

	if (bits < 0)
		return PREFIX_NO_LENGTH;
	out->bits = (uint8_t)(is_six ? bits : bits + 96);
	memcpy(bytes, out->address, 16);
	clear_behind(out->address, out->bits);
	return memcmp(bytes, out->address, 16) == 0 ? PREFIX_OK : PREFIX_HOST_BITS;
}

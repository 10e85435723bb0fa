/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

/* Before anything is known, the excess may be any of so many; and that knowledge counts so much. */
static const double spread = 48, doubt = 1.5;

/* RFC 7541, appendix B: what may stand in a host name has codes of 5, 6 or 7 bits. */
static unsigned code_bits(uint8_t c)
{
	if (c != 0 && strchr("012aceiost", c) != NULL)
		return 5;
	return c != 0 && strchr(":jkqvwxyz", c) != NULL ? 7 : 6;
}

static size_t text_bits(struct slice text)
{
	size_t bits = 0;

	for (size_t i = 0; i < text.len; i++)
		bits += code_bits(text.ptr[i]);
	return bits;
}

size_t site_referer_size(struct slice host)
{
	static const char around[] = "https:///";

	return (text_bits((struct slice){ (const uint8_t *)around, sizeof around - 1 }) +
	        text_bits(host) + 7) /
	       8;
}

static struct site_size_kind *find(const struct site_sizes *s, uint32_t request)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->kinds[i].request == request)
			return &s->kinds[i];
	return NULL;
}

/* A QUIC packet with an acknowledgement is five or six bytes longer, and mostly can be told. */
static const struct {
	int bytes;
	double share[2]; /* of requests that had nothing to acknowledge, that had */
} more[] = { { 0, { 0.96, 0.35 } }, { 5, { 0.02, 0.28 } }, { 6, { 0.02, 0.37 } } };

static double own_amount(const struct site_size_credits *own, int base)
{
	double sum = 0;

	for (size_t i = 0; i < own->count; i++)
		sum += own->base[i] == base ? (double)own->amount[i] : 0;
	return sum;
}

/* Seen once is not yet known: what a call's wrong candidates leave behind is not to count. */
static double count_of(const struct site_size_kind *k, int base,
                       const struct site_size_credits *own)
{
	if (base < 0 || base >= SIZE_EXCESS_MAX)
		return 0;
	double count = fmax(0, k->count[base] - own_amount(own, base));

	return count < 1 ? count * count : count;
}

double site_sizes_ratio(const struct site_sizes *s, uint32_t request, bool acknowledges, int excess,
                        const struct site_size_credits *own)
{
	const struct site_size_kind *k = request != 0 ? find(s, request) : NULL;
	double seen = 0, total = doubt;

	if (k == NULL || excess < 0 || excess >= SIZE_EXCESS_MAX)
		return 1;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		seen += more[i].share[acknowledges] * count_of(k, excess - more[i].bytes, own);
	total += k->total;
	for (size_t i = 0; i < own->count; i++)
		total -= own->amount[i];
	return (seen * spread + doubt) / fmax(total, doubt);
}

int site_sizes_base(const struct site_sizes *s, uint32_t request, bool acknowledges, int excess)
{
	const struct site_size_kind *k = request != 0 ? find(s, request) : NULL;
	const struct site_size_credits none = { NULL, NULL, 0 };
	const double new_base = 0.2;
	double most = 0;
	int base = excess;

	for (size_t i = 0; k != NULL && i < sizeof more / sizeof *more; i++) {
		int at = excess - more[i].bytes;
		double weight = more[i].share[acknowledges] *
		                (count_of(k, at, &none) + (i == 0 ? new_base : 0));

		base = weight > most ? at : base;
		most = fmax(most, weight);
	}
	return base;
}

void site_sizes_credit(struct site_sizes *s, uint32_t request, int base, double amount)
{
	if (request == 0 || base < 0 || base >= SIZE_EXCESS_MAX)
		return;
	if (s->kinds == NULL)
		s->kinds = calloc(SIZE_KINDS, sizeof *s->kinds);
	if (s->kinds == NULL) {
		log_scarce();
		return;
	}
	struct site_size_kind *k = find(s, request);

	if (k == NULL && s->count < SIZE_KINDS) {
		k = &s->kinds[s->count++];
		k->request = request;
	}
	if (k == NULL)
		return;
	k->count[base] = fmaxf(0, k->count[base] + (float)amount);
	k->total = fmaxf(0, k->total + (float)amount);
}

void site_sizes_free(struct site_sizes *s)
{
	free(s->kinds);
}

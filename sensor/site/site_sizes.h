/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_SIZES_H
#define SENSOR_SITE_SITE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/slice.h"

/*
 * How long is the first request on a connection to a tracker? Encryption does not hide it, and all
 * that differs in it from page to page is the Referer, "https://HOST/", in HPACK's or QPACK's
 * Huffman code (RFC 7541, appendix B; RFC 9204, section 4.1.2). What is left when the page's share
 * is taken off, the excess, is the same for all pages (a few values: browsers differ, and a QUIC
 * packet may carry an acknowledgement). So it is learned which excesses there are, and a page whose
 * name would leave another one is not the page.
 *
 *   404 bytes ─► www.a.example?   404 - 24 = 380: seen often
 *                www.longer.example?  404 - 28 = 376: never
 */
enum { SIZE_KINDS = 16, SIZE_EXCESS_MAX = 1024 };

struct site_size_kind {
	uint32_t request; /* tracker's name and transport, as a number */
	float total, count[SIZE_EXCESS_MAX];
};

struct site_sizes {
	struct site_size_kind *kinds;
	size_t count;
};

/* Bytes that a page's name takes in a request for what it embeds. */
size_t site_referer_size(struct slice host);

/* What a call itself was credited. */
struct site_size_credits {
	const int16_t *base;
	const float *amount;
	size_t count;
};

/*
 * How much likelier a request's excess makes it that the name is the page's. `acknowledges`: by
 * RFC 9000, 19.3, it has some bytes more. Its own credits do not count. 1: nothing is known.
 */
double site_sizes_ratio(const struct site_sizes *, uint32_t request, bool acknowledges, int excess,
                        const struct site_size_credits *own);
/* The excess without what it likely acknowledges: this is credited. */
int site_sizes_base(const struct site_sizes *, uint32_t request, bool acknowledges, int excess);
void site_sizes_credit(struct site_sizes *, uint32_t request, int base, double amount);
void site_sizes_free(struct site_sizes *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_WEB_H
#define BENCH_WEB_H

#include "tests/bench/hello.h"

/*
 * The web that the benchmark's hosts visit: invented sites, each of which embeds the same third
 * parties every time, both drawn by a Zipf law. Some third parties are trackers by their true
 * names. Everything about a name follows from its number.
 */
enum { WEB_NAME_MAX = 64, WEB_EMBEDS_MAX = 12 };

struct web;
struct web *web_new(uint32_t names); /* NULL: out of memory */
void web_free(struct web *);

uint32_t web_draw_site(const struct web *, struct noise *);
/* The third parties of a site; gives how many. */
uint32_t web_embeds(const struct web *, uint32_t site, uint32_t out[WEB_EMBEDS_MAX]);

const char *web_name(const struct web *, uint32_t name);
bool web_speaks_quic(const struct web *, uint32_t name);
bool web_has_six(const struct web *, uint32_t name);
bool web_has_alias(const struct web *, uint32_t name);
bool web_is_plain(const struct web *, uint32_t name); /* HTTP/1 on port 80 */

/* One of the name's addresses, 4 or 16 bytes, from the networks for documentation and benchmarks.
 */
void web_address(const struct web *, uint32_t name, bool is_six, uint8_t *out);

#endif

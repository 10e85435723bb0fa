/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/frame.h"

static const char *const trackers[] = {
	"analytics.tiktok.com", "analytics-sg.tiktok.com", "business-api.tiktok.com",
	"mon.tiktokv.com",      "mcs.tiktokw.us",          "lf16-tiktok-web.ttwstatic.com",
};
enum { TRACKERS = sizeof trackers / sizeof *trackers };

/* Names 0 … sites-1 are sites, the rest third parties. `weight` is cumulative in each part. */
struct web {
	uint32_t sites, names;
	double *weight;
	char (*name)[WEB_NAME_MAX];
};

/* A hash of the name's number; what is asked of a name is told by bits of it. */
static uint64_t facts(uint32_t name)
{
	struct noise n = { 0xda7ceca6du ^ (uint64_t)name << 20 };

	return noise_next(&n);
}

static void invent(uint32_t number, bool is_site, char out[WEB_NAME_MAX])
{
	static const char *const syllables[] = {
		"ba",  "ko", "ri", "len", "to", "mu",  "sa", "vi",
		"dor", "ne", "pa", "gul", "zi", "tar", "fe", "mon"
	};
	static const char *const heads[] = { "cdn",  "static", "api", "img",
		                             "tags", "fonts",  "ads", "events" };
	struct noise n = { facts(number) };
	char word[24] = "";

	for (uint32_t i = 2 + noise_below(&n, 3); i > 0; i--)
		strcat(word, syllables[noise_below(&n, 16)]);
	snprintf(out, WEB_NAME_MAX, "%s.%s-%u.example", is_site ? "www" : heads[noise_below(&n, 8)],
	         word, number);
}

static void weigh(double *weight, uint32_t count)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		weight[i] = sum += 1.0 / (i + 3.0);
}

struct web *web_new(uint32_t names)
{
	struct web *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->names = names;
	w->sites = names / 2;
	w->weight = calloc(names, sizeof *w->weight);
	w->name = calloc(names, sizeof *w->name);
	if (w->weight == NULL || w->name == NULL) {
		web_free(w);
		return NULL;
	}
	weigh(w->weight, w->sites);
	weigh(w->weight + w->sites, names - w->sites);
	for (uint32_t i = 0; i < names; i++)
		invent(i, i < w->sites, w->name[i]);
	for (uint32_t i = 0; i < TRACKERS && w->sites + 4 + 9 * i < names; i++)
		strcpy(w->name[w->sites + 4 + 9 * i], trackers[i]);
	return w;
}

void web_free(struct web *w)
{
	free(w->weight);
	free(w->name);
	free(w);
}

static uint32_t draw(struct noise *n, const double *weight, uint32_t count)
{
	double at = (double)(noise_next(n) >> 11) / 9007199254740992.0 * weight[count - 1];
	uint32_t low = 0, high = count - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (weight[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t web_draw_site(const struct web *w, struct noise *n)
{
	return draw(n, w->weight, w->sites);
}

uint32_t web_embeds(const struct web *w, uint32_t site, uint32_t out[WEB_EMBEDS_MAX])
{
	struct noise n = { facts(site) ^ 0x5eed };
	uint32_t count = 2 + noise_below(&n, WEB_EMBEDS_MAX - 2);

	for (uint32_t i = 0; i < count; i++)
		out[i] = w->sites + draw(&n, w->weight + w->sites, w->names - w->sites);
	return count;
}

const char *web_name(const struct web *w, uint32_t name)
{
	return w->name[name];
}

bool web_is_plain(const struct web *w, uint32_t name)
{
	return name < w->sites && (facts(name) & 7) == 0;
}

bool web_speaks_quic(const struct web *w, uint32_t name)
{
	return !web_is_plain(w, name) && (facts(name) >> 8 & 0xf) < 8;
}

bool web_has_six(const struct web *w, uint32_t name)
{
	(void)w;
	return (facts(name) >> 16 & 7) < 3;
}

bool web_has_alias(const struct web *w, uint32_t name)
{
	(void)w;
	return (facts(name) >> 24 & 3) == 0;
}

void web_address(const struct web *w, uint32_t name, bool is_six, uint8_t *out)
{
	uint32_t place = (uint32_t)(facts(name) >> 32) &
	                 0x1fff; /* a few names share an address, as in a CDN */

	(void)w;
	if (is_six) {
		memset(out, 0, 16);
		put32(out, 0x20010db8);
		put32(out + 4, 0x00ff0000 | place >> 6);
		put32(out + 12, place | 0x10);
	} else {
		put32(out, 0xc6120000 | place << 3 | 1); /* 198.18.0.0/15 */
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/suppress.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 1 << 14, WAYS = 8 };

struct told {
	uint64_t key; /* 0: free */
	uint64_t told_ns, held;
};

struct suppress {
	uint64_t ns;
	struct told sets[SETS][WAYS];
};

struct suppress *suppress_new(uint64_t seconds)
{
	struct suppress *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->ns = seconds * UINT64_C(1000000000);
	return s;
}

void suppress_free(struct suppress *s)
{
	free(s);
}

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t key_of(const uint8_t host[16], const struct event *e)
{
	uint64_t h = mix(UINT64_C(14695981039346656037), host, 16);

	h = mix(h, e->tracker->name.ptr, e->tracker->name.len);
	return h != 0 ? h : 1;
}

/* The entry of the key, or the one that gives way to it. */
static struct told *entry_of(struct told set[WAYS], uint64_t key)
{
	struct told *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key || set[i].key == 0)
			return &set[i];
		if (set[i].told_ns < oldest->told_ns)
			oldest = &set[i];
	}
	return oldest;
}

bool suppress_tells(struct suppress *s, const uint8_t host[16], const struct event *e,
                    uint64_t *represents)
{
	uint64_t key = key_of(host, e);
	struct told *t = entry_of(s->sets[(key ^ key >> 32) % SETS], key);

	*represents = 0;
	if (t->key == key && e->time_ns < t->told_ns + s->ns) {
		t->held++;
		return false;
	}
	if (t->key == key && t->held > 0)
		*represents = t->held + 1;
	*t = (struct told){ .key = key, .told_ns = e->time_ns };
	return true;
}

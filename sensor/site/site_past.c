/* SPDX-License-Identifier: Apache-2.0 */
/* What earlier runs knew: given to the book before the first packet, and put before what it sees.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/site/site_book_state.h"

void site_book_restored(struct site_book *b, uint64_t until_ns)
{
	b->is_restored = true;
	b->restored_ns = until_ns;
}

void site_book_restore(struct site_book *b, struct slice name, const struct site_learned *learned)
{
	struct site *s = site_book_hold(b, name);

	if (s == NULL)
		return;
	s->heads = learned->heads;
	s->followed = learned->followed;
	s->begun = learned->begun;
	s->embedded = learned->embedded;
	s->distinct = (uint8_t)(learned->distinct < 3 ? learned->distinct : 3);
}

void site_book_restore_calls(struct site_book *b, struct slice name, const char *entity,
                             float calls, const float lags[2 * SITE_LAGS])
{
	struct site *s = site_book_hold(b, name);

	site_book_hold_entity(b, entity);
	size_t e = site_book_entity(b, entity);

	if (s == NULL || e == SITE_ENTITIES_MAX)
		return;
	s->count[e].calls = calls;
	memcpy(s->count[e].lags, lags, sizeof s->count[e].lags);
}

void site_book_restore_base(struct site_book *b, struct slice name, const char *entity,
                            const struct site_base *base)
{
	struct site *s = site_book_hold(b, name);

	site_book_hold_entity(b, entity);
	size_t e = site_book_entity(b, entity);

	if (s == NULL || e == SITE_ENTITIES_MAX)
		return;
	struct site_base *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return;
	*copy = *base;
	free(s->count[e].base);
	s->count[e].base = copy;
}

bool site_whole(const struct site *s, size_t entity, struct site *out)
{
	const struct site_base *base = s->count[entity].base;
	struct site_count *c = &out->count[entity];

	*out = *s;
	if (base == NULL || s->visits == 0 || s->first_ns <= base->seen_last_ns)
		return false;
	uint32_t until = s->visits - (c->after < s->visits ? c->after : s->visits);

	out->visits += base->visits;
	out->first_ns = base->seen_first_ns;
	c->hits_from = base->visits - (base->after < base->visits ? base->after : base->visits);
	if (c->hits > 0) {
		c->hits_from = base->hits > 0 ? base->visits + until : s->count[entity].hits_from;
		c->first_ns = base->hits > 0 ? base->first_ns : c->first_ns;
	} else {
		c->after = base->after + s->visits;
		c->gone_ns = base->gone_ns != 0 ? base->gone_ns : s->first_ns;
		c->first_ns = base->first_ns;
		c->last_ns = base->last_ns;
	}
	c->hits += base->hits;
	c->belief += (float)base->hits;
	c->doubt += base->doubt;
	c->calls = fmaxf(c->calls, (float)c->hits);
	return true;
}

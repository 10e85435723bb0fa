/* SPDX-License-Identifier: Apache-2.0 */
/* Is a hello's ECH extension sealed to something, and to whom? The client's own DNS tells. */
#include "sensor/flow/ech_known.h"
#include "sensor/flow/kin_table.h"
#include "sensor/flow/question.h"
#include "sensor/flow/resolutions.h"
#include "sensor/owner.h"

/* Was the address that the client calls given to it for this name? */
static bool leads_to(const struct inspector *i, const struct sight *s, const struct name *question)
{
	const struct flow *f = s->flow;
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	size_t count = 0;

	if (i->use.resolutions != NULL)
		count = resolutions_find(i->use.resolutions,
		                         kin_of(i->use.kin, f->address[f->client]),
		                         f->address[flow_server(f)], s->now_ns, found);
	for (size_t n = 0; n < count; n++)
		if (found[n].question == question)
			return true;
	return false;
}

/*
 * Many sites of a CDN share one configuration. The one whose address is called is the one; else
 * the last that was asked for, which is sure only where there is no other.
 */
static size_t choose(const struct inspector *i, const struct sight *s,
                     const struct ech_answer *found, size_t count, bool *is_sure)
{
	for (size_t n = 0; n < count; n++)
		if (leads_to(i, s, found[n].question)) {
			*is_sure = true;
			return n;
		}
	*is_sure = count == 1;
	return 0;
}

enum ech_state judge_ech(struct inspector *i, const struct sight *s, const struct tls_hello *hello,
                         const struct name *outer, struct ech_inner *inner)
{
	const uint8_t *client = kin_of(i->use.kin, s->flow->address[s->flow->client]);
	struct ech_answer found[ECH_FOUND_MAX];

	if (!hello->has_ech)
		return ECH_NONE;
	if (i->use.ech == NULL || outer == NULL || s->flow->owner != owner_of_host(client))
		return ECH_UNKNOWN;
	size_t count = ech_known_find(i->use.ech, client, outer, hello, s->now_ns, found);

	if (count == 0)
		return ech_known_asked(i->use.ech, client, outer, s->now_ns) ? ECH_GREASE
		                                                             : ECH_UNKNOWN;
	size_t chosen = choose(i, s, found, count, &inner->is_sure);

	inner->name = found[chosen].question;
	inner->number = found[chosen].number;
	inner->source = found[chosen].source;
	return ECH_REAL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_binding.h"

#include <stdlib.h>
#include <string.h>

/* Below this belief the flow is not the page's. */
static const double wrong = 0.1;
/* A call on a flow whose page was not visited just now. */
static const double unseen = 0.03;

double site_bound_to(const struct site_binding *b, const struct name *name)
{
	for (size_t i = 0; i < SITE_BINDING_MAX && b->names[i] != NULL; i++)
		if (b->names[i] == name)
			return b->belief[i];
	return 0;
}

struct ranked {
	struct name *name;
	double weight;
};

static int by_weight(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->weight < y->weight) - (x->weight > y->weight);
}

/* The flow is somebody's who was seen, or of one that it was bound to and that was not seen now. */
void site_bind(struct site_watch *w, struct site_host *h, const double *weights, double sum,
               struct site_binding *binding)
{
	struct ranked all[SITE_VISITS_MAX + SITE_BINDING_MAX];
	size_t count = 0;

	for (size_t i = 0; i < h->visit_count; i++)
		all[count++] = (struct ranked){ h->visits[i].name, weights[i] };
	for (size_t i = 0; i < SITE_BINDING_MAX && binding->names[i] != NULL; i++)
		if (site_visit_of(h, binding->names[i]) == NULL)
			all[count++] =
			        (struct ranked){ binding->names[i], binding->belief[i] * unseen };
	qsort(all, count, sizeof *all, by_weight);
	struct name *names[SITE_BINDING_MAX] = { NULL };

	for (size_t i = 0; i < count && i < SITE_BINDING_MAX; i++) {
		names[i] = name_again(all[i].name);
		all[i].weight /= sum;
	}
	for (size_t i = 0; i < SITE_BINDING_MAX; i++) {
		name_release(w->names, binding->names[i]);
		binding->names[i] = names[i];
		binding->belief[i] = names[i] != NULL ? all[i].weight : 0;
	}
}

void site_binding_drop(struct site_binding *b, struct name_table *names)
{
	for (size_t i = 0; i < SITE_BINDING_MAX; i++)
		name_release(names, b->names[i]);
	for (size_t i = 0; i < SITE_PLACED_MAX; i++)
		name_release(names, b->placed[i].name);
	*b = (struct site_binding){ .names = { NULL } };
}

/* The visit's hit may still be open, or learned already. */
static void take_back(struct site_watch *w, struct site_host *h, const struct site_call *c,
                      const struct site_placed *placed)
{
	for (size_t i = 0; i < h->visit_count; i++) {
		struct visit *v = &h->visits[i];

		if (v->name != placed->name || v->begin_ns != placed->begin_ns)
			continue;
		for (size_t k = 0; k < v->hit_count; k++)
			if (strcmp(v->hits[k].entity, c->entity) == 0)
				v->hits[k].belief = 0.01F;
		return;
	}
	struct site_observation *o = site_observe(w, h, placed->name, SITE_TAKEN_BACK);

	if (o == NULL)
		return;
	o->time_ns = c->time_ns;
	o->order = c->order;
	o->hit_count = 1;
	o->hits[0] = (struct site_hit){ .entity = c->entity, .belief = (float)placed->belief };
}

/* Calls that were given to a page which the flow, as it now turns out, is not of. */
void site_reconsider(struct site_watch *w, struct site_host *h, const struct site_call *c)
{
	for (size_t i = 0; i < SITE_PLACED_MAX; i++) {
		struct site_placed *placed = &c->binding->placed[i];

		if (placed->name == NULL || site_bound_to(c->binding, placed->name) > wrong)
			continue;
		take_back(w, h, c, placed);
		name_release(w->names, placed->name);
		*placed = (struct site_placed){ 0 };
	}
}

void site_note_placed(struct site_binding *b, const struct visit *v, double belief)
{
	if (belief < 0.5)
		return;
	for (size_t i = 0; i < SITE_PLACED_MAX; i++)
		if (b->placed[i].name == NULL) {
			b->placed[i] =
			        (struct site_placed){ name_again(v->name), belief, v->begin_ns };
			return;
		}
}

double site_unseen_weight(struct site_host *h, const struct site_binding *b)
{
	double sum = 0;

	for (size_t i = 0; i < SITE_BINDING_MAX && b->names[i] != NULL; i++)
		if (site_visit_of(h, b->names[i]) == NULL)
			sum += b->belief[i] * unseen;
	return sum;
}

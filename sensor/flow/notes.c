/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/notes.h"

enum { NAMES_MIN = 2 };

struct notes *notes_of(struct flow *flow, struct budget *budget, const struct packet *packet)
{
	if (flow->notes != NULL)
		return flow->notes;
	struct notes *n = budget_take(budget, sizeof *n);

	if (n == NULL)
		return NULL;
	n->below.vlan_count = packet->vlan_count;
	memcpy(n->below.vlan, packet->vlan, sizeof n->below.vlan);
	n->below.tunnel_count = packet->tunnel_count;
	memcpy(n->below.tunnel, packet->tunnel, packet->tunnel_count * sizeof *packet->tunnel);
	flow->notes = n;
	return n;
}

void notes_clear_names(struct notes *n, struct name_table *names)
{
	for (size_t i = 0; i < n->name_count; i++)
		name_release(names, n->names[i].name);
	n->name_count = 0;
	n->is_cut = false;
}

void notes_drop(struct flow *flow, struct budget *budget, struct name_table *names)
{
	struct notes *n = flow->notes;

	if (n == NULL)
		return;
	notes_clear_names(n, names);
	budget_give(budget, n->names, n->name_room * sizeof *n->names);
	if (n->hello != NULL)
		name_release(names, n->hello->sni);
	budget_give(budget, n->hello, sizeof *n->hello);
	budget_give(budget, n->http, sizeof *n->http);
	budget_give(budget, n, sizeof *n);
	flow->notes = NULL;
}

static bool make_room(struct notes *n, struct budget *budget)
{
	if (n->name_count < n->name_room)
		return true;
	if (n->name_room == EVENT_NAMES_MAX)
		return false;
	uint16_t room = n->name_room > 0 ? (uint16_t)(n->name_room * 2) : NAMES_MIN;
	void *grown = budget_grow(budget, n->names, n->name_room * sizeof *n->names,
	                          room * sizeof *n->names);

	if (grown == NULL)
		return false;
	n->names = grown;
	n->name_room = room;
	return true;
}

bool notes_add_name(struct notes *n, struct budget *budget, struct name *name,
                    const struct noted_name *as)
{
	for (size_t i = 0; i < n->name_count; i++)
		if (n->names[i].name == name && n->names[i].kind == as->kind) {
			n->names[i].count++;
			return false;
		}
	if (!make_room(n, budget))
		return false;
	struct noted_name *added = &n->names[n->name_count++];

	*added = *as;
	added->name = name_again(name);
	added->count = 1;
	n->is_cut = n->name_count == EVENT_NAMES_MAX;
	return true;
}

struct noted_hello *notes_hello(struct notes *n, struct budget *budget)
{
	if (n->hello == NULL)
		n->hello = budget_take(budget, sizeof *n->hello);
	return n->hello;
}

struct noted_http *notes_http(struct notes *n, struct budget *budget)
{
	if (n->http == NULL)
		n->http = budget_take(budget, sizeof *n->http);
	return n->http;
}

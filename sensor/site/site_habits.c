/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/site/site_habits.h"

/* What is known of all calls of a tracker counts so much for one kind of page. */
static const double weight = 1.5;

static struct site_habit *find(struct site_habits *h, uint32_t tracker)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->habits[i].tracker == tracker)
			return &h->habits[i];
	return NULL;
}

double site_habits_ratio(const struct site_habits *all, uint32_t tracker, enum site_page_kind page,
                         bool is_udp)
{
	const struct site_habit *h = NULL;
	double calls[2] = { 1, 1 };

	for (size_t i = 0; i < all->count && h == NULL; i++)
		h = all->habits[i].tracker == tracker ? &all->habits[i] : NULL;
	if (h == NULL)
		return 1;
	for (size_t kind = 0; kind < SITE_PAGE_KINDS; kind++)
		for (size_t udp = 0; udp < 2; udp++)
			calls[udp] += h->count[kind][udp];
	const uint32_t *seen = h->count[page];
	double usual = calls[is_udp] / (calls[0] + calls[1]);

	return (usual * weight + seen[is_udp]) / (weight + seen[0] + seen[1]) / usual;
}

void site_habits_credit(struct site_habits *all, uint32_t tracker, enum site_page_kind page,
                        bool is_udp)
{
	struct site_habit *h = find(all, tracker);

	if (h == NULL && tracker != 0 && all->count < SITE_HABITS_MAX) {
		h = &all->habits[all->count++];
		h->tracker = tracker;
	}
	if (h != NULL)
		h->count[page][is_udp]++;
}

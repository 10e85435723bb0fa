/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_KNOWLEDGE_H
#define SENSOR_KNOWLEDGE_H

#include <stdatomic.h>

#include "feeds/feed.h"
#include "sensor/config/config.h"

/* What can be exchanged while the sensor runs. */
struct knowledge {
	struct config *config; /* NULL: none */
	struct feed_set *feeds;
};

/* The exchange, at the same step in every worker: whoever is the last frees `old` and this. */
struct knowledge_swap {
	atomic_size_t left;
	struct knowledge fresh, old;
};

static inline void knowledge_free(struct knowledge *k)
{
	feed_set_free(k->feeds);
	config_free(k->config);
	*k = (struct knowledge){ 0 };
}

#endif

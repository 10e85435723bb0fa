/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/worker_limits.h"

#include "sensor/flow/ech_known.h"
#include "sensor/flow/flow_table.h"
#include "sensor/flow/hosts.h"
#include "sensor/flow/resolutions.h"
#include "sensor/site/site_watch.h"
#include "sensor/verdict/sums.h"

enum {
	HOSTS_MAX = 1 << 17,
	RESOLUTIONS_MAX = 1 << 18,
	ECH_MAX = 1 << 16,
	SITES_MAX = 1 << 16,
	OBSERVATIONS_MAX = 1 << 16,
	FLOWS_LEAST = 64,
};

/* So many 64ths of the memory, for things of that size: at least one, and no more than are useful.
 */
static size_t share(size_t memory, size_t parts, size_t cost, size_t most)
{
	size_t count = memory / 64 * parts / cost;

	if (count == 0)
		return 1;
	return count < most ? count : most;
}

struct worker_limits worker_limits_of(size_t memory)
{
	struct worker_limits l = {
		.flows = share(memory, 24, FLOW_TABLE_COST, FLOW_TABLE_MAX),
		.budget = share(memory, 20, 1, SIZE_MAX),
		.resolutions = share(memory, 4, RESOLUTION_COST, RESOLUTIONS_MAX),
		.hosts = share(memory, 2, HOST_COST, HOSTS_MAX),
		.ech = share(memory, 1, ECH_KNOWN_COST, ECH_MAX),
		.sums = share(memory, 2, SUM_COST, SUMS_ROWS_MAX),
		.visitors = share(memory, 2, SITE_HOST_COST, HOSTS_MAX),
		.visits = share(memory, 4, 1, SIZE_MAX),
		.observations = share(memory, 2, SITE_OBSERVATION_COST, OBSERVATIONS_MAX),
	};

	l.flows = l.flows > FLOWS_LEAST ? l.flows : FLOWS_LEAST;
	return l;
}

size_t worker_limits_sites(size_t memory)
{
	return share(memory, 2, SITE_COST, SITES_MAX);
}

static void fill(size_t *limit, size_t usual)
{
	if (*limit == 0)
		*limit = usual;
}

struct worker_limits worker_limits_filled(struct worker_limits l)
{
	fill(&l.resolutions, RESOLUTIONS_MAX);
	fill(&l.hosts, HOSTS_MAX);
	fill(&l.ech, ECH_MAX);
	fill(&l.sums, SUMS_ROWS_MAX);
	fill(&l.visitors, HOSTS_MAX);
	fill(&l.visits, SIZE_MAX);
	fill(&l.observations, OBSERVATIONS_MAX);
	return l;
}

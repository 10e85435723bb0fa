/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of metrics.c where libmicrohttpd is not there. */
#include "sensor/log.h"
#include "sensor/metrics.h"

struct metrics *metrics_open(const char *where)
{
	(void)where;
	log_error("--metrics is not built in: install libmicrohttpd-dev and build with "
	          "-DDANCECARD_METRICS=ON");
	return NULL;
}

void metrics_close(struct metrics *m)
{
	(void)m;
}

unsigned metrics_port(const struct metrics *m)
{
	(void)m;
	return 0;
}

void metrics_set(struct metrics *m, const struct metric *list, size_t count)
{
	(void)m;
	(void)list;
	(void)count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SITE_SITE_VERDICT_H
#define SENSOR_SITE_SITE_VERDICT_H

#include "sensor/site/site_book.h"

/* Does the site carry the tracker? A statement over all of its visits. */
enum site_status { SITE_UNKNOWN = 1, SITE_PRESENT, SITE_ABSENT, SITE_REMOVED };

struct site_verdict {
	enum site_status status;
	uint32_t visits, hits, after;
	double rate_low,
	        rate_high; /* Wilson's interval, 95 %, of the share of visits that call it */
	double chance;     /* share of visits that would be taken for a call by coincidence */
	double confidence; /* in the status; 0 for unknown */
	uint64_t seen_ns;  /* the first visit */
	uint64_t since_ns, last_confirmed_ns, removed_at_ns;
	uint64_t gone_ns; /* the first visit after the last hit */
};

/* `coincidence`: site_book_coincidence(). */
void site_judge(const struct site *, size_t entity, double coincidence, struct site_verdict *);

/* Wilson's score interval of `hits` in `visits`, at 95 %. */
void wilson_interval(double hits, double visits, double *low, double *high);

const char *site_status_word(enum site_status);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_RESOLUTIONS_H
#define SENSOR_FLOW_RESOLUTIONS_H

#include "sensor/event/event.h"
#include "sensor/flow/name.h"

/*
 * What DNS told whom: for a client and an address, the names that it had asked for when it got
 * that address. A client's own answer names its later flows, within the answer's TTL and a grace.
 */
enum { RESOLUTION_ALIASES_MAX = 4, RESOLUTIONS_FOUND_MAX = 8, RESOLUTION_GRACE_SECONDS = 60 };

/* Bytes of one in the table, buckets and all; its names are the name table's. */
enum { RESOLUTION_COST = 128 };

struct resolution {
	struct name *question;
	struct name *aliases[RESOLUTION_ALIASES_MAX]; /* the chain in order; NULL behind its end */
	uint64_t learned_ns, expires_ns;              /* expires_ns: TTL and grace are in it */
	uint64_t number;                              /* pcap_cnt of the answer */
	uint32_t source;
	uint8_t kind; /* EVIDENCE_DNS_ANSWER or EVIDENCE_DNS_HTTPS (an address hint) */
};

struct resolutions;

/*
 * At most `capacity` at once, and of one client and address at most 32: the one that was first
 * learned longest ago gives way.
 */
struct resolutions *resolutions_new(size_t capacity, struct name_table *, uint64_t seed);
void resolutions_free(struct resolutions *);

/* Keeps a copy of `what`; holds the names itself. Learning the same question again renews it. */
void resolutions_learn(struct resolutions *, const uint8_t client[16], const uint8_t address[16],
                       const struct resolution *what);

/*
 * What `client` was told of `address` and still holds at `now_ns`: the latest first, at most
 * RESOLUTIONS_FOUND_MAX. The names live until the next learn.
 */
size_t resolutions_find(struct resolutions *, const uint8_t client[16], const uint8_t address[16],
                        uint64_t now_ns, struct resolution *found);

/* Memory is short: lets the `count` that were learned longest ago go. */
void resolutions_forget(struct resolutions *, size_t count);

uint64_t resolutions_evictions(const struct resolutions *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_ECH_KNOWN_H
#define SENSOR_FLOW_ECH_KNOWN_H

#include "dissect/tls.h"
#include "sensor/event/event.h"
#include "sensor/flow/name.h"

/*
 * What DNS told whom about Encrypted Client Hello: for a client and a name that it asked HTTPS
 * records for, that it was answered, and the ECH configurations that the answer held. Every
 * Chromium sends the extension; whether it is sealed to anything only these tell.
 */
enum { ECH_FOUND_MAX = 8 };

struct ech_answer {
	struct name *question; /* the inner name, if the hello is sealed to its configuration */
	uint64_t learned_ns, expires_ns; /* expires_ns: TTL and grace are in it */
	uint64_t number;                 /* pcap_cnt of the answer */
	uint32_t source;
};

struct ech_known;

/* Bytes of one entry, buckets and all; its names are the name table's. */
enum { ECH_KNOWN_COST = 128 };

/* At most `capacity` at once: the one that was learned longest ago gives way. NULL: no memory. */
struct ech_known *ech_known_new(size_t capacity, struct name_table *, uint64_t seed);
void ech_known_free(struct ech_known *);

/*
 * `client` was answered. `list` is the ECHConfigList of the answer as on the wire; empty: it has
 * none. Holds the names itself.
 */
void ech_known_learn(struct ech_known *, const uint8_t client[16], const struct ech_answer *what,
                     struct slice list);

/*
 * The answers that `client` still holds at `now_ns` and whose configuration the hello could be
 * sealed to, one for each question, the latest first. `outer` is the hello's name.
 */
size_t ech_known_find(const struct ech_known *, const uint8_t client[16], const struct name *outer,
                      const struct tls_hello *, uint64_t now_ns,
                      struct ech_answer found[ECH_FOUND_MAX]);

/* Was `client` told of `name`'s HTTPS records, or that there are none? */
bool ech_known_asked(const struct ech_known *, const uint8_t client[16], const struct name *name,
                     uint64_t now_ns);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_SEEN_H
#define SENSOR_RETRO_SEEN_H

#include "feeds/json.h"
#include "sensor/event/event.h"

/*
 * An event of ours that is read again: what was seen then, whatever was thought of it. The texts
 * live as long as the line's tree.
 */
enum { SEEN_NAMES_MAX = 256 };

struct seen_name {
	enum evidence_kind kind;
	struct text value;
	uint64_t packet; /* 0: not known */
};

struct seen {
	const struct json *line;
	enum event_type type; /* contact, lookup or flow */
	bool is_dns;          /* it asked; whom it spoke to is a resolver */
	bool has_flow_id;
	uint64_t flow_id;
	uint64_t first_ns;   /* of the flow, where the event says; else of the event */
	struct text tracker; /* the name that was reported then, or empty */
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
	uint8_t protocol;
	bool is_far_src; /* the side that is not ours began it */
	struct seen_name names[SEEN_NAMES_MAX];
	size_t name_count;
};

/* An address as text, IPv4 mapped into IPv6. False: it is none. */
bool seen_address(struct text, uint8_t out[16]);

enum seen_answer {
	SEEN_OK,
	SEEN_OTHER,   /* an event that names no flow: stats, host, site, placement */
	SEEN_NO_JSON, /* or not an object */
	SEEN_NO_EVENT /* without a type or an address that we know */
};

/* `line` is the tree of a line, or NULL. */
enum seen_answer seen_read(const struct json *line, struct seen *);

#endif

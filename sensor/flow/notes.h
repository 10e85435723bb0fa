/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_NOTES_H
#define SENSOR_FLOW_NOTES_H

#include "sensor/event/event.h"
#include "sensor/flow/flow.h"
#include "sensor/flow/name.h"

/*
 * What is kept of a flow to be told later: names, and what the hello or the request said. Most
 * flows that are answered have none: nobody will ask.
 */

struct noted_name {
	struct name *name;
	uint64_t count;
	uint64_t number; /* pcap_cnt of the packet it was first seen in */
	uint32_t source;
	uint8_t kind;   /* enum evidence_kind */
	uint8_t client; /* side that is its client, as seen then */
};

/* Facts of a hello; copied, since the packet goes. */
struct noted_hello {
	struct event_hello facts; /* its slices point into `sni` and `alpn` */
	struct name *sni;
	bool is_inner_sure; /* under real ECH: the inner name is no guess among several */
	uint8_t alpn[96];
};

/* Facts of the first request, cut to what an event shows. */
struct noted_http {
	uint16_t method_len, url_len, agent_len, referer_len, forwarded_len;
	uint8_t method[16], url[512], agent[256], referer[512], forwarded[64];
};

struct contact;

struct notes {
	struct noted_name *names;
	uint16_t name_count, name_room;
	bool is_cut;         /* there were more names than room: an interim event is due */
	struct packet below; /* VLANs and tunnels of the packet that the notes began with */
	struct noted_hello *hello;
	struct noted_http *http;
	struct contact *contacts;
	uint16_t contact_count;
};

/* The notes of the flow, begun if need be; NULL: no memory. */
struct notes *notes_of(struct flow *, struct budget *, const struct packet *);
void notes_drop(struct flow *, struct budget *, struct name_table *);

/*
 * Adds one sighting of a name; the reference stays the caller's. True when it is the first of its
 * kind on the flow.
 */
bool notes_add_name(struct notes *, struct budget *, struct name *, const struct noted_name *as);
/* Lets the names go, once an event has told them. */
void notes_clear_names(struct notes *, struct name_table *);

struct noted_hello *notes_hello(struct notes *, struct budget *);
struct noted_http *notes_http(struct notes *, struct budget *);

#endif

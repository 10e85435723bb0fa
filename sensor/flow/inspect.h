/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_INSPECT_H
#define SENSOR_FLOW_INSPECT_H

#include "dissect/dns.h"
#include "sensor/capture/capture.h"
#include "sensor/flow/classify.h"
#include "sensor/flow/notes.h"

/*
 * Reads the names out of open flows. A flow's life has two parts: while its question is open its
 * first bytes are put in order and dissected; once it is answered, or given up, all that only the
 * question needed is given back and the flow is only counted.
 *
 *   packet ─► stream (TCP) ─► reader ─► names noted on the flow
 *          ├► QUIC: Initials opened, CRYPTO put in order ─► hello
 *          ├► DTLS: fragments put in order ─► hello
 *          └► datagram readers (DNS, …)
 */

/* One packet of a flow, as everything behind the flow table sees it. */
struct sight {
	struct flow *flow;
	unsigned side; /* who sent it */
	const struct packet *packet;
	const struct frame *frame;
	uint64_t now_ns; /* packet time, which never goes back */
	uint64_t step;   /* see sensor/order.h */
};

/* Counted by the readers, told in `stats`. */
struct inspect_counters {
	uint64_t answers[PARSE_ANSWERS]; /* what dissectors said, see parse.h */
	uint64_t questions_opened, questions_answered, questions_given_up, questions_refused;
	uint64_t hellos, hellos_incomplete, ech[4]; /* by enum ech_state */
	uint64_t assembly_refused, gaps_skipped;
	uint64_t quic_keys_derived, quic_opened;
	uint64_t ndpi_packets;
	uint64_t dns_messages, dns_broken;
	uint64_t doh, dot, doq;
};

/* Told of each DNS message, as soon as it is read. `transport`: "udp", "tcp", "mdns", "llmnr". */
typedef void dns_seen(void *context, const struct sight *, const struct dns_message *,
                      const char *transport);

/*
 * May that flow be a contact, whatever it names? Then its hello is kept to be told. Asked while the
 * question is open.
 */
typedef bool flow_is_suspect(void *context, const struct flow *);

struct inspect_options {
	struct budget *budget;
	struct name_table *names;
	struct classify *classify;
	struct ech_known *ech;           /* these two may be NULL: ECH is never told then */
	struct resolutions *resolutions; /* asked, never changed */
	const struct kin_table *kin;     /* by whose address both were told; NULL: its own */
	uint64_t seed;                   /* no influence on what is told */
	bool keep_all;                   /* -a: facts and labels of every flow */
	dns_seen *dns;
	flow_is_suspect *is_suspect; /* NULL: none is */
	void *context;
};

struct inspector;
struct inspector *inspector_new(const struct inspect_options *); /* NULL: out of memory */
void inspector_free(struct inspector *);
const struct inspect_counters *inspector_counters(const struct inspector *);

/* Opens the question of a new flow, if it can have one. False: no memory for it. */
bool inspect_open(struct inspector *, const struct sight *);
/* The flow whose question has been open longest; NULL: none is. */
struct flow *inspect_oldest(const struct inspector *);
/*
 * Shows a packet to a flow whose question is open. True when there is something to judge: the
 * question was closed by it, or a flow that goes on naming (HTTP/1, h2c, DNS) gave a new name.
 */
bool inspect_packet(struct inspector *, const struct sight *);
/*
 * A packet of an answered QUIC flow: an Initial to an id that is neither the client's first nor the
 * server's begins another connection on the same five-tuple. True: the question was opened again.
 */
bool inspect_reopen(struct inspector *, const struct sight *);
/* Closes the question with what was whole so far: the flow ends, or its time is up. */
void inspect_give_up(struct inspector *, struct flow *);
/* A SYN with that number is one that the open question has seen, and nobody has spoken since. */
bool inspect_is_retry(const struct flow *, unsigned side, uint32_t tcp_seq);
/* The label of a flow, also while its question is still open. */
void inspect_label(struct inspector *, const struct flow *, struct label *);
/* The number of the last packet that an open question was shown. */
uint64_t inspect_last_number(const struct flow *);
/* The step at which that open question was opened. */
uint64_t inspect_opened_step(const struct flow *);
/* A flow whose question has waited longer than an answer can take; NULL: none (left). */
struct flow *inspect_overdue(struct inspector *, uint64_t now_ns);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_WORKER_STATE_H
#define SENSOR_WORKER_STATE_H

#include "sensor/digest.h"
#include "sensor/event/address_text.h"
#include "sensor/event/event_json.h"
#include "sensor/flow/client_ids.h"
#include "sensor/flow/ech_known.h"
#include "sensor/flow/flow_table.h"
#include "sensor/flow/hosts.h"
#include "sensor/flow/inspect.h"
#include "sensor/flow/kin_table.h"
#include "sensor/flow/resolutions.h"
#include "sensor/keyed_hash.h"
#include "sensor/knowledge.h"
#include "sensor/site/commons.h"
#include "sensor/site/site_verdict.h"
#include "sensor/site/site_watch.h"
#include "sensor/totals.h"
#include "sensor/verdict/activity.h"
#include "sensor/verdict/sums.h"
#include "sensor/verdict/suppress.h"
#include "sensor/worker.h"

/* The inside of a worker: shared by worker.c and the verdict/ files that it calls, by nobody else.
 */

struct evidence {
	enum evidence_kind kind;
	struct name *name; /* held; NULL: `text` */
	const char *text;  /* a rule of the feed */
	uint64_t number;
	uint32_t source;
	bool is_against; /* it says something else than the contact's name */
	bool is_shared;  /* DNS gave the address for other names, too */
};

enum {
	CONTACT_EVIDENCE_MAX = 8,
	CONTACTS_MAX = 256, /* of one flow: a proxy's client may name any number */
	LOOKUPS_MAX = 8192,
	LOOKUP_BUCKETS = 4096, /* a power of two */
	PLACE_STAGES = 2,      /* a call that is not sure waits longer; place.c */
};

/* A flow and a tracker name: told once, when it is known what came of it. */
struct contact {
	struct contact *next;          /* of the same flow */
	struct contact *older, *newer; /* of those that wait for their outcome */
	struct flow *flow;
	struct feed_entry entry;
	struct name *name; /* held; NULL: the entry's rule is the name */
	enum confidence confidence;
	uint64_t time_ns, number;       /* of the packet that settled it */
	uint64_t since_ns;              /* packet time then */
	uint64_t born_step, born_first; /* where in the order */
	uint32_t source;
	uint32_t server_packets; /* seen by then */
	struct site_guess page;  /* that called it last */
	struct site_binding binding;
	struct contact *call_older, *call_newer; /* of those whose call waits to be placed */
	struct frame call;                       /* the call's packet, without its bytes */
	uint64_t call_step;
	bool has_call, is_call_new;
	uint8_t call_stage; /* of its wait: in which line it stands */
	uint16_t call_size; /* of the first request; 0: not seen */
	bool has_news;      /* QUIC: the server was heard since the client spoke */
	struct activity activity;
	bool is_placed;
	bool is_waiting;
	uint8_t evidence_count;
	struct evidence evidence[CONTACT_EVIDENCE_MAX];
};

struct lookup; /* a DNS question for a tracker that has no answer yet */

/* What the config says of the local host of the event that is being made; set by fill_local(). */
struct whose {
	const struct config_network *network; /* NULL: none */
	const struct config_host *host;       /* NULL: none */
	char client_id[2 * CLIENT_ID_MAX];    /* of the host, as text */
};

/* What an event with pseudonyms lends. */
struct masked {
	struct event_local local;
	struct packet packet;
	struct event_http http;
	struct event_dns dns;
	uint8_t answers[EVENT_ANSWERS_MAX][16];
	char name[PSEUDONYM_NAME_LEN + 1], client_id[PSEUDONYM_NAME_LEN + 1];
	char client[ADDRESS_TEXT_MAX];
};

struct worker {
	struct worker_options use;
	struct worker_counters counters;
	struct budget budget;
	struct hash_secret secret;
	struct name_table *names;
	struct flow_table *flows;
	struct inspector *inspector;
	struct classify *classify;
	struct resolutions *resolutions;
	struct hosts *hosts;
	struct kin_table *kin; /* what belongs to a client is kept by kin_of() its address */
	struct ech_known *ech;
	struct site_watch *sites;
	struct commons *commons, *own_commons;  /* the second: where nobody gave one */
	struct site_book *book;                 /* the commons' */
	uint64_t sites_told_ns, sites_begun_ns; /* the second: of this run */
	struct digest *digest;
	struct event_json *json;
	struct contact *oldest_waiting, *newest_waiting;
	struct call_line {
		struct contact *oldest, *newest;
	} calls[PLACE_STAGES];
	struct lookup *oldest_lookup, *newest_lookup;
	struct lookup *lookup_buckets[LOOKUP_BUCKETS];
	size_t lookup_count;
	struct tally tally;
	struct sums sums;
	struct evidence_part *evidence; /* NULL: packets are not kept */
	struct suppress *suppress;      /* NULL: every contact is told */
	struct script_loads scripts;    /* of the pixel, by whom */
	struct whose whose;
	uint64_t now_ns;
	struct masked masked;
	struct order_key key;         /* of what is told now */
	struct event_policy policy;   /* of the event that is being made */
	struct event event;           /* the one that is being made */
	struct dns_message own_names; /* one at a time */
};

/* judge.c: what a flow's names, addresses and labels say. Called whenever there is something new.
 */
void judge_flow(struct worker *, struct flow *, const struct frame *last);
/* Could its DNS or its address make it a contact? */
bool judge_suspects(struct worker *, const struct flow *);
/* A packet came for a flow with contacts that wait. */
void judge_outcome(struct worker *, struct flow *);
/* Tells the contacts whose wait is over by `now_ns`. */
void judge_expire(struct worker *, uint64_t now_ns);
/* The same, before it is counted: is it a proxy's answer to CONNECT? */
void judge_denial(struct flow *, const struct sight *);
/* A packet of a flow with contacts: what does the pixel do? */
void judge_activity(struct worker *, const struct sight *);
/* The flow ends: whatever waits is told. */
void judge_end(struct worker *, struct flow *);
void contacts_free(struct worker *, struct flow *);
enum outcome flow_outcome(const struct worker *, const struct flow *, bool is_final);

/* place.c: pages that call trackers. */
#define PLACE_QUIET_NS   (150U * (uint64_t)1000000)
#define PLACE_VERDICT_NS (60U * (uint64_t)1000000000)
/* A flow's question was closed: a visit may have begun. */
void place_named(struct worker *, struct flow *);
/* Contacts were found: who called? */
void place_contacts(struct worker *, struct flow *, const struct frame *);
/* A flow with contacts said something: its first request? */
void place_request(struct flow *, const struct sight *);
/* Is that packet of the client's as long as a request, and no handshake? */
bool place_is_request(const struct flow *, const struct packet *);
/* A call that waits is placed now: its flow ends. */
void place_now(struct worker *, struct contact *);
/* The client of a named flow sent a packet after some silence. */
void place_woken(struct worker *, struct flow *, const struct sight *);
/* The page of the contact; false: not known. Borrows its name. */
bool place_fill(const struct contact *, struct event_site *out);
/* Calls whose wait is over. */
void place_due(struct worker *);
/* Meets the other workers: what was seen since the last tick is learned. */
void place_tick(struct worker *);
/* The verdicts on all sites. */
void place_finish(struct worker *);

/* lookup.c: DNS messages that name trackers. */
void lookup_seen(struct worker *, const struct sight *, const struct dns_message *,
                 const char *transport);
void lookup_expire(struct worker *, uint64_t now_ns);
void lookup_finish(struct worker *, enum order_phase);

/* own_names.c: a host of ours says in mDNS or LLMNR what it is called. */
void hear_own_name(struct worker *, const struct packet *, bool is_mdns);

/* emit.c: events made and handed on. */
void emit_contact(struct worker *, const struct contact *, enum outcome);
void emit_flow(struct worker *, struct flow *, const char *reason);
void emit_placement(struct worker *, const struct contact *, const struct frame *);
/* `is_told` false: only for who keeps events (a site that carries nothing is nobody's news). */
void emit_site(struct worker *, const struct site *, size_t entity, const struct site_verdict *,
               bool is_told);
void emit_event(struct worker *, struct event *);
/* stats.c: a `stats` event of what all workers have counted. */
void emit_stats(struct worker *, const struct totals *, const struct capture_counters *);
/* Empties `worker->event` and fills in what every event of `flow` has. */
struct event *begin_event(struct worker *, enum event_type, const struct flow *, uint64_t time_ns);
/* The id of the event: its type, five-tuple, first packet's time, and what it is about. */
void set_event_id(struct worker *, struct event *, uint64_t first_ns, struct slice about,
                  uint32_t detail);
/* The file's name where a packet came from another one than the event's; NULL: the same. */
const char *other_file(struct worker *, const struct event *, uint32_t source);
void fill_tracker(const struct feed_entry *, const struct name *, struct event_tracker *out);

/* whose.c: whose host it is. */
bool is_ours(const struct worker *, const uint8_t address[16]);
/* Which side of the flow is ours; where both or neither are, the one that began it. */
unsigned local_side(const struct worker *, const struct flow *);
/* NULL: ours began it; "inbound"; "internal": both sides are ours; "external": neither is. */
const char *flow_direction(const struct worker *, const struct flow *);
/* `below`: the packet whose VLANs tell the network where the address does not; NULL: none. */
void fill_local(struct worker *, const uint8_t address[16], const struct packet *below,
                struct event_local *out);
/* Whose web site it is, by the config's inventory. */
void fill_site_owner(const struct worker *, struct event_site *);
/* What the config's rules say of the event, whose local host was filled in last. */
bool find_policy(const struct worker *, const struct event *, struct event_policy *out);

/*
 * tell_hosts.c: `host` events of the sums of all workers, for each host and product and each
 * network of the config. `now_ns`: the end of the time that they are about.
 */
void tell_hosts(struct worker *, struct sums *, const struct event_visibility *, uint64_t now_ns);

/* mask.c: pseudonyms. */
/* With pseudonyms: an address of ours becomes its own. */
void mask_address(const struct worker *, uint8_t address[16]);
/* The ends of the event of a flow: what is ours, and whoever the event is about. */
void mask_ends(const struct worker *, const struct flow *, struct event *);
/* The row of the host in the table for a person, who sees what the events say of it. */
struct tally_row *tally_host(struct worker *, const uint8_t address[16], const char *tracker,
                             const char *category);
/* A contact or lookup of that host: it counts once, whatever address it had. */
void tally_whose(struct worker *, const struct event_local *);
/* Is it an address, where a name could stand? With pseudonyms such a one is no site. */
bool is_address_text(struct slice);
/* With pseudonyms no more than whose page it is, and nothing where that is an address. */
struct slice mask_referer(const struct worker *, struct slice url);
/* All that is left of our hosts in the event; its five-tuple was masked when it was begun. */
void mask_event(struct worker *, struct event *, struct masked *);

#endif

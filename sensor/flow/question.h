/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_QUESTION_H
#define SENSOR_FLOW_QUESTION_H

#include "dissect/http.h"
#include "dissect/quic_keys.h"
#include "dissect/tls.h"
#include "sensor/flow/assembly.h"
#include "sensor/flow/inspect.h"
#include "sensor/keyed_hash.h"

/*
 * What is open about a flow, and the readers that close it. Shared by the inspect_*.c files, and
 * by nobody else.
 */

enum {
	GUESSES_MAX = 24, /* segments of a flow that was joined in its middle: has it said its name
	                     before? */
	BODY_MAX = INT32_MAX, /* passed over in one piece: half of the sequence space */
	DATAGRAMS_MAX = 24,   /* of both sides, before a UDP question is given up */
	QUIC_PATH_SLOTS = 4096,
	QUIC_STRANGE_MAX =
	        8,          /* Initials that no key opens, before a flow's are not tried any more */
	QUIC_PATHS_MAX = 4, /* connection ids that a client tries: Retry, new versions */
	JOIN_ROOM = 72 * 1024,
	PLAIN_ROOM = 64 * 1024,
};

struct stream;
struct taken;
typedef struct taken read_stream(struct inspector *, const struct sight *, struct stream *,
                                 struct slice window);

/* One direction of a TCP flow. */
struct stream {
	uint32_t next; /* sequence number of the byte that is wanted next: held's origin */
	bool has_next;
	bool is_exact; /* `next` follows from a SYN or from what was read, not from a guess */
	bool is_done;  /* nobody wants more of it */
	uint8_t held_segments; /* that came since something could be read */
	uint8_t strays;        /* segments in a row that the reader could not use */
	uint8_t told;          /* h2c: requests of the window whose names are noted */
	uint32_t last_window;  /* how much there was when it was last read */
	uint16_t segments;
	read_stream *reader;
	struct assembly held;
};

/* What a reader made of the window it was given. */
enum want {
	WANT_MORE,    /* the rest is not enough yet */
	WANT_AGAIN,   /* something was taken; ask again with what follows */
	WANT_NOTHING, /* this direction has nothing more to tell */
};

struct taken {
	uint64_t bytes; /* may pass over more than the window: a body that nobody needs */
	enum want want;
};

/* The keys and the hello's pieces under one connection id that a client first sent to. */
struct quic_path {
	const struct flow *flow;
	struct quic_path *next; /* in the slot */
	uint16_t slot;
	uint32_t version;
	uint8_t dcid_len;
	uint8_t dcid[QUIC_CID_MAX];
	bool is_done;    /* its hello is read */
	uint32_t origin; /* where in the stream the hello begins: not at 0 when an earlier one was
	                    missed */
	struct quic_keys keys;
	struct assembly crypto;
};

struct quic_question {
	struct quic_path paths[QUIC_PATHS_MAX];
	uint8_t path_count;
	uint8_t strange; /* Initials that no key opened */
};

struct dtls_question {
	struct assembly fragments;
	uint16_t message_seq;
	uint32_t message_len;
};

struct question {
	struct flow *flow;
	struct question *older, *newer; /* open questions in the order of `opened_ns` */
	uint64_t opened_ns;
	uint64_t opened_step; /* the first time */
	bool is_in_line;
	struct stream streams[2];
	struct quic_question *quic;
	struct dtls_question *dtls;
	struct classify_flow *ndpi;
	struct label label;
	uint16_t payloads; /* packets with bytes for a reader, both sides */
	struct name *
	        target; /* whom a proxy (SOCKS) was asked for; held; told if nothing better comes */
	uint8_t target_side;
	uint64_t target_number;
	uint32_t last_source; /* of the last packet, for what is read at the end */
	uint64_t last_number, last_ns;
	bool is_settled; /* the name is read, or there is none to read */
	bool ndpi_is_done;
	bool is_tls_begun; /* half a hello: no question for nDPI */
	bool has_news;     /* a name was noted by this packet */
};

struct inspector {
	struct inspect_options use;
	struct inspect_counters counters;
	struct quic_crypto_context *crypto;
	struct hash_secret secret;
	struct digest *digest;
	struct question *oldest, *newest;
	struct quic_path *paths[QUIC_PATH_SLOTS]; /* open ones by connection id, the newest first */
	struct dns_message dns;                   /* one message at a time */
	uint8_t join[JOIN_ROOM];
	uint8_t plain[PLAIN_ROOM];
};

static inline struct scratch join_room(struct inspector *i)
{
	return (struct scratch){ .ptr = i->join, .room = sizeof i->join };
}

/* Notes a name on the flow of `sight`. */
void note_name(struct inspector *, const struct sight *, struct slice name, enum evidence_kind);
/* The same for what is no host's name, byte for byte. */
void note_text(struct inspector *, const struct sight *, struct slice text, enum evidence_kind);
/*
 * A hello was read, wholly or (`is_complete` false) up to a cut behind its name: notes its name
 * and its facts, and settles which side is the client. `version` is QUIC's, 0 for TLS.
 */
void note_hello(struct inspector *, const struct sight *, const struct tls_hello *,
                enum evidence_kind, uint32_t version, bool is_complete);
void note_request(struct inspector *, const struct sight *, const struct http_request *);

/* Whom a hello under real ECH is for, as far as the client's DNS tells. */
struct ech_inner {
	struct name *name;
	uint64_t number; /* of the DNS answer */
	uint32_t source;
	bool is_sure; /* false: other names share the configuration, and the address tells nothing
	               */
};
/* What the hello's ECH extension is; fills `inner` when it is real. */
enum ech_state judge_ech(struct inspector *, const struct sight *, const struct tls_hello *,
                         const struct name *outer, struct ech_inner *inner);

/* Counts the answer and gives it back. */
enum parse count_answer(struct inspector *, enum parse);

/* The readers of streams: what a TCP flow may turn out to be. */
read_stream read_start, read_http, read_chunks, read_h2c, read_dns_stream, read_tls_server;

/* The window will not grow: notes the name that was whole before the cut. */
bool read_cut(struct inspector *, const struct sight *, struct slice window);

/* A DNS message off whatever transport. */
enum parse read_dns_message(struct inspector *, const struct sight *, struct slice message,
                            const char *transport);

/* TCP: puts the segment where it belongs and lets the readers at it. */
void inspect_segment(struct inspector *, const struct sight *);
/* What can still be read of streams that will not go on. */
void inspect_segment_end(struct inspector *, const struct sight *);

void inspect_datagram(struct inspector *, const struct sight *);
void inspect_datagram_end(struct inspector *, const struct sight *);

/* False: this is no QUIC. True: looked at; the question may be settled. */
bool inspect_quic(struct inspector *, const struct sight *);
void inspect_quic_end(struct inspector *, const struct sight *);
/* The question is given back: what the flow must remember of it, and nothing points to it. */
void inspect_quic_close(struct inspector *, struct flow *);
bool inspect_dtls(struct inspector *, const struct sight *);
void inspect_dtls_end(struct inspector *, const struct sight *);

#endif

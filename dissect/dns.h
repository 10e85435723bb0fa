/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_DNS_H
#define DISSECT_DNS_H

#include "dissect/parse.h"
#include "dissect/slice.h"

enum {
	DNS_QUESTIONS_MAX = 32, /* mDNS asks for many names at once */
	DNS_RECORDS_MAX = 64,
	DNS_TEXT_MAX = 8192, /* names, escaped: the longest has 1,010 characters */
};
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_SVCB = 64,
	DNS_HTTPS = 65,
};
enum dns_rcode { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };

/*
 * Names are in presentation form: lower case, no final dot ("" is the root), octets outside
 * [!-~] and the dot and backslash inside a label as \DDD (decimal, RFC 4343 section 2.1). They
 * point into `text` of the message they belong to: a message is not copied, it is used where it was
 * made.
 */
struct dns_question {
	struct slice name;
	uint16_t type;
};

struct dns_record {
	struct slice owner;
	uint16_t type;
	uint32_t ttl;         /* seconds */
	struct slice address; /* of A (4 bytes) and AAAA (16 bytes) */
	struct slice target;  /* of CNAME, NS, PTR, SRV, SVCB, HTTPS: a name. Of SVCB and HTTPS with
	                       * a priority "" stands for the owner: RFC 9460, section 2.5 */
	/* SVCB and HTTPS, RFC 9460 */
	uint16_t priority;       /* 0: alias mode */
	struct slice ipv4_hints; /* a multiple of 4 bytes */
	struct slice ipv6_hints; /* a multiple of 16 bytes */
	struct slice alpn;       /* the list as on the wire: length-prefixed ids */
	struct slice ech;        /* ECHConfigList as on the wire */
	uint16_t service_port;   /* 0: the usual one */
};

/*
 * At most the MAX of each are kept; the counts on the wire stand beside them. A question or record
 * whose names find no room in `text`, and a record of another class than IN, is not kept either.
 */
struct dns_message {
	uint16_t id;
	bool is_answer; /* QR bit */
	bool is_truncated;
	uint8_t opcode, rcode;
	uint16_t question_count_wire, answer_count_wire;
	uint16_t question_count;
	uint16_t record_count; /* of the answer section, in a query of mDNS the known answers; of an
	                        * answer of mDNS (id 0, no question) also the additional section */
	struct dns_question questions[DNS_QUESTIONS_MAX];
	struct dns_record records[DNS_RECORDS_MAX];
	size_t text_len;
	char text[DNS_TEXT_MAX];
};

/*
 * One message as UDP carries it (DNS, mDNS, LLMNR). PARSE_BROKEN: it breaks its rules, or is cut
 * off; questions and records that were whole before the break are there. A record that breaks
 * only inside its own length is left out, and those behind it are there too. PARSE_FOREIGN: no DNS
 * (an opcode or counts that no resolver sends, and no sane question behind them: with one it is
 * PARSE_BROKEN, and has its questions). PARSE_SHORT is never given.
 * Compression pointers must go backwards (RFC 1035, section 4.1.4) but for one in a name, so every
 * walk ends.
 * Nothing is zeroed that is not used: 20 kB are not touched for a message of 40 bytes.
 */
enum parse dissect_dns(struct slice message, struct dns_message *out);

/*
 * The next message of a TCP stream (RFC 1035, section 4.2.2): takes it off `stream` and gives its
 * bytes. PARSE_SHORT while it is not whole. PARSE_FOREIGN: no header of DNS stands there; the
 * stream is not touched then.
 */
enum parse dissect_dns_frame(struct slice *stream, struct slice *message);

/*
 * Could this datagram on some other port be DNS? Strict: flags, counts, a whole question with a
 * known class and type, and records that fill the rest to the last byte. For ports where nothing
 * else says so; a datagram that the snaplen cut is not likely.
 */
bool dissect_dns_likely(struct slice message);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dns.h"

#include "dissect/dns_chain.h"
#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/dns_specimens.h"
#include "tests/property.h"

static struct dns_message message;

static enum parse probe(struct slice bytes)
{
	return dissect_dns(bytes, &message);
}

static void test_query(void)
{
	CHECK(probe(BYTES(DNS_EDNS_QUERY)) == PARSE_OK);
	CHECK(message.id == 0x1234 && !message.is_answer && message.rcode == DNS_NOERROR);
	CHECK(message.question_count == 1 && message.record_count == 0);
	CHECK(slice_is(message.questions[0].name, "www.example.com"));
	CHECK(message.questions[0].type == DNS_A);
}

static void test_answer(void)
{
	CHECK(probe(BYTES(DNS_CHAIN_ANSWER)) == PARSE_OK);
	CHECK(message.is_answer && message.record_count == 3);
	CHECK(slice_is(message.records[0].owner, "www.example.com"));
	CHECK(slice_is(message.records[0].target, "shop.edge.example.com"));
	CHECK(message.records[0].ttl == 60 && message.records[0].address.len == 0);
	CHECK(slice_is(message.records[2].owner, "shop.edge.example.com"));
	CHECK(slice_equal(message.records[2].address, BYTES("\xc6\x33\x64\x0b")));
}

/* Many questions, the QU and cache-flush bits, known answers, the additional section. */
static void test_multicast(void)
{
	CHECK(probe(BYTES(DNS_MULTICAST_QUERY)) == PARSE_OK);
	CHECK(message.question_count == 2 && message.record_count == 1);
	CHECK(slice_is(message.questions[1].name, "tv1.local"));
	CHECK(message.questions[1].type == DNS_AAAA);
	CHECK(slice_is(message.records[0].target, "desk._ipp._tcp.local"));

	CHECK(probe(BYTES(DNS_MULTICAST_ANSWER)) == PARSE_OK);
	CHECK(message.answer_count_wire == 1 && message.record_count == 4);
	CHECK(message.records[1].type == DNS_SRV);
	CHECK(slice_is(message.records[1].target, "pc1.local"));
	CHECK(slice_is(message.records[2].owner, "pc1.local"));
	CHECK(message.records[2].address.len == 4);
}

#define LABEL_63                                                                                   \
	"\x3f"                                                                                     \
	"012345678901234567890123456789012345678901234567890123456789012"

static void test_spelling(void)
{
	static const struct {
		struct slice name;
		const char *spelled; /* NULL: broken */
	} rows[] = {
		{ BYTES("\0"), "" },
		{ BYTES("\x0a_Dmarc-1.x\0"), "_dmarc-1\\046x" },
		{ BYTES("\4a\\ b\2,=\0"), "a\\092\\032b.,=" },
		{ BYTES("\3\0\x7f\xff\1*\0"), "\\000\\127\\255.*" },
		{ BYTES("\1a\xc0\x0c"), NULL },           /* leads into itself */
		{ BYTES("\xc0\x0c"), NULL },              /* is itself */
		{ BYTES("\1a\xc0\x20"), NULL },           /* leads behind the message */
		{ BYTES("\xc0\x10\0\1\1b\0"), "b" },      /* leads forwards, once */
		{ BYTES("\xc0\x0e\xc0\x10\1b\0"), NULL }, /* and twice */
		{ BYTES("\xc0\x0e\xc0\x0c"), NULL },      /* forwards, and back again */
		{ BYTES("\xc0\x00"), NULL }, /* into the header, whose first byte is no label */
		{ BYTES("\x40"
		        "a\0"),
		  NULL }, /* label types that are no more: RFC 6891, section 5 */
		{ BYTES("\x80"
		        "a\0"),
		  NULL },
		{ BYTES(LABEL_63 LABEL_63 LABEL_63
		        "\x3e"
		        "01234567890123456789012345678901234567890123456789012345678901\0"),
		  NULL },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t bytes[512] = DNS_QUERY_HEAD;
		size_t len = sizeof DNS_QUERY_HEAD - 1;

		memcpy(bytes + len, rows[i].name.ptr, rows[i].name.len);
		len += rows[i].name.len;
		memcpy(bytes + len, "\0\x1c\0\1", 4);

		enum parse answer = probe((struct slice){ bytes, len + 4 });

		CHECK(answer == (rows[i].spelled != NULL ? PARSE_OK : PARSE_BROKEN));
		CHECK(message.question_count == (rows[i].spelled != NULL));
		if (rows[i].spelled != NULL)
			CHECK(slice_is(message.questions[0].name, rows[i].spelled));
	}
}

/* 255 octets that all need escaping fit. */
static void test_longest_name(void)
{
	uint8_t bytes[512] = DNS_QUERY_HEAD;
	size_t len = sizeof DNS_QUERY_HEAD - 1;
	static const uint8_t labels[] = { 63, 63, 63, 61 };

	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		bytes[len] = labels[i];
		memset(bytes + len + 1, 0xff, labels[i]);
		len += 1 + (size_t)labels[i];
	}
	memcpy(bytes + len, "\0\0\1\0\1", 5);
	CHECK(probe((struct slice){ bytes, len + 5 }) == PARSE_OK);
	CHECK(message.questions[0].name.len == 250 * 4 + 3);
}

/* What was whole before a break is there. */
static void test_cut(void)
{
	struct slice whole = BYTES(DNS_CHAIN_ANSWER);

	CHECK(probe(slice_head(whole, whole.len - 1)) == PARSE_BROKEN);
	CHECK(message.question_count == 1 && message.record_count == 2);
	CHECK(probe(slice_head(whole, 33)) == PARSE_BROKEN);
	CHECK(message.question_count == 1 && message.record_count == 0);
	CHECK(probe(slice_head(whole, 32)) == PARSE_BROKEN);
	CHECK(message.question_count == 0);
}

/* A record that breaks inside its own length is left out, the next one is there. */
static void test_broken_record(void)
{
	CHECK(probe(BYTES(DNS_ANSWER_3 DNS_SITE DNS_TYPE_A
	                  "\xc0\x0c" DNS_TYPE_A DNS_TTL_60 "\0\3\1\2\3"
	                  "\xc0\x0c" DNS_TYPE_CNAME DNS_TTL_60 "\0\2\xc0\xff"
	                  "\xc0\x0c" DNS_TYPE_A DNS_TTL_60 "\0\4\1\2\3\4")) == PARSE_BROKEN);
	CHECK(message.record_count == 1 && message.records[0].address.ptr[3] == 4);
}

/* A header that nobody sends does not hide the question behind it. */
static void test_damaged(void)
{
	static const struct slice rows[] = {
		BYTES("\0\1\x49\0\0\1\0\0\0\0\0\0" DNS_SITE DNS_TYPE_A), /* opcode 9 */
		BYTES("\0\1\1\0\0\1\x47\0\0\0\0\0" DNS_SITE DNS_TYPE_A), /* 18,176 answers */
		BYTES("\0\1\1\0\x88\1\0\0\0\0\0\0" DNS_SITE DNS_TYPE_A), /* 34,817 questions */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CHECK(probe(rows[i]) == PARSE_BROKEN);
		CHECK(message.question_count == 1 && message.record_count == 0);
		CHECK(slice_is(message.questions[0].name, "www.example.com"));
	}
}

static void test_foreign(void)
{
	static const struct {
		struct slice bytes;
		enum parse answer;
	} rows[] = {
		{ BYTES("\0\1\0\0\0\0\0\0\0\0\0\0"), PARSE_FOREIGN },   /* asks nothing */
		{ BYTES("\0\1\x80\5\0\0\0\0\0\0\0\0"), PARSE_OK },      /* refuses */
		{ BYTES("\0\1\x38\0\0\1\0\0\0\0\0\0"), PARSE_FOREIGN }, /* opcode 7 */
		{ BYTES("\0\1\0\0\x7f\0\0\0\0\0\0\0"), PARSE_FOREIGN }, /* 32,512 questions */
		{ BYTES("\0\1\0\0\0\0\xff\0\0\0\0\0"), PARSE_FOREIGN },
		{ BYTES("\0\1\x81\x80\0\0\0\1\0\0\0\0" DNS_SITE DNS_TYPE_A DNS_TTL_60
		        "\0\4\1\2\3\4"),
		  PARSE_OK }, /* an answer without a question */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK(probe(rows[i].bytes) == rows[i].answer);
	CHECK(message.record_count == 1 && slice_is(message.records[0].owner, "www.example.com"));
}

#define FRAMED_QUERY "\0\x21" DNS_SITE_QUERY

static void test_frames(void)
{
	struct slice stream = BYTES(FRAMED_QUERY FRAMED_QUERY "\0\x21\x12");
	struct slice one;

	for (int i = 0; i < 2; i++) {
		CHECK(dissect_dns_frame(&stream, &one) == PARSE_OK);
		CHECK(slice_equal(one, BYTES(DNS_SITE_QUERY)));
	}
	CHECK(dissect_dns_frame(&stream, &one) == PARSE_SHORT);
	CHECK(stream.len == 3);
	stream = BYTES("\x16\3\1\2\0\1\0\1\xfc\3\3\1\2\3");
	CHECK(dissect_dns_frame(&stream, &one) == PARSE_FOREIGN); /* TLS */
	stream = BYTES("\0\5hello");
	CHECK(dissect_dns_frame(&stream, &one) == PARSE_FOREIGN);
	CHECK(stream.len == 7);
}

static void test_likely(void)
{
	static const struct {
		struct slice bytes;
		bool is_likely;
	} rows[] = {
		{ BYTES(DNS_SITE_QUERY), true },
		{ BYTES(DNS_EDNS_QUERY), true },
		{ BYTES(DNS_CHAIN_ANSWER), true },
		{ BYTES(DNS_SITE_QUERY "x"), false },                   /* bytes behind it */
		{ BYTES(DNS_QUERY_HEAD DNS_SITE "\xff\1\0\1"), false }, /* type 65,281 */
		{ BYTES(DNS_QUERY_HEAD DNS_SITE "\0\1\0\7"), false },   /* class 7 */
		{ BYTES("\1\2\1\x40\0\1\0\0\0\0\0\0" DNS_SITE DNS_TYPE_A), false }, /* Z bit */
		{ BYTES("\1\2\1\3\0\1\0\0\0\0\0\0" DNS_SITE DNS_TYPE_A),
		  false }, /* error in a query */
		{ BYTES(""), false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		CHECK(dissect_dns_likely(rows[i].bytes) == rows[i].is_likely);
}

/* A record for the chain test: a name is one label. */
static size_t put_record(uint8_t *at, const char *owner, uint8_t type, const char *target)
{
	size_t owner_len = strlen(owner), target_len = strlen(target), len = 0;

	at[len++] = (uint8_t)owner_len;
	memcpy(at + len, owner, owner_len);
	len += owner_len;
	memcpy(at + len, "\0\0\0\0\1\0\0\0\x3c\0", 10);
	at[len + 2] = type;
	len += 10;
	at[len++] = type == DNS_A ? 4 : (uint8_t)(target_len + 2);
	if (type == DNS_A) {
		memcpy(at + len, "\xc0\0\2\1", 4);
		return len + 4;
	}
	at[len++] = (uint8_t)target_len;
	memcpy(at + len, target, target_len);
	at[len + target_len] = 0;
	return len + target_len + 1;
}

static void test_chain(void)
{
	static const struct {
		uint64_t chain;
		struct {
			const char *owner, *target; /* target "": an address */
			uint8_t type;
		} records[5];
	} rows[] = {
		{ 0x7, { { "q", "b", DNS_CNAME }, { "b", "c", DNS_CNAME }, { "c", "", DNS_A } } },
		/* out of order */
		{ 0x7, { { "c", "", DNS_A }, { "b", "c", DNS_CNAME }, { "q", "b", DNS_CNAME } } },
		/* somebody else's */
		{ 0x5, { { "q", "b", DNS_CNAME }, { "x", "", DNS_A }, { "b", "", DNS_A } } },
		/* cut short: what the alias leads to is missing */
		{ 0x1, { { "q", "b", DNS_CNAME }, { "c", "", DNS_A } } },
		/* a loop: the last one leads back */
		{ 0x1, { { "q", "b", DNS_CNAME }, { "b", "q", DNS_CNAME } } },
		{ 0x0, { { "q", "q", DNS_CNAME }, { "x", "", DNS_A } } },
		/* what an address is called says nothing of other addresses */
		{ 0x1, { { "q", "b", DNS_PTR }, { "b", "", DNS_A } } },
		{ 0x3, { { "q", "", DNS_A }, { "q", "", DNS_A } } },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t bytes[512] = "\0\1\x81\x80\0\0\0\0\0\0\0\0";
		size_t len = 12;

		for (size_t n = 0; n < 5 && rows[i].records[n].owner != NULL; n++) {
			len += put_record(bytes + len, rows[i].records[n].owner,
			                  rows[i].records[n].type, rows[i].records[n].target);
			bytes[7]++;
		}
		CHECK(probe((struct slice){ bytes, len }) == PARSE_OK);
		CHECK(dns_chain(&message, BYTES("q")) == rows[i].chain);
	}
	CHECK(dns_chain_has(5, 2) && !dns_chain_has(5, 1));
}

/* Nothing that an answer holds may cost more than its room. */
static void test_overflow(void)
{
	static uint8_t bytes[65535] = "\0\1\x81\x80\0\0\0\0\0\0\0\0";
	size_t len = 12, count = 0;

	while (len < sizeof bytes - 300 && count < 200) {
		bytes[len] = 63;
		memset(bytes + len + 1, 0xff, 63);
		bytes[len + 1] = (uint8_t)count++;
		memcpy(bytes + len + 64, "\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4", 15);
		len += 64 + 15;
	}
	bytes[7] = (uint8_t)count;
	CHECK(probe((struct slice){ bytes, len }) == PARSE_OK);
	CHECK(message.record_count == DNS_TEXT_MAX / (63 * 4));
	CHECK(message.answer_count_wire == count && message.text_len <= DNS_TEXT_MAX);
}

static enum parse probe_chain(struct slice bytes)
{
	enum parse answer = probe(bytes);

	if (answer == PARSE_OK)
		(void)dns_chain(&message, BYTES("www.example.com"));
	(void)dissect_dns_likely(bytes);
	return answer;
}

static enum parse probe_frame(struct slice bytes)
{
	struct slice one;

	return dissect_dns_frame(&bytes, &one);
}

int main(void)
{
	const struct specimen specimens[] = {
		{ "query", probe_chain, BYTES(DNS_EDNS_QUERY), PARSE_BROKEN, 0, 0 },
		{ "answer", probe_chain, BYTES(DNS_CHAIN_ANSWER), PARSE_BROKEN, 0, 0 },
		{ "mDNS query", probe_chain, BYTES(DNS_MULTICAST_QUERY), PARSE_BROKEN, 0, 0 },
		{ "mDNS answer", probe_chain, BYTES(DNS_MULTICAST_ANSWER), PARSE_BROKEN, 0, 0 },
		{ "frame", probe_frame, BYTES(FRAMED_QUERY), PARSE_SHORT, 0, 0 },
	};

	test_query();
	test_answer();
	test_multicast();
	test_spelling();
	test_longest_name();
	test_cut();
	test_broken_record();
	test_damaged();
	test_foreign();
	test_frames();
	test_likely();
	test_chain();
	test_overflow();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}

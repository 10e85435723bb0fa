/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"
#include "dissect/x509.h"

#include "tests/check.h"
#include "tests/property.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

static enum parse probe_server(struct slice bytes)
{
	uint8_t memory[2048];
	struct scratch join = { memory, sizeof memory, 0 };
	struct tls_server out;

	return dissect_tls_server(bytes, &join, &out);
}

static enum parse probe_certificate(struct slice bytes)
{
	struct slice names[4];
	uint8_t count;

	return dissect_x509_names(bytes, names, 4, &count);
}

/* In the chains the leaf ends before the message does, and the rest is not waited for. */
static const struct specimen specimens[] = {
	{ "server 1.3", probe_server, BYTES(server_13), PARSE_SHORT, 0, 0 },
	{ "server 1.2", probe_server, BYTES(server_12), PARSE_SHORT, 0, 5 + 53 + 10 + 300 },
	{ "server 1.2 split", probe_server, BYTES(server_12_split), PARSE_SHORT, 0, 400 },
	{ "alert", probe_server, BYTES(server_alert), PARSE_SHORT, 0, 0 },
	{ "certificate with names", probe_certificate, BYTES(certificate_san), PARSE_SHORT, 0, 0 },
	{ "certificate without", probe_certificate, BYTES(certificate_cn), PARSE_SHORT, 0, 0 },
};

static const struct {
	const char *name;
	struct slice stream;
	enum parse expected;
	uint16_t version, cipher;
	const char *alpn;
	const char *names[2];
	bool is_hello_retry;
	uint8_t alert;
} servers[] = {
	{ "1.3", BYTES(server_13), PARSE_OK, 0x0304, 0x1301, "", { 0 }, false, 0 },
	{ "retry", BYTES(server_retry), PARSE_OK, 0x0304, 0x1301, "", { 0 }, true, 0 },
	{ "1.2",
	  BYTES(server_12),
	  PARSE_OK,
	  0x0303,
	  0xc02b,
	  "h2",
	  { "first.example", "*.second.example" },
	  false,
	  0 },
	{ "1.2, in pieces",
	  BYTES(server_12_split),
	  PARSE_OK,
	  0x0303,
	  0xc02b,
	  "h2",
	  { "common.example" },
	  false,
	  0 },
	{ "resumed", BYTES(server_resumed), PARSE_OK, 0x0303, 0xc02b, "h2", { 0 }, false, 0 },
	{ "alert", BYTES(server_alert), PARSE_OK, 0, 0, "", { 0 }, false, 40 },
	{ "warning", BYTES(server_warning), PARSE_OK, 0x0304, 0x1301, "", { 0 }, false, 112 },
	{ "a client", BYTES(client), PARSE_FOREIGN, 0, 0, "", { 0 }, false, 0 },
	{ "1.2 cut before the certificate",
	  { server_12, 70 },
	  PARSE_SHORT,
	  0x0303,
	  0xc02b,
	  "h2",
	  { 0 },
	  false,
	  0 },
};

static void check_names(const struct tls_server *out, const char *const names[2])
{
	uint8_t count = 0;

	for (; count < 2 && names[count] != NULL; count++)
		CHECK(is_text(out->names[count], names[count]));
	CHECK(out->name_count == count);
	CHECK(out->has_certificate == (count > 0));
}

static void test_servers(void)
{
	for (size_t i = 0; i < COUNT_OF(servers); i++) {
		uint8_t memory[2048];
		struct scratch join = { memory, sizeof memory, 0 };
		struct tls_server out;
		enum parse got = dissect_tls_server(servers[i].stream, &join, &out);

		if (got != servers[i].expected)
			fprintf(stderr, "%s: %d\n", servers[i].name, (int)got);
		CHECK(got == servers[i].expected);
		CHECK(out.version == servers[i].version && out.cipher == servers[i].cipher);
		CHECK(is_text(out.alpn, servers[i].alpn));
		CHECK(out.is_hello_retry == servers[i].is_hello_retry);
		CHECK(out.alert == servers[i].alert && out.has_alert == (servers[i].alert > 0));
		check_names(&out, servers[i].names);
	}
}

/* The leaf is enough, however long the chain says it is. */
static void test_long_chain(void)
{
	static uint8_t stream[sizeof server_12];
	struct scratch join = { 0 };
	struct tls_server out;
	const size_t certificate_at = 5 + 53;

	memcpy(stream, server_12, sizeof stream);
	CHECK(stream[certificate_at] == 11);
	stream[3] = 0x40; /* a full record, and 64 kB of chain */
	stream[certificate_at + 1] = 1;
	stream[certificate_at + 4] = 1;
	CHECK(dissect_tls_server(BYTES(stream), &join, &out) == PARSE_OK);
	CHECK(out.name_count == 2 && is_text(out.names[0], "first.example"));
}

static void test_names(void)
{
	struct slice names[2];
	uint8_t count;

	CHECK(dissect_x509_names(BYTES(certificate_san), names, 2, &count) == PARSE_OK);
	CHECK(count == 2 && is_text(names[1], "*.second.example"));
	CHECK(dissect_x509_names(BYTES(certificate_san), names, 1, &count) == PARSE_OK);
	CHECK(count == 1 && is_text(names[0], "first.example"));
	CHECK(dissect_x509_names(BYTES(certificate_cn), names, 2, &count) == PARSE_OK);
	CHECK(count == 1 && is_text(names[0], "common.example"));
	CHECK(dissect_x509_names(text("\x31\x02\x05\x00"), names, 2, &count) == PARSE_BROKEN);
	CHECK(dissect_x509_names(text("\x30\x80\x05"), names, 2, &count) == PARSE_BROKEN);
	CHECK(count == 0);
}

int main(void)
{
	test_servers();
	test_long_chain();
	test_names();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}

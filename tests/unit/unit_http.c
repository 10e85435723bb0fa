/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"

#include "tests/bytes.h"
#include "tests/check.h"
#include "tests/property.h"

struct row {
	struct slice bytes;
	enum parse answer;
	const char *method, *host;
};

#define V1 " HTTP/1.1\r\n"
#define AB "Host: a.b\r\n\r\n"

static const struct row rows[] = {
	{ BYTES("GET /" V1 AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("get /" V1 AB), PARSE_FOREIGN, "", "" },
	{ BYTES("PATCH /x" V1 AB), PARSE_OK, "PATCH", "a.b" },
	{ BYTES("VERSION-CONTROL /x" V1 AB), PARSE_OK, "VERSION-CONTROL", "a.b" },
	{ BYTES("RPC_IN_DATA /x" V1 AB), PARSE_OK, "RPC_IN_DATA", "a.b" },
	{ BYTES("OPTIONS *" V1 AB), PARSE_OK, "OPTIONS", "a.b" },
	/* the forms of targets */
	{ BYTES("GET http://c.d:81/x@y?z" V1 AB), PARSE_OK, "GET", "c.d:81" },
	{ BYTES("GET http://u:p@c.d" V1 AB), PARSE_OK, "GET", "c.d" },
	{ BYTES("GET /?u=http://c.d/" V1 AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET http:///" V1 AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("CONNECT c.d:443" V1 AB), PARSE_OK, "CONNECT", "c.d:443" },
	{ BYTES("CONNECT [2001:db8::1]:443" V1 "\r\n"), PARSE_OK, "CONNECT", "[2001:db8::1]:443" },
	{ BYTES("GET /a b  c" V1 AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET  HTTP/1.1\r\n" AB), PARSE_OK, "GET", "a.b" },
	/* the forms of fields */
	{ BYTES("GET / HTTP/1.0\nhOsT:a.b\n\n"), PARSE_OK, "GET", "a.b" },
	{ BYTES("\r\n\nGET /" V1 "HOST :\t a.b \t\r\n\r\n"), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /" V1 "Host:\r\n a.b\r\n\r\n"), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /" V1 "X: y\r\n Host: x.y\r\n" AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /" V1 "Host: a.b\r\nHost: c.d\r\n\r\n"), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /" V1 "Host:\r\nHost: c.d\r\n\r\n"), PARSE_OK, "GET", "" },
	{ BYTES("GET /" V1 "Hos: x\r\nHostt: x\r\nno colon\r\n" AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /\xff\0x" V1 "X: \0\xfe\r\n" AB), PARSE_OK, "GET", "a.b" },
	{ BYTES("GET /" V1 "\r\n"), PARSE_OK, "GET", "" },
	{ BYTES("GET /x?y\r\nHost: a.b\r\n\r\n"), PARSE_OK, "GET", "a.b" }, /* forgot the version */
	{ BYTES("CONNECT /" V1 "Host: a.b\r\n\r\n"), PARSE_OK, "CONNECT", "a.b" },
	/* what is not there yet */
	{ BYTES("GET /\r\n"), PARSE_SHORT, "GET", "" },
	{ BYTES("GET /" V1 "Host: a.b\r\nX: y"), PARSE_SHORT, "GET", "a.b" },
	{ BYTES("GET /" V1 "Host: a.b"), PARSE_SHORT, "GET", "" },
	{ BYTES("GET"), PARSE_SHORT, "", "" },
	{ BYTES("\r\n"), PARSE_SHORT, "", "" },
	{ BYTES(""), PARSE_SHORT, "", "" },
	/* what is something else */
	{ BYTES("GET a.b\r\nHost: a.b\r\n\r\n"), PARSE_FOREIGN, "GET", "" },
	{ BYTES("PUSH /x\r\nHost: a.b\r\n\r\n"), PARSE_FOREIGN, "PUSH", "" },
	{ BYTES("GET /x\r\nHos: a.b\r\n\r\n"), PARSE_FOREIGN, "GET", "" },
	{ BYTES("GET /\r\n\r\n"), PARSE_FOREIGN, "GET", "" },
	{ BYTES("GET / HTTP/0.9\r\n\r\n"), PARSE_FOREIGN, "GET", "" },
	{ BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), PARSE_FOREIGN, "PRI", "" },
	{ BYTES("DESCRIBE rtsp://a.b/x RTSP/1.0\r\n\r\n"), PARSE_FOREIGN, "DESCRIBE", "" },
	{ BYTES("INVITE sip:x@a.b SIP/2.0\r\n\r\n"), PARSE_FOREIGN, "INVITE", "" },
	{ BYTES("SSH-2.0-OpenSSH_9.2\r\n"), PARSE_FOREIGN, "", "" },
	{ BYTES("\x16\3\1"), PARSE_FOREIGN, "", "" },
	{ BYTES("HTTP/1.1 200 OK\r\n\r\n"), PARSE_FOREIGN, "", "" },
	{ BYTES("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH"), PARSE_FOREIGN, "", "" },
	{ BYTES(" GET /" V1), PARSE_FOREIGN, "", "" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct http_request request;

		CHECK(dissect_http_request(rows[i].bytes, &request) == rows[i].answer);
		CHECK(slice_is(request.method, rows[i].method));
		CHECK(slice_is(request.host, rows[i].host));
		if (rows[i].answer == PARSE_OK)
			CHECK(request.head_len == rows[i].bytes.len);
	}
}

static void test_fields(void)
{
	struct http_request request;

	CHECK(dissect_http_request(BYTES("POST /p?q" V1 "Host: a.b\r\nReferer: http://c.d/\r\n"
	                                 "User-Agent: x y\r\nX-Forwarded-For: 192.0.2.1, ::1\r\n"
	                                 "Content-Type: text/html\r\nUpgrade: h2c\r\n"
	                                 "Content-Length: 5\r\n\r\nhello"),
	                           &request) == PARSE_OK);
	CHECK(slice_is(request.target, "/p?q") && slice_is(request.referer, "http://c.d/"));
	CHECK(slice_is(request.user_agent, "x y") && slice_is(request.upgrade, "h2c"));
	CHECK(slice_is(request.forwarded_for, "192.0.2.1, ::1"));
	CHECK(slice_is(request.content_type, "text/html") && !request.is_connect);
}

/* The length of the body, or why it is not known. */
static void test_lengths(void)
{
	static const struct {
		struct slice bytes;
		bool has_length, is_chunked;
		uint64_t len;
	} lengths[] = {
		{ BYTES("GET /" V1 "\r\n"), true, false, 0 },
		{ BYTES("POST /" V1 "Content-Length: 18446744073709551\r\n\r\n"), true, false,
		  18446744073709551u },
		{ BYTES("POST /" V1 "Content-Length: 7, 7\r\n\r\n"), true, false, 7 },
		{ BYTES("POST /" V1 "Content-Length: 99999999999999999999\r\n\r\n"), false, false,
		  0 },
		{ BYTES("POST /" V1 "Content-Length: 7x\r\n\r\n"), false, false, 0 },
		{ BYTES("POST /" V1 "Content-Length: -7\r\n\r\n"), false, false, 0 },
		{ BYTES("POST /" V1 "Content-Length: \r\n\r\n"), false, false, 0 },
		{ BYTES("POST /" V1
		        "Content-Length: 7\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"),
		  false, true, 0 },
		{ BYTES("POST /" V1 "Transfer-Encoding: chunked, gzip\r\n\r\n"), false, false, 0 },
		{ BYTES("CONNECT a.b:1" V1 "Content-Length: 7\r\n\r\n"), false, false, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct http_request request;

		CHECK(dissect_http_request(lengths[i].bytes, &request) == PARSE_OK);
		CHECK(request.has_body_length == lengths[i].has_length);
		CHECK(request.is_chunked == lengths[i].is_chunked);
		CHECK(request.body_len == lengths[i].len);
	}
}

static void test_responses(void)
{
	static const struct {
		struct slice bytes;
		enum parse answer;
		uint16_t status;
		bool has_length, is_chunked;
		uint64_t len;
	} responses[] = {
		{ BYTES("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), PARSE_OK, 200, true, 0,
		  3 },
		{ BYTES("HTTP/1.0 200\n\n"), PARSE_OK, 200, false, 0, 0 },
		{ BYTES("HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n"), PARSE_OK, 304, true, 0, 0 },
		{ BYTES("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"), PARSE_OK, 200,
		  false, true, 0 },
		{ BYTES("HTTP/1.1 20"), PARSE_SHORT, 0, false, 0, 0 },
		{ BYTES("HTTP/1.1 2x0 OK\r\n\r\n"), PARSE_FOREIGN, 2, false, 0, 0 },
		{ BYTES("HTTP/1.1 20\r\n\r\n"), PARSE_FOREIGN, 20, false, 0, 0 },
		{ BYTES("HTTP/2 200\r\n\r\n"), PARSE_FOREIGN, 0, false, 0, 0 },
		{ BYTES("GET /"), PARSE_FOREIGN, 0, false, 0, 0 },
	};
	struct http_response response;

	for (size_t i = 0; i < COUNT_OF(responses); i++) {
		CHECK(dissect_http_response(responses[i].bytes, &response) == responses[i].answer);
		if (responses[i].answer == PARSE_OK)
			CHECK(response.status == responses[i].status);
		CHECK(response.has_body_length == responses[i].has_length);
		CHECK(response.is_chunked == responses[i].is_chunked);
		CHECK(response.body_len == responses[i].len);
	}
	CHECK(dissect_http_response(
	              BYTES("HTTP/1.1 301 x\r\nLocation: https://a.b/\r\nServer: s\r\n"
	                    "Content-Type: t\r\n\r\n"),
	              &response) == PARSE_OK);
	CHECK(slice_is(response.location, "https://a.b/") && slice_is(response.server, "s"));
	CHECK(slice_is(response.content_type, "t") && response.head_len == 70);
}

static enum parse probe_request(struct slice bytes)
{
	struct http_request request;

	return dissect_http_request(bytes, &request);
}

static enum parse probe_response(struct slice bytes)
{
	struct http_response response;

	return dissect_http_response(bytes, &response);
}

int main(void)
{
	const struct specimen specimens[] = {
		{ "request", probe_request,
		  BYTES("\r\nPOST http://u@a.b:8/x HTTP/1.1\r\nHost: c\r\nX:\r\n y\r\n"
		        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
		  PARSE_SHORT, 0, 0 },
		{ "response", probe_response,
		  BYTES("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 12\r\n\r\n"), PARSE_SHORT,
		  0, 0 },
	};

	test_rows();
	test_fields();
	test_lengths();
	test_responses();
	for (size_t i = 0; i < COUNT_OF(specimens); i++)
		property_check(&specimens[i]);
	return 0;
}

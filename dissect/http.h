/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_HTTP_H
#define DISSECT_HTTP_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/*
 * The head of an HTTP/1 request (RFC 9112). Slices point into the stream; header values without
 * the blanks around them; absent ones are empty.
 */
struct http_request {
	struct slice method, target;
	struct slice host; /* of an absolute-form or authority-form target, else of the Host header;
	                    * the port is left on */
	struct slice referer, user_agent, forwarded_for, content_type, upgrade;
	bool is_connect;
	bool has_body_length;
	bool is_chunked;
	uint64_t body_len; /* Content-Length */
	size_t head_len;   /* bytes up to and with the empty line */
};

/*
 * Reads one request head from its first byte on. PARSE_SHORT while the empty line is missing; a
 * Host that was whole by then is there already. PARSE_FOREIGN: these bytes begin no request.
 */
enum parse dissect_http_request(struct slice stream, struct http_request *out);

struct http_response {
	uint16_t status;
	struct slice location, content_type, server;
	bool has_body_length;
	uint64_t body_len;
	size_t head_len;
};
enum parse dissect_http_response(struct slice stream, struct http_response *out);

enum { H2C_REQUESTS_MAX = 16 };

/* Requests of HTTP/2 in the clear with prior knowledge (RFC 9113, section 3.3). */
struct h2c_requests {
	struct slice authority[H2C_REQUESTS_MAX]; /* point into `text` that the caller lent */
	struct slice path[H2C_REQUESTS_MAX];
	uint8_t count;
};

/*
 * Reads the client's side from its preface on: SETTINGS, HEADERS and CONTINUATION, with HPACK
 * (RFC 7541: static and dynamic table, Huffman). PARSE_SHORT: all frames so far were whole and
 * more may come; what was read is there. PARSE_FOREIGN: no preface.
 */
enum parse dissect_h2c(struct slice stream, struct scratch *text, struct h2c_requests *out);

#endif

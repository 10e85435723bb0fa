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
	bool is_connect;      /* what follows the head is a tunnel */
	bool has_body_length; /* false: chunked, a tunnel, or lengths that contradict themselves */
	bool is_chunked;
	uint64_t body_len; /* Content-Length, or 0 where nothing announces a body */
	size_t head_len;   /* bytes up to and with the empty line */
};

/*
 * Reads one request head from its first byte on. PARSE_SHORT while the empty line is missing; a
 * Host that was whole by then is there already. PARSE_FOREIGN: these bytes begin no request of
 * HTTP/1: RTSP, SIP, a line without a version (unless a Host follows) and the preface of HTTP/2 are
 * foreign too. PARSE_BROKEN is never given. Where a field is repeated the first one counts; a
 * folded one holds its line ends.
 */
enum parse dissect_http_request(struct slice stream, struct http_request *out);

struct http_response {
	uint16_t status;
	struct slice location, content_type, server;
	bool has_body_length; /* false: chunked, or up to the end of the stream */
	bool is_chunked;
	uint64_t body_len; /* of an answer to HEAD there is none of it, whatever this says */
	size_t head_len;
};
enum parse dissect_http_response(struct slice stream, struct http_response *out);

enum { H2C_REQUESTS_MAX = 64 };

/*
 * Requests of HTTP/2 in the clear, with prior knowledge (RFC 9113, section 3.3) or after an HTTP/1
 * request with "Upgrade: h2c". Slices point into the stream or into `text`; one that found no room
 * there is empty.
 */
struct h2c_requests {
	struct slice authority[H2C_REQUESTS_MAX]; /* :authority, else the host field */
	struct slice path[H2C_REQUESTS_MAX];
	uint8_t count;
};

/*
 * Reads the client's side from its preface on, each time from there: HEADERS and CONTINUATION with
 * HPACK (RFC 7541: static and dynamic table, Huffman). What `text` held is overwritten; 16 kB are
 * plenty. PARSE_OK: a request was read and the stream ends with a frame, or there is no room for
 * more requests. PARSE_SHORT: the last frame is not whole, or no request has come. PARSE_BROKEN:
 * HPACK or the frames break their rules, or a block in several frames is larger than `text`. After
 * these three, what was read before is there. PARSE_FOREIGN: no preface.
 */
enum parse dissect_h2c(struct slice stream, struct scratch *text, struct h2c_requests *out);

#endif

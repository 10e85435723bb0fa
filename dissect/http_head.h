/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_HTTP_HEAD_H
#define DISSECT_HTTP_HEAD_H

#include "dissect/reader.h"

/* The fields of a head that are read, of requests and responses alike. */
enum http_field {
	HTTP_HOST,
	HTTP_REFERER,
	HTTP_USER_AGENT,
	HTTP_FORWARDED_FOR,
	HTTP_CONTENT_TYPE,
	HTTP_UPGRADE,
	HTTP_CONTENT_LENGTH,
	HTTP_TRANSFER_ENCODING,
	HTTP_LOCATION,
	HTTP_SERVER,
	HTTP_FIELDS,
};

/* Without the blanks around them; a folded value holds its line ends. Where a field is repeated
 * the first one counts; `ptr` is NULL while it is absent. */
struct http_fields {
	struct slice value[HTTP_FIELDS];
};

/* Takes a line with its LF off `r`, and gives it without its end (CR, LF, blanks). */
struct slice http_line(struct reader *r);

/* Takes the fields and the empty line behind them off `r`. What was whole before a cut is there. */
void http_fields_read(struct reader *r, struct http_fields *out);

struct http_body {
	bool is_chunked;
	bool has_length; /* Content-Length is there, and can be believed */
	uint64_t len;
};

/* How the body's end is told: RFC 9112, section 6.3. */
struct http_body http_body_of(const struct http_fields *fields);

/* Equal but for the case of ASCII letters; `lower` is lower case. */
bool http_is_word(struct slice s, const char *lower);

#endif

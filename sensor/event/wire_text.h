/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_WIRE_TEXT_H
#define SENSOR_EVENT_WIRE_TEXT_H

#include "dissect/slice.h"

/*
 * Text of bytes from the wire, which are anything. What comes out is UTF-8 (RFC 3629) without a
 * NUL, and can be turned back into the bytes: \DDD (three decimal digits, as in DNS master files,
 * RFC 1035 section 5.1) is one byte, everything else is itself.
 *
 *   a byte that is not UTF-8, and NUL     \DDD
 *   a backslash that three digits follow  \092: or it would read as one of the above
 *   any other backslash                   itself
 *
 * A DNS name is in that form already when dissect/dns.c gives it: it is not escaped again.
 */
enum wire_form {
	WIRE_BYTES, /* as they stood on the wire */
	WIRE_NAME,  /* presentation form: a backslash begins an escape */
};

/* A longer value is cut there, before a character and not within one. */
enum { WIRE_TEXT_MAX = 8192 };

/* Bytes of the UTF-8 character at the head of `s`; 0 when there is none. */
size_t utf8_char(struct slice s);

/* How long the text will be, without a NUL; at most 4 * WIRE_TEXT_MAX. */
size_t wire_text_len(struct slice bytes, enum wire_form form);
/* Writes just that many characters to `out`, and no NUL. */
void wire_text(struct slice bytes, enum wire_form form, char *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_PAGE_JSON_H
#define SENSOR_REPORT_PAGE_JSON_H

#include <stdint.h>
#include <stdio.h>

#include "feeds/text.h"

/*
 * JSON that stands in a page. Whatever is in a text, nothing of it can end the script element or
 * be taken for markup: `<`, `>`, `&`, control characters and U+2000 to U+207F (line separators,
 * marks of direction) are escaped.
 *
 *	{"name":[1,2,"x"]}      begin, key, begin, value …, end, end: commas come by themselves
 */
struct page_json {
	FILE *out;
	bool needs_comma;
};

void page_begin(struct page_json *, char bracket); /* '{' or '[' */
void page_end(struct page_json *, char bracket);
void page_key(struct page_json *, const char *literal);
void page_number(struct page_json *, uint64_t);
void page_text(struct page_json *, struct text);

/* Bytes as RFC 4648, section 4, writes them. */
void page_base64(FILE *out, struct text bytes);

#endif

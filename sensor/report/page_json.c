/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/page_json.h"

#include <inttypes.h>

static void comma(struct page_json *j)
{
	if (j->needs_comma)
		fputc(',', j->out);
	j->needs_comma = true;
}

void page_begin(struct page_json *j, char bracket)
{
	comma(j);
	fputc(bracket, j->out);
	j->needs_comma = false;
}

void page_end(struct page_json *j, char bracket)
{
	fputc(bracket, j->out);
	j->needs_comma = true;
}

static void put_text(FILE *out, struct text t)
{
	fputc('"', out);
	for (size_t i = 0; i < t.len; i++) {
		uint8_t c = (uint8_t)t.ptr[i];
		bool is_general = c == 0xe2 && i + 2 < t.len &&
		                  ((uint8_t)t.ptr[i + 1] == 0x80 || (uint8_t)t.ptr[i + 1] == 0x81);

		if (is_general) {
			unsigned high = (uint8_t)t.ptr[i + 1] & 1U,
			         low = (uint8_t)t.ptr[i + 2] & 0x3fU;

			fprintf(out, "\\u%04x", 0x2000U | high << 6 | low);
			i += 2;
		} else if (c < ' ' || c == 0x7f || strchr("\"\\<>&", c) != NULL) {
			fprintf(out, "\\u%04x", (unsigned)c);
		} else {
			fputc(c, out);
		}
	}
	fputc('"', out);
}

void page_key(struct page_json *j, const char *literal)
{
	comma(j);
	put_text(j->out, text_of(literal));
	fputc(':', j->out);
	j->needs_comma = false;
}

void page_number(struct page_json *j, uint64_t number)
{
	comma(j);
	fprintf(j->out, "%" PRIu64, number);
}

void page_text(struct page_json *j, struct text t)
{
	comma(j);
	put_text(j->out, t);
}

void page_base64(FILE *out, struct text bytes)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t three = 0;
		size_t count = bytes.len - i < 3 ? bytes.len - i : 3;
		char four[5] = "====";

		for (size_t k = 0; k < 3; k++)
			three = three << 8 | (k < count ? (uint8_t)bytes.ptr[i + k] : 0U);
		for (size_t k = 0; k < 4 && k <= count; k++)
			four[k] = digits[three >> (18 - 6 * k) & 0x3f];
		fputs(four, out);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is written is UTF-8 without NUL, as long as was said, and can be turned back into the bytes.
 */
#include "sensor/event/wire_text.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_escape(const char *s, size_t left)
{
	if (left < 4 || s[0] != '\\')
		return false;
	for (size_t i = 1; i < 4; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static size_t unescape(const char *text, size_t len, uint8_t *out)
{
	size_t used = 0;

	for (size_t at = 0; at < len;) {
		if (!is_escape(text + at, len - at)) {
			out[used++] = (uint8_t)text[at++];
			continue;
		}
		int byte =
		        (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + text[at + 3] - '0';

		CHECK(byte < 256);
		out[used++] = (uint8_t)byte;
		at += 4;
	}
	return used;
}

static void check_utf8(const char *text, size_t len)
{
	struct slice s = { (const uint8_t *)text, len };

	while (s.len > 0) {
		size_t step = utf8_char(s);

		CHECK(step > 0);
		s = slice_skip(s, step);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { data, size };

	for (int form = WIRE_BYTES; form <= WIRE_NAME; form++) {
		size_t len = wire_text_len(bytes, (enum wire_form)form);
		char *text = malloc(len + 1);
		uint8_t *back = malloc(len + 1);

		CHECK(text != NULL && back != NULL && len <= 4 * WIRE_TEXT_MAX);
		wire_text(bytes, (enum wire_form)form, text);
		check_utf8(text, len);
		if (form == WIRE_BYTES && size <= WIRE_TEXT_MAX)
			CHECK(unescape(text, len, back) == size &&
			      (size == 0 || memcmp(back, data, size) == 0));
		free(text);
		free(back);
	}
	return 0;
}

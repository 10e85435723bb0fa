/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4000, ESCAPED_LEN = 4 };

static atomic_bool is_quiet;
static atomic_bool is_scarce;

/*
 * The length of the printable character at `s`: 0 when it is none. UTF-8 as RFC 3629, section 4,
 * without C1 controls (U+0080 to U+009F).
 */
static size_t printable_len(const uint8_t *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (len == 1)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if (s[0] > 0xf4 || (s[0] == 0xc2 && s[1] < 0xa0))
		return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80) /* a terminating zero ends here, too */
			return 0;
	return len;
}

/* `to` has room for ESCAPED_LEN times the text. Returns what was written. */
static size_t escape(const char *text, char *to)
{
	size_t used = 0;

	for (const uint8_t *s = (const uint8_t *)text; *s != 0;) {
		size_t len = printable_len(s);

		if (len == 0) {
			used += (size_t)snprintf(to + used, ESCAPED_LEN + 1, "\\%03u", *s++);
			continue;
		}
		memcpy(to + used, s, len);
		used += len;
		s += len;
	}
	return used;
}

static void write_line(const char *format, va_list arguments)
{
	static const char head[] = "dancecard: ";
	char text[TEXT_MAX];
	char line[sizeof head + sizeof text * ESCAPED_LEN + 1];
	size_t used = sizeof head - 1;

	vsnprintf(text, sizeof text, format, arguments);
	memcpy(line, head, used);
	used += escape(text, line + used);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return; /* nowhere left to say so */
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);
}

void log_note(const char *format, ...)
{
	va_list arguments;

	if (atomic_load(&is_quiet))
		return;
	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);
}

void log_quiet(bool quiet)
{
	atomic_store(&is_quiet, quiet);
}

void log_scarce(void)
{
	if (!atomic_exchange(&is_scarce, true))
		log_error("out of memory: events or sums are missing");
}

bool log_was_scarce(void)
{
	return atomic_load(&is_scarce);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/log.h"

#include "tests/check.h"

#include <string.h>
#include <unistd.h>

static const struct {
	const char *text, *line;
} rows[] = {
	{ "day.pcap: empty", "dancecard: day.pcap: empty\n" },
	{ "a\033[2Jb\n", "dancecard: a\\027[2Jb\\010\n" },
	{ "m\xc3\xa9sure \xe2\x82\xac \xf0\x9f\x95\xba",
	  "dancecard: m\xc3\xa9sure \xe2\x82\xac \xf0\x9f\x95\xba\n" },
	{ "\x7f\xc2\x9b\xff", "dancecard: \\127\\194\\155\\255\n" }, /* C1 control, no UTF-8 */
	{ "\xe2\x82", "dancecard: \\226\\130\n" },                   /* cut off */
	{ "\xc0\xaf\xed\xa0\x80", "dancecard: \\192\\175\\237\\160\\128\n" },
};

/* What `say` writes on standard error. */
static size_t caught(void (*say)(const char *, ...), const char *text, char *line, size_t room)
{
	int ends[2], before = dup(STDERR_FILENO);

	CHECK(before >= 0 && pipe(ends) == 0);
	CHECK(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
	say("%s", text);
	CHECK(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	ssize_t got = read(ends[0], line, room);

	close(ends[0]);
	CHECK(got >= 0);
	return (size_t)got;
}

int main(void)
{
	static char line[20000], text[8000];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t len = caught(log_error, rows[i].text, line, sizeof line);

		CHECK(len == strlen(rows[i].line) && memcmp(line, rows[i].line, len) == 0);
	}
	memset(text, '\033', sizeof text - 1);
	CHECK(caught(log_error, text, line, sizeof line) > 4000); /* cut, whole escapes */
	CHECK(caught(log_note, "x", line, sizeof line) > 0);
	log_quiet(true);
	CHECK(caught(log_note, "x", line, sizeof line) == 0);
	CHECK(caught(log_error, "x", line, sizeof line) > 0);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* `dancecard feed …` as a person calls it: status, and what stands on standard output. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sensor/feed_command.h"
#include "sensor/feed_convert.h"
#include "tests/check.h"
#include "tests/in_child.h"

#define ARGS_MAX 8

static char output[1 << 20];

/* Runs the words with standard output in a file; `keep`: that file stays, under that name. */
static int run(const char *const *words, const char *keep)
{
	char *argv[ARGS_MAX + 1] = { 0 };
	char path[] = "/tmp/dancecard-feed-XXXXXX";
	int argc = 0, saved = dup(STDOUT_FILENO), fd = mkstemp(path);

	CHECK(saved >= 0 && fd >= 0);
	while (words[argc] != NULL && argc < ARGS_MAX) {
		argv[argc] = strdup(words[argc]);
		CHECK(argv[argc] != NULL);
		argc++;
	}
	fflush(stdout);
	CHECK(dup2(fd, STDOUT_FILENO) >= 0);
	int status = in_child(feed_command, argc, argv);

	fflush(stdout);
	CHECK(dup2(saved, STDOUT_FILENO) >= 0);
	ssize_t len = pread(fd, output, sizeof output - 1, 0);

	CHECK(len >= 0);
	output[len] = '\0';
	close(fd);
	close(saved);
	while (argc > 0)
		free(argv[--argc]);
	if (keep != NULL)
		CHECK(rename(path, keep) == 0);
	else
		unlink(path);
	return status;
}

static const struct {
	const char *words[ARGS_MAX];
	int status;
	const char *output; /* how it begins; NULL: whatever */
} rows[] = {
	{ { "feed", "lookup", "analytics.tiktok.com" },
	  0,
	  "analytics.tiktok.com\tanalytics.tiktok.com\ttracking_pixel\tTikTok\tbytedance\n" },
	{ { "feed", "lookup", "a.example" }, 0, "a.example\t-\t-\t-\t-\n" },
	{ { "feed", "lookup", "a\tb\x1b[m\xff\xc3\xa9.example" },
	  0,
	  "a\\009b\\027[m\\255\xc3\xa9.example\t-\t-\t-\t-\n" },
	{ { "feed", "lookup", "71.18.1.1" }, 0, "71.18.1.1\t71.18.0.0/21\tinfrastructure\t-\t" },
	{ { "feed", "lookup", "tiktokv.com.edgekey.net" },
	  0,
	  "tiktokv.com.edgekey.net\t-\t-\t-\t-\n" },
	{ { "feed", "lookup", "--alias", "tiktokv.com.edgekey.net" },
	  0,
	  "tiktokv.com.edgekey.net\ttiktokv.com\t" },
	{ { "feed", "lookup", "--no-builtin-feed", "tiktok.com" }, 0, "tiktok.com\t-\t-\t-\t-\n" },
	{ { "feed", "lookup", "--feed", "/no/such", "tiktok.com" }, 1, "tiktok.com\ttiktok.com\t" },
	{ { "feed", "check", "/" }, 1, "" },
	{ { "feed", "check", "/dev/zero" }, 1, "" },
	{ { "feed", "convert", "builtin" }, 2, "" },
	{ { "feed", "convert", "--to", "madeup", "builtin" }, 2, "" },
	{ { "feed", "compare", "/no/such" }, 1, "" },
	{ { "feed" }, 2, "" },
	{ { "feed", "madeup" }, 2, "" },
	{ { "feed", "lookup" }, 2, "" },
	{ { "feed", "lookup", "--madeup", "x" }, 2, "" },
	{ { "feed", "lookup", "--to", "rpz", "x" }, 2, "" },
	{ { "feed", "check", "--format" }, 2, "" },
	{ { "feed", "check", "--at", "soon", "x" }, 2, "" },
	{ { "feed", "lookup", "--no-builtin-feed", "--feed", "builtin", "tiktok.com" },
	  0,
	  "tiktok.com\ttiktok.com\t" },
	{ { "feed", "retro" }, 2, "" },
	{ { "feed", "retro", "/no/such" }, 2, "" },
	{ { "feed", "retro", "--feed", "/no/such", "/dev/null" }, 1, "" },
	{ { "feed", "retro", "--feed", "builtin", "/no/such" }, 1, "" },
	{ { "feed", "retro", "--feed", "builtin", "/dev/null" },
	  1,
	  "" }, /* no event is no answer */
	{ { "feed", "retro", "--feed", "builtin", "tests/fuzz/seeds/retro/flow" },
	  0,
	  "{\"timestamp\":\"2026-11-23T17:08:28.100000+0000\",\"event_type\":\"contact\"," },
	{ { "feed", "retro", "--help" }, 0, "Usage: dancecard feed retro" },
	{ { "feed", "--help" }, 0, "Usage: dancecard feed" },
	{ { "feed", "check", "--help" }, 0, "Usage: dancecard feed check" },
	{ { "feed", "lookup", "--help" }, 0, "Usage: dancecard feed lookup" },
	{ { "feed", "convert", "--help" }, 0, "Usage: dancecard feed convert" },
	{ { "feed", "compare", "--help" }, 0, "Usage: dancecard feed compare" },
};

/* Our feed in every format that we write is read as that format again, and is ours. */
static void check_round_trip(const char *format)
{
	char path[64], found[96];

	snprintf(path, sizeof path, "/tmp/dancecard-feed-%d-%s", (int)getpid(), format);
	snprintf(found, sizeof found, "%s: %s, ", path, format);
	const char *convert[] = { "feed", "convert", "--to", format, "builtin", NULL };
	const char *check[] = { "feed", "check", path, NULL };
	const char *compare[] = { "feed", "compare", "--list", path, NULL };
	const char *lookup[] = { "feed",      "lookup", "--no-builtin-feed", "--feed", path,
		                 "pangle.io", NULL };

	CHECK(run(convert, path) == 0);
	CHECK(run(check, NULL) == 0);
	CHECK(strncmp(output, found, strlen(found)) == 0 && strstr(output, " 0 refused") != NULL);
	CHECK(run(compare, NULL) == 0);
	CHECK(strstr(output, "(100.00 %)") != NULL && output[0] != '-');
	CHECK(run(lookup, NULL) == 0);
	CHECK(strncmp(output, "pangle.io\tpangle.io\ttracker\t", 28) == 0);
	unlink(path);
}

/* What cannot be written is a failure, whatever the command. */
static void check_full(void)
{
	static const char *const commands[][6] = {
		{ "feed", "lookup", "tiktok.com" },
		{ "feed", "convert", "--to", "hosts", "builtin" },
		{ "feed", "retro", "--feed", "builtin", "tests/fuzz/seeds/retro/flow" },
	};

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
		char *argv[7] = { 0 };
		int argc = 0;

		while (argc < 6 && commands[i][argc] != NULL) {
			argv[argc] = strdup(commands[i][argc]);
			argc++;
		}
		CHECK(saved >= 0 && full >= 0 && dup2(full, STDOUT_FILENO) >= 0);
		int status = in_child(feed_command, argc, argv);

		CHECK(dup2(saved, STDOUT_FILENO) >= 0);
		close(saved);
		close(full);
		while (argc > 0)
			free(argv[--argc]);
		CHECK(status == 1);
	}
}

int main(void)
{
	check_full();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int status = run(rows[i].words, NULL);

		if (status != rows[i].status ||
		    strncmp(output, rows[i].output, strlen(rows[i].output)) != 0) {
			fprintf(stderr, "row %zu: %d %.100s\n", i, status, output);
			return 1;
		}
	}
	for (size_t i = 0; feed_target_name(i) != NULL; i++)
		check_round_trip(feed_target_name(i));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/options.h"

#include <getopt.h>
#include <string.h>

#include "tests/catch_errors.h"
#include "tests/check.h"

enum { ARGS_MAX = 12 };

static bool parse(struct options *o, const char *const words[ARGS_MAX])
{
	static char *argv[ARGS_MAX + 2], program[] = "dancecard";
	int argc = 1;

	argv[0] = program;
	for (; argc <= ARGS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	argv[argc] = NULL;
	optind = 0; /* begin anew */
	return options_parse(o, argc, argv);
}

static bool has(const struct option_list *list, size_t count, const char *last)
{
	return list->count == count && strcmp(list->items[count - 1], last) == 0;
}

static void check_all_rows(void)
{
	struct options o;

	CHECK(parse(&o, (const char *const[ARGS_MAX]){ NULL }));
	CHECK(strcmp(o.format, "native") == 0 && o.filter == NULL && o.reads.count == 0);
	options_free(&o);
	CHECK(parse(&o,
	            (const char *const[ARGS_MAX]){ "-r", "a", "--read=b", "-rc", "-o", "x", "-f",
	                                           "feed", "-g", "geo.mmdb", "-i", "eth0" }));
	CHECK(has(&o.reads, 3, "c") && has(&o.outputs, 1, "x") && has(&o.feeds, 1, "feed"));
	CHECK(has(&o.geo, 1, "geo.mmdb") && has(&o.interfaces, 1, "eth0"));
	options_free(&o);
	CHECK(parse(&o, (const char *const[ARGS_MAX]){ "-aqvVhD", "--no-builtin-feed",
	                                               "--keep-duplicates", "--fail-on-contact",
	                                               "--sensor", "tap1", "-j", "4", "--stats",
	                                               "60", "-F", "native" }));
	CHECK(o.all_flows && o.quiet && o.verbose && o.show_version && o.show_help);
	CHECK(o.list_interfaces && o.no_builtin_feed && o.keep_duplicates && o.fail_on_contact);
	CHECK(strcmp(o.sensor, "tap1") == 0 && o.workers == 4 && o.stats_seconds == 60);
	options_free(&o);
	CHECK(parse(&o,
	            (const char *const[ARGS_MAX]){ "--from", "2026-11-23", "--to", "1795441679.25",
	                                           "host", "10.0.0.1", "-a" }));
	CHECK(o.from_ns == 1795392000000000000u && o.to_ns == 1795441679250000000u);
	/* The filter begins at the first word that is no option, and ends the options. */
	CHECK(strcmp(o.filter, "host 10.0.0.1 -a") == 0 && !o.all_flows);
	options_free(&o);
}

static const struct {
	const char *words[ARGS_MAX];
	const char *said;
} mistakes[] = {
	{ { "-r" }, "--read needs FILE" },
	{ { "--read" }, "--read needs FILE" },
	{ { "-x" }, "unknown option -x" },
	{ { "--nonsense" }, "unknown option --nonsense" },
	{ { "--quiet=yes" }, "--quiet" },
	{ { "-j", "many" }, "--workers: 'many' is no N" },
	{ { "-j", "-1" }, "'-1' is no N" },
	{ { "-j", "4x" }, "'4x' is no N" },
	{ { "-j", "99999999999999999999" }, "is no N" },
	{ { "--stats", "" }, "'' is no SECONDS" },
	{ { "--from", "2026-02-31" }, "'2026-02-31' is no TIME" },
	{ { "--to", "yesterday" }, "'yesterday' is no TIME" },
};

static void check_mistakes(void)
{
	for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
		char text[CATCH_MAX];
		struct options o;
		int ends[2], before = catch_begin(ends);
		bool is_good = parse(&o, mistakes[i].words);

		options_free(&o);
		catch_end(ends, before, text);
		if (is_good || strstr(text, mistakes[i].said) == NULL)
			fprintf(stderr, "%s: %s\n", mistakes[i].said, text);
		CHECK(!is_good && strstr(text, mistakes[i].said) != NULL);
	}
}

static const struct {
	const char *text;
	uint64_t ns; /* 0: none */
} times[] = {
	{ "1970-01-01T00:00:01", 1000000000u },
	{ "2026-11-23", 1795392000000000000u },
	{ "2026-11-23T13:25:08.5Z", 1795440308500000000u },
	{ "2026-11-23 13:25", 1795440300000000000u },
	{ "2026-11-23T13:25:08+0100", 1795436708000000000u },
	{ "2026-11-23T13:25:08-05:30", 1795460108000000000u },
	{ "2026-11-23T13:25:08+01", 1795436708000000000u },
	{ "2024-02-29", 1709164800000000000u },
	{ "2000-02-29", 951782400000000000u },
	{ "1795441679", 1795441679000000000u },
	{ "1795441679.123456789", 1795441679123456789u },
	{ "1795441679.1234567899", 1795441679123456789u },
	{ "2026-02-29", 0 },
	{ "2026-02-31", 0 },
	{ "2100-02-29", 0 },
	{ "2026-04-31", 0 },
	{ "2026-13-01", 0 },
	{ "2026-00-01", 0 },
	{ "2026-01-00", 0 },
	{ "2026-1-1", 0 },
	{ "1969-12-31", 0 },
	{ "1970-01-01T00:00:00+0100", 0 },
	{ "2500-01-01", 0 },
	{ "2026-11-23T", 0 },
	{ "2026-11-23T24:00", 0 },
	{ "2026-11-23T13:60", 0 },
	{ "2026-11-23T13:25:61", 0 },
	{ "2026-11-23T13:25:08.", 0 },
	{ "2026-11-23T13:25:08+", 0 },
	{ "2026-11-23T13:25:08+24", 0 },
	{ "2026-11-23T13:25:08+0160", 0 },
	{ "2026-11-23T13:25:08Zulu", 0 },
	{ "12345678901", 0 },
	{ "-5", 0 },
	{ "1e9", 0 },
	{ "1795441679.", 0 },
	{ "", 0 },
};

static void check_times(void)
{
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		uint64_t ns = 0;
		bool is_time = options_time(times[i].text, &ns);

		if (is_time != (times[i].ns != 0) || (is_time && ns != times[i].ns))
			fprintf(stderr, "%s: %llu\n", times[i].text, (unsigned long long)ns);
		CHECK(is_time == (times[i].ns != 0));
		CHECK(!is_time || ns == times[i].ns);
	}
}

static void check_help(void)
{
	char text[16384] = { 0 };
	FILE *out = fmemopen(text, sizeof text, "w");

	CHECK(out != NULL);
	options_help(out);
	fclose(out);
	CHECK(strstr(text, "-r, --read FILE") != NULL && strstr(text, "--keep-duplicates") != NULL);
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		CHECK(strcspn(line, "\n") <= 110);
}

int main(void)
{
	check_all_rows();
	check_mistakes();
	check_times();
	check_help();
	return 0;
}

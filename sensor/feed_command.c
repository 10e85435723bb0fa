/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sensor/feed_command.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "feeds/feed.h"
#include "sensor/event/wire_text.h"
#include "sensor/feed_convert.h"
#include "sensor/feed_source.h"
#include "sensor/ledger/ledger_flows.h"
#include "sensor/options.h"
#include "sensor/retro/retro_command.h"
#include "sensor/rights/enclose.h"

#define FILES_MAX 64
#define DONE      0
#define FAILED    1
#define USAGE     2

/* What the words behind `feed check` and its sisters ask for. */
struct request {
	struct feed_options options; /* of FILE arguments, and of each --feed */
	const char *feeds[FILES_MAX];
	bool is_allow[FILES_MAX];
	int feed_count;
	const char *target;
	bool is_alias, is_bare, is_list;
	int argc; /* what is left: files or names */
	char **argv;
};

enum command { CHECK, LOOKUP, CONVERT, COMPARE, RETRO, COMMANDS };

#define IN(command) (1u << (command))
#define IN_ALL      (IN(COMMANDS) - 1)

static const struct {
	const char *name;
	int value;
	int has_argument;
	unsigned commands;
	const char *help;
} options[] = {
	{ "format", 'F', required_argument, IN_ALL,
	  "--format NAME       read files in that format, whatever they look like" },
	{ "exact", 'e', no_argument, IN_ALL,
	  "--exact             a plain list's line is that one name, not those below" },
	{ "feed", 'f', required_argument, IN(LOOKUP) | IN(COMPARE) | IN(RETRO),
	  "--feed FILE         this feed as well; repeatable" },
	{ "allow", 'a', required_argument, IN(LOOKUP) | IN(COMPARE) | IN(RETRO),
	  "--allow FILE        names in this feed are nobody's; repeatable" },
	{ "no-builtin-feed", 'b', no_argument, IN(LOOKUP) | IN(COMPARE),
	  "--no-builtin-feed   without ByteDance's own feed" },
	{ "at", 'T', required_argument, IN_ALL,
	  "--at TIME           what is valid at that time (STIX says from when until when);\n"
	  "                      default: now" },
	{ "alias", 'A', no_argument, IN(LOOKUP),
	  "--alias             answer as for the aliases in DNS answers" },
	{ "list", 'l', no_argument, IN(COMPARE),
	  "--list              the names on which the two differ" },
	{ "to", 't', required_argument, IN(CONVERT), "--to FORMAT         what to write" },
	{ "help", 'h', no_argument, IN_ALL, "--help              this" },
};

#define OPTIONS (sizeof options / sizeof *options)

static int run_check(const struct request *);
static int run_lookup(const struct request *);
static int run_convert(const struct request *);
static int run_compare(const struct request *);
static int run_retro(const struct request *);

static const struct {
	const char *name;
	int (*run)(const struct request *);
	int least, most; /* arguments */
	const char *usage, *purpose;
} commands[COMMANDS] = {
	[CHECK] = { "check", run_check, 1, 1 << 20, "FILE...",
	            "Says what a feed holds, and what of it is not taken and why." },
	[LOOKUP] = { "lookup", run_lookup, 1, 1 << 20, "[options] NAME|ADDRESS...|-",
	             "Prints name, rule, category, product and feed, between tabs; `-` for the "
	             "rest "
	             "where\nnothing matches. `-` as the only name reads names from standard "
	             "input." },
	[CONVERT] = { "convert", run_convert, 1, 1, "--to FORMAT FILE|builtin",
	              "Writes a feed in another format." },
	[COMPARE] = { "compare", run_compare, 1, 1, "[options] FILE",
	              "Says what share of a feed's names we match, and what we have that it has "
	              "not." },
	[RETRO] = { "retro", run_retro, 1, 1 << 20, "--feed FILE|builtin LEDGER|EVENTS...|-",
	            "Says what the feed would have reported of what was seen: a ledger that was "
	            "kept "
	            "with -a,\nor events of this program, as written with -a, also compressed. "
	            "Prints "
	            "a contact or lookup\nfor each flow and name, without policy and site, and a "
	            "sum "
	            "on standard error." },
};

static void print_report(void *context, const char *place, const char *reason)
{
	(void)context;
	fprintf(stderr, "dancecard: %s: %s\n", place, reason);
}

static void print_help(enum command command)
{
	printf("Usage: dancecard feed %s %s\n\n%s\n\n", commands[command].name,
	       commands[command].usage, commands[command].purpose);
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].commands & IN(command))
			printf("  %s\n", options[i].help);
	if (command == CONVERT) {
		printf("\nFormats to write:");
		for (size_t i = 0; feed_target_name(i) != NULL; i++)
			printf(" %s", feed_target_name(i));
		printf("\n");
	}
	printf("\nFormats that are read:");
	for (size_t i = 0; feed_format_name(i) != NULL; i++)
		printf(" %s", feed_format_name(i));
	printf("\n");
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: dancecard feed COMMAND ...\n\n");
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].usage);
	fprintf(out, "\n`dancecard feed COMMAND --help` says more.\n");
	return out == stdout ? DONE : USAGE;
}

static bool add_feed(struct request *request, const char *path, bool is_allow)
{
	if (request->feed_count == FILES_MAX) {
		fprintf(stderr, "dancecard: feed: at most %d files\n", FILES_MAX);
		return false;
	}
	request->feeds[request->feed_count] = path;
	request->is_allow[request->feed_count++] = is_allow;
	return true;
}

static bool take_time(struct request *request, const char *text)
{
	uint64_t ns;

	if (options_time(text, &ns)) {
		request->options.time = (int64_t)(ns / 1000000000U);
		return true;
	}
	fprintf(stderr, "dancecard: feed: --at %s: not a time\n", text);
	return false;
}

static bool take_option(struct request *request, int option)
{
	switch (option) {
	case 'F':
		request->options.format = optarg;
		return true;
	case 'e':
		request->options.plain_is_exact = true;
		return true;
	case 'f':
	case 'a':
		return add_feed(request, optarg, option == 'a');
	case 'b':
		request->is_bare = true;
		return true;
	case 'A':
		request->is_alias = true;
		return true;
	case 'l':
		request->is_list = true;
		return true;
	case 't':
		request->target = optarg;
		return true;
	case 'T':
		return take_time(request, optarg);
	default:
		return false;
	}
}

/* The options that this command has, as getopt_long wants them. */
static void list_options(enum command command, struct option out[OPTIONS + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].commands & IN(command))
			out[count++] = (struct option){ options[i].name, options[i].has_argument,
				                        NULL, options[i].value };
	out[count] = (struct option){ 0 };
}

/* False with the exit status in `status` where there is nothing left to do. */
static bool parse(enum command command, int argc, char **argv, struct request *request, int *status)
{
	struct option list[OPTIONS + 1];
	int option;

	list_options(command, list);
	*status = USAGE;
	optind = 0; /* GNU: begin anew */
	while ((option = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (option == 'h') {
			print_help(command);
			*status = DONE;
			return false;
		}
		if (option == '?' || option == ':') {
			fprintf(stderr, "dancecard: feed %s: %s %s\n", commands[command].name,
			        option == '?' ? "unknown option" : "no value for",
			        argv[optind - 1]);
			return false;
		}
		if (!take_option(request, option))
			return false;
	}
	request->argc = argc - optind;
	request->argv = argv + optind;
	if (request->argc < commands[command].least || request->argc > commands[command].most) {
		fprintf(stderr, "Usage: dancecard feed %s %s\n", commands[command].name,
		        commands[command].usage);
		return false;
	}
	return true;
}

/* Whoever closed the pipe has had enough, and needs no word. */
static int finish_output(int status)
{
	struct stat out;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (fstat(STDOUT_FILENO, &out) != 0 || !S_ISFIFO(out.st_mode))
		fprintf(stderr, "dancecard: feed: standard output cannot be written\n");
	clearerr(stdout);
	return status == DONE ? FAILED : status;
}

/* Its arguments name all that it reads; but those of `lookup` are names. */
static bool confine_to_files(enum command command, const struct request *request)
{
	struct enclosure files = { 0 };

	struct feed_source source;

	for (int i = 0; i < request->feed_count; i++)
		if (feed_source_path(request->feeds[i], &source))
			enclosure_reads(&files, source.path);
	for (int i = 0; command != LOOKUP && i < request->argc; i++)
		if (command == RETRO && ledger_is_at(request->argv[i]))
			enclosure_writes(&files, request->argv[i]); /* SQLite's files beside it */
		else
			enclosure_reads(&files, request->argv[i]);
	return enclose(&files);
}

int feed_command(int argc, char **argv)
{
	struct request request = { .options = { .report = print_report, .time = time(NULL) } };
	int status;

	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout);
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			if (!parse((enum command)i, argc - 1, argv + 1, &request, &status))
				return status;
			if (!confine_to_files((enum command)i, &request))
				return FAILED;
			return finish_output(commands[i].run(&request));
		}
	fprintf(stderr, "dancecard: feed: no command %s\n", argv[1]);
	return usage(stderr);
}

static int out_of_memory(void)
{
	fprintf(stderr, "dancecard: feed: memory is out\n");
	return FAILED;
}

/* One file alone as a set, or NULL, which has been said. */
static struct feed_set *load_one(const struct request *request, const char *path,
                                 struct feed_counts *counts)
{
	struct feed_builder *builder = feed_builder_new();

	if (builder == NULL || !feed_builder_add_file(builder, path, &request->options, counts)) {
		feed_builder_free(builder);
		return NULL;
	}
	return feed_builder_finish(builder);
}

static void print_counts(const char *path, const struct feed_counts *counts,
                         const struct feed_set *set)
{
	printf("%s: %s, %llu lines, %llu taken (%zu names, %zu networks), %llu refused\n", path,
	       counts->format[0] != '\0' ? counts->format : "unknown",
	       (unsigned long long)counts->lines, (unsigned long long)counts->taken,
	       set != NULL ? feed_set_names(set) : 0, set != NULL ? feed_set_networks(set) : 0,
	       (unsigned long long)counts->refused);
	for (int i = 0; i < FEED_REASONS; i++)
		if (counts->refused_for[i] > 0)
			printf("%10llu  %s\n", (unsigned long long)counts->refused_for[i],
			       feed_reason_text((enum feed_reason)i));
}

static int run_check(const struct request *request)
{
	int status = DONE;

	for (int i = 0; i < request->argc; i++) {
		struct feed_counts counts = { .format = "" };
		struct feed_set *set = load_one(request, request->argv[i], &counts);

		if (set != NULL || counts.lines > 0)
			print_counts(request->argv[i], &counts, set);
		if (set == NULL)
			status = FAILED;
		feed_set_free(set);
	}
	return status;
}

/* Ours and those of --feed and --allow. A file that fails is said, and the rest goes on. */
static struct feed_set *load_all(const struct request *request, int *status)
{
	struct feed_builder *builder = feed_builder_new();

	*status = DONE;
	if (builder != NULL && !request->is_bare && !feed_builder_add_builtin(builder)) {
		feed_builder_free(builder);
		return NULL;
	}
	for (int i = 0; builder != NULL && i < request->feed_count; i++) {
		struct feed_options file = request->options;
		struct feed_counts counts;
		struct feed_source source;
		const char *reason;

		file.is_allow_list = request->is_allow[i];
		if (request->is_bare && strcmp(request->feeds[i], "builtin") == 0) {
			if (!feed_builder_add_builtin(builder))
				*status = FAILED;
		} else if (!feed_source_read(request->feeds[i], &source, &file, &reason)) {
			fprintf(stderr, "dancecard: feed %s: %s\n", request->feeds[i], reason);
			*status = FAILED;
		} else if (!feed_builder_add_file(builder, source.path, &file, &counts)) {
			*status = FAILED;
		}
	}
	return builder != NULL ? feed_builder_finish(builder) : NULL;
}

static bool parse_address(const char *text, uint8_t address[16])
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	return inet_pton(AF_INET, text, address + 12) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

static bool find(const struct feed_set *set, const char *name, enum feed_where where,
                 struct feed_entry *out)
{
	uint8_t address[16];

	if (parse_address(name, address))
		return feed_find_address(set, address, out);
	return feed_find_name(set, name, strlen(name), where, out);
}

static const char *or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

/* Names and feeds are anybody's: a tab would be a column more, an escape the terminal's. */
static void put_field(const char *text, char end)
{
	struct slice s = { (const uint8_t *)text, strlen(text) };

	while (s.len > 0) {
		size_t len = s.ptr[0] < 0x20 || s.ptr[0] == 0x7f ? 0 : utf8_char(s);

		if (len > 0)
			fwrite(s.ptr, 1, len, stdout);
		else
			printf("\\%03u", s.ptr[0]);
		s = slice_skip(s, len > 0 ? len : 1);
	}
	putchar(end);
}

static void look_up(const struct request *request, const struct feed_set *set, const char *name)
{
	struct feed_entry entry = { 0 };
	enum feed_where where = request->is_alias ? FEED_ALIAS : FEED_NAME;
	bool is_found = find(set, name, where, &entry);

	put_field(name, '\t');
	put_field(is_found ? or_dash(entry.rule) : "-", '\t');
	put_field(is_found ? or_dash(entry.category) : "-", '\t');
	put_field(is_found ? or_dash(entry.product) : "-", '\t');
	put_field(is_found ? or_dash(entry.feed) : "-", '\n');
}

/* A name on each line; blank lines are none. */
static void look_up_input(const struct request *request, const struct feed_set *set)
{
	char *line = NULL;
	size_t size = 0;

	while (!ferror(stdout) && getline(&line, &size, stdin) >= 0) {
		char *name = line + strspn(line, " \t");
		size_t len = strcspn(name, "\r\n");

		while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\t'))
			len--;
		name[len] = '\0';
		if (len > 0)
			look_up(request, set, name);
	}
	free(line);
}

static int run_lookup(const struct request *request)
{
	int status;
	struct feed_set *set = load_all(request, &status);

	if (set == NULL)
		return out_of_memory();
	if (request->argc == 1 && strcmp(request->argv[0], "-") == 0)
		look_up_input(request, set);
	else
		for (int i = 0; i < request->argc; i++)
			look_up(request, set, request->argv[i]);
	feed_set_free(set);
	return status;
}

static int run_convert(const struct request *request)
{
	struct request builtin = { 0 };
	struct feed_counts counts;
	uint64_t left_out;
	int status = USAGE;
	bool is_builtin = strcmp(request->argv[0], "builtin") == 0;
	struct feed_set *set = NULL;

	if (request->target == NULL) {
		fprintf(stderr, "dancecard: feed convert: --to says in which format\n");
		return USAGE;
	}
	set = is_builtin ? load_all(&builtin, &status)
	                 : load_one(request, request->argv[0], &counts);
	if (set == NULL)
		return FAILED;
	if (feed_convert(set, request->target, &left_out)) {
		status = DONE;
		if (left_out > 0)
			fprintf(stderr,
			        "dancecard: feed convert: %llu rules left out, which %s has no "
			        "words for\n",
			        (unsigned long long)left_out, request->target);
	} else {
		status = USAGE;
		fprintf(stderr, "dancecard: feed convert: cannot write %s\n", request->target);
	}
	feed_set_free(set);
	return status;
}

/* One side's rules held against the other side's set. */
struct comparison {
	const struct feed_set *other;
	bool is_list;
	char mark; /* '-': theirs that we do not match; '+': ours that they do not */
	uint64_t rules, matched;
};

static bool is_matched(const struct feed_set *set, const struct feed_rule *rule)
{
	struct feed_entry entry;
	char address[64];

	if (rule->match != FEED_PREFIX)
		return find(set, rule->entry.domain, FEED_ALIAS, &entry);
	snprintf(address, sizeof address, "%.*s", (int)strcspn(rule->entry.rule, "/"),
	         rule->entry.rule);
	return find(set, address, FEED_NAME, &entry);
}

static void hold_against(void *context, const struct feed_rule *rule)
{
	struct comparison *comparison = context;

	if (rule->is_exception)
		return;
	comparison->rules++;
	if (is_matched(comparison->other, rule))
		comparison->matched++;
	else if (comparison->is_list)
		printf("%c\t%s\n", comparison->mark, rule->entry.rule);
}

static int run_compare(const struct request *request)
{
	struct feed_counts counts;
	int status;
	struct feed_set *theirs = load_one(request, request->argv[0], &counts);
	struct feed_set *ours = theirs != NULL ? load_all(request, &status) : NULL;
	struct comparison in_theirs = { .other = ours, .is_list = request->is_list, .mark = '-' };
	struct comparison in_ours = { .other = theirs, .is_list = request->is_list, .mark = '+' };

	if (ours == NULL) {
		feed_set_free(theirs);
		return FAILED;
	}
	feed_set_each(theirs, hold_against, &in_theirs);
	feed_set_each(ours, hold_against, &in_ours);
	printf("%s: we match %llu of its %llu rules (%.2f %%); of our %llu it does not match "
	       "%llu\n",
	       request->argv[0], (unsigned long long)in_theirs.matched,
	       (unsigned long long)in_theirs.rules,
	       in_theirs.rules > 0 ? 100.0 * (double)in_theirs.matched / (double)in_theirs.rules
	                           : 0.0,
	       (unsigned long long)in_ours.rules,
	       (unsigned long long)(in_ours.rules - in_ours.matched));
	feed_set_free(ours);
	feed_set_free(theirs);
	return status;
}

static int run_retro(const struct request *request)
{
	struct request only_feeds = *request;
	int loaded;

	if (request->feed_count == 0) {
		fprintf(stderr, "dancecard: feed retro: --feed says which feed\n");
		return USAGE;
	}
	only_feeds.is_bare = true;
	struct feed_set *set = load_all(&only_feeds, &loaded);

	if (set == NULL)
		return out_of_memory();
	/* Half of the feeds would be an answer to another question. */
	int status = loaded == DONE ? retro_command(set, request->argv, request->argc) : loaded;

	feed_set_free(set);
	return status;
}

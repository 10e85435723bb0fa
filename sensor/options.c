/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

enum { LEDGER_RETENTION_DAYS = 400 };

enum kind { FLAG, LIST, TEXT, NUMBER, SIZE, TIME };

#define AT(member) offsetof(struct options, member)

/* Each option once: parsing and --help both come from here. Long only: 256 and up. */
static const struct row {
	int letter;
	const char *name, *argument;
	enum kind kind;
	size_t at;
	const char *help;
} rows[] = {
	{ 'r', "read", "FILE", LIST, AT(reads),
	  "read a capture (pcap, pcapng; .gz .zst .xz); a folder: all in it, in order of\n"
	  "time; -: standard input. May be given again" },
	{ 'i', "interface", "IFACE", LIST, AT(interfaces),
	  "capture live from an interface. May be given again" },
	{ 'D', "list-interfaces", NULL, FLAG, AT(list_interfaces),
	  "list the interfaces that can be captured from" },
	{ 'o', "output", "TARGET", LIST, AT(outputs),
	  "where events go: - for standard output (the default), a file, syslog://,\n"
	  "syslog+tcp://, syslog+tls://, http(s)://HOST?api=NAME, kafka://BROKERS/TOPIC\n"
	  "(sensor/sink/README.md). May be given again" },
	{ 'F', "format", "SHAPE", TEXT, AT(format),
	  "shape of the events: native (the default; Suricata's EVE names), ecs (Elastic\n"
	  "Common Schema 9.4) or ocsf (Open Cybersecurity Schema Framework 1.8)" },
	{ 'f', "feed", "FILE", LIST, AT(feeds),
	  "a feed of names or networks besides the built-in one; its format is found by\n"
	  "its content. FILE?tag=NAME&category=WORD says what events call it, and of what\n"
	  "category entries are that do not say. May be given again" },
	{ 291, "allow", "FILE", LIST, AT(allows),
	  "names in this feed are nobody's, whatever the others say. May be given again" },
	{ 256, "no-builtin-feed", NULL, FLAG, AT(no_builtin_feed),
	  "leave out the built-in feed of ByteDance's names and networks" },
	{ 290, "watch-feeds", NULL, FLAG, AT(watch_feeds),
	  "live: read config and feeds again when a feed's file has changed; without, only\n"
	  "on SIGHUP" },
	{ 'g', "geo", "FILE.mmdb", LIST, AT(geo),
	  "a MaxMind, DB-IP or IPinfo database; without, those in /usr/share/GeoIP and\n"
	  "/var/lib/GeoIP, then the small ones that came with the program" },
	{ 'c', "config", "FILE", TEXT, AT(config),
	  "networks, hosts, policy, inventory, and what is said here, in one YAML file;\n"
	  "what is said here wins (sensor/config/README.md)" },
	{ 263, "check", NULL, FLAG, AT(check),
	  "say what is wrong with the config file, with line and column, and exit" },
	{ 'L', "ledger", "FILE.db", TEXT, AT(ledger),
	  "keep hosts, contacts and sites over runs (SQLite)" },
	{ 'R', "report", "FILE.html", TEXT, AT(report),
	  "write a page for people at the end: one HTML file, which needs nothing but a\nbrowser" },
	{ 281, "retention", "DAYS", NUMBER, AT(retention_days),
	  "how long the ledger keeps contacts, placements and hosts (400); 0: for ever" },
	{ 'a', "all-flows", NULL, FLAG, AT(all_flows),
	  "an event for every flow, with every name seen" },
	{ 'w', "evidence", "FILE.pcapng", TEXT, AT(evidence),
	  "the packets of contacts, unchanged, each with its event's id as a comment;\n"
	  "beside it FILE.pcapng.manifest.json: SHA-256 of inputs, file and config" },
	{ 264, "suppress", "SECONDS", NUMBER, AT(suppress_seconds),
	  "one contact for a local host and tracker name in that time; the next one says\n"
	  "how many there were. Without: 3600 live, none offline; 0: none" },
	{ 265, "pseudonymise", "KEYFILE", TEXT, AT(key_file),
	  "replace our hosts' addresses, MACs and names by pseudonyms under the key in the\n"
	  "file: 32 bytes, or 64 hexadecimal digits. The same key, the same pseudonyms" },
	{ 'j', "workers", "N", NUMBER, AT(workers),
	  "worker threads; without, the processors there are. 1: no threads at all. The\n"
	  "events are the same, to the byte" },
	{ 270, "memory", "SIZE", SIZE, AT(memory_bytes),
	  "memory for flows and what is open about them, such as 512M or 4G, 4M at least;\n"
	  "when it is full the longest idle gives way, and is counted. Without: half of the\n"
	  "machine's, 2G at most" },
	{ 271, "ring", "SIZE", SIZE, AT(ring_bytes),
	  "live: the kernel's ring of each interface (32M)" },
	{ 257, "stats", "SECONDS", NUMBER, AT(stats_seconds),
	  "a stats event every so often (packet time); without, one at the end" },
	{ 258, "from", "TIME", TIME, AT(from_ns),
	  "leave out packets before TIME (2026-11-23, 2026-11-23T13:25:08Z, or seconds\n"
	  "since the epoch)" },
	{ 259, "to", "TIME", TIME, AT(to_ns), "leave out packets at and after TIME" },
	{ 260, "sensor", "NAME", TEXT, AT(sensor), "the name of this sensor, for the events" },
	{ 261, "keep-duplicates", NULL, FLAG, AT(keep_duplicates),
	  "count the copies that a span port makes of a packet as packets" },
	{ 262, "fail-on-contact", NULL, FLAG, AT(fail_on_contact),
	  "exit with 3 when there was a contact" },
	{ 280, "metrics", "ADDR:PORT", TEXT, AT(metrics),
	  "serve numbers for Prometheus at /metrics, and /healthz; a port alone means\n127.0.0.1" },
	{ 272, "self-check", NULL, FLAG, AT(self_check),
	  "say what this port (30 seconds of it) or these captures show: both directions,\n"
	  "DNS, VLANs, whole packets, copies; and what to do. No events; exit 1: it is bad" },
	{ 'Z', "user", "USER", TEXT, AT(user),
	  "who to become when interfaces are open, if started as root. Without: dancecard\n"
	  "live; offline nobody else. root: stay, without root's capabilities" },
	{ 'C', "chroot", "FOLDER", TEXT, AT(chroot),
	  "make this folder the root of all files that are opened from then on: what is\n"
	  "written, captures, and what is read again" },
	{ 'q', "quiet", NULL, FLAG, AT(quiet),
	  "no progress bar and no summary; errors still speak" },
	{ 'v', "verbose", NULL, FLAG, AT(verbose), "say what is read and loaded" },
	{ 'V', "version", NULL, FLAG, AT(show_version),
	  "versions of the program, its libraries, its feed and its databases" },
	{ 'h', "help", NULL, FLAG, AT(show_help), "this text" },
};

enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert(ROWS <= 64, "options.given has a bit for each");

static bool add_item(struct option_list *list, const char *item)
{
	const char **grown = realloc(list->items, (list->count + 1) * sizeof *grown);

	if (grown == NULL)
		return false;
	grown[list->count++] = item;
	list->items = grown;
	return true;
}

static bool read_number(const char *text, uint64_t *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoull(text, &end, 10);
	return *end == '\0' && *out < UINT32_MAX;
}

static bool read_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoull(text, &end, 10);
	const char *unit = *end != '\0' ? strchr(units, *end & ~0x20) : NULL;
	unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;

	if (*end != '\0' && (unit == NULL || end[1] != '\0'))
		return false;
	if (*out == 0 || *out > UINT64_MAX >> (shift + 8))
		return false;
	*out <<= shift;
	return true;
}

static bool take(struct options *o, const struct row *row, const char *value)
{
	void *at = (char *)o + row->at;

	if (row->kind != FLAG && value[0] == '\0')
		return false;
	switch (row->kind) {
	case FLAG:
		*(bool *)at = true;
		return true;
	case LIST:
		return add_item(at, value);
	case TEXT:
		*(const char **)at = value;
		return true;
	case NUMBER:
		return read_number(value, at);
	case SIZE:
		return read_size(value, at);
	default:
		return options_time(value, at);
	}
}

static void fill_tables(struct option *longs, char *shorts)
{
	*shorts++ = '+'; /* the first word that is no option begins the filter */
	*shorts++ = ':';
	for (size_t i = 0; i < ROWS; i++) {
		longs[i] = (struct option){ .name = rows[i].name,
			                    .has_arg = rows[i].argument != NULL,
			                    .val = rows[i].letter };
		if (rows[i].letter >= 256)
			continue;
		*shorts++ = (char)rows[i].letter;
		if (rows[i].argument != NULL)
			*shorts++ = ':';
	}
	*shorts = '\0';
}

static const struct row *row_of(int letter)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

/* libpcap wants the filter in one piece. */
static bool join_filter(struct options *o, int count, char **words)
{
	size_t len = 1;

	for (int i = 0; i < count; i++)
		len += strlen(words[i]) + 1;
	if (count == 0)
		return true;
	o->filter = calloc(1, len);
	if (o->filter == NULL)
		return false;
	char *at = o->filter;

	for (int i = 0; i < count; i++) {
		char *end = stpcpy(at, words[i]);

		*end = i + 1 < count ? ' ' : '\0';
		at = end + 1;
	}
	return true;
}

/* What answers at once or names the file itself has no place in it. */
static bool is_for_file(const struct row *row)
{
	static const size_t own[] = { AT(config),          AT(check),     AT(self_check),
		                      AT(list_interfaces), AT(show_help), AT(show_version) };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (row->at == own[i])
			return false;
	return true;
}

const char *options_name(size_t index)
{
	for (size_t i = 0; i < ROWS; i++)
		if (is_for_file(&rows[i]) && index-- == 0)
			return rows[i].name;
	return index == 0 ? "filter" : NULL;
}

bool options_words(size_t index, struct option_words *out)
{
	if (index >= ROWS)
		return false;
	const struct row *row = &rows[index];

	*out = (struct option_words){ .letter = row->letter < 256 ? row->letter : 0,
		                      .name = row->name,
		                      .argument = row->argument,
		                      .help = row->help,
		                      .is_list = row->kind == LIST,
		                      .is_for_file = is_for_file(row) };
	return true;
}

static const struct row *row_named(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (is_for_file(&rows[i]) && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *options_argument(const char *key)
{
	const struct row *row = row_named(key);

	return row != NULL ? row->argument : NULL;
}

static enum option_answer set_flag(struct options *o, const struct row *row, const char *value)
{
	bool is_true = strcmp(value, "true") == 0;

	if (!is_true && strcmp(value, "false") != 0)
		return OPTION_NO_VALUE;
	*(bool *)((char *)o + row->at) = is_true;
	return OPTION_TAKEN;
}

/* The BPF words have no option's name, but stand in the file under one. */
static enum option_answer set_filter(struct options *o, const char *value)
{
	if (o->filter == NULL)
		o->filter = strdup(value);
	return o->filter != NULL ? OPTION_TAKEN : OPTION_NO_MEMORY;
}

enum option_answer options_set(struct options *o, const char *key, const char *const *values,
                               size_t count)
{
	const struct row *row = row_named(key);

	if (strcmp(key, "filter") == 0)
		return count == 1 ? set_filter(o, values[0]) : OPTION_IS_ONE;
	if (row == NULL)
		return OPTION_UNKNOWN;
	if (count > 1 && row->kind != LIST)
		return OPTION_IS_ONE;
	if ((o->given >> (row - rows) & 1) != 0)
		return OPTION_TAKEN;
	for (size_t i = 0; i < count; i++) {
		char *value = strdup(values[i]);

		if (value == NULL || !add_item(&o->owned, value)) {
			free(value);
			return OPTION_NO_MEMORY;
		}
		if (row->kind == FLAG)
			return set_flag(o, row, value);
		if (!take(o, row, value))
			return OPTION_NO_VALUE;
	}
	return OPTION_TAKEN;
}

static bool complain(int found, char *const *argv)
{
	const struct row *row = row_of(optopt);

	if (found == ':' && row != NULL)
		log_error("option --%s needs %s; --help shows all", row->name, row->argument);
	else if (optopt > 0 && optopt < 256 && row == NULL)
		log_error("unknown option -%c; --help shows all", optopt);
	else
		log_error("unknown option %s; --help shows all", argv[optind - 1]);
	return false;
}

static bool refuse(const struct row *row, const char *value)
{
	static const char *const wanted[] = {
		[FLAG] = "",
		[LIST] = "a name",
		[TEXT] = "a name",
		[NUMBER] = "a number",
		[SIZE] = "a size such as 512M or 4G",
		[TIME] = "a time such as 2026-11-23, 2026-11-23T13:25:08Z or 1795440308",
	};

	if (row->kind == LIST && value[0] != '\0') /* nothing is wrong with the name */
		log_error("option --%s: out of memory", row->name);
	else
		log_error("option --%s wants %s, not '%s'", row->name, wanted[row->kind], value);
	return false;
}

bool options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1] = { 0 };
	char shorts[2 * ROWS + 3];
	int found;

	*o = (struct options){ .format = "native",
		               .suppress_seconds = UINT64_MAX,
		               .retention_days = LEDGER_RETENTION_DAYS };
	fill_tables(longs, shorts);
	opterr = 0;
	optind = 0; /* anew each time: glibc's way to say so */
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct row *row = found == '?' || found == ':' ? NULL : row_of(found);

		if (row == NULL)
			return complain(found, argv);
		if (!take(o, row, optarg))
			return refuse(row, optarg);
		o->given |= UINT64_C(1) << (row - rows);
	}
	return join_filter(o, argc - optind, argv + optind);
}

void options_free(struct options *o)
{
	free(o->reads.items);
	free(o->interfaces.items);
	free(o->outputs.items);
	free(o->feeds.items);
	free(o->allows.items);
	free(o->geo.items);
	free(o->filter);
	for (size_t i = 0; i < o->owned.count; i++)
		free((void *)(uintptr_t)o->owned.items[i]);
	free(o->owned.items);
}

static void help_row(FILE *out, const struct row *row)
{
	char left[64];
	const char *line = row->help;

	if (row->letter < 256)
		snprintf(left, sizeof left, "-%c, --%s %s", row->letter, row->name,
		         row->argument != NULL ? row->argument : "");
	else
		snprintf(left, sizeof left, "    --%s %s", row->name,
		         row->argument != NULL ? row->argument : "");
	fprintf(out, "  %-26s ", left);
	for (const char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
		fprintf(out, "%.*s\n%29s", (int)(end - line), line, "");
		line = end + 1;
	}
	fprintf(out, "%s\n", line);
}

static const struct option_command commands[] = {
	{ "feed check", "FILE..." },
	{ "feed lookup", "NAME|ADDRESS...|-" },
	{ "feed convert", "--to FORMAT FILE|builtin" },
	{ "feed compare", "FILE" },
	{ "feed retro", "--feed FILE|builtin LEDGER|EVENTS...|-" },
	{ "sites", "LEDGER [--csv|--json] [--inventory FILE] [--explain SITE]" },
	{ "ledger forget", "HOST LEDGER" },
	{ "ledger prune", "DAYS LEDGER" },
	{ "report", "LEDGER|EVENTS... -o FILE.html" },
};

bool options_command(size_t index, struct option_command *out)
{
	if (index >= sizeof commands / sizeof *commands)
		return false;
	*out = commands[index];
	return true;
}

void options_help(FILE *out)
{
	fputs("dancecard [-r FILE|DIR|-]... [-i IFACE]... [options] [BPF filter]\n", out);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "dancecard %s %s\n", commands[i].words, commands[i].arguments);
	fputs("\nFinds which hosts of a network are in contact with ByteDance's infrastructure, "
	      "and\n"
	      "writes it as JSON events, one a line, to standard output. `dancecard COMMAND "
	      "--help`\nsays more of the others.\n\n",
	      out);
	for (size_t i = 0; i < ROWS; i++)
		help_row(out, &rows[i]);
	fputs("\nExit status: 0 done; 1 some input or output failed (the rest is complete, and "
	      "the\n"
	      "message says which); 2 usage; 3 with --fail-on-contact, when there was one.\n\n"
	      "  dancecard -r day.pcap.gz -o events.jsonl\n"
	      "  dancecard -r captures/ --from 2026-11-23 host 10.20.0.101\n"
	      "  sudo dancecard -i eth1\n",
	      out);
}

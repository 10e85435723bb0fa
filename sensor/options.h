/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_OPTIONS_H
#define SENSOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* An option that may be given again and again. Points into argv. */
struct option_list {
	const char **items;
	size_t count;
};

/* The command line as it was given. One table (options.c) makes parsing and --help. */
struct options {
	struct option_list reads, interfaces, outputs, feeds, allows, geo;
	const char *format;
	const char *ledger;
	const char *report;
	uint64_t retention_days; /* of the ledger; 0: for ever */
	const char *sensor;
	const char *metrics; /* "ADDR:PORT"; NULL: none */
	char *filter;        /* BPF words, joined; NULL: none */
	uint64_t from_ns, to_ns;
	uint64_t stats_seconds;
	uint64_t suppress_seconds; /* UINT64_MAX: not said */
	uint64_t workers;
	uint64_t memory_bytes; /* 0: not said */
	uint64_t ring_bytes;   /* 0: not said */
	bool all_flows, no_builtin_feed, quiet, verbose, fail_on_contact, keep_duplicates;
	bool self_check, watch_feeds;
	bool list_interfaces, show_help, show_version, check;
	const char *config;
	const char *key_file;
	const char *evidence;
	const char *user, *chroot; /* NULL: not said */
	uint64_t given;            /* a bit for each row of the table that the command line had */
	struct option_list owned;  /* strings of the config file's settings */
};

/* False after saying on standard error what is wrong with which option: usage, exit 2. */
bool options_parse(struct options *, int argc, char **argv);
/*
 * The same from a config file: `key` is a long option's name; of a flag the value is "true" or
 * "false". What the command line has said stands, and is no mistake here.
 */
enum option_answer {
	OPTION_TAKEN,
	OPTION_UNKNOWN,
	OPTION_IS_ONE,
	OPTION_NO_VALUE,
	OPTION_NO_MEMORY
};
enum option_answer options_set(struct options *, const char *key, const char *const *values,
                               size_t count);
/* The options that a config file may set; NULL behind the last. */
const char *options_name(size_t index);
/* What the option wants, for messages: "SECONDS"; NULL: it is a flag. */
const char *options_argument(const char *key);
/* A row of the table, for who writes it for people: the man page, completions. */
struct option_words {
	int letter;                         /* 0: it has none */
	const char *name, *argument, *help; /* argument NULL: it is a flag */
	bool is_list, is_for_file;          /* may be given again; may stand in a config file */
};
bool options_words(size_t index, struct option_words *out); /* false behind the last */
/* The commands for what is no capture; `dancecard WORDS --help` says more. */
struct option_command {
	const char *words, *arguments; /* "feed check", "FILE..." */
};
bool options_command(size_t index, struct option_command *out); /* false behind the last */
void options_free(struct options *);
void options_help(FILE *out);

/*
 * A time as a person writes it: seconds since the epoch (1795441679.25), or a date with or without
 * time, UTC unless it says otherwise (2026-11-23, 2026-11-23T13:25:08.5Z, …+0100). False: it is
 * none.
 */
bool options_time(const char *text, uint64_t *ns);

#endif

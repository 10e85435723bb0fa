/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_TARGET_H
#define SENSOR_SINK_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TARGET_OPTIONS_MAX = 24 };

/*
 * A target of -o in its parts: scheme://HOST[:PORT][/PATH][?key=value[&key=value]...], RFC 3986.
 * Values are percent-decoded. A target with userinfo (user:password@) is refused: command lines
 * are seen by everybody; secrets come from files or the environment.
 */
struct target {
	char *memory;
	const char *host, *port,
	        *path; /* host without [ ]; port and path are "" where there is none */
	bool is_ipv6;
	struct {
		const char *key, *value;
	} options[TARGET_OPTIONS_MAX];
	size_t option_count;
};

/* `address` is what stands behind "://". False with a reason that names no secret. */
bool target_parse(const char *address, struct target *out, const char **reason);
void target_free(struct target *);

/* The value, or `fallback`. */
const char *target_option(const struct target *, const char *key, const char *fallback);
bool target_flag(const struct target *, const char *key); /* 1, yes, true */
/* Bytes with k, M, G (1000s), or seconds with s, m, h, d; false, with a reason: it is no such. */
bool target_size(const struct target *, const char *key, uint64_t *value, const char **reason);
bool target_seconds(const struct target *, const char *key, uint64_t *value, const char **reason);
/* False, said, when there is an option that is in none of the lists (each ends with NULL). */
bool target_knows(const struct target *, const char *const *ours, const char *const *theirs);

/*
 * A secret: the first line of the file that the option names, or else of the environment's
 * variable. NULL without reason: there is none. The caller frees.
 */
char *target_secret(const struct target *, const char *option, const char *variable,
                    const char **reason);

/* "100M" as 100000000; false: it is no size. Also for the file sink. */
bool parse_size(const char *text, uint64_t *value);
bool parse_seconds(const char *text, uint64_t *value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/places.h"

#include "sensor/sink/kind.h"
#include "sensor/sink/target.h"

#include <stdio.h>
#include <string.h>

/* Options of targets that name a file. */
static const char *const file_options[] = { "token_file", "password_file", "ca", "cert", "key" };

static bool find_file(const char *path, struct sink_places *out)
{
	const char *options = rotated_options(path);
	size_t len = options != NULL ? (size_t)(options - 1 - path) : strlen(path);

	return snprintf(out->written, sizeof out->written, "%.*s", (int)len, path) < PATH_MAX;
}

static void find_secrets(const struct target *t, struct sink_places *out)
{
	for (size_t i = 0; i < sizeof file_options / sizeof *file_options; i++) {
		const char *path = target_option(t, file_options[i], NULL);

		if (path != NULL && out->read_count < PLACES_READ_MAX)
			snprintf(out->reads[out->read_count++], PATH_MAX, "%s", path);
	}
}

static bool find_remote(const char *address, struct sink_places *out)
{
	struct target t;
	const char *reason = NULL;

	if (!target_parse(address, &t, &reason))
		return false;
	out->is_remote = true;
	find_secrets(&t, out);
	bool ok = remote_folder(&t, out->written);

	target_free(&t);
	return ok;
}

bool sink_find_places(const char *target, struct sink_places *out)
{
	const char *address;
	const struct sink_kind *kind = sink_kind_of(target, &address);

	*out = (struct sink_places){ 0 };
	if (kind == NULL)
		return false;
	if (kind->courier != NULL)
		return find_remote(address, out);
	return kind == &sink_stdout || find_file(address, out);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the evidence file is made of: so that it can be shown that nothing was changed since. */
#include <stdlib.h>
#include <string.h>

#include "sensor/digest.h"
#include "sensor/event/json.h"
#include "sensor/evidence/parts.h"

enum { CHUNK = 1 << 16 };

static bool hash_file(const char *path, uint8_t out[SHA256_LEN], uint64_t *bytes)
{
	FILE *in = fopen(path, "rb");
	struct digest_stream *digest = in != NULL ? digest_stream_new() : NULL;
	uint8_t *chunk = malloc(CHUNK);
	size_t got;

	*bytes = 0;
	while (digest != NULL && chunk != NULL && (got = fread(chunk, 1, CHUNK, in)) > 0) {
		digest_stream_add(digest, (struct slice){ chunk, got });
		*bytes += got;
	}
	bool is_good =
	        digest != NULL && digest_stream_finish(digest, out) && chunk != NULL && !ferror(in);

	free(chunk);
	if (in != NULL)
		fclose(in);
	return is_good;
}

static void put_hash(struct cJSON *object, const char *key, const uint8_t hash[SHA256_LEN])
{
	json_put_hex(object, key, (struct slice){ hash, SHA256_LEN });
}

/* Standard input and interfaces have no bytes to go back to. */
static struct cJSON *make_input(const char *name, const struct evidence_about *about)
{
	struct cJSON *input = json_object();
	uint8_t hash[SHA256_LEN];
	uint64_t bytes;

	json_put_string(input, about->is_live ? "interface" : "file", name);
	if (!about->is_live && strcmp(name, "-") != 0 && hash_file(name, hash, &bytes)) {
		json_put_count(input, "bytes", bytes);
		put_hash(input, "sha256", hash);
	}
	return input;
}

static struct cJSON *make_inputs(const struct evidence_about *about, const struct pcapng_sum *sum)
{
	struct cJSON *inputs = json_array();

	for (size_t i = 0; i < sum->source_count; i++) {
		const char *name = about->source(about->context, sum->sources[i]);

		if (name != NULL)
			json_put(inputs, NULL, make_input(name, about));
	}
	return inputs;
}

static struct cJSON *make_file(const char *name, const uint8_t *hash)
{
	struct cJSON *file = json_object();

	if (hash == NULL)
		return file;
	json_put_string(file, "file", name);
	put_hash(file, "sha256", hash);
	return file;
}

static struct slice make_line(struct json_line *json, const struct evidence_about *about,
                              const struct pcapng_sum *sum)
{
	const char *slash = strrchr(about->path, '/');
	struct cJSON *line = json_line_begin(json), *file = json_object();

	json_put_string(file, "name", slash != NULL ? slash + 1 : about->path);
	json_put_count(file, "packets", sum->packets);
	put_hash(file, "sha256", sum->sha256);
	json_put(line, "evidence", file);
	json_put_string(line, "program", about->program);
	json_put_string(line, "feed_version", about->feed);
	json_put(line, "config", make_file(about->config, about->config_hash));
	json_put(line, "inventory", make_file(about->inventory, about->inventory_hash));
	json_put(line, "inputs", make_inputs(about, sum));
	return json_line_end(json);
}

bool manifest_write(FILE *out, const struct evidence_about *about, const struct pcapng_sum *sum)
{
	struct json_line *json = json_line_new();

	if (json == NULL)
		return false;
	struct slice line = make_line(json, about, sum);
	bool is_good = line.len > 0 && fwrite(line.ptr, 1, line.len, out) == line.len &&
	               fputc('\n', out) != EOF && fflush(out) == 0;

	json_line_free(json);
	return is_good;
}

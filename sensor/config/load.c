/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sensor/config/schema.h"
#include "sensor/digest.h"

enum { FILE_MAX = 16 << 20 };

bool file_read(struct region *region, const char *path, struct slice *out, const char **why)
{
	FILE *in = fopen(path, "rb");
	struct stat is;
	char *bytes = NULL;

	*why = in == NULL ? strerror(errno) : NULL;
	if (in == NULL)
		return false;
	if (fstat(fileno(in), &is) != 0 || !S_ISREG(is.st_mode))
		*why = "it is no regular file";
	else if (is.st_size > FILE_MAX)
		*why = "it is larger than 16 MiB";
	else if ((bytes = region_take(region, (size_t)is.st_size + 1)) == NULL)
		*why = "out of memory";
	else
		*out = (struct slice){ (const uint8_t *)bytes,
			               fread(bytes, 1, (size_t)is.st_size, in) };
	fclose(in);
	return *why == NULL;
}

void hash_of(struct slice text, uint8_t out[32])
{
	struct digest *d = digest_new();

	if (d != NULL)
		(void)digest_sha256(d, text, out);
	digest_free(d);
}

static struct config *begin(const char *path, struct faults *faults)
{
	struct config *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	*faults = (struct faults){ .region = &c->region };
	faults->file = c->path = region_text(&c->region, path, strlen(path));
	return c;
}

static void read_text_of(struct config *c, struct slice text, const struct config_options *options,
                         struct faults *faults)
{
	struct config_reading r = { .config = c, .faults = faults, .options = options };
	const struct yaml_node *root =
	        yaml_read(&c->region, (const char *)text.ptr, text.len, faults);

	if (root == NULL)
		return;
	hash_of(text, c->hash);
	schema_read(&r, &config_table_root, root, c);
	if (faults->count == 0)
		config_check(&r);
}

static struct config *end(struct config *c, struct faults *faults, fault_tell *tell, void *context)
{
	if (faults->count + faults->lost == 0)
		return c;
	if (tell != NULL)
		faults_tell(faults, tell, context);
	config_free(c);
	return NULL;
}

struct config *config_read(const char *path, struct slice text,
                           const struct config_options *options, fault_tell *tell, void *context)
{
	struct faults faults;
	struct config *c = begin(path, &faults);

	if (c == NULL)
		return NULL;
	read_text_of(c, text, options, &faults);
	return end(c, &faults, tell, context);
}

struct config *config_load(const char *path, const struct config_options *options, fault_tell *tell,
                           void *context)
{
	struct faults faults;
	struct config *c = begin(path, &faults);
	const char *why;
	struct slice text;

	if (c == NULL)
		return NULL;
	if (file_read(&c->region, path, &text, &why))
		read_text_of(c, text, options, &faults);
	else
		fault_add(&faults, (struct config_place){ 0 }, "cannot be read: %s", why);
	return end(c, &faults, tell, context);
}

struct config *config_load_inventory(const char *path, fault_tell *tell, void *context)
{
	struct faults faults;
	struct config *c = begin(path, &faults);
	struct config_reading r = { .config = c, .faults = &faults };
	const char *slash = strrchr(path, '/');

	if (c == NULL)
		return NULL;
	inventory_read(&r, slash != NULL ? slash + 1 : path, (struct config_place){ 0 }, &c->sites);
	if (faults.count == 0)
		config_check_sites(&r);
	return end(c, &faults, tell, context);
}

void config_free(struct config *c)
{
	if (c == NULL)
		return;
	struct region region = c->region;

	free(c);
	region_free(&region);
}

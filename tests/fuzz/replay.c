/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files without libFuzzer, so that every seed and every finding is a test
 * under any compiler: each file whole, and (unless --whole comes first) cut at each length, and
 * with each byte set to others, up to a bound.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/check.h"

enum { CUTS_MAX = 2048, FLIPS_MAX = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	CHECK(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	CHECK(LLVMFuzzerTestOneInput(copy, size) == 0);
	free(copy);
}

/* Each bit, all of them, and none. */
static void flip_bytes(uint8_t *data, size_t size)
{
	static const uint8_t masks[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };

	for (size_t at = 0; at < size && at < FLIPS_MAX; at++) {
		uint8_t old = data[at];

		for (size_t i = 0; i < sizeof masks; i++) {
			data[at] = old ^ masks[i];
			run_copy(data, size);
		}
		data[at] = 0;
		run_copy(data, size);
		data[at] = old;
	}
}

static void replay_file(const char *path, bool is_whole)
{
	static uint8_t data[1 << 20];
	FILE *in = fopen(path, "rb");

	CHECK(in != NULL);
	size_t size = fread(data, 1, sizeof data, in);

	fclose(in);
	run_copy(data, size);
	if (is_whole)
		return;
	for (size_t cut = 0; cut < size && cut < CUTS_MAX; cut++)
		run_copy(data, cut);
	flip_bytes(data, size);
}

static size_t replay_folder(const char *folder, bool is_whole)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	CHECK(dir != NULL);
	for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		replay_file(path, is_whole);
		count++;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	bool is_whole = argc > 1 && strcmp(argv[1], "--whole") == 0;
	size_t count = 0;

	for (int i = 1 + is_whole; i < argc; i++)
		count += replay_folder(argv[i], is_whole);
	printf("%zu files\n", count);
	CHECK(count > 0); /* a replay of nothing proves nothing */
	return 0;
}

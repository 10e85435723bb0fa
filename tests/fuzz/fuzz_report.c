/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an events file, made into a page's data: whatever they say, it is JSON without markup.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

#include "sensor/report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_data(struct report *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL || !report_write_data(r, out) || fclose(out) != 0)
		abort();
	struct json *tree = json_open((struct text){ text, len }, NULL);

	if (tree == NULL || memchr(text, '<', len) != NULL || memchr(text, '\n', len) != NULL)
		abort();
	json_close(tree);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = { (const char *)data, size };
	struct report *r = report_new();

	while (r != NULL && rest.len > 0)
		(void)report_line(r, text_until(&rest, '\n'));
	if (r != NULL)
		check_data(r);
	report_free(r);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A server's answer to _bulk is hostile, too; the same bytes as a line and as a target. */
#include "sensor/sink/bulk_reply.h"
#include "sensor/sink/line.h"
#include "tests/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parcel parcels[3] = { 0 };
	struct delivery d = { .parcels = parcels, .count = 3 };
	const char *reason = NULL, *text = (const char *)data;
	char *address = calloc(1, size + 1);
	struct target t;

	CHECK(address != NULL);
	bulk_reply_read(text, size, &d);
	(void)line_id(text, size);
	(void)line_severity(text, size);
	(void)line_time_us(text, size);
	if (size > 0)
		memcpy(address, data, size);
	if (target_parse(address, &t, &reason))
		target_free(&t);
	free(address);
	return 0;
}

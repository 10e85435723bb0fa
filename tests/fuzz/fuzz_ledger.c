/* SPDX-License-Identifier: Apache-2.0 */
/* A file that says it is a ledger, read for the report: any bytes, and our tables with any rows. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sensor/ledger/ledger_tell.h"
#include "sensor/log.h"
#include "sensor/report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *context, const char *line, size_t len)
{
	(void)report_line(context, (struct text){ line, len });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/fuzz-ledger-XXXXXX";
	int fd = mkstemp(path);
	struct report *r = report_new();

	if (fd < 0 || r == NULL || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	log_quiet(true);
	if (ledger_is_one(path))
		(void)ledger_tell(path, take, r);
	(void)unlink(path);
	report_free(r);
	return 0;
}

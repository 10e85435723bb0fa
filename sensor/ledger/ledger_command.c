/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/ledger/ledger_file.h"
#include "sensor/ledger/sites_command.h"
#include "sensor/log.h"
#include "sensor/rights/enclose.h"

static int usage(FILE *out)
{
	fputs("dancecard ledger forget HOST LEDGER   delete a host, by address, name or MAC\n"
	      "dancecard ledger prune DAYS LEDGER    delete what is older than DAYS\n",
	      out);
	return out == stdout ? 0 : 2;
}

static int forget(const char *host, sqlite3 *db)
{
	int rows;

	if (!ledger_forget(db, host, &rows))
		return 1;
	printf("%s: %d row%s deleted\n", host, rows, rows == 1 ? "" : "s");
	return 0;
}

static int prune(const char *days, sqlite3 *db)
{
	char *end;
	unsigned long long count = strtoull(days, &end, 10);

	if (*end != '\0' || end == days || count == 0 || count > 36500) {
		log_error("'%s' is no number of days", days);
		return 2;
	}
	return ledger_prune(db, count) ? 0 : 1;
}

int ledger_command(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[argc - 1], "--help") == 0)
		return usage(stdout);
	if (argc != 4)
		return usage(stderr);
	bool is_forget = strcmp(argv[1], "forget") == 0;

	if (!is_forget && strcmp(argv[1], "prune") != 0)
		return usage(stderr);
	struct enclosure files = { 0 };

	enclosure_writes(&files, argv[3]);
	sqlite3 *db = enclose(&files) ? ledger_file_open(argv[3], false) : NULL;

	if (db == NULL)
		return 1;
	int status = is_forget ? forget(argv[2], db) : prune(argv[2], db);

	sqlite3_close(db);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A start goes on where the last run ended. */
#include "sensor/ledger/ledger_file.h"

#include <string.h>

#include "sensor/site/site_verdict.h"

static struct slice text_at(sqlite3_stmt *s, int at)
{
	const void *text = sqlite3_column_text(s, at);

	return (struct slice){ text, text != NULL ? (size_t)sqlite3_column_bytes(s, at) : 0 };
}

static uint32_t count_at(sqlite3_stmt *s, int at)
{
	sqlite3_int64 count = sqlite3_column_int64(s, at);

	return count < 0 ? 0 : count < UINT32_MAX / 2 ? (uint32_t)count : UINT32_MAX / 2;
}

static uint64_t time_at(sqlite3_stmt *s, int at)
{
	return (uint64_t)sqlite3_column_int64(s, at);
}

static void restore_name(struct site_book *book, sqlite3_stmt *s)
{
	site_book_restore(book, text_at(s, 0),
	                  &(struct site_learned){ .heads = count_at(s, 1),
	                                          .followed = count_at(s, 2),
	                                          .distinct = count_at(s, 3),
	                                          .begun = count_at(s, 4),
	                                          .embedded = (float)sqlite3_column_double(s, 5) });
}

static void restore_calls(struct site_book *book, sqlite3_stmt *s)
{
	float lags[2 * SITE_LAGS] = { 0 };
	const char *entity = (const char *)sqlite3_column_text(s, 1);

	if (entity == NULL)
		return;
	if (sqlite3_column_bytes(s, 3) == sizeof lags)
		memcpy(lags, sqlite3_column_blob(s, 3), sizeof lags);
	site_book_restore_calls(book, text_at(s, 0), entity, (float)sqlite3_column_double(s, 2),
	                        lags);
}

static uint8_t status_of(struct slice word)
{
	for (int status = SITE_UNKNOWN; status <= SITE_REMOVED; status++)
		if (strlen(site_status_word((enum site_status)status)) == word.len &&
		    memcmp(site_status_word((enum site_status)status), word.ptr, word.len) == 0)
			return (uint8_t)status;
	return SITE_UNKNOWN;
}

static void restore_base(struct site_book *book, sqlite3_stmt *s)
{
	const char *entity = (const char *)sqlite3_column_text(s, 1);

	if (entity == NULL)
		return;
	site_book_restore_base(book, text_at(s, 0), entity,
	                       &(struct site_base){ .status = status_of(text_at(s, 2)),
	                                            .visits = count_at(s, 3),
	                                            .hits = count_at(s, 4),
	                                            .after = count_at(s, 5),
	                                            .doubt = (float)sqlite3_column_double(s, 6),
	                                            .seen_first_ns = time_at(s, 7),
	                                            .seen_last_ns = time_at(s, 8),
	                                            .first_ns = time_at(s, 9),
	                                            .last_ns = time_at(s, 10),
	                                            .gone_ns = time_at(s, 11) });
}

/* The names that were seen last: no more than the book would hold. */
static const struct {
	const char *sql;
	void (*restore)(struct site_book *, sqlite3_stmt *);
} tables[] = {
	{ "SELECT name, heads, followed, distinct_heads, begun, embedded FROM learned"
	  " ORDER BY last_ns DESC LIMIT 30000",
	  restore_name },
	{ "SELECT name, entity, calls, lags FROM learned_calls WHERE calls > 0.05"
	  " ORDER BY last_ns DESC LIMIT 30000",
	  restore_calls },
	{ "SELECT name, entity, status, visits, pixel_visits, after, doubt, first_ns, last_ns,"
	  " since_ns, confirmed_ns, gone_ns FROM sites ORDER BY pixel_visits > 0 DESC, last_ns DESC"
	  " LIMIT 30000",
	  restore_base },
};

bool ledger_file_restore(sqlite3 *db, struct site_book *book)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		sqlite3_stmt *s = ledger_file_prepare(db, tables[i].sql);

		if (s == NULL)
			return false;
		while (sqlite3_step(s) == SQLITE_ROW)
			tables[i].restore(book, s);
		sqlite3_finalize(s);
	}
	sqlite3_stmt *s = ledger_file_prepare(db, "SELECT max(last_ns) FROM runs");

	if (s != NULL && sqlite3_step(s) == SQLITE_ROW)
		site_book_restored(book, time_at(s, 0));
	sqlite3_finalize(s);
	return s != NULL;
}

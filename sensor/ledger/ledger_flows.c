/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/ledger_flows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/ledger/ledger_file.h"
#include "sensor/log.h"

enum { NAME_FRAME = sizeof "{\"kind\":\"\",\"value\":\"\"}," };

static char *put(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

static char *put_value(char *at, struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			*at++ = '\\';
		*at++ = value.ptr[i] >= ' ' && value.ptr[i] < 0x7f ? (char)value.ptr[i] : '?';
	}
	return at;
}

char *ledger_names_text(const struct event *e)
{
	size_t size = sizeof "[]";
	bool has_some = false;

	for (size_t i = 0; i < e->name_count; i++)
		size += NAME_FRAME + strlen(evidence_word(e->names[i].kind)) +
		        2 * e->names[i].value.len;
	char *text = malloc(size), *at = text;

	if (text == NULL)
		return NULL;
	*at++ = '[';
	for (size_t i = 0; i < e->name_count; i++) {
		if (e->names[i].value.len == 0)
			continue;
		at = put(at, has_some ? ",{\"kind\":\"" : "{\"kind\":\"");
		at = put(at, evidence_word(e->names[i].kind));
		at = put(at, "\",\"value\":\"");
		at = put_value(at, e->names[i].value);
		at = put(at, "\"}");
		has_some = true;
	}
	*put(at, "]") = '\0';
	return text;
}

bool ledger_is_at(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof magic];
	FILE *file = fopen(path, "rbe");
	bool is_one = file != NULL && fread(head, sizeof head, 1, file) == 1 &&
	              memcmp(head, magic, sizeof magic) == 0;

	if (file != NULL)
		fclose(file);
	return is_one;
}

/* SQLite's own JSON: one line a row, in the words of sensor/event/README.md. */
#define TIME                                                                                       \
	"strftime('%Y-%m-%dT%H:%M:%S', first_ns / 1000000000, 'unixepoch')"                        \
	" || printf('.%06d+0000', first_ns / 1000 % 1000000)"
static const char all_flows[] =
        "SELECT json_object('timestamp', " TIME ", 'event_type', 'flow', 'flow_id', flow_id,"
        " 'src_ip', src_ip, 'src_port', src_port, 'dest_ip', dest_ip, 'dest_port', dest_port,"
        " 'proto', proto, 'app_proto', app_proto, 'local', json_object('ip', host, 'name', name),"
        " 'flow', json_object('start', " TIME ", 'state', state), 'names', json(names))"
        " FROM flows ORDER BY first_ns, flow_id";

static bool visit_rows(sqlite3 *db, sqlite3_stmt *s, ledger_visit *visit, void *context,
                       uint64_t *rows)
{
	int state;

	while ((state = sqlite3_step(s)) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(s, 0);

		++*rows;
		if (line != NULL)
			visit(context, line, (size_t)sqlite3_column_bytes(s, 0));
	}
	if (state != SQLITE_DONE)
		log_error("ledger: %s", sqlite3_errmsg(db));
	return state == SQLITE_DONE;
}

bool ledger_flows_each(const char *path, ledger_visit *visit, void *context, uint64_t *rows)
{
	sqlite3 *db = ledger_file_open(path, false);
	sqlite3_stmt *s = db != NULL ? ledger_file_prepare(db, all_flows) : NULL;

	*rows = 0;
	bool is_done = s != NULL && visit_rows(db, s, visit, context, rows);

	sqlite3_finalize(s);
	sqlite3_close(db);
	return is_done;
}

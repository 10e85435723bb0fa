/* SPDX-License-Identifier: Apache-2.0 */
/* The web sites that somebody wants reviewed, in a file of their own: CSV with a header, or YAML.
 */
#include <stdio.h>

#include "feeds/csv.h"
#include "sensor/config/schema.h"

enum { PATH_MAX_LEN = 4096 };

/* Beside the config, unless it says where from the root on. */
static const char *path_of(struct config_reading *r, const char *file)
{
	const char *base = r->config->path, *slash = strrchr(base, '/');
	char path[PATH_MAX_LEN];

	if (file[0] == '/' || slash == NULL)
		return region_text(&r->config->region, file, strlen(file));
	int len = snprintf(path, sizeof path, "%.*s%s", (int)(slash - base + 1), base, file);

	return len > 0 && (size_t)len < sizeof path
	               ? region_text(&r->config->region, path, (size_t)len)
	               : NULL;
}

/* Columns by name, in the order of struct config_site; several words for one. */
static const char *const columns[4][4] = {
	{ "site", "name", "domain", "host" },
	{ "organisation", "organization", NULL, NULL },
	{ "jurisdiction", "state", NULL, NULL },
	{ "sector", NULL, NULL, NULL },
};

static size_t find_column(const struct csv_line *header, const char *const words[4])
{
	size_t at = CSV_CELLS;

	for (size_t i = 0; i < 4 && words[i] != NULL && at == CSV_CELLS; i++)
		at = csv_column(header, words[i]);
	return at;
}

static const char *cell_text(struct config_reading *r, const struct csv_line *line, size_t column)
{
	struct text cell = text_trim(csv_cell(line, column));

	return cell.len > 0 ? region_text(&r->config->region, cell.ptr, cell.len) : NULL;
}

static void read_row(struct config_reading *r, const struct csv_line *line, const size_t at[4],
                     struct config_place place, struct config_list *sites)
{
	struct config_site *site = (struct config_site *)sites->items + sites->count;
	const char *name = cell_text(r, line, at[0]);

	if (name == NULL) {
		fault_add(r->faults, place, "the cell with the site's name is empty");
		return;
	}
	*site = (struct config_site){ .place = place,
		                      .name = read_host_name(r, name, place),
		                      .organisation = cell_text(r, line, at[1]),
		                      .jurisdiction = cell_text(r, line, at[2]),
		                      .sector = cell_text(r, line, at[3]) };
	sites->count += site->name != NULL;
}

static struct text next_line(struct text *rest)
{
	struct text line = text_until(rest, '\n');

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static size_t count_lines(struct text text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

static void read_csv(struct config_reading *r, struct text rest, struct config_list *sites)
{
	struct csv_line *line = region_take(&r->config->region, sizeof *line);
	struct text header = next_line(&rest);
	char separator = csv_separator(header);
	size_t at[4];

	if (text_starts(header, "\xef\xbb\xbf")) /* the byte order mark that spreadsheets write */
		header = text_skip(header, 3);
	if (line == NULL || !csv_split(header, separator, line)) {
		fault_add(r->faults, (struct config_place){ 1, 1 },
		          "the header's quotes do not close");
		return;
	}
	for (size_t i = 0; i < 4; i++)
		at[i] = find_column(line, columns[i]);
	if (at[0] == CSV_CELLS) {
		fault_add(r->faults, (struct config_place){ 1, 1 },
		          "the header has no column 'site' (nor 'name', 'domain', 'host')");
		return;
	}
	*sites = (struct config_list){ .items = region_take(&r->config->region,
		                                            count_lines(rest) *
		                                                    sizeof(struct config_site)) };
	for (unsigned number = 2; rest.len > 0 && sites->items != NULL; number++) {
		struct text row = next_line(&rest);

		if (text_trim(row).len == 0 || row.ptr[0] == '#')
			continue;
		if (csv_split(row, separator, line))
			read_row(r, line, at, (struct config_place){ number, 1 }, sites);
		else
			fault_add(r->faults, (struct config_place){ number, 1 },
			          "quotes do not close");
	}
}

static void read_yaml(struct config_reading *r, struct slice text, struct config_list *sites)
{
	static const struct config_key rows = { .name = "inventory",
		                                .kind = CONFIG_RECORDS,
		                                .table = &config_table_site };
	const struct yaml_node *root =
	        yaml_read(&r->config->region, (const char *)text.ptr, text.len, r->faults);

	if (root != NULL)
		read_records(r, &rows, root, sites);
}

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), tail_len = strlen(tail);

	return len >= tail_len && strcmp(text + len - tail_len, tail) == 0;
}

void inventory_read(struct config_reading *r, const char *file, struct config_place place,
                    struct config_list *sites)
{
	const char *path = path_of(r, file), *outer = r->faults->file,
	           *why = "its path is too long";
	struct slice text;

	if (path == NULL || !file_read(&r->config->region, path, &text, &why)) {
		fault_add(r->faults, place, "the inventory '%s' cannot be read: %s", file, why);
		return;
	}
	r->config->inventory_path = path;
	hash_of(text, r->config->inventory_hash);
	r->faults->file = path;
	if (ends_with(path, ".yaml") || ends_with(path, ".yml"))
		read_yaml(r, text, sites);
	else
		read_csv(r, (struct text){ (const char *)text.ptr, text.len }, sites);
	r->faults->file = outer;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/ledger/inventory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/log.h"

enum { COLUMNS = 4, FIELDS_MAX = 64 };

static const char *const column_names[COLUMNS] = { "site", "organisation", "jurisdiction",
	                                           "sector" };

/* One field of RFC 4180, unquoted in place; `*at` goes behind it. */
static char *next_field(char **at)
{
	char *from = *at, *to = from, *start = from;
	bool is_quoted = *from == '"';

	from += is_quoted;
	for (; *from != '\0'; from++) {
		if (is_quoted && from[0] == '"' && from[1] == '"')
			from++;
		else if (is_quoted && *from == '"') {
			is_quoted = false;
			continue;
		} else if (!is_quoted && *from == ',')
			break;
		*to++ = *from;
	}
	*at = *from == ',' ? from + 1 : NULL;
	*to = '\0';
	return start;
}

static size_t split(char *line, char *fields[FIELDS_MAX])
{
	size_t count = 0;

	for (char *at = line; at != NULL && count < FIELDS_MAX;)
		fields[count++] = next_field(&at);
	return count;
}

static const char *bare(const char *site)
{
	return strncmp(site, "www.", 4) == 0 ? site + 4 : site;
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = (char)tolower((unsigned char)*text);
}

static bool add_row(struct inventory *inv, char *const fields[], size_t count,
                    const size_t columns[COLUMNS])
{
	struct inventory_row *rows = realloc(inv->rows, (inv->count + 1) * sizeof *rows);
	char *copies[COLUMNS];

	if (rows == NULL)
		return false;
	inv->rows = rows;
	for (size_t i = 0; i < COLUMNS; i++) {
		copies[i] = strdup(columns[i] < count ? fields[columns[i]] : "");
		if (copies[i] == NULL) {
			while (i-- > 0)
				free(copies[i]);
			return false;
		}
	}
	lower(copies[0]);
	inv->rows[inv->count++] =
	        (struct inventory_row){ copies[0], copies[1], copies[2], copies[3] };
	return true;
}

static bool read_heading(char *line, size_t columns[COLUMNS])
{
	char *fields[FIELDS_MAX];
	size_t count = split(line, fields);

	for (size_t c = 0; c < COLUMNS; c++) {
		columns[c] = FIELDS_MAX;
		for (size_t i = 0; i < count; i++)
			if (strcmp(fields[i], column_names[c]) == 0)
				columns[c] = i;
	}
	return columns[0] < FIELDS_MAX;
}

static int by_site(const void *a, const void *b)
{
	const struct inventory_row *x = a, *y = b;

	return strcmp(bare(x->site), bare(y->site));
}

static bool read_rows(struct inventory *inv, FILE *in, const char *path)
{
	size_t columns[COLUMNS], room = 0, number = 0;
	char *line = NULL, *fields[FIELDS_MAX];
	bool is_fine = true;

	while (is_fine && getline(&line, &room, in) >= 0) {
		char *text = number == 0 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;

		number++;
		text[strcspn(text, "\r\n")] = '\0';
		if (number == 1)
			is_fine = read_heading(text, columns);
		else if (text[0] != '\0' && text[0] != '#')
			is_fine = add_row(inv, fields, split(text, fields), columns);
		if (!is_fine)
			log_error("%s:%zu: %s", path, number,
			          number == 1 ? "the heading has no column 'site'" : "no memory");
	}
	free(line);
	return is_fine;
}

bool census_inventory_read(struct inventory *inv, const char *path)
{
	FILE *in = fopen(path, "r");

	*inv = (struct inventory){ 0 };
	if (in == NULL) {
		log_error("%s: cannot be read", path);
		return false;
	}
	bool is_fine = read_rows(inv, in, path);

	fclose(in);
	if (is_fine && inv->count > 0)
		qsort(inv->rows, inv->count, sizeof *inv->rows, by_site);
	return is_fine;
}

void census_inventory_free(struct inventory *inv)
{
	for (size_t i = 0; i < inv->count; i++) {
		free(inv->rows[i].site);
		free(inv->rows[i].organisation);
		free(inv->rows[i].jurisdiction);
		free(inv->rows[i].sector);
	}
	free(inv->rows);
	*inv = (struct inventory){ 0 };
}

static int by_key(const void *key, const void *row)
{
	return strcmp(bare(key), bare(((const struct inventory_row *)row)->site));
}

const struct inventory_row *census_inventory_find(const struct inventory *inv, const char *site)
{
	return inv->count > 0 ? bsearch(site, inv->rows, inv->count, sizeof *inv->rows, by_key)
	                      : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/csv.h"

/* A quoted cell, with `""` for a quote in it. Leaves the rest of the line in `line`. */
static bool split_quoted(struct text *line, char separator, struct csv_line *out)
{
	struct text *cell = &out->cells[out->count++];
	bool is_closed = false;
	size_t at = 1;

	*cell = (struct text){ out->unquoted + out->used, 0 };
	for (; at < line->len; at++) {
		is_closed = line->ptr[at] == '"' && (++at == line->len || line->ptr[at] != '"');
		if (is_closed)
			break;
		if (out->used == sizeof out->unquoted)
			return false;
		out->unquoted[out->used++] = line->ptr[at];
		cell->len++;
	}
	*line = text_skip(*line, at);
	if (line->len > 0 && line->ptr[0] != separator)
		return false;
	return is_closed;
}

bool csv_split(struct text line, char separator, struct csv_line *out)
{
	out->count = out->used = 0;
	while (out->count < CSV_CELLS) {
		if (line.len > 0 && line.ptr[0] == '"') {
			if (!split_quoted(&line, separator, out))
				return false;
		} else {
			size_t at = text_find(line, separator);

			out->cells[out->count++] = text_trim((struct text){ line.ptr, at });
			line = text_skip(line, at);
		}
		if (line.len == 0)
			return true;
		line = text_skip(line, 1);
	}
	return true;
}

char csv_separator(struct text header)
{
	if (text_find(header, ';') < header.len)
		return ';';
	return text_find(header, '\t') < header.len ? '\t' : ',';
}

size_t csv_column(const struct csv_line *header, const char *name)
{
	for (size_t i = 0; i < header->count; i++)
		if (text_is_nocase(header->cells[i], name))
			return i;
	return CSV_CELLS;
}

struct text csv_cell(const struct csv_line *line, size_t column)
{
	return column < line->count ? line->cells[column] : (struct text){ "", 0 };
}

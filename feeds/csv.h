/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_CSV_H
#define FEEDS_CSV_H

#include "feeds/text.h"

#define CSV_CELLS 32

/* A line taken apart. Cells point into the line, or into `unquoted` where quotes were doubled. */
struct csv_line {
	struct text cells[CSV_CELLS];
	size_t count;
	char unquoted[4096];
	size_t used;
};

/* RFC 4180, section 2, without line breaks in cells. False when quotes do not close. */
bool csv_split(struct text line, char separator, struct csv_line *out);

/* `;`, tab or `,`: whichever the header has. */
char csv_separator(struct text header);

/* Which cell of the header it is, or CSV_CELLS. */
size_t csv_column(const struct csv_line *header, const char *name);

/* That cell of a line; empty when there is none. */
struct text csv_cell(const struct csv_line *line, size_t column);

#endif

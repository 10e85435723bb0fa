/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_INVENTORY_H
#define SENSOR_LEDGER_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

/* The organisations and web sites that somebody wants reviewed. */
struct inventory_row {
	char *site, *organisation, *jurisdiction, *sector; /* never NULL */
};

struct inventory {
	struct inventory_row *rows; /* by site */
	size_t count;
};

/*
 * Reads a CSV file with a heading: the columns site, organisation, jurisdiction, sector in any
 * order, others are left alone. False, after saying in which line: it cannot be used.
 */
bool census_inventory_read(struct inventory *, const char *path);
void census_inventory_free(struct inventory *);
/* The row of a site; its name with and without "www." are the same. NULL: none. */
const struct inventory_row *census_inventory_find(const struct inventory *, const char *site);

#endif

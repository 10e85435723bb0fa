/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_GEO_H
#define SENSOR_VERDICT_GEO_H

#include "sensor/event/event.h"

/* The MaxMind databases in use: MaxMind, DB-IP and IPinfo layouts (City, Country, ASN). */
struct geo;

/*
 * Opens `paths` (-g); with none, those in the usual folders (/usr/share/GeoIP, /var/lib/GeoIP,
 * then what the build made beside the binary or in the data folder). A database that cannot be
 * read is named on standard error with the reason and counted in `*failures`; the others are used.
 * NULL only when memory is out.
 */
struct geo *geo_open(const char *const *paths, size_t count, unsigned *failures);
void geo_free(struct geo *);

/* False: no database knows the address. Several databases fill what the ones before left open. */
bool geo_find(const struct geo *, const uint8_t address[16], struct event_geo *out);

/* "GeoLite2-City 2026-11-20", one for each database. */
size_t geo_source_count(const struct geo *);
const char *const *geo_sources(const struct geo *);

#endif

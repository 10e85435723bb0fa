/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_GEO_H
#define SENSOR_VERDICT_GEO_H

#include "sensor/event/event.h"

/*
 * The MaxMind databases in use: MaxMind, DB-IP and IPinfo layouts (City, Country, ASN, and those
 * that have both), told apart by the shape of the records. Opened once, then only read, by any
 * number of threads.
 */
struct geo;

/*
 * Opens `paths` (-g); with none, those in the usual folders (/usr/share/GeoIP, /var/lib/GeoIP,
 * /usr/local/share/GeoIP) and behind them what the build made (geo/ beside the running program, or
 * else
 * ../share/dancecard/geo). A database that cannot be read is named on standard error with the
 * reason and counted in `*failures` (set, not added to); the others are used. There may be none at
 * all. NULL only when memory is out.
 */
struct geo *geo_open(const char *const *paths, size_t count, unsigned *failures);
void geo_free(struct geo *);

/*
 * False: no database knows the address (`out` is then empty). Otherwise country and city are the
 * word of one database, the number and name of the network that of one, perhaps another; the first
 * that knows is heard. Strings in `out` live as long as `geo`; NULL is a geo without databases.
 */
bool geo_find(const struct geo *, const uint8_t address[16], struct event_geo *out);

/* "GeoLite2-City 2026-11-20", one for each database. */
size_t geo_source_count(const struct geo *);
const char *const *geo_sources(const struct geo *);

/* What a country can mean in this autonomous system; false where nothing special is known. */
bool geo_network_is_anycast(uint32_t asn);
bool geo_network_is_cdn(uint32_t asn);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERDICT_SUMS_H
#define SENSOR_VERDICT_SUMS_H

#include "sensor/event/event.h"

/*
 * What each host did with each product, over a capture or an interval. A host is its MAC where one
 * is known that is its own, so that it stays one through DHCP's and IPv6's changes of address; else
 * what it calls itself to DHCP, else its address. Bounded: what finds no room is counted.
 *
 *   slots ─► rows   (open addressing by host and product)
 */
enum { SUMS_ROWS_MAX = 1 << 16, SUM_CATEGORIES_MAX = 8, SUM_SITES_MAX = 16, SUM_NAME_MAX = 64 };

struct sum_counts {
	uint64_t contacts, lookups, bytes_toserver, bytes_toclient;
	uint64_t established, reset, unanswered; /* of contacts */
	uint64_t blocked;                  /* lookups, and contacts that ended in a sinkhole */
	uint64_t banned, allowed, watched; /* contacts and lookups, by the policy's verdict */
	/* of what is banned: contacts that came through; contacts and lookups that were stopped */
	uint64_t banned_through, banned_stopped;
};

struct sum_row {
	uint8_t host[16]; /* address, or MAC and ten zeros */
	const char *product;
	uint64_t first_ns, last_ns;
	struct sum_counts counts;

	/* the host as it was last seen */
	uint8_t ip[16], mac[6];
	bool has_mac;
	uint8_t vlan_count;
	uint16_t vlan[PACKET_VLANS_MAX];
	char name[SUM_NAME_MAX];
	uint8_t name_len;
	const char *name_source;
	const char *role; /* "resolver" or "proxy", as it was found to be; NULL: neither */

	const char *categories[SUM_CATEGORIES_MAX];
	uint8_t category_count, site_count;
	uint32_t sites[SUM_SITES_MAX]; /* hashes of their names */
};

/* Bytes of a row with its slots. */
enum { SUM_COST = sizeof(struct sum_row) + 2 * sizeof(uint32_t) };

struct sums {
	struct sum_row *rows;
	uint32_t *slots; /* index + 1; 0: free */
	size_t count, slot_count;
	size_t limit;  /* rows; 0: SUMS_ROWS_MAX */
	uint64_t seed; /* so that nobody can choose addresses that collide; changes no sum */
	uint64_t lost;
};

/*
 * Adds a contact, lookup, flow or placement. Words of the event's tracker must live as long as the
 * sums.
 */
void sums_add(struct sums *, const struct event *);
/* By host, then product. Nothing can be added before the next sums_clear(). */
void sums_sort(struct sums *);
/* Empties it, and keeps the memory. */
void sums_clear(struct sums *);
void sums_free(struct sums *);
/* Takes what another one has: the order of such calls makes no difference to the sums. */
void sums_merge(struct sums *into, struct sums *from);

/*
 * Who a host is: its MAC and ten zeros, else its client id (hashed, behind a byte that no host's
 * address begins with), else its address.
 */
void host_key(const struct event_local *, uint8_t key[16]);

void sum_counts_add(struct sum_counts *into, const struct sum_counts *from);
/* "effective", "partial", "none"; NULL: nothing that is banned was tried. */
const char *sum_ban(const struct sum_counts *);

#endif

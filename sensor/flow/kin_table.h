/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_KIN_TABLE_H
#define SENSOR_FLOW_KIN_TABLE_H

#include <stdint.h>

/*
 * Addresses that are one host's: a browser asks DNS over IPv4, opens the page over IPv6 and the
 * tracker over either. What DNS told it, and what it visited, is kept by the address that the host
 * was first met with.
 *
 *   2001:db8:20::65 ─┐
 *   fe80::65 ────────┴─► 10.20.0.101
 *
 * Bounded: of those whose hashes meet the one that was added longest ago gives way. It depends on
 * nothing but what was added, so all workers have the same.
 */
struct kin_table;

struct kin_table *kin_table_new(uint64_t seed); /* NULL: no memory */
void kin_table_free(struct kin_table *);
void kin_table_clear(struct kin_table *);

void kin_table_add(struct kin_table *, const uint8_t address[16], const uint8_t host[16]);
/* The host's address; `address` itself where nothing is known. Lives until the next change. */
const uint8_t *kin_of(const struct kin_table *, const uint8_t *address);

#endif

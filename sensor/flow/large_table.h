/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_LARGE_TABLE_H
#define SENSOR_FLOW_LARGE_TABLE_H

#include <stddef.h>

/*
 * calloc() for a table whose entries are looked up at random: on pages of 2 MB where the system
 * gives some, so that the processor seldom waits for the address of a page besides the entry. What
 * is never touched costs no memory, in steps of such a page. free() takes it back. NULL: no memory.
 */
void *large_table(size_t count, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_RFC3339_H
#define FEEDS_RFC3339_H

#include <stdint.h>

#include "feeds/text.h"

/*
 * Seconds since 1970 of "2026-11-23T13:25:08.5Z" (RFC 3339, section 5.6, in UTC as STIX wants it;
 * the fraction is cut off), or of a date alone. False when it is neither.
 */
bool rfc3339_parse(struct text, int64_t *seconds);

#endif

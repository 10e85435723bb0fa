/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/bulk_reply.h"

#include "sensor/sink/line.h"

#include <stdio.h>
#include <string.h>

enum fate bulk_status_fate(unsigned status)
{
	if (status / 100 == 2 || status == 409)
		return FATE_TAKEN;
	return status == 429 || status / 100 != 4 ? FATE_WAITING : FATE_REFUSED;
}

/* Behind a string that begins at `at` (its quote). */
static size_t skip_string(const char *text, size_t at, size_t len)
{
	for (at++; at < len; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == '"')
			return at + 1;
	}
	return len;
}

/* Behind the object that begins at `at`; `len`: it does not end. */
static size_t skip_object(const char *text, size_t at, size_t len)
{
	size_t depth = 0;

	while (at < len) {
		char c = text[at];

		if (c == '"') {
			at = skip_string(text, at, len);
			continue;
		}
		depth += c == '{' || c == '[';
		if (c == '}' || c == ']') {
			if (depth <= 1)
				return at + 1;
			depth--;
		}
		at++;
	}
	return len;
}

/* The number behind "status": in the item's own object, which is the second level. */
static unsigned status_of(struct text item)
{
	static const char key[] = "\"status\"";
	size_t depth = 0;

	for (size_t at = 0; at < item.len;) {
		char c = item.ptr[at];

		if (c != '"') {
			depth += c == '{' || c == '[';
			depth -= depth > 0 && (c == '}' || c == ']');
			at++;
			continue;
		}
		size_t end = skip_string(item.ptr, at, item.len);
		bool is_key = depth == 2 && end - at == sizeof key - 1 &&
		              memcmp(item.ptr + at, key, sizeof key - 1) == 0;

		at = end;
		while (is_key && at < item.len && (item.ptr[at] == ':' || item.ptr[at] == ' '))
			at++;
		unsigned status = 0;

		for (; is_key && at < item.len && item.ptr[at] >= '0' && item.ptr[at] <= '9' &&
		       status < 1000;
		     at++)
			status = status * 10 + (unsigned)(item.ptr[at] - '0');
		if (status > 0)
			return status;
	}
	return 0;
}

static void set_fate(struct parcel *p, struct text item)
{
	unsigned status = status_of(item);
	struct text reason = find_string(item, "\"reason\":");
	struct text type = find_string(item, "\"type\":");

	p->fate = status > 0 ? bulk_status_fate(status) : FATE_WAITING;
	if (p->fate != FATE_TAKEN)
		snprintf(p->reason, sizeof p->reason, "%u %.*s: %.*s", status,
		         (int)(type.len < 80 ? type.len : 80), type.len > 0 ? type.ptr : "",
		         (int)(reason.len < 300 ? reason.len : 300),
		         reason.len > 0 ? reason.ptr : "");
}

void bulk_reply_read(const char *reply, size_t len, struct delivery *d)
{
	static const char items[] = "\"items\":[";
	const char *found = memmem(reply, len, items, sizeof items - 1);

	if (found == NULL)
		return;
	size_t at = (size_t)(found - reply) + sizeof items - 1;

	for (size_t i = 0; i < d->count; i++) {
		while (at < len && reply[at] != '{' && reply[at] != ']')
			at++;
		if (at >= len || reply[at] == ']')
			return;
		size_t end = skip_object(reply, at, len);

		if (end == len && reply[len - 1] != '}')
			return;
		set_fate(&d->parcels[i], (struct text){ reply + at, end - at });
		if (d->parcels[i].fate == FATE_WAITING)
			snprintf(d->reason, sizeof d->reason, "%.*s", (int)sizeof d->reason - 1,
			         d->parcels[i].reason);
		at = end;
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/owner.h"

#include "sensor/config/config.h"
#include "sensor/flow/address.h"

enum { DNS_PORT = 53 };

uint32_t owner_of_host(const uint8_t address[16])
{
	uint64_t high, low;

	memcpy(&high, address, 8);
	memcpy(&low, address + 8, 8);
	uint64_t h = (high ^ low >> 29 ^ low) * 0x9e3779b97f4a7c15U;

	return (uint32_t)((h ^ h >> 31) >> 16);
}

/* Exactly one of two claims says which side it is. */
static bool decides(bool is_source, bool is_destination)
{
	return is_source != is_destination;
}

static bool is_source_owner(const struct packet *p, struct ends_inside inside)
{
	bool src = p->dst_port == DNS_PORT, dst = p->src_port == DNS_PORT;

	if (decides(src, dst))
		return src;
	src = address_is_group(p->dst);
	dst = address_is_group(p->src);
	if (decides(src, dst))
		return src;
	if (decides(inside.src, inside.dst))
		return inside.src;
	if (p->src_port != p->dst_port)
		return p->src_port > p->dst_port;
	return memcmp(p->src, p->dst, 16) <= 0;
}

struct ends_inside ends_inside(const struct packet *p, const struct config *c)
{
	return (struct ends_inside){ config_is_inside(c, p->src), config_is_inside(c, p->dst) };
}

uint32_t owner_between(const struct packet *p, struct ends_inside inside)
{
	return owner_of_host(is_source_owner(p, inside) ? p->src : p->dst);
}

uint32_t owner_of(const struct packet *p, const struct config *c)
{
	return owner_between(p, ends_inside(p, c));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/event_id.h"

#include <string.h>

/* Bytes for a hash, in an order that is part of what an id means. */
struct hashed {
	uint8_t bytes[1400];
	size_t len;
};

static void hash_bytes(struct hashed *h, const void *bytes, size_t len)
{
	if (len > sizeof h->bytes - h->len)
		len = sizeof h->bytes - h->len;
	if (len > 0)
		memcpy(h->bytes + h->len, bytes, len);
	h->len += len;
}

static void hash_number(struct hashed *h, uint64_t value)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	hash_bytes(h, bytes, sizeof bytes);
}

static void hash_flow(struct hashed *h, const struct event *e, uint64_t first_ns)
{
	hash_bytes(h, e->src, 16);
	hash_bytes(h, e->dst, 16);
	hash_number(h, (uint64_t)e->src_port << 32 | (uint64_t)e->dst_port << 8 | e->protocol);
	hash_number(h, first_ns / 1000); /* microseconds: what every capture format keeps */
}

void event_id_set(struct digest *digest, struct event *e, uint64_t first_ns, struct slice about,
                  uint32_t detail)
{
	struct hashed h = { .len = 0 };
	uint8_t hash[SHA256_LEN];
	const char *type = event_type_word(e->type);

	hash_bytes(&h, type, strlen(type) + 1);
	hash_flow(&h, e, first_ns);
	hash_number(&h, detail);
	hash_bytes(&h, about.ptr, about.len);
	if (digest_sha256(digest, (struct slice){ h.bytes, h.len }, hash))
		memcpy(e->id, hash, sizeof e->id);
}

uint64_t event_flow_id(struct digest *digest, const struct event *e, uint64_t first_ns)
{
	struct hashed h = { .len = 0 };
	uint8_t hash[SHA256_LEN];
	uint64_t id = 0;

	hash_flow(&h, e, first_ns);
	if (!digest_sha256(digest, (struct slice){ h.bytes, h.len }, hash))
		return 0;
	for (size_t i = 0; i < 8; i++)
		id = id << 8 | hash[i];
	return id >> 13;
}

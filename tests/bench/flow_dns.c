/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups: A, AAAA and HTTPS at once, and their answers. */
#include <string.h>

#include "tests/bench/flow.h"

static uint8_t *put_dns_name(uint8_t *at, const char *name)
{
	while (*name != 0) {
		size_t len = strcspn(name, ".");

		*at++ = (uint8_t)len;
		memcpy(at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	*at = 0;
	return at + 1;
}

static uint8_t *put_record(uint8_t *at, uint32_t owner, uint32_t type, const uint8_t *data,
                           size_t len)
{
	put16(at, 0xc000 | owner);
	put32(at + 2, type << 16 | 1);
	put32(at + 6, 60);
	put16(at + 10, (uint32_t)len);
	memcpy(at + 12, data, len);
	return at + 12 + len;
}

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_AAAA = 28, TYPE_HTTPS = 65 };

/* The records of an answer; gives how many, and moves `*at` on. */
static uint32_t put_answers(struct stage *t, const struct flow *f, uint32_t type, uint8_t *message,
                            uint8_t **at)
{
	static const uint8_t https[] = { 0, 1, 0, 0, 1, 0, 6, 2, 'h', '3', 2, 'h', '2' };
	uint8_t data[80], *end;
	uint32_t owner = 12, count = 0;

	if (web_has_alias(t->web, f->name)) {
		char alias[WEB_NAME_MAX];

		snprintf(alias, sizeof alias, "e%u.edge.cdn.example", f->name);
		end = put_dns_name(data, alias);
		owner = (uint32_t)(*at + 12 - message);
		*at = put_record(*at, 12, TYPE_CNAME, data, (size_t)(end - data));
		count++;
	}
	if (type == TYPE_HTTPS) {
		*at = put_record(*at, owner, type, https, sizeof https);
		return count + 1;
	}
	if (type == TYPE_AAAA && !web_has_six(t->web, f->name))
		return count;
	for (uint32_t i = 0, all = 1 + f->name % 3; i < all; i++) {
		web_address(t->web, f->name, type == TYPE_AAAA, data);
		data[type == TYPE_AAAA ? 15 : 3] ^=
		        (uint8_t)i; /* the first is the one that is called */
		*at = put_record(*at, owner, type, data, type == TYPE_AAAA ? 16 : 4);
		count++;
	}
	return count;
}

static void say_dns(struct stage *t, struct flow *f, int side, uint32_t type, uint64_t now)
{
	static const uint8_t edns[] = { 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0 };
	uint8_t *message = frame_payload(&t->out, &f->ends), *at;
	uint32_t answers = 0;

	memset(message, 0, 12);
	put16(message, f->ends.seq[0] + type);
	put16(message + 2, side == 0 ? 0x0100 : 0x8180);
	put16(message + 4, 1);
	put16(message + 10, 1);
	at = put_dns_name(message + 12, web_name(t->web, f->name));
	put32(at, type << 16 | 1);
	at += 4;
	if (side == 1)
		answers = put_answers(t, f, type, message, &at);
	put16(message + 6, answers);
	memcpy(at, edns, sizeof edns);
	say_datagram(t, f, side, now, (size_t)(at + sizeof edns - message));
}

uint64_t step_dns(struct stage *t, struct flow *f, uint64_t now)
{
	say_dns(t, f, (int)f->step, TYPE_A, now);
	say_dns(t, f, (int)f->step, TYPE_AAAA, now);
	if (web_speaks_quic(t->web, f->name))
		say_dns(t, f, (int)f->step, TYPE_HTTPS, now);
	return f->step == 0 ? f->rtt_us : 0;
}

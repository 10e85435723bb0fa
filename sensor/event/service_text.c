/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/event/service_text.h"

#include <stdio.h>

#include "dissect/reader.h"
#include "sensor/event/address_text.h"

struct text {
	char *out;
	size_t len;
	bool is_cut;
};

static void put(struct text *t, const char *bytes, size_t len)
{
	if (t->is_cut || len >= SERVICE_TEXT_MAX - t->len) {
		t->is_cut = true;
		return;
	}
	memcpy(t->out + t->len, bytes, len);
	t->len += len;
}

static void put_string(struct text *t, const char *string)
{
	put(t, string, strlen(string));
}

/* RFC 9460, appendix A: what parts a list, and what is no printable ASCII, is escaped. */
static void put_escaped(struct text *t, struct slice id)
{
	for (size_t i = 0; i < id.len; i++) {
		uint8_t c = id.ptr[i];
		char code[5];
		int len = snprintf(code, sizeof code, "\\%03u", c);

		if (c > ' ' && c < 0x7f && c != ',' && c != '\\' && c != '"')
			put(t, (const char *)&c, 1);
		else
			put(t, code, (size_t)len);
	}
}

static void put_alpn(struct text *t, struct slice alpn)
{
	struct reader r = reader_whole(alpn);

	for (bool is_first = true; reader_more(&r); is_first = false) {
		put_string(t, is_first ? "" : ",");
		put_escaped(t, read_block(&r, 1).rest);
	}
}

static void put_hints(struct text *t, struct slice hints, size_t size)
{
	for (size_t at = 0; at + size <= hints.len; at += size) {
		uint8_t address[16] = { [10] = 0xff, [11] = 0xff };
		char one[ADDRESS_TEXT_MAX];

		memcpy(address + 16 - size, hints.ptr + at, size);
		put_string(t, at == 0 ? "" : ",");
		size_t len = address_text(address, one);

		put(t, one, len);
	}
}

static void put_ipv4(struct text *t, struct slice hints)
{
	put_hints(t, hints, 4);
}

static void put_ipv6(struct text *t, struct slice hints)
{
	put_hints(t, hints, 16);
}

/* RFC 4648, section 4 */
static void put_base64(struct text *t, struct slice bytes)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < bytes.len; at += 3) {
		size_t left = bytes.len - at;
		uint32_t three = (uint32_t)bytes.ptr[at] << 16 |
		                 (left > 1 ? (uint32_t)bytes.ptr[at + 1] << 8 : 0) |
		                 (left > 2 ? bytes.ptr[at + 2] : 0U);
		char four[4] = { digits[three >> 18], digits[three >> 12 & 63],
			         left > 1 ? digits[three >> 6 & 63] : '=',
			         left > 2 ? digits[three & 63] : '=' };

		put(t, four, sizeof four);
	}
}

static void put_parameter(struct text *t, const char *key, struct slice value,
                          void (*write)(struct text *, struct slice))
{
	size_t before = t->len;

	if (value.len == 0)
		return;
	put_string(t, key);
	write(t, value);
	if (t->is_cut) /* others may still fit */
		*t = (struct text){ .out = t->out, .len = before };
}

static void put_port(struct text *t, uint16_t port)
{
	char text[16];
	int len = snprintf(text, sizeof text, " port=%u", port);

	if (port != 0)
		put(t, text, (size_t)len);
}

size_t service_text(const struct event_dns_answer *a, char out[SERVICE_TEXT_MAX])
{
	struct text t = { .out = out };
	char priority[8];

	int len = snprintf(priority, sizeof priority, "%u ", a->priority);

	put(&t, priority, (size_t)len);
	if (a->target.len > 0)
		put(&t, (const char *)a->target.ptr, a->target.len);
	else
		put_string(&t, "."); /* section 2.5: the owner itself */
	put_parameter(&t, " alpn=", a->alpn, put_alpn);
	put_port(&t, a->port);
	put_parameter(&t, " ipv4hint=", a->ipv4_hints, put_ipv4);
	put_parameter(&t, " ech=", a->ech, put_base64);
	put_parameter(&t, " ipv6hint=", a->ipv6_hints, put_ipv6);
	out[t.len] = '\0';
	return t.len;
}

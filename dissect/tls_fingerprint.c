/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls_fingerprint.h"

#include "dissect/reader.h"
#include "dissect/tls_hello_body.h"

enum { SERVER_NAME = 0x0000, POINT_FORMATS = 0x000b, ALPN = 0x0010, COUNT_MAX = 99 };

/* Values of a list without GREASE, in the order of the wire. */
struct values {
	uint16_t value[FINGERPRINT_LIST_MAX];
	size_t count;
	bool is_odd; /* too many, or half a value at the end */
};

static void values_put(struct values *v, uint16_t value)
{
	if (tls_is_grease(value))
		return;
	if (v->count == FINGERPRINT_LIST_MAX)
		v->is_odd = true;
	else
		v->value[v->count++] = value;
}

static void values_read(struct values *v, struct slice list)
{
	struct reader r = reader_whole(list);

	v->count = 0;
	v->is_odd = list.len % 2 != 0;
	while (reader_more(&r) && !v->is_odd)
		values_put(v, read_u16(&r));
}

static void values_read_extensions(struct values *v, struct slice extensions)
{
	struct reader r = reader_whole(extensions);

	v->count = 0;
	v->is_odd = false;
	while (reader_more(&r) && !v->is_odd) {
		uint16_t type = read_u16(&r);

		read_block(&r, 2);
		values_put(v, type);
	}
	v->is_odd |= r.state != PARSE_OK;
}

/* Shell's sort with Ciura's gaps: small, and harmless on lists that a foe has ordered. */
static void values_sort(struct values *v)
{
	static const size_t gaps[] = { 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++) {
		for (size_t i = gaps[g]; i < v->count; i++) {
			uint16_t moved = v->value[i];
			size_t at = i;

			for (; at >= gaps[g] && v->value[at - gaps[g]] > moved; at -= gaps[g])
				v->value[at] = v->value[at - gaps[g]];
			v->value[at] = moved;
		}
	}
}

static void values_remove(struct values *v, uint16_t unwanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->count; i++)
		if (v->value[i] != unwanted)
			v->value[kept++] = v->value[i];
	v->count = kept;
}

static bool values_hold(const struct values *v, uint16_t wanted)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->value[i] == wanted)
			return true;
	return false;
}

/* Text that does not fit marks the scratch as full for all that follows. */
struct text {
	struct scratch *to;
	size_t start;
	bool is_full;
};

static void put(struct text *t, char c)
{
	if (t->to->used == t->to->room)
		t->is_full = true;
	else
		t->to->ptr[t->to->used++] = (uint8_t)c;
}

static void put_hex(struct text *t, uint16_t value)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		put(t, "0123456789abcdef"[value >> shift & 0xf]);
}

static void put_decimal(struct text *t, uint16_t value)
{
	uint16_t unit = 10000;

	while (unit > 1 && value < unit)
		unit /= 10;
	for (; unit > 0; unit /= 10)
		put(t, (char)('0' + value / unit % 10));
}

static void put_list(struct text *t, const struct values *v, char between,
                     void (*put_value)(struct text *, uint16_t))
{
	for (size_t i = 0; i < v->count; i++) {
		if (i > 0)
			put(t, between);
		put_value(t, v->value[i]);
	}
}

static void put_count(struct text *t, size_t count)
{
	size_t capped = count > COUNT_MAX ? COUNT_MAX : count;

	put(t, (char)('0' + capped / 10));
	put(t, (char)('0' + capped % 10));
}

static const struct {
	uint16_t version;
	char name[3];
} version_names[] = {
	{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" }, { 0x0301, "10" }, { 0x0300, "s3" },
	{ 0x0002, "s2" }, { 0xfeff, "d1" }, { 0xfefd, "d2" }, { 0xfefc, "d3" },
};

static void put_version(struct text *t, uint16_t version)
{
	const char *name = "00";

	for (size_t i = 0; i < sizeof version_names / sizeof *version_names; i++)
		if (version_names[i].version == version)
			name = version_names[i].name;
	put(t, name[0]);
	put(t, name[1]);
}

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character, or where one of them is none, first and last hex digit. */
static void put_alpn(struct text *t, const struct tls_hello *hello)
{
	static const char hex[] = "0123456789abcdef";
	struct slice alpn = hello->alpn_count > 0 ? hello->alpn[0] : (struct slice){ 0 };
	uint8_t first = alpn.len > 0 ? alpn.ptr[0] : '0';
	uint8_t last = alpn.len > 0 ? alpn.ptr[alpn.len - 1] : '0';
	bool is_text = is_alphanumeric(first) && is_alphanumeric(last);

	put(t, is_text ? (char)first : hex[first >> 4]);
	put(t, is_text ? (char)last : hex[last & 0xf]);
}

static size_t position(const struct text *t)
{
	return t->to->used;
}

static struct slice text_since(const struct text *t, size_t from)
{
	return (struct slice){ t->to->ptr + from, t->to->used - from };
}

/* All or nothing: text that was cut is taken back. */
static bool text_close(struct text *t, bool is_odd)
{
	if (t->is_full || is_odd)
		t->to->used = t->start;
	return !t->is_full && !is_odd;
}

static struct text text_open(struct scratch *to)
{
	return (struct text){ .to = to, .start = to->used };
}

static void put_head(struct text *t, const struct tls_hello *hello, char transport,
                     const struct values *ciphers, const struct values *extensions)
{
	put(t, transport);
	put_version(t, hello->version);
	put(t, values_hold(extensions, SERVER_NAME) ? 'd' : 'i');
	put_count(t, ciphers->count);
	put_count(t, extensions->count);
	put_alpn(t, hello);
}

static void put_schemes(struct text *t, const struct values *schemes)
{
	if (schemes->count > 0)
		put(t, '_');
	put_list(t, schemes, ',', put_hex);
}

bool dissect_ja4_raw(const struct tls_hello *hello, char transport, struct scratch *to,
                     struct ja4_raw *out)
{
	struct text t = text_open(to);
	struct values ciphers, extensions, schemes;

	values_read(&ciphers, hello->ciphers);
	values_read_extensions(&extensions, hello->extensions);
	values_read(&schemes, hello->signature_schemes);
	put_head(&t, hello, transport, &ciphers, &extensions);
	out->head = text_since(&t, t.start);

	put(&t, '_');
	size_t from = position(&t);

	values_sort(&ciphers);
	put_list(&t, &ciphers, ',', put_hex);
	out->ciphers = text_since(&t, from);

	put(&t, '_');
	from = position(&t);
	values_remove(&extensions, SERVER_NAME);
	values_remove(&extensions, ALPN);
	values_sort(&extensions);
	put_list(&t, &extensions, ',', put_hex);
	put_schemes(&t, &schemes);
	out->extensions = text_since(&t, from);
	out->text = text_since(&t, t.start);
	return text_close(&t, ciphers.is_odd || extensions.is_odd || schemes.is_odd);
}

/* RFC 8422, section 5.1.2; one byte each */
static void values_read_point_formats(struct values *v, struct slice extensions)
{
	struct reader r = reader_whole(extensions);

	v->count = 0;
	v->is_odd = false;
	while (reader_more(&r)) {
		uint16_t type = read_u16(&r);
		struct reader body = read_block(&r, 2);

		if (type != POINT_FORMATS)
			continue;
		for (struct reader list = read_block(&body, 1); reader_more(&list);)
			values_put(v, read_u8(&list));
		return;
	}
}

bool dissect_ja3_raw(const struct tls_hello *hello, struct scratch *to, struct slice *out)
{
	struct text t = text_open(to);
	struct values list;
	bool is_odd = false;

	put_decimal(&t, hello->legacy_version);
	put(&t, ',');
	values_read(&list, hello->ciphers);
	is_odd |= list.is_odd;
	put_list(&t, &list, '-', put_decimal);
	put(&t, ',');
	values_read_extensions(&list, hello->extensions);
	is_odd |= list.is_odd;
	put_list(&t, &list, '-', put_decimal);
	put(&t, ',');
	values_read(&list, hello->groups);
	is_odd |= list.is_odd;
	put_list(&t, &list, '-', put_decimal);
	put(&t, ',');
	values_read_point_formats(&list, hello->extensions);
	put_list(&t, &list, '-', put_decimal);
	*out = text_since(&t, t.start);
	return text_close(&t, is_odd);
}

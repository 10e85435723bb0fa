/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/x509.h"

#include "dissect/reader_cut.h"

/* Tags of X.690, as far as the way to the names goes. */
enum {
	TAG_OID = 0x06,
	TAG_UTF8 = 0x0c,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_PRINTABLE = 0x13,
	TAG_TELETEX = 0x14,
	TAG_IA5 = 0x16,
	TAG_OCTETS = 0x04,
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
	TAG_DNS_NAME = 0x82,
	LENGTH_LONG = 0x80,
	LENGTH_BYTES_MAX = 4,
};

static const uint8_t common_name[] = { 0x55, 0x04, 0x03 };
static const uint8_t subject_alt_name[] = { 0x55, 0x1d, 0x11 };

struct name_list {
	struct slice *names;
	uint8_t room, count;
};

static size_t read_length(struct reader *r)
{
	uint8_t first = read_u8(r);
	size_t width = first & ~LENGTH_LONG & 0xff;

	if (!(first & LENGTH_LONG))
		return first;
	if (width == 0 || width > LENGTH_BYTES_MAX) {
		reader_fail(r, PARSE_BROKEN); /* DER knows no indefinite length */
		return 0;
	}
	return (size_t)read_uint(r, width);
}

static struct reader read_element(struct reader *r, uint8_t *tag)
{
	*tag = read_u8(r);
	return read_cut(r, read_length(r));
}

static struct reader read_expected(struct reader *r, uint8_t expected)
{
	uint8_t tag;
	struct reader element = read_element(r, &tag);

	if (r->state == PARSE_OK && tag != expected)
		reader_fail(r, PARSE_BROKEN);
	if (tag != expected)
		reader_fail(&element, PARSE_BROKEN);
	return element;
}

static void skip_elements(struct reader *r, unsigned count)
{
	uint8_t tag;

	while (count-- > 0)
		read_element(r, &tag);
}

static bool is_next(const struct reader *r, uint8_t tag)
{
	return reader_more(r) && r->rest.ptr[0] == tag;
}

static bool is_oid(struct reader oid, const uint8_t *expected, size_t len)
{
	return oid.state == PARSE_OK && slice_equal(oid.rest, (struct slice){ expected, len });
}

/* RFC 5280, section 4.2.1.6 */
static enum parse parse_general_names(struct reader value, struct name_list *out)
{
	struct reader list = read_expected(&value, TAG_SEQUENCE);

	while (reader_more(&list)) {
		uint8_t tag;
		struct slice name = read_element(&list, &tag).rest;

		if (list.state == PARSE_OK && tag == TAG_DNS_NAME && out->count < out->room)
			out->names[out->count++] = name;
	}
	return list.state != PARSE_OK ? list.state : value.state;
}

/* RFC 5280, section 4.1: an OID, perhaps a BOOLEAN, an OCTET STRING */
static enum parse parse_extension(struct reader extension, struct name_list *out)
{
	struct reader oid = read_expected(&extension, TAG_OID);

	if (!is_oid(oid, subject_alt_name, sizeof subject_alt_name))
		return extension.state;
	if (!is_next(&extension, TAG_OCTETS))
		skip_elements(&extension, 1);

	enum parse parsed = parse_general_names(read_expected(&extension, TAG_OCTETS), out);

	return parsed != PARSE_OK ? parsed : extension.state;
}

static enum parse parse_extensions(struct reader explicit_tag, struct name_list *out)
{
	struct reader list = read_expected(&explicit_tag, TAG_SEQUENCE);
	enum parse fault = PARSE_OK;

	while (reader_more(&list) && fault == PARSE_OK)
		fault = parse_extension(read_expected(&list, TAG_SEQUENCE), out);
	if (fault != PARSE_OK)
		return fault;
	return list.state != PARSE_OK ? list.state : explicit_tag.state;
}

/* The text of an attribute, if it is a common name in one byte a character. */
static struct slice common_name_of(struct reader attribute)
{
	uint8_t tag;
	struct reader oid = read_expected(&attribute, TAG_OID);
	struct slice text = read_element(&attribute, &tag).rest;

	if (attribute.state != PARSE_OK || !is_oid(oid, common_name, sizeof common_name))
		return (struct slice){ 0 };
	switch (tag) {
	case TAG_UTF8:
	case TAG_PRINTABLE:
	case TAG_TELETEX:
	case TAG_IA5:
		return text;
	default:
		return (struct slice){ 0 };
	}
}

/* RFC 5280, section 4.1.2.4; the last common name is the most specific one */
static struct slice parse_subject(struct reader subject)
{
	struct slice found = { 0 };

	while (reader_more(&subject)) {
		struct reader set = read_expected(&subject, TAG_SET);

		while (reader_more(&set)) {
			struct slice name = common_name_of(read_expected(&set, TAG_SEQUENCE));

			if (name.len > 0)
				found = name;
		}
	}
	return found;
}

/* RFC 5280, section 4.1.1.1 */
static enum parse parse_tbs(struct reader tbs, struct name_list *out, struct slice *subject_name)
{
	if (is_next(&tbs, TAG_VERSION))
		skip_elements(&tbs, 1);
	skip_elements(&tbs, 4); /* serial number, algorithm, issuer, validity */
	*subject_name = parse_subject(read_expected(&tbs, TAG_SEQUENCE));
	skip_elements(&tbs, 1); /* public key */
	while (reader_more(&tbs)) {
		uint8_t tag;
		struct reader element = read_element(&tbs, &tag);
		enum parse parsed =
		        tag == TAG_EXTENSIONS ? parse_extensions(element, out) : PARSE_OK;

		if (parsed != PARSE_OK)
			return parsed;
	}
	return tbs.state;
}

enum parse dissect_x509_names(struct slice certificate, struct slice *names, uint8_t room,
                              uint8_t *count)
{
	struct reader r = reader_stream(certificate);
	struct reader body = read_expected(&r, TAG_SEQUENCE);
	struct name_list list = { .names = names, .room = room };
	struct slice subject_name = { 0 };
	enum parse parsed = parse_tbs(read_expected(&body, TAG_SEQUENCE), &list, &subject_name);

	if (list.count == 0 && room > 0 && subject_name.len > 0)
		list.names[list.count++] = subject_name;
	*count = list.count;
	if (parsed != PARSE_OK)
		return parsed;
	return body.state != PARSE_OK ? body.state : r.state;
}

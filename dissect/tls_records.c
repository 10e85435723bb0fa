/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls_records.h"

#include "dissect/reader.h"

enum {
	CHANGE_CIPHER_SPEC = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	APPLICATION_DATA = 23,
	RECORD_MAX = 16384 + 2048, /* RFC 5246, section 6.2.3: the most that any version allows */
	ALERT_FATAL = 2,
};

struct record {
	uint8_t type;
	uint16_t len;
};

struct tls_records tls_records_open(struct slice stream, struct scratch *join)
{
	join->used = 0;
	return (struct tls_records){ .stream = stream, .join = join };
}

static bool is_plausible_len(uint8_t type, uint16_t len)
{
	switch (type) {
	case CHANGE_CIPHER_SPEC:
		return len == 1;
	case ALERT:
		return len == 2;
	case HANDSHAKE:
		return len > 0 && len <= RECORD_MAX;
	default:
		return len <= RECORD_MAX;
	}
}

/* Says no as early as a byte does, so that a stream of something else is not waited for. */
static bool is_plausible(struct slice header, const struct record *record)
{
	if (record->type < CHANGE_CIPHER_SPEC || record->type > APPLICATION_DATA)
		return false;
	if (header.len > 1 && header.ptr[1] != 3)
		return false;
	if (header.len > 2 && header.ptr[2] > 4)
		return false;
	return header.len < 5 || is_plausible_len(record->type, record->len);
}

/* Copies what fits behind what is in `join`. */
static void join_put(struct tls_records *r, struct slice bytes)
{
	struct scratch *join = r->join;
	struct slice fits = slice_head(bytes, join->room - join->used);

	if (fits.len > 0)
		memcpy(join->ptr + join->used, fits.ptr, fits.len);
	join->used += fits.len;
	r->bytes = (struct slice){ join->ptr, join->used };
	if (fits.len < bytes.len)
		r->state = PARSE_BROKEN;
}

static void take_handshake(struct tls_records *r, struct slice bytes)
{
	if (r->bytes.len == 0) {
		r->bytes = bytes;
		return;
	}
	if (r->join->used == 0)
		join_put(r, r->bytes);
	join_put(r, bytes);
}

static void take_alert(struct tls_records *r, struct slice alert)
{
	if (alert.len < 2)
		return;
	r->has_alert = true;
	r->alert = alert.ptr[1];
	r->has_ended = alert.ptr[0] == ALERT_FATAL;
}

static void take_content(struct tls_records *r, uint8_t type, struct slice content)
{
	switch (type) {
	case HANDSHAKE:
		take_handshake(r, content);
		break;
	case ALERT:
		take_alert(r, content);
		break;
	case CHANGE_CIPHER_SPEC:
		r->has_ended = r->stops_at_cipher_change;
		break;
	default:
		r->has_ended = true;
	}
}

static void take_record(struct tls_records *r)
{
	struct reader header = reader_stream(r->stream);
	struct record record = { .type = read_u8(&header) };

	read_u16(&header); /* version */
	record.len = read_u16(&header);
	if (r->stream.len > 0 && !is_plausible(r->stream, &record)) {
		r->state = r->has_records ? PARSE_BROKEN : PARSE_FOREIGN;
		return;
	}
	r->state = header.state;
	if (r->state != PARSE_OK)
		return;

	struct slice content = slice_head(header.rest, record.len);

	if (content.len < record.len)
		r->state = PARSE_SHORT;
	r->stream = slice_skip(header.rest, content.len);
	r->has_records = true;
	take_content(r, record.type, content);
	if (r->has_ended && r->state == PARSE_OK)
		r->state = PARSE_BROKEN; /* unless the caller can do without more */
}

bool tls_records_gather(struct tls_records *r, size_t need)
{
	while (r->bytes.len < need && r->state == PARSE_OK)
		take_record(r);
	return r->bytes.len >= need;
}

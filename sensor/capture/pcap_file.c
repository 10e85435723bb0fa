/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcap, pcap-savefile(5): a head of 24 bytes, then records.
 *
 *   magic │ major │ minor │ zone │ digits │ snaplen │ link type
 *   seconds │ fraction │ captured │ on the wire │ (8 more, Kuznetzov's) │ bytes
 */
#include "sensor/capture/savefile.h"

enum { FILE_HEAD = 24, RECORD_HEAD = 16, MICROSECOND = 1000, NANOSECOND = 1 };

/* The magic as it reads when the most significant byte comes first. */
static const struct kind {
	uint32_t magic;
	uint16_t fraction_ns;
	uint8_t file_head, record_head;
} kinds[] = {
	{ 0xa1b2c3d4, MICROSECOND, FILE_HEAD, RECORD_HEAD },
	{ 0xa1b23c4d, NANOSECOND, FILE_HEAD, RECORD_HEAD },
	{ 0xa1b2cd34, MICROSECOND, FILE_HEAD, RECORD_HEAD + 8 }, /* Kuznetzov's Linux patches */
	{ 0x1c0001ac, NANOSECOND, FILE_HEAD + 4, RECORD_HEAD },  /* IXIA, hardware's clock */
	{ 0x1c0001ab, MICROSECOND, FILE_HEAD + 4, RECORD_HEAD }, /* IXIA, software's clock */
};

static uint32_t swap(uint32_t x)
{
	return x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
}

static const struct kind *kind_of(uint32_t magic)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].magic == magic)
			return &kinds[i];
	return NULL;
}

static enum parse take_record(struct savefile *f, struct slice *rest, struct frame *out)
{
	const uint8_t *head = rest->ptr;

	if (rest->len < f->record_head)
		return savefile_short(
		        f, f->record_head,
		        (struct savefile_fault){ SAVEFILE_CUT_HEAD, rest->len, f->record_head });
	uint32_t captured = savefile_u32(f, head + 8);
	uint32_t wire = savefile_u32(f, head + 12);

	if (f->has_swapped_lengths || (f->may_have_swapped_lengths && captured > wire)) {
		uint32_t first = captured;

		captured = wire;
		wire = first;
	}
	if (captured > f->limit)
		return savefile_broken(
		        f, true, (struct savefile_fault){ SAVEFILE_TOO_LONG, captured, f->limit });
	size_t left = rest->len - f->record_head;

	if (left < captured)
		return savefile_short(f, f->record_head + captured,
		                      (struct savefile_fault){ SAVEFILE_CUT, left, captured });
	out->bytes = (struct slice){ head + f->record_head, captured };
	out->time_ns = savefile_u32(f, head) * UINT64_C(1000000000) +
	               (uint64_t)savefile_u32(f, head + 4) * f->fraction_ns;
	out->number = ++f->packets;
	out->wire_len = wire > captured ? wire : captured;
	out->link = f->link;
	f->time_ns = out->time_ns;
	*rest = slice_skip(*rest, f->record_head + captured);
	return PARSE_OK;
}

/* The usual: this machine's byte order, the whole record there. All else is left to take_record().
 */
static size_t take_run(struct savefile *f, struct slice *rest, struct frame *out, size_t room)
{
	const uint8_t *at = rest->ptr, *end = at + rest->len;
	size_t count = 0;

	while (count < room && (size_t)(end - at) >= RECORD_HEAD) {
		uint32_t head[4]; /* seconds, fraction, captured, on the wire */

		memcpy(head, at, sizeof head);
		uint32_t captured = head[2], wire = head[3];

		if (captured > f->limit || captured > (size_t)(end - at) - RECORD_HEAD)
			break;
		out[count].bytes = (struct slice){ at + RECORD_HEAD, captured };
		out[count].time_ns =
		        head[0] * UINT64_C(1000000000) + (uint64_t)head[1] * f->fraction_ns;
		out[count].number = ++f->packets;
		out[count].wire_len = wire > captured ? wire : captured;
		out[count].link = f->link;
		at += RECORD_HEAD + captured;
		count++;
	}
	if (count > 0)
		f->time_ns = out[count - 1].time_ns;
	*rest = (struct slice){ at, (size_t)(end - at) };
	return count;
}

static bool is_usual(const struct savefile *f)
{
	static const uint8_t sample[4] = { 1, 2, 3, 4 };
	uint32_t native;

	memcpy(&native, sample, sizeof native);
	return savefile_u32(f, sample) == native && f->record_head == RECORD_HEAD &&
	       !f->has_swapped_lengths && !f->may_have_swapped_lengths;
}

/* Versions before 2.3 wrote the two lengths the other way round, 2.3 either way. */
static bool read_version(struct savefile *f, const uint8_t *head)
{
	uint16_t major = savefile_u16(f, head + 4), minor = savefile_u16(f, head + 6);

	f->has_swapped_lengths = (major == 2 && minor < 3) || major == 543;
	f->may_have_swapped_lengths = major == 2 && minor == 3;
	f->fault = (struct savefile_fault){ SAVEFILE_VERSION, major, minor };
	return major == 2 || major == 543;
}

enum parse savefile_begin_pcap(struct savefile *f, struct slice *rest, uint32_t magic)
{
	const struct kind *kind = kind_of(magic);

	f->is_big = kind != NULL;
	if (kind == NULL)
		kind = kind_of(swap(magic));
	if (kind == NULL) {
		f->fault = (struct savefile_fault){ SAVEFILE_UNKNOWN, magic, 0 };
		return PARSE_FOREIGN;
	}
	if (rest->len < kind->file_head)
		return savefile_short(
		        f, kind->file_head,
		        (struct savefile_fault){ SAVEFILE_CUT_HEAD, rest->len, kind->file_head });
	if (!read_version(f, rest->ptr))
		return savefile_broken(f, true, f->fault);
	uint32_t snaplen = savefile_u32(f, rest->ptr + 16);

	f->limit = snaplen < SAVEFILE_SNAPLEN ? SAVEFILE_SNAPLEN : snaplen;
	if (f->limit > SAVEFILE_RECORD_MAX)
		f->limit = SAVEFILE_RECORD_MAX;
	/* Above the link type's 16 bits stands how long the frame checksum is. */
	f->link = savefile_link(savefile_u32(f, rest->ptr + 20) & 0xffff);
	f->record_head = kind->record_head;
	f->fraction_ns = kind->fraction_ns;
	f->take = take_record;
	f->take_run = is_usual(f) ? take_run : NULL;
	*rest = slice_skip(*rest, kind->file_head);
	return PARSE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng, draft-ietf-opsawg-pcapng: blocks that say their length at both ends.
 *
 *   type │ length │ body, padded to 4 bytes │ length
 *
 * A section header sets the byte order and forgets the interfaces of the section before.
 */
#include "sensor/capture/savefile.h"

#include <stdlib.h>

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OBSOLETE = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET_ENHANCED = 6,
	BLOCK_MIN = 12,
	BLOCK_HEAD = 8,
	SECTION_HEAD = 12, /* with the byte-order mark */
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
};
static const uint32_t block_section = 0x0a0d0d0a;
static const uint32_t byte_order_mark = 0x1a2b3c4d;
static const uint64_t second_ns = 1000000000;

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* The year 2262. Behind it a time and how long something waits could be added no more. */
static const uint64_t time_max_ns = INT64_MAX;

/* `ticks` of the clock in nanoseconds; a time past the year 2554 stays there. */
static uint64_t scale(const struct savefile_clock *clock, uint64_t ticks)
{
	unsigned n = clock->exponent;

	if (!clock->is_binary && n <= 9) {
		uint64_t factor = power_of_ten(9 - n);

		return ticks > UINT64_MAX / factor ? UINT64_MAX : ticks * factor;
	}
	if (!clock->is_binary)
		return n - 9 > 19 ? 0 : ticks / power_of_ten(n - 9);
	if (n > 63)
		return 0;
	uint64_t seconds = ticks >> n;
	uint64_t fraction = ticks - (seconds << n);

	if (n > 34) { /* 34 bits of it are finer than a nanosecond, and their product fits */
		fraction >>= n - 34;
		n = 34;
	}
	return seconds >= UINT64_MAX / second_ns - 1
	               ? UINT64_MAX
	               : seconds * second_ns + (fraction * second_ns >> n);
}

static uint64_t time_of(const struct savefile_clock *clock, uint64_t ticks)
{
	uint64_t time = scale(clock, ticks);

	if (clock->offset_s == 0)
		return time;
	uint64_t seconds =
	        clock->offset_s < 0 ? -(uint64_t)clock->offset_s : (uint64_t)clock->offset_s;
	uint64_t offset = seconds > UINT64_MAX / second_ns ? UINT64_MAX : seconds * second_ns;

	if (clock->offset_s < 0)
		return offset > time ? 0 : time - offset;
	return offset > UINT64_MAX - time ? UINT64_MAX : time + offset;
}

static void read_options(const struct savefile *f, struct slice options,
                         struct savefile_clock *clock)
{
	while (options.len >= 4) {
		uint16_t code = savefile_u16(f, options.ptr);
		uint16_t len = savefile_u16(f, options.ptr + 2);
		const uint8_t *value = options.ptr + 4;
		size_t step = 4 + ((size_t)len + 3) / 4 * 4;

		if (code == 0 || step > options.len)
			return;
		if (code == OPTION_TSRESOL && len == 1) {
			clock->is_binary = (value[0] & 0x80) != 0;
			clock->exponent = value[0] & 0x7f;
		}
		if (code == OPTION_TSOFFSET && len == 8) {
			uint64_t high = savefile_u32(f, f->is_big ? value : value + 4);

			clock->offset_s = (int64_t)(high << 32 |
			                            savefile_u32(f, f->is_big ? value + 4 : value));
		}
		options = slice_skip(options, step);
	}
}

static bool grow(struct savefile *f)
{
	size_t room = f->interface_room == 0 ? 4 : f->interface_room * 2;
	struct savefile_interface *more = realloc(f->interfaces, room * sizeof *more);

	if (more == NULL)
		return false;
	f->interfaces = more;
	f->interface_room = room;
	return true;
}

static enum parse take_interface(struct savefile *f, struct slice body, struct frame *out)
{
	(void)out;
	if (body.len < 8)
		return savefile_broken(
		        f, true,
		        (struct savefile_fault){ SAVEFILE_BLOCK_LENGTH, body.len + BLOCK_MIN, 0 });
	if (f->interface_count == SAVEFILE_INTERFACES_MAX)
		return savefile_broken(
		        f, true,
		        (struct savefile_fault){ SAVEFILE_INTERFACES, SAVEFILE_INTERFACES_MAX, 0 });
	if (f->interface_count == f->interface_room && !grow(f))
		return savefile_broken(f, true, (struct savefile_fault){ SAVEFILE_MEMORY, 0, 0 });
	struct savefile_interface *added = &f->interfaces[f->interface_count++];

	added->link = savefile_link(savefile_u16(f, body.ptr));
	added->snaplen = savefile_u32(f, body.ptr + 4);
	added->clock = (struct savefile_clock){ .exponent = 6 };
	read_options(f, slice_skip(body, 8), &added->clock);
	return PARSE_FOREIGN;
}

/* A packet that its own block contradicts is left out and counted; the next block is known. */
static enum parse refuse(struct savefile *f, enum savefile_problem what, uint64_t have,
                         uint64_t want)
{
	f->packets++;
	return savefile_broken(f, false, (struct savefile_fault){ what, have, want });
}

static enum parse take_packet(struct savefile *f, uint32_t interface, struct slice body,
                              struct frame *out)
{
	if (body.len < 20)
		return refuse(f, SAVEFILE_OVERFLOW, 20, body.len);
	uint32_t captured = savefile_u32(f, body.ptr + 12);
	uint32_t wire = savefile_u32(f, body.ptr + 16);

	if (interface >= f->interface_count)
		return refuse(f, SAVEFILE_INTERFACE, interface, f->interface_count);
	if (captured > body.len - 20)
		return refuse(f, SAVEFILE_OVERFLOW, captured, body.len - 20);
	const struct savefile_interface *seen_on = &f->interfaces[interface];
	uint64_t ticks =
	        (uint64_t)savefile_u32(f, body.ptr + 4) << 32 | savefile_u32(f, body.ptr + 8);

	out->bytes = (struct slice){ body.ptr + 20, captured };
	uint64_t time = time_of(&seen_on->clock, ticks);

	out->time_ns = time < time_max_ns ? time : time_max_ns;
	out->number = ++f->packets;
	out->wire_len = wire > captured ? wire : captured;
	out->link = seen_on->link;
	f->time_ns = out->time_ns;
	return PARSE_OK;
}

static enum parse take_enhanced(struct savefile *f, struct slice body, struct frame *out)
{
	return take_packet(f, body.len < 4 ? 0 : savefile_u32(f, body.ptr), body, out);
}

static enum parse take_obsolete(struct savefile *f, struct slice body, struct frame *out)
{
	return take_packet(f, body.len < 4 ? 0 : savefile_u16(f, body.ptr), body, out);
}

/* It has no time of its own: that of the packet before it, which keeps the clock going forward. */
static enum parse take_simple(struct savefile *f, struct slice body, struct frame *out)
{
	if (body.len < 4)
		return refuse(f, SAVEFILE_OVERFLOW, 4, body.len);
	if (f->interface_count == 0)
		return refuse(f, SAVEFILE_INTERFACE, 0, 0);
	uint32_t wire = savefile_u32(f, body.ptr);
	uint32_t snaplen = f->interfaces[0].snaplen;
	size_t captured = snaplen != 0 && wire > snaplen ? snaplen : wire;

	if (captured > body.len - 4)
		return refuse(f, SAVEFILE_OVERFLOW, captured, body.len - 4);
	out->bytes = (struct slice){ body.ptr + 4, captured };
	out->time_ns = f->time_ns;
	out->number = ++f->packets;
	out->wire_len = wire;
	out->link = f->interfaces[0].link;
	return PARSE_OK;
}

static enum parse take_section(struct savefile *f, struct slice body, struct frame *out)
{
	(void)out;
	if (body.len < 16)
		return savefile_broken(
		        f, true,
		        (struct savefile_fault){ SAVEFILE_BLOCK_LENGTH, body.len + BLOCK_MIN, 0 });
	uint16_t major = savefile_u16(f, body.ptr + 4), minor = savefile_u16(f, body.ptr + 6);

	f->interface_count = 0;
	if (major != 1)
		return savefile_broken(f, true,
		                       (struct savefile_fault){ SAVEFILE_VERSION, major, minor });
	return PARSE_FOREIGN;
}

/* What each block does with its body. PARSE_FOREIGN: no packet in it. */
static const struct {
	uint32_t type;
	enum parse (*take)(struct savefile *f, struct slice body, struct frame *out);
} blocks[] = {
	{ BLOCK_PACKET_ENHANCED, take_enhanced },
	{ BLOCK_PACKET_SIMPLE, take_simple },
	{ BLOCK_PACKET_OBSOLETE, take_obsolete },
	{ BLOCK_INTERFACE, take_interface },
	{ 0x0a0d0d0a, take_section },
};

static enum parse take_body(struct savefile *f, uint32_t type, struct slice body, struct frame *out)
{
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (blocks[i].type == type)
			return blocks[i].take(f, body, out);
	return PARSE_FOREIGN;
}

/* A section header's length can only be read once its byte-order mark is. */
static enum parse read_byte_order(struct savefile *f, struct slice rest)
{
	if (rest.len < SECTION_HEAD)
		return savefile_short(
		        f, SECTION_HEAD,
		        (struct savefile_fault){ SAVEFILE_CUT_HEAD, rest.len, SECTION_HEAD });
	for (int is_big = 0; is_big < 2; is_big++) {
		f->is_big = is_big == 1;
		if (savefile_u32(f, rest.ptr + BLOCK_HEAD) == byte_order_mark)
			return PARSE_OK;
	}
	return savefile_broken(f, true,
	                       (struct savefile_fault){ SAVEFILE_BYTE_ORDER,
	                                                savefile_u32(f, rest.ptr + BLOCK_HEAD),
	                                                0 });
}

/* What the user wants to know of a cut packet is how many of its bytes are there. */
static struct savefile_fault cut_block(const struct savefile *f, struct slice rest, uint32_t type,
                                       uint32_t len)
{
	if (type == BLOCK_PACKET_ENHANCED && rest.len >= 28) {
		uint32_t captured = savefile_u32(f, rest.ptr + 20);

		if (rest.len - 28 < captured)
			return (struct savefile_fault){ SAVEFILE_CUT, rest.len - 28, captured };
	}
	return (struct savefile_fault){ SAVEFILE_CUT_BLOCK, rest.len, len };
}

/* Looks at the block that `rest` begins with: its type and its length, checked at both ends. */
static enum parse read_block_head(struct savefile *f, struct slice rest, uint32_t *type,
                                  uint32_t *len)
{
	if (rest.len < BLOCK_HEAD)
		return savefile_short(
		        f, BLOCK_HEAD,
		        (struct savefile_fault){ SAVEFILE_CUT_HEAD, rest.len, BLOCK_HEAD });
	*type = savefile_u32(f, rest.ptr);
	if (*type == block_section) {
		enum parse answer = read_byte_order(f, rest);

		if (answer != PARSE_OK)
			return answer;
	}
	*len = savefile_u32(f, rest.ptr + 4);
	if (*len < BLOCK_MIN || *len > SAVEFILE_RECORD_MAX || *len % 4 != 0)
		return savefile_broken(f, true,
		                       (struct savefile_fault){ SAVEFILE_BLOCK_LENGTH, *len, 0 });
	if (rest.len < *len)
		return savefile_short(f, *len, cut_block(f, rest, *type, *len));
	uint32_t trailer = savefile_u32(f, rest.ptr + *len - 4);

	if (trailer != *len)
		return savefile_broken(
		        f, true, (struct savefile_fault){ SAVEFILE_BLOCK_TRAILER, *len, trailer });
	return PARSE_OK;
}

static enum parse take_block(struct savefile *f, struct slice *rest, struct frame *out)
{
	for (;;) {
		uint32_t type = 0, len = 0;
		enum parse answer = read_block_head(f, *rest, &type, &len);

		if (answer != PARSE_OK)
			return answer;
		struct slice body = { rest->ptr + BLOCK_HEAD, len - BLOCK_MIN };

		*rest = slice_skip(*rest, len);
		answer = take_body(f, type, body, out);
		if (answer != PARSE_FOREIGN)
			return answer;
	}
}

enum parse savefile_begin_pcapng(struct savefile *f, struct slice *rest)
{
	enum parse answer = read_byte_order(f, *rest);

	if (answer == PARSE_BROKEN) { /* four bytes alone are not enough to call it a capture */
		f->fault = (struct savefile_fault){ SAVEFILE_UNKNOWN, block_section, 0 };
		return PARSE_FOREIGN;
	}
	if (answer == PARSE_OK)
		f->take = take_block;
	return answer;
}

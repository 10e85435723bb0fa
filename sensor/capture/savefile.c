/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/savefile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAGIC_LEN = 4 };
static const uint32_t pcapng_magic = 0x0a0d0d0a; /* the same in either byte order */

/* Files of other kinds that people hand to a sensor. */
static const struct {
	uint32_t magic;
	const char *name;
} foreign[] = {
	{ 0x736e6f6f, "snoop" }, /* RFC 1761 */
	{ 0x474d4255, "Network Monitor" },
	{ 0x58435000, "NetXRay" },
	{ 0x5452534e, "Sniffer" },
	{ 0x425a6839, "bzip2" },
	{ 0x04224d18, "LZ4" },
	{ 0x504b0304, "ZIP" },
	{ 0x7f454c46, "ELF" },
};

void savefile_free(struct savefile *f)
{
	free(f->interfaces);
	*f = (struct savefile){ 0 };
}

enum parse savefile_short(struct savefile *f, size_t need, struct savefile_fault fault)
{
	f->need = need;
	f->fault = fault;
	return PARSE_SHORT;
}

enum parse savefile_broken(struct savefile *f, bool is_lost, struct savefile_fault fault)
{
	f->is_lost = is_lost;
	f->fault = fault;
	return PARSE_BROKEN;
}

/* Some writers put the host's DLT_RAW (12, or OpenBSD's 14) where LINKTYPE_RAW belongs. */
enum link_type savefile_link(uint32_t number)
{
	return number == 12 || number == 14 ? LINK_RAW : (enum link_type)number;
}

static enum parse begin(struct savefile *f, struct slice *rest)
{
	if (rest->len < MAGIC_LEN)
		return savefile_short(f, MAGIC_LEN,
		                      (struct savefile_fault){ SAVEFILE_CUT_HEAD, rest->len, 24 });
	uint32_t magic = (uint32_t)rest->ptr[0] << 24 | (uint32_t)rest->ptr[1] << 16 |
	                 (uint32_t)rest->ptr[2] << 8 | rest->ptr[3];

	return magic == pcapng_magic ? savefile_begin_pcapng(f, rest)
	                             : savefile_begin_pcap(f, rest, magic);
}

enum parse savefile_next(struct savefile *f, struct slice *rest, struct frame *out)
{
	if (f->take == NULL) {
		enum parse answer = begin(f, rest);

		if (answer != PARSE_OK)
			return answer;
	}
	return f->take(f, rest, out);
}

static void explain_unknown(uint32_t magic, char *text, size_t room)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		if (foreign[i].magic != magic)
			continue;
		snprintf(text, room,
		         "a %s file, which is not read here (pcap and pcapng are, also "
		         "as .gz, .zst and .xz)",
		         foreign[i].name);
		return;
	}
	snprintf(text, room, "no capture: it begins with %02x %02x %02x %02x", magic >> 24,
	         magic >> 16 & 0xff, magic >> 8 & 0xff, magic & 0xff);
}

/* Each takes `have` and `want`, in this order. */
static const char *const words[] = {
	[SAVEFILE_CUT] = "cut off after %" PRIu64 " of %" PRIu64 " bytes",
	[SAVEFILE_CUT_HEAD] = "cut off after %" PRIu64 " of the %" PRIu64 " bytes of a head",
	[SAVEFILE_CUT_BLOCK] = "cut off after %" PRIu64 " of the %" PRIu64 " bytes of a block",
	[SAVEFILE_VERSION] = "version %" PRIu64 ".%" PRIu64 " of the format is not known",
	[SAVEFILE_TOO_LONG] = "corrupt: says %" PRIu64 " bytes, where %" PRIu64 " are the most",
	[SAVEFILE_BLOCK_LENGTH] = "corrupt: a block cannot have %" PRIu64 " bytes",
	[SAVEFILE_BLOCK_TRAILER] =
	        "corrupt: a block has %" PRIu64 " bytes by its head and %" PRIu64 " by its end",
	[SAVEFILE_BYTE_ORDER] = "corrupt: %08" PRIx64 " is no byte-order mark",
	[SAVEFILE_INTERFACE] = "corrupt: of interface %" PRIu64 ", and %" PRIu64 " are described",
	[SAVEFILE_INTERFACES] = "describes over %" PRIu64 " interfaces",
	[SAVEFILE_OVERFLOW] = "corrupt: says %" PRIu64 " bytes, and its block holds %" PRIu64,
	[SAVEFILE_MEMORY] = "out of memory",
};

void savefile_explain(const struct savefile_fault *fault, char *text, size_t room)
{
	if (fault->what == SAVEFILE_UNKNOWN)
		explain_unknown((uint32_t)fault->have, text, room);
	else
		snprintf(text, room, words[fault->what], fault->have, fault->want);
}

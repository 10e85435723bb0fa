/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_H
#define TESTS_PROPERTY_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/* Bytes that a dissector must read, and what it must say when they are cut short anywhere. */
struct specimen {
	const char *name;
	enum parse (*probe)(struct slice);
	struct slice bytes;
	enum parse when_cut; /* a datagram: PARSE_BROKEN; a stream: PARSE_SHORT */
	size_t cut_from;     /* cuts shorter than this may be answered otherwise (FOREIGN, say) */
	size_t cut_to;       /* and cuts from here on, too; 0: up to the end */
};

/*
 * For the specimen: whole it is PARSE_OK; cut at every length it says `when_cut`; with every byte
 * set to every value it may say anything, but stays within its bytes. Each copy sits in a heap
 * block of just its size, so that ASan sees one byte too far. Exits with the place on a failure.
 */
void property_check(const struct specimen *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_CAPTURE_H
#define SENSOR_CAPTURE_CAPTURE_H

#include "dissect/link.h"
#include "dissect/slice.h"

#include <stdio.h>

enum { FRAME_BATCH_MAX = 256 };

/* One packet as it was captured. */
struct frame {
	struct slice bytes; /* lives as long as the batch it came in */
	uint64_t time_ns;   /* since the epoch */
	uint64_t number;    /* in its own file or interface, from 1; filtered ones count */
	uint32_t wire_len;  /* bytes on the wire, bytes.len or more */
	enum link_type link;
	uint32_t source; /* index for capture_source_name() */
};

/* Set to zero before its first use. */
struct frame_batch {
	struct frame frames[FRAME_BATCH_MAX];
	size_t count;
	void *memory; /* what backs the bytes; capture's own */
};

/* Numbers that only the capturing side knows; live ones are 0 offline. */
struct capture_counters {
	uint64_t packets, bytes; /* handed over in batches; bytes as captured */
	uint64_t kernel_drops, interface_drops;
	uint64_t filtered;     /* did not match the BPF filter */
	uint64_t outside;      /* before `from` or not before `to` */
	uint64_t unknown_link; /* of a link type that nobody here reads; among `packets` */
	uint64_t input_bytes,
	        input_size; /* how far the files are read, for a progress bar; size 0: not known */
};

struct capture_options {
	const char *const *reads; /* files, folders, "-"; in the order given */
	size_t read_count;
	const char *const *interfaces; /* either files or interfaces */
	size_t interface_count;
	const char *filter;      /* BPF words; NULL or "": all */
	uint64_t from_ns, to_ns; /* 0: no bound; [from, to) */
	size_t ring_bytes;       /* live, of each interface; 0: 32 MiB */
	int snaplen;             /* live; 0: 262144, which is every packet whole */
	bool keep_duplicates;    /* for who calls duplicate_seen(): do not */
};

enum capture_state {
	/*
	 * The batch holds 0 or more frames. 0: live, when 100 ms passed without any; offline, when
	 * many packets in a row were left out (filter, from, to).
	 */
	CAPTURE_OK,
	CAPTURE_DONE, /* all inputs are read, or it was stopped */
};

struct capture;

/*
 * Opens what `options` names, which must outlive the capture. What cannot be opened is said on
 * standard error (with the name and the reason) and counted in capture_failures(); the rest goes
 * on. NULL when nothing could be opened or the filter is none (said too).
 *
 * Files are read in order of time: of their first packets, and merged packet by packet where their
 * times overlap; where times are equal the order of the command line counts. The order within a
 * file is never changed. A folder stands for the captures in it and in its folders (16 deep; names
 * that begin with a dot and symbolic links to folders are passed over), told by content; what else
 * lies there is counted in one note. Files are opened when their time comes (so also after
 * privileges are dropped), pipes at once. A file that begins over a minute past `to` is not read.
 * An interface that is down is waited for.
 */
struct capture *capture_open(const struct capture_options *options);
/* Batches that are still in flight stay good, and are released as before. */
void capture_close(struct capture *);

/*
 * Fills `batch` with the next frames. Their bytes live until the same batch is filled again or
 * capture_batch_release() is called on it; several batches may be in flight.
 * A truncated or corrupt file: its whole packets come, the message names file and packet, the
 * failure counts, the next input goes on.
 *
 * One thread calls capture_read(), capture_count() and capture_failures(). Any thread may read
 * and release a batch that it alone has, call capture_source_name() and capture_stop().
 */
enum capture_state capture_read(struct capture *, struct frame_batch *batch);
void capture_batch_release(struct frame_batch *);

/* The file as it was named on the command line (folder/name for a folder's), or the interface. */
const char *capture_source_name(const struct capture *, uint32_t source);
bool capture_is_live(const struct capture *);
/* Reading may wait for others: for packets on a wire, for who fills a pipe. */
bool capture_waits(const struct capture *);
/* Before capture_read() waits for a pipe it calls this. To be set before the first packet. */
void capture_before_wait(struct capture *, void (*tell)(void *context), void *context);
void capture_count(struct capture *, struct capture_counters *out);
/* Inputs that could not be opened, or not be read to their end. */
unsigned capture_failures(const struct capture *);
/*
 * Ends a blocking capture_read(), also from a signal handler. Live, what the rings hold by then
 * still comes.
 */
void capture_stop(struct capture *);
/* Prints the interfaces that could be captured from, a line each (-D). False: none, said why. */
bool capture_list_interfaces(FILE *out);

#endif

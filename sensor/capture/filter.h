/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CAPTURE_FILTER_H
#define SENSOR_CAPTURE_FILTER_H

#include "sensor/capture/capture.h"

/* BPF words (pcap-filter(7)), compiled once for each link type that turns up. */
struct filter;

enum filter_answer {
	FILTER_YES,
	FILTER_NO,
	FILTER_UNFIT, /* the words say nothing about this link type; filter_fault() says why */
};

/*
 * NULL, said why: the words are no filter for any link type, or hold a name that libpcap would
 * look up in the DNS, which a passive sensor does not do.
 */
struct filter *filter_new(const char *words);
/* The same question alone; false: `why` says it. */
bool filter_is_right(const char *words, char *why, size_t room);
void filter_free(struct filter *); /* NULL is nothing */

enum filter_answer filter_ask(struct filter *, const struct frame *);
const char *filter_fault(const struct filter *, enum link_type);

/* libpcap numbers link types as the host does (DLT_), files and we as LINKTYPE_. */
int filter_dlt(enum link_type);
enum link_type filter_link(int dlt);
const char *filter_words(const struct filter *);

#endif

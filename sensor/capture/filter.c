/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/filter.h"

#include "sensor/log.h"

#include <ctype.h>
#include <pcap.h>
#include <stdlib.h>

enum { PROGRAMS_MAX = 32, WORD_MAX = 256, SNAPLEN = 262144 };

struct program {
	enum link_type link;
	bool is_fit;
	struct bpf_program code;
	char fault[PCAP_ERRBUF_SIZE];
};

struct filter {
	const char *words;
	struct program *last; /* most files have one link type */
	size_t count;
	struct program programs[PROGRAMS_MAX];
};

/* Where the two numberings part, see www.tcpdump.org/linktypes.html. */
static const struct {
	int linktype, dlt;
} numbers[] = {
	{ LINK_RAW, DLT_RAW },    { LINK_LOOP, DLT_LOOP }, { LINK_PPP_HDLC, DLT_PPP_SERIAL },
	{ 100, DLT_ATM_RFC1483 }, { 104, DLT_C_HDLC },     { 107, DLT_FRELAY },
};

int filter_dlt(enum link_type link)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].linktype == (int)link)
			return numbers[i].dlt;
	return (int)link;
}

enum link_type filter_link(int dlt)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].dlt == dlt)
			return (enum link_type)numbers[i].linktype;
	return (enum link_type)dlt;
}

/* What a filter is tried on, to tell words that fit some link type from words that fit none. */
static const enum link_type usual[] = { LINK_ETHERNET,   LINK_RAW,      LINK_LINUX_SLL,
	                                LINK_LINUX_SLL2, LINK_RADIOTAP, LINK_IEEE802_11,
	                                LINK_PPI,        LINK_NULL,     LINK_PPP,
	                                LINK_NFLOG };

static bool is_in(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Written as an address or a number is: digits, hexadecimal ones too, with marks between. */
static bool is_numeric(const char *word)
{
	bool has_mark = word[strspn(word, "0123456789")] == 0;

	for (; *word != 0; word++) {
		if (!isxdigit((unsigned char)*word) && strchr(".:/-", *word) == NULL)
			return false;
		has_mark = has_mark || strchr(".:", *word) != NULL;
	}
	return has_mark;
}

/*
 * Would libpcap ask the DNS for `word`? What follows `host`, `net` or `gateway` and is no address,
 * and every word that is dotted like a host name.
 */
static bool is_host_name(const char *word, const char *before)
{
	static const char *const ask[] = { "host", "net", "gateway", NULL };
	static const char *const grammar[] = { "not", "mask", "and", "or", NULL };

	if (is_numeric(word) || is_in(word, grammar))
		return false;
	return is_in(before, ask) || strchr(word, '.') != NULL;
}

static bool holds_host_name(const char *words, char *why, size_t room)
{
	static const char between[] = " \t\r\n()!&|[]=<>+*";
	char word[WORD_MAX], before[WORD_MAX] = "";

	while (*(words += strspn(words, between)) != 0) {
		size_t len = strcspn(words, between);

		snprintf(word, sizeof word, "%.*s", (int)(len < WORD_MAX ? len : WORD_MAX - 1),
		         words);
		if (is_host_name(word, before)) {
			snprintf(why, room,
			         "%.80s is a name, and names are not looked up: write the address",
			         word);
			return true;
		}
		memcpy(before, word, sizeof before);
		words += len;
	}
	return false;
}

static void compile(const char *words, enum link_type link, struct program *p)
{
	pcap_t *dead = pcap_open_dead(filter_dlt(link), SNAPLEN);

	p->link = link;
	p->is_fit = false;
	snprintf(p->fault, sizeof p->fault, "out of memory");
	if (dead == NULL)
		return;
	p->is_fit = pcap_compile(dead, &p->code, words, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!p->is_fit)
		snprintf(p->fault, sizeof p->fault, "%s", pcap_geterr(dead));
	pcap_close(dead);
}

static bool fits_something(const char *words)
{
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct program trial;

		compile(words, usual[i], &trial);
		if (trial.is_fit) {
			pcap_freecode(&trial.code);
			return true;
		}
	}
	return false;
}

bool filter_is_right(const char *words, char *why, size_t room)
{
	struct program trial;

	if (holds_host_name(words, why, room))
		return false;
	if (fits_something(words))
		return true;
	compile(words, LINK_ETHERNET, &trial);
	snprintf(why, room, "%s", trial.fault);
	return false;
}

struct filter *filter_new(const char *words)
{
	char why[PCAP_ERRBUF_SIZE];

	if (!filter_is_right(words, why, sizeof why)) {
		log_error("filter \"%s\": %s", words, why);
		return NULL;
	}
	struct filter *f = calloc(1, sizeof *f);

	if (f == NULL) {
		log_error("out of memory");
		return NULL;
	}
	f->words = words;
	return f;
}

void filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].is_fit)
			pcap_freecode(&f->programs[i].code);
	free(f);
}

static struct program *find(const struct filter *f, enum link_type link)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].link == link)
			return (struct program *)(uintptr_t)&f->programs[i];
	return NULL;
}

/* The program for a link type; the last place is used anew when a hostile file has too many. */
static struct program *program_of(struct filter *f, enum link_type link)
{
	if (f->last != NULL && f->last->link == link)
		return f->last;
	f->last = find(f, link);
	if (f->last != NULL)
		return f->last;
	if (f->count == PROGRAMS_MAX) {
		f->count--;
		if (f->programs[f->count].is_fit)
			pcap_freecode(&f->programs[f->count].code);
	}
	f->last = &f->programs[f->count++];
	compile(f->words, link, f->last);
	return f->last;
}

enum filter_answer filter_ask(struct filter *f, const struct frame *frame)
{
	const struct program *p = program_of(f, frame->link);
	struct pcap_pkthdr head = { .caplen = (bpf_u_int32)frame->bytes.len,
		                    .len = frame->wire_len };

	if (!p->is_fit)
		return FILTER_UNFIT;
	return pcap_offline_filter(&p->code, &head, frame->bytes.ptr) != 0 ? FILTER_YES : FILTER_NO;
}

const char *filter_fault(const struct filter *f, enum link_type link)
{
	const struct program *p = find(f, link);

	return p == NULL ? "" : p->fault;
}

const char *filter_words(const struct filter *f)
{
	return f->words;
}

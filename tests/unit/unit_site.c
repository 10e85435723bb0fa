/* SPDX-License-Identifier: Apache-2.0 */
/* Sites on an invented population: who is found, how sure, by how many workers, at what price. */
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "sensor/site/site_habits.h"
#include "sensor/site/site_sizes.h"
#include "sensor/site/site_verdict.h"
#include "sensor/site/site_watch.h"

#include "tests/check.h"

static const uint64_t second = 1000000000U;
static const uint64_t start_ns = UINT64_C(1795441679) * 1000000000U;

enum { SITES = 60, CARRIERS = 15, WORKERS_MAX = 3, NAME_ROOM = 64, ANSWERS_MAX = 40000 };

struct answer {
	uint64_t time_ns;
	unsigned host, truth, said; /* said: SITES: none */
	double confidence;
};

/* A network with its workers: all hosts' sights in order of time. */
struct network {
	struct budget budget;
	size_t workers;
	struct site_book *book;
	struct name_table *names[WORKERS_MAX];
	struct site_watch *watches[WORKERS_MAX];
	uint64_t tick_ns, order;
	struct answer *answers;
	size_t answer_count;
};

static uint32_t dice(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static double share(uint32_t *state)
{
	return dice(state) / 4294967296.0;
}

static struct network *new_network(size_t workers, size_t hosts)
{
	struct network *n = calloc(1, sizeof *n);

	CHECK(n != NULL);
	n->budget.limit = (size_t)1 << 30;
	n->workers = workers;
	n->book = site_book_new(4096, 7 + workers);
	n->answers = calloc(ANSWERS_MAX, sizeof *n->answers);
	CHECK(n->book != NULL && n->answers != NULL);
	for (size_t i = 0; i < workers; i++) {
		n->names[i] = name_table_new(&n->budget, NULL, i);
		n->watches[i] = site_watch_new(hosts, n->book, n->names[i], i * 77);
		CHECK(n->names[i] != NULL && n->watches[i] != NULL);
	}
	return n;
}

static void free_network(struct network *n)
{
	for (size_t i = 0; i < n->workers; i++) {
		site_watch_free(n->watches[i]);
		name_table_free(n->names[i]);
	}
	site_book_free(n->book);
	free(n->answers);
	free(n);
}

/* What all workers saw, in one batch, as the threads do it at a tick. */
static void learn(struct network *n)
{
	size_t total = 0, room = 1, count;

	for (size_t i = 0; i < n->workers; i++) {
		(void)site_watch_observations(n->watches[i], &count);
		room += count;
	}
	struct site_observation *all = calloc(room, sizeof *all);

	CHECK(all != NULL);
	for (size_t i = 0; i < n->workers; i++) {
		struct site_observation *some = site_watch_observations(n->watches[i], &count);

		if (count > 0)
			memcpy(all + total, some, count * sizeof *all);
		total += count;
	}
	site_book_learn(n->book, all, total);
	for (size_t i = 0; i < n->workers; i++)
		site_watch_clear(n->watches[i]);
	free(all);
}

static void pass(struct network *n, uint64_t now_ns)
{
	if (now_ns < n->tick_ns)
		return;
	for (size_t i = 0; i < n->workers; i++)
		site_watch_expire(n->watches[i], now_ns);
	learn(n);
	n->tick_ns = now_ns + second;
}

static void address_of(unsigned host, uint8_t address[16])
{
	memset(address, 0, 16);
	address[10] = address[11] = 0xff;
	address[12] = 10;
	address[13] = (uint8_t)(host >> 16);
	address[14] = (uint8_t)(host >> 8);
	address[15] = (uint8_t)host;
}

static struct name *hold(struct network *n, unsigned host, const char *text)
{
	return name_hold(n->names[host % n->workers],
	                 (struct slice){ (const uint8_t *)text, strlen(text) });
}

static void see(struct network *n, unsigned host, uint64_t now_ns, const char *text, bool is_new)
{
	uint8_t address[16];
	struct name *name = hold(n, host, text);

	address_of(host, address);
	CHECK(name != NULL);
	site_watch_name(n->watches[host % n->workers], &(struct site_sight){ .host = address,
	                                                                     .now_ns = now_ns,
	                                                                     .order = ++n->order,
	                                                                     .name = name,
	                                                                     .is_new = is_new });
	name_release(n->names[host % n->workers], name);
}

static void site_name(unsigned site, char out[NAME_ROOM])
{
	snprintf(out, NAME_ROOM, "www.agency-%u.example", site);
}

static unsigned site_number(const struct name *name)
{
	char text[NAME_ROOM] = { 0 };
	unsigned site = SITES;

	if (name == NULL || name->len >= sizeof text)
		return SITES;
	memcpy(text, name->text, name->len);
	return sscanf(text, "www.agency-%u.example", &site) == 1 ? site : SITES;
}

static void call(struct network *n, unsigned host, uint64_t time_ns, unsigned truth)
{
	struct site_binding binding = { .names = { NULL } };
	struct site_guess guess;
	uint8_t address[16];
	struct name_table *names = n->names[host % n->workers];
	struct name *tracker = hold(n, host, "pixel.tracker.example");

	address_of(host, address);
	site_watch_call(n->watches[host % n->workers],
	                &(struct site_call){ .host = address,
	                                     .now_ns = time_ns,
	                                     .time_ns = time_ns,
	                                     .order = ++n->order,
	                                     .entity = "Tracker",
	                                     .is_new = true,
	                                     .tracker = tracker,
	                                     .binding = &binding },
	                &guess);
	CHECK(n->answer_count < ANSWERS_MAX);
	n->answers[n->answer_count++] =
	        (struct answer){ time_ns, host, truth, site_number(guess.name), guess.confidence };
	site_guess_drop(&guess, names);
	site_binding_drop(&binding, names);
	name_release(names, tracker);
}

/*
 * A host's visits, one after the other and now and then two at once: the page, what it embeds, the
 * tracker where the site carries it.
 */
struct person {
	uint32_t state;
	uint64_t next_ns;
	unsigned pages[2];
	uint64_t begin_ns[2];
	uint64_t call_ns[2];
	bool is_loaded[2];
};

static void begin_visit(struct network *n, unsigned host, struct person *p, size_t tab)
{
	char name[NAME_ROOM];

	p->pages[tab] = dice(&p->state) % SITES;
	p->begin_ns[tab] = p->next_ns + tab * (uint64_t)(share(&p->state) * 3e8);
	p->is_loaded[tab] = false;
	p->call_ns[tab] = p->pages[tab] < CARRIERS
	                          ? p->begin_ns[tab] + (uint64_t)(1.3e8 + share(&p->state) * 3e8)
	                          : 0;
	site_name(p->pages[tab], name);
	see(n, host, p->begin_ns[tab], name, true);
}

static void load_page(struct network *n, unsigned host, struct person *p, size_t tab)
{
	uint64_t at = p->begin_ns[tab] + 100000000U;

	see(n, host, at, "cdn.example", true);
	see(n, host, at + 2000000U, "fonts.letters.example", true);
	if (share(&p->state) < 0.4)
		see(n, host, at + 5000000U, "metrics.counter.example", true);
}

static void live(struct network *n, size_t hosts, uint64_t seconds)
{
	struct person *people = calloc(hosts, sizeof *people);

	CHECK(people != NULL);
	for (size_t i = 0; i < hosts; i++)
		people[i] = (struct person){ .state = (uint32_t)(i * 2654435761U + 17),
			                     .next_ns = start_ns + i * 37000000U };
	for (uint64_t now = start_ns; now < start_ns + seconds * second; now += second / 4) {
		pass(n, now);
		for (unsigned i = 0; i < hosts; i++) {
			struct person *p = &people[i];

			if (p->next_ns >= now)
				continue;
			size_t tabs = share(&p->state) < 0.15 ? 2 : 1;

			p->next_ns = now;
			for (size_t t = 0; t < tabs; t++)
				begin_visit(n, i, p, t);
			for (size_t t = 0; t < tabs; t++)
				load_page(n, i, p, t);
			for (size_t t = 0; t < tabs; t++)
				if (p->call_ns[t] > 0)
					call(n, i, p->call_ns[t], p->pages[t]);
			p->next_ns = now + second * 2 + (uint64_t)(share(&p->state) * 6e9);
		}
	}
	for (size_t i = 0; i < n->workers; i++)
		site_watch_finish(n->watches[i]);
	learn(n);
	free(people);
}

struct found {
	const struct site_book *book;
	unsigned present, right, wrong;
};

static void judge(void *context, struct site *s)
{
	struct found *f = context;
	struct site_verdict v;
	unsigned number = SITES;

	site_judge(s, 0, site_book_coincidence(f->book, 0), &v);
	if (v.status != SITE_PRESENT)
		return;
	f->present++;
	if (sscanf(s->name, "www.agency-%u.example", &number) == 1 && number < CARRIERS)
		f->right++;
	else
		f->wrong++;
}

/* Over all answers that say p, about p of them are right: by classes, and over all. */
static void check_calibration(const struct network *n)
{
	static const double ends[] = { 0.6, 0.8, 0.95, 1.01 };
	double said[COUNT_OF(ends)] = { 0 }, all_said = 0;
	unsigned count[COUNT_OF(ends)] = { 0 }, right[COUNT_OF(ends)] = { 0 }, named = 0,
	         all_right = 0;

	for (size_t i = 0; i < n->answer_count; i++) {
		const struct answer *a = &n->answers[i];
		size_t class = 0;

		if (a->said == SITES)
			continue;
		while (a->confidence >= ends[class])
			class ++;
		named++;
		all_said += a->confidence;
		all_right += a->said == a->truth;
		said[class] += a->confidence;
		count[class]++;
		right[class] += a->said == a->truth;
	}
	CHECK(named > n->answer_count * 95 / 100);
	CHECK(all_right > named * 90 / 100);
	CHECK(fabs(all_said / named - (double)all_right / named) < 0.05);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		if (count[i] == 0)
			continue;
		printf("said %.2f: right %.2f of %u\n", said[i] / count[i],
		       (double)right[i] / count[i], count[i]);
		if (count[i] >= 100)
			CHECK(fabs(said[i] / count[i] - (double)right[i] / count[i]) < 0.15);
	}
}

static void test_population(void)
{
	struct network *n = new_network(1, 4096);
	struct found found = { .book = n->book };

	live(n, 200, 300);
	site_book_each(n->book, judge, &found);
	CHECK(found.wrong == 0);
	CHECK(found.right == CARRIERS);
	check_calibration(n);
	CHECK(site_is_third_party(
	        site_book_find(n->book, (struct slice){ (const uint8_t *)"cdn.example", 11 })));
	free_network(n);
}

struct summed {
	char *text;
	size_t len, room;
};

static void write_site(void *context, struct site *s)
{
	struct summed *sum = context;

	sum->len += (size_t)snprintf(sum->text + sum->len, sum->room - sum->len,
	                             "%s %u %u %u %u %u %.3f %.3f\n", s->name, s->heads,
	                             s->followed, s->visits, s->count[0].hits, s->count[0].after,
	                             (double)s->count[0].belief, (double)s->count[0].doubt);
}

static char *write_book(struct site_book *book)
{
	struct summed sum = { .text = calloc(1, 1 << 16), .room = 1 << 16 };

	CHECK(sum.text != NULL);
	site_book_each(book, write_site, &sum);
	return sum.text;
}

/* What is learned does not depend on how hosts are spread over workers. */
static void test_workers(void)
{
	struct network *one = new_network(1, 4096), *three = new_network(3, 4096);

	live(one, 60, 120);
	live(three, 60, 120);
	char *a = write_book(one->book), *b = write_book(three->book);

	CHECK(strlen(a) > 1000);
	CHECK(strcmp(a, b) == 0);
	CHECK(one->answer_count == three->answer_count);
	for (size_t i = 0; i < one->answer_count; i++)
		CHECK(one->answers[i].said == three->answers[i].said &&
		      one->answers[i].confidence == three->answers[i].confidence);
	free(a);
	free(b);
	free_network(one);
	free_network(three);
}

/* A hundred thousand hosts behind one port, all busy in the same ten seconds: the worst of it. */
static void test_many_hosts(void)
{
	enum { MANY = 100000, SIGHTS = 4 };
	struct network *n = new_network(1, 1 << 17);
	clock_t begin = clock();

	for (unsigned k = 0; k < SIGHTS; k++)
		for (unsigned i = 0; i < MANY; i++) {
			char name[NAME_ROOM];

			site_name((i * 7 + k) % 997, name);
			see(n, i, start_ns + (k * MANY + i) * UINT64_C(20000), name, true);
		}
	double each = (double)(clock() - begin) / CLOCKS_PER_SEC / (MANY * SIGHTS);

	printf("%zu hosts: %zu bytes a host, %.0f ns a sight\n", site_watch_hosts(n->watches[0]),
	       site_watch_bytes(n->watches[0]) / MANY, each * 1e9);
	CHECK(site_watch_hosts(n->watches[0]) == MANY);
	CHECK(site_watch_bytes(n->watches[0]) / MANY < 3000);
	site_watch_expire(n->watches[0], start_ns + 60 * second);
	CHECK(site_watch_hosts(n->watches[0]) == 0);
	learn(n);
	CHECK(site_book_count(n->book) <= 997);
	free_network(n);
}

/* What is new in a full table is not lost, and nothing grows. */
static void test_bounds(void)
{
	struct network *n = new_network(1, 8);

	for (unsigned i = 0; i < 20000; i++) {
		char name[NAME_ROOM];

		snprintf(name, sizeof name, "www.site-%u.example", i);
		see(n, i % 100, start_ns + i * UINT64_C(100000000), name, true);
		pass(n, start_ns + i * UINT64_C(100000000));
		CHECK(site_watch_hosts(n->watches[0]) <= 8);
		CHECK(site_book_count(n->book) <= 4096);
	}
	CHECK(site_book_count(n->book) > 1000);
	free_network(n);
}

/* Many hosts, each with many pages, within the seconds for which a visit is open. */
static void test_memory_bound(void)
{
	enum { VISIT_BYTES = 1 << 14, OBSERVATIONS = 50 };
	struct network *n = new_network(1, 1000);
	struct site_watch *watch = n->watches[0];
	size_t before = site_watch_bytes(watch), count, most = 0;

	site_watch_bound(watch, VISIT_BYTES, OBSERVATIONS);
	for (unsigned i = 0; i < 5000; i++) {
		char name[NAME_ROOM];

		snprintf(name, sizeof name, "www.site-%u.example", i);
		see(n, i % 7 == 0 ? 1 : i % 500, start_ns + i * UINT64_C(1000000), name, true);
		(void)site_watch_observations(watch, &count);
		CHECK(count <= OBSERVATIONS);
		most = site_watch_hosts(watch) > most ? site_watch_hosts(watch) : most;
		if (i % 100 == 99)
			learn(n);
	}
	CHECK(most > 10 && most < 100); /* who was silent longest gave way */
	CHECK(site_watch_bytes(watch) - before < VISIT_BYTES + (size_t)128 * 1024);
	CHECK(site_book_count(n->book) > 100);
	free_network(n);
}

static void test_referer(void)
{
	struct network *n = new_network(1, 64);
	struct site_binding binding = { .names = { NULL } };
	struct site_guess guess;
	uint8_t address[16];
	static const char url[] = "http://DMV.utah.example:8080/form?x=1";

	address_of(1, address);
	site_watch_call(n->watches[0],
	                &(struct site_call){ .host = address,
	                                     .now_ns = start_ns,
	                                     .time_ns = start_ns,
	                                     .entity = "Tracker",
	                                     .is_new = true,
	                                     .binding = &binding,
	                                     .referer = { (const uint8_t *)url, sizeof url - 1 } },
	                &guess);
	CHECK(guess.method == SITE_BY_REFERER && guess.confidence > 0.98);
	CHECK(guess.name->len == 16 && memcmp(guess.name->text, "dmv.utah.example", 16) == 0);
	site_guess_drop(&guess, n->names[0]);
	/* Without any sign of a page nothing is named. */
	site_watch_call(n->watches[0],
	                &(struct site_call){ .host = (const uint8_t *)"0123456789abcdef",
	                                     .now_ns = start_ns,
	                                     .time_ns = start_ns,
	                                     .entity = "Tracker",
	                                     .is_new = true,
	                                     .binding = &binding },
	                &guess);
	CHECK(guess.name == NULL);
	site_binding_drop(&binding, n->names[0]);
	free_network(n);
}

static void call_sized(struct network *n, unsigned host, uint64_t time_ns, uint16_t size,
                       struct site_guess *out)
{
	struct site_binding binding = { .names = { NULL } };
	struct name *tracker = hold(n, host, "pixel.tracker.example");
	uint8_t address[16];

	address_of(host, address);
	CHECK(site_watch_call(n->watches[0],
	                      &(struct site_call){ .host = address,
	                                           .now_ns = time_ns + second,
	                                           .time_ns = time_ns,
	                                           .order = ++n->order,
	                                           .entity = "Tracker",
	                                           .is_new = true,
	                                           .tracker = tracker,
	                                           .size = size,
	                                           .binding = &binding },
	                      out));
	site_binding_drop(&binding, n->names[0]);
	name_release(n->names[0], tracker);
}

/* Two pages at once: the size of the request tells which, once it is known which sizes there are.
 */
static void test_sizes(void)
{
	static const char *const pages[] = { "www.a.example", "www.some-longer-name.example" };
	struct network *n = new_network(1, 64);
	struct site_guess guess;
	uint64_t now = start_ns;
	static const char text[] = "www.hudson-permits.example";

	CHECK(site_referer_size((struct slice){ (const uint8_t *)text, sizeof text - 1 }) == 26);
	for (unsigned i = 0; i < 12; i++, now += 20 * second) {
		char page[NAME_ROOM];

		site_name(i, page);
		see(n, i, now, page, true);
		struct slice host = { (const uint8_t *)page, strlen(page) };

		call_sized(n, i, now + second / 4, (uint16_t)(370 + site_referer_size(host)),
		           &guess);
		site_guess_drop(&guess, n->names[0]);
		pass(n, now + second);
	}
	for (size_t i = 0; i < COUNT_OF(pages); i++, now += 20 * second) {
		struct slice host = { (const uint8_t *)pages[i], strlen(pages[i]) };

		see(n, 40, now, pages[0], true);
		see(n, 40, now + 20000000, pages[1], true);
		call_sized(n, 40, now + second / 4, (uint16_t)(370 + site_referer_size(host)),
		           &guess);
		CHECK(guess.name != NULL && guess.confidence > 0.8);
		CHECK(guess.name->len == host.len);
		site_guess_drop(&guess, n->names[0]);
		pass(n, now + second);
	}
	free_network(n);
}

static double ratio_of(const struct site_sizes *sizes, uint32_t request, bool acknowledges,
                       int excess)
{
	const struct site_size_credits none = { .count = 0 };

	return site_sizes_ratio(sizes, request, acknowledges, excess, &none);
}

/* Seen once, a size is not yet known; a request that acknowledges may be some bytes longer. */
static void test_sizes_of_requests(void)
{
	struct site_sizes sizes = { .kinds = NULL };

	CHECK(ratio_of(&sizes, 7, false, 375) == 1);
	for (int i = 0; i < 8; i++)
		site_sizes_credit(&sizes, 7, site_sizes_base(&sizes, 7, false, 375), 1);
	CHECK(ratio_of(&sizes, 7, false, 375) > 20);
	CHECK(ratio_of(&sizes, 7, false, 380) < 2);
	CHECK(ratio_of(&sizes, 7, true, 380) > 5);
	CHECK(ratio_of(&sizes, 7, true, 377) < 0.3);
	CHECK(ratio_of(&sizes, 8, false, 375) == 1);
	CHECK(site_sizes_base(&sizes, 7, true, 381) == 375);
	CHECK(site_sizes_base(&sizes, 7, true, 377) == 377);
	site_sizes_credit(&sizes, 7, 390, 0.2);
	CHECK(ratio_of(&sizes, 7, false, 390) < 0.4);
	static const int16_t bases[] = { 375, 375 };
	static const float amounts[] = { 5, 3 };

	/* What a call was credited itself does not speak for it. */
	CHECK(site_sizes_ratio(&sizes, 7, false, 375,
	                       &(struct site_size_credits){ bases, amounts, 2 }) < 1);
	site_sizes_credit(&sizes, 7, -3, 1);
	site_sizes_credit(&sizes, 7, SIZE_EXCESS_MAX, 1);
	site_sizes_free(&sizes);
}

/* Who speaks QUIC to a page does so to the tracker: nobody is told that, it is seen. */
static void test_habits(void)
{
	struct site_habits habits = { .count = 0 };

	CHECK(site_habits_ratio(&habits, 5, SITE_PAGE_QUIC, true) == 1);
	site_habits_credit(&habits, 0, SITE_PAGE_QUIC, true);
	CHECK(habits.count == 0);
	for (int i = 0; i < 10; i++) {
		site_habits_credit(&habits, 5, SITE_PAGE_QUIC, true);
		site_habits_credit(&habits, 5, SITE_PAGE_TCP, false);
	}
	CHECK(site_habits_ratio(&habits, 5, SITE_PAGE_QUIC, true) > 1.5);
	CHECK(site_habits_ratio(&habits, 5, SITE_PAGE_QUIC, false) < 0.3);
	CHECK(site_habits_ratio(&habits, 5, SITE_PAGE_TCP, true) < 0.3);
	CHECK(fabs(site_habits_ratio(&habits, 5, SITE_PAGE_TCP_ONLY, true) - 1) < 0.01);
	CHECK(site_habits_ratio(&habits, 6, SITE_PAGE_QUIC, false) == 1);
	for (uint32_t tracker = 10; tracker < 60; tracker++)
		site_habits_credit(&habits, tracker, SITE_PAGE_TCP, false);
	CHECK(habits.count == SITE_HABITS_MAX);
}

static const struct {
	unsigned visits, hits, from, after;
	double belief, doubt;
	enum site_status status;
} verdicts[] = {
	{ 1, 1, 1, 0, 0.99, -4.6, SITE_UNKNOWN }, /* one lucky coincidence */
	{ 3, 2, 3, 0, 1.98, -9.2, SITE_PRESENT },
	{ 8, 2, 8, 0, 1.2, -1.8, SITE_UNKNOWN }, /* both may be chance */
	{ 4, 0, 0, 4, 0, 0, SITE_UNKNOWN },
	{ 6, 0, 0, 6, 0.1, 0, SITE_ABSENT },
	{ 12, 10, 10, 2, 9.9, -46, SITE_PRESENT }, /* gone for two visits: too few */
	{ 20, 10, 10, 10, 9.9, -46, SITE_REMOVED },
	{ 40, 10, 30, 10, 9.9, -46, SITE_PRESENT }, /* it often stays away */
};

/* A name that sounds embedded is a page only where nearly all of its visits call. */
static void test_verdicts_by_name(void)
{
	static const struct {
		char name[32];
		unsigned visits, hits, after;
		enum site_status status;
	} rows[] = {
		{ "www.dmv.utah.example", 31, 12, 0, SITE_PRESENT },
		{ "metrics.counter.example", 31, 12, 0, SITE_UNKNOWN },
		{ "fonts.cdn2.example", 138, 24, 0, SITE_UNKNOWN },
		{ "media.utah.example", 12, 11, 0, SITE_PRESENT },
		{ "media.utah.example", 30, 12, 18, SITE_REMOVED },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char name[32];
		struct site s = { .name = name, .visits = rows[i].visits };
		struct site_verdict v;

		memcpy(name, rows[i].name, sizeof name);
		s.count[0] = (struct site_count){ .hits = rows[i].hits,
			                          .hits_from = rows[i].visits - rows[i].after,
			                          .after = rows[i].after,
			                          .belief = 0.99F * (float)rows[i].hits,
			                          .calls = 0.99F * (float)rows[i].hits,
			                          .doubt = -4.6F * (float)rows[i].hits };
		site_judge(&s, 0, 0.05, &v);
		if (v.status != rows[i].status)
			fprintf(stderr, "%s, row %zu: %s\n", name, i, site_status_word(v.status));
		CHECK(v.status == rows[i].status);
	}
}

static void test_verdicts(void)
{
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		struct site s = { .visits = verdicts[i].visits };
		struct site_verdict v;

		s.count[0] = (struct site_count){ .hits = verdicts[i].hits,
			                          .hits_from = verdicts[i].from,
			                          .after = verdicts[i].after,
			                          .belief = (float)verdicts[i].belief,
			                          .calls = (float)verdicts[i].belief,
			                          .doubt = (float)verdicts[i].doubt };
		site_judge(&s, 0, 0.05, &v);
		if (v.status != verdicts[i].status)
			fprintf(stderr, "row %zu: %s\n", i, site_status_word(v.status));
		CHECK(v.status == verdicts[i].status);
		CHECK(v.rate_low <= v.rate_high && v.rate_low >= 0 && v.rate_high <= 1);
	}
	test_verdicts_by_name();
	double low, high;

	wilson_interval(5, 10, &low, &high);
	CHECK(fabs(low - 0.2366) < 0.001 && fabs(high - 0.7634) < 0.001);
	wilson_interval(0, 0, &low, &high);
	CHECK(low == 0 && high == 1);
}

int main(void)
{
	test_verdicts();
	test_referer();
	test_bounds();
	test_memory_bound();
	test_sizes();
	test_sizes_of_requests();
	test_habits();
	test_population();
	test_workers();
	test_many_hosts();
	return 0;
}

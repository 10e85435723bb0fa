/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/verdict/sums.h"

#include <string.h>

#include "tests/check.h"

struct seen {
	uint8_t host; /* last byte of the address; of the MAC where has_mac */
	bool has_mac;
	uint8_t mac;
	const char *product, *category, *policy;
	enum event_type type;
	enum outcome outcome;
	uint64_t time_ns;
};

static void add(struct sums *s, const struct seen *seen)
{
	struct event_local local = { .has_ip = true,
		                     .has_mac = seen->has_mac,
		                     .mac = { 2, 0, 0, 0, 0 } };
	struct event_tracker tracker = { .product = seen->product, .category = seen->category };
	struct event_policy policy = { .verdict = seen->policy };
	struct event_flow flow = { .bytes_toserver = 10, .bytes_toclient = 100 };
	static struct event e;

	local.ip[15] = seen->host;
	local.mac[5] = seen->mac;
	e = (struct event){ .type = seen->type,
		            .time_ns = seen->time_ns,
		            .local = &local,
		            .tracker = &tracker,
		            .outcome = seen->outcome };
	e.policy = seen->policy != NULL ? &policy : NULL;
	e.flow = seen->type == EVENT_FLOW ? &flow : NULL;
	sums_add(s, &e);
}

static const struct seen all[] = {
	{ 1, false, 0, "TikTok", "website", "banned", EVENT_LOOKUP, OUTCOME_BLOCKED, 5 },
	{ 1, false, 0, "TikTok", "app_api", "banned", EVENT_CONTACT, OUTCOME_RESET, 3 },
	{ 1, false, 0, "Lark", "website", NULL, EVENT_CONTACT, OUTCOME_ESTABLISHED, 7 },
	/* one MAC, three addresses */
	{ 2, true, 9, "TikTok", "website", "banned", EVENT_CONTACT, OUTCOME_ESTABLISHED, 1 },
	{ 3, true, 9, "TikTok", "website", "banned", EVENT_FLOW, OUTCOME_ESTABLISHED, 9 },
	{ 4, true, 9, "TikTok", "cdn_media", "banned", EVENT_CONTACT, OUTCOME_UNANSWERED, 9 },
	{ 5, false, 0, "TikTok", "website", "banned", EVENT_CONTACT, OUTCOME_ESTABLISHED, 9 },
};

static const struct sum_row *find(const struct sums *s, uint8_t first, uint8_t last,
                                  const char *product)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].host[0] == first && s->rows[i].host[first == 2 ? 5 : 15] == last &&
		    strcmp(s->rows[i].product, product) == 0)
			return &s->rows[i];
	return NULL;
}

static void check_all(const struct sums *s)
{
	const struct sum_row *one = find(s, 0, 1, "TikTok"), *lark = find(s, 0, 1, "Lark"),
	                     *mac = find(s, 2, 9, "TikTok"), *five = find(s, 0, 5, "TikTok");

	CHECK(s->count == 4 && one != NULL && lark != NULL && mac != NULL && five != NULL);
	CHECK(one->counts.contacts == 1 && one->counts.lookups == 1 && one->counts.blocked == 1);
	CHECK(one->first_ns == 3 && one->last_ns == 5 && one->category_count == 2);
	CHECK(strcmp(one->categories[0], "app_api") == 0 &&
	      strcmp(sum_ban(&one->counts), "effective") == 0);
	CHECK(sum_ban(&lark->counts) == NULL && lark->counts.established == 1);
	CHECK(mac->counts.contacts == 2 && mac->counts.bytes_toclient == 100);
	CHECK(mac->ip[15] == 3 && mac->first_ns == 1 && mac->last_ns == 9);
	CHECK(strcmp(sum_ban(&mac->counts), "partial") == 0);
	CHECK(strcmp(sum_ban(&five->counts), "none") == 0);
}

/* Whatever the order, and however many tables they went through: the same sums. */
static void test_order(void)
{
	for (size_t turn = 0; turn < COUNT_OF(all); turn++) {
		struct sums whole = { 0 }, parts[2] = { 0 };

		for (size_t i = 0; i < COUNT_OF(all); i++) {
			const struct seen *seen = &all[(i * 3 + turn) % COUNT_OF(all)];

			add(&whole, seen);
			add(&parts[i % 2], seen);
		}
		sums_merge(&parts[0], &parts[1]);
		check_all(&whole);
		check_all(&parts[0]);
		sums_sort(&whole);
		sums_sort(&parts[0]);
		for (size_t i = 0; i < whole.count; i++)
			CHECK(memcmp(&whole.rows[i].counts, &parts[0].rows[i].counts,
			             sizeof whole.rows[i].counts) == 0);
		sums_clear(&whole);
		CHECK(whole.count == 0);
		add(&whole, &all[0]);
		CHECK(whole.count == 1);
		sums_free(&whole);
		sums_free(&parts[0]);
		sums_free(&parts[1]);
	}
}

static void test_bound(void)
{
	struct sums s = { 0 };
	struct seen seen = all[0];
	static char products[SUMS_ROWS_MAX / 256 + 1][16];

	for (size_t p = 0; p <= SUMS_ROWS_MAX / 256; p++) {
		snprintf(products[p], sizeof products[p], "p%zu", p);
		seen.product = products[p];
		for (unsigned host = 0; host < 256; host++) {
			seen.host = (uint8_t)host;
			add(&s, &seen);
		}
	}
	CHECK(s.count == SUMS_ROWS_MAX && s.lost == 256);
	sums_free(&s);
}

static bool is_one(struct event_local a, struct event_local b)
{
	uint8_t left[16], right[16];

	host_key(&a, left);
	host_key(&b, right);
	return memcmp(left, right, 16) == 0;
}

/* A host is its MAC, else what it calls itself, else its address. */
static void check_keys(void)
{
	struct event_local a = { .has_ip = true, .ip = { 1 } }, b = a;

	b.ip[15] = 1;
	CHECK(is_one(a, a) && !is_one(a, b));
	a.client_id = b.client_id = (struct slice){ (const uint8_t *)"ff01", 4 };
	CHECK(is_one(a, b));
	b.client_id.ptr = (const uint8_t *)"ff02";
	CHECK(!is_one(a, b));
	a.has_mac = b.has_mac = true;
	CHECK(is_one(a, b));
	b.mac[5] = 1;
	CHECK(!is_one(a, b));
}

int main(void)
{
	check_keys();
	test_order();
	test_bound();
	return 0;
}

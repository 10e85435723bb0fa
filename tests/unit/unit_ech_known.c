/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/ech_known.h"

#include "tests/check.h"
#include "tests/unit/expect.h"
#include "tests/unit/tls_specimens.h"

/* The list of tls_specimens.h: 0x2a for analytics.example, 7 for cover.example. */
static const uint8_t asker[16] = { 1 }, stranger[16] = { 2 };

struct table {
	struct budget budget;
	struct feed_set *feeds;
	struct name_table *names;
	struct ech_known *known;
};

static void table_open(struct table *t, size_t capacity)
{
	*t = (struct table){ .budget = { .limit = 1 << 20 } };
	t->feeds = feed_builder_finish(feed_builder_new());
	t->names = name_table_new(&t->budget, t->feeds, 7);
	t->known = ech_known_new(capacity, t->names, 7);
	CHECK(t->names != NULL && t->known != NULL);
}

/* Every name that the table held is let go. */
static void table_close(struct table *t)
{
	ech_known_free(t->known);
	CHECK(name_table_count(t->names) == 0);
	name_table_free(t->names);
	feed_set_free(t->feeds);
}

static void learn(struct table *t, const char *question, uint64_t from, uint64_t to,
                  struct slice list)
{
	struct name *name = name_hold(t->names, text(question));
	struct ech_answer what = { .question = name, .learned_ns = from, .expires_ns = to };

	ech_known_learn(t->known, asker, &what, list);
	name_release(t->names, name);
}

static size_t find(struct table *t, const uint8_t who[16], uint8_t id, const char *outer,
                   uint64_t now, struct ech_answer found[ECH_FOUND_MAX])
{
	struct name *name = name_hold(t->names, text(outer));
	struct tls_hello offered = { .sni = text(outer),
		                     .has_ech = true,
		                     .ech_config_id = id,
		                     .ech_kdf = 1,
		                     .ech_aead = 1 };
	size_t count = ech_known_find(t->known, who, name, &offered, now, found);

	name_release(t->names, name);
	return count;
}

static bool asked(struct table *t, const uint8_t who[16], const char *question, uint64_t now)
{
	struct name *name = name_hold(t->names, text(question));
	bool was = ech_known_asked(t->known, who, name, now);

	name_release(t->names, name);
	return was;
}

static void test_whom(void)
{
	static const struct {
		const uint8_t *who;
		uint8_t id;
		const char *outer;
		uint64_t now;
		size_t expected;
	} rows[] = {
		{ asker, 7, "cover.example", 10, 1 },
		{ asker, 0x2a, "analytics.example", 20, 1 },
		{ asker, 0x2a, "cover.example", 10, 0 }, /* the other configuration's id */
		{ asker, 7, "other.example", 10, 0 },
		{ stranger, 7, "cover.example", 10, 0 },
		{ asker, 7, "cover.example", 9, 0 },  /* not told yet */
		{ asker, 7, "cover.example", 21, 0 }, /* not valid any more */
	};
	struct ech_answer found[ECH_FOUND_MAX];
	struct table t;

	table_open(&t, 64);
	learn(&t, "inner.example", 10, 20, BYTES(ech_configs));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t count = find(&t, rows[i].who, rows[i].id, rows[i].outer, rows[i].now, found);

		CHECK(count == rows[i].expected);
		CHECK(count == 0 || is_text(name_text(found[0].question), "inner.example"));
	}
	CHECK(asked(&t, asker, "inner.example", 15));
	CHECK(!asked(&t, asker, "inner.example", 21));
	CHECK(!asked(&t, asker, "cover.example", 15));
	CHECK(!asked(&t, stranger, "inner.example", 15));
	table_close(&t);
}

/* The latest first; asked again it is the same question, and the latest. */
static void test_order(void)
{
	struct ech_answer found[ECH_FOUND_MAX];
	struct table t;

	table_open(&t, 64);
	learn(&t, "a.example", 10, 90, BYTES(ech_configs));
	learn(&t, "b.example", 11, 90, BYTES(ech_configs));
	learn(&t, "c.example", 12, 90, (struct slice){ 0 });
	CHECK(find(&t, asker, 7, "cover.example", 20, found) == 2);
	CHECK(is_text(name_text(found[0].question), "b.example"));
	learn(&t, "a.example", 13, 90, BYTES(ech_configs));
	CHECK(find(&t, asker, 7, "cover.example", 20, found) == 2);
	CHECK(is_text(name_text(found[0].question), "a.example"));
	CHECK(asked(&t, asker, "c.example", 20));
	table_close(&t);
}

/* The one learned longest ago gives way, and nothing is found that is gone. */
static void test_full(void)
{
	struct ech_answer found[ECH_FOUND_MAX];
	struct table t;
	char question[32];

	table_open(&t, 30);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(question, sizeof question, "n%u.example", i);
		learn(&t, question, i, 1000, BYTES(ech_configs));
	}
	CHECK(find(&t, asker, 7, "cover.example", 500, found) == ECH_FOUND_MAX);
	CHECK(is_text(name_text(found[0].question), "n99.example"));
	CHECK(is_text(name_text(found[7].question), "n92.example"));
	CHECK(asked(&t, asker, "n90.example", 500));
	CHECK(!asked(&t, asker, "n89.example", 500));
	table_close(&t);
}

int main(void)
{
	test_whom();
	test_order();
	test_full();
	return 0;
}

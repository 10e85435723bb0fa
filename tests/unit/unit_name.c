/* SPDX-License-Identifier: Apache-2.0 */
/* Names, and what is kept of a flow with them. */
#include "sensor/flow/name.h"

#include "sensor/flow/notes.h"
#include "tests/bytes.h"
#include "tests/check.h"

enum { NAMES = 3000 };

static struct feed_set *builtin(void)
{
	struct feed_builder *b = feed_builder_new();

	CHECK(b != NULL && feed_builder_add_builtin(b));
	return feed_builder_finish(b);
}

static struct slice text_of(unsigned n, bool is_loud, char out[64])
{
	int len = snprintf(out, 64, is_loud ? "N%u.EXAMPLE." : "n%u.example", n);

	return (struct slice){ (uint8_t *)out, (size_t)len };
}

/* Counts of references beside an array of them; thrice as many names as buckets to begin with. */
static void check_references(const struct feed_set *feeds)
{
	static struct name *held[NAMES];
	static unsigned refs[NAMES];
	struct budget budget = { .limit = SIZE_MAX };
	struct name_table *t = name_table_new(&budget, feeds, 3);
	uint64_t state = 1;
	size_t live = 0;

	for (unsigned step = 0; step < 60000; step++) {
		char text[64];

		state = state * 6364136223846793005u + 1442695040888963407u;
		unsigned n = (unsigned)(state >> 33) % NAMES;

		if (refs[n] > 0 && (state >> 20 & 3) == 0) {
			name_release(t, held[n]);
			live -= --refs[n] == 0;
			continue;
		}
		struct name *name = name_hold(t, text_of(n, state >> 21 & 1, text));

		CHECK(name != NULL && (refs[n] == 0 || name == held[n]));
		CHECK(slice_equal(name_text(name), text_of(n, false, text)));
		held[n] = name;
		live += refs[n]++ == 0;
		CHECK(name->refs == refs[n] && name_table_count(t) == live);
	}
	CHECK(live > 2048);
	for (unsigned n = 0; n < NAMES; n++)
		for (; refs[n] > 0; refs[n]--)
			name_release(t, held[n]);
	CHECK(name_table_count(t) == 0);
	name_table_free(t);
	CHECK(budget.used == 0); /* the buckets, too */
}

static void check_texts(const struct feed_set *feeds)
{
	static uint8_t long_text[NAME_MAX_LEN + 2];
	struct budget budget = { .limit = SIZE_MAX };
	struct name_table *t = name_table_new(&budget, feeds, 3);

	memset(long_text, 'a', sizeof long_text);
	CHECK(name_hold(t, BYTES("")) == NULL && name_hold(t, BYTES(".")) == NULL);
	CHECK(name_hold_verbatim(t, BYTES("")) == NULL);
	CHECK(name_hold(t, (struct slice){ long_text, NAME_MAX_LEN + 1 }) == NULL);
	struct name *longest = name_hold(t, (struct slice){ long_text, NAME_MAX_LEN });
	struct name *cut = name_hold_verbatim(t, (struct slice){ long_text, NAME_MAX_LEN + 1 });
	struct name *name = name_hold(t, BYTES("WWW.TikTok.com"));
	struct name *verbatim = name_hold_verbatim(t, BYTES("www.tiktok.com"));

	CHECK(longest != NULL && cut != NULL && cut != longest && cut->len == NAME_MAX_LEN);
	CHECK(name->match != NULL && strcmp(name->match->domain, "tiktok.com") == 0);
	CHECK(verbatim != name && verbatim->match == NULL && verbatim->is_verbatim);
	struct name *loud = name_hold_verbatim(t, BYTES("WWW.TikTok.com"));

	CHECK(loud != verbatim && slice_is(name_text(loud), "WWW.TikTok.com"));
	struct name *all[] = { longest, cut, name, verbatim, loud };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		name_release(t, all[i]);
	name_release(t, NULL);
	CHECK(budget.used == 0);
	name_table_free(t);
}

/* Memory is refused at each height: no name, or one whose verdict is made up for later. */
static void check_refusals(const struct feed_set *feeds)
{
	bool was_late = false;

	for (size_t limit = 0; limit < 400; limit += 8) {
		struct budget budget = { .limit = limit };
		struct name_table *t = name_table_new(&budget, feeds, 3);
		struct name *name = name_hold(t, BYTES("www.tiktok.com"));

		CHECK(budget.used <= limit);
		bool is_late = name != NULL && name->match == NULL;

		budget.limit = SIZE_MAX;
		struct name *again = name_hold(t, BYTES("www.tiktok.com"));

		CHECK(again->match != NULL && again->alias_match != NULL);
		was_late |= is_late;
		name_release(t, name);
		name_release(t, again);
		CHECK(budget.used == 0);
		name_table_free(t);
	}
	CHECK(was_late);
}

static bool add(struct notes *n, struct budget *b, struct name_table *t, unsigned number,
                uint8_t kind)
{
	char text[64];
	struct name *name = name_hold(t, text_of(number, false, text));
	bool is_first =
	        notes_add_name(n, b, name, &(struct noted_name){ .number = number, .kind = kind });

	name_release(t, name);
	return is_first;
}

static void check_notes(const struct feed_set *feeds)
{
	struct budget budget = { .limit = SIZE_MAX };
	struct name_table *t = name_table_new(&budget, feeds, 3);
	struct packet packet = { .vlan_count = 1, .vlan = { 12 } };
	struct flow flow = { 0 };
	struct notes *n = notes_of(&flow, &budget, &packet);

	CHECK(n != NULL && notes_of(&flow, &budget, &packet) == n && n->below.vlan[0] == 12);
	for (unsigned i = 0; i < EVENT_NAMES_MAX; i++) {
		CHECK(!n->is_cut && add(n, &budget, t, i, 0));
		CHECK(!add(n, &budget, t, i, 0));
	}
	CHECK(n->is_cut && n->name_count == EVENT_NAMES_MAX && n->names[5].count == 2);
	CHECK(!add(n, &budget, t, 1000, 0) && n->name_count == EVENT_NAMES_MAX);
	CHECK(name_table_count(t) == EVENT_NAMES_MAX);
	notes_clear_names(n, t);
	CHECK(!n->is_cut && n->name_count == 0 && name_table_count(t) == 0);
	CHECK(add(n, &budget, t, 1, 0) && add(n, &budget, t, 1, 1)); /* each kind by itself */
	CHECK(notes_hello(n, &budget) != NULL && notes_hello(n, &budget) == n->hello);
	n->hello->sni = name_hold(t, BYTES("a.example"));
	CHECK(notes_http(n, &budget) != NULL && notes_http(n, &budget) == n->http);
	notes_drop(&flow, &budget, t);
	notes_drop(&flow, &budget, t);
	CHECK(flow.notes == NULL && name_table_count(t) == 0 && budget.used == 0);
	name_table_free(t);
}

static void check_notes_refused(const struct feed_set *feeds)
{
	for (size_t limit = 0; limit < 6000; limit += 64) {
		struct budget names_budget = { .limit = SIZE_MAX }, budget = { .limit = limit };
		struct name_table *t = name_table_new(&names_budget, feeds, 3);
		struct packet packet = { 0 };
		struct flow flow = { 0 };
		struct notes *n = notes_of(&flow, &budget, &packet);

		for (unsigned i = 0; n != NULL && i < EVENT_NAMES_MAX; i++)
			(void)add(n, &budget, t, i, 0);
		if (n != NULL) {
			(void)notes_hello(n, &budget);
			(void)notes_http(n, &budget);
		}
		CHECK(budget.used <= limit);
		notes_drop(&flow, &budget, t);
		CHECK(budget.used == 0 && names_budget.used == 0);
		name_table_free(t);
	}
}

int main(void)
{
	struct feed_set *feeds = builtin();

	check_references(feeds);
	check_texts(feeds);
	check_refusals(feeds);
	check_notes(feeds);
	check_notes_refused(feeds);
	feed_set_free(feeds);
	return 0;
}

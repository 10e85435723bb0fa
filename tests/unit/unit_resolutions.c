/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/resolutions.h"

#include "tests/bytes.h"
#include "tests/check.h"

enum { CLIENTS = 3, ADDRESSES = 4, NAMES = 60, MODEL_MAX = 4096, PAIR_MAX = 32 };

/* Everything that was ever learned, in order; what gave way is marked. */
struct learned {
	unsigned client, address, name;
	struct resolution what;
	bool is_gone;
};

static struct learned model[MODEL_MAX];
static size_t model_count;
static uint64_t state;

static uint32_t draw(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % limit;
}

static struct learned *find_known(unsigned client, unsigned address, unsigned name)
{
	for (size_t i = 0; i < model_count; i++)
		if (!model[i].is_gone && model[i].client == client && model[i].name == name &&
		    model[i].address == address)
			return &model[i];
	return NULL;
}

static size_t live_of(int client, unsigned address, struct learned **oldest)
{
	size_t count = 0;

	*oldest = NULL;
	for (size_t i = 0; i < model_count; i++) {
		struct learned *l = &model[i];

		if (l->is_gone ||
		    (client >= 0 && (l->client != (unsigned)client || l->address != address)))
			continue;
		/* Of all: in order of first learning. Of a pair: of last. */
		if (*oldest == NULL ||
		    (client >= 0 && l->what.learned_ns < (*oldest)->what.learned_ns))
			*oldest = l;
		count++;
	}
	return count;
}

static void model_learn(unsigned client, unsigned address, unsigned name,
                        const struct resolution *what, size_t capacity)
{
	struct learned *known = find_known(client, address, name), *oldest;

	if (known == NULL && live_of((int)client, address, &oldest) == PAIR_MAX) {
		oldest->name = name; /* in its place */
		known = oldest;
	}
	if (known != NULL) {
		known->what = *what;
		return;
	}
	if (live_of(-1, 0, &oldest) == capacity)
		oldest->is_gone = true;
	CHECK(model_count < MODEL_MAX);
	model[model_count++] = (struct learned){
		.client = client, .address = address, .name = name, .what = *what
	};
}

static void check_found(struct resolutions *r, const uint8_t client[16], const uint8_t address[16],
                        uint64_t now_ns)
{
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	size_t count = resolutions_find(r, client, address, now_ns, found), expected = 0;

	for (size_t i = 0; i < model_count; i++)
		expected += !model[i].is_gone && model[i].client == client[15] &&
		            model[i].address == address[15] && model[i].what.learned_ns <= now_ns &&
		            now_ns <= model[i].what.expires_ns;
	CHECK(count == (expected < RESOLUTIONS_FOUND_MAX ? expected : RESOLUTIONS_FOUND_MAX));
	for (size_t i = 0; i < count; i++) {
		unsigned name = 0;

		CHECK(i == 0 || found[i].learned_ns <= found[i - 1].learned_ns);
		CHECK(sscanf((const char *)found[i].question->text, "n%u", &name) == 1);
		const struct learned *l = find_known(client[15], address[15], name);

		CHECK(l != NULL && l->what.learned_ns == found[i].learned_ns);
		CHECK(found[i].aliases[0] != NULL && found[i].aliases[1] == NULL);
	}
}

static struct name *hold(struct name_table *names, const char *form, unsigned n)
{
	char text[32];
	int len = snprintf(text, sizeof text, form, n);

	return name_hold(names, (struct slice){ (uint8_t *)text, (size_t)len });
}

static void check_one_history(struct name_table *names, size_t capacity, uint64_t seed)
{
	struct resolutions *r = resolutions_new(capacity, names, seed);
	uint64_t now_ns = 1000;

	state = seed;
	model_count = 0;
	for (unsigned step = 0; step < 2500; step++) {
		uint8_t client[16] = { [15] = (uint8_t)draw(CLIENTS) };
		uint8_t address[16] = { [15] = (uint8_t)draw(draw(2) ? 1 : ADDRESSES) };
		unsigned n = draw(NAMES);

		now_ns++;
		struct resolution what = { .question = hold(names, "n%u.example", n),
			                   .aliases = { hold(names, "a%u.example", n % 7) },
			                   .learned_ns = now_ns,
			                   .expires_ns = now_ns + draw(300),
			                   .number = step };

		resolutions_learn(r, client, address, &what);
		model_learn(client[15], address[15], n, &what, capacity);
		name_release(names, what.question);
		name_release(names, what.aliases[0]);
		address[15] = (uint8_t)draw(ADDRESSES);
		check_found(r, client, address, now_ns - draw(50));
		now_ns += draw(10);
	}
	resolutions_forget(r, 3);
	resolutions_free(r);
	CHECK(name_table_count(names) == 0);
}

/* What an attacker's zone answers must not make a chain that is walked again and again. */
static void check_shared_address(struct name_table *names)
{
	static const uint8_t client[16] = { 1 }, address[16] = { 2 };
	struct resolution found[RESOLUTIONS_FOUND_MAX];
	struct resolutions *r = resolutions_new(1 << 18, names, 7);

	for (unsigned i = 0; i < 300000; i++) {
		struct resolution what = { .question = hold(names, "n%u.example", i),
			                   .learned_ns = i,
			                   .expires_ns = UINT64_MAX };

		resolutions_learn(r, client, address, &what);
		name_release(names, what.question);
	}
	CHECK(name_table_count(names) == PAIR_MAX);
	CHECK(resolutions_evictions(r) == 300000 - PAIR_MAX);
	CHECK(resolutions_find(r, client, address, 299999, found) == RESOLUTIONS_FOUND_MAX);
	CHECK(slice_is(name_text(found[0].question), "n299999.example"));
	resolutions_free(r);
}

int main(void)
{
	struct budget budget = { .limit = SIZE_MAX };
	struct feed_set *feeds = feed_builder_finish(feed_builder_new());
	struct name_table *names = name_table_new(&budget, feeds, 5);

	CHECK(names != NULL);
	for (uint64_t seed = 1; seed <= 4; seed++) {
		check_one_history(names, 1, seed);
		check_one_history(names, 40, seed);
		check_one_history(names, 1000, seed);
	}
	check_shared_address(names);
	CHECK(name_table_count(names) == 0);
	name_table_free(names);
	CHECK(budget.used == 0);
	feed_set_free(feeds);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/flow/assembly.h"

#include "tests/bytes.h"
#include "tests/check.h"

/* What an assembly must be, as an array of bytes and whether each is there. */
struct model {
	uint8_t first[ASSEMBLY_MAX], last[ASSEMBLY_MAX];
	bool has[ASSEMBLY_MAX];
};

static struct model model;
static uint64_t state;

static uint32_t draw(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % limit;
}

static void model_add(uint32_t at, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (!model.has[at + i])
			model.first[at + i] = bytes.ptr[i];
		model.last[at + i] = bytes.ptr[i];
		model.has[at + i] = true;
	}
}

static void model_move(int64_t by)
{
	static struct model moved;

	memset(&moved, 0, sizeof moved);
	for (int64_t i = 0; i < ASSEMBLY_MAX; i++) {
		if (i + by < 0 || i + by >= ASSEMBLY_MAX || !model.has[i])
			continue;
		moved.first[i + by] = model.first[i];
		moved.last[i + by] = model.last[i];
		moved.has[i + by] = true;
	}
	model = moved;
}

static void check_ranges(const struct assembly *a)
{
	uint32_t at = 0;

	for (size_t i = 0; i < a->range_count; i++) {
		CHECK(a->ranges[i].from < a->ranges[i].to);
		CHECK(i == 0 || a->ranges[i].from > a->ranges[i - 1].to); /* apart */
		for (; at < a->ranges[i].from; at++)
			CHECK(!model.has[at]);
		for (; at < a->ranges[i].to; at++)
			CHECK(model.has[at]);
	}
	for (; at < ASSEMBLY_MAX; at++)
		CHECK(!model.has[at]);
}

static void check_same(const struct assembly *a)
{
	struct slice window = assembly_window(a), other = assembly_other_window(a);
	size_t whole = 0;

	check_ranges(a);
	while (whole < ASSEMBLY_MAX && model.has[whole])
		whole++;
	CHECK(window.len == whole);
	CHECK(whole == 0 || memcmp(window.ptr, model.first, whole) == 0);
	CHECK(other.len == whole || other.len == 0);
	if (other.len > 0)
		CHECK(memcmp(other.ptr, model.last, whole) == 0);
	else
		CHECK(whole == 0 || memcmp(model.first, model.last, whole) == 0);
}

static void check_one_history(uint64_t seed)
{
	struct budget budget = { .limit = SIZE_MAX };
	struct assembly a = { 0 };
	uint8_t bytes[600];

	state = seed;
	memset(&model, 0, sizeof model);
	for (unsigned step = 0; step < 60; step++) {
		uint32_t kind = draw(12), len = 1 + draw(sizeof bytes), at = draw(4000);

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (uint8_t)(draw(8) == 0 ? draw(256) : at + i);
		if (kind < 10) {
			CHECK(assembly_add(&a, &budget, at, (struct slice){ bytes, len }));
			model_add(at, (struct slice){ bytes, len });
		} else if (kind == 10 && assembly_end(&a) + len < ASSEMBLY_MAX) {
			CHECK(assembly_shift(&a, &budget, len));
			model_move(len);
		} else {
			assembly_drop(&a, len);
			model_move(-(int64_t)len);
		}
		check_same(&a);
	}
	assembly_free(&a, &budget);
	CHECK(budget.used == 0 && a.first == NULL);
}

static void check_bounds(void)
{
	static uint8_t bytes[ASSEMBLY_MAX + 1];
	struct budget budget = { .limit = SIZE_MAX };
	struct assembly a = { 0 };

	CHECK(assembly_add(&a, &budget, 5, (struct slice){ 0 }) && assembly_is_empty(&a));
	CHECK(assembly_add(&a, &budget, 0, (struct slice){ bytes, ASSEMBLY_MAX }));
	CHECK(assembly_window(&a).len == ASSEMBLY_MAX);
	CHECK(!assembly_add(&a, &budget, ASSEMBLY_MAX, (struct slice){ bytes, 1 }));
	CHECK(!assembly_add(&a, &budget, 0, (struct slice){ bytes, sizeof bytes }));
	CHECK(!assembly_add(&a, &budget, UINT32_MAX, (struct slice){ bytes, 2 }));
	CHECK(!assembly_shift(&a, &budget, 1) && !assembly_shift(&a, &budget, UINT32_MAX));
	CHECK(assembly_window(&a).len == ASSEMBLY_MAX);
	assembly_drop(&a, UINT32_MAX);
	CHECK(assembly_is_empty(&a) && assembly_window(&a).len == 0);
	assembly_free(&a, &budget);
	CHECK(budget.used == 0);
}

/* As many holes as there is room for, and one more. */
static void check_holes(void)
{
	struct budget budget = { .limit = SIZE_MAX };
	struct assembly a = { 0 };

	for (uint32_t i = 0; i < ASSEMBLY_RANGES_MAX; i++)
		CHECK(assembly_add(&a, &budget, 2 * i, BYTES("x")));
	CHECK(!assembly_add(&a, &budget, 2 * ASSEMBLY_RANGES_MAX, BYTES("x")));
	CHECK(a.range_count == ASSEMBLY_RANGES_MAX);
	assembly_free(&a, &budget);
	CHECK(budget.used == 0);
}

/* The ceiling at every height: what was kept before stays, and the account is right. */
static void check_refusals(void)
{
	for (size_t limit = 0; limit < 40000; limit += 512) {
		struct budget budget = { .limit = limit };
		struct assembly a = { 0 };
		uint8_t bytes[700];

		memset(&model, 0, sizeof model);
		for (uint32_t i = 0; i < 12; i++) {
			struct slice piece = { bytes, sizeof bytes };
			uint32_t at = i * (i % 3 == 0 ? 650 : 1200);

			memset(bytes, (int)i + 1, sizeof bytes);
			if (assembly_add(&a, &budget, at, piece))
				model_add(at, piece);
			check_ranges(&a);
			CHECK(budget.used <= limit);
		}
		(void)assembly_shift(&a, &budget, 3000);
		assembly_free(&a, &budget);
		CHECK(budget.used == 0);
	}
}

static void check_budget(void)
{
	struct budget b = { .limit = 120 };
	char *some = budget_take(&b, 60);

	CHECK(some != NULL && some[0] == 0 && some[59] == 0 && b.used == 80);
	CHECK(budget_take(&b, 41) == NULL && b.used == 80 && b.refusals == 1);
	some[59] = 'x';
	CHECK(budget_grow(&b, some, 60, 121) == NULL && b.used == 80 && b.refusals == 2);
	some = budget_grow(&b, some, 60, 100);
	CHECK(some != NULL && some[59] == 'x' && b.used == 112);
	CHECK(budget_take(&b, SIZE_MAX) == NULL && b.used == 112);
	budget_give(&b, some, 100);
	budget_give(&b, NULL, 7);
	CHECK(b.used == 0 && b.refusals == 3);
}

int main(void)
{
	check_budget();
	check_bounds();
	check_holes();
	check_refusals();
	for (uint64_t seed = 1; seed <= 60; seed++)
		check_one_history(seed);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/seeing.h"

/* The first three are numbers in the event, the others have a count and a share. */
static const char *const names[SEEING_COUNTS] = {
	"packets",
	"flows",
	"hellos",
	"flows_named",
	"hellos_incomplete",
	"hellos_one_sided",
	"ech_real",
	"ech_grease",
	"ech_unknown",
	"doh",
	"dot",
	"doq",
	"drops",
	"evictions",
};

const char *seeing_name(size_t index)
{
	return names[index];
}

static uint64_t count_of(const struct json *visibility, const char *name)
{
	const struct json *value = json_get(visibility, name);
	uint64_t count = 0;

	if (json_is_object(value))
		value = json_get(value, "count");
	return json_number(value, &count) ? count : 0;
}

static void end_run(struct seeing *s, size_t run)
{
	for (size_t i = 0; i < SEEING_COUNTS; i++)
		s->before[i] += s->runs[run].counts[i];
}

void seeing_end_runs(struct seeing *s)
{
	for (size_t run = 0; run < s->count; run++)
		end_run(s, run);
	s->count = 0;
}

void seeing_take(struct seeing *s, uint32_t sensor, const struct json *visibility)
{
	uint64_t counts[SEEING_COUNTS];
	bool is_less = false;
	size_t run = 0;

	if (!json_is_object(visibility))
		return;
	while (run < s->count && s->runs[run].sensor != sensor)
		run++;
	if (run == SEEING_SENSORS)
		end_run(s, --run);
	else if (run == s->count)
		s->count++;
	else
		is_less = true; /* unless it is not */
	for (size_t i = 0; i < SEEING_COUNTS; i++)
		counts[i] = count_of(visibility, names[i]);
	if (is_less && counts[0] < s->runs[run].counts[0])
		end_run(s, run);
	s->runs[run].sensor = sensor;
	for (size_t i = 0; i < SEEING_COUNTS; i++)
		s->runs[run].counts[i] = counts[i];
	s->is_known = true;
}

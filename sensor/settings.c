/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/settings.h"

#include <stdio.h>
#include <string.h>

#include "sensor/capture/filter.h"
#include "sensor/event/event_json.h"
#include "sensor/log.h"
#include "sensor/sink/sink.h"

enum { NAMES_MAX = 64, VALUES_MAX = 256, WHY_MAX = 320 };

static void tell(void *context, const char *line)
{
	(void)context;
	log_error("%s", line);
}

static enum option_answer set(struct options *o, const struct config_setting *s)
{
	const struct config_text *texts = s->values.items;
	const char *values[VALUES_MAX];
	size_t count = 0;

	for (; count < s->values.count && count < VALUES_MAX; count++)
		values[count] = texts[count].text;
	return options_set(o, s->key, values, count);
}

/* What would be refused when it is opened, whatever machine this is. NULL: nothing. */
static const char *judge_values(const struct options *o, char why[WHY_MAX])
{
	enum event_shape shape;
	char fault[WHY_MAX - 16];

	for (size_t i = 0; i < o->outputs.count; i++)
		if (!sink_is_known(o->outputs.items[i]))
			return "names no kind of output that there is";
	if (o->format != NULL && !event_shape(o->format, &shape))
		return "is one of native, ecs, ocsf";
	if (o->filter == NULL || filter_is_right(o->filter, fault, sizeof fault))
		return NULL;
	snprintf(why, WHY_MAX, "is wrong: %s", fault);
	return why;
}

/* Tries the setting on options that nobody uses. */
static const char *judge(void *context, const struct config_setting *s)
{
	static const char *const words[] = {
		[OPTION_TAKEN] = NULL,
		[OPTION_UNKNOWN] = "is no option",
		[OPTION_IS_ONE] = "has one value, and this is a list",
		[OPTION_NO_MEMORY] = "finds no memory",
	};
	char *why = context;
	struct options trial = { 0 };
	enum option_answer answer = set(&trial, s);
	const char *wrong = answer == OPTION_TAKEN ? judge_values(&trial, why) : NULL;

	options_free(&trial);
	if (wrong != NULL)
		return wrong;
	if (answer != OPTION_NO_VALUE)
		return words[answer];
	const char *argument = options_argument(s->key);

	if (argument == NULL)
		return "is either true or false";
	snprintf(why, WHY_MAX, "wants %s", argument);
	return why;
}

struct config *settings_load(const char *path, struct options *o)
{
	const char *names[NAMES_MAX];
	char why[WHY_MAX];
	struct config_options use = { .names = names, .judge = judge, .context = why };

	while (use.count < NAMES_MAX && options_name(use.count) != NULL) {
		names[use.count] = options_name(use.count);
		use.count++;
	}
	struct config *c = config_load(path, &use, tell, NULL);
	const struct config_setting *s = c != NULL ? c->settings.items : NULL;

	for (size_t i = 0; c != NULL && i < c->settings.count; i++)
		(void)set(o, &s[i]);
	return c;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/settings.h"

#include <stdio.h>
#include <string.h>

#include "sensor/log.h"

enum { NAMES_MAX = 64, VALUES_MAX = 256 };

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

	options_free(&trial);
	if (answer != OPTION_NO_VALUE)
		return words[answer];
	const char *argument = options_argument(s->key);

	if (argument == NULL)
		return "is either true or false";
	snprintf(why, 64, "wants %s", argument);
	return why;
}

struct config *settings_load(const char *path, struct options *o)
{
	const char *names[NAMES_MAX];
	char why[64];
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

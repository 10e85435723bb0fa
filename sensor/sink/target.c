/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/target.h"

#include "sensor/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	char letter;
	uint64_t factor;
};

static const struct unit sizes[] = {
	{ 'k', 1000 },
	{ 'K', 1000 },
	{ 'M', 1000000 },
	{ 'G', 1000000000 },
};

static const struct unit times[] = {
	{ 's', 1 },
	{ 'm', 60 },
	{ 'h', 3600 },
	{ 'd', 86400 },
};

/* Digits and at most one unit; "B" may follow a size's. */
static bool parse_amount(const char *text, const struct unit *units, size_t count, uint64_t *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	unsigned long long number = strtoull(text, &end, 10);

	*value = number;
	for (size_t i = 0; i < count; i++)
		if (*end == units[i].letter) {
			*value = number * units[i].factor;
			end++;
			break;
		}
	if (units == sizes && *end == 'B')
		end++;
	return *end == '\0' && number < UINT32_MAX;
}

bool parse_size(const char *text, uint64_t *value)
{
	return parse_amount(text, sizes, sizeof sizes / sizeof *sizes, value);
}

bool parse_seconds(const char *text, uint64_t *value)
{
	return parse_amount(text, times, sizeof times / sizeof *times, value);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986, section 2.1; in place. */
static void decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '%' && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0) {
			*to++ = (char)(hex_digit(from[1]) * 16 + hex_digit(from[2]));
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static bool split_options(struct target *t, char *query, const char **reason)
{
	char *rest = NULL;

	for (char *item = strtok_r(query, "&", &rest); item != NULL;
	     item = strtok_r(NULL, "&", &rest)) {
		char *equals = strchr(item, '=');

		if (t->option_count == TARGET_OPTIONS_MAX) {
			*reason = "too many options";
			return false;
		}
		if (equals != NULL)
			*equals++ = '\0';
		else
			equals = item + strlen(item);
		decode(equals);
		t->options[t->option_count].key = item;
		t->options[t->option_count++].value = equals;
	}
	return true;
}

/* Empty, or a number; a name of a service would be looked up who knows where. */
static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long port = digits > 0 && digits < 6 ? strtol(text, NULL, 10) : 0;

	return text[digits] == '\0' && (digits == 0 || (port > 0 && port < 65536));
}

static bool split_authority(struct target *t, char *authority, const char **reason)
{
	char *end, *colon;

	t->host = authority;
	t->port = "";
	if (authority[0] == '[') {
		end = strchr(authority, ']');
		if (end == NULL) {
			*reason = "an IPv6 address without ]";
			return false;
		}
		*end++ = '\0';
		t->host = authority + 1;
		t->is_ipv6 = true;
		colon = *end == ':' ? end : NULL;
	} else {
		colon = strrchr(authority, ':');
	}
	if (colon != NULL && strchr(authority, ',') == NULL) { /* a list of brokers stays one */
		*colon = '\0';
		t->port = colon + 1;
	}
	if (t->host[0] == '\0')
		*reason = "no host";
	else if (!is_port(t->port))
		*reason = "a port is a number from 1 to 65535";
	return *reason == NULL;
}

bool target_parse(const char *address, struct target *out, const char **reason)
{
	static const char userinfo[] =
	        "user and password in a target are seen by everybody who lists processes: "
	        "use ?user=NAME&password_file=FILE or token_file=FILE, or the environment "
	        "(DANCECARD_PASSWORD, DANCECARD_TOKEN)";

	*out = (struct target){ .memory = strdup(address), .path = "" };
	if (out->memory == NULL)
		return false;
	char *query = strchr(out->memory, '?');

	if (query != NULL)
		*query++ = '\0';
	char *path = strchr(out->memory, '/');

	if (path != NULL) {
		*path++ = '\0';
		out->path = path;
	}
	if (strchr(out->memory, '@') != NULL)
		*reason = userinfo;
	if (*reason == NULL && split_authority(out, out->memory, reason) &&
	    (query == NULL || split_options(out, query, reason)))
		return true;
	target_free(out);
	return false;
}

void target_free(struct target *t)
{
	free(t->memory);
	t->memory = NULL;
}

const char *target_option(const struct target *t, const char *key, const char *fallback)
{
	for (size_t i = 0; i < t->option_count; i++)
		if (strcmp(t->options[i].key, key) == 0)
			return t->options[i].value;
	return fallback;
}

bool target_flag(const struct target *t, const char *key)
{
	const char *value = target_option(t, key, "no");

	return strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

bool target_size(const struct target *t, const char *key, uint64_t *value, const char **reason)
{
	const char *text = target_option(t, key, NULL);

	if (text == NULL || parse_size(text, value))
		return true;
	*reason = "a size is a number with k, M or G";
	return false;
}

bool target_seconds(const struct target *t, const char *key, uint64_t *value, const char **reason)
{
	const char *text = target_option(t, key, NULL);

	if (text == NULL || parse_seconds(text, value))
		return true;
	*reason = "a time is a number with s, m, h or d";
	return false;
}

static bool is_in(const char *key, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, key) == 0)
			return true;
	return false;
}

static void list_words(const char *const *list, char *out, size_t room)
{
	for (; *list != NULL; list++)
		snprintf(out + strlen(out), room - strlen(out), " %s", *list);
}

bool target_knows(const struct target *t, const char *const *ours, const char *const *theirs)
{
	char known[1024] = "";

	for (size_t i = 0; i < t->option_count; i++) {
		if (is_in(t->options[i].key, ours) || is_in(t->options[i].key, theirs))
			continue;
		list_words(ours, known, sizeof known);
		list_words(theirs, known, sizeof known);
		log_error("no such option of this output: %s; known are%s", t->options[i].key,
		          known);
		return false;
	}
	return true;
}

char *target_secret(const struct target *t, const char *option, const char *variable,
                    const char **reason)
{
	const char *path = target_option(t, option, NULL), *value = getenv(variable);
	char line[4096];

	if (path == NULL)
		return value != NULL && value[0] != '\0' ? strdup(value) : NULL;
	FILE *in = fopen(path, "re");
	bool ok = in != NULL && fgets(line, sizeof line, in) != NULL;

	if (in != NULL)
		fclose(in);
	if (!ok) {
		*reason = "the file with its secret cannot be read, or is empty";
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return strdup(line);
}

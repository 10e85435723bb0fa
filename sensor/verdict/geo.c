/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows libmaxminddb. */
#include "sensor/verdict/geo.h"

#include "sensor/event/address_text.h"
#include "sensor/event/time_text.h"
#include "sensor/event/wire_text.h"
#include "sensor/log.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DATABASES_MAX = 32, SOURCE_MAX = 96, PATH_DEPTH = 4 };

struct geo {
	size_t count;
	MMDB_s databases[DATABASES_MAX];
	char names[DATABASES_MAX][SOURCE_MAX];
	const char *sources[DATABASES_MAX];
};

/* "TYPE YYYY-MM-DD"; the type is the file's own word, which may be any bytes. */
static void name_source(const MMDB_s *db, char out[SOURCE_MAX])
{
	const char *type = db->metadata.database_type;
	char date[DATE_TEXT_MAX];
	size_t len = 0;

	for (; type != NULL && type[len] != '\0' && len < SOURCE_MAX - DATE_TEXT_MAX - 1; len++)
		out[len] = type[len] >= ' ' && type[len] <= '~' ? type[len] : '?';
	date_text(db->metadata.build_epoch, date);
	snprintf(out + len, SOURCE_MAX - len, "%s%s", len > 0 ? " " : "", date);
}

static bool refuse(const char *path, const char *reason)
{
	log_error("%s: %s", path, reason);
	return false;
}

static bool add_file(struct geo *g, const char *path)
{
	if (g->count == DATABASES_MAX)
		return refuse(path, "more databases than can be used at once (32)");
	MMDB_s *db = &g->databases[g->count];

	if (access(path, R_OK) != 0)
		return refuse(path, strerror(errno));
	int answer = MMDB_open(path, MMDB_MODE_MMAP, db);

	if (answer == MMDB_FILE_OPEN_ERROR || answer == MMDB_IO_ERROR)
		return refuse(path, "not a MaxMind database"); /* empty, or no regular file */
	if (answer != MMDB_SUCCESS)
		return refuse(path, MMDB_strerror(answer));
	name_source(db, g->names[g->count]);
	g->sources[g->count] = g->names[g->count];
	g->count++;
	return true;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

static int is_database(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_ending(entry->d_name, ".mmdb");
}

/* By bytes, whatever the locale: the first that knows is heard, so the order must not change. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* How many databases there were; a folder that is not there has none. */
static size_t add_folder(struct geo *g, const char *folder, unsigned *failures)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_database, by_name);

	if (count < 0)
		return 0;
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		*failures += !add_file(g, path);
		free(entries[i]);
	}
	free(entries);
	return (size_t)count;
}

static const char *const usual_folders[] = {
	"/usr/share/GeoIP",
	"/var/lib/GeoIP",
	"/usr/local/share/GeoIP",
};

/* Beside the program: in a build folder, and where it was installed. */
static const char *const own_folders[] = { "geo", "../share/dancecard/geo" };

static void add_own(struct geo *g, unsigned *failures)
{
	char program[PATH_MAX], folder[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);

	if (len <= 0)
		return;
	program[len] = '\0';
	char *slash = strrchr(program, '/');

	if (slash == NULL)
		return;
	*slash = '\0';
	for (size_t i = 0; i < sizeof own_folders / sizeof *own_folders; i++) {
		snprintf(folder, sizeof folder, "%s/%s", program, own_folders[i]);
		if (add_folder(g, folder, failures) > 0)
			return;
	}
}

struct geo *geo_open(const char *const *paths, size_t count, unsigned *failures)
{
	struct geo *g = malloc(sizeof *g);

	*failures = 0;
	if (g == NULL)
		return NULL;
	g->count = 0;
	for (size_t i = 0; i < count; i++)
		*failures += !add_file(g, paths[i]);
	if (count > 0)
		return g;
	for (size_t i = 0; i < sizeof usual_folders / sizeof *usual_folders; i++)
		(void)add_folder(g, usual_folders[i], failures);
	add_own(g, failures);
	return g;
}

void geo_free(struct geo *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->count; i++)
		MMDB_close(&g->databases[i]);
	free(g);
}

size_t geo_source_count(const struct geo *g)
{
	return g != NULL ? g->count : 0;
}

const char *const *geo_sources(const struct geo *g)
{
	return g != NULL ? (const char *const *)g->sources : NULL;
}

static bool is_text(const MMDB_entry_data_s *data)
{
	return data->type == MMDB_DATA_TYPE_UTF8_STRING && data->data_size > 0;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ISO 3166-1 alpha-2, and nothing else: IPinfo has a whole name under the key that others use for
 * the code. */
static void take_country(const MMDB_entry_data_s *data, struct event_geo *out)
{
	if (!is_text(data) || data->data_size != 2 || !is_letter(data->utf8_string[0]) ||
	    !is_letter(data->utf8_string[1]))
		return;
	out->country[0] = upper(data->utf8_string[0]);
	out->country[1] = upper(data->utf8_string[1]);
	out->country[2] = '\0';
}

/* What fits, whole characters only; up to what is not UTF-8. */
static void take_text(const MMDB_entry_data_s *data, char *out, size_t room)
{
	if (!is_text(data))
		return;
	struct slice text = { (const uint8_t *)data->utf8_string, data->data_size };
	size_t len = 0;

	for (size_t step = utf8_char(text); step > 0 && len + step < room; step = utf8_char(text)) {
		memcpy(out + len, text.ptr, step);
		len += step;
		text = slice_skip(text, step);
	}
	out[len] = '\0';
}

static void take_city(const MMDB_entry_data_s *data, struct event_geo *out)
{
	take_text(data, out->city, sizeof out->city);
}

static void take_holder(const MMDB_entry_data_s *data, struct event_geo *out)
{
	take_text(data, out->as_org, sizeof out->as_org);
}

/* "AS13335" */
static uint32_t number_of(const char *text, size_t len)
{
	uint64_t number = 0;
	size_t at = len > 2 && upper(text[0]) == 'A' && upper(text[1]) == 'S' ? 2 : 0;

	for (; at < len; at++) {
		if (text[at] < '0' || text[at] > '9' || number > UINT32_MAX)
			return 0;
		number = number * 10 + (uint64_t)(text[at] - '0');
	}
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

static void take_number(const MMDB_entry_data_s *data, struct event_geo *out)
{
	if (is_text(data))
		out->asn = number_of(data->utf8_string, data->data_size);
	else if (data->type == MMDB_DATA_TYPE_UINT32)
		out->asn = data->uint32;
	else if (data->type == MMDB_DATA_TYPE_UINT16)
		out->asn = data->uint16;
}

enum field { COUNTRY, CITY, NUMBER, HOLDER };

/* Where each layout keeps what. Of the rows for one field the first that has it is heard. */
static const struct {
	enum field field;
	const char *path[PATH_DEPTH];
	void (*take)(const MMDB_entry_data_s *, struct event_geo *);
} fields[] = {
	{ COUNTRY, { "country", "iso_code" }, take_country }, /* MaxMind, DB-IP */
	{ COUNTRY, { "country_code" }, take_country },        /* IPinfo lite; ip-location-db */
	{ COUNTRY, { "country" }, take_country },             /* IPinfo country, location, core */
	{ CITY, { "city", "names", "en" }, take_city },       /* MaxMind, DB-IP */
	{ CITY, { "city" }, take_city },                      /* IPinfo location */
	{ NUMBER, { "autonomous_system_number" }, take_number },       /* MaxMind, DB-IP */
	{ NUMBER, { "asn" }, take_number },                            /* IPinfo */
	{ HOLDER, { "autonomous_system_organization" }, take_holder }, /* MaxMind, DB-IP */
	{ HOLDER, { "as_name" }, take_holder },                        /* IPinfo lite */
	{ HOLDER, { "name" }, take_holder },                           /* IPinfo asn */
	{ HOLDER, { "as_domain" }, take_holder },                      /* IPinfo lite */
};

static bool is_filled(const struct event_geo *g, enum field field)
{
	const bool filled[] = {
		[COUNTRY] = g->country[0] != '\0',
		[CITY] = g->city[0] != '\0',
		[NUMBER] = g->asn != 0,
		[HOLDER] = g->as_org[0] != '\0',
	};

	return filled[field];
}

static void clear(struct event_geo *g)
{
	memset(g, 0, sizeof *g);
}

static bool look_up(const MMDB_s *db, const uint8_t address[16], MMDB_entry_s *entry)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = address_is_ipv4(address);
	int error = MMDB_SUCCESS;

	memcpy(&v4.sin_addr, address + 12, 4);
	memcpy(&v6.sin6_addr, address, 16);
	MMDB_lookup_result_s found = MMDB_lookup_sockaddr(
	        db, is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6, &error);

	*entry = found.entry;
	return error == MMDB_SUCCESS && found.found_entry;
}

/* What one database says. A record that is not what it should be says nothing. */
static void ask(const MMDB_s *db, const uint8_t address[16], struct event_geo *out)
{
	MMDB_entry_s entry;

	clear(out);
	if (!look_up(db, address, &entry))
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		MMDB_entry_data_s data;

		if (!is_filled(out, fields[i].field) &&
		    MMDB_aget_value(&entry, &data, fields[i].path) == MMDB_SUCCESS && data.has_data)
			fields[i].take(&data, out);
	}
}

/* The place is the word of one database: the first, unless a later one knows the city as well. */
static void merge_place(struct event_geo *out, const struct event_geo *said, const char *source)
{
	bool is_new = out->country[0] == '\0' && said->country[0] != '\0';
	bool is_closer = out->city[0] == '\0' && said->city[0] != '\0' &&
	                 strcmp(out->country, said->country) == 0;

	if (!is_new && !is_closer)
		return;
	memcpy(out->country, said->country, sizeof out->country);
	memcpy(out->city, said->city, sizeof out->city);
	out->source = source;
}

static void merge_network(struct event_geo *out, const struct event_geo *said, const char *source)
{
	bool is_new = out->asn == 0 && said->asn != 0;
	bool is_named = out->asn == said->asn && out->as_org[0] == '\0' && said->as_org[0] != '\0';

	if (!is_new && !(is_named && said->asn != 0))
		return;
	out->asn = said->asn;
	memcpy(out->as_org, said->as_org, sizeof out->as_org);
	out->as_source = source;
}

bool geo_find(const struct geo *g, const uint8_t address[16], struct event_geo *out)
{
	clear(out);
	for (size_t i = 0; i < geo_source_count(g); i++) {
		struct event_geo said;

		ask(&g->databases[i], address, &said);
		merge_place(out, &said, g->sources[i]);
		merge_network(out, &said, g->sources[i]);
	}
	if (out->source == NULL || out->source == out->as_source) {
		out->source = out->source != NULL ? out->source : out->as_source;
		out->as_source = NULL;
	}
	out->is_anycast = geo_network_is_anycast(out->asn);
	out->is_cdn = geo_network_is_cdn(out->asn);
	return out->source != NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The values that are no maps. Each reader says what it wanted, and what stands there instead. */
#include <ctype.h>
#include <stdio.h>

#include "sensor/config/schema.h"
#include "sensor/options.h"

enum { TEXT_MAX = 1024, NAME_MAX_LEN = 253, LABEL_MAX = 63 };
static const uint64_t day_ns = 86400U * UINT64_C(1000000000);

static bool want_text(struct config_reading *r, const char *key, const struct yaml_node *value)
{
	if (value == NULL || value->kind != YAML_SCALAR || yaml_is_null(value))
		return fault_add(r->faults,
		                 value != NULL ? value->place : (struct config_place){ 0 },
		                 "'%s' wants a text, and is %s", key, yaml_kind_word(value));
	if (value->text[0] == '\0')
		return fault_add(r->faults, value->place, "'%s' is an empty text", key);
	if (strlen(value->text) > TEXT_MAX)
		return fault_add(r->faults, value->place, "'%s' is longer than %d bytes", key,
		                 TEXT_MAX);
	return true;
}

static void read_text(struct config_reading *r, const struct config_key *key,
                      const struct yaml_node *value, void *at)
{
	if (want_text(r, key->name, value))
		*(const char **)at = value->text;
}

static void join_words(const char *const *words, char *out, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; words[i] != NULL && used < room; i++)
		used += (size_t)snprintf(out + used, room - used, "%s%s", i > 0 ? ", " : "",
		                         words[i]);
}

static void read_word(struct config_reading *r, const struct config_key *key,
                      const struct yaml_node *value, void *at)
{
	char all[128];

	if (!want_text(r, key->name, value))
		return;
	for (size_t i = 0; key->words[i] != NULL; i++)
		if (strcmp(key->words[i], value->text) == 0) {
			*(const char **)at = key->words[i];
			return;
		}
	join_words(key->words, all, sizeof all);
	fault_add(r->faults, value->place, "'%s' is no %s: one of %s", value->text, key->name, all);
}

static void read_time(struct config_reading *r, const struct config_key *key,
                      const struct yaml_node *value, void *at)
{
	if (!want_text(r, key->name, value))
		return;
	if (!options_time(value->text, at))
		fault_add(r->faults, value->place,
		          "'%s' is no time: 2022-12-06 or 2022-12-06T08:00:00Z", value->text);
}

static void read_until(struct config_reading *r, const struct config_key *key,
                       const struct yaml_node *value, void *at)
{
	uint64_t *ns = at;

	read_time(r, key, value, at);
	if (*ns > 0 && strlen(value->text) == strlen("2022-12-06") && value->text[4] == '-')
		*ns += day_ns;
}

typedef bool read_item(struct config_reading *, const struct config_key *, const struct yaml_node *,
                       void *item);

/* One value alone stands for a list of one. */
static void read_items(struct config_reading *r, const struct config_key *key,
                       const struct yaml_node *value, struct config_list *list, size_t size,
                       read_item *reader)
{
	const struct yaml_node *item = value;
	size_t count = 0;

	if (value != NULL && value->kind == YAML_LIST) {
		for (const struct yaml_node *n = item = value->first; n != NULL; n = n->next)
			count++;
	} else {
		count = 1;
	}
	if (value != NULL && item == NULL)
		fault_add(r->faults, value->place, "'%s' is an empty list", key->name);
	*list = (struct config_list){ .items = region_take(&r->config->region, count * size) };
	for (size_t i = 0; i < count && list->items != NULL; i++, item = item->next) {
		if (want_text(r, key->name, item) &&
		    reader(r, key, item, (char *)list->items + list->count * size))
			list->count++;
		if (item == NULL)
			break;
	}
}

static bool read_one_text(struct config_reading *r, const struct config_key *key,
                          const struct yaml_node *value, void *item)
{
	(void)r, (void)key;
	*(struct config_text *)item = (struct config_text){ value->text, value->place };
	return true;
}

static void read_texts(struct config_reading *r, const struct config_key *key,
                       const struct yaml_node *value, void *at)
{
	read_items(r, key, value, at, sizeof(struct config_text), read_one_text);
}

/* RFC 1123, section 2.1, and the underscores that are met. */
static bool is_host_name(const char *text)
{
	size_t len = strlen(text), label = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		label = c == '.' ? 0 : label + 1;
		if (!(isalnum(c) || c == '-' || c == '_' || c == '.') || label > LABEL_MAX ||
		    (c == '.' && (i == 0 || text[i - 1] == '.')))
			return false;
	}
	return len > 0 && len <= NAME_MAX_LEN;
}

const char *read_host_name(struct config_reading *r, const char *text, struct config_place place)
{
	size_t len = strlen(text);
	char *name = region_text(&r->config->region, text, len);

	if (name == NULL)
		return NULL;
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = '\0';
	for (char *c = name; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
	if (is_host_name(name))
		return name;
	fault_add(r->faults, place, "'%s' is no host name%s", text,
	          strchr(text, '/') != NULL ? ": leave out https:// and what follows the name"
	                                    : "");
	return NULL;
}

static bool read_one_name(struct config_reading *r, const struct config_key *key,
                          const struct yaml_node *value, void *item)
{
	const char *name = read_host_name(r, value->text, value->place);

	(void)key;
	*(struct config_text *)item = (struct config_text){ name, value->place };
	return name != NULL;
}

static void read_names(struct config_reading *r, const struct config_key *key,
                       const struct yaml_node *value, void *at)
{
	read_items(r, key, value, at, sizeof(struct config_text), read_one_name);
}

static bool read_one_prefix(struct config_reading *r, const struct config_key *key,
                            const struct yaml_node *value, void *item)
{
	struct config_prefix *out = item;

	(void)key;
	out->place = value->place;
	switch (prefix_parse(value->text, &out->prefix)) {
	case PREFIX_OK:
		return true;
	case PREFIX_NO_LENGTH:
		return fault_add(r->faults, value->place,
		                 "'%s': the length behind / is no number from 0 to %d", value->text,
		                 strchr(value->text, ':') != NULL ? 128 : 32);
	case PREFIX_HOST_BITS:
		return fault_add(
		        r->faults, value->place,
		        "'%s' has bits behind its length: is the address or the length wrong?",
		        value->text);
	default:
		return fault_add(r->faults, value->place,
		                 "'%s' is no address or prefix: 10.20.0.0/16, 2001:db8::/32",
		                 value->text);
	}
}

static void read_prefixes(struct config_reading *r, const struct config_key *key,
                          const struct yaml_node *value, void *at)
{
	read_items(r, key, value, at, sizeof(struct config_prefix), read_one_prefix);
}

/* "12" or "120-129"; IEEE 802.1Q: 1 to 4094. */
static bool read_one_vlan(struct config_reading *r, const struct config_key *key,
                          const struct yaml_node *value, void *item)
{
	struct config_vlans *out = item;
	unsigned first = 0, last = 0;
	char more = '\0';
	int got = sscanf(value->text, "%4u-%4u%c", &first, &last, &more);

	(void)key;
	if (got == 1 && sscanf(value->text, "%4u%c", &first, &more) == 1)
		last = first;
	else if (got != 2 || !isdigit((unsigned char)value->text[0]))
		return fault_add(r->faults, value->place, "'%s' is no VLAN: 12, or 120-129",
		                 value->text);
	if (first < 1 || last > 4094)
		return fault_add(r->faults, value->place, "VLAN %s is not in 1 to 4094",
		                 value->text);
	if (first > last)
		return fault_add(r->faults, value->place, "VLANs %s: the first is above the last",
		                 value->text);
	*out = (struct config_vlans){ (uint16_t)first, (uint16_t)last, value->place };
	return true;
}

static void read_vlans(struct config_reading *r, const struct config_key *key,
                       const struct yaml_node *value, void *at)
{
	read_items(r, key, value, at, sizeof(struct config_vlans), read_one_vlan);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Six pairs of digits between colons or hyphens. */
static bool parse_mac(const char *text, uint8_t mac[6])
{
	if (strlen(text) != 17)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = digit_of(text[3 * i]), low = digit_of(text[3 * i + 1]);

		if (high < 0 || low < 0 ||
		    (i < 5 && text[3 * i + 2] != ':' && text[3 * i + 2] != '-'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool read_one_mac(struct config_reading *r, const struct config_key *key,
                         const struct yaml_node *value, void *item)
{
	struct config_mac *out = item;

	(void)key;
	out->place = value->place;
	if (!parse_mac(value->text, out->mac))
		return fault_add(r->faults, value->place, "'%s' is no MAC: 02:00:5e:10:00:01",
		                 value->text);
	if ((out->mac[0] & 1) != 0)
		return fault_add(r->faults, value->place, "'%s' is a group's MAC, no host's",
		                 value->text);
	return true;
}

static void read_macs(struct config_reading *r, const struct config_key *key,
                      const struct yaml_node *value, void *at)
{
	read_items(r, key, value, at, sizeof(struct config_mac), read_one_mac);
}

read_value *const value_readers[CONFIG_KINDS] = {
	[CONFIG_TEXT] = read_text,         [CONFIG_WORD] = read_word,
	[CONFIG_TIME] = read_time,         [CONFIG_UNTIL] = read_until,
	[CONFIG_TEXTS] = read_texts,       [CONFIG_NAMES] = read_names,
	[CONFIG_PREFIXES] = read_prefixes, [CONFIG_VLANS] = read_vlans,
	[CONFIG_MACS] = read_macs,         [CONFIG_RECORD] = read_record,
	[CONFIG_RECORDS] = read_records,   [CONFIG_INVENTORY] = read_inventory,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Maps, by their tables. */
#include <stdio.h>

#include "sensor/config/schema.h"

enum { KEYS_MAX = 96 };

static const struct config_key *find_key(const struct config_table *t, const char *name)
{
	for (size_t i = 0; i < t->key_count; i++)
		if (strcmp(t->keys[i].name, name) == 0)
			return &t->keys[i];
	return NULL;
}

static bool is_setting(const struct config_reading *r, const struct config_table *t,
                       const char *name)
{
	for (size_t i = 0; t == &config_table_root && r->options != NULL && i < r->options->count;
	     i++)
		if (strcmp(r->options->names[i], name) == 0)
			return true;
	return false;
}

static void tell_unknown(struct config_reading *r, const struct config_table *t,
                         const struct yaml_node *key)
{
	const char *known[KEYS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < t->key_count && count < KEYS_MAX; i++)
		known[count++] = t->keys[i].name;
	for (size_t i = 0; t == &config_table_root && r->options != NULL && i < r->options->count &&
	                   count < KEYS_MAX;
	     i++)
		known[count++] = r->options->names[i];
	const char *near = nearest_word(key->text, known, count);

	if (near != NULL)
		fault_add(r->faults, key->place, "%s has no key '%s'; is '%s' meant?", t->what,
		          key->text, near);
	else
		fault_add(r->faults, key->place, "%s has no key '%s'", t->what, key->text);
}

static bool add_setting_value(struct config_reading *r, const char *key,
                              const struct yaml_node *value, struct config_setting *s)
{
	if (value == NULL || value->kind != YAML_SCALAR || yaml_is_null(value))
		return fault_add(r->faults, value != NULL ? value->place : s->place,
		                 "'%s' wants a text or a list of texts, and has %s", key,
		                 yaml_kind_word(value));
	((struct config_text *)s->values.items)[s->values.count++] =
	        (struct config_text){ value->text, value->place };
	return true;
}

/* What the command line can say is judged by whoever reads the command line. */
static void read_setting(struct config_reading *r, const struct yaml_node *key)
{
	struct config_list *all = &r->config->settings;
	struct config_setting *s = (struct config_setting *)all->items + all->count;
	const struct yaml_node *value = key->value;
	size_t count = 1;

	*s = (struct config_setting){ .key = key->text, .place = key->place };
	s->was_list = value != NULL && value->kind == YAML_LIST;
	if (s->was_list) {
		count = 0;
		for (const struct yaml_node *n = value = value->first; n != NULL; n = n->next)
			count++;
	}
	s->values.items = region_take(&r->config->region, count * sizeof(struct config_text));
	for (size_t i = 0; i < count && s->values.items != NULL; i++) {
		(void)add_setting_value(r, key->text, value, s);
		value = value != NULL ? value->next : NULL;
	}
	if (s->values.count == 0)
		return;
	all->count++;
	const char *why =
	        r->options->judge != NULL ? r->options->judge(r->options->context, s) : NULL;

	if (why != NULL)
		fault_add(r->faults, ((const struct config_text *)s->values.items)->place,
		          "'%s' %s", key->text, why);
}

static void tell_missing(struct config_reading *r, const struct config_table *t,
                         const struct yaml_node *node)
{
	for (size_t i = 0; i < t->key_count; i++) {
		const struct yaml_node *k = node->first;

		while (k != NULL && strcmp(k->text, t->keys[i].name) != 0)
			k = k->next;
		if (k == NULL && t->keys[i].is_required)
			fault_add(r->faults, node->place, "%s needs the key '%s'", t->what,
			          t->keys[i].name);
	}
}

void schema_read(struct config_reading *r, const struct config_table *t,
                 const struct yaml_node *node, void *record)
{
	if (node == NULL || node->kind != YAML_MAP) {
		fault_add(r->faults, node != NULL ? node->place : (struct config_place){ 0 },
		          "%s is a map (key: value), and this is %s", t->what,
		          yaml_kind_word(node));
		return;
	}
	if (t == &config_table_root)
		r->config->settings.items = region_take(
		        &r->config->region, (node->count + 1) * sizeof(struct config_setting));
	for (const struct yaml_node *k = node->first; k != NULL; k = k->next) {
		const struct config_key *key = find_key(t, k->text);

		if (key != NULL)
			value_readers[key->kind](r, key, k->value, (char *)record + key->at);
		else if (is_setting(r, t, k->text))
			read_setting(r, k);
		else
			tell_unknown(r, t, k);
	}
	tell_missing(r, t, node);
}

void read_record(struct config_reading *r, const struct config_key *key,
                 const struct yaml_node *value, void *at)
{
	if (value != NULL)
		*(struct config_place *)at = value->place;
	schema_read(r, key->table, value, at);
}

void read_records(struct config_reading *r, const struct config_key *key,
                  const struct yaml_node *value, void *at)
{
	struct config_list *list = at;
	size_t count = 0, size = key->table->size;

	if (value == NULL || value->kind != YAML_LIST) {
		fault_add(r->faults, value != NULL ? value->place : (struct config_place){ 0 },
		          "'%s' is a list (- …), and this is %s", key->name, yaml_kind_word(value));
		return;
	}
	for (const struct yaml_node *n = value->first; n != NULL; n = n->next)
		count++;
	*list = (struct config_list){ .items = region_take(&r->config->region, count * size) };
	for (const struct yaml_node *n = value->first; n != NULL && list->items != NULL;
	     n = n->next)
		read_record(r, key, n, (char *)list->items + list->count++ * size);
}

void read_inventory(struct config_reading *r, const struct config_key *key,
                    const struct yaml_node *value, void *at)
{
	if (value == NULL || value->kind != YAML_SCALAR || yaml_is_null(value)) {
		read_records(r, key, value, at);
		return;
	}
	inventory_read(r, value->text, value->place, at);
}

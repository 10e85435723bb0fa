/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/brands.h"

#define BRAND_MAX 32
#define ENDING    2

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What stands before a country's ending: "ads-sg.tiktok" of "ads-sg.tiktok.tv"; empty: no such. */
static struct text before_ending(struct text name)
{
	const struct text nothing = { 0 };

	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (name.len <= ENDING + 1 || name.ptr[name.len - ENDING - 1] != '.' ||
	    !is_letter(name.ptr[name.len - 1]) || !is_letter(name.ptr[name.len - 2]))
		return nothing;
	name.len -= ENDING + 1;
	return name;
}

/* The brand's row, for the last label of `name`, which has others before it. */
static bool find_brand(const struct feed_set *set, struct text name, struct name_match *out)
{
	char row[BRAND_MAX + sizeof ".*"];
	size_t from = name.len;

	while (from > 0 && name.ptr[from - 1] != '.')
		from--;
	size_t len = name.len - from;

	if (from == 0 || len == 0 || len > BRAND_MAX)
		return false;
	memcpy(row, name.ptr + from, len);
	memcpy(row + len, ".*", sizeof ".*");
	return names_find(&set->brands, &set->arena, row, len + 2, out) == NAME_MATCHED &&
	       out->start == 0;
}

/* Up to the first hyphen; the classes know the word without its digits. */
static struct text first_word(struct text name)
{
	struct text word = text_until(&name, '.');

	return text_until(&word, '-');
}

const struct label_class *brands_find(const struct feed_set *set, struct text name,
                                      struct name_match *out)
{
	struct text before = before_ending(name);
	struct rule_tag tag;

	if (set->brands.count == 0 || before.len == 0 || !find_brand(set, before, out))
		return NULL;
	memcpy(&tag, set->arena.bytes + out->tag, sizeof tag);
	const struct label_class *class =
	        labels_find(&set->labels, &set->arena, first_word(name), tag.product);

	return class != NULL && class->is_telling ? class : NULL;
}

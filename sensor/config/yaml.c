/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows libfyaml. */
#include "sensor/config/yaml.h"

#include "sensor/event/wire_text.h"

#include <libfyaml.h>
#include <string.h>

/* The tree while it grows: the open lists and maps, the innermost last. */
struct growth {
	struct region *region;
	struct faults *faults;
	struct yaml_node *root;
	struct yaml_node *open[YAML_DEPTH_MAX];
	struct yaml_node *key; /* of the innermost map: it waits for its value */
	size_t depth;
	unsigned documents;
	bool is_hopeless;
};

static struct config_place place_of(struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);

	if (mark == NULL)
		return (struct config_place){ 0 };
	return (struct config_place){ (unsigned)mark->line + 1, (unsigned)mark->column + 1 };
}

static bool give_up(struct growth *g, struct config_place place, const char *why)
{
	g->is_hopeless = true;
	return fault_add(g->faults, place, "%s", why);
}

static void check_key(struct growth *g, struct yaml_node *map, const struct yaml_node *key)
{
	if (++map->count > YAML_KEYS_MAX) {
		give_up(g, key->place, "too many keys in one map");
		return;
	}
	if (key->kind != YAML_SCALAR) {
		give_up(g, key->place, "a key is a word, not a list or a map");
		return;
	}
	for (const struct yaml_node *k = map->first; k != NULL; k = k->next)
		if (k != key && k->text != NULL && strcmp(k->text, key->text) == 0) {
			fault_add(g->faults, key->place,
			          "'%s' stands here twice; the first is in line %u", key->text,
			          k->place.line);
			return;
		}
}

static void append(struct yaml_node *parent, struct yaml_node *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

static void plant(struct growth *g, struct yaml_node *node)
{
	struct yaml_node *parent = g->depth > 0 ? g->open[g->depth - 1] : NULL;

	if (parent == NULL) {
		g->root = node;
		return;
	}
	if (parent->kind == YAML_LIST) {
		append(parent, node);
		return;
	}
	if (g->key != NULL) {
		if (node->place.line == 0) /* nothing stands there: it has no place */
			node->place = g->key->place;
		g->key->value = node;
		g->key = NULL;
		return;
	}
	append(parent, node);
	check_key(g, parent, node);
	g->key = node;
}

static struct yaml_node *add_node(struct growth *g, enum yaml_kind kind, struct fy_event *event)
{
	struct yaml_node *node = region_take(g->region, sizeof *node);

	if (node == NULL) {
		give_up(g, (struct config_place){ 0 }, "out of memory");
		return NULL;
	}
	node->kind = kind;
	node->place = place_of(event);
	plant(g, node);
	return node;
}

static void open_node(struct growth *g, enum yaml_kind kind, struct fy_event *event)
{
	if (g->depth == YAML_DEPTH_MAX) {
		give_up(g, place_of(event), "lists and maps lie too deep in each other");
		return;
	}
	struct yaml_node *node = add_node(g, kind, event);

	if (node != NULL)
		g->open[g->depth++] = node;
}

static void add_scalar(struct growth *g, struct fy_event *event)
{
	size_t len = 0;
	const char *text = fy_token_get_text(event->scalar.value, &len);
	char *copy = text != NULL ? region_text(g->region, text, len) : NULL;
	struct yaml_node node = { .kind = YAML_SCALAR, .place = place_of(event) };

	if (copy == NULL) {
		give_up(g, node.place, "out of memory");
		return;
	}
	if (memchr(copy, '\0', len) != NULL) {
		give_up(g, node.place, "a NUL byte stands in this text");
		return;
	}
	struct yaml_node *kept = region_take(g->region, sizeof *kept);

	if (kept == NULL)
		return;
	*kept = node;
	kept->text = copy;
	enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);

	kept->is_plain = style == FYSS_PLAIN;
	/* libfyaml's mark is behind the quote. */
	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && kept->place.column > 1)
		kept->place.column--;
	plant(g, kept);
}

static bool has_anchor(const struct fy_event *event)
{
	switch (event->type) {
	case FYET_SCALAR:
		return event->scalar.anchor != NULL || event->scalar.tag != NULL;
	case FYET_MAPPING_START:
		return event->mapping_start.anchor != NULL || event->mapping_start.tag != NULL;
	case FYET_SEQUENCE_START:
		return event->sequence_start.anchor != NULL || event->sequence_start.tag != NULL;
	default:
		return event->type == FYET_ALIAS;
	}
}

static void take(struct growth *g, struct fy_event *event)
{
	if (has_anchor(event)) {
		give_up(g, place_of(event),
		        "anchors (&), aliases (*) and tags (!) are not read here; "
		        "quote a text that begins so");
		return;
	}
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (g->documents++ > 0)
			give_up(g, place_of(event), "a second document begins; one file is one");
		break;
	case FYET_MAPPING_START:
		open_node(g, YAML_MAP, event);
		break;
	case FYET_SEQUENCE_START:
		open_node(g, YAML_LIST, event);
		break;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		g->depth--;
		break;
	case FYET_SCALAR:
		add_scalar(g, event);
		break;
	default:
		break;
	}
}

/* libfyaml's own words, the first of them: what follows is about the same. */
static void tell_syntax(struct growth *g, struct fy_diag *diag)
{
	void *at = NULL;
	const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &at);

	g->is_hopeless = true;
	if (error == NULL)
		return;
	fault_add(g->faults,
	          (struct config_place){ (unsigned)error->line, (unsigned)error->column },
	          "this is no YAML: %s", error->msg);
}

static void grow(struct growth *g, struct fy_parser *parser)
{
	struct fy_event *event;

	while (!g->is_hopeless && (event = fy_parser_parse(parser)) != NULL) {
		take(g, event);
		fy_parser_event_free(parser, event);
	}
}

static void parse(struct growth *g, const char *text, size_t len)
{
	struct fy_diag_cfg how;

	fy_diag_cfg_default(&how);
	how.level = FYET_ERROR;
	struct fy_diag *diag = fy_diag_create(&how);
	struct fy_parser *parser = NULL;

	if (diag == NULL)
		return;
	fy_diag_set_collect_errors(diag, true);
	parser = fy_parser_create(&(struct fy_parse_cfg){ .flags = FYPCF_QUIET, .diag = diag });
	if (parser != NULL && fy_parser_set_string(parser, text, len) == 0)
		grow(g, parser);
	if (fy_diag_got_error(diag))
		tell_syntax(g, diag);
	if (parser != NULL)
		fy_parser_destroy(parser);
	fy_diag_destroy(diag);
}

/* libfyaml 0.7.12 does not come back from a directive with broken UTF-8: it gets neither. */
static bool is_readable(const uint8_t *text, size_t len, struct faults *faults)
{
	struct config_place at = { 1, 1 };

	for (size_t i = 0, step; i < len; i += step, at.column++) {
		step = text[i] == '\0' ? 0 : utf8_char((struct slice){ text + i, len - i });
		if (step == 0)
			return fault_add(faults, at, "byte 0x%02x is no UTF-8", text[i]);
		if (text[i] == '%' && at.column == 1)
			return fault_add(faults, at, "directives (%%) are not read here");
		if (text[i] == '\n')
			at = (struct config_place){ at.line + 1, 0 };
	}
	return true;
}

struct yaml_node *yaml_read(struct region *region, const char *text, size_t len,
                            struct faults *faults)
{
	struct growth g = { .region = region, .faults = faults };
	size_t before = faults->count;

	if (!is_readable((const uint8_t *)text, len, faults))
		return NULL;
	parse(&g, text, len);
	if (!g.is_hopeless && g.root != NULL && g.depth == 0)
		return g.root;
	if (faults->count == before)
		fault_add(faults, (struct config_place){ 0 }, "there is nothing in it");
	return NULL;
}

const char *yaml_kind_word(const struct yaml_node *node)
{
	if (node == NULL || yaml_is_null(node))
		return "empty";
	return node->kind == YAML_LIST ? "a list" : node->kind == YAML_MAP ? "a map" : "text";
}

bool yaml_is_null(const struct yaml_node *n)
{
	return n == NULL ||
	       (n->kind == YAML_SCALAR && n->is_plain &&
	        (n->text[0] == '\0' || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0));
}

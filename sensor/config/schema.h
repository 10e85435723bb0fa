/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CONFIG_SCHEMA_H
#define SENSOR_CONFIG_SCHEMA_H

#include "sensor/config/config.h"
#include "sensor/config/yaml.h"

/*
 * What may stand in the file, as tables: a table for each kind of map, a row for each key. Reading,
 * the messages about mistakes and the nearest known key all come from them.
 */
enum config_kind {
	CONFIG_TEXT,      /* const char * */
	CONFIG_WORD,      /* const char *, one of `words` */
	CONFIG_TIME,      /* uint64_t, ns */
	CONFIG_UNTIL,     /* the same; a date alone means the end of that day */
	CONFIG_TEXTS,     /* config_list of struct config_text */
	CONFIG_NAMES,     /* the same, host names in lower case */
	CONFIG_PREFIXES,  /* config_list of struct config_prefix */
	CONFIG_VLANS,     /* config_list of struct config_vlans */
	CONFIG_MACS,      /* config_list of struct config_mac */
	CONFIG_RECORD,    /* a map, in place */
	CONFIG_RECORDS,   /* config_list of such */
	CONFIG_INVENTORY, /* records, or the name of a file that has them */
	CONFIG_KINDS
};

struct config_table;

struct config_key {
	const char *name;
	enum config_kind kind;
	size_t at;
	const struct config_table *table; /* of CONFIG_RECORD and its like */
	const char *const *words;         /* of CONFIG_WORD, NULL behind the last */
	bool is_required;
};

/* A record begins with its struct config_place. */
struct config_table {
	const char *what; /* "a network", for messages */
	const struct config_key *keys;
	size_t key_count;
	size_t size;
};

extern const struct config_table config_table_root, config_table_site;

/* What a reading needs everywhere. */
struct config_reading {
	struct config *config;
	struct faults *faults;
	const struct config_options *options;
};

/* Reads `node` into `record`. What is wrong is among the faults. */
void schema_read(struct config_reading *, const struct config_table *, const struct yaml_node *node,
                 void *record);
/* The reader of each kind of value. */
typedef void read_value(struct config_reading *, const struct config_key *,
                        const struct yaml_node *value, void *at);
extern read_value *const value_readers[CONFIG_KINDS];

/* records.c: maps in maps. */
read_value read_record, read_records, read_inventory;
/* A host name in lower case, without a final dot; NULL after a fault. */
const char *read_host_name(struct config_reading *, const char *text, struct config_place);

/* inventory.c: a CSV or YAML file of sites, beside the config. */
void inventory_read(struct config_reading *, const char *file, struct config_place,
                    struct config_list *);

/* SHA-256; zeros where it cannot be made. */
void hash_of(struct slice text, uint8_t out[32]);
/* The whole file's bytes, at most 16 MiB; false: `why` says why not. */
bool file_read(struct region *, const char *path, struct slice *out, const char **why);

/* check.c: what only the whole file shows; builds the tables for looking up. */
void config_check(struct config_reading *);
/* The inventory alone, and puts it in order. */
void config_check_sites(struct config_reading *);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/reload.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/flow/name.h"
#include "tests/catch_errors.h"

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "wb");

	CHECK(out != NULL && fputs(text, out) >= 0 && fclose(out) == 0);
}

/* Polls as a pipeline does; false: it was said that the old ones stay. */
static bool take(struct reload *r, struct knowledge *out, char *said)
{
	int ends[2], before = catch_begin(ends);
	bool is_taken = false;

	said[0] = '\0';
	for (int i = 0; i < 1000 && !is_taken; i++) {
		is_taken = reload_take(r, out);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	catch_end(ends, before, said);
	return is_taken;
}

static void test_reload(void)
{
	char folder[] = "/tmp/dancecard-reload-XXXXXX", config[64], feed[64], said[CATCH_MAX];

	CHECK(mkdtemp(folder) != NULL);
	snprintf(config, sizeof config, "%s/c.yaml", folder);
	snprintf(feed, sizeof feed, "%s/f.txt", folder);
	write_file(config, "networks: [{name: a, vlans: 1}]\n");
	write_file(feed, "one.example\n");
	char *argv[] = { (char[]){ "dancecard" },
		         (char[]){ "-c" },
		         config,
		         (char[]){ "-f" },
		         feed,
		         (char[]){ "--no-builtin-feed" },
		         (char[]){ "-r" },
		         (char[]){ "x" },
		         NULL };
	struct reload *r = reload_new(8, argv);
	struct knowledge k = { 0 };

	CHECK(r != NULL && !reload_take(r, &k));
	reload_ask(r);
	CHECK(take(r, &k, said));
	CHECK(k.config->networks.count == 1 && feed_set_names(k.feeds) == 1);
	CHECK(strstr(said, "read again: 1 names") != NULL);
	knowledge_free(&k);

	/* A config with a mistake, a feed that is gone: nothing is taken, and why is said. */
	write_file(config, "networks: [{name: a, vlans: 1}]\nzebra: 1\n");
	reload_ask(r);
	CHECK(!take(r, &k, said) &&
	      strstr(said, "c.yaml:2:1: the config has no key 'zebra'") != NULL);
	CHECK(strstr(said, "stay as they were") != NULL);
	write_file(config, "networks: []\n");
	CHECK(unlink(feed) == 0);
	reload_ask(r);
	CHECK(!take(r, &k, said) && strstr(said, "stay as they were") != NULL);

	/* And once they are right again, the next one is. */
	write_file(feed, "two.example\nthree.example\n");
	reload_ask(r);
	CHECK(take(r, &k, said) && k.config->networks.count == 0 && feed_set_names(k.feeds) == 2);
	knowledge_free(&k);
	reload_ask(r);
	CHECK(!reload_take(r, &k)); /* begun, and freed while it reads */
	reload_free(r);
	CHECK(unlink(feed) == 0 && unlink(config) == 0 && rmdir(folder) == 0);
}

/* Polls until something is said, for as long as a slow machine may need. */
static bool wait_for(struct reload *r, struct knowledge *out, const char *said_part)
{
	char said[CATCH_MAX];
	bool is_taken = false, is_said = false;

	for (int i = 0; i < 30 && !is_said; i++) {
		is_taken = take(r, out, said);
		is_said = strstr(said, said_part) != NULL;
	}
	CHECK(is_said);
	return is_taken;
}

/* A changed file is read without being asked for; one that looks half-written is not taken. */
static void test_watch(void)
{
	char path[] = "/tmp/dancecard-watch-XXXXXX", said[CATCH_MAX];
	int fd = mkstemp(path);
	char *argv[] = {
		(char[]){ "dancecard" }, (char[]){ "-f" }, path, (char[]){ "--no-builtin-feed" },
		(char[]){ "-i" },        (char[]){ "x" },  NULL
	};
	struct reload *r = reload_new(6, argv);
	struct knowledge first = { 0 }, k = { 0 };

	CHECK(fd >= 0 && close(fd) == 0 && r != NULL);
	write_file(path, "one.example\ntwo.example\nthree.example\n");
	reload_ask(r);
	CHECK(take(r, &first, said) && feed_set_names(first.feeds) == 3);
	reload_watch(r, first.feeds, 1);
	CHECK(!take(r, &k, said) && said[0] == '\0'); /* nothing changed */

	write_file(path, "one.example\ntwo.exam");
	CHECK(!wait_for(r, &k, "looks cut off"));
	write_file(path, "one.example\n");
	CHECK(!wait_for(r, &k, "looks cut off"));
	CHECK(!take(r, &k, said) && said[0] == '\0'); /* a bad file is tried once */
	write_file(path, "...\n...\n...\n...\n...\n...\n...\n...\n");
	CHECK(!wait_for(r, &k, "stay as they were"));

	write_file(path, "one.example\ntwo.example\nthree.example\nfour.example\n");
	CHECK(wait_for(r, &k, "read again: 4 names") && feed_set_names(k.feeds) == 4);
	knowledge_free(&first);

	/* Whoever asks means it. */
	write_file(path, "one.example\n");
	reload_ask(r);
	CHECK(take(r, &first, said) && feed_set_names(first.feeds) == 1);
	knowledge_free(&k);
	reload_free(r);
	knowledge_free(&first);
	CHECK(unlink(path) == 0);
}

static struct feed_set *feed_of(const char *text)
{
	char path[] = "/tmp/dancecard-feed-XXXXXX";
	int fd = mkstemp(path);
	struct feed_builder *b = feed_builder_new();
	struct feed_counts counts = { 0 };

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
	CHECK(feed_builder_add_file(b, path, &(struct feed_options){ .tag = "t" }, &counts));
	CHECK(unlink(path) == 0);
	return feed_builder_finish(b);
}

/* Names that are held are judged anew, and what was found in the old set outlives it. */
static void test_names(void)
{
	struct budget budget = { .limit = 1 << 20 };
	struct feed_set *old = feed_of("one.example\n"), *fresh = feed_of("two.example\n");
	struct name_table *t = name_table_new(&budget, old, 1);
	struct name *one = name_hold(t, (struct slice){ (const uint8_t *)"a.one.example", 13 });
	struct name *two = name_hold(t, (struct slice){ (const uint8_t *)"a.two.example", 13 });

	CHECK(one->match != NULL && two->match == NULL);
	struct feed_entry kept = *one->match;

	name_table_judge_by(t, fresh);
	feed_set_free(old);
	CHECK(one->match == NULL && two->match != NULL);
	CHECK(strcmp(kept.domain, "one.example") == 0 && strcmp(kept.feed, "t") == 0);
	name_release(t, one);
	name_release(t, two);
	CHECK(budget.used == 0);
	name_table_free(t);
	feed_set_free(fresh);
}

int main(void)
{
	test_reload();
	test_watch();
	test_names();
	return 0;
}

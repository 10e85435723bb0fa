/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/journal.h"

#include "tests/catch_errors.h"
#include "tests/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static const struct journal_options roomy = { .max_bytes = 64 << 20, .fsync_s = 1 };

static void fresh_folder(void)
{
	strcpy(folder, "/tmp/dancecard_journal_XXXXXX");
	CHECK(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r '%s'", folder);
	CHECK(system(command) == 0);
}

static struct journal *open_one(const struct journal_options *use)
{
	const char *reason = NULL;
	struct journal *j = journal_open(folder, use, &reason);

	CHECK(j != NULL);
	return j;
}

static void append_number(struct journal *j, unsigned n)
{
	char line[32];

	CHECK(journal_append(j, line, (size_t)snprintf(line, sizeof line, "line %u", n)));
}

/* Reads on and checks that the lines are those from `first` on; returns the one after the last. */
static unsigned read_numbers(struct journal *j, unsigned first, size_t room, bool advance)
{
	struct journal_record records[64];
	char line[32];

	for (size_t count; (count = journal_read(j, records, room, 4096)) > 0;) {
		for (size_t i = 0; i < count; i++) {
			int len = snprintf(line, sizeof line, "line %u", first++);

			CHECK(records[i].len == (size_t)len);
			CHECK(memcmp(records[i].line, line, (size_t)len) == 0);
		}
		if (!advance)
			return first;
		journal_advance(j, count);
	}
	return first;
}

static void check_order(void)
{
	fresh_folder();
	struct journal *j = open_one(&roomy);
	struct journal_status status;

	CHECK(!journal_wait(j, 1));
	for (unsigned i = 0; i < 1000; i++)
		append_number(j, i);
	CHECK(journal_wait(j, 1000));
	CHECK(read_numbers(j, 0, 7, false) == 7 && read_numbers(j, 0, 7, false) == 7);
	CHECK(read_numbers(j, 0, 64, true) == 1000);
	journal_status(j, &status);
	CHECK(status.appended == 1000 && status.delivered == 1000 && status.waiting == 0);
	append_number(j, 1000);
	append_number(j, 1001);
	CHECK(read_numbers(j, 1000, 1, false) == 1001);
	journal_advance(j, 1);
	journal_close(j);
	j = open_one(&roomy); /* goes on where it was */
	append_number(j, 1002);
	CHECK(read_numbers(j, 1001, 64, true) == 1003);
	journal_close(j);
	remove_folder();
}

/* Lines longer than the buffer, and empty ones. */
static void check_sizes(void)
{
	static const size_t sizes[] = { 0, 1, 5000, 0, 3000000, 7 };
	static char line[3000000];
	struct journal_record record;

	fresh_folder();
	struct journal *j = open_one(&roomy);

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		memset(line, (int)('a' + i), sizes[i]);
		CHECK(journal_append(j, line, sizes[i]));
	}
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		CHECK(journal_read(j, &record, 1, 64) == 1 && record.len == sizes[i]);
		for (size_t n = 0; n < sizes[i]; n++)
			CHECK(record.line[n] == (char)('a' + i));
		journal_advance(j, 1);
	}
	CHECK(journal_read(j, &record, 1, 64) == 0);
	journal_close(j);
	remove_folder();
}

/* Old segments go when they are read, or when there are too many. */
static void check_bounds(void)
{
	static const struct journal_options small = { .max_bytes = 64 << 10, .fsync_s = 1 };
	struct journal_status status;
	char line[512] = { 0 };
	struct journal_record record;

	fresh_folder();
	struct journal *j = open_one(&small);

	int ends[2], before = catch_begin(ends);
	char said[CATCH_MAX];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(line, sizeof line, "%u", i);
		CHECK(journal_append(j, line, sizeof line));
	}
	catch_end(ends, before, said);
	CHECK(strstr(said, "given up") != NULL);
	journal_status(j, &status);
	CHECK(status.given_up > 850 && status.given_up + status.waiting == 1000);
	CHECK(journal_read(j, &record, 1, 4096) == 1);
	CHECK((uint64_t)atoi(record.line) == status.given_up);
	journal_close(j);
	remove_folder();
}

static void check_locked(void)
{
	const char *reason = NULL;

	fresh_folder();
	struct journal *j = open_one(&roomy);

	CHECK(journal_open(folder, &roomy, &reason) == NULL && errno == EWOULDBLOCK);
	journal_close(j);
	remove_folder();
}

static const char *last_segment(void)
{
	static char path[400];
	char best[300] = "";
	DIR *d = opendir(folder);

	CHECK(d != NULL);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (strstr(e->d_name, ".journal") != NULL && strcmp(e->d_name, best) > 0)
			snprintf(best, sizeof best, "%s", e->d_name);
	closedir(d);
	snprintf(path, sizeof path, "%s/%s", folder, best);
	return path;
}

/* Cut at every length: what is whole before the cut is read, and writing goes on behind it. */
static void check_torn(void)
{
	enum { LINES = 4, RECORD = 8 + 6 };

	for (off_t cut = 0; cut <= LINES * RECORD; cut++) {
		unsigned whole = (unsigned)(cut / RECORD);

		fresh_folder();
		struct journal *j = open_one(&roomy);

		for (unsigned i = 0; i < LINES; i++)
			append_number(j, i);
		journal_close(j);
		CHECK(truncate(last_segment(), cut) == 0);
		j = open_one(&roomy);
		append_number(j, whole);
		CHECK(read_numbers(j, 0, 64, true) == whole + 1);
		journal_close(j);
		remove_folder();
	}
}

/* A byte flipped: never a wrong line, never a crash. */
static void check_damage(void)
{
	enum { LINES = 4, RECORD = 8 + 6 };

	for (off_t at = 0; at < LINES * RECORD; at++) {
		fresh_folder();
		struct journal *j = open_one(&roomy);
		uint8_t byte;

		for (unsigned i = 0; i < LINES; i++)
			append_number(j, i);
		int fd = open(last_segment(), O_RDWR);

		CHECK(fd != -1 && pread(fd, &byte, 1, at) == 1);
		byte ^= 0x10;
		CHECK(pwrite(fd, &byte, 1, at) == 1 && close(fd) == 0);
		int ends[2], before = catch_begin(ends);
		char said[CATCH_MAX];
		unsigned there = read_numbers(j, 0, 64, true);

		catch_end(ends, before, said);
		CHECK(there <= at / RECORD);
		journal_close(j);
		j = open_one(&roomy);
		(void)read_numbers(j, there, 64, true);
		journal_close(j);
		remove_folder();
	}
}

/* kill -9 at any moment: whatever journal_append() said yes to is there. */
static void check_killed(void)
{
	fresh_folder();
	unsigned said = 0;

	for (unsigned round = 0; round < 30; round++) {
		int pipes[2];

		CHECK(pipe(pipes) == 0);
		pid_t child = fork();

		if (child == 0) {
			struct journal *j = open_one(&roomy);
			unsigned next = read_numbers(j, 0, 64, false) > 0 ? said : 0;

			for (;; next++) {
				append_number(j, next);
				if (write(pipes[1], &next, sizeof next) < 0)
					_exit(1);
			}
		}
		close(pipes[1]);
		usleep(1000 + 700 * round);
		CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
		unsigned last;

		while (read(pipes[0], &last, sizeof last) == sizeof last)
			said = last + 1;
		close(pipes[0]);
		struct journal *j = open_one(&roomy);
		struct journal_status status;

		journal_status(j, &status);
		CHECK(status.waiting == said || status.waiting == said + 1);
		said = (unsigned)status.waiting;
		journal_close(j);
	}
	struct journal *j = open_one(&roomy);

	CHECK(said > 0 && read_numbers(j, 0, 64, true) == said);
	journal_close(j);
	remove_folder();
}

int main(void)
{
	check_order();
	check_sizes();
	check_bounds();
	check_locked();
	check_torn();
	check_damage();
	check_killed();
	return 0;
}

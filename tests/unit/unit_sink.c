/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/sink.h"

#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/dancecard_sink_XXXXXX";

/* Paths of the test's own folder; each call has its own memory, for the length of the test. */
static const char *in_folder(const char *name)
{
	static char memory[64][128];
	static size_t used;
	char *path = memory[used++ % COUNT_OF(memory)];

	snprintf(path, sizeof memory[0], "%s/%s", folder, name);
	return path;
}

static size_t read_all(const char *path, char *out, size_t room)
{
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return SIZE_MAX;
	size_t len = fread(out, 1, room - 1, in);

	out[len] = '\0';
	fclose(in);
	return len;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* What sinks say on standard error goes to a file; take it back and compare. */
static int saved_error = -1;

static void catch_messages(void)
{
	int fd = open(in_folder("messages"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd != -1);
	saved_error = dup(STDERR_FILENO);
	CHECK(dup2(fd, STDERR_FILENO) != -1);
	close(fd);
}

static const char *caught_messages(void)
{
	static char text[4096];

	CHECK(dup2(saved_error, STDERR_FILENO) != -1);
	close(saved_error);
	CHECK(read_all(in_folder("messages"), text, sizeof text) != SIZE_MAX);
	return text;
}

static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static bool write_text(struct sink *s, const char *line)
{
	return sink_write(s, line, strlen(line));
}

/* Written beside its place and put there whole; what was there before is replaced only then. */
static void check_whole(const char *prefix)
{
	const char *path = in_folder("events.jsonl"), *partial = in_folder("events.jsonl.partial");
	char target[256], text[128];

	snprintf(target, sizeof target, "%s%s", prefix, path);
	for (int round = 0; round < 2; round++) {
		struct sink *s = sink_open(target);

		CHECK(s != NULL && exists(partial) && exists(path) == (round > 0));
		CHECK(write_text(s, "{\"a\":1}") && write_text(s, "{\"b\":2}"));
		CHECK(read_all(partial, text, sizeof text) == 0); /* still in the buffer */
		CHECK(sink_flush(s) && read_all(partial, text, sizeof text) == 16);
		CHECK(sink_close(s) && !exists(partial));
		CHECK(read_all(path, text, sizeof text) == 16);
		CHECK(strcmp(text, "{\"a\":1}\n{\"b\":2}\n") == 0);
	}
	CHECK(unlink(path) == 0);
}

/* Two at one file: the second is refused. A left-over of a killed run is kept. */
static void check_locked(void)
{
	const char *path = in_folder("locked.jsonl");
	char text[64];

	catch_messages();
	struct sink *first = sink_open(path);

	CHECK(first != NULL && write_text(first, "{}"));
	CHECK(sink_open(path) == NULL);
	CHECK(sink_close(first));
	CHECK(strstr(caught_messages(), "another dancecard is writing it") != NULL);

	FILE *left = fopen(in_folder("locked.jsonl.partial"), "w");

	CHECK(left != NULL && fputs("{\"left\":1}\n", left) >= 0 && fclose(left) == 0);
	catch_messages();
	struct sink *second = sink_open(path);

	CHECK(second != NULL && sink_close(second));
	CHECK(strstr(caught_messages(), "locked.jsonl.partial.1") != NULL);
	CHECK(read_all(in_folder("locked.jsonl.partial.1"), text, sizeof text) == 11);
	CHECK(read_all(path, text, sizeof text) == 0);
}

static void write_lines(struct sink *s, unsigned from, unsigned to)
{
	char line[32];

	for (unsigned i = from; i < to; i++) {
		snprintf(line, sizeof line, "{\"n\":%04u}",
		         i); /* ten bytes, with its newline eleven */
		CHECK(write_text(s, line));
	}
}

/* The lines of all files that a rotated sink made, unpacked and in order, must be 0 to `count`. */
static void expect_lines(const char *files, const char *unpack, unsigned count)
{
	char command[512], line[64], wanted[16];
	unsigned n = 0;

	snprintf(command, sizeof command, "cat %s/%s | %s", folder, files, unpack);
	FILE *in = popen(command, "r");

	CHECK(in != NULL);
	for (; fgets(line, sizeof line, in) != NULL; n++) {
		snprintf(wanted, sizeof wanted, "{\"n\":%04u}\n", n);
		CHECK(strcmp(line, wanted) == 0);
	}
	CHECK(pclose(in) == 0 && n == count);
}

/* Rotated by size: whole lines, numbered files, none larger, nothing partial at the end. */
static void check_rotated(const char *packing, const char *suffix, const char *unpack)
{
	char target[256], name[64];
	struct stat found;

	snprintf(target, sizeof target, "%s?rotate=1k&every=1h%s%s", in_folder("rot.jsonl"),
	         packing[0] != '\0' ? "&compress=" : "", packing);
	struct sink *s = sink_open(target);

	CHECK(s != NULL);
	write_lines(s, 0, 9000); /* more than one block of the sink's */
	sink_reopen(s);
	write_lines(s, 9000, 9010);
	CHECK(sink_close(s) && !exists(in_folder("rot.jsonl.partial")) &&
	      !exists(in_folder("rot.jsonl")));
	snprintf(name, sizeof name, "rot-000001.jsonl%s", suffix);
	CHECK(stat(in_folder(name), &found) == 0 && found.st_size <= 1000);
	if (suffix[0] == '\0')
		CHECK(found.st_size == 90 * 11);
	snprintf(name, sizeof name, "rot-000101.jsonl%s", suffix);
	CHECK(exists(in_folder(name)));
	snprintf(name, sizeof name, "rot-000102.jsonl%s", suffix);
	CHECK(!exists(in_folder(name)));
	snprintf(name, sizeof name, "rot-*.jsonl%s", suffix);
	expect_lines(name, unpack, 9010);
}

/* Moved away by logrotate, begun anew at SIGHUP; in place, so that tail -F sees each line. */
static void check_appended(void)
{
	char target[256];
	const char *path = in_folder("app.jsonl"), *moved = in_folder("app.jsonl.1");

	snprintf(target, sizeof target, "%s?append=1", path);
	for (unsigned round = 0; round < 2; round++) {
		struct sink *s = sink_open(target);

		CHECK(s != NULL);
		write_lines(s, 2 * round, 2 * round + 2);
		expect_lines("app.jsonl", "cat", 2 * round + 2);
		if (round == 1) {
			CHECK(rename(path, moved) == 0);
			sink_reopen(s);
			expect_lines("app.jsonl.1", "cat", 4);
			write_lines(s, 0, 3);
		}
		CHECK(sink_close(s));
	}
	expect_lines("app.jsonl", "cat", 3);
}

/* A symbolic link stays one, and what it leads to is replaced. */
static void check_link(void)
{
	const char *path = in_folder("real.jsonl"), *link = in_folder("link.jsonl");
	struct stat found;
	char text[64];
	FILE *real = fopen(path, "w");

	CHECK(real != NULL && fclose(real) == 0 && symlink(path, link) == 0);
	struct sink *s = sink_open(link);

	CHECK(s != NULL && write_text(s, "{}") && sink_close(s));
	CHECK(lstat(link, &found) == 0 && S_ISLNK(found.st_mode));
	CHECK(read_all(path, text, sizeof text) == 3);
}

/* Lines around and over the size of the buffer, all there and in order. */
static void check_sizes(void)
{
	static const size_t sizes[] = { 0, 1, 65534, 65535, 65536, 65537, 3, 1000000, 2 };
	static char line[1000000], text[2000000];
	const char *path = in_folder("sizes.jsonl");
	struct sink *s = sink_open(path);
	size_t at = 0;

	CHECK(s != NULL);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		memset(line, (int)('a' + i), sizes[i]);
		CHECK(sink_write(s, line, sizes[i]));
	}
	CHECK(sink_close(s));
	size_t len = read_all(path, text, sizeof text);

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		for (size_t n = 0; n < sizes[i]; n++)
			CHECK(text[at++] == (char)('a' + i));
		CHECK(text[at++] == '\n');
	}
	CHECK(at == len);
}

/* A pipe is written in place. When its reader goes that is said once, and the lost are counted. */
static void check_pipe(void)
{
	const char *path = in_folder("pipe");
	char text[64];

	CHECK(mkfifo(path, 0600) == 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK);
	struct sink *s = sink_open(path);

	CHECK(reader != -1 && s != NULL && !exists(in_folder("pipe.partial")));
	CHECK(write_text(s, "{}") && sink_flush(s));
	CHECK(read(reader, text, sizeof text) == 3);
	close(reader);
	catch_messages();
	CHECK(write_text(s, "{}") && write_text(s, "{}"));
	CHECK(!sink_flush(s) && !write_text(s, "{}") && !sink_flush(s));
	CHECK(!sink_close(s));
	const char *said = caught_messages();

	CHECK(lines_of(said) == 2 && strstr(said, strerror(EPIPE)) != NULL);
	CHECK(strstr(said, "3 events were not written") != NULL);
}

/* /dev/full: no space left on the device, whatever the system's words for it. */
static void check_full(void)
{
	struct sink *s = sink_open("/dev/full");

	CHECK(s != NULL && write_text(s, "{}"));
	catch_messages();
	CHECK(!sink_close(s));
	const char *said = caught_messages();

	CHECK(lines_of(said) == 2 && strstr(said, "/dev/full: ") != NULL);
	CHECK(strstr(said, strerror(ENOSPC)) != NULL);
}

static const struct {
	const char *target, *said;
} refused[] = {
	{ "foo://bar", "foo://bar: no such kind of output: foo://; known are a path, - (standard "
	               "output), file://, syslog://" },
	{ "syslog://user:secret@h", "syslog://...@h: user and password in a target are seen" },
	{ "syslog://", "no host" },
	{ "syslog+tcp://[::1", "IPv6 address without ]" },
	{ "syslog://h?facility=pigeon", "no such facility" },
	{ "syslog+tls://h?ca=/nonexistent", "the file of its CA cannot be read" },
	{ "syslog://h?journal_size=big", "a size is a number" },
	{ "s3+x.y-1://bucket", "no such kind of output: s3+x.y-1://" },
	{ "/tmp/x?rotate=much", "options of a file are" },
	{ "/tmp/x?append=1&rotate=1k", "options of a file are" },
	{ "", "no path" },
	{ "file://", "no path" },
	{ "/nonexistent/folder/x", "/nonexistent/folder/x: No such file or directory" },
	{ "/", "Is a directory" },
};

static void check_refused(void)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		catch_messages();
		CHECK(sink_open(refused[i].target) == NULL);
		const char *said = caught_messages();

		if (strstr(said, refused[i].said) == NULL)
			fprintf(stderr, "%s", said);
		CHECK(lines_of(said) == 1 && strstr(said, refused[i].said) != NULL);
		CHECK(strstr(said, "secret@") == NULL);
	}
}

static void check_standard_output(void)
{
	const char *path = in_folder("stdout");
	int saved = dup(STDOUT_FILENO), fd = open(path, O_WRONLY | O_CREAT, 0600);
	char text[64];

	CHECK(saved != -1 && fd != -1 && dup2(fd, STDOUT_FILENO) != -1);
	struct sink *s = sink_open("-");

	CHECK(s != NULL && write_text(s, "{}") && sink_close(s));
	CHECK(fcntl(STDOUT_FILENO, F_GETFD) != -1); /* not ours to close */
	CHECK(dup2(saved, STDOUT_FILENO) != -1);
	close(saved);
	close(fd);
	CHECK(read_all(path, text, sizeof text) == 3);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	CHECK(mkdtemp(folder) != NULL);
	check_whole("");
	check_whole("file://");
	check_locked();
	check_rotated("", "", "cat");
	check_rotated("gzip", ".gz", "zcat");
	check_rotated("zstd", ".zst", "zstdcat");
	check_appended();
	check_link();
	check_sizes();
	check_pipe();
	check_full();
	check_refused();
	check_standard_output();
	CHECK(sink_close(NULL));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/journal.h"

#include "sensor/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum {
	HEAD_LEN = 8,
	NAME_MAX_LEN = 48,
	LINE_MAX_LEN = 64 << 20,
	SEGMENTS_LEAST = 8, /* the bound is kept by giving up whole segments */
	SEGMENT_MAX = 16 << 20,
	SEGMENT_MIN = 4 << 10,
};

static const char suffix[] = ".journal";

struct segment {
	uint64_t first; /* number of its first record, and its name */
	uint64_t bytes;
	time_t written;
};

/* Between two records. */
struct place {
	uint64_t segment, offset, number;
};

struct journal {
	struct journal_options use;
	uint64_t segment_bytes;
	int folder, writing, reading, cursor;
	unsigned cursor_slot;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t news;
	struct segment *segments;
	size_t segment_count, segment_room;
	struct place end;  /* of what is written */
	struct place done; /* the cursor */
	uint64_t given_up, appended, delivered;
	bool is_dirty, is_woken, has_complained;
	time_t synced;
	/* the reader's own */
	uint64_t reading_segment;
	struct place read_to;
	uint8_t *memory;
	size_t memory_size;
	struct place *places; /* after each record of the last read */
	size_t place_room;
};

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

static void put64(uint8_t *to, uint64_t value)
{
	put32(to, (uint32_t)value);
	put32(to + 4, (uint32_t)(value >> 32));
}

static uint64_t get64(const uint8_t *from)
{
	return get32(from) | (uint64_t)get32(from + 4) << 32;
}

/* The number is part of the sum: a record that belongs elsewhere is none. */
static uint32_t sum_of(uint64_t number, const void *line, size_t len)
{
	uint8_t head[8];

	put64(head, number);
	return (uint32_t)crc32(crc32(0, head, sizeof head), line, (uInt)len);
}

static void segment_name(uint64_t first, char out[NAME_MAX_LEN])
{
	snprintf(out, NAME_MAX_LEN, "%020llu%s", (unsigned long long)first, suffix);
}

static bool add_segment(struct journal *j, struct segment segment)
{
	if (j->segment_count == j->segment_room) {
		size_t room = j->segment_room > 0 ? 2 * j->segment_room : 64;
		struct segment *grown = realloc(j->segments, room * sizeof *grown);

		if (grown == NULL)
			return false;
		j->segments = grown;
		j->segment_room = room;
	}
	j->segments[j->segment_count++] = segment;
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct segment *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

static bool is_segment_name(const char *name, uint64_t *first)
{
	char *end;

	if (strlen(name) != 20 + sizeof suffix - 1 || strcmp(name + 20, suffix) != 0)
		return false;
	*first = strtoull(name, &end, 10);
	return end == name + 20;
}

static bool list_segments(struct journal *j)
{
	int fd = openat(j->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd != -1 ? fdopendir(fd) : NULL;
	bool ok = folder != NULL;

	for (struct dirent *e; ok && (e = readdir(folder)) != NULL;) {
		struct segment segment = { 0 };
		struct stat found;

		if (!is_segment_name(e->d_name, &segment.first) ||
		    fstatat(j->folder, e->d_name, &found, 0) != 0)
			continue;
		segment.bytes = (uint64_t)found.st_size;
		segment.written = found.st_mtime;
		ok = add_segment(j, segment);
	}
	if (folder != NULL)
		closedir(folder);
	if (j->segment_count > 0)
		qsort(j->segments, j->segment_count, sizeof *j->segments, by_first);
	return ok;
}

static bool read_fully(int fd, void *to, size_t len, uint64_t offset)
{
	uint8_t *at = to;

	while (len > 0) {
		ssize_t done = pread(fd, at, len, (off_t)offset);

		if (done <= 0)
			return false;
		at += done;
		len -= (size_t)done;
		offset += (uint64_t)done;
	}
	return true;
}

static bool make_room(struct journal *j, size_t size)
{
	if (size <= j->memory_size)
		return true;
	uint8_t *grown = realloc(j->memory, size);

	if (grown == NULL)
		return false;
	j->memory = grown;
	j->memory_size = size;
	return true;
}

/* Is there a whole record at the offset? Its length, with head. */
static bool has_record(struct journal *j, int fd, uint64_t offset, uint64_t number, size_t *len)
{
	uint8_t head[HEAD_LEN];

	if (!read_fully(fd, head, sizeof head, offset))
		return false;
	size_t line = get32(head);

	*len = HEAD_LEN + line;
	return line <= LINE_MAX_LEN && make_room(j, line + 1) &&
	       read_fully(fd, j->memory, line, offset + HEAD_LEN) &&
	       sum_of(number, j->memory, line) == get32(head + 4);
}

/* Cuts off the torn tail of the last segment, and writes on behind what is whole. */
static bool continue_last(struct journal *j)
{
	struct segment *last = &j->segments[j->segment_count - 1];
	char name[NAME_MAX_LEN];
	size_t len;

	segment_name(last->first, name);
	j->writing = openat(j->folder, name, O_RDWR | O_CLOEXEC);
	if (j->writing == -1)
		return false;
	j->end = (struct place){ last->first, 0, last->first };
	while (has_record(j, j->writing, j->end.offset, j->end.number, &len)) {
		j->end.offset += len;
		j->end.number++;
	}
	last->bytes = j->end.offset;
	return ftruncate(j->writing, (off_t)j->end.offset) == 0;
}

static bool begin_segment(struct journal *j, uint64_t first)
{
	char name[NAME_MAX_LEN];

	segment_name(first, name);
	int fd = openat(j->folder, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1)
		return false;
	if (!add_segment(j, (struct segment){ first, 0, time(NULL) })) {
		close(fd);
		return false;
	}
	if (j->writing != -1) {
		(void)fdatasync(j->writing);
		close(j->writing);
	}
	j->writing = fd;
	j->end = (struct place){ first, 0, first };
	(void)fsync(j->folder);
	return true;
}

enum { SLOT_LEN = 32 };

/* Two slots, written in turn: a torn one leaves the other. */
static bool read_slot(int fd, unsigned slot, struct place *out)
{
	uint8_t bytes[SLOT_LEN];

	if (!read_fully(fd, bytes, sizeof bytes, (uint64_t)slot * SLOT_LEN) ||
	    get64(bytes + 24) != crc32(0, bytes, 24))
		return false;
	*out = (struct place){ get64(bytes), get64(bytes + 8), get64(bytes + 16) };
	return true;
}

static void write_cursor(struct journal *j)
{
	uint8_t bytes[SLOT_LEN];

	put64(bytes, j->done.segment);
	put64(bytes + 8, j->done.offset);
	put64(bytes + 16, j->done.number);
	put64(bytes + 24, crc32(0, bytes, 24));
	if (pwrite(j->cursor, bytes, sizeof bytes, (off_t)j->cursor_slot * SLOT_LEN) == SLOT_LEN)
		j->cursor_slot ^= 1;
}

static bool open_cursor(struct journal *j)
{
	struct place slots[2] = { 0 };
	bool has[2];

	j->cursor = openat(j->folder, "cursor", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (j->cursor == -1)
		return false;
	for (unsigned i = 0; i < 2; i++)
		has[i] = read_slot(j->cursor, i, &slots[i]);
	unsigned newer = has[1] && (!has[0] || slots[1].number > slots[0].number);

	if (has[newer])
		j->done = slots[newer];
	j->cursor_slot = has[newer] ? newer ^ 1 : 0;
	return true;
}

/* A cursor that points to what is not there (any more) begins at the oldest that is. */
static void check_cursor(struct journal *j)
{
	for (size_t i = 0; i < j->segment_count; i++)
		if (j->segments[i].first == j->done.segment &&
		    j->done.offset <= j->segments[i].bytes && j->done.number <= j->end.number)
			return;
	uint64_t first = j->segments[0].first;

	for (size_t i = 0; i < j->segment_count && first < j->done.number; i++)
		if (j->segments[i].first >= j->done.number)
			first = j->segments[i].first;
	j->done = (struct place){ first, 0, first };
}

static bool open_parts(struct journal *j, const char *folder)
{
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return false;
	j->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->folder == -1 || flock(j->folder, LOCK_EX | LOCK_NB) != 0)
		return false;
	if (!open_cursor(j) || !list_segments(j))
		return false;
	if (j->segment_count > 0 ? !continue_last(j) : !begin_segment(j, j->done.number))
		return false;
	check_cursor(j);
	j->read_to = j->done;
	return true;
}

struct journal *journal_open(const char *folder, const struct journal_options *use,
                             const char **reason)
{
	struct journal *j = calloc(1, sizeof *j);
	uint64_t share = use->max_bytes / SEGMENTS_LEAST;

	(void)reason;
	if (j == NULL)
		return NULL;
	j->use = *use;
	j->segment_bytes = share > SEGMENT_MAX   ? SEGMENT_MAX
	                   : share < SEGMENT_MIN ? SEGMENT_MIN
	                                         : share;
	j->folder = j->writing = j->reading = j->cursor = -1;
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->news, NULL);
	if (open_parts(j, folder))
		return j;
	int why = errno;

	journal_close(j);
	errno = why;
	return NULL;
}

static void close_if_open(int fd)
{
	if (fd != -1)
		close(fd);
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->writing != -1)
		(void)fdatasync(j->writing);
	close_if_open(j->writing);
	close_if_open(j->reading);
	close_if_open(j->cursor);
	close_if_open(j->folder);
	pthread_cond_destroy(&j->news);
	pthread_mutex_destroy(&j->lock);
	free(j->segments);
	free(j->memory);
	free(j->places);
	free(j);
}

/* Takes the oldest segment away; lines in it that nobody read are counted. */
static void drop_oldest(struct journal *j)
{
	char name[NAME_MAX_LEN];
	uint64_t next = j->segment_count > 1 ? j->segments[1].first : j->end.number;

	segment_name(j->segments[0].first, name);
	(void)unlinkat(j->folder, name, 0);
	memmove(j->segments, j->segments + 1, --j->segment_count * sizeof *j->segments);
	if (next <= j->done.number)
		return;
	j->given_up += next - j->done.number;
	j->done = (struct place){ next, 0, next };
	if (!j->has_complained)
		log_error("journal: full or too old: lines that were not delivered are given up");
	j->has_complained = true;
}

static void keep_bounds(struct journal *j)
{
	uint64_t total = 0;
	time_t now = time(NULL);

	for (size_t i = 0; i < j->segment_count; i++)
		total += j->segments[i].bytes;
	while (j->segment_count > 1) {
		const struct segment *oldest = &j->segments[0];
		bool is_old = j->use.max_age_s > 0 &&
		              (uint64_t)(now - oldest->written) > j->use.max_age_s &&
		              now > oldest->written;

		if (total <= j->use.max_bytes && !is_old)
			return;
		total -= oldest->bytes;
		drop_oldest(j);
	}
}

static void sync_writing(struct journal *j, time_t now)
{
	(void)fdatasync(j->writing);
	j->is_dirty = false;
	j->synced = now;
}

static bool write_record(struct journal *j, const char *line, size_t len)
{
	uint8_t head[HEAD_LEN];
	struct iovec parts[] = { { head, sizeof head }, { 0 } };
	union {
		const void *in;
		void *out;
	} text = { .in = line }; /* iovec has no const */

	put32(head, (uint32_t)len);
	put32(head + 4, sum_of(j->end.number, line, len));
	parts[1].iov_base = text.out;
	parts[1].iov_len = len;
	ssize_t done = pwritev(j->writing, parts, 2, (off_t)j->end.offset);

	if (done == (ssize_t)(HEAD_LEN + len))
		return true;
	int why =
	        done < 0 ? errno : ENOSPC; /* a short write gives no reason; room is the only one */

	bool is_torn = ftruncate(j->writing, (off_t)j->end.offset) != 0;

	(void)is_torn; /* who reads stops at a torn tail */
	errno = why;
	return false;
}

static bool append(struct journal *j, const char *line, size_t len)
{
	struct segment *last = &j->segments[j->segment_count - 1];
	bool is_full = last->bytes > 0 && last->bytes + len + HEAD_LEN > j->segment_bytes;

	if (len > LINE_MAX_LEN || (is_full && !begin_segment(j, j->end.number)) ||
	    !write_record(j, line, len))
		return false;
	last = &j->segments[j->segment_count - 1];
	j->end.offset += HEAD_LEN + len;
	j->end.number++;
	last->bytes = j->end.offset;
	last->written = time(NULL);
	j->is_dirty = true;
	if (is_full)
		keep_bounds(j);
	if (j->use.fsync_s == 0)
		sync_writing(j, last->written);
	return true;
}

bool journal_append(struct journal *j, const char *line, size_t len)
{
	pthread_mutex_lock(&j->lock);
	bool ok = append(j, line, len);

	j->appended += ok;
	j->given_up += !ok;
	if (!ok && !j->has_complained) {
		log_error("journal: %s: lines are given up", strerror(errno));
		j->has_complained = true;
	}
	pthread_cond_signal(&j->news);
	pthread_mutex_unlock(&j->lock);
	return ok;
}

/* The bytes of the segment that may be read, and where the next one begins; the caller locks. */
static bool find_segment(const struct journal *j, uint64_t first, uint64_t *bytes, uint64_t *next)
{
	bool is_there = false;

	*next = UINT64_MAX;
	*bytes = 0;
	for (size_t i = 0; i < j->segment_count; i++) {
		if (j->segments[i].first == first) {
			*bytes = j->segments[i].bytes;
			is_there = true;
		} else if (j->segments[i].first > first && j->segments[i].first < *next) {
			*next = j->segments[i].first;
		}
	}
	return is_there;
}

static bool open_reading(struct journal *j, uint64_t segment)
{
	char name[NAME_MAX_LEN];

	if (j->reading != -1 && j->reading_segment == segment)
		return true;
	close_if_open(j->reading);
	segment_name(segment, name);
	j->reading = openat(j->folder, name, O_RDONLY | O_CLOEXEC);
	j->reading_segment = segment;
	return j->reading != -1;
}

/* Goes to where there is something to read, at most `*bytes` of it; false: nothing. */
static bool seek(struct journal *j, size_t *bytes)
{
	uint64_t there, next;

	pthread_mutex_lock(&j->lock);
	j->read_to = j->done;
	bool found = find_segment(j, j->read_to.segment, &there, &next);

	while ((!found || j->read_to.offset >= there) && next != UINT64_MAX) {
		if (next > j->read_to.number) /* damage, or bounds */
			j->given_up += next - j->read_to.number;
		j->read_to = j->done = (struct place){ next, 0, next };
		found = find_segment(j, next, &there, &next);
	}
	pthread_mutex_unlock(&j->lock);
	if (!found || j->read_to.offset >= there)
		return false;
	*bytes = there - j->read_to.offset < *bytes ? (size_t)(there - j->read_to.offset) : *bytes;
	return open_reading(j, j->read_to.segment);
}

static bool room_for_places(struct journal *j, size_t room)
{
	if (room <= j->place_room)
		return true;
	struct place *grown = realloc(j->places, room * sizeof *grown);

	if (grown == NULL)
		return false;
	j->places = grown;
	j->place_room = room;
	return true;
}

static size_t take_records(struct journal *j, struct journal_record *out, size_t room, size_t bytes,
                           bool *is_broken)
{
	size_t count = 0, at = 0;
	struct place place = j->read_to;

	while (count < room && bytes - at >= HEAD_LEN) {
		size_t len = get32(j->memory + at);

		if (len > LINE_MAX_LEN)
			*is_broken = true;
		if (len > LINE_MAX_LEN || len > bytes - at - HEAD_LEN)
			break;
		const uint8_t *line = j->memory + at + HEAD_LEN;

		if (sum_of(place.number, line, len) != get32(j->memory + at + 4)) {
			*is_broken = true;
			break;
		}
		out[count].line = (const char *)line;
		out[count].len = len;
		out[count].number = place.number;
		at += HEAD_LEN + len;
		place.offset += HEAD_LEN + len;
		place.number++;
		j->places[count++] = place;
	}
	return count;
}

/* The rest of a damaged segment cannot be read: its records have no beginning any more. */
static void skip_segment(struct journal *j)
{
	uint64_t there, next;

	pthread_mutex_lock(&j->lock);
	(void)find_segment(j, j->read_to.segment, &there, &next);
	log_error("journal: a segment is damaged: its last lines are given up");
	j->done.offset = there;
	pthread_mutex_unlock(&j->lock);
}

size_t journal_read(struct journal *j, struct journal_record *out, size_t room, size_t bytes)
{
	bool is_broken = false;
	size_t wanted = bytes;

	if (!room_for_places(j, room) || !seek(j, &wanted))
		return 0;
	for (size_t size = wanted;; size = 2 * size) {
		size_t there = size;

		if (!make_room(j, size) || !seek(j, &there) ||
		    !read_fully(j->reading, j->memory, there, j->read_to.offset))
			return 0;
		size_t count = take_records(j, out, room, there, &is_broken);

		if (count == 0 && (is_broken || there < size)) {
			skip_segment(j);
			return 0;
		}
		if (count > 0)
			return count;
	}
}

/* Segments before the cursor's are done with. */
static void remove_read(struct journal *j)
{
	while (j->segment_count > 1 && j->segments[0].first < j->done.segment &&
	       j->segments[1].first <= j->done.segment)
		drop_oldest(j);
}

void journal_advance(struct journal *j, size_t count)
{
	if (count == 0)
		return;
	pthread_mutex_lock(&j->lock);
	j->delivered += count;
	if (j->places[count - 1].number > j->done.number)
		j->done = j->places[count - 1];
	write_cursor(j);
	remove_read(j);
	pthread_mutex_unlock(&j->lock);
}

bool journal_wait(struct journal *j, unsigned ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&j->lock);
	while (j->done.number >= j->end.number && !j->is_woken)
		if (pthread_cond_timedwait(&j->news, &j->lock, &until) != 0)
			break;
	bool has_news = j->done.number < j->end.number;
	time_t now = time(NULL);

	j->is_woken = false;
	if (j->is_dirty && now - j->synced >= (time_t)j->use.fsync_s) {
		int fd = dup(j->writing);

		/* The writer must not wait for the disk. */
		j->is_dirty = false;
		j->synced = now;
		keep_bounds(j);
		pthread_mutex_unlock(&j->lock);
		if (fd != -1) {
			(void)fdatasync(fd);
			close(fd);
		}
		return has_news;
	}
	pthread_mutex_unlock(&j->lock);
	return has_news;
}

void journal_wake(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	j->is_woken = true;
	pthread_cond_signal(&j->news);
	pthread_mutex_unlock(&j->lock);
}

void journal_status(struct journal *j, struct journal_status *out)
{
	pthread_mutex_lock(&j->lock);
	*out = (struct journal_status){ .appended = j->appended,
		                        .delivered = j->delivered,
		                        .waiting = j->end.number - j->done.number,
		                        .given_up = j->given_up };
	pthread_mutex_unlock(&j->lock);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/mapping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The guards are the state that a signal handler can see, hence of the file: a slot is taken by
 * who swings `is_taken`, and seen by the handler from when `start` is set until it is 0 again.
 */
struct mapping_guard {
	atomic_bool is_taken;
	_Atomic uintptr_t sound_end; /* from here on zeros stand in for the file */
	_Atomic uintptr_t start;
	_Atomic uintptr_t end;
};

static struct mapping_guard guards[MAPPINGS_MAX];
static struct sigaction before;
static uintptr_t page_size;

static struct mapping_guard *guard_of(uintptr_t address)
{
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		uintptr_t start = atomic_load(&guards[i].start);

		if (start != 0 && address >= start && address < atomic_load(&guards[i].end))
			return &guards[i];
	}
	return NULL;
}

static void pass_on(int signal_number, siginfo_t *info, void *context)
{
	if ((before.sa_flags & SA_SIGINFO) != 0)
		before.sa_sigaction(signal_number, info, context);
	else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(signal_number);
	else
		sigaction(SIGBUS, &before, NULL); /* the access is tried again, and ends us */
}

/*
 * Runs in the thread that touched the page. Besides atomics it makes one system call, mmap, which
 * POSIX does not list as safe here, but on Linux it is a bare call that takes no lock of ours.
 */
static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	struct mapping_guard *guard = guard_of(at);
	int saved = errno;

	if (guard == NULL) {
		pass_on(signal_number, info, context);
		return;
	}
	uintptr_t from = at - at % page_size;

	atomic_store(&guard->sound_end, from); /* a later fault can only be before it */
	if (mmap((void *)from, atomic_load(&guard->end) - from, PROT_READ,
	         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		pass_on(signal_number, info, context);
	errno = saved;
}

static void install(void)
{
	struct sigaction action = { .sa_sigaction = on_bus_error,
		                    .sa_flags = SA_SIGINFO | SA_ONSTACK };

	page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &before);
}

static struct mapping_guard *take_guard(void)
{
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		bool expected = false;

		if (atomic_compare_exchange_strong(&guards[i].is_taken, &expected, true))
			return &guards[i];
	}
	errno = EMFILE;
	return NULL;
}

uint8_t *mapping_open(int fd, uint64_t offset, size_t size, struct mapping_guard **guard)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	*guard = take_guard();
	if (*guard == NULL)
		return NULL;
	uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)offset);

	if (bytes == MAP_FAILED) {
		atomic_store(&(*guard)->is_taken, false);
		return NULL;
	}
	madvise(bytes, size, MADV_SEQUENTIAL);
	uintptr_t end = (uintptr_t)bytes + (size + page_size - 1) / page_size * page_size;

	atomic_store(&(*guard)->sound_end, end);
	atomic_store(&(*guard)->end, end);
	atomic_store(&(*guard)->start, (uintptr_t)bytes);
	return bytes;
}

void mapping_close(struct mapping_guard *guard, uint8_t *bytes, size_t size)
{
	atomic_store(&guard->start, 0);
	munmap(bytes, size);
	atomic_store(&guard->is_taken, false);
}

size_t mapping_sound(const struct mapping_guard *guard)
{
	return atomic_load(&guard->sound_end) - atomic_load(&guard->start);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives its rights up as the sensor does, and tries what must not be possible any more. Each try is
 * a process of its own, that ends by the signal, or prints what it was told.
 *
 *   inside FOLDER    FOLDER is what may be written; the folder above it is what may not
 */
#include "sensor/rights/enclose.h"
#include "sensor/rights/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What was tried succeeded (0), or the errno that it failed with. */
static int told(long result)
{
	return result >= 0 ? 0 : errno;
}

static int try_exec(void)
{
	return told(execl("/bin/true", "true", (char *)NULL));
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return told(child);
}

static int try_raw_clone(void)
{
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(0);
	return told(child);
}

static int try_namespace(void)
{
	return told(unshare(CLONE_NEWUSER));
}

static int try_trace(void)
{
	return told(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_kill(void)
{
	return told(kill(getppid(), 0));
}

static int try_root(void)
{
	return told(setuid(0));
}

static int try_mount(void)
{
	return told(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}

static int try_packets(void)
{
	return told(socket(AF_PACKET, SOCK_RAW, 0));
}

static int try_connect(void)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? told(fd) : told(connect(fd, (const struct sockaddr *)&to, sizeof to));
}

static int try_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return told(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int try_read_elsewhere(void)
{
	return told(open("../secret", O_RDONLY));
}

static int try_read_named(void)
{
	return told(open("../named", O_RDONLY));
}

static int try_write_elsewhere(void)
{
	return told(open("../made", O_WRONLY | O_CREAT, 0600));
}

static int try_write_here(void)
{
	return told(open("made", O_WRONLY | O_CREAT | O_TRUNC, 0600));
}

static int try_rename_here(void)
{
	(void)try_write_here();
	return told(rename("made", "renamed"));
}

static int try_move_out(void)
{
	(void)try_write_here();
	return told(rename("made", "../made"));
}

static void *nothing(void *unused)
{
	return unused;
}

static int try_thread(void)
{
	pthread_t thread;
	int failed = pthread_create(&thread, NULL, nothing, NULL);

	return failed != 0 ? failed : pthread_join(thread, NULL);
}

enum { ENCLOSED = 4 };

static const struct row {
	const char *what;
	int (*attempt)(void);
	int wanted; /* errno; -1: the process ends; 0: it succeeds */
	int opens;  /* bit 0: with something to write, bit 1: with a server to connect to;
	             * ENCLOSED: as a sub-command gives them up, with a file to write */
} rows[] = {
	{ "execve", try_exec, -1, 3 },
	{ "clone", try_fork, -1, 3 },
	{ "clone", try_raw_clone, -1, 3 },
	{ "unshare", try_namespace, -1, 3 },
	{ "ptrace", try_trace, -1, 3 },
	{ "kill", try_kill, -1, 3 },
	{ "setuid", try_root, -1, 3 },
	{ "mount", try_mount, -1, 3 },
	{ "socket", try_packets, EACCES, 0 },
	{ "socket", try_packets, -1, 3 },
	{ "socket", try_connect, EACCES, 1 },
	{ "connect", try_connect, ECONNREFUSED, 3 },
	{ "mprotect", try_code, -1, 3 },
	{ "reading elsewhere", try_read_elsewhere, EACCES, 3 },
	{ "writing elsewhere", try_write_elsewhere, EACCES, 3 },
	{ "writing where nothing is written", try_write_here, EACCES, 0 },
	{ "writing here", try_write_here, 0, 1 },
	{ "renaming here", try_rename_here, 0, 1 },
	{ "moving out", try_move_out, EACCES, 1 },
	{ "a thread", try_thread, 0, 0 },
	{ "execve", try_exec, -1, ENCLOSED },
	{ "clone", try_fork, -1, ENCLOSED },
	{ "ptrace", try_trace, -1, ENCLOSED },
	{ "kill", try_kill, -1, ENCLOSED },
	{ "setuid", try_root, -1, ENCLOSED },
	{ "socket", try_connect, EACCES, ENCLOSED },
	{ "mprotect", try_code, -1, ENCLOSED },
	{ "reading elsewhere", try_read_elsewhere, EACCES, ENCLOSED },
	{ "reading what is named", try_read_named, 0, ENCLOSED },
	{ "writing elsewhere", try_write_elsewhere, EACCES, ENCLOSED },
	{ "writing here", try_write_here, 0, ENCLOSED },
	{ "moving out", try_move_out, EACCES, ENCLOSED },
	{ "a thread", try_thread, 0, ENCLOSED },
};

static int give_up_enclosed(const struct row *row, const char *folder)
{
	struct enclosure files = { 0 };

	if (chdir(folder) != 0)
		return 250;
	enclosure_reads(&files, "../named");
	enclosure_writes(&files, "made");
	return enclose(&files) ? row->attempt() : 250;
}

static int give_up(const struct row *row, const char *folder)
{
	const char *const paths[] = { folder };
	struct rights r = { .may_connect = (row->opens & 2) != 0 };

	if (row->opens & 1)
		r.writes = (struct rights_paths){ paths, 1 };
	if (chdir(folder) != 0 || !rights_enter(&r) || !rights_confine(&r) || !rights_lock(&r))
		return 250;
	return row->attempt();
}

/* What the try wrote on standard error is in `said`. */
static int run(const struct row *row, const char *folder, char *said, size_t room)
{
	int ends[2], status = 0;

	if (pipe(ends) != 0)
		return -1;
	pid_t child = fork();

	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		_exit(row->opens == ENCLOSED ? give_up_enclosed(row, folder)
		                             : give_up(row, folder));
	}
	close(ends[1]);
	ssize_t len = read(ends[0], said, room - 1);

	said[len > 0 ? len : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return status;
}

static bool is_as_wanted(const struct row *row, int status, const char *said)
{
	if (row->wanted >= 0)
		return WIFEXITED(status) && WEXITSTATUS(status) == row->wanted;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && strstr(said, row->what) != NULL;
}

int main(int argc, char **argv)
{
	int faults = 0;

	if (argc != 2)
		return 2;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char said[512];
		int status = run(&rows[i], argv[1], said, sizeof said);

		if (is_as_wanted(&rows[i], status, said))
			continue;
		faults++;
		printf("%s (row %zu): status %#x, wanted %d; it said: %s\n", rows[i].what, i,
		       (unsigned)status, rows[i].wanted, said);
	}
	printf("%zu tries, %d faults\n", sizeof rows / sizeof *rows, faults);
	return faults > 0;
}

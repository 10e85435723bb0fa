/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that knows libseccomp. */
#include "sensor/log.h"
#include "sensor/rights/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Who needs a call. */
enum need {
	ALWAYS,  /* memory, threads, time, what is open already, reading files */
	WRITING, /* making, renaming and removing files */
	NETWORK, /* connections, ours or to us */
	CONNECT, /* new ones by us */
	ALONE    /* where there is no CONNECT: libraries try these, and live without */
};

/* Each call by its name: one that this machine does not have is passed over. */
static const struct {
	enum need need;
	const char *names;
} lists[] = {
	{ ALWAYS, "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 close "
	          "close_range lseek fstat newfstatat stat lstat statx fcntl fadvise64 readahead "
	          "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_pwait epoll_wait "
	          "eventfd2 pipe pipe2 dup dup2 dup3 timerfd_create timerfd_settime" },
	{ ALWAYS, "munmap mremap madvise brk mincore msync mlock munlock membarrier futex "
	          "set_robust_list get_robust_list rseq set_tid_address sched_yield "
	          "sched_getaffinity sched_setaffinity sched_getparam sched_getscheduler "
	          "getcpu gettid exit exit_group getpriority" },
	{ ALWAYS, "nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times "
	          "getrandom getpid getppid getuid geteuid getgid getegid getgroups getpgrp "
	          "getrusage getrlimit uname sysinfo restart_syscall rt_sigaction rt_sigprocmask "
	          "rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack setitimer alarm pause" },
	{ ALWAYS, "access faccessat faccessat2 readlink readlinkat getdents64 getcwd fstatfs "
	          "statfs flock getxattr lgetxattr fgetxattr" },
	/* Of a connection that is there: the manager's socket, what metrics listens on. */
	{ ALWAYS, "getsockname getpeername getsockopt recvfrom recvmsg sendto sendmsg shutdown" },
	{ WRITING, "rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir ftruncate "
	           "truncate fsync fdatasync sync_file_range fallocate fchmod fchown umask "
	           "copy_file_range sendfile utimensat link linkat" },
	{ NETWORK, "accept accept4 setsockopt sendmmsg recvmmsg sendfile bind" },
	{ CONNECT, "connect socketpair listen" },
	{ ALONE, "socket connect socketpair" },
};

/* What may be asked of descriptors; a terminal's input cannot be made up with any of them. */
static const unsigned long controls[] = {
	TCGETS,       TIOCGWINSZ,   TIOCGPGRP,   FIONREAD,      FIONBIO,
	SIOCGIFFLAGS, SIOCGIFINDEX, SIOCGIFNAME, SIOCGIFHWADDR, SIOCGIFCONF,
	SIOCGIFMTU,   SIOCGIFADDR,  SIOCOUTQ,
};

static const uint32_t refusal = SCMP_ACT_ERRNO(EACCES);

enum { CALLS_MAX = 512, NAME_MAX_LEN = 32 };

/* For the signal handler, which may not look anything up. */
static char call_names[CALLS_MAX][NAME_MAX_LEN];

static int number_of(const char *name)
{
	return seccomp_syscall_resolve_name(name);
}

static bool is_needed(const struct rights *r, enum need need)
{
	switch (need) {
	case ALWAYS:
		return true;
	case WRITING:
		return r->writes.count > 0;
	case NETWORK:
		return r->may_connect || r->may_listen || r->is_live;
	case CONNECT:
		return r->may_connect;
	default:
		return !r->may_connect;
	}
}

/* Conditions on an argument, counted from 0: it is this; of these bits, these are set. */
static struct scmp_arg_cmp is(unsigned at, scmp_datum_t value)
{
	return (struct scmp_arg_cmp){ .arg = at, .op = SCMP_CMP_EQ, .datum_a = value };
}

static struct scmp_arg_cmp has_bits(unsigned at, scmp_datum_t mask, scmp_datum_t set)
{
	return (struct scmp_arg_cmp){
		.arg = at, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = set
	};
}

/* 0, or what libseccomp says. */
static int rule(scmp_filter_ctx filter, uint32_t action, const char *name, struct scmp_arg_cmp when)
{
	return seccomp_rule_add_array(filter, action, number_of(name), 1, &when);
}

static int add_names(scmp_filter_ctx filter, uint32_t action, const char *names)
{
	char list[1024], *rest = NULL;
	int status = 0;

	snprintf(list, sizeof list, "%s", names);
	for (char *name = strtok_r(list, " ", &rest); name != NULL && status == 0;
	     name = strtok_r(NULL, " ", &rest)) {
		int number = number_of(name);

		if (number >= 0)
			status = seccomp_rule_add_array(filter, action, number, 0, NULL);
	}
	return status;
}

static int allow_lists(scmp_filter_ctx filter, const struct rights *r)
{
	int status = 0;

	for (size_t i = 0; i < sizeof lists / sizeof *lists && status == 0; i++)
		if (is_needed(r, lists[i].need))
			status =
			        add_names(filter, lists[i].need == ALONE ? refusal : SCMP_ACT_ALLOW,
			                  lists[i].names);
	return status;
}

static int allow_controls(scmp_filter_ctx filter)
{
	int status = 0;

	for (size_t i = 0; i < sizeof controls / sizeof *controls && status == 0; i++)
		status = rule(filter, SCMP_ACT_ALLOW, "ioctl", is(1, controls[i]));
	return status;
}

/* Threads, and no process; clone3 hides its flags behind a pointer: libc then takes clone. */
static int allow_threads(scmp_filter_ctx filter)
{
	const scmp_datum_t thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	const scmp_datum_t others = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
	                            CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PTRACE;
	int status = rule(filter, SCMP_ACT_ALLOW, "clone", has_bits(0, thread | others, thread));

	if (status == 0)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number_of("clone3"), 0);
	if (status == 0) /* raise() and abort(): to ourselves */
		status = rule(filter, SCMP_ACT_ALLOW, "tgkill", is(0, (scmp_datum_t)getpid()));
	if (status == 0) /* limits may be read */
		status = rule(filter, SCMP_ACT_ALLOW, "prlimit64", is(2, 0));
	return status;
}

/* Code comes from files, and only where names of hosts are looked up: libc loads modules then. */
static int allow_memory(scmp_filter_ctx filter, const struct rights *r)
{
	int status;

	if (r->may_connect)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number_of("mmap"), 0);
	else
		status = rule(filter, SCMP_ACT_ALLOW, "mmap", has_bits(2, PROT_EXEC, 0));
	if (status == 0)
		status = rule(filter, SCMP_ACT_ALLOW, "mprotect", has_bits(2, PROT_EXEC, 0));
	return status;
}

/* Reading is Landlock's to refuse. `at`: the argument that holds the flags. */
static int allow_opening(scmp_filter_ctx filter, const struct rights *r, const char *name,
                         unsigned at)
{
	static const scmp_datum_t writing[] = { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC };
	const scmp_datum_t any = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
	int status;

	if (r->writes.count > 0)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number_of(name), 0);
	status = rule(filter, SCMP_ACT_ALLOW, name, has_bits(at, any, 0));
	for (size_t i = 0; i < sizeof writing / sizeof *writing && status == 0; i++)
		status = rule(filter, refusal, name, has_bits(at, writing[i], writing[i]));
	return status;
}

/* Of raw sockets, only those that are open. */
static int allow_sockets(scmp_filter_ctx filter, const struct rights *r)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
	int status = 0;

	for (size_t i = 0; r->may_connect && i < sizeof families / sizeof *families; i++)
		if (status == 0)
			status = rule(filter, SCMP_ACT_ALLOW, "socket",
			              is(0, (scmp_datum_t)families[i]));
	return status;
}

/* Threads name themselves. */
static int allow_naming(scmp_filter_ctx filter)
{
	int status = rule(filter, SCMP_ACT_ALLOW, "prctl", is(0, PR_SET_NAME));

	return status != 0 ? status : rule(filter, SCMP_ACT_ALLOW, "prctl", is(0, PR_GET_NAME));
}

/*
 * At the end LeakSanitizer stops all threads from a process of its own, which traces them and shares
 * their memory (clone without CLONE_THREAD); it also reads where memory is mapped.
 */
static int allow_sanitizers(scmp_filter_ctx filter)
{
	static const char names[] = "clone ptrace wait4 waitid kill tgkill prctl mmap mprotect "
	                            "process_vm_readv arch_prctl personality getdents";

	return RIGHTS_SANITIZED ? add_names(filter, SCMP_ACT_ALLOW, names) : 0;
}

static int fill(scmp_filter_ctx filter, const struct rights *r)
{
	int status = allow_lists(filter, r);

	status = status != 0 ? status : allow_controls(filter);
	status = status != 0 ? status : allow_threads(filter);
	status = status != 0 ? status : allow_memory(filter, r);
	status = status != 0 ? status : allow_opening(filter, r, "open", 1);
	status = status != 0 ? status : allow_opening(filter, r, "openat", 2);
	status = status != 0 ? status : allow_sockets(filter, r);
	status = status != 0 ? status : allow_naming(filter);
	return status != 0 ? status : allow_sanitizers(filter);
}

static void learn_names(void)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);

		snprintf(call_names[i], sizeof call_names[i], "%s", name != NULL ? name : "");
		free(name);
	}
}

static size_t append(char *line, size_t used, const char *text)
{
	size_t len = strlen(text);

	memcpy(line + used, text, len);
	return used + len;
}

/* Only what a signal handler may do. Its action is the default again when it runs. */
static void die(int signal_number, siginfo_t *info, void *context)
{
	const int call = info->si_syscall;
	char line[128], digits[] = "0000";
	size_t used =
	        append(line, 0, "dancecard: stopped: it made a system call that it never makes: ");

	(void)context;
	for (int i = 3, rest = call; i >= 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	used = append(line, used,
	              call >= 0 && call < CALLS_MAX ? call_names[call] : "one of another machine");
	used = append(line, used, ", number ");
	used = append(line, used, digits);
	used = append(line, used, "\n");
	if (write(STDERR_FILENO, line, used) < 0 || raise(signal_number) != 0)
		_exit(128 + SIGSYS);
}

static bool listen_to_violations(void)
{
	struct sigaction action = { .sa_sigaction = die,
		                    .sa_flags = SA_SIGINFO | (int)SA_RESETHAND | SA_NODEFER };

	learn_names();
	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) == 0;
}

/* A kernel without it (old, or one in user space that plays one) is no reason not to work. */
static bool explain(const struct rights *r, int status)
{
	bool is_absent = status == -EINVAL || status == -ENOSYS || status == -EOPNOTSUPP;

	if (!is_absent)
		log_error("seccomp: %s", strerror(-status));
	else if (r->is_loud)
		log_note("seccomp is not to be had here: system calls are not limited");
	return is_absent;
}

bool calls_lock(const struct rights *r)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);

	if (filter == NULL || !listen_to_violations()) {
		seccomp_release(filter);
		log_error("seccomp: %s", strerror(errno));
		return false;
	}
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1); /* for the audit, where there is */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	status = status != 0 ? status : fill(filter, r);
	status = status != 0 ? status : seccomp_load(filter);
	seccomp_release(filter);
	return status == 0 || explain(r, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock, by its system calls: linux/landlock.h, Documentation/userspace-api/landlock.rst. */
#include "sensor/log.h"
#include "sensor/rights/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the header of Debian 12 (ABI 2) does not know yet. */
enum {
	FS_TRUNCATE = 1 << 14,  /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
	NET_BIND_TCP = 1 << 0,  /* ABI 4 */
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0, /* ABI 6 */
	SCOPE_SIGNAL = 1 << 1,
};

struct ruleset {
	uint64_t fs, net, scoped;
};

enum {
	READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	WRITE_FILE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE |
	             FS_IOCTL_DEV,
	WRITE = READ | WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
	        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR,
	ON_A_FILE = WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE,
	/* All of ABI 1: bits 0 to 12. Moving between folders (ABI 2) is never allowed unasked. */
	FS_FIRST = (1 << 13) - 1,
};

/* What libraries read at any time: time zones, modules, what the kernel says of the machine. */
static const char *const system_paths[] = {
	"/usr/lib",   "/usr/lib64",    "/lib",          "/lib64",       "/usr/share/zoneinfo",
	"/dev/null",  "/dev/urandom",  "/dev/random",   "/proc/self",   "/etc/localtime",
	"/proc/stat", "/proc/meminfo", "/proc/cpuinfo", "/sys/devices", "/sys/class/net",
};

/*
 * For servers: names of hosts, certificates. All of /etc, for resolv.conf is replaced while we run,
 * and a rule of its own would stay with the old one.
 */
static const char *const network_paths[] = {
	"/etc",
	"/usr/share/ca-certificates",
	"/usr/local/share/ca-certificates",
	"/run/systemd/resolve",
	"/run/resolvconf",
	"/run/NetworkManager",
};

static int abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static struct ruleset handled(const struct rights *r, int version)
{
	struct ruleset set = { .fs = FS_FIRST };

	if (version >= 3)
		set.fs |= FS_TRUNCATE;
	if (version >= 5)
		set.fs |= FS_IOCTL_DEV;
	if (version >= 4)
		set.net = (r->may_listen ? 0 : (unsigned)NET_BIND_TCP) |
		          (r->may_connect ? 0 : (unsigned)NET_CONNECT_TCP);
	if (version >= 6)
		set.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
	return set;
}

/* What is not there, or lies nowhere (a pipe of the shell), needs no rule. */
static bool allow(int set, const struct ruleset *handles, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return true;
	if (fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode))
		access &= ON_A_FILE;
	struct landlock_path_beneath_attr rule = { .allowed_access = access & handles->fs,
		                                   .parent_fd = fd };
	long done = syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	bool ok = done == 0 || errno == EBADFD;

	close(fd);
	if (!ok)
		log_error("Landlock: %s: %s", path, strerror(errno));
	return ok;
}

static bool allow_all(int set, const struct ruleset *handles, struct rights_paths paths,
                      uint64_t access)
{
	for (size_t i = 0; i < paths.count; i++)
		if (!allow(set, handles, paths.items[i], access))
			return false;
	return true;
}

#define LIST(paths) ((struct rights_paths){ paths, sizeof(paths) / sizeof *(paths) })

static bool fill(int set, const struct ruleset *handles, const struct rights *r)
{
	if (RIGHTS_SANITIZED && !allow(set, handles, "/", READ))
		return false;
	if (r->may_connect && !allow_all(set, handles, LIST(network_paths), READ))
		return false;
	return allow_all(set, handles, LIST(system_paths), READ) &&
	       allow_all(set, handles, r->reads, READ) && allow_all(set, handles, r->writes, WRITE);
}

static size_t ruleset_size(int version)
{
	return version < 4   ? offsetof(struct ruleset, net)
	       : version < 6 ? offsetof(struct ruleset, scoped)
	                     : sizeof(struct ruleset);
}

bool landlock_confine(const struct rights *r)
{
	int version = abi();

	if (version < 1) {
		if (r->is_loud)
			log_note("Landlock is not to be had here (%s): files are held by their "
			         "permissions alone",
			         strerror(errno));
		return true;
	}
	struct ruleset handles = handled(r, version);
	int set = (int)syscall(SYS_landlock_create_ruleset, &handles, ruleset_size(version), 0);
	bool ok = set >= 0 && fill(set, &handles, r) &&
	          syscall(SYS_landlock_restrict_self, set, 0) == 0;

	if (!ok)
		log_error("Landlock: %s", strerror(errno));
	if (set >= 0)
		close(set);
	return ok;
}

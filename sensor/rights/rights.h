/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RIGHTS_RIGHTS_H
#define SENSOR_RIGHTS_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the process may still do once it reads what strangers send. Given up in steps, and never to
 * be had again:
 *
 *   what takes rights is opened (interfaces, keys, config, feeds)
 *     ─► rights_enter     groups, $HOME and root folder of the user to be
 *     ─► rights_confine   user, capabilities, no_new_privs, Landlock; before the first thread, for
 *                         Landlock binds the thread that asks and its children
 *   what is written is opened, by the user whom it is to belong to; threads begin
 *     ─► rights_lock      the allow-list of system calls, for all threads at once
 *   the first packet is read
 */
struct rights_paths {
	const char *const *items;
	size_t count;
};

struct rights {
	const char *user; /* who to become; NULL: stay. Only root can */
	const char *root; /* -C; NULL: none. Paths below are looked up inside of it */
	/* Files and folders (with all that is in them) that are read after rights_confine(). */
	struct rights_paths reads;
	/* The same for what is written: in folders files are made, renamed and removed. */
	struct rights_paths writes;
	bool is_live;      /* interfaces that come back: their sockets are bound anew */
	bool may_connect;  /* to servers, and look up their names */
	bool may_listen;   /* takes connections on what is listening by then */
	bool is_loud;      /* say what the kernel does not offer */
	unsigned uid, gid; /* rights_enter() fills these in */
	bool is_other;     /* that is not who we are */
};

/* False, said: the user does not exist, or we may not become him. `reads` and `writes`: not yet. */
bool rights_enter(struct rights *);

/* False, said: something could not be given up. */
bool rights_confine(const struct rights *);

/*
 * From now on a system call that is on no list ends the process with SIGSYS, after a line on
 * standard error that names it. Opening for writing, connecting and the like, which libraries try
 * and live without, fail with EACCES where `rights` has no use for them.
 */
bool rights_lock(const struct rights *);

/* Is there a user of this name? */
bool rights_user_exists(const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RIGHTS_PARTS_H
#define SENSOR_RIGHTS_PARTS_H

#include "sensor/rights/rights.h"

/* The steps of rights_confine() and rights_lock(). False, said: it could not. */

/*
 * capabilities.c: becomes the user. No capability is left; but where root stays root, and a path of
 * `rights` belongs to somebody who shut others out, root's right to read and write any file is
 * kept.
 */
bool capabilities_drop(const struct rights *);

/* landlock.c: the one file that makes these system calls, for which libc has no functions. */
bool landlock_confine(const struct rights *);

/* calls.c: the one file that knows libseccomp. */
bool calls_lock(const struct rights *);

/* A sanitizer reads maps, starts helpers and stops threads: its builds are for tests. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RIGHTS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RIGHTS_SANITIZED 1
#endif
#endif
#ifndef RIGHTS_SANITIZED
#define RIGHTS_SANITIZED 0
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SERVICE_H
#define SENSOR_SERVICE_H

/*
 * What systemd is told (sd_notify(3), Type=notify): a datagram of NAME=VALUE lines to the socket of
 * $NOTIFY_SOCKET. The protocol is stable and made to be spoken without a library; libsystemd's own
 * function opens a socket each time, which the process may not do any more when it matters. All do
 * nothing where nobody listens.
 */
struct service;

/* NULL: nobody listens, or no memory. While sockets may be opened. */
struct service *service_open(void);
void service_close(struct service *);

/* "READY=1", "STOPPING=1", "STATUS=…", "RELOADING=1"; from any thread. */
void service_tell(struct service *, const char *state);
/* Nobody hangs (stall.h): for WatchdogSec=. */
void service_alive(struct service *);

#endif

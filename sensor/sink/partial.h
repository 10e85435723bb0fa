/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SINK_PARTIAL_H
#define SENSOR_SINK_PARTIAL_H

/*
 * A locked, empty file of that name; what a killed run left there is kept under another name, and
 * said. -1 with errno; EWOULDBLOCK: somebody else is writing it. (file.c)
 */
int partial_open(const char *path);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_VERSION_H
#define SENSOR_VERSION_H

#include "sensor/verdict/geo.h"

#include <stdio.h>

/* Versions of the program, its libraries, its feed, and the databases in use. */
void version_print(FILE *out, const struct geo *);

/* "dancecard 0.1.0" */
const char *version_text(void);

#endif

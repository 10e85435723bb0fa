/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SETTINGS_H
#define SENSOR_SETTINGS_H

#include "sensor/config/config.h"
#include "sensor/options.h"

/*
 * The config file (-c), and with it what it says of the options that the command line left open.
 * NULL after saying on standard error what is wrong, with line and column; `options` is then as it
 * was.
 */
struct config *settings_load(const char *path, struct options *);

#endif

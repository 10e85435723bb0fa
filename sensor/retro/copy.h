/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RETRO_COPY_H
#define SENSOR_RETRO_COPY_H

#include "feeds/json.h"
#include "sensor/event/json.h"

/*
 * Puts a value that was read into a line that is written, where it is absent nothing. The tree
 * lives until the line ends. Whatever stood in it, valid JSON comes out: what is not UTF-8 is
 * escaped, a key of other than printable ASCII is left out, so is what lies too deep.
 */
void json_copy(struct cJSON *parent, const char *key, const struct json *value);

#endif

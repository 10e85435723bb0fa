/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FEED_COMMAND_H
#define SENSOR_FEED_COMMAND_H

/*
 * `dancecard feed …`: argv[0] is "feed". Answers on standard output, complaints on standard error.
 * Returns the exit status: 0 done, 1 some feed or file failed, 2 usage.
 */
int feed_command(int argc, char **argv);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_LEDGER_SITES_COMMAND_H
#define SENSOR_LEDGER_SITES_COMMAND_H

/* `dancecard sites LEDGER …`: the census. The exit status. */
int sites_command(int argc, char **argv);
/* `dancecard ledger forget|prune …`. The exit status. */
int ledger_command(int argc, char **argv);

#endif

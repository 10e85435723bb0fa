/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_REPORT_COMMAND_H
#define SENSOR_REPORT_REPORT_COMMAND_H

/* `dancecard report LEDGER|EVENTS... -o report.html`; returns the exit status. */
int report_command(int argc, char **argv);

#endif

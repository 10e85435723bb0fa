/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_PAGE_FILE_H
#define SENSOR_REPORT_PAGE_FILE_H

#include "sensor/report/report.h"

/*
 * Where the page goes: PATH.partial, which becomes PATH when it is whole, so that nobody opens half
 * a page; "-" is standard output. It is opened before there is anything to write, and the path
 * lives as long as it. Its name is changed at the end.
 */
struct page_file {
	const char *path;
	FILE *out;
};

/* False after saying why; also where this program was built without the page. */
bool page_file_open(struct page_file *, const char *path);
/* Writes the report, unless it is NULL, and closes. False: said why. Nothing when not open. */
bool page_file_close(struct page_file *, struct report *);

#endif

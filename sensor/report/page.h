/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_REPORT_PAGE_H
#define SENSOR_REPORT_PAGE_H

#include "feeds/text.h"

/*
 * The page that the build made of page/ (page.c in the build folder), in two parts: what stands
 * before the data and what follows it. Both empty: this program was built without it.
 */
struct text page_before(void);
struct text page_after(void);

#endif

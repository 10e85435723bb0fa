/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/page.h"

struct text page_before(void)
{
	return text_of("");
}

struct text page_after(void)
{
	return text_of("");
}

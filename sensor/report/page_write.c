/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/page.h"
#include "sensor/report/page_json.h"
#include "sensor/report/parts.h"

/*
 *	page_before │ <script type="application/json" id="data">…</script>
 *	            │ <script type="text/plain" class="block">base64</script> … │ page_after
 *
 * A browser runs neither kind of script, so the page's policy need not allow them.
 */
bool report_has_page(void)
{
	return page_before().len > 0;
}

static bool put(FILE *out, struct text t)
{
	return fwrite(t.ptr, 1, t.len, out) == t.len;
}

bool report_write(struct report *r, FILE *out)
{
	static const char end[] = "</script>\n";
	bool is_done = report_has_page() && packed_finish(&r->packed) && put(out, page_before());

	if (!is_done)
		return false;
	fputs("<script type=\"application/json\" id=\"data\">", out);
	is_done = report_write_data(r, out);
	fputs(end, out);
	for (size_t i = 0; i < r->packed.blocks; i++) {
		fputs("<script type=\"text/plain\" class=\"block\">", out);
		page_base64(out, packed_block(&r->packed, i));
		fputs(end, out);
	}
	return put(out, page_after()) && is_done && fflush(out) == 0 && !ferror(out);
}

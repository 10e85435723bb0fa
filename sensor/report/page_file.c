/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/report/page_file.h"

#include <errno.h>
#include <unistd.h>

#include "sensor/log.h"

enum { NAME_MAX_LEN = 4096 };

static bool partial_name(const char *path, char out[NAME_MAX_LEN])
{
	int len = snprintf(out, NAME_MAX_LEN, "%s.partial", path);

	return len > 0 && len < NAME_MAX_LEN;
}

bool page_file_open(struct page_file *f, const char *path)
{
	char name[NAME_MAX_LEN];

	*f = (struct page_file){ .path = path };
	if (!report_has_page()) {
		log_error("report: this program was built without the page "
		          "(sensor/report/README.md says what the build needs for it)");
		return false;
	}
	if (strcmp(path, "-") == 0) {
		f->out = stdout;
		return true;
	}
	errno = ENAMETOOLONG;
	f->out = partial_name(path, name) ? fopen(name, "wb") : NULL;
	if (f->out == NULL)
		log_error("report %s: %s", path, strerror(errno));
	return f->out != NULL;
}

static bool give_name(const struct page_file *f)
{
	char name[NAME_MAX_LEN];

	return partial_name(f->path, name) && rename(name, f->path) == 0;
}

static void take_away(const struct page_file *f)
{
	char name[NAME_MAX_LEN];

	if (partial_name(f->path, name))
		(void)unlink(name);
}

static bool end(FILE *out)
{
	if (out == stdout)
		return fflush(out) == 0;
	return fclose(out) == 0;
}

bool page_file_close(struct page_file *f, struct report *report)
{
	if (f->out == NULL)
		return true;
	errno = 0;
	bool is_done = report != NULL && report_write(report, f->out);
	bool is_file = f->out != stdout;

	is_done &= end(f->out);
	f->out = NULL;
	if (is_file && is_done)
		is_done = give_name(f);
	if (!is_done && report != NULL)
		log_error("report %s: %s", f->path, errno != 0 ? strerror(errno) : "not written");
	if (!is_done && is_file)
		take_away(f);
	return is_done;
}

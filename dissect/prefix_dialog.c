/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols of lines whose client asks for TLS. The server's answers are not looked at: a client
 * that was refused goes on in the clear, and what follows is then no TLS.
 */
#include "dissect/prefix_rows.h"

enum { LINES_MAX = 32, LINE_MAX = 2048, TAG_MAX = 32, COMMANDS_MAX = 8 };

/* Commands that may come before the one that asks; any other ends the hope. */
struct dialog {
	const char *asks[COMMANDS_MAX];
	const char *before[COMMANDS_MAX];
	bool is_tagged; /* IMAP: a word of the client's choice stands before each command */
};

/* RFC 3207 */
static const struct dialog smtp = {
	.asks = { "starttls" },
	.before = { "ehlo", "helo", "lhlo", "noop", "rset", "help" },
};
/* RFC 9051, section 6.2.1 */
static const struct dialog imap = {
	.asks = { "starttls" },
	.before = { "capability", "id", "noop" },
	.is_tagged = true,
};
/* RFC 2595, section 4 */
static const struct dialog pop3 = {
	.asks = { "stls" },
	.before = { "capa", "noop" },
};
/* RFC 4217, section 4 */
static const struct dialog ftp = {
	.asks = { "auth tls", "auth ssl", "auth tls-c" },
	.before = { "auth gssapi", "feat", "host", "clnt", "opts", "syst", "noop" },
};

enum likeness { OTHER, MAYBE, SAME };

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* MAYBE: the line has not enough bytes yet, and those that it has agree. */
static enum likeness compare(struct slice line, bool is_whole, const char *command)
{
	size_t i = 0;

	for (; i < line.len && command[i] != '\0'; i++)
		if (lower(line.ptr[i]) != (uint8_t)command[i])
			return OTHER;
	if (i == line.len)
		return !is_whole ? MAYBE : command[i] == '\0' ? SAME : OTHER;
	return memchr(" \t\r\n", line.ptr[i], 4) != NULL ? SAME : OTHER;
}

static enum likeness compare_any(struct slice line, bool is_whole, const char *const *commands)
{
	enum likeness best = OTHER;

	for (size_t i = 0; i < COMMANDS_MAX && commands[i] != NULL && best != SAME; i++) {
		enum likeness likeness = compare(line, is_whole, commands[i]);

		best = likeness > best ? likeness : best;
	}
	return best;
}

/* What clients make tags of; the grammar allows more. */
static bool is_tag_octet(uint8_t c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || memchr("._-$", c, 4) != NULL;
}

/* Steps over the tag. While it is all there is: an empty line, which may become any command. */
static struct slice skip_tag(struct slice line, bool *is_tag)
{
	size_t len = 0;

	while (len < line.len && is_tag_octet(line.ptr[len]))
		len++;
	*is_tag = len > 0 && len <= TAG_MAX && (len == line.len || line.ptr[len] == ' ');
	return slice_skip(line, len < line.len ? len + 1 : len);
}

static enum likeness judge(const struct dialog *d, struct slice line, bool is_whole, bool *asks)
{
	bool is_tag = true;

	if (d->is_tagged)
		line = skip_tag(line, &is_tag);
	if (!is_tag)
		return OTHER;

	enum likeness likeness = compare_any(line, is_whole, d->asks);

	*asks = likeness == SAME;
	return likeness != OTHER ? likeness : compare_any(line, is_whole, d->before);
}

static void read_dialog(const struct dialog *d, struct reader *r)
{
	bool asks = false;

	for (int lines = 0; r->state == PARSE_OK && !asks; lines++) {
		const uint8_t *end = reader_more(r) ? memchr(r->rest.ptr, '\n', r->rest.len) : NULL;
		size_t len = end != NULL ? (size_t)(end - r->rest.ptr) + 1 : r->rest.len;
		enum likeness likeness = judge(d, slice_head(r->rest, len), end != NULL, &asks);

		if (likeness == OTHER && reader_more(r))
			reader_fail(r, PARSE_FOREIGN);
		if (len > LINE_MAX || lines == LINES_MAX)
			reader_fail(r, PARSE_FOREIGN);
		if (end == NULL) {
			asks = false;
			reader_fail(r, r->at_end);
		}
		read_bytes(r, r->state == PARSE_OK ? len : 0);
	}
}

void prefix_smtp(struct reader *r, struct prefix *out)
{
	(void)out;
	read_dialog(&smtp, r);
}

void prefix_imap(struct reader *r, struct prefix *out)
{
	(void)out;
	read_dialog(&imap, r);
}

void prefix_pop3(struct reader *r, struct prefix *out)
{
	(void)out;
	read_dialog(&pop3, r);
}

void prefix_ftp(struct reader *r, struct prefix *out)
{
	(void)out;
	read_dialog(&ftp, r);
}

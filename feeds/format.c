/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/format.h"

#include "feeds/json.h"

#define VOICES_MAX 400 /* lines that are heard */

/* In the order in which a line is offered to them; what claims little comes late. */
static const struct format *const formats[] = {
	&format_json,    &format_zeek,    &format_rpz,   &format_unbound,
	&format_dnsmasq, &format_adblock, &format_csv,   &format_v2fly,
	&format_iprep,   &format_hosts,   &format_plain, &format_suricata,
};

#define FORMATS (sizeof formats / sizeof *formats)

const char *feed_format_name(size_t index)
{
	return index < FORMATS ? formats[index]->name : json_format_name(index - FORMATS);
}

const struct format *format_named(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return json_format_find(name, NULL) != NULL ? &format_json : NULL;
}

void format_read(const struct format *format, struct feed_reader *reader)
{
	struct text line;

	if (format->read != NULL) {
		format->read(reader);
		return;
	}
	while (reader_line(reader, &line))
		format->read_line(reader, line);
}

/* Which format the line speaks for, or FORMATS. */
static size_t voice_of(struct text line, bool *is_sure)
{
	for (size_t i = 0; i < FORMATS; i++) {
		enum format_claim claim = formats[i]->claims(line);

		*is_sure = claim == FORMAT_SURE;
		if (claim != FORMAT_NO)
			return i;
	}
	return FORMATS;
}

static bool is_silent(struct text line)
{
	return line.len == 0 || line.len > FEED_LINE_MAX ||
	       memchr(line.ptr, '\0', line.len) != NULL;
}

/* `{…`, `[{…` or `["…`: a list in brackets, not the head of an Adblock list. */
static bool is_json(struct text bytes)
{
	while (bytes.len > 0 && strchr(" \t\r\n", bytes.ptr[0]) != NULL && bytes.ptr[0] != '\0')
		bytes = text_skip(bytes, 1);
	if (text_starts(bytes, "{"))
		return true;
	return text_starts(bytes, "[") && bytes.len > 1 &&
	       strchr(" \t\r\n{\"", bytes.ptr[1]) != NULL;
}

const struct format *format_find(struct text bytes)
{
	if (is_json(bytes))
		return &format_json;
	size_t voices[FORMATS + 1] = { 0 };
	size_t heard = 0, best = 0;

	while (bytes.len > 0 && heard < VOICES_MAX) {
		struct text line = text_until(&bytes, '\n');
		bool is_sure;

		if (text_ends(line, "\r"))
			line.len--;
		line = text_trim(line);
		if (is_silent(line) || (line.ptr[0] == '#' && !text_starts(line, "#fields")))
			continue;
		size_t voice = voice_of(line, &is_sure);

		if (is_sure)
			return formats[voice];
		voices[voice]++;
		heard += line.ptr[0] != '!' && line.ptr[0] != ';';
	}
	for (size_t i = 1; i < FORMATS; i++)
		if (voices[i] > voices[best])
			best = i;
	/* Some lines of anything look like something. */
	return voices[best] > 0 && voices[best] * 2 >= heard ? formats[best] : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/feed.h"

static const char *const texts[FEED_REASONS] = {
	[FEED_NUL] = "a NUL byte in the line",
	[FEED_LINE_LENGTH] = "a line of more than 65536 bytes",
	[FEED_SYNTAX] = "not in the syntax of this format",
	[FEED_CHARACTER] = "a character that no host name has",
	[FEED_IDN] = "not a valid international name",
	[FEED_LABEL] = "an empty label, or one of over 63 bytes",
	[FEED_LENGTH] = "a name of over 253 bytes",
	[FEED_ONE_LABEL] = "a single label",
	[FEED_PUBLIC_SUFFIX] = "a public suffix, everybody's",
	[FEED_LOCAL] = "a name that every host gives itself",
	[FEED_ADDRESS] = "an address where a name belongs",
	[FEED_NETWORK] = "no address or prefix, or the prefix of everything",
	[FEED_PATH] = "about a path, not the whole host",
	[FEED_MODIFIER] = "narrowed by a modifier, or by one that is not known",
	[FEED_EXCEPTION] = "an exception that holds only under conditions",
	[FEED_COSMETIC] = "about a page's looks or scripts",
	[FEED_PATTERN] = "a pattern that is no host name",
	[FEED_EVERYTHING] = "matches everything",
	[FEED_TRIGGER] = "a trigger on something other than names and answers",
	[FEED_KIND] = "an indicator of something other than names and addresses",
	[FEED_INCLUDE] = "names another file, which is not to be had",
	[FEED_NOT_VALID] = "withdrawn, or not valid at this time",
	[FEED_BASE64] = "not base64",
	[FEED_SCORE] = "a score that is none or out of range",
	[FEED_MATCH_WORD] = "an unknown word in the column `match`",
	[FEED_TOO_MANY] = "too many feeds",
};

const char *feed_reason_text(enum feed_reason reason)
{
	return texts[reason];
}

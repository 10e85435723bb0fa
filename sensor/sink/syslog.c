/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog as RFC 5424 writes it: over UDP (RFC 5426, one message a datagram), TCP and TLS (RFC 6587
 * and RFC 5425: octet counting). Syslog has no acknowledgement: over TCP and TLS a message counts
 * as delivered when the other machine's TCP has it; over UDP when it is sent.
 */
#include "sensor/sink/channel.h"
#include "sensor/sink/courier.h"
#include "sensor/sink/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 512, NAME_MAX_LEN = 255, BATCH = 256 };

struct syslog {
	struct channel *channel;
	bool is_framed;
	unsigned facility;
	char host[NAME_MAX_LEN + 1];
	char *message; /* the one that is being sent */
	size_t message_size;
};

static const char *const options[] = { "facility", "ca", "cert", "key", "insecure", NULL };

/* RFC 5424, table 1: those that a site would choose. */
static const char *const facilities[] = {
	[1] = "user",    [3] = "daemon",  [4] = "auth",    [10] = "authpriv", [13] = "audit",
	[14] = "alert",  [16] = "local0", [17] = "local1", [18] = "local2",   [19] = "local3",
	[20] = "local4", [21] = "local5", [22] = "local6", [23] = "local7",
};

static bool find_facility(const char *word, unsigned *out)
{
	for (unsigned i = 0; i < sizeof facilities / sizeof *facilities; i++)
		if (facilities[i] != NULL && strcmp(facilities[i], word) == 0) {
			*out = i;
			return true;
		}
	return false;
}

static const struct {
	const char *scheme, *port;
	enum channel_kind kind;
} transports[] = {
	{ "syslog", "514", CHANNEL_UDP },
	{ "syslog+udp", "514", CHANNEL_UDP },
	{ "syslog+tcp", "601", CHANNEL_TCP },
	{ "syslog+tls", "6514", CHANNEL_TLS },
};

static struct channel *open_channel(const char *scheme, const struct target *t, const char **reason)
{
	for (size_t i = 0; i < sizeof transports / sizeof *transports; i++)
		if (strcmp(transports[i].scheme, scheme) == 0)
			return channel_new(
			        &(struct channel_options){
			                .kind = transports[i].kind,
			                .host = t->host,
			                .port = t->port[0] != '\0' ? t->port : transports[i].port,
			                .ca = target_option(t, "ca", NULL),
			                .cert = target_option(t, "cert", NULL),
			                .key = target_option(t, "key", NULL),
			                .is_unverified = target_flag(t, "insecure") },
			        reason);
	return NULL;
}

static void close_syslog(void *state)
{
	struct syslog *s = state;

	channel_free(s->channel);
	free(s->message);
	free(s);
}

static void *open_syslog(const char *scheme, const struct target *t, const char **reason)
{
	struct syslog *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->is_framed = strstr(scheme, "+t") != NULL; /* tcp, tls */
	if (!find_facility(target_option(t, "facility", "local0"), &s->facility))
		*reason = "no such facility: user, daemon, auth, authpriv, audit, alert, local0 to "
		          "local7";
	if (gethostname(s->host, NAME_MAX_LEN) != 0 || s->host[0] == '\0')
		strcpy(s->host, "-");
	if (*reason == NULL)
		s->channel = open_channel(scheme, t, reason);
	if (s->channel != NULL)
		return s;
	free(s);
	return NULL;
}

/* RFC 5424, table 2. */
static unsigned severity_of(const struct parcel *p)
{
	static const struct {
		const char *word;
		unsigned number;
	} rows[] = { { "high", 4 }, { "medium", 5 }, { "low", 6 }, { "info", 6 } };
	struct text found = line_severity(p->line, p->len);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].word) == found.len &&
		    strncasecmp(rows[i].word, found.ptr, found.len) == 0)
			return rows[i].number;
	return 6;
}

static void write_time(uint64_t us, char out[40])
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm t;
	char day[24];

	if (us == 0 || gmtime_r(&seconds, &t) == NULL) {
		strcpy(out, "-");
		return;
	}
	strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &t);
	snprintf(out, 40, "%s.%06uZ", day, (unsigned)(us % 1000000));
}

static size_t write_head(const struct syslog *s, const struct parcel *p, char out[HEAD_MAX])
{
	struct text type = line_type(p->line, p->len);
	char time[40];

	write_time(line_time_us(p->line, p->len), time);
	int len = snprintf(out, HEAD_MAX, "<%u>1 %s %s dancecard %ld %.*s - ",
	                   s->facility * 8 + severity_of(p), time, s->host, (long)getpid(),
	                   type.len > 0 && type.len <= 32 ? (int)type.len : 1,
	                   type.len > 0 && type.len <= 32 ? type.ptr : "-");

	return (size_t)len < HEAD_MAX ? (size_t)len : HEAD_MAX - 1;
}

/* The message with its count before it, in memory of ours; 0: none left. */
static size_t write_message(struct syslog *s, const struct parcel *p)
{
	char head[HEAD_MAX], count[24] = "";
	size_t head_len = write_head(s, p, head);

	if (s->is_framed)
		snprintf(count, sizeof count, "%zu ", head_len + p->len);
	size_t count_len = strlen(count), len = count_len + head_len + p->len;

	if (len > s->message_size) {
		char *grown = realloc(s->message, len);

		if (grown == NULL)
			return 0;
		s->message = grown;
		s->message_size = len;
	}
	memcpy(s->message, count, count_len);
	memcpy(s->message + count_len, head, head_len);
	memcpy(s->message + count_len + head_len, p->line, p->len);
	return len;
}

static void deliver_syslog(void *state, struct delivery *d)
{
	struct syslog *s = state;
	size_t sent = 0;

	if (!channel_connect(s->channel, d->reason, sizeof d->reason))
		return;
	for (; sent < d->count; sent++) {
		size_t len = write_message(s, &d->parcels[sent]);
		struct parcel *p = &d->parcels[sent];

		if (len == 0)
			break;
		if (channel_write(s->channel, s->message, len, d->reason, sizeof d->reason))
			continue;
		if (errno != EMSGSIZE || s->is_framed)
			break;
		p->fate = FATE_REFUSED;
		snprintf(p->reason, sizeof p->reason, "longer than a datagram");
	}
	if (sent < d->count || !channel_settle(s->channel, d->reason, sizeof d->reason)) {
		/* What was sent before may be lost with the connection: all of it again. */
		if (s->is_framed)
			return;
	}
	for (size_t i = 0; i < sent; i++)
		if (d->parcels[i].fate == FATE_WAITING)
			d->parcels[i].fate = FATE_TAKEN;
}

const struct courier_kind courier_syslog = { options, BATCH, open_syslog, deliver_syslog,
	                                     close_syslog };

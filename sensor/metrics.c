/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/metrics.h"

#include "sensor/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { CONNECTIONS_MAX = 16, IDLE_S = 5, STALE_S = 60 };

struct metrics {
	struct MHD_Daemon *server;
	pthread_mutex_t lock; /* of all below */
	struct metric list[METRICS_MAX];
	size_t count;
	time_t set_at;
};

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void write_name(FILE *out, const char *name)
{
	static const char total[] = ".total"; /* OpenMetrics adds its own */
	size_t len = strlen(name), tail = sizeof total - 1;

	if (len > tail && strcmp(name + len - tail, total) == 0)
		len -= tail;
	fputs("dancecard_", out);
	for (size_t i = 0; i < len; i++)
		fputc(name[i] == '.' || name[i] == '-' ? '_' : name[i], out);
}

/* OpenMetrics 1.0, "Escaping". */
static void write_label(FILE *out, const struct metric *m)
{
	if (m->key == NULL)
		return;
	fprintf(out, "{%s=\"", m->key);
	for (const char *s = m->label; *s != '\0'; s++)
		if (*s == '\\' || *s == '"')
			fprintf(out, "\\%c", *s);
		else
			fputc((unsigned char)*s < 0x20 ? ' ' : *s, out);
	fputs("\"}", out);
}

static void write_metric(FILE *out, const struct metric *m, bool is_first)
{
	if (is_first) {
		fputs("# TYPE ", out);
		write_name(out, m->name);
		fputs(m->is_gauge ? " gauge\n" : " counter\n", out);
	}
	write_name(out, m->name);
	if (!m->is_gauge)
		fputs("_total", out);
	write_label(out, m);
	fprintf(out, " %llu\n", (unsigned long long)m->value);
}

static char *make_page(struct metrics *m, size_t *len)
{
	char *page = NULL;
	FILE *out = open_memstream(&page, len);

	if (out == NULL)
		return NULL;
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < m->count; i++)
		write_metric(out, &m->list[i],
		             i == 0 || strcmp(m->list[i].name, m->list[i - 1].name) != 0);
	pthread_mutex_unlock(&m->lock);
	fputs("# EOF\n", out);
	if (fclose(out) == 0)
		return page;
	free(page);
	return NULL;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              char *text, size_t len)
{
	struct MHD_Response *response =
	        MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_COPY);

	if (response == NULL)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Content-Type", type);
	enum MHD_Result result = MHD_queue_response(connection, status, response);

	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status,
                                   const char *text)
{
	char memory[32];

	snprintf(memory, sizeof memory, "%s\n", text);
	return answer(connection, status, "text/plain; charset=utf-8", memory, strlen(memory));
}

static enum MHD_Result serve(void *context, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *upload,
                             size_t *upload_size, void **state)
{
	struct metrics *m = context;
	size_t len = 0;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)state;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET");
	if (strcmp(url, "/healthz") == 0) {
		pthread_mutex_lock(&m->lock);
		bool is_well = now_s() - m->set_at < STALE_S;

		pthread_mutex_unlock(&m->lock);
		return answer_text(connection, is_well ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
		                   is_well ? "ok" : "stands still");
	}
	if (strcmp(url, "/metrics") != 0)
		return answer_text(connection, MHD_HTTP_NOT_FOUND, "/metrics or /healthz");
	char *page = make_page(m, &len);

	if (page == NULL)
		return MHD_NO;
	enum MHD_Result result =
	        answer(connection, MHD_HTTP_OK,
	               "application/openmetrics-text; version=1.0.0; charset=utf-8", page, len);

	free(page);
	return result;
}

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* "9100", "127.0.0.1:9100", "[::1]:9100"; no names: nothing is resolved. */
static bool parse_place(const char *where, union place *out)
{
	char host[64] = "127.0.0.1";
	const char *colon = strrchr(where, ':'), *port = colon != NULL ? colon + 1 : where;
	size_t len = colon != NULL ? (size_t)(colon - where) : 0, skip = where[0] == '[';
	char *end;
	unsigned long number = strtoul(port, &end, 10);

	memset(out, 0, sizeof *out);
	if (port[0] < '0' || port[0] > '9' || *end != '\0' || number > 65535 || len >= sizeof host)
		return false;
	if (len > 2 * skip)
		snprintf(host, sizeof host, "%.*s", (int)(len - 2 * skip), where + skip);
	if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons((uint16_t)number);
		return true;
	}
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons((uint16_t)number);
	return inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1;
}

struct metrics *metrics_open(const char *where)
{
	struct metrics *m = calloc(1, sizeof *m);
	union place place;

	if (m == NULL)
		return NULL;
	if (!parse_place(where, &place)) {
		log_error("option --metrics: '%s' is no ADDR:PORT", where);
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	m->set_at = now_s();
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;

	if (place.any.sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	errno = 0;
	m->server =
	        MHD_start_daemon(flags, 0, NULL, NULL, serve, m, MHD_OPTION_SOCK_ADDR, &place.any,
	                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
	if (m->server != NULL)
		return m;
	log_error("metrics on %s: %s", where, strerror(errno));
	metrics_close(m);
	return NULL;
}

unsigned metrics_port(const struct metrics *m)
{
	const union MHD_DaemonInfo *info =
	        MHD_get_daemon_info(m->server, MHD_DAEMON_INFO_BIND_PORT);

	return info != NULL ? info->port : 0;
}

void metrics_close(struct metrics *m)
{
	if (m == NULL)
		return;
	if (m->server != NULL)
		MHD_stop_daemon(m->server);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

void metrics_set(struct metrics *m, const struct metric *list, size_t count)
{
	if (m == NULL)
		return;
	count = count < METRICS_MAX ? count : METRICS_MAX;
	pthread_mutex_lock(&m->lock);
	memcpy(m->list, list, count * sizeof *list);
	m->count = count;
	m->set_at = now_s();
	pthread_mutex_unlock(&m->lock);
}

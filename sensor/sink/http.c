/* SPDX-License-Identifier: Apache-2.0 */
/* Batches by HTTP and HTTPS. curl/curl.h is known to this file alone. */
#include "sensor/sink/courier.h"
#include "sensor/sink/http_api.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 1000, REPLY_MAX = 4 << 20, CONNECT_S = 10, WHOLE_S = 60 };

struct http {
	const struct http_api *api;
	struct target target; /* a copy of ours: the options are asked for with every line */
	CURL *curl;
	struct curl_slist *headers;
	char error[CURL_ERROR_SIZE];
	char *reply;
	size_t reply_len;
	char *secret;              /* token or password, so that no answer brings it into a log */
	struct delivery *delivery; /* that is under way */
};

static const char *const options[] = {
	"api",           "index", "sourcetype", "table", "token_file", "user",
	"password_file", "ca",    "cert",       "key",   "insecure",   NULL,
};

static void set_up(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* A reply longer than we read is an error of the server's. */
static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
	struct http *h = context;
	size_t len = size * count;

	if (h->reply_len + len > REPLY_MAX)
		return 0;
	char *grown = realloc(h->reply, h->reply_len + len + 1);

	if (grown == NULL)
		return 0;
	memcpy(grown + h->reply_len, bytes, len);
	h->reply = grown;
	h->reply_len += len;
	return len;
}

static void forget(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void close_http(void *state)
{
	struct http *h = state;

	if (h->curl != NULL)
		curl_easy_cleanup(h->curl);
	curl_slist_free_all(h->headers);
	target_free(&h->target);
	forget(h->secret);
	free(h->reply);
	free(h);
}

static bool add_header(struct http *h, const char *name, const char *scheme, const char *value)
{
	char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (out == NULL)
		return false;
	fprintf(out, "%s: %s%s%s", name, scheme, scheme[0] != '\0' ? " " : "", value);
	struct curl_slist *grown = fclose(out) == 0 ? curl_slist_append(h->headers, line) : NULL;

	if (line != NULL)
		explicit_bzero(line, len);
	free(line);
	if (grown != NULL)
		h->headers = grown;
	return grown != NULL;
}

static bool set_url(struct http *h, const char *scheme, const struct target *t)
{
	char *url = NULL;
	size_t len;
	FILE *out = open_memstream(&url, &len);
	const char *left = t->is_ipv6 ? "[" : "", *right = t->is_ipv6 ? "]" : "";

	if (out == NULL)
		return false;
	fprintf(out, "%s://%s%s%s%s%s", scheme, left, t->host, right, t->port[0] != '\0' ? ":" : "",
	        t->port);
	size_t path = strlen(t->path);

	while (path > 0 && t->path[path - 1] == '/')
		path--;
	if (path > 0)
		fprintf(out, "/%.*s", (int)path, t->path);
	h->api->write_url(out, t);
	bool ok = fclose(out) == 0 && curl_easy_setopt(h->curl, CURLOPT_URL, url) == CURLE_OK;

	free(url);
	return ok;
}

/* Said now: libcurl would say so at each delivery. */
static bool set_files(struct http *h, const struct target *t, const char **reason)
{
	static const struct {
		CURLoption option;
		const char *key, *complaint;
	} rows[] = {
		{ CURLOPT_CAINFO, "ca", "the file of its CA cannot be read" },
		{ CURLOPT_SSLCERT, "cert", "the file of our certificate cannot be read" },
		{ CURLOPT_SSLKEY, "key", "the file of our key cannot be read" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = target_option(t, rows[i].key, NULL);

		if (path == NULL)
			continue;
		if (access(path, R_OK) != 0) {
			*reason = rows[i].complaint;
			return false;
		}
		curl_easy_setopt(h->curl, rows[i].option, path);
	}
	return true;
}

/* libcurl asks once a second at least. */
static int look_at_end(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http *h = context;

	(void)a, (void)b, (void)c, (void)d;
	return h->delivery->is_over != NULL && h->delivery->is_over(h->delivery->context);
}

static void set_options(struct http *h, const struct target *t)
{
	bool is_unverified = target_flag(t, "insecure");

	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	curl_easy_setopt(h->curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(h->curl, CURLOPT_USERAGENT, "dancecard");
	curl_easy_setopt(h->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h->curl, CURLOPT_SSL_VERIFYPEER, is_unverified ? 0L : 1L);
	curl_easy_setopt(h->curl, CURLOPT_SSL_VERIFYHOST, is_unverified ? 0L : 2L);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFOFUNCTION, look_at_end);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFODATA, h);
	curl_easy_setopt(h->curl, CURLOPT_NOPROGRESS, 0L);
}

static bool set_secrets(struct http *h, const struct target *t, const char **reason)
{
	const char *user = target_option(t, "user", NULL);
	char *token = target_secret(t, "token_file", "DANCECARD_TOKEN", reason);
	char *password = target_secret(t, "password_file", "DANCECARD_PASSWORD", reason);

	if (user != NULL && password != NULL) {
		curl_easy_setopt(h->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(h->curl, CURLOPT_USERNAME, user);
		curl_easy_setopt(h->curl, CURLOPT_PASSWORD, password);
	} else if (token != NULL && !add_header(h, "Authorization", h->api->authorization, token)) {
		*reason = "out of memory";
	}
	if (user != NULL && password == NULL && *reason == NULL)
		*reason = "a user without password: give password_file=FILE or DANCECARD_PASSWORD";
	if (user == NULL && target_option(t, "password_file", NULL) != NULL && *reason == NULL)
		*reason = "a password without user: give user=NAME";
	char **used = user != NULL ? &password : &token;

	h->secret = *used;
	*used = NULL;
	forget(token);
	forget(password);
	return *reason == NULL;
}

/* The options' texts moved into memory that lives as long as we do. */
static bool copy_target(struct http *h, const char *scheme, const struct target *t)
{
	(void)scheme;
	size_t len = 0;

	for (size_t i = 0; i < t->option_count; i++)
		len += strlen(t->options[i].key) + strlen(t->options[i].value) + 2;
	h->target = *t;
	h->target.memory = malloc(len + 1);
	char *at = h->target.memory;

	if (at == NULL)
		return false;
	h->target.host = h->target.port = "";
	h->target.path = "";
	for (size_t i = 0; i < t->option_count; i++) {
		h->target.options[i].key = strcpy(at, t->options[i].key);
		at += strlen(at) + 1;
		h->target.options[i].value = strcpy(at, t->options[i].value);
		at += strlen(at) + 1;
	}
	return true;
}

static void *open_http(const char *scheme, const struct target *t, const char **reason)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct http *h = calloc(1, sizeof *h);

	pthread_once(&once, set_up);
	if (h == NULL)
		return NULL;
	h->api = http_api_find(target_option(t, "api", "plain"));
	if (h->api == NULL)
		*reason = "api is one of plain, elastic, splunk, clickhouse";
	h->curl = h->api != NULL ? curl_easy_init() : NULL;
	if (h->curl != NULL && copy_target(h, scheme, t)) {
		set_options(h, t);
		if (set_files(h, t, reason) && set_url(h, scheme, t) &&
		    add_header(h, "Content-Type", "", h->api->content_type) &&
		    add_header(h, "Expect", "", "") && set_secrets(h, t, reason)) {
			curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, h->headers);
			return h;
		}
	}
	close_http(h);
	return NULL;
}

static bool write_body(const struct http *h, const struct delivery *d, char **body, size_t *len)
{
	FILE *out = open_memstream(body, len);

	if (out == NULL)
		return false;
	for (size_t i = 0; i < d->count; i++)
		h->api->write_parcel(out, &h->target, &d->parcels[i]);
	return fclose(out) == 0;
}

/* Some servers send back what they were sent. */
static bool tells_secret(const struct http *h)
{
	static const char word[] = "authorization";

	if (h->secret != NULL && h->secret[0] != '\0' && h->reply_len > 0 &&
	    memmem(h->reply, h->reply_len, h->secret, strlen(h->secret)) != NULL)
		return true;
	for (size_t at = 0; at + sizeof word <= h->reply_len; at++)
		if (strncasecmp(h->reply + at, word, sizeof word - 1) == 0)
			return true;
	return false;
}

static void hide_reply(struct delivery *d, long status)
{
	for (size_t i = 0; i < d->count; i++)
		d->parcels[i].reason[0] = '\0';
	snprintf(d->reason, sizeof d->reason,
	         "HTTP %ld: an answer that speaks of credentials, and is not shown", status);
}

static void deliver_http(void *state, struct delivery *d)
{
	struct http *h = state;
	char *body = NULL;
	size_t len = 0;
	long status = 0;
	curl_off_t wait = 0;

	if (!write_body(h, d, &body, &len)) {
		free(body);
		return;
	}
	h->reply_len = 0;
	h->delivery = d;
	h->error[0] = '\0';
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	CURLcode failed = curl_easy_perform(h->curl);

	free(body);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &wait);
	d->wait_s = wait > 0 && wait < 3600 ? (unsigned)wait : 0;
	if (failed == CURLE_OK)
		h->api->read_reply(d, (unsigned)status, h->reply != NULL ? h->reply : "",
		                   h->reply_len);
	else if (failed == CURLE_ABORTED_BY_CALLBACK)
		snprintf(d->reason, sizeof d->reason, "no answer until the end");
	else
		snprintf(d->reason, sizeof d->reason, "%s",
		         h->error[0] != '\0' ? h->error : curl_easy_strerror(failed));
	if (failed == CURLE_OK && d->reason[0] != '\0' && tells_secret(h))
		hide_reply(d, status);
}

const struct courier_kind courier_http = { options, BATCH, open_http, deliver_http, close_http };

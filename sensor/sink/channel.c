/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sink/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_S = 10, SETTLE_STEP_MS = 2 };

struct channel {
	struct channel_options use;
	char *host, *port;
	int fd;
	SSL_CTX *context;
	SSL *tls;
};

static void say(char *why, size_t room, const char *what, const char *detail)
{
	snprintf(why, room, "%s: %s", what, detail);
}

static void say_tls(char *why, size_t room, const char *what, const SSL *tls)
{
	unsigned long code = ERR_get_error();
	long verdict = tls != NULL ? SSL_get_verify_result(tls) : X509_V_OK;
	char text[200];

	if (verdict != X509_V_OK)
		snprintf(text, sizeof text, "%s", X509_verify_cert_error_string(verdict));
	else if (code != 0)
		ERR_error_string_n(code, text, sizeof text);
	else
		snprintf(text, sizeof text, "%s",
		         errno != 0 ? strerror(errno) : "connection closed");
	say(why, room, what, text);
	ERR_clear_error();
}

static const char *load_files(SSL_CTX *context, const struct channel_options *use)
{
	if (use->ca != NULL ? SSL_CTX_load_verify_locations(context, use->ca, NULL) != 1
	                    : SSL_CTX_set_default_verify_paths(context) != 1)
		return "the file of its CA cannot be read";
	if (use->cert == NULL)
		return NULL;
	if (SSL_CTX_use_certificate_chain_file(context, use->cert) != 1)
		return "the file of our certificate cannot be read";
	const char *key = use->key != NULL ? use->key : use->cert;

	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		return "the file of our key cannot be read, or is another certificate's";
	return NULL;
}

static bool make_context(struct channel *c, const char **reason)
{
	c->context = SSL_CTX_new(TLS_client_method());
	if (c->context == NULL)
		return false;
	SSL_CTX_set_min_proto_version(c->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(c->context, c->use.is_unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
	                   NULL);
	*reason = load_files(c->context, &c->use);
	ERR_clear_error();
	return *reason == NULL;
}

struct channel *channel_new(const struct channel_options *use, const char **reason)
{
	struct channel *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->use = *use;
	c->fd = -1;
	c->host = strdup(use->host);
	c->port = strdup(use->port);
	if (c->host != NULL && c->port != NULL &&
	    (use->kind != CHANNEL_TLS || make_context(c, reason))) {
		c->use.ca = c->use.cert = c->use.key = NULL; /* read, and not ours */
		return c;
	}
	channel_free(c);
	return NULL;
}

static void hang_up(struct channel *c)
{
	SSL_free(c->tls);
	c->tls = NULL;
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

void channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	if (c->tls != NULL)
		(void)SSL_shutdown(c->tls);
	hang_up(c);
	SSL_CTX_free(c->context);
	free(c->host);
	free(c->port);
	free(c);
}

static int connect_to(const struct addrinfo *a)
{
	struct timeval limit = { .tv_sec = TIMEOUT_S };
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol), on = 1;

	if (fd == -1)
		return -1;
	/* SO_SNDTIMEO bounds connect(), too: socket(7). */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	int why = errno;

	close(fd);
	errno = why;
	return -1;
}

static bool shake_hands(struct channel *c, char *why, size_t room)
{
	X509_VERIFY_PARAM *names;

	c->tls = SSL_new(c->context);
	if (c->tls == NULL || SSL_set_fd(c->tls, c->fd) != 1)
		return false;
	names = SSL_get0_param(c->tls);
	if (X509_VERIFY_PARAM_set1_ip_asc(names, c->host) != 1) {
		ERR_clear_error();
		(void)SSL_set_tlsext_host_name(c->tls, c->host);
		if (SSL_set1_host(c->tls, c->host) != 1)
			return false;
	}
	errno = 0;
	if (SSL_connect(c->tls) == 1)
		return true;
	say_tls(why, room, "TLS", c->tls);
	return false;
}

/* Without waiting: TLS's own messages (tickets) are taken out, and nothing may come after them. */
static bool is_tls_dead(const struct channel *c)
{
	int flags = fcntl(c->fd, F_GETFL);
	char byte;

	if (flags == -1 || fcntl(c->fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return true;
	ERR_clear_error();
	int answer = SSL_peek(c->tls, &byte, 1);
	bool is_dead = answer <= 0 && SSL_get_error(c->tls, answer) != SSL_ERROR_WANT_READ;

	ERR_clear_error();
	return fcntl(c->fd, F_SETFL, flags) != 0 || is_dead;
}

/* Did the other side hang up while we were silent? What is written into such a connection is lost.
 */
static bool is_dead(const struct channel *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char byte;

	if (c->use.kind == CHANNEL_UDP || poll(&p, 1, 0) <= 0)
		return false;
	if (c->tls != NULL)
		return is_tls_dead(c);
	return recv(c->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) <= 0;
}

bool channel_connect(struct channel *c, char *why, size_t room)
{
	struct addrinfo hints = { .ai_socktype =
		                          c->use.kind == CHANNEL_UDP ? SOCK_DGRAM : SOCK_STREAM };
	struct addrinfo *found = NULL;

	if (c->fd != -1 && is_dead(c))
		hang_up(c);
	if (c->fd != -1)
		return true;
	int failed = getaddrinfo(c->host, c->port, &hints, &found);

	if (failed != 0) {
		say(why, room, c->host, gai_strerror(failed));
		return false;
	}
	for (struct addrinfo *a = found; a != NULL && c->fd == -1; a = a->ai_next)
		c->fd = connect_to(a);
	if (c->fd == -1)
		say(why, room, "cannot connect", strerror(errno));
	freeaddrinfo(found);
	if (c->fd == -1)
		return false;
	if (c->use.kind != CHANNEL_TLS || shake_hands(c, why, room))
		return true;
	hang_up(c);
	return false;
}

static ssize_t write_some(struct channel *c, const void *bytes, size_t len)
{
	if (c->tls == NULL)
		return send(c->fd, bytes, len, MSG_NOSIGNAL);
	size_t done = 0;

	errno = 0;
	return SSL_write_ex(c->tls, bytes, len, &done) == 1 ? (ssize_t)done : -1;
}

bool channel_write(struct channel *c, const void *bytes, size_t len, char *why, size_t room)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write_some(c, at, len);

		if (done < 0 && errno == EINTR && c->tls == NULL)
			continue;
		if (done <= 0) {
			if (c->tls != NULL)
				say_tls(why, room, "TLS", c->tls);
			else
				say(why, room, "cannot send", strerror(errno));
			int error = errno;

			if (c->use.kind != CHANNEL_UDP)
				hang_up(c);
			errno = error;
			return false;
		}
		at += done;
		len -= (size_t)done;
	}
	return true;
}

bool channel_settle(struct channel *c, char *why, size_t room)
{
	struct timespec step = { 0, SETTLE_STEP_MS * 1000000L };
	int unsent = 0, error = 0;
	socklen_t len = sizeof error;

	for (unsigned ms = 0; c->use.kind != CHANNEL_UDP && ms < TIMEOUT_S * 1000;
	     ms += SETTLE_STEP_MS) {
		bool has_failed =
		        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0;

		if (has_failed || ioctl(c->fd, SIOCOUTQ, &unsent) != 0)
			break;
		if (unsent == 0)
			return !is_dead(c);
		nanosleep(&step, NULL);
	}
	if (c->use.kind == CHANNEL_UDP)
		return true;
	say(why, room, "not acknowledged", strerror(error != 0 ? error : ETIMEDOUT));
	hang_up(c);
	return false;
}

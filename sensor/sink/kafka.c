/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka: kafka://BROKER[:PORT][,BROKER...]/TOPIC. An idempotent producer; the key is the local
 * host's address, so that a host's events stay in order, in one partition. librdkafka/rdkafka.h is
 * known to this file alone.
 */
#include "sensor/log.h"
#include "sensor/sink/courier.h"
#include "sensor/sink/line.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4096, WHOLE_MS = 20000, POLL_MS = 100 };

struct kafka {
	rd_kafka_t *producer;
	char *topic;
	/* of the delivery that is under way */
	struct delivery *delivery;
	size_t open;
	uintptr_t round; /* number of the delivery */
};

static const char *const options[] = { "tls",           "ca",        "cert",     "key", "user",
	                               "password_file", "mechanism", "insecure", NULL };

static bool is_hopeless(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	       error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	       error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

/*
 * The delivery's number and the parcel's place in it are the message's opaque. A report that comes
 * after its delivery is over is about none: its line is sent again.
 */
static void take_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *context)
{
	struct kafka *k = context;
	uintptr_t opaque = (uintptr_t)message->_private;
	size_t at = opaque % BATCH;

	(void)producer;
	if (k->delivery == NULL || opaque / BATCH != k->round || at >= k->delivery->count)
		return;
	struct parcel *p = &k->delivery->parcels[at];

	k->open--;
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		p->fate = FATE_TAKEN;
		return;
	}
	p->fate = is_hopeless(message->err) ? FATE_REFUSED : FATE_WAITING;
	snprintf(p->reason, sizeof p->reason, "%s", rd_kafka_err2str(message->err));
	snprintf(k->delivery->reason, sizeof k->delivery->reason, "%s", p->reason);
}

/* librdkafka would write on standard error; what matters comes in the reports. */
static void say_nothing(const rd_kafka_t *producer, int level, const char *facility,
                        const char *text)
{
	(void)producer;
	(void)level;
	(void)facility;
	(void)text;
}

static bool set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char why[256];

	if (value == NULL ||
	    rd_kafka_conf_set(conf, key, value, why, sizeof why) == RD_KAFKA_CONF_OK)
		return true;
	log_error("kafka: %s", why);
	return false;
}

static bool set_secrets(rd_kafka_conf_t *conf, const struct target *t, const char **reason)
{
	const char *user = target_option(t, "user", NULL);
	bool is_tls = target_flag(t, "tls");
	char *password = target_secret(t, "password_file", "DANCECARD_PASSWORD", reason);
	bool ok = set(conf, "security.protocol",
	              user != NULL ? (is_tls ? "sasl_ssl" : "sasl_plaintext")
	                           : (is_tls ? "ssl" : "plaintext"));

	if (user != NULL && password == NULL && *reason == NULL)
		*reason = "a user without password: give password_file=FILE or DANCECARD_PASSWORD";
	if (user == NULL && target_option(t, "password_file", NULL) != NULL && *reason == NULL)
		*reason = "a password without user: give user=NAME";
	if (user != NULL)
		ok = ok &&
		     set(conf, "sasl.mechanisms", target_option(t, "mechanism", "SCRAM-SHA-512")) &&
		     set(conf, "sasl.username", user) && set(conf, "sasl.password", password);
	if (is_tls)
		ok = ok && set(conf, "ssl.ca.location", target_option(t, "ca", NULL)) &&
		     set(conf, "ssl.certificate.location", target_option(t, "cert", NULL)) &&
		     set(conf, "ssl.key.location", target_option(t, "key", NULL)) &&
		     set(conf, "enable.ssl.certificate.verification",
		         target_flag(t, "insecure") ? "false" : "true");
	if (password != NULL)
		explicit_bzero(password, strlen(password));
	free(password);
	return ok && *reason == NULL;
}

static bool configure(rd_kafka_conf_t *conf, const struct target *t, const char **reason)
{
	char brokers[1024];

	snprintf(brokers, sizeof brokers, "%s%s%s", t->host, t->port[0] != '\0' ? ":" : "",
	         t->port);
	if (set(conf, "bootstrap.servers", brokers) && set(conf, "client.id", "dancecard") &&
	    set(conf, "enable.idempotence", "true") && set(conf, "compression.codec", "zstd") &&
	    set(conf, "linger.ms", "5") && set(conf, "message.timeout.ms", "15000") &&
	    set(conf, "partitioner", "murmur2_random") && set_secrets(conf, t, reason))
		return true;
	if (*reason == NULL)
		*reason = "librdkafka does not take one of its options";
	return false;
}

static void close_kafka(void *state)
{
	struct kafka *k = state;

	if (k->producer != NULL)
		rd_kafka_destroy(k->producer);
	free(k->topic);
	free(k);
}

static void *open_kafka(const char *scheme, const struct target *t, const char **reason)
{
	struct kafka *k = calloc(1, sizeof *k);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	(void)scheme;
	if (t->path[0] == '\0' || strchr(t->path, '/') != NULL)
		*reason = "kafka://BROKERS/TOPIC";
	if (k != NULL && *reason == NULL && configure(conf, t, reason)) {
		rd_kafka_conf_set_opaque(conf, k);
		rd_kafka_conf_set_dr_msg_cb(conf, take_report);
		rd_kafka_conf_set_log_cb(conf, say_nothing);
		k->topic = strdup(t->path);
		k->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
		if (k->producer != NULL && k->topic != NULL)
			return k;
		if (k->producer == NULL)
			log_error("kafka: %s", why);
		*reason = "librdkafka does not take its options";
		conf = k->producer != NULL ? NULL : conf;
	}
	if (conf != NULL)
		rd_kafka_conf_destroy(conf);
	if (k != NULL)
		close_kafka(k);
	return NULL;
}

static bool produce(struct kafka *k, size_t at)
{
	struct parcel *p = &k->delivery->parcels[at];
	struct text key = line_host(p->line, p->len);
	union {
		const void *in;
		void *out;
	} line = { .in = p->line }, name = { .in = key.ptr }; /* copied by librdkafka */
	rd_kafka_resp_err_t error = rd_kafka_producev(
	        k->producer, RD_KAFKA_V_TOPIC(k->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	        RD_KAFKA_V_VALUE(line.out, p->len), RD_KAFKA_V_KEY(name.out, key.len),
	        RD_KAFKA_V_OPAQUE((void *)(k->round * BATCH + at)), RD_KAFKA_V_END);

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		k->open++;
		return true;
	}
	p->fate = is_hopeless(error) ? FATE_REFUSED : FATE_WAITING;
	snprintf(p->reason, sizeof p->reason, "%s", rd_kafka_err2str(error));
	return false;
}

static bool is_over(const struct delivery *d)
{
	return d->is_over != NULL && d->is_over(d->context);
}

static void deliver_kafka(void *state, struct delivery *d)
{
	struct kafka *k = state;

	k->delivery = d;
	k->open = 0;
	k->round++;
	for (size_t i = 0; i < d->count; i++)
		if (!produce(k, i))
			snprintf(d->reason, sizeof d->reason, "%s", d->parcels[i].reason);
	for (int waited = 0; k->open > 0 && waited < WHOLE_MS && !is_over(d); waited += POLL_MS)
		(void)rd_kafka_poll(k->producer, POLL_MS);
	if (k->open > 0) { /* gone from its queues, so that none of them is reported later */
		(void)rd_kafka_purge(k->producer,
		                     RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		(void)rd_kafka_flush(k->producer, 1000);
		snprintf(d->reason, sizeof d->reason, "no broker answers");
	}
	k->delivery = NULL;
}

const struct courier_kind courier_kafka = { options, BATCH, open_kafka, deliver_kafka,
	                                    close_kafka };

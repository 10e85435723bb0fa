/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka's own mock cluster: three brokers on loopback, a topic `events` with four partitions.
 * Prints its bootstrap servers, then does what it is told, a line at a time:
 *
 *   fail N   the next N produce requests fail with NOT_ENOUGH_REPLICAS
 *   down     broker 1 is down; up: it is back
 *   read N   reads N messages (or as many as come in 10 s): partition, key, value; then a dot
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRODUCE = 0, BROKERS = 3, PARTITIONS = 4, ROUNDS = 100 };

static rd_kafka_t *make(rd_kafka_type_t type, const char *brokers)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	if (brokers != NULL) {
		rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why);
		rd_kafka_conf_set(conf, "group.id", "test", why, sizeof why);
		rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", why, sizeof why);
	}
	rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
	rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);

	if (rk == NULL) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	return rk;
}

static void read_messages(rd_kafka_t *consumer, int wanted)
{
	for (int empty = 0; wanted > 0 && empty < ROUNDS;) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(consumer, 100);

		if (m == NULL || m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			empty++;
		} else {
			printf("%d\t%.*s\t%.*s\n", (int)m->partition, (int)m->key_len,
			       m->key_len > 0 ? (const char *)m->key : "", (int)m->len,
			       (const char *)m->payload);
			wanted--;
			empty = 0;
		}
		if (m != NULL)
			rd_kafka_message_destroy(m);
	}
	puts(".");
}

static rd_kafka_t *subscribe(const char *brokers)
{
	rd_kafka_t *consumer = make(RD_KAFKA_CONSUMER, brokers);
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(PARTITIONS);

	for (int i = 0; i < PARTITIONS; i++)
		rd_kafka_topic_partition_list_set_offset(
		        topics, rd_kafka_topic_partition_list_add(topics, "events", i)->topic, i,
		        RD_KAFKA_OFFSET_BEGINNING);
	rd_kafka_assign(consumer, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	return consumer;
}

int main(void)
{
	rd_kafka_t *host = make(RD_KAFKA_PRODUCER, NULL);
	rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(host, BROKERS);
	char line[64];

	rd_kafka_mock_topic_create(cluster, "events", PARTITIONS, 2);
	const char *brokers = rd_kafka_mock_cluster_bootstraps(cluster);
	rd_kafka_t *consumer = subscribe(brokers);

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts(brokers);
	while (fgets(line, sizeof line, stdin) != NULL) {
		int number = atoi(line + strcspn(line, " "));

		if (strncmp(line, "fail", 4) == 0)
			for (int i = 0; i < number; i++)
				rd_kafka_mock_push_request_errors(
				        cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
		else if (strncmp(line, "down", 4) == 0)
			rd_kafka_mock_broker_set_down(cluster, 1);
		else if (strncmp(line, "up", 2) == 0)
			rd_kafka_mock_broker_set_up(cluster, 1);
		else if (strncmp(line, "read", 4) == 0)
			read_messages(consumer, number);
	}
	rd_kafka_consumer_close(consumer);
	rd_kafka_destroy(consumer);
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(host);
	return 0;
}

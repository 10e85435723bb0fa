/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_ENCRYPTED_DNS_H
#define SENSOR_FLOW_ENCRYPTED_DNS_H

#include "dissect/tls.h"
#include "sensor/flow/flow.h"

/*
 * DNS that cannot be read: a client that has it is less visible, which is counted.
 *
 *   DoT   TCP port 853, or ALPN "dot"     RFC 7858
 *   DoQ   UDP port 853, or ALPN "doq"     RFC 9250
 *   DoH   ALPN h2 or h3, and a resolver known by name or address    RFC 8484
 *
 * DoH looks like any other web traffic: only the tables of doh_table.c tell. They hold the public
 * resolvers that browsers and systems offer, and age; a resolver of one's own is not in them.
 */
enum encrypted_dns { DNS_IS_PLAIN, DNS_OVER_HTTPS, DNS_OVER_TLS, DNS_OVER_QUIC };

enum encrypted_dns encrypted_dns_of(const struct flow *, const struct tls_hello *);

/* Is this a public DoH resolver's name, or one below it where customers have their own? */
bool doh_host(struct slice name);
/* The address of a resolver that is used by its address. */
bool doh_address(const uint8_t address[16]);

#endif

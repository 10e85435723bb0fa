/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_EVENT_SERVICE_TEXT_H
#define SENSOR_EVENT_SERVICE_TEXT_H

#include "sensor/event/event.h"

enum { SERVICE_TEXT_MAX = 4096 };

/*
 * The data of an SVCB or HTTPS record as a master file has it (RFC 9460, section 2.1):
 * "1 . alpn=h3,h2 ipv4hint=192.0.2.1". Parameters that dissect/dns.h does not keep are left out,
 * and so is one that finds no room. Ends with NUL; gives the length without it.
 */
size_t service_text(const struct event_dns_answer *, char out[SERVICE_TEXT_MAX]);

#endif

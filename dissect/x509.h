/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_X509_H
#define DISSECT_X509_H

#include "dissect/parse.h"
#include "dissect/slice.h"

/*
 * The names that a certificate (DER) is for: the dNSNames of its subjectAltName (RFC 5280, section
 * 4.2.1.6), else its subject's last common name, which need not be a host's. At most `room` are
 * kept, pointing into `certificate`. PARSE_SHORT: it is cut off; the names before the cut are
 * there. PARSE_BROKEN: no certificate, or not by its rules; the same. `*count` is always set.
 */
enum parse dissect_x509_names(struct slice certificate, struct slice *names, uint8_t room,
                              uint8_t *count);

#endif

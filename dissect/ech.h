/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_ECH_H
#define DISSECT_ECH_H

#include "dissect/tls.h"

enum { ECH_CONFIGS_MAX = 8 };

/* One configuration of a server (RFC 9849, section 4), as DNS or the server's retry gives it. */
struct ech_config {
	uint8_t id;
	uint16_t kem;
	struct slice suites; /* pairs of KDF and AEAD, four bytes each, as on the wire */
	struct slice public_name;
};

struct ech_configs {
	struct ech_config config[ECH_CONFIGS_MAX];
	uint8_t count; /* those of versions that we do not know are not among them */
	bool has_more; /* there were more than room */
};

/* Reads an ECHConfigList. PARSE_BROKEN: what was whole is there. PARSE_SHORT is never given. */
enum parse dissect_ech_configs(struct slice list, struct ech_configs *out);

/*
 * Could this hello be sealed to this configuration: the id, the suite and the outer name all agree?
 * Of GREASE the id is random and the name the site's own (RFC 9849, section 6.2), so a yes speaks
 * for real ECH, and a no to all of a name's configurations for GREASE.
 */
bool ech_config_fits(const struct ech_config *, const struct tls_hello *);

#endif

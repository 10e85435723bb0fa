/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_QUIC_VERSION_H
#define DISSECT_QUIC_VERSION_H

#include <stdbool.h>
#include <stdint.h>

enum quic_salt {
	QUIC_SALT_NONE,
	QUIC_SALT_DRAFT_22,
	QUIC_SALT_DRAFT_23,
	QUIC_SALT_DRAFT_29,
	QUIC_SALT_V1,
	QUIC_SALT_V2_DRAFT,
	QUIC_SALT_V2,
	QUIC_SALT_Q050,
	QUIC_SALT_T050,
	QUIC_SALT_T051,
	QUIC_SALTS
};

enum quic_framing {
	QUIC_FRAMING_UNKNOWN, /* only RFC 8999 holds */
	QUIC_FRAMING_GOOGLE,  /* Q024 to Q049 */
	QUIC_FRAMING_V1,
	QUIC_FRAMING_V2, /* packet types renumbered and labels renamed, RFC 9369 */
};

struct quic_version {
	enum quic_framing framing;
	enum quic_salt salt; /* none: framed like v1, perhaps, but sealed with whose keys? */
};

/* What is known of a version number; of a greased one that it is framed like v1. */
struct quic_version quic_version_find(uint32_t version);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/packet.h"

#include <stdlib.h>

#include "dissect/layers.h"
#include "tests/same_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The caller relies on this much. */
static void check_payload(struct slice bytes, const struct packet *p)
{
	if (p->payload_len < p->payload.len)
		abort();
	if (p->payload.len > 0 &&
	    (p->payload.ptr < bytes.ptr || p->payload.ptr + p->payload.len > bytes.ptr + bytes.len))
		abort();
	if (p->tunnel_count > PACKET_TUNNELS_MAX || p->vlan_count > PACKET_VLANS_MAX)
		abort();
}

/* What is read in one go is as the layers say. */
static void check_usual(enum link_type link, struct slice frame)
{
	struct packet quick, whole;
	enum parse answer = dissect_packet(link, frame, &quick);

	if (answer != dissect_layers(link, frame, &whole))
		abort();
	if (answer == PARSE_OK && !same_packet(&quick, &whole))
		abort();
}

/* The first two bytes are the link type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet packet, quoted;

	if (size < 2)
		return 0;
	struct slice frame = { data + 2, size - 2 };
	enum link_type link = (enum link_type)(data[0] << 8 | data[1]);

	check_usual(link, frame);
	if (dissect_packet(link, frame, &packet) != PARSE_OK)
		return 0;
	check_payload(frame, &packet);
	(void)dissect_icmp_quote(&packet, &quoted);
	if (packet.is_fragment && dissect_transport(packet.payload, &packet) == PARSE_OK)
		check_payload(frame, &packet);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts of ours say of themselves in mDNS and LLMNR. */
#include "sensor/flow/address.h"
#include "sensor/worker_state.h"

/* "front-desk.local" is the host front-desk; what is not below .local is no name of mDNS. */
static struct slice without_local(struct slice owner)
{
	static const char local[] = ".local";
	size_t len = sizeof local - 1;

	if (owner.len <= len || memcmp(owner.ptr + owner.len - len, local, len) != 0)
		return (struct slice){ 0 };
	return slice_head(owner, owner.len - len);
}

/* An address record that its own address sent: others may speak of a host, only it says "I". */
static bool is_own(const struct dns_record *r, const struct packet *p)
{
	uint8_t address[16];

	if (r->type != DNS_A && r->type != DNS_AAAA)
		return false;
	address_from_wire(r->address.ptr, r->address.len, address);
	return address_equal(address, p->src);
}

void hear_own_name(struct worker *w, const struct packet *p, bool is_mdns)
{
	const struct dns_message *m = &w->own_names;

	if (dissect_dns(p->payload, &w->own_names) == PARSE_FOREIGN || !m->is_answer)
		return;
	for (size_t i = 0; i < m->record_count; i++) {
		const struct dns_record *r = &m->records[i];
		struct slice name = is_mdns ? without_local(r->owner) : r->owner;

		if (name.len > 0 && is_own(r, p))
			hosts_named(w->hosts, p->src, p->has_mac ? p->src_mac : NULL, name,
			            is_mdns ? HOST_NAME_MDNS : HOST_NAME_LLMNR);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whose host it is, and what the config says of it. The one place where "ours" is decided. */
#include "sensor/flow/address.h"
#include "sensor/worker_state.h"

bool is_ours(const struct worker *w, const uint8_t address[16])
{
	return config_is_inside(w->use.config, address);
}

unsigned local_side(const struct worker *w, const struct flow *f)
{
	bool is_client_ours = is_ours(w, f->address[f->client]);
	bool is_server_ours = is_ours(w, f->address[flow_server(f)]);

	return !is_client_ours && is_server_ours ? flow_server(f) : f->client;
}

const char *flow_direction(const struct worker *w, const struct flow *f)
{
	static const char *const words[2][2] = { { "external", "inbound" }, { NULL, "internal" } };

	return words[is_ours(w, f->address[f->client])][is_ours(w, f->address[flow_server(f)])];
}

static void fill_names(const struct host *host, const struct config_host *configured,
                       struct event_local *out)
{
	if (configured != NULL && configured->name != NULL) {
		out->name = (struct slice){ (const uint8_t *)configured->name,
			                    strlen(configured->name) };
		out->name_source = "config";
	} else if (host->name != NULL) {
		out->name = name_text(host->name);
		out->name_source = host_name_source_word(host->name_source);
	}
	out->role = configured != NULL && configured->role != NULL ? configured->role
	                                                           : host_role_word(host->role);
}

static void fill_client_id(struct worker *w, struct slice id, struct event_local *out)
{
	static const char digits[] = "0123456789abcdef";
	char *text = w->whose.client_id;

	for (size_t i = 0; i < id.len && i < CLIENT_ID_MAX; i++) {
		text[2 * i] = digits[id.ptr[i] >> 4];
		text[2 * i + 1] = digits[id.ptr[i] & 15];
	}
	out->client_id = (struct slice){ (const uint8_t *)text, 2 * id.len };
}

void fill_local(struct worker *w, const uint8_t address[16], const struct packet *below,
                struct event_local *out)
{
	struct host host = hosts_find(w->hosts, address);
	struct slice own = host.name != NULL ? name_text(host.name) : (struct slice){ 0 };

	*out = (struct event_local){ .has_ip = true, .has_mac = host.has_mac };
	memcpy(out->ip, address, 16);
	memcpy(out->mac, host.mac, 6);
	out->mac_is_random = host.has_mac && (host.mac[0] & 0x02) != 0;
	fill_client_id(w, host.client_id, out);
	w->whose.network =
	        config_network_of(w->use.config, address, below != NULL ? below->vlan : NULL,
	                          below != NULL ? below->vlan_count : 0);
	w->whose.host = config_host_of(w->use.config, host.has_mac ? host.mac : NULL, address, own);
	fill_names(&host, w->whose.host, out);
	if (w->whose.network == NULL)
		return;
	out->network = w->whose.network->name;
	out->organisation = w->whose.network->organisation;
	out->jurisdiction = w->whose.network->jurisdiction;
	out->sector = w->whose.network->sector;
}

void fill_site_owner(const struct worker *w, struct event_site *site)
{
	const struct config_site *s = config_site_of(w->use.config, site->name);

	if (s == NULL)
		return;
	site->organisation = s->organisation;
	site->jurisdiction = s->jurisdiction;
	site->sector = s->sector;
}

bool find_policy(const struct worker *w, const struct event *e, struct event_policy *out)
{
	if (e->local == NULL || e->tracker == NULL)
		return false;
	return config_policy(w->use.config,
	                     &(struct config_subject){ .network = w->whose.network,
	                                               .host = w->whose.host,
	                                               .role = e->local->role,
	                                               .tracker = e->tracker,
	                                               .time_ns = e->time_ns },
	                     out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/port/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	LITTLE = 200,          /* packets: too few to say that something is missing */
	CONNECTIONS_LEAST = 5, /* the same of connections */
	CLIENTS_LEAST = 10,    /* hosts of which one asking for all is odd */
	JUMBO_MAX = 9216,      /* no wire carries more */
};

struct judge {
	const struct port_case *what;
	const struct port_counters *c;
	struct port_finding *out;
	size_t count;
};

/* "" as words of what to do: nothing. */
static struct port_finding *add(struct judge *j, enum port_grade grade, const char *about,
                                const char *todo)
{
	struct port_finding *f = &j->out[j->count < PORT_FINDINGS ? j->count++ : j->count - 1];

	f->grade = grade;
	f->about = about;
	f->words[0] = '\0';
	snprintf(f->todo, sizeof f->todo, "%s", todo);
	return f;
}

/* Adds to the words. */
__attribute__((format(printf, 2, 3))) static void say(struct port_finding *f, const char *format,
                                                      ...)
{
	size_t used = strlen(f->words);
	va_list list;

	va_start(list, format);
	vsnprintf(f->words + used, sizeof f->words - used, format, list);
	va_end(list);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void judge_mirror(struct judge *j)
{
	const struct port_counters *c = j->c;
	uint64_t told = c->to_all + c->to_us + c->to_others;

	if (told == 0 || c->to_others > 0)
		return;
	struct port_finding *f = add(
	        j, PORT_BAD, "mirror",
	        "Configure a span session (or a TAP) whose destination is this port; on a virtual "
	        "switch allow promiscuous mode on this port group.");

	if (port_is_ours(j->what->port))
		say(f,
		    "only this machine's own packets (%" PRIu64 ") and broadcasts (%" PRIu64
		    "): an ordinary port, to which nothing is mirrored",
		    c->to_us, c->to_all);
	else
		say(f, "only broadcasts and multicasts: taken from a port to which nothing was "
		       "mirrored");
}

static void judge_interfaces(struct judge *j)
{
	for (size_t i = 0; i < j->what->interface_count; i++) {
		const struct port_interface *one = &j->what->interfaces[i];

		if (one->packets == 0 && j->c->packets > 0)
			say(add(j, PORT_BAD, "silence",
			        "Look for the link, and whether the session that mirrors to it is "
			        "on."),
			    "%s: not one packet", one->name);
	}
}

static void judge_one_sided(struct judge *j, uint64_t one_sided)
{
	const struct port_counters *c = j->c;
	double part = share(one_sided, c->connections);
	bool is_up = c->only_clients > c->only_servers;
	struct port_finding *f = add(
	        j, part >= 20 ? PORT_BAD : PORT_NOTE, "directions",
	        part >= 80 ? "Let the span session mirror both directions (rx and tx; with a TAP, "
	                     "give both its outputs: -i A -i B)."
	                   : "Routing is asymmetric, or one uplink is not mirrored: mirror all "
	                     "uplinks of these networks.");

	say(f,
	    "of %" PRIu64 " TCP connections %" PRIu64 " (%.0f %%) show one direction only, mostly "
	    "what the %s sends",
	    c->connections, one_sided, part, is_up ? "client" : "server");
}

static void judge_directions(struct judge *j)
{
	const struct port_counters *c = j->c;
	uint64_t one_sided = c->only_clients + c->only_servers;

	if (c->connections < CONNECTIONS_LEAST) {
		say(add(j, PORT_NOTE, "directions", ""),
		    "%" PRIu64 " TCP connections: too few to tell", c->connections);
		return;
	}
	if (share(one_sided, c->connections) >= 5)
		judge_one_sided(j, one_sided);
	else
		say(add(j, PORT_GOOD, "directions", ""),
		    "both, in %" PRIu64 " of %" PRIu64 " TCP connections",
		    c->connections - one_sided, c->connections);
}

/* One asks for all: the port lies behind the resolver, and who asked is not seen. */
static bool asks_for_all(const struct port_counters *c)
{
	return c->clients.count >= CLIENTS_LEAST && c->top_asker * 10 >= c->dns_questions * 9;
}

static void judge_missing_dns(struct judge *j)
{
	const struct port_counters *c = j->c;
	bool has_part = c->dns_questions + c->dns_answers > 0;
	struct port_finding *f = add(
	        j, c->packets < LITTLE ? PORT_NOTE : PORT_BAD, "DNS",
	        has_part ? "Mirror both directions of the way to the resolver."
	                 : "Mirror the port between hosts and their resolver, too: without it, a "
	                   "flow that does not state its name has none, and a ban in DNS cannot be "
	                   "checked.");

	if (has_part)
		say(f, "%" PRIu64 " questions, %" PRIu64 " answers: one side is missing",
		    c->dns_questions, c->dns_answers);
	else
		say(f, "no question and no answer (port 53)");
	if (c->dns_encrypted > 0)
		say(f,
		    "; %" PRIu64 " packets of encrypted DNS (port 853), which nobody here can read",
		    c->dns_encrypted);
}

static void judge_dns(struct judge *j)
{
	const struct port_counters *c = j->c;

	if (c->dns_questions == 0 || c->dns_answers == 0) {
		judge_missing_dns(j);
	} else if (asks_for_all(c)) {
		say(add(j, PORT_BAD, "DNS",
		        "The port lies between the resolver and the Internet: mirror the side "
		        "between hosts and resolver, else nobody knows which host asked."),
		    "one address asks %.0f %% of %" PRIu64 " questions, while %zu%s hosts talk",
		    share(c->top_asker, c->dns_questions), c->dns_questions, c->clients.count,
		    c->clients.count == PORT_PEOPLE ? " or more" : "");
	} else {
		struct port_finding *f = add(j, PORT_GOOD, "DNS", "");

		say(f, "%" PRIu64 " questions from %zu addresses, %" PRIu64 " answers",
		    c->dns_questions, c->askers.count, c->dns_answers);
		if (c->dns_encrypted > 0)
			say(f, "; besides, %" PRIu64 " packets of encrypted DNS (port 853)",
			    c->dns_encrypted);
	}
}

static void judge_vlans(struct judge *j)
{
	const struct port_counters *c = j->c;
	uint64_t known = c->tagged + c->untagged;

	if (c->tagged == 0) {
		say(add(j, PORT_NOTE, "VLANs", ""),
		    "no tags: one network, or the session takes them off (Cisco keeps them with "
		    "\"encapsulation replicate\")");
		return;
	}
	struct port_finding *f = add(j, PORT_GOOD, "VLANs", "");

	for (size_t i = 0; i < c->vlan_count; i++)
		say(f, "%s%u (%.0f %%)", i > 0 ? ", " : "", (unsigned)c->vlans[i].id,
		    share(c->vlans[i].packets, known));
	if (c->tagged_otherwise > 0)
		say(f, " and others (%.0f %%)", share(c->tagged_otherwise, known));
	if (c->untagged > 0)
		say(f, ", untagged (%.0f %%)", share(c->untagged, known));
}

static void judge_whole(struct judge *j)
{
	const struct port_counters *c = j->c;

	if (c->truncated == 0) {
		say(add(j, PORT_GOOD, "whole packets", ""), "not one is cut");
		return;
	}
	say(add(j, share(c->truncated, c->packets) >= 1 ? PORT_BAD : PORT_NOTE, "whole packets",
	        "A name may lie in what is missing: let the switch mirror whole packets (no "
	        "truncation in the session), and record with tcpdump -s 0."),
	    "%" PRIu64 " of %" PRIu64 " (%.1f %%) are cut", c->truncated, c->packets,
	    share(c->truncated, c->packets));
}

/* "eth1 (gro lro)"; false: none merges. */
static bool say_merging(struct port_finding *f, const struct port_case *what)
{
	bool is_any = false;

	for (size_t i = 0; i < what->interface_count; i++) {
		const bool *merges = what->interfaces[i].facts.merges;

		if (!merges[OFFLOAD_GRO] && !merges[OFFLOAD_LRO])
			continue;
		say(f, "%s%s puts packets together before they are seen (%s%s on)",
		    is_any ? ", " : "", what->interfaces[i].name, merges[OFFLOAD_GRO] ? "gro" : "",
		    !merges[OFFLOAD_LRO]  ? ""
		    : merges[OFFLOAD_GRO] ? ", lro"
		                          : "lro");
		is_any = true;
	}
	return is_any;
}

static const char *offload_remedy(const struct judge *j, bool is_merging)
{
	if (j->what->interface_count == 0)
		return "Turn it off where captures are made: ethtool -K IFACE gro off lro off.";
	return is_merging ? "ethtool -K IFACE gro off lro off: lengths, counts and evidence are "
	                    "then those of the wire. Names are read either way."
	                  : "The sender merges them (a virtual machine's or container's "
	                    "segmentation offload: ethtool -K IFACE tso off gso off there), or the "
	                    "wire carries jumbo frames.";
}

static void judge_segments(struct judge *j)
{
	const struct port_counters *c = j->c;
	struct port_finding *f = add(j, PORT_NOTE, "segments", "");
	bool is_merging = say_merging(f, j->what);

	if (is_merging && c->oversize > 0)
		say(f, "; ");
	if (c->oversize > 0)
		say(f,
		    "%" PRIu64 " TCP packets are larger than %" PRIu32 " bytes (largest %" PRIu32
		    "): %s",
		    c->oversize, port_mtu(j->what->port), c->largest,
		    c->largest > JUMBO_MAX ? "merged" : "merged, or jumbo frames");
	if (is_merging || c->oversize > 0) {
		snprintf(f->todo, sizeof f->todo, "%s", offload_remedy(j, is_merging));
		return;
	}
	f->grade = PORT_GOOD;
	say(f, "as they were sent, none larger than %" PRIu32 " bytes", port_mtu(j->what->port));
}

static void judge_copies(struct judge *j)
{
	const struct port_counters *c = j->c;
	double part = share(c->duplicates, c->packets);

	if (part < 1) {
		say(add(j, PORT_GOOD, "copies", ""), "%" PRIu64 " of %" PRIu64 " packets",
		    c->duplicates, c->packets);
		return;
	}
	say(add(j, part >= 20 ? PORT_BAD : PORT_NOTE, "copies",
	        "Both ends of a way are mirrored (rx and tx of ports that talk with each other, or "
	        "two VLANs of one router). Mirror one of them. Copies are told and dropped here, "
	        "but "
	        "they fill the port."),
	    "%" PRIu64 " packets (%.0f %%) come a second time", c->duplicates, part);
}

static void judge_drops(struct judge *j)
{
	const struct capture_counters *capture = j->what->capture;

	if (capture->kernel_drops > 0)
		say(add(j, PORT_BAD, "kernel drops",
		        "A larger ring (--ring 256M), more workers (-j), a filter, or a faster "
		        "machine."),
		    "%" PRIu64 " packets: the ring was full", capture->kernel_drops);
	if (capture->interface_drops > 0)
		say(add(j, PORT_BAD, "interface drops",
		        "Larger queues of the card (ethtool -G IFACE rx MAX); less traffic to "
		        "this port."),
		    "%" PRIu64 " packets: the card dropped them before anybody could see them",
		    capture->interface_drops);
}

static void judge_ip(struct judge *j)
{
	const struct port_counters *c = j->c;

	if (c->tunnelled > 0)
		say(add(j, PORT_NOTE, "tunnels", ""),
		    "%" PRIu64 " packets (%.0f %%) come in tunnels, and are told by their inner "
		    "addresses",
		    c->tunnelled, share(c->tunnelled, c->packets));
	if (share(c->malformed, c->packets) >= 1)
		say(add(j, PORT_BAD, "headers",
		        "A cable, a card or a tunnel spoils packets, or they are cut."),
		    "%" PRIu64 " packets (%.0f %%) have headers that contradict themselves or end "
		    "early",
		    c->malformed, share(c->malformed, c->packets));
	if (c->packets - c->not_ip == 0)
		say(add(j, PORT_BAD, "IP", "Look which ports or VLANs the session mirrors."),
		    "not one packet of IP among %" PRIu64, c->packets);
}

size_t port_judge(const struct port_case *what, struct port_finding out[PORT_FINDINGS])
{
	struct judge j = { .what = what, .c = port_count(what->port), .out = out };

	if (j.c->packets == 0) {
		say(add(&j, PORT_BAD, "silence",
		        "Look for the link, whether the session that mirrors to this port is on, "
		        "and at the filter."),
		    "not one packet");
		judge_drops(&j);
		return j.count;
	}
	judge_mirror(&j);
	judge_interfaces(&j);
	judge_ip(&j);
	if (j.c->packets > j.c->not_ip) {
		judge_directions(&j);
		judge_dns(&j);
		judge_vlans(&j);
		judge_whole(&j);
		judge_segments(&j);
		judge_copies(&j);
	}
	judge_drops(&j);
	return j.count;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/capture/rebind.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool ask(int control, unsigned long what, const char *name, struct ifreq *out)
{
	*out = (struct ifreq){ 0 };
	snprintf(out->ifr_name, sizeof out->ifr_name, "%s", name);
	return ioctl(control, what, out) == 0;
}

unsigned interface_index(int control, const char *name)
{
	struct ifreq answer;

	return ask(control, SIOCGIFINDEX, name, &answer) ? (unsigned)answer.ifr_ifindex : 0;
}

bool interface_is_up(int control, const char *name)
{
	struct ifreq answer;

	return ask(control, SIOCGIFFLAGS, name, &answer) && (answer.ifr_flags & IFF_UP) != 0;
}

int interface_kind(int control, const char *name)
{
	struct ifreq answer;

	return ask(control, SIOCGIFHWADDR, name, &answer) ? answer.ifr_hwaddr.sa_family : -1;
}

bool interface_bind(int packets, unsigned index)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET,
		                        .sll_protocol = htons(ETH_P_ALL),
		                        .sll_ifindex = (int)index };
	const struct packet_mreq all = { .mr_ifindex = (int)index, .mr_type = PACKET_MR_PROMISC };

	return bind(packets, (const struct sockaddr *)&to, sizeof to) == 0 &&
	       setsockopt(packets, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/port/offload.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ifreq request_of(const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	return request;
}

/* 0: the driver does not know the question. */
static uint32_t ask_ethtool(int fd, const char *name, uint32_t question)
{
	struct ifreq request = request_of(name);
	struct ethtool_value value = { .cmd = question };

	request.ifr_data = (char *)&value;
	return ioctl(fd, SIOCETHTOOL, &request) == 0 ? value.data : 0;
}

static void ask(int fd, const char *name, struct interface_facts *out)
{
	struct ifreq mtu = request_of(name), mac = request_of(name);

	out->is_known = ioctl(fd, SIOCGIFMTU, &mtu) == 0;
	if (!out->is_known)
		return;
	out->mtu = mtu.ifr_mtu > 0 ? (uint32_t)mtu.ifr_mtu : 0;
	out->has_mac =
	        ioctl(fd, SIOCGIFHWADDR, &mac) == 0 && mac.ifr_hwaddr.sa_family == ARPHRD_ETHER;
	if (out->has_mac)
		memcpy(out->mac, mac.ifr_hwaddr.sa_data, sizeof out->mac);
	out->merges[OFFLOAD_GRO] = ask_ethtool(fd, name, ETHTOOL_GGRO) != 0;
	out->merges[OFFLOAD_LRO] = (ask_ethtool(fd, name, ETHTOOL_GFLAGS) & ETH_FLAG_LRO) != 0;
}

void interface_facts(const char *name, struct interface_facts *out)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*out = (struct interface_facts){ 0 };
	if (fd < 0)
		return;
	ask(fd, name, out);
	close(fd);
}

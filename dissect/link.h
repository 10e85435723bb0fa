/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISSECT_LINK_H
#define DISSECT_LINK_H

/* Numbers as www.tcpdump.org/linktypes.html gives them, not as the host's DLT_ macros do. */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_FDDI = 10,
	LINK_RAW_BSD = 12, /* old files hold the host's DLT_RAW */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51, /* PPPoE without the Ethernet */
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_IEEE802_11 = 105,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_RADIOTAP = 127,
	LINK_USER2 = 149, /* Apple's packet tap before it had a number */
	LINK_PPI = 192,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_PKTAP = 258,
	LINK_LINUX_SLL2 = 276,
};

#endif

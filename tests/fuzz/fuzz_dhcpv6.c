/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/host_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t room[300];
	struct scratch text = { room, sizeof room, 0 };
	struct dhcp_lease lease;

	(void)dissect_dhcpv6((struct slice){ data, size }, &text, &lease);
	return 0;
}

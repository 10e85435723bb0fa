/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/host_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp_lease lease;

	(void)dissect_dhcp((struct slice){ data, size }, &lease);
	return 0;
}

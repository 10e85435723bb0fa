/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/host_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netbios_name name;

	(void)dissect_netbios((struct slice){ data, size }, &name);
	(void)dissect_netbios_datagram((struct slice){ data, size }, &name);
	return 0;
}

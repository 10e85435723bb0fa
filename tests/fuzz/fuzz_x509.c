/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice names[4];
	uint8_t count;

	(void)dissect_x509_names((struct slice){ data, size }, names, 4, &count);
	return 0;
}

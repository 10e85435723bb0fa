/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/ech.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ech_configs out;
	struct tls_hello hello = { .has_ech = true, .sni = { data, size > 3 ? 3 : size } };

	(void)dissect_ech_configs((struct slice){ data, size }, &out);
	for (uint8_t i = 0; i < out.count; i++)
		(void)ech_config_fits(&out.config[i], &hello);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dtls_fragments f;
	struct tls_hello hello;

	(void)dissect_dtls_fragments((struct slice){ data, size }, &f);
	for (uint8_t i = 0; i < f.count; i++)
		(void)dissect_dtls_hello(f.fragment[i].bytes, f.fragment[i].length, &hello);
	return 0;
}

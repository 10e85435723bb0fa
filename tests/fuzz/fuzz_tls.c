/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/tls.h"
#include "dissect/tls_fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t memory[4096], text[1024];
	struct scratch join = { memory, sizeof memory, 0 }, to = { text, sizeof text, 0 };
	struct tls_hello hello;
	struct tls_server server;
	struct ja4_raw ja4;
	struct slice ja3;

	(void)dissect_tls_hello((struct slice){ data, size }, &hello);
	(void)dissect_tls_client((struct slice){ data, size }, &join, &hello, NULL);
	(void)dissect_ja4_raw(&hello, 't', &to, &ja4);
	to.used = 0;
	(void)dissect_ja3_raw(&hello, &to, &ja3);
	(void)dissect_tls_server((struct slice){ data, size }, &join, &server);
	return 0;
}

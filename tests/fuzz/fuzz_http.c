/* SPDX-License-Identifier: Apache-2.0 */
#include "dissect/http.h"
#include "tests/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { data, size };
	struct http_request request;
	struct http_response response;

	CHECK(!(dissect_http_request(bytes, &request) == PARSE_OK && request.head_len > size));
	CHECK(!(dissect_http_response(bytes, &response) == PARSE_OK && response.head_len > size));
	return 0;
}

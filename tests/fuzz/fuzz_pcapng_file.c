/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/walk_savefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return walk_savefile((struct slice){ data, size }, true);
}

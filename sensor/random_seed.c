/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/random_seed.h"

#include <sys/random.h>

uint64_t random_seed(const void *somewhere)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		seed = (uint64_t)(uintptr_t)somewhere;
	return seed;
}

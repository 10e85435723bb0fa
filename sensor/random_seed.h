/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_RANDOM_SEED_H
#define SENSOR_RANDOM_SEED_H

#include <stdint.h>

/*
 * A seed that no sender can guess; it has no influence on what is told. Where the system has none
 * to give, the address `somewhere`: less of a secret, but one.
 */
uint64_t random_seed(const void *somewhere);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FLOW_SIPHASH_H
#define SENSOR_FLOW_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF") of `count` words under a
 * secret seed: who does not know it cannot make keys that collide.
 */
uint64_t siphash(const uint64_t seed[2], const uint64_t *words, size_t count);

#endif

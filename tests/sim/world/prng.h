/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_PRNG_H
#define CXD_WORLD_PRNG_H

#include <stdint.h>

/* The only source of chance in the world: 64 bits of state, the same numbers on every machine. */
struct prng {
  uint64_t state;
};

struct prng prng_from(uint64_t seed, uint64_t stream); /* streams of one seed do not resemble each other */
uint64_t prng_next(struct prng *prng);
int64_t prng_between(struct prng *prng, int64_t low, int64_t high); /* both included */
int prng_chance(struct prng *prng, int permille);
uint64_t prng_mix(uint64_t value); /* one value well stirred */

#endif

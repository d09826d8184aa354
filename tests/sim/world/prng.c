/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "prng.h"

uint64_t prng_mix(uint64_t value) {
  value ^= value >> 30;
  value *= UINT64_C(0xbf58476d1ce4e5b9);
  value ^= value >> 27;
  value *= UINT64_C(0x94d049bb133111eb);
  return value ^ (value >> 31);
}

struct prng prng_from(uint64_t seed, uint64_t stream) { return (struct prng){prng_mix(prng_mix(seed + 1) ^ (stream << 32))}; }

uint64_t prng_next(struct prng *prng) {
  prng->state += UINT64_C(0x9e3779b97f4a7c15);
  return prng_mix(prng->state);
}

int64_t prng_between(struct prng *prng, int64_t low, int64_t high) {
  uint64_t width = (uint64_t)(high - low) + 1;
  return low + (int64_t)(prng_next(prng) % width);
}

int prng_chance(struct prng *prng, int permille) { return (int)(prng_next(prng) % 1000) < permille; }

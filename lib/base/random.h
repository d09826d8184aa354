/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_RANDOM_H
#define CXD__BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes from the kernel; 0 on success, -1 when the kernel gives none. */
int cxd__random_bytes(void *out, size_t len);

/* A small generator for jitter and for ids inside the sans-I/O core: seeded once from outside, never re-seeds itself. */
struct cxd__prng {
  uint64_t state;
};
uint64_t cxd__prng_next(struct cxd__prng *prng);

/* UUID version 7 (RFC 9562) as text, from a wall clock and a generator. */
void cxd__uuid7(int64_t unix_ms, struct cxd__prng *prng, char out[37]);

#endif

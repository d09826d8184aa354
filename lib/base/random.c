/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/random.h"

#include <stdio.h>
#include <sys/random.h>

#include <errno.h>

int cxd__random_bytes(void *out, size_t len) {
  unsigned char *p = out;
  while (len) {
    ssize_t got = getrandom(p, len, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return -1;
    p += got;
    len -= (size_t)got;
  }
  return 0;
}

/* splitmix64 (Steele, Lea, Flood 2014): full period, good enough for jitter and ids, not for secrets. */
uint64_t cxd__prng_next(struct cxd__prng *prng) {
  uint64_t z = prng->state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void cxd__uuid7(int64_t unix_ms, struct cxd__prng *prng, char out[37]) {
  uint64_t ms = (uint64_t)unix_ms & 0xffffffffffffu;
  uint64_t a = cxd__prng_next(prng), b = cxd__prng_next(prng);
  (void)snprintf(out, 37, "%08x-%04x-7%03x-%04x-%012llx", (unsigned)(ms >> 16), (unsigned)(ms & 0xffff), (unsigned)(a & 0xfff),
                 (unsigned)(0x8000 | ((a >> 12) & 0x3fff)), (unsigned long long)(b & 0xffffffffffffu));
}

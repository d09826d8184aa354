/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

uint64_t ids_random_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed)
        return seed;
    return (uint64_t)time(NULL);
}

/* splitmix64 */
uint64_t ids_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void ids_next(struct ids *ids, enum id_stream stream, char out[ID_SIZE])
{
    uint64_t n = ++ids->used[stream];
    uint64_t a = ids_mix(ids_mix(ids->seed ^ ((uint64_t)stream << 56)) + n);
    uint64_t b = ids_mix(a ^ n);
    snprintf(out, ID_SIZE, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64, a >> 32,
             (a >> 16) & 0xffff, a & 0xfff, 0x8000 | ((b >> 48) & 0x3fff), b & UINT64_C(0xffffffffffff));
}

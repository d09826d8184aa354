/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Tokens and request ids: unpredictable by default, the same in every run with --seed. */
#ifndef SIM_IDS_H
#define SIM_IDS_H

#include <stdint.h>

#define ID_SIZE 37

enum id_stream { ID_TOKEN = 1, ID_REQUEST = 2, ID_CONTROL = 3 };

struct ids {
    uint64_t seed;
    uint64_t used[4];
};

uint64_t ids_random_seed(void);
uint64_t ids_mix(uint64_t x);
void ids_next(struct ids *ids, enum id_stream stream, char out[ID_SIZE]); /* 8-4-4-4-12 */

#endif

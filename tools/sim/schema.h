/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What a campaign document must look like (400), and what the dialer engine can carry (422). */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct schema_problem {
    unsigned status;
    const char *code;
    char field[160];
    char message[400];
};

/* Both stop at the first problem. */
bool schema_check(const json_t *campaign, struct schema_problem *problem);
bool schema_check_engine(const json_t *campaign, int64_t licensed_agents, struct schema_problem *problem);

#endif

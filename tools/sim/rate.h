/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The rate limit of the one client there is, by three policies, and what was really seen on the wire. */
#ifndef SIM_RATE_H
#define SIM_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rate_policy { RATE_FIXED, RATE_SLIDING, RATE_BUCKET };

/* Instants, oldest first, with what left the window dropped from the front. */
struct instants {
    int64_t *list;
    size_t first, end, cap;
};

struct rate {
    enum rate_policy policy;
    int64_t limit; /* 0: off */
    int64_t window_us;
    int64_t burst;
    int64_t fixed_window; /* number of the current window */
    int64_t fixed_used;
    struct instants granted;
    double tokens;
    int64_t refilled_us;
    struct instants seen;
    size_t seen_max;
};

struct rate_answer {
    bool granted;
    int64_t remaining;
    int64_t reset_s;       /* until the remainder grows again */
    int64_t retry_after_s; /* when refused, at least 1 */
};

void rate_init(struct rate *r, enum rate_policy policy, int64_t limit, int64_t window_us, int64_t burst);
void rate_free(struct rate *r);
void rate_take(struct rate *r, int64_t now_us, struct rate_answer *answer);

#endif

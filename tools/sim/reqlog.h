/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The memory of what was asked, for tests: the newest requests, within a bound. */
#ifndef SIM_REQLOG_H
#define SIM_REQLOG_H

#include "request.h"

#define REQLOG_ENTRIES_MAX 20000
#define REQLOG_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* Two pieces of one JSON object: what is known when the request starts, and when it ends. */
struct reqlog_entry {
    struct buf head;
    struct buf tail;
};

/* A ring. */
struct reqlog {
    struct reqlog_entry *entries;
    size_t first, count, cap;
    size_t bytes;
    uint64_t total; /* also the seq of the newest; the first one is 1 */
};

void reqlog_free(struct reqlog *l);
uint64_t reqlog_begin(struct reqlog *l, const struct request *q, int64_t t_us);
/* Once for each request. status 0: no reply was given; fault may be empty or NULL */
void reqlog_end(struct reqlog *l, const struct request *q, unsigned status, const char *fault);
void reqlog_print(const struct reqlog *l, struct buf *out);

#endif

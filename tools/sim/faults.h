/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Faults on demand: METHOD:N:KIND[=VALUE]. Each keeps its own count of matching requests, from when it was added. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_SPEC_SIZE 256

enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,
    FAULT_DELAY,
    FAULT_CLOSE_BEFORE_REPLY,
    FAULT_APPLY_THEN_CLOSE,
    FAULT_RESET_MID_BODY,
    FAULT_TRUNCATE,
    FAULT_BAD_JSON,
    FAULT_HUGE_BODY,
    FAULT_ENDLESS_HEADERS,
    FAULT_SLOW
};

/* What a request is; a fault matches when it names any of these. */
enum { TARGET_GET = 1, TARGET_PUT = 2, TARGET_POST = 4, TARGET_TOKEN = 8, TARGET_LIST = 16, TARGET_ANY = 32 };

struct fault_hit {
    enum fault_kind kind;
    int64_t value;
    char retry_after[FAULT_SPEC_SIZE]; /* empty: none */
    char spec[FAULT_SPEC_SIZE];
};

struct fault {
    struct fault_hit hit;
    unsigned targets;
    uint64_t nth; /* 0: every one */
    uint64_t seen;
    uint64_t applied;
};

struct faults {
    struct fault *list;
    size_t count;
};

/* false: *why says what is wrong, naming the SPEC and what is accepted */
bool faults_add(struct faults *faults, const char *spec, struct buf *why);
bool faults_need_plain_socket(const struct faults *faults, const char **spec);
void faults_clear(struct faults *faults);
/* Counts the request for every fault; *hit is a copy of the first one that fires. */
void faults_match(struct faults *faults, unsigned targets, struct fault_hit *hit);

#endif

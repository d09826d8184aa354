/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The file of --record: every request as one line of JSON, for replay elsewhere. Many simulators may share one. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "request.h"

struct record {
    const char *path; /* NULL: nothing is recorded */
    int fd;
    int failed; /* errno of the write that ended it */
};

bool record_open(struct record *r, const char *path); /* false: errno says why */
void record_close(struct record *r);
/* status 0: no reply was given; fault may be empty or NULL */
void record_add(struct record *r, const struct request *q, unsigned status, const char *fault);

#endif

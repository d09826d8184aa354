/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_RAW_H
#define CXD_BENCH_RAW_H

#include "job.h"

/*
 * The floor: a bare loop of libcurl's multi interface around the same bytes on the wire. Easy handles, headers and connections are
 * kept, no answer is looked at beyond its status.
 */
struct raw_how {
  int merge;   /* a GET before each PUT */
  int tuned;   /* the address as a parsed CURLU with CURLOPT_REQUEST_TARGET, no look for a proxy */
  int http2;   /* as many streams as are in flight */
  int no_ca;   /* the trust store libcurl was built with, not DIRECTORY/ca.pem */
};

struct raw;

struct raw *raw_open(const struct job *job, const struct raw_how *how); /* ends the program when it cannot */
long raw_run(struct raw *raw, long count);                              /* how many PUTs were answered 200 */
void raw_close(struct raw *raw);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_TRACE_H
#define CXD__CORE_TRACE_H

#include "base/random.h"

/*
 * W3C Trace Context, level 1: which trace a call belongs to. All zeros: none, nothing is sent.
 */
struct cxd__trace {
  char id[33];     /* of the trace; "": none */
  char parent[17]; /* the span of who made the call; "": the trace begins here */
  int32_t sampled;
};

#define CXD__TRACEPARENT_SIZE 56

/* 0, or what is wrong with the text; `out` only on 0. Of versions after 00 what they have in common with it is read, as the recommendation says. */
const char *cxd__trace_read(const char *text, struct cxd__trace *out);

void cxd__trace_begin(struct cxd__trace *trace, struct cxd__prng *prng);                                               /* a trace of its own */
void cxd__trace_span(const struct cxd__trace *trace, struct cxd__prng *prng, char traceparent[CXD__TRACEPARENT_SIZE]); /* the next child */

#endif

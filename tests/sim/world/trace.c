/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "trace.h"

#include <stdio.h>
#include <string.h>

#define PRIME UINT64_C(1099511628211)

void trace_init(struct trace *trace, int shown) { *trace = (struct trace){UINT64_C(14695981039346656037), 0, shown}; }

void trace_bytes(struct trace *trace, const void *bytes, size_t len) {
  const unsigned char *p = bytes;
  for (size_t i = 0; i < len; i++)
    trace->hash = (trace->hash ^ p[i]) * PRIME;
}

static void number(struct trace *trace, int64_t value) {
  trace->hash = (trace->hash ^ (uint64_t)value) * PRIME;
  trace->hash ^= trace->hash >> 29;
}

void trace_event(struct trace *trace, int64_t at, const char *what, int64_t who, int64_t a, int64_t b) {
  trace->events++;
  number(trace, at);
  trace_bytes(trace, what, strlen(what));
  number(trace, who);
  number(trace, a);
  number(trace, b);
  if (trace->shown)
    printf("%13.6f  %-22s %3lld  %lld %lld\n", (double)at / 1e6, what, (long long)who, (long long)a, (long long)b);
}

void trace_text(struct trace *trace, int64_t at, const char *what, int64_t who, const char *text, size_t len) {
  trace->events++;
  number(trace, at);
  trace_bytes(trace, what, strlen(what));
  number(trace, who);
  trace_bytes(trace, text, len);
  if (trace->shown)
    printf("%13.6f  %-22s %3lld  %.*s\n", (double)at / 1e6, what, (long long)who, (int)len, text);
}

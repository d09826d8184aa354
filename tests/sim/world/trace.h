/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_TRACE_H
#define CXD_WORLD_TRACE_H

#include <stddef.h>
#include <stdint.h>

/* Everything that happens goes into one number; with --trace also onto the screen. */
struct trace {
  uint64_t hash;
  int64_t events;
  int shown;
};

void trace_init(struct trace *trace, int shown);
void trace_event(struct trace *trace, int64_t at, const char *what, int64_t who, int64_t a, int64_t b);
void trace_bytes(struct trace *trace, const void *bytes, size_t len); /* into the number only */
void trace_text(struct trace *trace, int64_t at, const char *what, int64_t who, const char *text, size_t len);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_PENDING_H
#define CXD__AUDIT_PENDING_H

#include "base/buf.h"

/* A record that was written and is not known to be durable; its line without the newline. */
struct cxd__kept {
  int64_t seq;
  struct cxd__buf line;
  int64_t again; /* the number it got when it was written again; 0: it was not */
  struct cxd__buf line_again;
};

/* In the order of their numbers, `ready` more behind them; memory is kept. Zero-initialise. */
struct cxd__pending {
  struct cxd__kept *items;
  size_t count, ready, cap;
};
int cxd__pending_ready(struct cxd__pending *pending, const char *line, size_t len); /* 0, or -1: no memory; several can be made ready */
void cxd__pending_add(struct cxd__pending *pending, int64_t seq); /* the first of those made ready */
void cxd__pending_unready(struct cxd__pending *pending); /* those made ready were not written */
int cxd__pending_again(struct cxd__kept *kept, int64_t seq, const char *line, size_t len); /* 0, or -1: no memory */
void cxd__pending_clear(struct cxd__pending *pending);
void cxd__pending_free(struct cxd__pending *pending);

#endif

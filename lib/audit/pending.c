/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/pending.h"

#include <string.h>

#include "base/mem.h"

static int grow(struct cxd__pending *pending) {
  size_t cap = pending->cap ? 2 * pending->cap : 4;
  struct cxd__kept *items = cxd__realloc(pending->items, cap * sizeof *items);
  if (!items)
    return -1;
  memset(items + pending->cap, 0, (cap - pending->cap) * sizeof *items);
  pending->items = items;
  pending->cap = cap;
  return 0;
}

static int set(struct cxd__buf *to, const char *line, size_t len) {
  cxd__buf_reset(to);
  cxd__buf_add(to, line, len);
  return to->failed ? -1 : 0;
}

int cxd__pending_ready(struct cxd__pending *pending, const char *line, size_t len) {
  size_t at = pending->count + pending->ready;
  if (at == pending->cap && grow(pending) != 0)
    return -1;
  if (set(&pending->items[at].line, line, len) != 0)
    return -1;
  pending->ready++;
  return 0;
}

void cxd__pending_unready(struct cxd__pending *pending) { pending->ready = 0; }

void cxd__pending_add(struct cxd__pending *pending, int64_t seq) {
  pending->items[pending->count].seq = seq;
  pending->items[pending->count].again = 0;
  pending->count++;
  pending->ready--;
}

int cxd__pending_again(struct cxd__kept *kept, int64_t seq, const char *line, size_t len) {
  if (set(&kept->line_again, line, len) != 0)
    return -1;
  kept->again = seq;
  return 0;
}

void cxd__pending_clear(struct cxd__pending *pending) { pending->count = pending->ready = 0; }

void cxd__pending_free(struct cxd__pending *pending) {
  for (size_t i = 0; i < pending->cap; i++) {
    cxd__buf_free(&pending->items[i].line);
    cxd__buf_free(&pending->items[i].line_again);
  }
  cxd__free(pending->items);
  *pending = (struct cxd__pending){0};
}

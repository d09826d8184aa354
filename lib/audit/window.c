/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memrchr */
#include "audit/window.h"

#include <string.h>

#include "audit/io.h"
#include "audit/log.h"
#include "base/mem.h"

#define ROOM (4 * CXD__AUDIT_MAX_RECORD)

int cxd__window_open(struct cxd__window *window) {
  *window = (struct cxd__window){.text = cxd__alloc(ROOM), .fd = -1};
  return window->text ? 0 : -1;
}

void cxd__window_close(struct cxd__window *window) {
  cxd__free(window->text);
  *window = (struct cxd__window){.fd = -1};
}

void cxd__window_on(struct cxd__window *window, int fd) {
  window->fd = fd;
  window->from = 0;
  window->len = 0;
}

static int holds(const struct cxd__window *window, int64_t from, int64_t to) { return from >= window->from && to <= window->from + (int64_t)window->len; }

static int move(struct cxd__window *window, int64_t from, int64_t to) {
  window->len = 0;
  if (cxd__read_at(window->fd, window->text, (size_t)(to - from), from) != 0)
    return -1;
  window->from = from;
  window->len = (size_t)(to - from);
  return 0;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

int cxd__line_at(struct cxd__window *window, int64_t at, int64_t end, struct cxd__slice *line) {
  int64_t need = least(end - at, CXD__AUDIT_MAX_RECORD);
  if (!holds(window, at, at + need) && move(window, at, least(end, at + ROOM)) != 0)
    return -1;
  line->p = window->text + (at - window->from);
  const char *newline = memchr(line->p, '\n', (size_t)need);
  line->len = newline ? (size_t)(newline - line->p) : 0;
  return newline != NULL;
}

int cxd__line_before(struct cxd__window *window, int64_t end, struct cxd__slice *line) {
  int64_t need = least(end, CXD__AUDIT_MAX_RECORD + 1); /* and the newline before it */
  if (!holds(window, end - need, end) && move(window, end < ROOM ? 0 : end - ROOM, end) != 0)
    return -1;
  const char *text = window->text + (end - need - window->from), *last = text + need - 1;
  const char *before = memrchr(text, '\n', (size_t)need - 1);
  if (!before && need < end)
    return 0;
  line->p = before ? before + 1 : text;
  line->len = (size_t)(last - line->p);
  return 1;
}

int cxd__last_newline(struct cxd__window *window, int64_t end, int64_t *behind) {
  for (*behind = end; *behind > 0; *behind = window->from) {
    int64_t from = *behind < ROOM ? 0 : *behind - ROOM;
    if (move(window, from, *behind) != 0)
      return -1;
    const char *newline = memrchr(window->text, '\n', window->len);
    if (newline) {
      *behind = from + (newline - window->text) + 1;
      return 0;
    }
  }
  return 0;
}

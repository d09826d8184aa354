/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json/edits.h"
#include "json/index.h"
#include "json/pointer.h"
#include "json/text.h"

struct diff {
  struct cxd__buf *out, pointer;
  int entries;
};

static void add_value(struct diff *d, const char *name, struct cxd__slice value) {
  if (!value.p)
    return;
  cxd__buf_str(d->out, name);
  cxd__json_compact(value, d->out);
}

static void entry(struct diff *d, const char *op, struct cxd__slice from, struct cxd__slice to) {
  cxd__buf_str(d->out, d->entries++ ? ",{\"op\":\"" : "{\"op\":\"");
  cxd__buf_str(d->out, op);
  cxd__buf_str(d->out, "\",\"path\":");
  cxd__buf_json(d->out, d->pointer.data ? d->pointer.data : "", d->pointer.len);
  add_value(d, ",\"old\":", from);
  add_value(d, ",\"value\":", to);
  cxd__buf_char(d->out, '}');
}

static void step_back(struct diff *d, size_t len) {
  if (d->pointer.failed)
    return;
  d->pointer.len = len;
  d->pointer.data[len] = '\0';
}

static int is_spelled_alike(struct cxd__slice a, struct cxd__slice b) { return a.p && a.len == b.len && memcmp(a.p, b.p, a.len) == 0; }

static void objects(struct diff *d, struct cxd__slice from, struct cxd__slice to);

static void values(struct diff *d, struct cxd__slice from, struct cxd__slice to) {
  if (!from.p)
    entry(d, "add", from, to);
  else if (!to.p)
    entry(d, "remove", from, to);
  else if (cxd__json_kind(from) == CXD__JSON_OBJECT && cxd__json_kind(to) == CXD__JSON_OBJECT)
    objects(d, from, to);
  else if (!cxd__json_equal(from, to))
    entry(d, "replace", from, to);
}

/* 1: from has no member beside those of to, as far as one look at each could tell. */
static int added_or_replaced(struct diff *d, struct cxd__slice from, struct cxd__slice to) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t len = d->pointer.len;
  cxd__json_index_open(&index, from);
  cxd__json_walk(&iter, to);
  while (cxd__json_next(&iter, &key, &value)) {
    struct cxd__slice had = cxd__json_index_find(&index, key);
    if (is_spelled_alike(had, value))
      continue;
    cxd__pointer_add_key(&d->pointer, key);
    values(d, had, value);
    step_back(d, len);
  }
  int no_more = index.searches == 0 && !cxd__json_next_key(&index.next, &key);
  cxd__json_index_close(&index);
  return no_more;
}

static void removed(struct diff *d, struct cxd__slice from, struct cxd__slice to) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t len = d->pointer.len;
  cxd__json_index_open(&index, to);
  cxd__json_walk(&iter, from);
  while (cxd__json_next(&iter, &key, &value)) {
    if (cxd__json_index_find(&index, key).p)
      continue;
    cxd__pointer_add_key(&d->pointer, key);
    values(d, value, (struct cxd__slice){0});
    step_back(d, len);
  }
  cxd__json_index_close(&index);
}

static void objects(struct diff *d, struct cxd__slice from, struct cxd__slice to) {
  if (!added_or_replaced(d, from, to))
    removed(d, from, to);
}

void cxd__json_diff(struct cxd__slice from, struct cxd__slice to, struct cxd__buf *out) {
  struct diff d = {.out = out};
  cxd__buf_char(out, '[');
  values(&d, from, to);
  cxd__buf_char(out, ']');
  out->failed |= d.pointer.failed;
  cxd__buf_free(&d.pointer);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/op.h"
#include "json/pointer.h"

int cxd__conflict_since(const struct cxd__edits *edits, struct cxd__slice base, struct cxd__slice server) {
  for (size_t i = 0; i < edits->count; i++)
    if (!cxd__json_equal(cxd__json_find(base, edits->items[i].pointer), cxd__json_find(server, edits->items[i].pointer)))
      return 1;
  return 0;
}

int cxd__edits_hold(const struct cxd__edits *edits, struct cxd__slice document) {
  for (size_t i = 0; i < edits->count; i++)
    if (!cxd__json_equal(edits->items[i].value, cxd__json_find(document, edits->items[i].pointer)))
      return 0;
  return 1;
}

struct dispute {
  const struct cxd__edits *edits;
  struct cxd__slice base, server;
  int all; /* nobody touched our members: show all of them */
};

static int disputed(const struct dispute *d, const char *pointer) {
  return d->all || !cxd__json_equal(cxd__json_find(d->base, pointer), cxd__json_find(d->server, pointer));
}

/* {"/pacing/interval":60}: a member that is not there is left out. document NULL: as asked for. */
static void side(const struct dispute *d, const struct cxd__slice *document, struct cxd__buf *out) {
  int first = 1;
  cxd__buf_char(out, '{');
  for (size_t i = 0; i < d->edits->count; i++) {
    const struct cxd__edit *edit = &d->edits->items[i];
    struct cxd__slice value = document ? cxd__json_find(*document, edit->pointer) : edit->value;
    if (!value.p || !disputed(d, edit->pointer))
      continue;
    if (!first)
      cxd__buf_char(out, ',');
    first = 0;
    cxd__buf_json_str(out, edit->pointer);
    cxd__buf_char(out, ':');
    cxd__json_compact(value, out);
  }
  cxd__buf_char(out, '}');
}

void cxd__conflict_write(const struct cxd__edits *edits, struct cxd__slice base, struct cxd__slice server, struct cxd__buf *out) {
  struct dispute d = {edits, base, server, !cxd__conflict_since(edits, base, server)};
  cxd__buf_str(out, "{\"base\":");
  side(&d, &base, out);
  cxd__buf_str(out, ",\"mine\":");
  side(&d, NULL, out);
  cxd__buf_str(out, ",\"theirs\":");
  side(&d, &server, out);
  cxd__buf_char(out, '}');
}

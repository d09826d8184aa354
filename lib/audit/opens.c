/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/opens.h"

#include <string.h>

#include "base/mem.h"

void cxd__opens_free(struct cxd__opens *opens) {
  for (size_t i = 0; i < opens->cap; i++)
    cxd__buf_free(&opens->items[i].text);
  cxd__free(opens->items);
  *opens = (struct cxd__opens){0};
}

static int grow(struct cxd__opens *opens) {
  size_t cap = opens->cap ? 2 * opens->cap : 8;
  struct cxd__open *items = cxd__realloc(opens->items, cap * sizeof *items);
  if (!items)
    return -1;
  memset(items + opens->cap, 0, (cap - opens->cap) * sizeof *items);
  opens->items = items;
  opens->cap = cap;
  return 0;
}

static size_t put(struct cxd__buf *text, struct cxd__slice value) {
  if (value.p)
    cxd__buf_add(text, value.p, value.len);
  return value.p ? value.len : 0;
}

int cxd__opens_ready(struct cxd__opens *opens, const struct cxd__fields *intent) {
  size_t at = opens->count + opens->ready;
  if (at == opens->cap && grow(opens) != 0)
    return -1;
  struct cxd__open *spare = &opens->items[at];
  cxd__buf_reset(&spare->text);
  spare->op = put(&spare->text, intent->op);
  spare->campaign = put(&spare->text, intent->campaign);
  spare->w = put(&spare->text, intent->w);
  if (spare->text.failed)
    return -1;
  opens->ready++;
  return 0;
}

void cxd__opens_unready(struct cxd__opens *opens) { opens->ready = 0; }

/* The entry goes behind the others and those made ready, where its memory waits for the next one. */
static void drop(struct cxd__opens *opens, size_t at) {
  struct cxd__open gone = opens->items[at];
  size_t last = --opens->count + opens->ready;
  memmove(opens->items + at, opens->items + at + 1, (last - at) * sizeof gone);
  opens->items[last] = gone;
}

static struct cxd__slice part(const struct cxd__open *open, size_t from, size_t len) {
  return len ? (struct cxd__slice){open->text.data + from, len} : (struct cxd__slice){NULL, 0};
}

struct cxd__slice cxd__open_op(const struct cxd__open *open) { return part(open, 0, open->op); }
struct cxd__slice cxd__open_campaign(const struct cxd__open *open) { return part(open, open->op, open->campaign); }
struct cxd__slice cxd__open_writer(const struct cxd__open *open) { return part(open, open->op + open->campaign, open->w); }

static int is_of(const struct cxd__open *open, struct cxd__slice op) { return op.p && open->op == op.len && memcmp(open->text.data, op.p, op.len) == 0; }

void cxd__opens_end(struct cxd__opens *opens, struct cxd__slice op) {
  for (size_t i = opens->count; i-- > 0;)
    if (is_of(&opens->items[i], op))
      drop(opens, i);
}

void cxd__opens_end_seq(struct cxd__opens *opens, int64_t seq) {
  for (size_t i = opens->count; i-- > 0;)
    if (opens->items[i].seq == seq)
      drop(opens, i);
}

void cxd__opens_add(struct cxd__opens *opens, int64_t seq) {
  size_t at = opens->count++;
  opens->ready--;
  struct cxd__open fresh = opens->items[at];
  fresh.seq = seq;
  for (; at > 0 && opens->items[at - 1].seq > seq; at--)
    opens->items[at] = opens->items[at - 1];
  opens->items[at] = fresh;
  for (size_t i = opens->count; i-- > 0;)
    if (opens->items[i].seq != seq && is_of(&opens->items[i], cxd__open_op(&fresh)))
      drop(opens, i);
}

int cxd__opens_has(const struct cxd__opens *opens, int64_t seq) {
  for (size_t i = opens->count; i-- > 0;)
    if (opens->items[i].seq == seq)
      return 1;
  return 0;
}

void cxd__opens_list(const struct cxd__opens *opens, struct cxd__buf *out) {
  cxd__buf_char(out, '[');
  for (size_t i = 0; i < opens->count; i++) {
    if (i)
      cxd__buf_char(out, ',');
    struct cxd__slice op = cxd__open_op(&opens->items[i]);
    cxd__buf_fmt(out, "{\"seq\":%lld,\"op\":", (long long)opens->items[i].seq);
    cxd__buf_add(out, op.p, op.len);
    cxd__buf_char(out, '}');
  }
  cxd__buf_char(out, ']');
}

int64_t *cxd__opens_bare(const struct cxd__opens *opens, size_t *count) {
  int64_t *seqs = cxd__alloc((opens->count + 1) * sizeof *seqs);
  *count = 0;
  for (size_t i = 0; seqs && i < opens->count; i++)
    if (!opens->items[i].w)
      seqs[(*count)++] = opens->items[i].seq;
  return seqs;
}

/* Behind the op, which stays as the list has it. */
int cxd__opens_fill(struct cxd__opens *opens, int64_t seq, const struct cxd__fields *intent) {
  for (size_t i = 0; i < opens->count; i++) {
    struct cxd__open *open = &opens->items[i];
    if (open->seq != seq || open->w)
      continue;
    open->campaign = put(&open->text, intent->campaign);
    open->w = put(&open->text, intent->w);
    return open->text.failed ? -1 : 0;
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/text.h"

#define PAIRWISE_LIMIT 32

void cxd__keys_open(struct cxd__keys *keys) {
  keys->items = keys->room;
  keys->count = 0;
  keys->cap = CXD__KEYS_ROOM;
  keys->escaped = 0;
}

void cxd__keys_close(struct cxd__keys *keys) {
  if (keys->items != keys->room)
    cxd__free(keys->items);
}

static int grow(struct cxd__keys *keys) {
  struct cxd__slice *old = keys->items == keys->room ? NULL : keys->items;
  struct cxd__slice *items = cxd__realloc(old, 2 * keys->cap * sizeof *items);
  if (!items)
    return 0;
  if (!old)
    memcpy(items, keys->room, sizeof keys->room);
  keys->items = items;
  keys->cap *= 2;
  return 1;
}

int cxd__keys_push(struct cxd__keys *keys, struct cxd__slice raw_key) {
  if (keys->count == keys->cap && !grow(keys))
    return 0;
  keys->items[keys->count++] = raw_key;
  return 1;
}

static int same(const struct cxd__keys *keys, struct cxd__slice a, struct cxd__slice b) {
  if (keys->escaped)
    return cxd__json_string_order(a, b) == 0;
  return a.len == b.len && a.p[1] == b.p[1] && memcmp(a.p, b.p, a.len) == 0;
}

/* One of 64 marks by length, first and last byte: names of different marks differ, as long as nothing is escaped. */
static uint64_t mark(struct cxd__slice key) {
  return UINT64_C(1) << ((key.len + 5 * (unsigned char)key.p[1] + 11 * (unsigned char)key.p[key.len - 2]) & 63);
}

static int repeats(const struct cxd__keys *keys, size_t first, size_t i) {
  for (size_t k = first; k < i; k++)
    if (same(keys, keys->items[i], keys->items[k]))
      return 1;
  return 0;
}

static struct cxd__slice twice_pairwise(const struct cxd__keys *keys, size_t first) {
  uint64_t seen = 0;
  for (size_t i = first; i < keys->count; i++) {
    uint64_t bit = mark(keys->items[i]);
    if ((keys->escaped || (seen & bit)) && repeats(keys, first, i))
      return keys->items[i];
    seen |= bit;
  }
  return (struct cxd__slice){0};
}

static int order(const void *a, const void *b) {
  const struct cxd__slice *x = a, *y = b;
  int by_text = cxd__json_string_order(*x, *y);
  return by_text ? by_text : (x->p > y->p) - (x->p < y->p);
}

/* Sorting, not hashing: no choice of names can make it slow. */
static struct cxd__slice twice_sorted(struct cxd__keys *keys, size_t first) {
  struct cxd__slice found = {0};
  qsort(keys->items + first, keys->count - first, sizeof *keys->items, order);
  for (size_t i = first + 1; i < keys->count; i++)
    if (same(keys, keys->items[i - 1], keys->items[i]) && (!found.p || keys->items[i].p < found.p))
      found = keys->items[i];
  return found;
}

struct cxd__slice cxd__keys_end(struct cxd__keys *keys, size_t first) {
  struct cxd__slice found =
      keys->count - first <= PAIRWISE_LIMIT ? twice_pairwise(keys, first) : twice_sorted(keys, first);
  keys->count = first;
  return found;
}

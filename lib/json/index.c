/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/index.h"

#include <stdlib.h>

#include "base/mem.h"
#include "json/text.h"

#define SEARCH_LIMIT 32

void cxd__json_index_open(struct cxd__json_index *index, struct cxd__slice object) {
  *index = (struct cxd__json_index){.object = object};
  cxd__json_walk(&index->next, object);
}

void cxd__json_index_close(struct cxd__json_index *index) {
  cxd__free(index->sorted);
  index->sorted = NULL;
}

static int order(const void *a, const void *b) {
  const struct cxd__json_member *x = a, *y = b;
  return cxd__json_string_order(x->key, y->key);
}

static void sort(struct cxd__json_index *index) {
  struct cxd__json_iter iter;
  struct cxd__json_member member;
  size_t count = 0;
  cxd__json_walk(&iter, index->object);
  while (cxd__json_next(&iter, &member.key, &member.value))
    count++;
  index->sorted = cxd__alloc(count * sizeof member);
  if (!index->sorted)
    return;
  cxd__json_walk(&iter, index->object);
  while (cxd__json_next(&iter, &member.key, &member.value))
    index->sorted[index->count++] = member;
  qsort(index->sorted, index->count, sizeof member, order);
}

static struct cxd__slice search(const struct cxd__json_index *index, struct cxd__slice raw_key) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, index->object);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_string_order(key, raw_key) == 0)
      return value;
  return (struct cxd__slice){0};
}

static struct cxd__slice search_sorted(const struct cxd__json_index *index, struct cxd__slice raw_key) {
  struct cxd__json_member wanted = {.key = raw_key};
  struct cxd__json_member *found = index->count ? bsearch(&wanted, index->sorted, index->count, sizeof wanted, order) : NULL;
  return found ? found->value : (struct cxd__slice){0};
}

struct cxd__slice cxd__json_index_find(struct cxd__json_index *index, struct cxd__slice raw_key) {
  struct cxd__json_iter next = index->next;
  struct cxd__slice key, value;
  /* Only the key is looked at: passing over a large value again and again would be quadratic too. */
  if (cxd__json_next_key(&next, &key) && cxd__json_string_order(key, raw_key) == 0) {
    value = cxd__json_next_value(&next);
    index->next = next;
    return value;
  }
  if (!index->sorted && ++index->searches > SEARCH_LIMIT)
    sort(index);
  value = index->sorted ? search_sorted(index, raw_key) : search(index, raw_key);
  if (value.p)
    index->next.at = value.p + value.len;
  return value;
}

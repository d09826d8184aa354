/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json/index.h"
#include "json/text.h"
#include "json/value.h"

static size_t members(struct cxd__slice object) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t count = 0;
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value))
    count++;
  return count;
}

static int objects(struct cxd__slice a, struct cxd__slice b) {
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t count = 0;
  int equal = 1;
  cxd__json_index_open(&index, b);
  cxd__json_walk(&iter, a);
  while (equal && cxd__json_next(&iter, &key, &value)) {
    equal = cxd__json_equal(value, cxd__json_index_find(&index, key));
    count++;
  }
  cxd__json_index_close(&index);
  return equal && members(b) == count;
}

static int arrays(struct cxd__slice a, struct cxd__slice b) {
  struct cxd__json_iter x, y;
  struct cxd__slice key, left, right;
  cxd__json_walk(&x, a);
  cxd__json_walk(&y, b);
  while (cxd__json_next(&x, &key, &left))
    if (!cxd__json_next(&y, &key, &right) || !cxd__json_equal(left, right))
      return 0;
  return !cxd__json_next(&y, &key, &right);
}

int cxd__json_equal(struct cxd__slice a, struct cxd__slice b) {
  if (a.p && b.p && a.len == b.len && memcmp(a.p, b.p, a.len) == 0)
    return 1; /* nearly always: what is compared was mostly copied */
  enum cxd__json_kind kind = cxd__json_kind(a);
  if (kind != cxd__json_kind(b))
    return 0;
  switch (kind) {
  case CXD__JSON_OBJECT:
    return objects(a, b);
  case CXD__JSON_ARRAY:
    return arrays(a, b);
  case CXD__JSON_STRING:
    return cxd__json_string_order(a, b) == 0;
  case CXD__JSON_NUMBER:
    return cxd__json_number_equal(a, b);
  default:
    return 1;
  }
}

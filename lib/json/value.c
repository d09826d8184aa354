/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/value.h"

#include "json/text.h"

enum cxd__json_kind cxd__json_kind(struct cxd__slice value) {
  if (!value.p)
    return CXD__JSON_ABSENT;
  switch (*value.p) {
  case '{':
    return CXD__JSON_OBJECT;
  case '[':
    return CXD__JSON_ARRAY;
  case '"':
    return CXD__JSON_STRING;
  case 't':
    return CXD__JSON_TRUE;
  case 'f':
    return CXD__JSON_FALSE;
  case 'n':
    return CXD__JSON_NULL;
  default:
    return CXD__JSON_NUMBER;
  }
}

const char *cxd__json_kind_name(enum cxd__json_kind kind) {
  static const char *const names[] = {"nothing", "object", "array", "string", "number", "boolean", "boolean", "null"};
  return names[kind];
}

static const char *skip_container(const char *p, const char *end) {
  size_t open = 0;
  do {
    char c = *p;
    if (c == '"') {
      p = cxd__json_skip_string(p, end);
      continue;
    }
    open += c == '{' || c == '[';
    open -= c == '}' || c == ']';
    p++;
  } while (open);
  return p;
}

/* What ends a number or a word. */
static inline int ends_word(char c) { return c == ',' || c == '}' || c == ']' || cxd__json_is_space(c); }

const char *cxd__json_skip_value(const char *p, const char *end) {
  if (*p == '"')
    return cxd__json_skip_string(p, end);
  if (*p == '{' || *p == '[')
    return skip_container(p, end);
  while (p < end && !ends_word(*p))
    p++;
  return p;
}

void cxd__json_walk(struct cxd__json_iter *iter, struct cxd__slice container) {
  enum cxd__json_kind kind = cxd__json_kind(container);
  *iter = (struct cxd__json_iter){0};
  if (kind != CXD__JSON_OBJECT && kind != CXD__JSON_ARRAY)
    return;
  iter->at = container.p + 1;
  iter->end = container.p + container.len - 1;
  iter->object = kind == CXD__JSON_OBJECT;
}

static const char *skip_to(struct cxd__json_iter *iter, char separator) {
  const char *p = iter->at;
  while (p < iter->end && (cxd__json_is_space(*p) || *p == separator))
    p++;
  return iter->at = p;
}

int cxd__json_next_key(struct cxd__json_iter *iter, struct cxd__slice *key) {
  *key = (struct cxd__slice){0};
  const char *start = skip_to(iter, ',');
  if (start >= iter->end)
    return 0;
  if (!iter->object)
    return 1;
  iter->at = cxd__json_skip_string(start, iter->end);
  *key = (struct cxd__slice){start, (size_t)(iter->at - start)};
  return 1;
}

struct cxd__slice cxd__json_next_value(struct cxd__json_iter *iter) {
  const char *start = skip_to(iter, ':');
  iter->at = cxd__json_skip_value(start, iter->end);
  return (struct cxd__slice){start, (size_t)(iter->at - start)};
}

int cxd__json_next(struct cxd__json_iter *iter, struct cxd__slice *key, struct cxd__slice *value) {
  if (!cxd__json_next_key(iter, key))
    return 0;
  *value = cxd__json_next_value(iter);
  return 1;
}

int cxd__json_bool(struct cxd__slice value, int32_t *out) {
  enum cxd__json_kind kind = cxd__json_kind(value);
  if (kind != CXD__JSON_TRUE && kind != CXD__JSON_FALSE)
    return 0;
  *out = kind == CXD__JSON_TRUE;
  return 1;
}

int cxd__json_depth(struct cxd__slice value) {
  int open = 0, deepest = 0;
  const char *end = value.p + value.len;
  for (const char *p = value.p; p < end;) {
    if (*p == '"') {
      p = cxd__json_skip_string(p, end);
      continue;
    }
    open += *p == '{' || *p == '[';
    open -= *p == '}' || *p == ']';
    deepest = open > deepest ? open : deepest;
    p++;
  }
  return deepest;
}

void cxd__json_compact(struct cxd__slice value, struct cxd__buf *out) {
  const char *p = value.p, *end = value.p + value.len;
  while (p < end) {
    const char *start = p;
    while (p < end && !cxd__json_is_space(*p))
      p = *p == '"' ? cxd__json_skip_string(p, end) : p + 1;
    cxd__buf_add(out, start, (size_t)(p - start));
    while (p < end && cxd__json_is_space(*p))
      p++;
  }
}

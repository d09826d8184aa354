/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/pointer.h"

#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "json/text.h"

int cxd__pointer_valid(const char *pointer) {
  if (*pointer != '\0' && *pointer != '/')
    return 0;
  const char *p = pointer;
  unsigned all = 0;
  for (; *p; p++) {
    if (*p == '~' && p[1] != '0' && p[1] != '1')
      return 0;
    all |= (unsigned char)*p;
  }
  return all < 0x80 || cxd__utf8_valid(pointer, (size_t)(p - pointer));
}

int cxd__pointer_next(const char **at, struct cxd__slice *token) {
  if (**at != '/')
    return 0;
  const char *p = token->p = *at + 1;
  while (*p && *p != '/')
    p++;
  token->len = (size_t)(p - token->p);
  *at = p;
  return 1;
}

int cxd__pointer_index(struct cxd__slice token, size_t *index) {
  if (token.len == 0 || token.len > 9 || (token.len > 1 && *token.p == '0'))
    return 0;
  *index = 0;
  for (size_t i = 0; i < token.len; i++) {
    if (token.p[i] < '0' || token.p[i] > '9')
      return 0;
    *index = *index * 10 + (size_t)(token.p[i] - '0');
  }
  return 1;
}

static int token_byte(const char **p, const char *end) {
  if (*p >= end)
    return -1;
  int c = (unsigned char)*(*p)++;
  if (c == '~')
    c = *(*p)++ == '0' ? '~' : '/';
  return c;
}

static int same_rest(const char *p, const char *end, struct cxd__json_bytes key) {
  int c, d;
  do {
    c = token_byte(&p, end);
    d = cxd__json_byte(&key);
  } while (c == d && c >= 0);
  return c == d;
}

int cxd__pointer_names(struct cxd__slice token, struct cxd__slice raw_key) {
  const char *p = token.p, *end = token.p + token.len, *q = raw_key.p + 1, *key_end = raw_key.p + raw_key.len - 1;
  while (p < end && q < key_end && *p == *q && *p != '~' && *p != '\\') {
    p++;
    q++;
  }
  if (p < end && q < key_end && *p != '~' && *q != '\\')
    return 0;
  return same_rest(p, end, (struct cxd__json_bytes){.at = q, .end = key_end});
}

static struct cxd__slice element(struct cxd__slice array, struct cxd__slice token) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t index;
  if (!cxd__pointer_index(token, &index))
    return (struct cxd__slice){0};
  cxd__json_walk(&iter, array);
  while (cxd__json_next(&iter, &key, &value))
    if (index-- == 0)
      return value;
  return (struct cxd__slice){0};
}

static struct cxd__slice member(struct cxd__slice object, struct cxd__slice token) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__pointer_names(token, key))
      return value;
  return (struct cxd__slice){0};
}

struct cxd__slice cxd__json_find(struct cxd__slice document, const char *pointer) {
  struct cxd__slice at = document, token;
  if (!cxd__pointer_valid(pointer))
    return (struct cxd__slice){0};
  while (at.p && cxd__pointer_next(&pointer, &token)) {
    enum cxd__json_kind kind = cxd__json_kind(at);
    if (kind == CXD__JSON_OBJECT)
      at = member(at, token);
    else if (kind == CXD__JSON_ARRAY)
      at = element(at, token);
    else
      return (struct cxd__slice){0};
  }
  return at;
}

struct cxd__slice cxd__json_member(struct cxd__slice object, const char *name) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  if (cxd__json_kind(object) != CXD__JSON_OBJECT)
    return (struct cxd__slice){0};
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value))
    if (cxd__json_string_is(key, name))
      return value;
  return (struct cxd__slice){0};
}

void cxd__pointer_add_key(struct cxd__buf *pointer, struct cxd__slice raw_key) {
  struct cxd__json_bytes key = {.at = raw_key.p + 1, .end = raw_key.p + raw_key.len - 1};
  cxd__buf_char(pointer, '/');
  const char *plain = key.at;
  while (plain < key.end && *plain != '\\' && *plain != '~' && *plain != '/')
    plain++;
  cxd__buf_add(pointer, key.at, (size_t)(plain - key.at));
  key.at = plain;
  for (int c; (c = cxd__json_byte(&key)) >= 0;) {
    if (c == '~' || c == '/')
      cxd__buf_str(pointer, c == '~' ? "~0" : "~1");
    else
      cxd__buf_char(pointer, (char)c);
  }
}

void cxd__pointer_add_index(struct cxd__buf *pointer, size_t index) {
  cxd__buf_char(pointer, '/');
  cxd__buf_int(pointer, (int64_t)index);
}

#define SHOWN 200

cxd_status cxd__pointer_fail(cxd_error **error, cxd_status status, const char *pointer, const char *text) {
  struct cxd__buf quoted = {0};
  size_t len = strlen(pointer), shown = len > SHOWN ? SHOWN : len;
  if (!error)
    return status;
  while (shown < len && shown && ((unsigned char)pointer[shown] & 0xc0) == 0x80)
    shown--;
  cxd__buf_json(&quoted, pointer, shown);
  cxd__buf_str(&quoted, shown < len ? "..." : "");
  cxd__fail_at(error, status, pointer, "%s: %s", quoted.failed ? "member" : quoted.data, text);
  cxd__buf_free(&quoted);
  return status;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* uselocale, explicit_bzero */
#include "base/buf.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rounding.h"
#include "base/utf8.h"

/* A secret never moves by realloc(), which would leave the old copy behind. */
static char *move(struct cxd__buf *b, size_t cap) {
  if (!b->secret || !b->data)
    return cxd__realloc(b->data, cap);
  char *data = cxd__alloc(cap);
  if (!data)
    return NULL;
  memcpy(data, b->data, b->len + 1);
  explicit_bzero(b->data, b->cap);
  cxd__free(b->data);
  return data;
}

__attribute__((noinline)) static int grow_more(struct cxd__buf *b, size_t more) {
  if (b->failed)
    return 0;
  if (more > SIZE_MAX / 2 - b->len) {
    b->failed = 1;
    return 0;
  }
  size_t need = b->len + more + 1;
  if (need <= b->cap)
    return 1;
  size_t cap = b->cap ? b->cap : 128;
  while (cap < need)
    cap *= 2;
  char *data = move(b, cap);
  if (!data) {
    b->failed = 1;
    return 0;
  }
  b->data = data;
  b->cap = cap;
  return 1;
}

/* Room for `more` bytes and the final zero. */
static inline int grow(struct cxd__buf *b, size_t more) {
  if (!b->failed && more < b->cap - b->len) /* a full buffer has room for its zero and no more, an empty one for nothing */
    return 1;
  return grow_more(b, more);
}

int cxd__buf_room(struct cxd__buf *b, size_t more) { return grow(b, more); }

void cxd__buf_add(struct cxd__buf *b, const void *bytes, size_t len) {
  if (!grow(b, len))
    return;
  if (len)
    memcpy(b->data + b->len, bytes, len);
  b->len += len;
  b->data[b->len] = '\0';
}

void cxd__buf_str(struct cxd__buf *b, const char *s) { cxd__buf_add(b, s, strlen(s)); }

void cxd__buf_char(struct cxd__buf *b, char c) {
  if (!grow(b, 1))
    return;
  b->data[b->len++] = c;
  b->data[b->len] = '\0';
}

void cxd__buf_fmt(struct cxd__buf *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int len = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (len < 0 || !grow(b, (size_t)len)) {
    b->failed = 1;
    return;
  }
  va_start(args, format);
  (void)vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
  va_end(args);
  b->len += (size_t)len;
}

void cxd__buf_int(struct cxd__buf *b, int64_t value) {
  char digits[24];
  char *p = digits + sizeof digits;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--p = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (value < 0)
    *--p = '-';
  cxd__buf_add(b, p, (size_t)(digits + sizeof digits - p));
}

/* 15, 16 or 17 digits: the first that survives the way back. */
static void shortest(char *out, size_t size, double value) {
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(out, size, "%.*g", digits, value);
    if (strtod(out, NULL) == value)
      return;
  }
}

void cxd__buf_real(struct cxd__buf *b, double value) {
  if (!isfinite(value)) {
    cxd__buf_str(b, "null");
    return;
  }
  char text[40];
  /* The host may have set a locale with a decimal comma: switch this thread only, and back. */
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (c == (locale_t)0) {
    b->failed = 1;
    return;
  }
  locale_t old = uselocale(c);
  int rounding = cxd__round_nearest();
  shortest(text, sizeof text, value);
  cxd__round_back(rounding);
  (void)uselocale(old);
  freelocale(c);
  cxd__buf_str(b, text);
}

static void escape(struct cxd__buf *b, unsigned char c) {
  static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
  for (const char *n = names; *n; n += 2)
    if ((unsigned char)n[0] == c) {
      cxd__buf_char(b, '\\');
      cxd__buf_char(b, n[1]);
      return;
    }
  cxd__buf_fmt(b, "\\u%04x", (unsigned)c);
}

void cxd__buf_json(struct cxd__buf *b, const char *s, size_t len) {
  cxd__buf_char(b, '"');
  size_t start = 0, i = 0;
  while (i < len) {
    unsigned char c = (unsigned char)s[i];
    size_t width = c < 0x80 ? 1 : cxd__utf8_width(s + i, len - i);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && width) {
      i += width;
      continue;
    }
    cxd__buf_add(b, s + start, i - start);
    if (width)
      escape(b, c);
    else
      cxd__buf_str(b, "\xef\xbf\xbd");
    start = ++i;
  }
  cxd__buf_add(b, s + start, i - start);
  cxd__buf_char(b, '"');
}

void cxd__buf_json_str(struct cxd__buf *b, const char *s) {
  if (s)
    cxd__buf_json(b, s, strlen(s));
  else
    cxd__buf_str(b, "null");
}

void cxd__buf_reset(struct cxd__buf *b) {
  b->len = 0;
  b->failed = 0;
  if (b->data)
    b->data[0] = '\0';
}

char *cxd__buf_take(struct cxd__buf *b) {
  (void)grow(b, 0);
  char *text = b->failed ? NULL : b->data;
  if (!text) {
    cxd__buf_free(b);
    return NULL;
  }
  text[b->len] = '\0';
  *b = (struct cxd__buf){0};
  return text;
}

void cxd__buf_free(struct cxd__buf *b) {
  if (b->secret && b->data)
    explicit_bzero(b->data, b->cap);
  cxd__free(b->data);
  *b = (struct cxd__buf){0};
}

void cxd__buf_wipe(struct cxd__buf *b) {
  b->secret = 1;
  cxd__buf_free(b);
}

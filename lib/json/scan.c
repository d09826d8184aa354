/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "json/keys.h"
#include "json/text.h"
#include "json/value.h"

/* Every step takes the place where it starts and returns the place behind it, or NULL after a failure. */
struct scan {
  const char *text, *end, *what;
  cxd_error **error;
  cxd_status status;
  int max_depth;
  int escaped; /* there was an escape since this was last cleared */
  struct cxd__keys keys;
};

__attribute__((format(printf, 4, 5), cold)) static const char *fail(struct scan *s, const char *at, cxd_status status, const char *format, ...) {
  char detail[320];
  size_t line, column;
  va_list args;
  va_start(args, format);
  (void)vsnprintf(detail, sizeof detail, format, args);
  va_end(args);
  cxd__json_place(s->text, (size_t)(at - s->text), &line, &column);
  s->status = cxd__fail(s->error, status, "%s: line %zu, column %zu: %s", s->what, line, column, detail);
  return NULL;
}

/* "... expected, but found this": names the character at a place. */
__attribute__((cold)) static const char *expected(struct scan *s, const char *at, const char *wanted) {
  if (at >= s->end)
    return fail(s, at, CXD_E_JSON, "expected %s, found the end of the text", wanted);
  size_t width = cxd__utf8_width(at, (size_t)(s->end - at));
  if (width == 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
    return fail(s, at, CXD_E_JSON, "expected %s, found a byte order mark", wanted);
  if (width == 0 || (unsigned char)*at < 0x20 || *at == 0x7f)
    return fail(s, at, CXD_E_JSON, "expected %s, found the byte 0x%02X", wanted, (unsigned)(unsigned char)*at);
  return fail(s, at, CXD_E_JSON, "expected %s, found '%.*s'", wanted, (int)width, at);
}

static inline int peek(const struct scan *s, const char *p) { return p < s->end ? (unsigned char)*p : -1; }

static inline const char *space(const struct scan *s, const char *p) {
  while (p < s->end && cxd__json_is_space(*p))
    p++;
  return p;
}

static int hex_digit(int c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

static const char *hex4(struct scan *s, const char *p, unsigned *code) {
  *code = 0;
  for (int i = 0; i < 4; i++, p++) {
    int c = peek(s, p);
    if (!hex_digit(c))
      return expected(s, p, "four hexadecimal digits after \\u");
    *code = *code * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return p;
}

static const char *unicode_escape(struct scan *s, const char *start) {
  unsigned code, low;
  const char *p = hex4(s, start + 2, &code);
  if (!p || code < 0xd800 || code > 0xdfff)
    return p;
  if (code > 0xdbff || peek(s, p) != '\\' || peek(s, p + 1) != 'u')
    return fail(s, start, CXD_E_JSON, "lone surrogate %.6s", start);
  p = hex4(s, p + 2, &low);
  if (p && (low < 0xdc00 || low > 0xdfff))
    return fail(s, start, CXD_E_JSON, "lone surrogate %.6s", start);
  return p;
}

static const char *escape(struct scan *s, const char *p) {
  int c = peek(s, p + 1);
  s->escaped = 1;
  if (c == 'u')
    return unicode_escape(s, p);
  if (c <= 0 || !strchr("\"\\/bfnrt", c))
    return expected(s, p + 1, "one of \" \\ / b f n r t u after a backslash");
  return p + 2;
}

/* One character of a string that is not plain ASCII. */
static const char *special(struct scan *s, const char *p) {
  unsigned char c = (unsigned char)*p;
  if (c == '\\')
    return escape(s, p);
  if (c < 0x20)
    return fail(s, p, CXD_E_JSON, "control byte 0x%02X in a string: write it as an escape", (unsigned)c);
  size_t width = cxd__utf8_width(p, (size_t)(s->end - p));
  return width ? p + width : fail(s, p, CXD_E_JSON, "the byte 0x%02X is not UTF-8", (unsigned)c);
}

static const char *string(struct scan *s, const char *start) {
  const char *p = start + 1;
  while (p) {
    p = cxd__json_plain_end(p, s->end);
    if (p >= s->end)
      return fail(s, start, CXD_E_JSON, "the string that starts here has no end");
    if (*p == '"')
      return p + 1;
    p = special(s, p);
  }
  return NULL;
}

static inline const char *digits(struct scan *s, const char *p) {
  const char *start = p;
  while (p < s->end && *p >= '0' && *p <= '9')
    p++;
  return p > start ? p : expected(s, p, "a digit");
}

static const char *exponent(struct scan *s, const char *p) {
  p++;
  if (peek(s, p) == '+' || peek(s, p) == '-')
    p++;
  return digits(s, p);
}

static const char *number(struct scan *s, const char *p) {
  const char *start = p += *p == '-';
  p = digits(s, p);
  if (p && *start == '0' && p > start + 1)
    return fail(s, start, CXD_E_JSON, "a number must not start with 0");
  if (p && peek(s, p) == '.')
    p = digits(s, p + 1);
  if (p && (peek(s, p) == 'e' || peek(s, p) == 'E'))
    p = exponent(s, p);
  return p;
}

static const char *word(struct scan *s, const char *p) {
  size_t rest = (size_t)(s->end - p);
  if (rest >= 4 && (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0))
    return p + 4;
  if (rest >= 5 && memcmp(p, "false", 5) == 0)
    return p + 5;
  if (rest && (*p == 'N' || *p == 'I'))
    return fail(s, p, CXD_E_JSON, "expected a value; JSON has no NaN and no Infinity");
  return expected(s, p, "a value");
}

static const char *value(struct scan *s, const char *p, int depth);

static const char *member(struct scan *s, const char *p, int depth) {
  const char *start = p;
  s->escaped = 0;
  p = string(s, p);
  if (!p)
    return NULL;
  s->keys.escaped |= s->escaped; /* one in a value says nothing about names */
  struct cxd__slice key = {start, (size_t)(p - start)};
  if (!cxd__keys_push(&s->keys, key)) {
    s->status = cxd__fail_nomem(s->error);
    return NULL;
  }
  p = space(s, p);
  if (peek(s, p) != ':')
    return expected(s, p, "':' after a member name");
  return value(s, space(s, p + 1), depth);
}

static const char *twice(struct scan *s, struct cxd__slice key) {
  int len = key.len > 80 ? 80 : (int)key.len;
  while (len > 1 && len < (int)key.len && ((unsigned char)key.p[len] & 0xc0) == 0x80)
    len--;
  return fail(s, key.p, CXD_E_JSON, "the member %.*s%s appears twice", len, key.p, len < (int)key.len ? "..." : "");
}

static const char *object_end(struct scan *s, const char *p, size_t first) {
  struct cxd__slice again = cxd__keys_end(&s->keys, first);
  return again.p ? twice(s, again) : p + 1;
}

static const char *object(struct scan *s, const char *p, int depth) {
  size_t first = s->keys.count;
  p = space(s, p + 1);
  if (peek(s, p) == '}')
    return p + 1;
  for (const char *wanted = "a member name in double quotes, or '}'";; wanted = "a member name in double quotes") {
    if (peek(s, p) != '"')
      return expected(s, p, wanted);
    p = member(s, p, depth);
    if (!p)
      return NULL;
    p = space(s, p);
    if (peek(s, p) == '}')
      return object_end(s, p, first);
    if (peek(s, p) != ',')
      return expected(s, p, "',' or '}'");
    p = space(s, p + 1);
  }
}

static const char *array(struct scan *s, const char *p, int depth) {
  p = space(s, p + 1);
  if (peek(s, p) == ']')
    return p + 1;
  for (;;) {
    p = value(s, p, depth);
    if (!p)
      return NULL;
    p = space(s, p);
    if (peek(s, p) == ']')
      return p + 1;
    if (peek(s, p) != ',')
      return expected(s, p, "',' or ']'");
    p = space(s, p + 1);
  }
}

static const char *container(struct scan *s, const char *p, int depth) {
  if (depth > s->max_depth)
    return fail(s, p, CXD_E_TOO_LARGE, "nested deeper than %d", s->max_depth);
  return *p == '{' ? object(s, p, depth) : array(s, p, depth);
}

/* depth: how many containers are open around this value. The recursion ends at max_depth. */
static const char *value(struct scan *s, const char *p, int depth) {
  int c = peek(s, p);
  if (c == '"')
    return string(s, p);
  if (c == '{' || c == '[')
    return container(s, p, depth + 1);
  if (c == '-' || (c >= '0' && c <= '9'))
    return number(s, p);
  return word(s, p);
}

static const char *whole(struct scan *s, struct cxd__slice *out) {
  const char *start = space(s, s->text);
  if (start == s->end)
    return fail(s, start, CXD_E_JSON, "the text is empty");
  const char *p = value(s, start, 0);
  if (!p)
    return NULL;
  *out = (struct cxd__slice){start, (size_t)(p - start)};
  p = space(s, p);
  return p == s->end ? p : expected(s, p, "the end of the text");
}

static void start(struct scan *s, const char *text, size_t len, const char *what, int max_depth, cxd_error **error) {
  s->text = text ? text : "";
  s->end = s->text + (text ? len : 0);
  s->what = what;
  s->error = error;
  s->status = CXD_OK;
  s->max_depth = max_depth;
  s->escaped = 0;
  cxd__keys_open(&s->keys);
}

cxd_status cxd__json_check_deep(const char *text, size_t len, const char *what, int max_depth, struct cxd__slice *out, cxd_error **error) {
  if (len > CXD__JSON_MAX_BYTES)
    return cxd__fail(error, CXD_E_TOO_LARGE, "%s: %zu bytes, more than %d", what, len, CXD__JSON_MAX_BYTES);
  struct scan s;
  start(&s, text, len, what, max_depth, error);
  struct cxd__slice found;
  if (whole(&s, &found))
    *out = found;
  cxd__keys_close(&s.keys);
  return s.status;
}

cxd_status cxd__json_check(const char *text, size_t len, const char *what, struct cxd__slice *out, cxd_error **error) { return cxd__json_check_deep(text, len, what, CXD__JSON_MAX_DEPTH, out, error); }

static int members(struct scan *s, const char *p) {
  for (;;) {
    if (peek(s, p) != '"')
      return 0;
    p = member(s, p, 1);
    if (!p)
      return 0;
    p = space(s, p);
    if (p == s->end)
      return !cxd__keys_end(&s->keys, 0).p;
    if (*p != ',')
      return 0;
    p = space(s, p + 1);
  }
}

int cxd__json_check_members(const char *text, size_t len, int max_depth, const struct cxd__slice *taken, size_t count) {
  struct scan s;
  int pushed = 1;
  start(&s, text, len, "members", max_depth, NULL);
  for (size_t i = 0; i < count && pushed; i++)
    pushed = cxd__keys_push(&s.keys, taken[i]);
  int fine = pushed && members(&s, text);
  cxd__keys_close(&s.keys);
  return fine;
}

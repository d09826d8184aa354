/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/spelling.h"

#include <string.h>

/* The bytes of one character of the text. */
struct unit {
  char bytes[3];
  size_t len;
};

static int hex(const char *p, const char *end, size_t digits, unsigned *value) {
  *value = 0;
  if ((size_t)(end - p) < digits)
    return 0;
  for (size_t i = 0; i < digits; i++) {
    unsigned c = (unsigned char)p[i] | 0x20u;
    if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
      return 0;
    *value = *value * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return 1;
}

static void put_utf8(struct unit *unit, unsigned code) {
  if (code < 0x80)
    *unit = (struct unit){{(char)code}, 1};
  else if (code < 0x800)
    *unit = (struct unit){{(char)(0xc0 | code >> 6), (char)(0x80 | (code & 0x3f))}, 2};
  else
    *unit = (struct unit){{(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f))}, 3};
}

/* The place behind the character. */
static const char *read_unit(const char *p, const char *end, enum cxd__spelling spelling, struct unit *unit) {
  unsigned code;
  *unit = (struct unit){{*p}, 1};
  if (spelling == CXD__SPELLING_FORM && *p == '+')
    unit->bytes[0] = ' ';
  if (spelling >= CXD__SPELLING_PERCENT && *p == '%' && hex(p + 1, end, 2, &code)) {
    unit->bytes[0] = (char)code;
    return p + 3;
  }
  if (*p != '\\' || end - p < 2)
    return p + 1;
  if (p[1] == 'u' && hex(p + 2, end, 4, &code)) {
    put_utf8(unit, code);
    return p + 6;
  }
  unit->bytes[0] = p[1];
  return p + 2;
}

/* ------------------------------------------------------------------------ base64 */

#define WORD_LEAST 16

static int digit(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = c ? strchr(digits, c == '-' ? '+' : c == '_' ? '/' : c) : NULL;
  return found ? (int)(found - digits) : -1;
}

static void put(struct cxd__spelled *out, const char *bytes, size_t len, size_t from) {
  uint32_t at = (uint32_t)from;
  cxd__buf_add(&out->own, bytes, len);
  for (size_t i = 0; i < len; i++)
    cxd__buf_add(&out->places, &at, sizeof at);
}

/* Byte i of each three begins in character i; the last one of them has bits of it, too. */
static void put_word(struct cxd__spelled *out, const char *text, size_t from, size_t to) {
  unsigned bits = 0;
  for (size_t i = from; i < to; i++) {
    size_t at = (i - from) % 4;
    bits = bits << 6 | (unsigned)digit(text[i]);
    if (at == 0)
      continue;
    char byte = (char)(unsigned char)(bits >> (6 - 2 * at));
    put(out, &byte, 1, i - 1);
  }
  put(out, "", 1, to); /* what stands behind the word is none of it */
}

static int read_base64(const char *text, size_t len, struct cxd__spelled *out) {
  for (size_t i = 0, to; i < len; i = to + 1) {
    for (to = i; to < len && digit(text[to]) >= 0;)
      to++;
    for (size_t start = i; to - i >= WORD_LEAST && start < i + 4; start++) /* other letters may stand right before it: "id-" */
      put_word(out, text, start, to);
  }
  return out->own.len != 0 || out->own.failed;
}

/* ------------------------------------------------------------------------ all of them */

static int read_escapes(const char *text, size_t len, enum cxd__spelling spelling, struct cxd__spelled *out) {
  static const char marks[] = {[CXD__SPELLING_JSON] = '\\', [CXD__SPELLING_PERCENT] = '%', [CXD__SPELLING_FORM] = '+'};
  if (!memchr(text, marks[spelling], len))
    return 0;
  for (const char *p = text, *end = text + len; p < end;) {
    struct unit unit;
    size_t at = (size_t)(p - text);
    p = read_unit(p, end, spelling, &unit);
    put(out, unit.bytes, unit.len, at);
  }
  return 1;
}

int cxd__spelled_read(const char *text, size_t len, enum cxd__spelling spelling, struct cxd__spelled *out) {
  *out = (struct cxd__spelled){.bytes = text, .len = len, .own = {.secret = 1}};
  if (spelling == CXD__SPELLING_PLAIN)
    return 1;
  if (!(spelling == CXD__SPELLING_BASE64 ? read_base64(text, len, out) : read_escapes(text, len, spelling, out)))
    return 0;
  uint32_t behind = (uint32_t)len;
  cxd__buf_add(&out->places, &behind, sizeof behind);
  if (out->own.failed || out->places.failed) {
    cxd__spelled_free(out);
    return -1;
  }
  out->bytes = out->own.data;
  out->len = out->own.len;
  out->from = (const uint32_t *)(const void *)out->places.data;
  return 1;
}

void cxd__spelled_free(struct cxd__spelled *spelled) {
  cxd__buf_free(&spelled->own);
  cxd__buf_free(&spelled->places);
}

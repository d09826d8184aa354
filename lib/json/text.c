/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/text.h"

#include <string.h>

#include "base/mem.h"

static unsigned hex4(const char *p) {
  unsigned value = 0;
  for (int i = 0; i < 4; i++) {
    unsigned c = (unsigned char)p[i];
    value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

static unsigned put_utf8(unsigned char *out, unsigned code) {
  if (code < 0x80) {
    out[0] = (unsigned char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (unsigned char)(0xc0 | code >> 6);
    out[1] = (unsigned char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (unsigned char)(0xe0 | code >> 12);
    out[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (unsigned char)(0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = (unsigned char)(0xf0 | code >> 18);
  out[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (unsigned char)(0x80 | (code & 0x3f));
  return 4;
}

/* at stands behind "\u"; a surrogate is the first of a pair, the gate saw to that. */
static const char *decode_u(const char *at, struct cxd__json_bytes *b) {
  unsigned code = hex4(at);
  at += 4;
  if (code >= 0xd800 && code <= 0xdbff) {
    code = 0x10000 + ((code - 0xd800) << 10) + (hex4(at + 2) - 0xdc00);
    at += 6;
  }
  b->queued = put_utf8(b->queue, code);
  b->sent = 0;
  return at;
}

static int decode_escape(struct cxd__json_bytes *b) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  char c = b->at[1];
  b->at += 2;
  if (c == 'u') {
    b->at = decode_u(b->at, b);
    return b->queue[b->sent++];
  }
  const char *simple = strchr(from, c);
  return simple ? to[simple - from] : c;
}

int cxd__json_byte(struct cxd__json_bytes *bytes) {
  if (bytes->sent < bytes->queued)
    return bytes->queue[bytes->sent++];
  if (bytes->at >= bytes->end)
    return -1;
  if (*bytes->at == '\\')
    return decode_escape(bytes);
  return (unsigned char)*bytes->at++;
}

static struct cxd__json_bytes inside(struct cxd__slice raw) {
  return (struct cxd__json_bytes){.at = raw.p + 1, .end = raw.p + raw.len - 1};
}

int cxd__json_string_order(struct cxd__slice a, struct cxd__slice b) {
  if (a.len == b.len && memcmp(a.p, b.p, a.len) == 0)
    return 0;
  struct cxd__json_bytes x = inside(a), y = inside(b);
  while (x.at < x.end && y.at < y.end && *x.at == *y.at && *x.at != '\\') {
    x.at++;
    y.at++;
  }
  int c, d;
  do {
    c = cxd__json_byte(&x);
    d = cxd__json_byte(&y);
  } while (c == d && c >= 0);
  return c - d;
}

int cxd__json_string_is(struct cxd__slice raw, const char *text) {
  if (cxd__json_kind(raw) != CXD__JSON_STRING || (raw.p[1] != *text && raw.p[1] != '\\' && *text))
    return 0;
  struct cxd__json_bytes x = inside(raw);
  while (x.at < x.end && *x.at == *text && *x.at != '\\') {
    x.at++;
    text++;
  }
  int c;
  while ((c = cxd__json_byte(&x)) > 0 && c == (unsigned char)*text)
    text++;
  return c < 0 && *text == '\0';
}

char *cxd__json_string(struct cxd__slice value, size_t *len) {
  if (cxd__json_kind(value) != CXD__JSON_STRING)
    return NULL;
  char *text = cxd__alloc(value.len); /* never longer than its spelling */
  if (!text)
    return NULL;
  struct cxd__json_bytes x = inside(value);
  size_t n = 0;
  for (int c; (c = cxd__json_byte(&x)) >= 0;)
    text[n++] = (char)c;
  if (len)
    *len = n;
  return text;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/mask.h"

#include <stdio.h>
#include <string.h>

#include "http/base64.h"

#define SHORTEST 8 /* what is shorter is found in every other text, too */

/* How a server may spell what it was sent: byte for byte, with the escapes of JSON, and those on top of percent-encoding. */
enum spelling { PLAIN, JSON, PERCENT, SPELLINGS };

/* The bytes of one character of the text; the place behind it. */
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

static const char *read_unit(const char *p, const char *end, enum spelling spelling, struct unit *unit) {
  unsigned code;
  *unit = (struct unit){{*p}, 1};
  if (spelling == PERCENT && *p == '%' && hex(p + 1, end, 2, &code)) {
    unit->bytes[0] = (char)code;
    return p + 3;
  }
  if (spelling == PLAIN || *p != '\\' || end - p < 2)
    return p + 1;
  if (p[1] == 'u' && hex(p + 2, end, 4, &code)) {
    put_utf8(unit, code);
    return p + 6;
  }
  unit->bytes[0] = p[1];
  return p + 2;
}

/* How many bytes of the text spell the secret, 0: none do. */
static size_t spells(const char *text, const char *end, enum spelling spelling, const char *secret, size_t len) {
  const char *p = text;
  for (size_t done = 0; done < len;) {
    struct unit unit;
    if (p >= end)
      return 0;
    int space = spelling == PERCENT && *p == '+' && secret[done] == ' ';
    p = read_unit(p, end, spelling, &unit);
    if (!space && (unit.len > len - done || memcmp(unit.bytes, secret + done, unit.len) != 0))
      return 0;
    done += unit.len;
  }
  return (size_t)(p - text);
}

static void hide(char *text, size_t text_len, const char *secret, size_t len) {
  const char *end = text + text_len;
  if (len < SHORTEST)
    return;
  for (char *p = text; p < end; p++)
    for (enum spelling how = PLAIN; how < SPELLINGS; how++)
      memset(p, '*', spells(p, end, how, secret, len));
}

static void decode(const char *text, size_t len, struct cxd__buf *out) {
  const char *end = text + len;
  for (const char *p = text; p < end; p++) {
    unsigned byte = (unsigned char)*p;
    if (*p == '%' && hex(p + 1, end, 2, &byte))
      p += 2;
    else if (*p == '+')
      byte = ' ';
    cxd__buf_char(out, (char)byte);
  }
}

/* As it was sent and, where it was form-encoded for that, as it is. */
static void hide_value(char *text, size_t text_len, const char *value, size_t len) {
  struct cxd__buf raw = {.secret = 1};
  hide(text, text_len, value, len);
  decode(value, len, &raw);
  if (!raw.failed)
    hide(text, text_len, raw.data ? raw.data : "", raw.len);
  cxd__buf_free(&raw);
}

static void hide_basic(char *text, size_t text_len, const char *basic) {
  struct cxd__buf encoded = {.secret = 1};
  const char *colon = strchr(basic, ':');
  cxd__base64(&encoded, basic);
  if (!encoded.failed)
    hide(text, text_len, encoded.data, encoded.len);
  if (colon)
    hide_value(text, text_len, colon + 1, strlen(colon + 1));
  cxd__buf_free(&encoded);
}

static void hide_form(char *text, size_t text_len, const char *form) {
  static const char name[] = "client_secret=";
  const char *value = strstr(form, name);
  if (value)
    hide_value(text, text_len, value + sizeof name - 1, strcspn(value + sizeof name - 1, "&"));
}

void cxd__mask_text(const struct cxd__request *request, char *text, size_t len) {
  if (!text || len == 0)
    return;
  if (request->bearer)
    hide(text, len, request->bearer, strlen(request->bearer));
  if (request->basic)
    hide_basic(text, len, request->basic);
  if (request->kind == CXD__CLASS_TOKEN && request->body)
    hide_form(text, len, request->body);
}

static void mask_field(const struct cxd__request *request, char *field) {
  if (field)
    cxd__mask_text(request, field, strlen(field));
}

/* The body of a good answer is data, not a message: it is left as it is. */
void cxd__mask_credentials(const struct cxd__request *request, struct cxd__exchange *exchange) {
  mask_field(request, exchange->request_id);
  mask_field(request, exchange->www_authenticate);
  if (exchange->way != CXD__WAY_ANSWER || exchange->http_status >= 300)
    cxd__mask_text(request, exchange->body.data, exchange->body.len);
}

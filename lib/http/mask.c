/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/mask.h"

#include <stdio.h>
#include <string.h>

#define SHORTEST 8 /* what is shorter is found in every other text, too */

/* How many bytes of the text spell the secret, 0: none do. JSON may spell / as \/. */
static size_t spells(const char *text, const char *end, const char *secret, size_t len) {
  const char *p = text;
  for (size_t i = 0; i < len; i++, p++) {
    if (secret[i] == '/' && end - p > 1 && p[0] == '\\' && p[1] == '/')
      p++;
    if (p >= end || *p != secret[i])
      return 0;
  }
  return (size_t)(p - text);
}

static void hide(char *text, size_t text_len, const char *secret, size_t len) {
  if (!text || !secret || len < SHORTEST)
    return;
  const char *end = text + text_len;
  for (char *p = text; p < end; p++) {
    size_t n = spells(p, end, secret, len);
    memset(p, '*', n);
  }
}

static void hide_everywhere(struct cxd__exchange *exchange, const char *secret, size_t len) {
  hide(exchange->body.data, exchange->body.len, secret, len);
  hide(exchange->request_id, exchange->request_id ? strlen(exchange->request_id) : 0, secret, len);
  hide(exchange->www_authenticate, exchange->www_authenticate ? strlen(exchange->www_authenticate) : 0, secret, len);
}

static void base64(const char *text, struct cxd__buf *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i += 3) {
    unsigned long bits = 0;
    for (size_t k = 0; k < 3; k++)
      bits = bits << 8 | (i + k < len ? (unsigned char)text[i + k] : 0u);
    for (size_t k = 0; k < 4; k++)
      cxd__buf_char(out, i + k <= len ? digits[bits >> (18 - 6 * k) & 63] : '=');
  }
}

static void decode(const char *text, size_t len, struct cxd__buf *out) {
  for (size_t i = 0; i < len; i++) {
    unsigned byte = (unsigned char)text[i];
    if (byte == '%' && len - i > 2 && sscanf(text + i + 1, "%2x", &byte) == 1)
      i += 2;
    else if (byte == '+')
      byte = ' ';
    cxd__buf_char(out, (char)byte);
  }
}

/* As it was sent and, where it was form-encoded for that, as it is. */
static void hide_value(struct cxd__exchange *exchange, const char *value, size_t len) {
  struct cxd__buf raw = {0};
  hide_everywhere(exchange, value, len);
  decode(value, len, &raw);
  if (!raw.failed)
    hide_everywhere(exchange, raw.data, raw.len);
  cxd__buf_wipe(&raw);
}

static void hide_basic(struct cxd__exchange *exchange, const char *basic) {
  struct cxd__buf encoded = {0};
  const char *colon = strchr(basic, ':');
  base64(basic, &encoded);
  if (!encoded.failed)
    hide_everywhere(exchange, encoded.data, encoded.len);
  if (colon)
    hide_value(exchange, colon + 1, strlen(colon + 1));
  cxd__buf_wipe(&encoded);
}

static void hide_form(struct cxd__exchange *exchange, const char *form) {
  static const char name[] = "client_secret=";
  const char *value = strstr(form, name);
  if (value)
    hide_value(exchange, value + sizeof name - 1, strcspn(value + sizeof name - 1, "&"));
}

void cxd__mask_credentials(const struct cxd__request *request, struct cxd__exchange *exchange) {
  if (exchange->http_status < 300)
    return;
  if (request->bearer)
    hide_everywhere(exchange, request->bearer, strlen(request->bearer));
  if (request->basic)
    hide_basic(exchange, request->basic);
  if (request->kind == CXD__CLASS_TOKEN && request->body)
    hide_form(exchange, request->body);
}

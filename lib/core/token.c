/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/token.h"

#include <string.h>

#include "base/mem.h"

int cxd__token_text_valid(const char *text, size_t len) {
  if (len == 0 || len > CXD__TOKEN_MAX_BYTES)
    return 0;
  for (size_t i = 0; i < len; i++) {
    char c = text[i];
    int alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alnum && (c == '\0' || !strchr("-._~+/=", c)))
      return 0;
  }
  return 1;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

int64_t cxd__token_life_s(int64_t expires_in_s) { return expires_in_s <= 0 ? 300 : clamp(expires_in_s, 1, 86400); }

static void set_life(struct cxd__token *token, int64_t sent_boot_us, int64_t expires_in_s, double jitter) {
  int64_t life = cxd__token_life_s(expires_in_s) * 1000000;
  int64_t hard = life - 10000000;
  int64_t soft = life - clamp(life / 5, 30000000, 300000000);
  if (hard < life / 2) /* so short a token that the usual margins would eat it */
    hard = life / 2;
  if (soft < life / 4)
    soft = life / 4;
  soft -= (int64_t)((double)soft * 0.1 * jitter);
  token->sent_boot_us = sent_boot_us;
  token->hard_boot_us = sent_boot_us + hard;
  token->soft_boot_us = sent_boot_us + soft;
}

struct cxd__token *cxd__token_new(const char *text, size_t len, int64_t sent_boot_us, int64_t expires_in_s, double jitter) {
  struct cxd__token *token = cxd__alloc(sizeof *token);
  if (!token)
    return NULL;
  if (cxd__secret_set(&token->text, text, len) != 0) {
    cxd__free(token);
    return NULL;
  }
  atomic_init(&token->references, 1);
  set_life(token, sent_boot_us, expires_in_s, jitter);
  return token;
}

struct cxd__token *cxd__token_ref(struct cxd__token *token) {
  if (token)
    atomic_fetch_add(&token->references, 1);
  return token;
}

void cxd__token_unref(struct cxd__token *token) {
  if (!token || atomic_fetch_sub(&token->references, 1) != 1)
    return;
  cxd__secret_clear(&token->text);
  cxd__free(token);
}

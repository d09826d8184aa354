/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/badge.h"

#include <string.h>

#include "base/mem.h"
#include "http/transfer.h"

static const char name[] = "Authorization: Bearer ";

static int same(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

int cxd__badge_fits(const struct cxd__badge *badge, const struct cxd__request *request) {
  return same(badge->bearer, request->bearer) && same(badge->before, request->before);
}

static void fill(struct cxd__badge *b, const struct cxd__request *request, size_t bearer, size_t before) {
  b->sieve.bits = (unsigned char *)b->pages.text;
  b->line = b->pages.text + CXD__SIEVE_BYTES;
  memcpy(b->line, name, sizeof name);
  memcpy(b->line + sizeof name - 1, request->bearer, bearer + 1);
  b->bearer = b->line + sizeof name - 1;
  b->clean = cxd__lines_clean(b->line);
  cxd__sieve_add(&b->sieve, b->bearer, bearer);
  if (!request->before)
    return;
  char *old = b->line + sizeof name + bearer;
  memcpy(old, request->before, before + 1);
  b->before = old;
  cxd__sieve_add(&b->sieve, old, before);
}

struct cxd__badge *cxd__badge_new(const struct cxd__request *request, const struct cxd__secret *client_secret) {
  size_t bearer = strlen(request->bearer), before = request->before ? strlen(request->before) : 0;
  struct cxd__badge *b = cxd__alloc(sizeof *b);
  if (!b || cxd__secret_room(&b->pages, CXD__SIEVE_BYTES + sizeof name + bearer + before + 1) != 0) {
    cxd__free(b);
    return NULL;
  }
  b->holders = 1;
  fill(b, request, bearer, before);
  if (client_secret && client_secret->text)
    cxd__sieve_add(&b->sieve, client_secret->text, client_secret->len);
  return b;
}

struct cxd__badge *cxd__badge_hold(struct cxd__badge *badge) {
  badge->holders++;
  return badge;
}

void cxd__badge_drop(struct cxd__badge *badge) {
  if (!badge || --badge->holders != 0)
    return;
  cxd__secret_clear(&badge->pages);
  cxd__free(badge);
}

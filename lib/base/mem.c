/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#ifdef CXD_TEST_SEAMS
static _Thread_local size_t fail_at;
static _Thread_local size_t calls;

void cxd__mem_fail_at(size_t n) {
  fail_at = n;
  calls = 0;
}

size_t cxd__mem_count(void) { return calls; }

static int denied(void) { return ++calls >= fail_at && fail_at != 0; }
#else
static int denied(void) { return 0; }
#endif

void *cxd__alloc(size_t size) { return denied() ? NULL : calloc(1, size ? size : 1); }

void *cxd__realloc(void *old, size_t size) { return denied() ? NULL : realloc(old, size ? size : 1); }

void cxd__free(void *p) { free(p); }

char *cxd__strndup(const char *s, size_t len) {
  if (!s)
    return NULL;
  char *copy = denied() ? NULL : malloc(len + 1);
  if (!copy)
    return NULL;
  memcpy(copy, s, len);
  copy[len] = '\0';
  return copy;
}

char *cxd__strdup(const char *s) { return s ? cxd__strndup(s, strlen(s)) : NULL; }

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#ifdef CXD_TEST_SEAMS
#include <malloc.h>

static _Thread_local size_t fail_at;
static _Thread_local size_t calls;

void cxd__mem_fail_at(size_t n) {
  fail_at = n;
  calls = 0;
}

size_t cxd__mem_count(void) { return calls; }

static int denied(void) { return ++calls >= fail_at && fail_at != 0; }

static _Thread_local void (*looker)(const void *bytes, size_t size);

void cxd__mem_look_at_freed(void (*look)(const void *bytes, size_t size)) { looker = look; }

/* Zero to its end, so that whatever a looker finds in it later was put there by the library. */
static void *born(size_t size) {
  void *p = malloc(size);
  return p ? memset(p, 0, looker ? malloc_usable_size(p) : size) : NULL;
}

static void *unset(size_t size) { return born(size); }

static void gone(void *p) {
  if (p && looker)
    looker(p, malloc_usable_size(p));
  free(p);
}

/* Always moves while somebody looks: what a block leaves behind must not depend on luck. */
static void *resized(void *old, size_t size) {
  if (!looker)
    return realloc(old, size);
  size_t had = old ? malloc_usable_size(old) : 0;
  char *p = born(size);
  if (!p)
    return NULL;
  if (old)
    memcpy(p, old, had < size ? had : size);
  gone(old);
  return p;
}
#else
static int denied(void) { return 0; }

static void *born(size_t size) { return calloc(1, size); }

static void *unset(size_t size) { return malloc(size); }

static void gone(void *p) { free(p); }

static void *resized(void *old, size_t size) { return realloc(old, size); }
#endif

void *cxd__alloc(size_t size) { return denied() ? NULL : born(size ? size : 1); }

void *cxd__realloc(void *old, size_t size) { return denied() ? NULL : resized(old, size ? size : 1); }

void cxd__free(void *p) { gone(p); }

char *cxd__strndup(const char *s, size_t len) {
  if (!s)
    return NULL;
  char *copy = denied() ? NULL : unset(len + 1);
  if (!copy)
    return NULL;
  memcpy(copy, s, len);
  copy[len] = '\0';
  return copy;
}

char *cxd__strdup(const char *s) { return s ? cxd__strndup(s, strlen(s)) : NULL; }

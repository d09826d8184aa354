/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_SECRET_H
#define CXD__BASE_SECRET_H

#include <stddef.h>

/*
 * A secret text in pages of its own: locked in memory where the limits allow it, left out of core dumps,
 * read as zeros by a forked child, overwritten before it is freed. libcurl keeps copies of what it sends.
 */
struct cxd__secret {
  char *text; /* zero-terminated; NULL when unset */
  size_t len, mapped;
};

int cxd__secret_set(struct cxd__secret *secret, const char *text, size_t len); /* 0, or -1: no memory, old value kept */
int cxd__secret_room(struct cxd__secret *secret, size_t len); /* an unset one: zeros, for the caller to fill; 0, or -1 */
int cxd__secret_lost(const struct cxd__secret *secret); /* set before a fork(): this child reads zeros */
void cxd__secret_clear(struct cxd__secret *secret);

#endif

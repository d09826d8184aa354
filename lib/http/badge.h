/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_BADGE_H
#define CXD__HTTP_BADGE_H

#include "base/exchange.h"
#include "base/secret.h"
#include "http/sieve.h"

/*
 * What many requests have in common as long as the token stays the same: the header line with it, checked and written once, and the
 * sieve that knows it. All of it lies in the pages of a secret. Each request under way holds its badge, so a new token
 * makes a new badge and the old one goes when the last of its requests is over.
 */
struct cxd__badge {
  size_t holders;
  struct cxd__secret pages;
  char *line;         /* "Authorization: Bearer ..." */
  const char *bearer; /* in the line */
  const char *before; /* NULL: none */
  int clean;          /* no control bytes in the line */
  struct cxd__sieve sieve;
};

/* Whether the badge is that of the request, which has a bearer. */
int cxd__badge_fits(const struct cxd__badge *badge, const struct cxd__request *request);

struct cxd__badge *cxd__badge_new(const struct cxd__request *request, const struct cxd__secret *client_secret); /* with one holder; NULL: no memory */
struct cxd__badge *cxd__badge_hold(struct cxd__badge *badge);
void cxd__badge_drop(struct cxd__badge *badge); /* NULL: nothing */

#endif

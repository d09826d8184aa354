/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_SIEVE_H
#define CXD__HTTP_SIEVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Says of nearly every text, at a few instructions a byte, that no piece of a credential stands in it: neither as it is nor in
 * base64. What it lets through is looked at in full, so it may be wrong in that direction only. Its bits follow from
 * the credentials: whoever has them could work the credentials out, so they live in the pages of a secret.
 */
struct cxd__sieve {
  unsigned char *bits; /* borrowed: CXD__SIEVE_BYTES of them, zero at first */
  size_t shortest;     /* of the credentials that count; 0: there are none */
  size_t whole;        /* the shortest of sixteen bytes or more; 0: none */
};

#define CXD__SIEVE_BYTES (8192 + 16384)

void cxd__sieve_add(struct cxd__sieve *sieve, const char *secret, size_t len); /* below eight bytes: nothing */

/* 0: no piece of `width` bytes (at least eight) of any credential stands there; 1: perhaps one does. */
int cxd__sieve_lets_through(const struct cxd__sieve *sieve, const char *text, size_t len, size_t width);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_SPELLING_H
#define CXD__HTTP_SPELLING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * How a server may spell what it was sent: byte for byte, in base64 (any word of sixteen such characters, either alphabet), with
 * the escapes of JSON, with percent-encoding on top, or as forms do.
 */
enum cxd__spelling { CXD__SPELLING_PLAIN, CXD__SPELLING_BASE64, CXD__SPELLING_JSON, CXD__SPELLING_PERCENT, CXD__SPELLING_FORM, CXD__SPELLINGS };

/* A text without its escapes, and where in it each byte began. A word of base64 is read from each of its first four characters. */
struct cxd__spelled {
  const char *bytes;
  size_t len;
  const uint32_t *from; /* len + 1 of them; NULL: byte i began at i */
  struct cxd__buf own, places;
};

/* 1; 0: the text has nothing of that spelling; -1: no memory. Zero-initialise out, and free it in the first case; it may borrow the text. */
int cxd__spelled_read(const char *text, size_t len, enum cxd__spelling spelling, struct cxd__spelled *out);
void cxd__spelled_free(struct cxd__spelled *spelled);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_PIECES_H
#define CXD__HTTP_PIECES_H

#include <stddef.h>
#include <stdint.h>

/* All pieces of one width of a secret, to be looked up in the same time whatever the secret looks like. */
struct cxd__pieces {
  const char *secret; /* borrowed */
  size_t width, mask;
  uint32_t *slots;    /* where a piece begins, plus one; 0: nothing here */
};

#define CXD__PIECE_LEAST 8

/* width: CXD__PIECE_LEAST to len. 0, or -1: no memory. */
int cxd__pieces_make(struct cxd__pieces *pieces, const char *secret, size_t len, size_t width);
int cxd__pieces_has(const struct cxd__pieces *pieces, const char *bytes); /* `width` of them */
void cxd__pieces_free(struct cxd__pieces *pieces);

#endif

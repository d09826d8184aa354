/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_NEAREST_H
#define CXD__VALIDATE_NEAREST_H

#include <stddef.h>

#define CXD__NEAREST_MAX 64

/* Finds the candidate with the fewest edits (ASCII case does not count), at most a third of the length. */
struct cxd__nearest {
  const char *text;
  size_t len;
  const char *best; /* an answer as offered; NULL: none is near */
  size_t best_len, distance;
};

struct cxd__nearest cxd__nearest_start(const char *text, size_t len);

/* key: what to compare with; answer: what to propose when it is the nearest. Both are borrowed. */
void cxd__nearest_offer(struct cxd__nearest *nearest, const char *key, size_t key_len, const char *answer, size_t answer_len);
void cxd__nearest_offer_text(struct cxd__nearest *nearest, const char *text); /* both in one */

/* The edits between two texts; above limit, or for a text over CXD__NEAREST_MAX, limit + 1, which is found out early. */
size_t cxd__nearest_edits(const char *a, size_t a_len, const char *b, size_t b_len, size_t limit);

#endif

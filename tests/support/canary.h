/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CANARY_H
#define CXD_TESTS_CANARY_H

#include <stddef.h>

/*
 * Secrets that a test gave away on purpose, looked for in whatever came out: any twelve bytes in a row of each, as they are, backwards,
 * in hex, percent-encoded, and in base64 at each of the three places it can have. Both alphabets, both cases. Adding is for one
 * thread, before any search.
 */
#define CANARY_PIECE 12

void canary_forget(void);
void canary_add(const char *name, const char *bytes, size_t len); /* at least CANARY_PIECE; copied, names are borrowed */
void canary_add_lines(const char *name, const char *text);        /* each line that is long enough: the lines of a PEM file but for its first and last */

/* A stretch that is made of such pieces. */
struct canary_hit {
  const char *name, *form;
  size_t at, len, whole; /* whole: how long the secret is in that form */
};

/* The next one from `from` on; 0: none. */
int canary_find(const void *bytes, size_t len, size_t from, struct canary_hit *hit);

/* Fails the running test when there is one, and when nothing was looked for in it. */
void ck_no_canary(const char *where, const void *bytes, size_t len);

/* Every form of every secret must be found when it is hidden in a text: a search that finds nothing proves nothing else. */
void ck_canaries_can_be_found(void);

#endif

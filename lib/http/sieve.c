/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/sieve.h"

#include <string.h>

#include "http/pieces.h"

/*
 * Two filters of one hash each, over eight bytes in a row and over 48 bits that begin at an even bit, which is what eight characters of
 * base64 can be, wherever a credential begins in them. A piece of n bytes holds a run of such windows, so one look every so many
 * places cannot miss it, and a hit counts only when the whole run is there.
 */
#define WINDOW 8
#define BYTES_LOG2 16
#define SEXTETS_LOG2 17
#define SEXTETS_AT 8192
#define WHOLE_LEAST 16
#define RUN_MOST 256

static size_t slot(uint64_t window, unsigned log2) { return (size_t)((window ^ window >> 31) * 0x9e3779b97f4a7c15u >> (64 - log2)); }

static void set(unsigned char *bits, size_t at) { bits[at / 8] |= (unsigned char)(1u << at % 8); }

static int is_set(const unsigned char *bits, size_t at) { return bits[at / 8] >> at % 8 & 1; }

static uint64_t bytes_at(const char *p) {
  uint64_t window;
  memcpy(&window, p, sizeof window);
  return window;
}

static void add_sextets(unsigned char *bits, const char *secret, size_t len) {
  uint64_t last = 0;
  for (size_t i = 0; i < len; i++) {
    last = last << 8 | (unsigned char)secret[i];
    for (unsigned behind = 0; behind < 8; behind += 2)
      if (8 * (i + 1) >= 48 + behind)
        set(bits, slot(last >> behind & 0xffffffffffffu, SEXTETS_LOG2));
  }
}

void cxd__sieve_add(struct cxd__sieve *sieve, const char *secret, size_t len) {
  if (len < CXD__PIECE_LEAST)
    return;
  for (size_t i = 0; i + WINDOW <= len; i++)
    set(sieve->bits, slot(bytes_at(secret + i), BYTES_LOG2));
  add_sextets(sieve->bits + SEXTETS_AT, secret, len);
  if (!sieve->shortest || len < sieve->shortest)
    sieve->shortest = len;
  if (len >= WHOLE_LEAST && (!sieve->whole || len < sieve->whole))
    sieve->whole = len;
}

/* ------------------------------------------------------------------------- looking */

/* 0: none; 1 to 64: the value of the character in base64, in either alphabet, plus one. */
static const unsigned char digits[256] = {
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13,
    ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26,
    ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39,
    ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,
    ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['-'] = 63, ['/'] = 64, ['_'] = 64,
};

static int known_bytes(const unsigned char *bits, const char *p) { return is_set(bits, slot(bytes_at(p), BYTES_LOG2)); }

static int known_sextets(const unsigned char *bits, const char *p) {
  uint64_t window = 0;
  for (size_t i = 0; i < WINDOW; i++) {
    unsigned digit = digits[(unsigned char)p[i]];
    if (!digit)
      return 0;
    window = window << 6 | (digit - 1);
  }
  return is_set(bits + SEXTETS_AT, slot(window, SEXTETS_LOG2));
}

/* Whether `run` windows in a row are known, the one at `at` among them. */
static int in_run(const unsigned char *bits, const char *text, size_t windows, size_t at, size_t run, int (*known)(const unsigned char *, const char *)) {
  size_t from = at, to = at + 1;
  while (from > 0 && to - from < run && known(bits, text + from - 1))
    from--;
  while (to < windows && to - from < run && known(bits, text + to))
    to++;
  return to - from >= run;
}

static int has_bytes(const unsigned char *bits, const char *text, size_t windows, size_t run) {
  for (size_t at = run - 1; at < windows; at += run)
    if (known_bytes(bits, text + at) && in_run(bits, text, windows, at, run, known_bytes))
      return 1;
  return 0;
}

/* A character that is none of base64 ends a word: no run goes across it. */
static size_t word_ends(const char *p) {
  size_t i = WINDOW;
  while (i > 0 && digits[(unsigned char)p[i - 1]])
    i--;
  return i;
}

static int has_sextets(const unsigned char *bits, const char *text, size_t windows, size_t run) {
  for (size_t at = run - 1; at < windows; at += run) {
    size_t end = word_ends(text + at);
    if (end)
      at += end - 1; /* the next run begins behind it: with `run` more this is its last window */
    else if (known_sextets(bits, text + at) && in_run(bits, text, windows, at, run, known_sextets))
      return 1;
  }
  return 0;
}

static size_t run_of(size_t windows) { return windows < RUN_MOST ? windows : RUN_MOST; }

int cxd__sieve_lets_through(const struct cxd__sieve *sieve, const char *text, size_t len, size_t width) {
  if (len < width)
    return 0; /* no spelling is shorter than what it spells */
  if (memchr(text, '\\', len) || memchr(text, '%', len) || memchr(text, '+', len))
    return 1; /* escapes, perhaps */
  return has_bytes(sieve->bits, text, len - WINDOW + 1, run_of(width - WINDOW + 1)) || has_sextets(sieve->bits, text, len - WINDOW + 1, run_of((8 * width - 4) / 6 - WINDOW + 1));
}

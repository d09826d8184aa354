/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_ALLOCS_H
#define CXD_BENCH_ALLOCS_H

/* Counts of malloc, calloc and realloc in this process; a program that links allocs.c has these in place of the C library's. */
struct allocs {
  long all;        /* by anybody */
  long own;        /* by code of libcxdialer.so itself */
  long live_bytes; /* in use, by anybody */
};

void allocs_begin(void); /* finds where the library lies */
struct allocs allocs_now(void);

#endif

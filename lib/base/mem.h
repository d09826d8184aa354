/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_MEM_H
#define CXD__BASE_MEM_H

#include <stddef.h>

/* The one place where memory comes from: tests make it fail, call by call. */
void *cxd__alloc(size_t size);                 /* zeroed; NULL when memory ran out */
void *cxd__realloc(void *old, size_t size);    /* new bytes are not zeroed */
void cxd__free(void *p);
char *cxd__strdup(const char *s);              /* NULL for NULL */
char *cxd__strndup(const char *s, size_t len); /* also for bytes without a final zero */

#ifdef CXD_TEST_SEAMS
/* The n-th allocation of this thread from now on, and all after it, fail; 0 = never. */
void cxd__mem_fail_at(size_t n);
size_t cxd__mem_count(void); /* allocations of this thread since the last cxd__mem_fail_at */

/* Sees every block of this thread just before it goes, with what the library left in it; NULL: nobody looks. */
void cxd__mem_look_at_freed(void (*look)(const void *bytes, size_t size));
#endif

#endif

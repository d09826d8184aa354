/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_ABI_H
#define CXD__BASE_ABI_H

#include <stddef.h>

#include <cxdialer/cxdialer.h>

/*
 * Copies a sized table of the caller's (size_t size first) into ours of ours bytes, zero-filled. v1 is the size of
 * version 1. CXD_E_ABI: smaller than version 1, or larger with a non-zero tail that we do not know.
 */
/* The first members of every table of methods. */
struct cxd__table {
  size_t size;
  void *user_data;
  void (*destroy)(void *user_data);
};

/* Runs a table's destroy, where the table is long enough to have one: a registration that fails owes that. */
void cxd__abi_discard(const void *theirs);

cxd_status cxd__abi_copy(void *out, size_t ours, size_t v1, const void *theirs, const char *name, cxd_error **error);

#endif

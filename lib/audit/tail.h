/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_TAIL_H
#define CXD__AUDIT_TAIL_H

#include "audit/chain.h"
#include "audit/names.h"

/* What is torn, looked at from `from` up to `size`: 1, 0, or -1 and errno. */
int cxd__tail_may_be_first(int fd, int64_t size);                 /* a file without a whole line: the beginning of a log's first record */
int cxd__tail_may_be_genesis(int fd, int64_t size);               /* the same for the first record of any segment */
int cxd__tail_has_record(int fd, int64_t from, int64_t size);     /* it begins with a whole record, and something else is behind it */

/*
 * Copies the torn bytes from `from` up to `size` to "<log>.torn-<seq>" (".1", ".2", ... when there is one), durably, and cuts
 * them off. hash: their SHA-256; name: of the copy.
 */
cxd_status cxd__tail_cut(const struct cxd__place *place, int fd, int64_t from, int64_t size, int64_t seq, struct cxd__hasher *hasher, unsigned char hash[CXD__HASH_BYTES], char name[CXD__NAME_BYTES], cxd_error **error);

#endif

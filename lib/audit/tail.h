/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_TAIL_H
#define CXD__AUDIT_TAIL_H

#include "audit/chain.h"
#include "audit/place.h"

/* How a log file ends. */
struct cxd__tail {
  int64_t end;           /* behind the last newline; what follows up to the size is torn */
  struct cxd__link last; /* the last record; zeros when there is none */
};

/* Reads the end of a log of `size` bytes, under its lock. CXD_E_AUDIT: it is not a log of ours any more. Never writes. */
cxd_status cxd__tail_read(const struct cxd__place *place, int64_t size, struct cxd__seal *seal, struct cxd__tail *out, cxd_error **error);

/*
 * Copies the torn bytes from `from` up to `size` to "<log>.torn-<seq>" (".1", ".2", ... when there is one), durably, and cuts
 * them off. hash: their SHA-256.
 */
cxd_status cxd__tail_cut(const struct cxd__place *place, int64_t from, int64_t size, int64_t seq, struct cxd__hasher *hasher, unsigned char hash[CXD__HASH_BYTES], cxd_error **error);

#endif

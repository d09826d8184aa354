/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_BACKEND_H
#define CXD__AUDIT_BACKEND_H

#include "audit/log.h"

/* One kind of log. Its calls come one at a time, and never in a child of fork() but for close. */
struct cxd__audit_ops {
  cxd_status (*append)(void *self, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error);
  cxd_status (*reserve)(void *self, cxd_error **error); /* or NULL */
  cxd_status (*sync)(void *self, cxd_error **error);
  void (*close)(void *self, int forked);
};

/* Takes self: it is closed on failure too. */
cxd_status cxd__audit_make(const struct cxd__audit_ops *ops, void *self, struct cxd__audit **out, cxd_error **error);

#endif

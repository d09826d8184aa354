/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__AUDIT_BACKEND_H
#define CXD__AUDIT_BACKEND_H

#include "audit/log.h"

/* One kind of log. Its calls come one at a time, and never in a child of fork() but for close. NULL for the optional ones: nothing to do. */
struct cxd__audit_ops {
  /* resolves: 0, or the intent this outcome is for, see cxd__audit_resolve() */
  cxd_status (*append)(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error);
  cxd_status (*sync)(void *self, cxd_error **error);
  void (*close)(void *self, int forked);
  /* optional */
  void (*append_all)(void *self, struct cxd__audit_entry *entries, size_t count); /* NULL: append, for each */
  cxd_status (*reserve)(void *self, cxd_error **error);
  void (*settle)(void *self, char **sealed, int64_t *seq);
  cxd_status (*dangling)(void *self, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error);
  int (*take_checkpoint)(void *self, int64_t *seq, char h[65]);
  const char *(*alarm)(void *self, const char **code); /* NULL: nothing is wrong; see cxd__audit_alarm() */
};

/* Takes self: it is closed on failure too. */
cxd_status cxd__audit_make(const struct cxd__audit_ops *ops, void *self, struct cxd__audit **out, cxd_error **error);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_ERROR_H
#define CXD__BASE_ERROR_H

#include <cxdialer/cxdialer.h>

#include "base/handle.h"

struct cxd_error {
  uint32_t magic;
  cxd_status status;
  int32_t http_status, retryable;
  int64_t retry_after_ms; /* -1: unknown */
  char *message, *field, *server_code, *request_id; /* each may be NULL */
};

/* NULL when memory ran out: callers then report the bare status. */
cxd_error *cxd__error_new(cxd_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
cxd_error *cxd__error_copy(const cxd_error *error);
void cxd__error_give(cxd_error **out, cxd_error *error); /* to who wants it, in place of what is there; NULL error: nothing changes */

/* Put a new error in *out (when out is not NULL) and return the status, so that a caller writes `return cxd__fail(...)`. */
cxd_status cxd__fail(cxd_error **out, cxd_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
cxd_status cxd__fail_at(cxd_error **out, cxd_status status, const char *field, const char *format, ...) __attribute__((format(printf, 4, 5)));
cxd_status cxd__fail_nomem(cxd_error **out);

/* What the system calls an errno, in English whatever the host's locale: messages are UTF-8 in one language. */
const char *cxd__errno_text(int number);

#endif

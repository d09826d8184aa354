/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__CORE_VERDICT_H
#define CXD__CORE_VERDICT_H

#include <cxdialer/cxdialer.h>

#include "base/exchange.h"

/* What an exchange means for the operation that made it. */
enum cxd__meaning {
  CXD__MEANS_DONE,       /* 2xx */
  CXD__MEANS_ACCEPTED,   /* 202: not finished, confirm by reading */
  CXD__MEANS_FINAL,      /* refused for good, not applied */
  CXD__MEANS_TOKEN,      /* 401: this token generation is void */
  CXD__MEANS_CONFLICT,   /* 409, 412 */
  CXD__MEANS_THROTTLED,  /* 429, 503 with Retry-After: not applied, later */
  CXD__MEANS_RETRY,      /* not applied, may be tried again */
  CXD__MEANS_AMBIGUOUS   /* may have been applied */
};

struct cxd__verdict {
  enum cxd__meaning meaning;
  cxd_status status;
};

struct cxd__verdict cxd__verdict_of(enum cxd__class kind, const struct cxd__exchange *exchange);

/* The error a user sees: the server's code, message, field and request id where it sent them. what: "PUT campaign a1b2". */
cxd_error *cxd__verdict_error(cxd_status status, const char *what, const struct cxd__exchange *exchange);

/* "pacing.interval", "timeZone" or "/timeZone", as servers name members, as a JSON Pointer; NULL for none. Caller frees. */
char *cxd__field_pointer(const char *field);

/*
 * Retry-After in milliseconds: -1 absent or malformed (ignored). Seconds as digits only, or an HTTP-date against the
 * answer's own Date. More than ten digits, or a date more than a day away: INT64_MAX.
 */
int64_t cxd__retry_after_ms(const char *field, const char *date, int64_t wall_ms);

/* RateLimit: how long nothing is left of the quota; -1: the field does not say that, or is absent or malformed. */
int64_t cxd__rate_limit_wait_ms(const char *field);

#endif

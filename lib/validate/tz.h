/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_TZ_H
#define CXD__VALIDATE_TZ_H

#include <stddef.h>
#include <stdint.h>

/* A TZif file (RFC 9636, versions 1 to 4) in memory: never changes once it is parsed, shared by threads through references. */
struct cxd__tz;

#define CXD__TZ_MAX_BYTES 1048576

/* NULL: *why is a clause on what is wrong with the bytes ("has transitions out of order"), or NULL when memory ran out. */
struct cxd__tz *cxd__tz_parse(const unsigned char *bytes, size_t len, const char **why);
struct cxd__tz *cxd__tz_ref(struct cxd__tz *tz);
void cxd__tz_unref(struct cxd__tz *tz); /* NULL is legal */

/* One local time type with the period that the file gives it: since <= t < until. */
struct cxd__tz_span {
  int64_t since, until; /* Unix seconds; INT64_MIN and INT64_MAX: no change before, after */
  int32_t offset_s;     /* to add to UTC */
  int32_t dst;
  const char *abbreviation; /* borrowed from tz */
};

void cxd__tz_at(const struct cxd__tz *tz, int64_t unix_s, struct cxd__tz_span *out);

#endif

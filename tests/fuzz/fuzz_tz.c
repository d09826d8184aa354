/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Any bytes are a TZif file or are refused, and what is read holds together. With clang: -fsanitize=fuzzer,address,undefined on this file and the
 * sources of lib/validate/tz.c. The driver in fuzz_main.c runs the same on a fixed number of damaged files.
 */
#include "fuzz.h"
#include "validate/posix_tz.h"
#include "validate/tz.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition) \
  do { \
    if (!(condition)) \
      abort(); \
  } while (0)

static void check_at(const struct cxd__tz *tz, int64_t unix_s) {
  struct cxd__tz_span span, next;
  cxd__tz_at(tz, unix_s, &span);
  MUST(span.since <= unix_s && (unix_s < span.until || span.until == INT64_MAX));
  MUST(span.offset_s > -26 * 3600 && span.offset_s < 26 * 3600);
  MUST(span.dst == 0 || span.dst == 1);
  MUST(memchr(span.abbreviation, 0, CXD__TZ_MAX_BYTES) != NULL);
  if (span.until == INT64_MAX)
    return;
  cxd__tz_at(tz, span.until, &next);
  MUST(next.since == span.until);
  MUST(next.offset_s != span.offset_s || next.dst != span.dst || strcmp(next.abbreviation, span.abbreviation) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const int64_t instants[] = {INT64_MIN, INT64_C(-6000000000), -1, 0, 951782400, 1764331200, 1793523600, INT64_C(4133980799), INT64_C(4133980800), INT64_C(99999999999), INT64_MAX};
  const char *why;
  struct cxd__tz *tz = cxd__tz_parse(data, size, &why);
  MUST(!tz == (why != NULL));
  for (size_t i = 0; tz && i < sizeof instants / sizeof *instants; i++)
    check_at(tz, instants[i]);
  cxd__tz_unref(tz);
  struct cxd__posix_tz rule;
  (void)cxd__posix_tz_read((const char *)data, size, &rule);
  return 0;
}

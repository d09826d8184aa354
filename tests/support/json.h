/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_JSON_H
#define CXD_TESTS_JSON_H

#include <check.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/value.h"

/* A campaign as the API sends it; 0.85 and the large integer must survive everything. */
static const char campaign_text[] =
    "{\"id\":\"camp-1\",\"name\":\"North \\u00e9\\n\",\"status\":\"RUNNING\",\"dialerType\":\"PREDICTIVE\",\"maxConcurrentCalls\":120,"
    "\"timeZone\":\"America/New_York\",\"version\":17,\"pacing\":{\"type\":\"ADAPTIVE\",\"interval\":30,\"maxCallsPerInterval\":60,"
    "\"throttlePercent\":0.85},\"rules\":[{\"type\":\"TIME_WINDOW\",\"days\":[1,2,3]},{\"type\":\"DNC\"}],"
    "\"advancedDialerSettings\":{\"autoRebalance\":true,\"queuePriority\":5},\"tenant\":18446744073709551615,\"note\":null}";

static inline struct cxd__slice raw(const char *text) { return (struct cxd__slice){text, strlen(text)}; }

/* Through the gate; fails the test when it is closed. */
static inline struct cxd__slice checked(const char *text) {
  struct cxd__slice slice = {0};
  cxd_error *error = NULL;
  cxd_status status = cxd__json_check(text, strlen(text), "test", &slice, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", text, cxd_error_message(error));
  return slice;
}

static inline void assert_slice(struct cxd__slice slice, const char *text) {
  ck_assert_msg(slice.p != NULL, "absent instead of %s", text);
  ck_assert_msg(slice.len == strlen(text) && memcmp(slice.p, text, slice.len) == 0, "%.*s instead of %s", (int)slice.len, slice.p, text);
}

static inline void assert_error(cxd_error **error, cxd_status status, const char *field, const char *part) {
  ck_assert_ptr_nonnull(*error);
  ck_assert_int_eq(cxd_error_status(*error), status);
  ck_assert_str_eq(cxd_error_field(*error), field);
  ck_assert_msg(strstr(cxd_error_message(*error), part) != NULL, "\"%s\" is not in \"%s\"", part, cxd_error_message(*error));
  cxd_error_free(*error);
  *error = NULL;
}

static inline uint64_t below(struct cxd__prng *prng, uint64_t limit) { return cxd__prng_next(prng) % limit; }

static inline void random_value(struct cxd__buf *out, struct cxd__prng *prng, int depth);

static inline void random_object(struct cxd__buf *out, struct cxd__prng *prng, int depth) {
  static const char *const names[] = {"a", "b/c", "~d", "\\u0065", "f\\n", "\xc3\xa9", "0", "", "id", "pacing"};
  uint64_t used = below(prng, 1024);
  size_t start = (size_t)below(prng, 10);
  int any = 0;
  cxd__buf_char(out, '{');
  for (size_t k = 0; k < 10; k++) {
    size_t i = (start + k) % 10;
    if (!(used >> i & 1))
      continue;
    cxd__buf_fmt(out, "%s%s\"%s\":%s", any++ ? "," : "", below(prng, 4) ? "" : " ", names[i], below(prng, 4) ? "" : "\n");
    random_value(out, prng, depth - 1);
  }
  cxd__buf_str(out, below(prng, 4) ? "}" : " }");
}

static inline void random_array(struct cxd__buf *out, struct cxd__prng *prng, int depth) {
  uint64_t count = below(prng, 4);
  cxd__buf_char(out, '[');
  for (uint64_t i = 0; i < count; i++) {
    cxd__buf_str(out, i ? ", " : "");
    random_value(out, prng, depth - 1);
  }
  cxd__buf_char(out, ']');
}

/* Few different values, so that equal ones are common. */
static inline void random_value(struct cxd__buf *out, struct cxd__prng *prng, int depth) {
  static const char *const scalars[] = {"0", "1", "-7", "0.5", "true", "false", "null", "\"\"", "\"x\"", "\"\\u0041\\ud83d\\ude00\""};
  uint64_t kind = below(prng, 10);
  if (depth > 0 && kind < 3)
    random_object(out, prng, depth);
  else if (depth > 0 && kind == 3)
    random_array(out, prng, depth);
  else
    cxd__buf_str(out, scalars[below(prng, 10)]);
}

#endif

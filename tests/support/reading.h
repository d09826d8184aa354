/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_READING_H
#define CXD_TESTS_READING_H

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "run.h"
#include "validate/hours_table.h"

/* Strict reading of one value in unit tests: a reader over a text, and what it says of its faults. */

static inline struct cxd__slice value_of(const char *json) {
  struct cxd__slice value = {0};
  cxd_error *error = NULL;
  cxd_status status = cxd__json_check(json, strlen(json), "test", &value, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", json, error ? error->message : "?");
  return value;
}

static inline struct cxd__reader reader_of(const char *json) { return (struct cxd__reader){.text = json}; }

static inline void ck_no_fault(struct cxd__reader *reader) {
  cxd_error *error = NULL;
  cxd_status status = cxd__read_verdict(reader, "test", &error);
  ck_assert_msg(status == CXD_OK, "%s\nsaid: %s", reader->text, error ? error->message : "?");
}

/* The verdict is CXD_E_CONFIG, and its message has this in it. */
static inline void ck_fault(struct cxd__reader *reader, const char *part) {
  cxd_error *error = NULL;
  cxd_status status = cxd__read_verdict(reader, "test", &error);
  ck_assert_msg(status == CXD_E_CONFIG, "%s: %d", reader->text, status);
  ck_assert_msg(strstr(error->message, part) != NULL, "%s\nsaid: %s\nexpected: %s", reader->text, error->message, part);
  cxd_error_free(error);
}

static inline void ck_text(const struct cxd__buf *buf, const char *expected) {
  ck_assert_int_eq(buf->failed, 0);
  ck_assert_str_eq(buf->data ? buf->data : "", expected);
}

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__JSON_VALUE_H
#define CXD__JSON_VALUE_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"

/*
 * JSON as text: a slice is the raw text of one value, without white space around it, inside a text that was checked
 * by cxd__json_check() before. p NULL = absent. Nothing here allocates unless it says so.
 */
struct cxd__slice {
  const char *p;
  size_t len;
};

enum cxd__json_kind {
  CXD__JSON_ABSENT,
  CXD__JSON_OBJECT,
  CXD__JSON_ARRAY,
  CXD__JSON_STRING,
  CXD__JSON_NUMBER,
  CXD__JSON_TRUE,
  CXD__JSON_FALSE,
  CXD__JSON_NULL
};

#define CXD__JSON_MAX_BYTES 1048576
#define CXD__JSON_MAX_DEPTH 32
#define CXD__JSON_RECORD_DEPTH 40 /* an audit record holds values of a campaign inside members of its own */

/*
 * The gate: strict RFC 8259 (UTF-8, no BOM, no duplicate members compared after unescaping, no lone surrogates, no raw
 * control bytes, no trailing text), depth and size. On success *out is the value without white space around it.
 * CXD_E_JSON with "line L, column C" (both from 1, columns in code points), CXD_E_TOO_LARGE.
 * `what` names the text in messages ("campaign", "reply", a file name).
 */
cxd_status cxd__json_check(const char *text, size_t len, const char *what, struct cxd__slice *out, cxd_error **error);

/* The same with another limit on depth than CXD__JSON_MAX_DEPTH. */
cxd_status cxd__json_check_deep(const char *text, size_t len, const char *what, int max_depth, struct cxd__slice *out, cxd_error **error);

/*
 * The same for the members of an object without its braces, beside others whose raw names (with quotes) are taken: 1, or 0 when they are
 * none or memory ran out; then cxd__json_check_deep() of the whole says why. The depth counts the object.
 */
int cxd__json_check_members(const char *text, size_t len, int max_depth, const struct cxd__slice *taken, size_t count);

/* Line and column (from 1) of a byte in a text, for messages about values of a checked text. */
void cxd__json_place(const char *text, size_t offset, size_t *line, size_t *column);

enum cxd__json_kind cxd__json_kind(struct cxd__slice value);
const char *cxd__json_kind_name(enum cxd__json_kind kind); /* "object", ..., "boolean" for both truth values */

struct cxd__json_iter {
  const char *at, *end;
  int object;
};

/* Walks an object or array. key: the raw string with its quotes, absent in arrays. next returns 0 at the end. */
void cxd__json_walk(struct cxd__json_iter *iter, struct cxd__slice container);
int cxd__json_next(struct cxd__json_iter *iter, struct cxd__slice *key, struct cxd__slice *value);

/* Typed reads: 1, or 0 when the value is of another type or does not fit. Numbers are read the same in every locale. */
int cxd__json_int(struct cxd__slice value, int64_t *out);   /* "1.0" and "1e2" are integers too when exact; no float detour */
int cxd__json_real(struct cxd__slice value, double *out);   /* finite only */
int cxd__json_bool(struct cxd__slice value, int32_t *out);

/* The decoded text, caller frees with cxd__free(); NULL: not a string, or no memory. *len may be NULL. */
char *cxd__json_string(struct cxd__slice value, size_t *len);

/* Whether a raw string (key or value) decodes to exactly this text. */
int cxd__json_string_is(struct cxd__slice raw, const char *text);

/*
 * Equal as JSON: members in any order, numbers by exact decimal value (1.0 = 1 = 10e-1), strings after decoding.
 * Two absent values are equal. Allocates for large objects in different orders; without memory it is only slower.
 */
int cxd__json_equal(struct cxd__slice a, struct cxd__slice b);

/* How many containers stand around the innermost value: 0 for a scalar, 1 for {} and [1]. */
int cxd__json_depth(struct cxd__slice value);

/* Appends the value without white space between its tokens, so that it fits on one line. */
void cxd__json_compact(struct cxd__slice value, struct cxd__buf *out);

#endif

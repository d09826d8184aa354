/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_AUDIT_CASE_H
#define CXD_TESTS_AUDIT_CASE_H

#include "audit.h"
#include "audit_verdict.h"
#include "run.h"

/* A log of its own for each test, what is done to it, and what the reader says then. */
static struct audit_log alog;
static struct audit_verdict verdict;

static inline void open_case(void) {
  make_dir();
  audit_log_open(&alog, log_path, NULL);
}

static inline void close_case(void) {
  audit_verdict_free(&verdict);
  audit_log_close(&alog);
  remove_dir();
}

/* Four updates in one segment: records 1 to 9. */
static inline void four_updates(void) {
  for (int op = 1; op <= 4; op++)
    audit_log_update(&alog, op);
}

static inline void read_with(const char *path, const struct cxd__audit_key *key, const char *expected) {
  const char *const list[] = {expected, NULL};
  audit_verdict_free(&verdict);
  verdict = audit_verdict_of(path, key, list);
}

#define ck_codes(wanted) \
  do { \
    ck_assert_int_eq(verdict.status, CXD_OK); \
    ck_assert_msg(strcmp(verdict.codes, wanted) == 0, "\"%s\" instead of \"%s\": %s", verdict.codes, wanted, verdict.message); \
  } while (0)

#define ck_log(wanted) \
  do { \
    audit_log_write(&alog); \
    read_with(log_path, NULL, NULL); \
    ck_codes(wanted); \
  } while (0)

#define ck_message(part) ck_assert_msg(strstr(verdict.message, part) != NULL, "%s", verdict.message)

/* Where line number n, from 1, starts; behind the last line: the end. */
static inline size_t line_at(int n) {
  size_t at = 0;
  while (--n > 0)
    at = (size_t)((char *)memchr(alog.text.data + at, '\n', alog.text.len - at) - alog.text.data) + 1;
  return at;
}

static inline void cut_out(size_t from, size_t to) {
  memmove(alog.text.data + from, alog.text.data + to, alog.text.len - to);
  alog.text.len -= to - from;
}

static inline void put_in(size_t at, const char *bytes, size_t len) {
  size_t behind = alog.text.len - at;
  char *rest = malloc(behind + 1);
  memcpy(rest, alog.text.data + at, behind);
  alog.text.len = at;
  cxd__buf_add(&alog.text, bytes, len);
  cxd__buf_add(&alog.text, rest, behind);
  free(rest);
}

/* The same number of bytes, elsewhere than in the seal. */
static inline void replace_in_line(int n, const char *from, const char *to) {
  char *at = memmem(alog.text.data + line_at(n), line_at(n + 1) - line_at(n), from, strlen(from));
  ck_assert_ptr_nonnull(at);
  ck_assert_uint_eq(strlen(from), strlen(to));
  memcpy(at, to, strlen(to));
}

static inline const char *checkpoint(const struct cxd__link *link, char out[96]) {
  int len = snprintf(out, 32, "%lld:", (long long)link->seq);
  cxd__hash_hex(link->h, out + len);
  out[len + CXD__HASH_HEX] = '\0';
  return out;
}

/* A checkpoint of the record that line n, from 1, has. */
static inline const char *checkpoint_of_line(int n, char out[96]) {
  struct cxd__line line;
  size_t at = line_at(n);
  ck_assert(cxd__line_read(alog.text.data + at, line_at(n + 1) - at - 1, &line));
  return checkpoint(&line.link, out);
}

/* A link, for sealing records that do not follow the last one. */
static inline struct cxd__link link_of_line(int n) {
  struct cxd__line line;
  size_t at = line_at(n);
  ck_assert(cxd__line_read(alog.text.data + at, line_at(n + 1) - at - 1, &line));
  return line.link;
}

#endif

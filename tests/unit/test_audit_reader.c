/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "audit/reader.h"

#include "audit.h"
#include "audit_verdict.h"
#include "run.h"

static struct audit_log alog;
static struct audit_verdict verdict;

static void open_case(void) {
  make_dir();
  audit_log_open(&alog, log_path, NULL);
}

static void close_case(void) {
  audit_verdict_free(&verdict);
  audit_log_close(&alog);
  remove_dir();
}

/* Four updates in one segment: records 1 to 9. */
static void four_updates(void) {
  for (int op = 1; op <= 4; op++)
    audit_log_update(&alog, op);
}

static void read_with(const char *path, const struct cxd__audit_key *key, const char *expected) {
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
static size_t line_at(int n) {
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
static void replace_in_line(int n, const char *from, const char *to) {
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

/* ------------------------------------------------------------------- good logs */

START_TEST(a_good_log_is_read_record_by_record_without_a_finding) {
  four_updates();
  ck_log("");
  ck_assert_uint_eq(verdict.given, 9);
  ck_assert_int_eq(verdict.state.records, 9);
  ck_assert_int_eq(verdict.state.segments, 1);
  ck_assert_int_eq(verdict.state.first_bad, 0);
  ck_assert_int_eq(verdict.state.last.seq, 9);
  ck_assert_mem_eq(verdict.state.last.h, alog.last.h, CXD__HASH_BYTES);
  for (int i = 0; i < 9; i++) {
    size_t at = line_at(i + 1), len = line_at(i + 2) - at - 1;
    ck_assert_uint_eq(strlen(verdict.records[i]), len);
    ck_assert_mem_eq(verdict.records[i], alog.text.data + at, len);
  }
}
END_TEST

START_TEST(segments_are_read_one_after_another) {
  four_updates();
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 5);
  audit_log_rotate(&alog, "day");
  audit_log_rotate(&alog, "day");
  audit_log_update(&alog, 6);
  ck_log("");
  ck_assert_int_eq(verdict.state.segments, 4);
  ck_assert_int_eq(verdict.state.records, alog.last.seq);
  ck_assert_uint_eq(verdict.given, (size_t)alog.last.seq);
}
END_TEST

START_TEST(a_keyed_log_is_verified_with_its_key) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, AUDIT_LOG_KEY);
  four_updates();
  audit_log_rotate(&alog, "size");
  audit_log_update(&alog, 5);
  audit_log_write(&alog);
  read_with(log_path, &alog.key, NULL);
  ck_codes("");
  ck_assert_int_eq(verdict.state.records, alog.last.seq);
}
END_TEST

START_TEST(open_intents_are_noted_with_their_numbers) {
  audit_log_update(&alog, 1);
  audit_log_intent(&alog, 2);
  audit_log_update(&alog, 3);
  audit_log_intent(&alog, 4);
  ck_log("N:open");
  ck_message("2 intents without outcome: 4, 7;");
  audit_log_outcome(&alog, 2);
  audit_log_outcome(&alog, 4);
  ck_log("");
}
END_TEST

/* ---------------------------------------------------------------------- damage */

START_TEST(a_changed_value_is_a_hash_that_does_not_fit) {
  four_updates();
  replace_in_line(4, "0.85", "0.86");
  ck_log("E:hash");
  ck_message("'audit.log', line 4 (byte ");
  ck_message("record 4 does not fit its hash");
  ck_assert_int_eq(verdict.state.first_bad, 4);
  ck_assert_uint_eq(verdict.given, 8);
  ck_assert_int_eq(verdict.state.records, 8);
  ck_assert_uint_eq(verdict.alarms, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_reader");
  TCase *good = suite_case(suite, "good", open_case, close_case);
  tcase_add_test(good, a_good_log_is_read_record_by_record_without_a_finding);
  tcase_add_test(good, segments_are_read_one_after_another);
  tcase_add_test(good, a_keyed_log_is_verified_with_its_key);
  tcase_add_test(good, open_intents_are_noted_with_their_numbers);
  TCase *damage = suite_case(suite, "damage", open_case, close_case);
  tcase_add_test(damage, a_changed_value_is_a_hash_that_does_not_fit);
  return run_suite(suite);
}

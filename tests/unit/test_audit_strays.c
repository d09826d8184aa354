/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "audit/reader.h"

#include "audit_case.h"

/* Segments that stand beside a log, and that none of its own names. */

static char beside[320];

static void put_beside(const char *name, const char *text, size_t len) {
  audit_log_beside(&alog, name, beside);
  write_file(beside, text, len);
}

/* A log of three segments, 1 to 4, 5 to 8, and 9 and 10. */
static void three_segments(void) {
  for (int op = 1; op <= 2; op++) {
    audit_log_update(&alog, op);
    audit_log_rotate(&alog, "size");
  }
  audit_log_addf(&alog, "\"k\":\"clock\",\"step_ms\":1");
  audit_log_write(&alog);
}

static void begin_anew(void) {
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, NULL);
  audit_log_update(&alog, 7);
  audit_log_write(&alog);
}

static void ck_read(const char *path, const char *expected, const char *wanted) {
  read_with(path, NULL, expected);
  ck_codes(wanted);
}

START_TEST(a_log_that_was_begun_anew_does_not_pass) {
  three_segments();
  ck_read(log_path, NULL, "");
  ck_assert_int_eq(unlink(log_path), 0);
  begin_anew();
  ck_read(log_path, NULL, "E:segment E:segment");
  ck_message("'audit.log.000000000001': a segment of this log that no later one names");
  ck_assert_int_eq(verdict.state.records, 3);
  ck_assert_int_eq(verdict.state.first_bad, 4);
  ck_read(log_dir, NULL, "E:segment E:segment");
}
END_TEST

START_TEST(a_segment_of_any_number_key_and_hash_is_told) {
  static const char *const names[] = {"audit.log.000000000000", "audit.log.000000000001", "audit.log.000000000001.1", "audit.log.999999999999.12"};
  audit_log_update(&alog, 1);
  audit_log_write(&alog);
  audit_log_close(&alog);
  audit_log_open(&alog, log_path, AUDIT_LOG_KEY);
  replace_in_line(1, "\"bt\":1", "\"bt\":2");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    put_beside(names[i], alog.text.data, alog.text.len);
    ck_read(log_path, NULL, "E:segment");
    ck_assert_int_eq(unlink(beside), 0);
  }
  ck_read(log_path, NULL, "");
}
END_TEST

START_TEST(the_files_of_others_are_no_segments) {
  static const char *const names[] = {"audit.log.00000000001", "audit.log.0000000000001", "audit.log.000000000001.0", "audit.log.000000000001.x", "other.000000000001", "audit.lo.000000000001"};
  audit_log_update(&alog, 1);
  audit_log_write(&alog);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    put_beside(names[i], alog.text.data, alog.text.len);
  put_beside("audit.log.000000000001", "", 0);
  put_beside("audit.log.000000000002", "no record\n", 10);
  put_beside("audit.log.000000000003", alog.text.data, line_at(2) - 1);
  put_beside("audit.log.000000000004", alog.text.data + line_at(2), line_at(3) - line_at(2));
  audit_log_beside(&alog, "audit.log.000000000005", beside);
  ck_assert_int_eq(symlink(log_path, beside), 0);
  audit_log_beside(&alog, "audit.log.000000000006", beside);
  ck_assert_int_eq(mkdir(beside, 0700), 0);
  ck_read(log_path, NULL, "");
  ck_assert_int_eq(rmdir(beside), 0);
}
END_TEST

START_TEST(a_second_name_of_what_is_read_is_none) {
  audit_log_update(&alog, 1);
  audit_log_write(&alog);
  audit_log_beside(&alog, "audit.log.000000000001", beside);
  ck_assert_int_eq(link(log_path, beside), 0);
  ck_read(log_path, NULL, "");
  put_beside("audit.log.000000000001.1", alog.text.data, alog.text.len);
  ck_read(log_path, NULL, "E:segment");
  ck_message("'audit.log.000000000001.1'");
}
END_TEST

START_TEST(what_stands_before_an_anchor_is_not_looked_at) {
  char last[96];
  three_segments();
  audit_log_beside(&alog, "audit.log.000000000005", beside);
  struct cxd__buf second = read_file(beside);
  ck_assert_int_eq(unlink(beside), 0);
  struct cxd__link link = {.seq = 8};
  ck_assert(cxd__hash_read(second.data + second.len - 3 - CXD__HASH_HEX, link.h));
  ck_read(log_path, checkpoint(&link, last), "");
  put_beside("audit.log.000000000010", second.data, second.len);
  ck_read(log_path, last, "E:segment");
  cxd__buf_free(&second);
}
END_TEST

START_TEST(of_a_segment_itself_only_those_before_it_count) {
  char third[320];
  three_segments();
  put_beside("audit.log.000000000005.1", alog.text.data, alog.text.len);
  audit_log_beside(&alog, "audit.log.000000000005", third);
  ck_read(third, NULL, "");
  put_beside("audit.log.000000000004", alog.text.data, alog.text.len);
  ck_read(third, NULL, "E:segment");
  ck_read(log_path, NULL, "E:segment E:segment");
}
END_TEST

START_TEST(many_of_them_are_counted) {
  char name[64];
  audit_log_update(&alog, 1);
  audit_log_write(&alog);
  for (int i = 0; i < CXD__READER_FINDINGS + 3; i++) {
    (void)snprintf(name, sizeof name, "audit.log.%012d", i);
    put_beside(name, alog.text.data, alog.text.len);
  }
  read_with(log_path, NULL, NULL);
  ck_assert_ptr_nonnull(strstr(verdict.codes, "E:more"));
  ck_assert_int_eq(verdict.state.records, 3);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_strays");
  TCase *tc = suite_case(suite, "audit_strays", open_case, close_case);
  tcase_add_test(tc, a_log_that_was_begun_anew_does_not_pass);
  tcase_add_test(tc, a_segment_of_any_number_key_and_hash_is_told);
  tcase_add_test(tc, the_files_of_others_are_no_segments);
  tcase_add_test(tc, a_second_name_of_what_is_read_is_none);
  tcase_add_test(tc, what_stands_before_an_anchor_is_not_looked_at);
  tcase_add_test(tc, of_a_segment_itself_only_those_before_it_count);
  tcase_add_test(tc, many_of_them_are_counted);
  return run_suite(suite);
}

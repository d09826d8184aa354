/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fdatasync and the like */
#include "audit_calls.h"
#include "base/mem.h"
#include "run.h"
#include "segments.h"

static const struct cxd__audit_options plain = {.path = log_path, .sync = 1};

static int checkpoints(void) {
  struct cxd__buf text = read_file(log_path);
  int count = times(text.data, KIND("checkpoint"));
  cxd__buf_free(&text);
  return count;
}

START_TEST(a_checkpoint_comes_every_256_records_with_counts_and_open_intents) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "open");
  (void)append_as(audit, "intent", "closed");
  (void)append_as(audit, "outcome", "closed");
  for (int i = 3; i < 255; i++)
    (void)append_as(audit, "attempt", "open");
  ck_assert_int_eq(checkpoints(), 0);
  (void)append_as(audit, "intent", "last"); /* also behind an intent */
  ck_assert_int_eq(checkpoints(), 1);
  for (int i = 0; i < 255; i++)
    (void)append_as(audit, "attempt", "open");
  ck_assert_int_eq(checkpoints(), 1);
  (void)append_as(audit, "outcome", "last");
  ck_assert_int_eq(checkpoints(), 2);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  struct cxd__slice first = nth(&whole.text, KIND("checkpoint"), 0), second = nth(&whole.text, KIND("checkpoint"), 1);
  ck_assert_int_eq(member_int(first, "seq"), 258);
  ck_assert_int_eq(member_int(first, "intents"), 3);
  ck_assert_int_eq(member_int(first, "outcomes"), 1);
  ck_open_list(first, "[{\"seq\":2,\"op\":\"open\"},{\"seq\":257,\"op\":\"last\"}]");
  ck_assert_int_eq(member_int(second, "seq"), 258 + 257);
  ck_assert_int_eq(member_int(second, "outcomes"), 2);
  ck_open_list(second, "[{\"seq\":2,\"op\":\"open\"}]");
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(counts_go_on_after_reopening_at_a_checkpoint) {
  char op[32];
  for (int i = 0; i < 3; i++) {
    struct cxd__audit *audit = open_log();
    for (int n = 0; n < 100; n++) {
      (void)snprintf(op, sizeof op, "%d-%d", i, n);
      (void)append_as(audit, "intent", op);
      (void)append_as(audit, "outcome", op);
    }
    cxd__audit_close(audit);
  }
  struct whole whole = read_whole();
  struct cxd__slice second = nth(&whole.text, KIND("checkpoint"), 1);
  ck_assert_int_eq(member_int(second, "intents") + member_int(second, "outcomes"), 512);
  ck_assert_int_eq(checkpoints(), 2);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_minute_after_the_last_one_there_is_a_checkpoint_but_not_behind_an_intent) {
  struct cxd__audit *audit = open_log();
  boot_ahead_us = wall_ahead_us = 59000000;
  (void)append_as(audit, "outcome", "a");
  ck_assert_int_eq(checkpoints(), 0);
  boot_ahead_us = wall_ahead_us = 60100000;
  (void)append_as(audit, "intent", "a");
  ck_assert_int_eq(checkpoints(), 0);
  (void)append_as(audit, "attempt", "a");
  ck_assert_int_eq(checkpoints(), 1);
  (void)append_as(audit, "outcome", "a");
  ck_assert_int_eq(checkpoints(), 1);
  boot_ahead_us = wall_ahead_us = 130000000;
  (void)append_as(audit, "outcome", "a");
  ck_assert_int_eq(checkpoints(), 2);
  boot_ahead_us = wall_ahead_us = 0; /* as after another boot */
  (void)append_as(audit, "outcome", "a");
  ck_assert_int_eq(checkpoints(), 3);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_checkpoint_that_does_not_fit_is_left_out_and_harms_nothing) {
  struct cxd__audit *audit = open_log();
  char op[20];
  for (int i = 0; i < 4000; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    (void)append_as(audit, "intent", op);
  }
  int before = checkpoints();
  ck_assert_int_lt(before, 4000 / 256);
  ck_assert_int_gt(before, 0);
  cxd__audit_close(audit);
  audit = open_log();
  for (int i = 0; i < 3900; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    (void)append_as(audit, "outcome", op);
  }
  cxd__audit_close(audit);
  ck_assert_int_gt(checkpoints(), before);
  struct whole whole = read_whole();
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_checkpoint_is_taken_once_and_only_when_it_is_durable) {
  struct cxd__audit *audit = open_log(), *other = open_log();
  char h[65] = "", expected[70];
  int64_t seq = 0;
  for (int i = 0; i < 256; i++)
    (void)append_as(audit, "attempt", "a");
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(cxd__audit_take_checkpoint(other, &seq, h), 0);
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 1);
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  struct whole whole = read_whole();
  struct cxd__slice record = nth(&whole.text, KIND("checkpoint"), 0);
  ck_assert_int_eq(member_int(record, "seq"), seq);
  (void)snprintf(expected, sizeof expected, "\"%s\"", h);
  ck_assert_uint_eq(strlen(h), 64);
  ck_assert_mem_eq(member(record, "h").p, expected, 66);
  cxd__buf_free(&whole.text);
  for (int i = 0; i < 600; i++)
    (void)append_as(audit, "attempt", "a");
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 1);
  ck_assert_int_eq(seq, 2 * 257 + 257 + 1); /* the newest only */
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  cxd__audit_close(audit);
  cxd__audit_close(other);
}
END_TEST

START_TEST(a_checkpoint_in_a_segment_that_another_process_finished_is_durable) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 1000};
  struct cxd__audit *audit = open_log(), *other;
  char h[65];
  int64_t seq = 0;
  for (int i = 0; i < 256; i++)
    (void)append_as(audit, "attempt", "a");
  other = open_with(&small);
  (void)append_as(other, "attempt", "a");
  ck_assert(is_there("audit.log.000000000001"));
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  (void)append_as(audit, "attempt", "a");
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 1);
  ck_assert_int_eq(seq, 258);
  cxd__audit_close(audit);
  cxd__audit_close(other);
}
END_TEST

START_TEST(the_first_record_of_a_segment_after_a_rotation_is_as_good_as_a_checkpoint) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 1000};
  struct cxd__audit *audit = open_with(&small);
  char h[65], expected[70];
  int64_t seq = 0;
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0); /* the first segment has none before */
  while (!is_there("audit.log.000000000001"))
    (void)append_as(audit, "attempt", "a");
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 1);
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  cxd__audit_close(audit);
  struct cxd__buf text = read_file(log_path);
  struct cxd__slice genesis = nth(&text, KIND("genesis"), 0);
  ck_assert_int_eq(member_int(genesis, "seq"), seq);
  (void)snprintf(expected, sizeof expected, "\"%s\"", h);
  ck_assert_mem_eq(member(genesis, "h").p, expected, 66);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_checkpoint_that_cannot_be_written_does_not_fail_its_record) {
  struct cxd__audit *audit = open_log();
  for (int i = 0; i < 255; i++)
    (void)append_as(audit, "attempt", "a");
  fail_write = ENOSPC;
  writes_before_failure = 1;
  (void)append_as(audit, "attempt", "a");
  fail_write = 0;
  ck_assert_int_eq(checkpoints(), 0);
  (void)append_as(audit, "attempt", "a");
  ck_assert_int_eq(checkpoints(), 1);
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(opening_reads_from_the_last_checkpoint_on) {
  struct cxd__audit *audit = open_log();
  for (int i = 0; i < 300; i++)
    (void)append_as(audit, "attempt", "a");
  cxd__audit_close(audit);
  struct cxd__buf text = read_file(log_path);
  struct cxd__slice checkpoint = nth(&text, KIND("checkpoint"), 0);
  text.data[strcspn(text.data, "\n") + 100] ^= 1; /* far before it: not looked at */
  write_file(log_path, text.data, text.len);
  audit = open_log();
  ck_alarm(audit, NULL);
  cxd__audit_close(audit);
  text.data[checkpoint.p - text.data + 100] ^= 1; /* itself */
  write_file(log_path, text.data, text.len);
  audit = open_log();
  ck_alarm(audit, "tampered");
  cxd__audit_close(audit);
  cxd__buf_free(&text);
}
END_TEST

START_TEST(a_step_of_the_wall_clock_is_noted_before_the_next_record) {
  static const int64_t steps[] = {0, 1900000, -200000, 86400000000, -3000000};
  static const int64_t noted[] = {0, 0, 0, 86400000, -3000};
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "outcome", "first"); /* nothing to compare it with */
  int count = 0;
  for (size_t i = 0; i < 5; i++) {
    wall_ahead_us += steps[i];
    (void)append_as(audit, "outcome", "a");
    count += noted[i] != 0;
    struct cxd__buf text = read_file(log_path);
    ck_assert_int_eq(times(text.data, KIND("clock")), count);
    if (noted[i])
      ck_assert_int_le((int)llabs(member_int(nth(&text, KIND("clock"), count - 1), "step_ms") - noted[i]), 500);
    cxd__buf_free(&text);
  }
  wall_ahead_us += 100000000;
  boot_ahead_us += 100000000; /* time that just passed, asleep or not */
  (void)append_as(audit, "outcome", "a");
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(times(whole.text.data, KIND("clock")), 2);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_warm_log_appends_without_asking_for_memory) {
  static const char intent[] = "\"k\":\"intent\",\"op\":\"0189-a\",\"campaign\":\"c-1\"", outcome[] = "\"k\":\"outcome\",\"op\":\"0189-a\"";
  struct cxd__audit *audit = open_with(&plain);
  for (int i = 0; i < 4; i++) {
    cxd__mem_fail_at(0);
    ck_ok(cxd__audit_append(audit, intent, strlen(intent), NULL, NULL, NULL));
    ck_ok(cxd__audit_sync(audit, NULL));
    ck_ok(cxd__audit_append(audit, outcome, strlen(outcome), NULL, NULL, NULL));
    ck_ok(cxd__audit_sync(audit, NULL));
  }
  ck_assert_uint_eq(cxd__mem_count(), 0);
  cxd__audit_close(audit);
}
END_TEST

static void reset(void) {
  make_dir();
  wall_ahead_us = boot_ahead_us = 0;
}

int main(void) {
  Suite *suite = suite_create("audit_checkpoint");
  TCase *tc = tcase_create("audit_checkpoint");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, reset, remove_dir);
  tcase_add_test(tc, a_checkpoint_comes_every_256_records_with_counts_and_open_intents);
  tcase_add_test(tc, counts_go_on_after_reopening_at_a_checkpoint);
  tcase_add_test(tc, a_minute_after_the_last_one_there_is_a_checkpoint_but_not_behind_an_intent);
  tcase_add_test(tc, a_checkpoint_that_does_not_fit_is_left_out_and_harms_nothing);
  tcase_add_test(tc, a_checkpoint_is_taken_once_and_only_when_it_is_durable);
  tcase_add_test(tc, a_checkpoint_in_a_segment_that_another_process_finished_is_durable);
  tcase_add_test(tc, a_checkpoint_that_cannot_be_written_does_not_fail_its_record);
  tcase_add_test(tc, opening_reads_from_the_last_checkpoint_on);
  tcase_add_test(tc, a_step_of_the_wall_clock_is_noted_before_the_next_record);
  tcase_add_test(tc, a_warm_log_appends_without_asking_for_memory);
  tcase_add_test(tc, the_first_record_of_a_segment_after_a_rotation_is_as_good_as_a_checkpoint);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

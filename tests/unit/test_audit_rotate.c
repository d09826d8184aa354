/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fdatasync and the like */
#include <sys/wait.h>

#include "audit_calls.h"
#include "run.h"
#include "segments.h"

static const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 2000};

static void reset_calls(void) {
  make_dir();
  log_key = NULL;
}

static void add_outcomes(struct cxd__audit *audit, int count) {
  for (int i = 0; i < count; i++)
    (void)append_as(audit, "outcome", "x");
}

static void close_synced(struct cxd__audit *audit) {
  ck_ok(cxd__audit_sync(audit, NULL));
  cxd__audit_close(audit);
}

START_TEST(a_log_of_its_size_goes_on_in_a_new_segment) {
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "open");
  add_outcomes(audit, 30);
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 4);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 30);
  ck_assert_int_eq(times(whole.text.data, KIND("rotate")), whole.segments - 1);
  struct cxd__slice genesis = nth(&whole.text, KIND("genesis"), 1), rotate = nth(&whole.text, KIND("rotate"), 0);
  ck_assert(cxd__field_is(member(genesis, "why"), "size"));
  ck_assert(cxd__field_is(member(genesis, "prev_name"), "audit.log.000000000001"));
  ck_assert(cxd__field_is(member(rotate, "as"), "audit.log.000000000001"));
  ck_assert(cxd__field_is(member(rotate, "why"), "size"));
  ck_assert_int_eq(member_int(rotate, "next"), member_int(genesis, "seq"));
  ck_open_list(genesis, "[{\"seq\":2,\"op\":\"open\"}]");
  ck_assert(is_there("audit.log.000000000001"));
  ck_assert(!is_there("audit.log.new"));
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_segment_is_about_as_large_as_was_asked_for) {
  struct cxd__audit *audit = open_with(&small);
  char path[300];
  struct stat st;
  add_outcomes(audit, 30);
  cxd__audit_close(audit);
  beside("audit.log.000000000001", path);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_int_ge(st.st_size, 2000);
  ck_assert_int_le(st.st_size, 2000 + 2 * 600); /* the record that went over, and the last */
  ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
  ck_assert_int_eq(stat(log_path, &st), 0);
  ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
}
END_TEST

START_TEST(a_size_below_one_record_makes_segments_of_one_record) {
  struct cxd__audit_options options = small;
  options.max_bytes = 1;
  struct cxd__audit *audit = open_with(&options);
  add_outcomes(audit, 5);
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 5);
  ck_assert_int_eq(whole.last.seq, 5 * 3 - 1);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_finished_segment_gives_its_spare_blocks_back) {
  struct cxd__audit *audit = open_with(&small);
  struct stat st;
  char path[300];
  ck_ok(cxd__audit_reserve(audit, NULL));
  ck_assert_int_eq(stat(log_path, &st), 0);
  ck_assert_int_ge(st.st_blocks * 512, 65536);
  add_outcomes(audit, 10);
  cxd__audit_close(audit);
  beside("audit.log.000000000001", path);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_int_lt(st.st_blocks * 512, 65536);
}
END_TEST

#define DAY_US (86400 * INT64_C(1000000))

START_TEST(a_new_utc_day_begins_a_new_segment_and_an_earlier_one_does_not) {
  const struct cxd__audit_options daily = {.path = log_path, .sync = 1, .rotate_daily = 1};
  boot_ahead_us = DAY_US;
  struct cxd__audit *audit = open_with(&daily);
  add_outcomes(audit, 2);
  wall_ahead_us = DAY_US;
  boot_ahead_us = 2 * DAY_US;
  add_outcomes(audit, 2);
  wall_ahead_us = -DAY_US;
  boot_ahead_us = 0;
  add_outcomes(audit, 2);
  wall_ahead_us = boot_ahead_us = 0;
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 2);
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("genesis"), 1), "why"), "day"));
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("rotate"), 0), "why"), "day"));
  cxd__buf_free(&whole.text);
}
END_TEST

static struct cxd__audit_key make_key(const char *text) {
  char path[300];
  struct cxd__audit_key key = {.kid = ""};
  beside("key", path);
  write_file(path, text, strlen(text));
  ck_ok(cxd__audit_key_load(path, &key, NULL));
  return key;
}

START_TEST(an_unkeyed_log_that_gets_a_key_is_keyed_from_a_new_segment_on) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "a");
  cxd__audit_close(audit);
  struct cxd__audit_key key = make_key("0123456789abcdef");
  const struct cxd__audit_options keyed = {.path = log_path, .sync = 1, .key = &key, .max_bytes = 2000};
  audit = open_with(&keyed);
  (void)append_as(audit, "outcome", "a");
  add_outcomes(audit, 10);
  close_synced(audit);
  log_key = &key;
  struct whole whole = read_whole();
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("genesis"), 1), "why"), "key"));
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("genesis"), 1), "kid"), key.kid));
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("genesis"), 2), "why"), "size"));
  ck_assert_ptr_null(member(nth(&whole.text, KIND("rotate"), 0), "kid").p);
  ck_assert_int_eq(times(whole.text.data, key.kid), (int)whole.last.seq - 3);
  cxd__buf_free(&whole.text);
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(a_keyed_log_is_refused_without_its_key_and_not_touched) {
  struct cxd__audit_key key = make_key("0123456789abcdef"), other = make_key("another key, that is");
  const struct cxd__audit_options keyed = {.path = log_path, .sync = 1, .key = &key}, wrong = {.path = log_path, .sync = 1, .key = &other};
  struct cxd__audit *audit = open_with(&keyed), *second = NULL;
  (void)append_as(audit, "intent", "a");
  struct cxd__buf before = read_file(log_path);
  ck_fails(try_open(log_path, &second, &error), CXD_E_AUDIT, "is keyed");
  ck_fails(cxd__audit_open_file(&wrong, &second, &error), CXD_E_AUDIT, key.kid);
  struct cxd__buf after = read_file(log_path);
  ck_assert_uint_eq(after.len, before.len);
  ck_assert_mem_eq(after.data, before.data, before.len);
  (void)append_as(audit, "outcome", "a");
  close_synced(audit);
  audit = open_with(&keyed);
  cxd__audit_close(audit);
  log_key = &key;
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.segments, 1);
  ck_assert_int_eq(times(whole.text.data, key.kid), 3);
  cxd__buf_free(&before);
  cxd__buf_free(&after);
  cxd__buf_free(&whole.text);
  cxd__audit_key_clear(&key);
  cxd__audit_key_clear(&other);
}
END_TEST

START_TEST(a_log_without_key_is_refused_once_another_process_has_keyed_it) {
  struct cxd__audit_key key = make_key("0123456789abcdef");
  const struct cxd__audit_options keyed = {.path = log_path, .sync = 1, .key = &key};
  struct cxd__audit *plain = open_log(), *other;
  (void)append_as(plain, "outcome", "a");
  other = open_with(&keyed);
  ck_fails(append_text(plain, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "another key");
  cxd__audit_close(plain);
  (void)append_as(other, "outcome", "a");
  close_synced(other);
  log_key = &key;
  struct whole whole = read_whole();
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 2);
  cxd__buf_free(&whole.text);
  cxd__audit_key_clear(&key);
}
END_TEST

START_TEST(a_second_name_that_is_taken_gets_a_number) {
  char path[300];
  beside("audit.log.000000000001", path);
  write_file(path, "somebody's", 10);
  struct cxd__audit *audit = open_with(&small);
  add_outcomes(audit, 10);
  close_synced(audit);
  struct cxd__buf text = read_file(path);
  ck_assert_str_eq(text.data, "somebody's");
  struct whole whole = read_whole();
  ck_assert(cxd__field_is(member(nth(&whole.text, KIND("genesis"), 1), "prev_name"), "audit.log.000000000001.1"));
  cxd__buf_free(&text);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(others_follow_to_the_new_segment) {
  struct cxd__audit *a = open_with(&small), *b = open_with(&small);
  for (int i = 0; i < 20; i++) {
    (void)append_as(a, "intent", "open");
    if (i % 7 == 0)
      add_outcomes(b, 1);
    add_outcomes(a, 1);
  }
  ck_ok(cxd__audit_reserve(b, NULL));
  add_outcomes(b, 1);
  ck_ok(cxd__audit_sync(a, NULL));
  ck_ok(cxd__audit_sync(b, NULL));
  ck_alarm(a, NULL);
  ck_alarm(b, NULL);
  cxd__audit_close(a);
  cxd__audit_close(b);
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 5);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 20 + 3 + 1);
  cxd__buf_free(&whole.text);
}
END_TEST

/* Whoever made the new segment may have died before its name was durable. */
START_TEST(nobody_writes_into_a_segment_whose_name_is_not_durable) {
  struct cxd__audit *a = open_with(&small), *b = open_with(&small), *c = NULL;
  while (!is_there("audit.log.000000000001"))
    add_outcomes(a, 1);
  struct cxd__buf before = read_file(log_path);
  fail_sync = EIO;
  ck_fails(append_text(b, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "directory cannot be made durable");
  ck_fails(cxd__audit_open_file(&small, &c, &error), CXD_E_AUDIT, "directory cannot be made durable");
  fail_sync = 0;
  struct cxd__buf after = read_file(log_path);
  ck_assert_uint_eq(after.len, before.len);
  add_outcomes(b, 1);
  cxd__audit_close(a);
  cxd__audit_close(b);
  cxd__buf_free(&before);
  cxd__buf_free(&after);
}
END_TEST

START_TEST(a_log_that_slept_goes_on_though_old_segments_were_put_away) {
  struct cxd__audit *a = open_with(&small), *b = open_with(&small);
  char path[300];
  add_outcomes(a, 40);
  for (int seq = 1; seq < 30; seq++) {
    char name[40];
    (void)snprintf(name, sizeof name, "audit.log.%012d", seq);
    beside(name, path);
    (void)unlink(path);
  }
  int64_t seq = append_as(b, "outcome", "x");
  ck_assert_int_gt(seq, 40);
  ck_alarm(b, NULL);
  cxd__audit_close(a);
  cxd__audit_close(b);
}
END_TEST

static int one_of_eight(int number) {
  struct cxd__audit *audit;
  char op[20], body[100];
  const struct cxd__audit_options options = {.path = log_path, .max_bytes = 6000};
  NEED(cxd__audit_open_file(&options, &audit, NULL) == CXD_OK);
  for (int i = 0; i < 100; i++) {
    (void)snprintf(op, sizeof op, "%d-%d", number, i);
    for (int outcome = 0; outcome < 2; outcome++) {
      (void)snprintf(body, sizeof body, "\"k\":\"%s\",\"op\":\"%s\"", outcome ? "outcome" : "intent", op);
      NEED(append_text(audit, body, NULL) == CXD_OK);
    }
  }
  const char *code;
  NEED(cxd__audit_alarm(audit, &code) == NULL);
  cxd__audit_close(audit);
  return 0;
}

START_TEST(eight_processes_make_one_linear_chain_over_many_segments) {
  pid_t children[8];
  for (int i = 0; i < 8; i++) {
    children[i] = fork();
    if (children[i] == 0)
      _exit(one_of_eight(i));
  }
  for (int i = 0; i < 8; i++) {
    int status;
    ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
    ck_assert_int_eq(status, 0);
  }
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 50);
  ck_assert_int_eq(whole.broken + whole.synced, 0);
  ck_assert_int_eq(times(whole.text.data, KIND("intent")), 800);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 800);
  ck_assert_int_eq(whole.last.seq, 1600 + 2 * whole.segments - 1 + times(whole.text.data, KIND("checkpoint")));
  cxd__buf_free(&whole.text);
  struct cxd__audit *audit = open_log();
  char *line;
  ck_ok(cxd__audit_dangling(audit, NULL, 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(too_many_open_intents_keep_a_log_in_its_segment) {
  struct cxd__audit_options options = small;
  char op[20];
  options.max_bytes = 0;
  struct cxd__audit *audit = open_with(&options);
  for (int i = 0; i < 3200; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    (void)append_as(audit, "intent", op);
  }
  cxd__audit_close(audit);
  audit = open_with(&small);
  (void)append_as(audit, "intent", "one more");
  ck_assert(!is_there("audit.log.000000000001"));
  for (int i = 0; i < 3200; i++) {
    (void)snprintf(op, sizeof op, "%d", i);
    (void)append_as(audit, "outcome", op);
    if (i == 3000)
      wall_ahead_us = boot_ahead_us = 61000000;
  }
  wall_ahead_us = boot_ahead_us = 0;
  close_synced(audit);
  struct whole whole = read_whole();
  ck_assert_int_gt(whole.segments, 1);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 3200);
  cxd__buf_free(&whole.text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_rotate");
  TCase *tc = tcase_create("audit_rotate");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, reset_calls, remove_dir);
  tcase_add_test(tc, a_log_of_its_size_goes_on_in_a_new_segment);
  tcase_add_test(tc, a_segment_is_about_as_large_as_was_asked_for);
  tcase_add_test(tc, a_size_below_one_record_makes_segments_of_one_record);
  tcase_add_test(tc, a_finished_segment_gives_its_spare_blocks_back);
  tcase_add_test(tc, a_new_utc_day_begins_a_new_segment_and_an_earlier_one_does_not);
  tcase_add_test(tc, an_unkeyed_log_that_gets_a_key_is_keyed_from_a_new_segment_on);
  tcase_add_test(tc, a_keyed_log_is_refused_without_its_key_and_not_touched);
  tcase_add_test(tc, a_log_without_key_is_refused_once_another_process_has_keyed_it);
  tcase_add_test(tc, a_second_name_that_is_taken_gets_a_number);
  tcase_add_test(tc, others_follow_to_the_new_segment);
  tcase_add_test(tc, nobody_writes_into_a_segment_whose_name_is_not_durable);
  tcase_add_test(tc, a_log_that_slept_goes_on_though_old_segments_were_put_away);
  tcase_add_test(tc, eight_processes_make_one_linear_chain_over_many_segments);
  tcase_add_test(tc, too_many_open_intents_keep_a_log_in_its_segment);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fdatasync and the like */
#include "audit_calls.h"
#include "run.h"
#include "segments.h"

static void reset(void) {
  make_dir();
  fail_datasync = fail_sync = fail_rename = fail_link = fail_write = 0;
}

static char *append_sealed(struct cxd__audit *audit, const char *kind, const char *op, int64_t *seq) {
  struct cxd__buf sealed = {0};
  char body[100];
  (void)snprintf(body, sizeof body, "\"k\":\"%s\",\"op\":\"%s\"", kind, op);
  ck_ok(cxd__audit_append(audit, body, strlen(body), &sealed, seq, NULL));
  return cxd__buf_take(&sealed);
}

START_TEST(records_that_cannot_be_made_durable_are_written_again_in_a_new_segment) {
  struct cxd__audit *audit = open_log();
  int64_t first, seq, second_seq;
  (void)append_as(audit, "intent", "durable");
  ck_ok(cxd__audit_sync(audit, NULL));
  char *one = append_sealed(audit, "intent", "a", &first), *two = append_sealed(audit, "outcome", "durable", &second_seq);
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(audit, NULL));
  fail_datasync = 0;
  seq = first;
  ck_assert_int_eq(first, 3);
  cxd__audit_settle(audit, &one, &seq);
  cxd__audit_settle(audit, &two, &second_seq);
  ck_assert_int_eq(seq, 5); /* behind 2: genesis 3, recover 4 */
  ck_assert_int_eq(second_seq, 6);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.synced, 1);
  ck_assert_int_eq(whole.last.seq, 6);
  ck_assert_ptr_nonnull(strstr(whole.text.data, one));
  ck_assert_ptr_nonnull(strstr(whole.text.data, two));
  struct cxd__slice genesis = nth(&whole.text, KIND("genesis"), 1), recover = nth(&whole.text, KIND("recover"), 0);
  ck_assert(cxd__field_is(member(genesis, "why"), "sync"));
  ck_assert_int_eq(member_int(genesis, "prev_seq"), 2);
  ck_assert_int_eq(cxd__json_kind(member(genesis, "prev_sha256")), CXD__JSON_NULL);
  ck_open_list(genesis, "[{\"seq\":2,\"op\":\"durable\"}]"); /* as it was at the last durable record */
  ck_assert_int_eq(member_int(recover, "records"), 2);
  ck_alarm(audit, NULL);
  int64_t same = seq;
  cxd__audit_settle(audit, &one, &same);
  ck_assert_int_eq(same, seq);
  (void)append_as(audit, "outcome", "a");
  ck_ok(cxd__audit_sync(audit, NULL));
  cxd__audit_close(audit);
  cxd__buf_free(&whole.text);
  cxd__free(one);
  cxd__free(two);
}
END_TEST

START_TEST(the_old_descriptor_is_never_synced_again) {
  struct cxd__audit *audit = open_log();
  (void)append_as(audit, "intent", "a");
  fail_datasync = EIO;
  int before = datasyncs;
  ck_ok(cxd__audit_sync(audit, NULL));
  ck_assert_int_eq(datasyncs, before + 1);
  fail_datasync = 0;
  ck_ok(cxd__audit_sync(audit, NULL)); /* nothing is left to do */
  ck_assert_int_eq(datasyncs, before + 1);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_log_that_cannot_move_either_fails_for_good) {
  int *const calls[] = {&fail_link, &fail_rename, &fail_sync, &fail_write};
  for (size_t i = 0; i < 4; i++) {
    struct cxd__audit *audit = open_log();
    (void)append_as(audit, "intent", "a");
    struct cxd__buf text = read_file(log_path);
    fail_datasync = *calls[i] = EIO;
    writes_before_failure = 0;
    ck_fails(cxd__audit_sync(audit, &error), CXD_E_AUDIT, "could not be made durable");
    fail_datasync = *calls[i] = 0;
    int before = datasyncs;
    ck_fails(cxd__audit_sync(audit, &error), CXD_E_AUDIT, "could not be made durable");
    ck_fails(append_text(audit, "\"k\":\"outcome\"", &error), CXD_E_AUDIT, "could not be made durable");
    ck_fails(cxd__audit_reserve(audit, &error), CXD_E_AUDIT, "could not be made durable");
    ck_assert_int_eq(datasyncs, before);
    cxd__audit_close(audit);
    struct cxd__buf after = read_file(log_path);
    ck_assert_uint_eq(after.len, text.len);
    ck_assert(!is_there("audit.log.new"));
    cxd__buf_free(&text);
    cxd__buf_free(&after);
    remove_dir();
    ck_assert_int_eq(mkdir(log_dir, 0700), 0);
  }
}
END_TEST

START_TEST(records_of_other_processes_move_along_and_these_find_them) {
  struct cxd__audit *a = open_log(), *b = open_log();
  int64_t b_one, b_two, a_one, b_synced;
  char *synced = append_sealed(b, "intent", "b0", &b_synced);
  ck_ok(cxd__audit_sync(b, NULL)); /* durable, but a does not know */
  char *one = append_sealed(b, "intent", "b1", &b_one), *own = append_sealed(a, "intent", "a1", &a_one), *two = append_sealed(b, "outcome", "b0", &b_two);
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(a, NULL));
  fail_datasync = 0;
  ck_ok(cxd__audit_sync(b, NULL)); /* in the file that a left behind it would have been for nothing */
  int64_t before[] = {b_one, b_two, a_one};
  cxd__audit_settle(b, &one, &b_one);
  cxd__audit_settle(b, &two, &b_two);
  cxd__audit_settle(a, &own, &a_one);
  ck_assert_int_ne(b_one, before[0]);
  ck_assert_int_ne(b_two, before[1]);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.synced, 1);
  ck_assert_int_eq(times(whole.text.data, KIND("intent")), 3);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 1);
  ck_assert_ptr_nonnull(strstr(whole.text.data, one));
  ck_assert_ptr_nonnull(strstr(whole.text.data, two));
  ck_assert_ptr_nonnull(strstr(whole.text.data, own));
  ck_assert_int_eq(times(whole.text.data, KIND("recover")), 1);
  cxd__buf_free(&whole.text);
  (void)append_as(b, "outcome", "b1");
  (void)append_as(a, "outcome", "a1");
  char *line = NULL;
  ck_ok(cxd__audit_dangling(a, NULL, 0, &line, NULL, NULL));
  ck_assert_ptr_null(line);
  cxd__audit_close(a);
  cxd__audit_close(b);
  whole = read_whole();
  cxd__buf_free(&whole.text);
  cxd__free(one);
  cxd__free(two);
  cxd__free(own);
  cxd__free(synced);
}
END_TEST

/* The end of the old file was not readable for the one that moved: records of others are written again by themselves. */
START_TEST(records_that_were_not_taken_over_are_written_again_by_their_writer) {
  struct cxd__audit *a = open_log(), *b = open_log();
  int64_t a_seq, b_seq;
  char *own = append_sealed(a, "intent", "a1", &a_seq), *one = append_sealed(b, "intent", "b1", &b_seq);
  struct cxd__buf text = read_file(log_path);
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(a, NULL));
  fail_datasync = 0;
  /* as if `a` had written only its own: the same segment without the record of b */
  struct cxd__buf moved = read_file(log_path);
  moved.len = (size_t)(strstr(moved.data, "\"op\":\"b1\"") - moved.data);
  while (moved.data[moved.len - 1] != '\n')
    moved.len--;
  ck_assert_int_eq(truncate(log_path, (off_t)moved.len), 0);
  (void)append_as(b, "outcome", "b1");
  ck_ok(cxd__audit_sync(b, NULL));
  cxd__audit_settle(b, &one, &b_seq);
  struct whole whole = read_whole();
  ck_assert_int_eq(times(whole.text.data, "\"op\":\"b1\""), 2);
  ck_assert_ptr_nonnull(strstr(whole.text.data, one));
  ck_assert_int_eq(times(whole.text.data, KIND("recover")), 2);
  cxd__buf_free(&whole.text);
  cxd__audit_close(a);
  cxd__audit_close(b);
  cxd__buf_free(&text);
  cxd__buf_free(&moved);
  cxd__free(own);
  cxd__free(one);
}
END_TEST

START_TEST(a_failed_sync_in_a_rotation_moves_too) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 900};
  struct cxd__audit *audit = open_with(&small);
  (void)append_as(audit, "intent", "a");
  (void)append_as(audit, "intent", "b");
  struct stat st;
  ck_assert_int_eq(stat(log_path, &st), 0);
  ck_assert_int_ge(st.st_size, 900);
  fail_datasync = EIO;
  (void)append_as(audit, "outcome", "a");
  fail_datasync = 0;
  ck_ok(cxd__audit_sync(audit, NULL));
  cxd__audit_close(audit);
  struct whole whole = read_whole();
  ck_assert_int_eq(whole.synced, 1);
  ck_assert_int_eq(times(whole.text.data, KIND("rotate")), 0); /* abandoned with the rest */
  ck_assert_int_eq(times(whole.text.data, KIND("intent")), 2);
  ck_assert_int_eq(times(whole.text.data, KIND("outcome")), 1);
  cxd__buf_free(&whole.text);
}
END_TEST

START_TEST(a_second_failure_moves_again_under_a_name_of_its_own) {
  struct cxd__audit *audit = open_log();
  for (int i = 0; i < 3; i++) {
    int64_t seq;
    char *line = append_sealed(audit, "intent", "a", &seq);
    fail_datasync = EIO;
    ck_ok(cxd__audit_sync(audit, NULL));
    fail_datasync = 0;
    cxd__audit_settle(audit, &line, &seq);
    struct whole whole = read_whole();
    ck_assert_int_eq(whole.synced, i + 1);
    ck_assert_int_eq(whole.last.seq, seq);
    ck_assert_ptr_nonnull(strstr(whole.text.data, line));
    cxd__buf_free(&whole.text);
    cxd__free(line);
  }
  cxd__audit_close(audit);
}
END_TEST

START_TEST(a_follower_writes_only_what_is_new_again) {
  const struct cxd__audit_options small = {.path = log_path, .sync = 1, .max_bytes = 3000};
  struct cxd__audit *a = open_with(&small), *b = open_with(&small);
  while (!is_there("audit.log.000000000001"))
    (void)append_as(a, "outcome", "x");
  (void)append_as(a, "outcome", "y");
  (void)append_as(a, "outcome", "y");
  int64_t last = append_as(b, "intent", "mine") - 1;
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(b, NULL));
  fail_datasync = 0;
  struct cxd__buf now = read_file(log_path);
  ck_assert_int_eq(member_int(nth(&now, KIND("genesis"), 0), "prev_seq"), last);
  ck_assert_int_eq(times(now.data, KIND("outcome")), 0);
  ck_assert_int_eq(times(now.data, KIND("intent")), 1);
  struct whole whole = read_whole();
  cxd__buf_free(&whole.text);
  cxd__buf_free(&now);
  cxd__audit_close(a);
  cxd__audit_close(b);
}
END_TEST

START_TEST(a_checkpoint_that_was_abandoned_is_never_handed_out) {
  struct cxd__audit *audit = open_log();
  int64_t seq;
  char h[65];
  for (int i = 0; i < 256; i++)
    (void)append_as(audit, "attempt", "a");
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(audit, NULL));
  fail_datasync = 0;
  ck_assert_int_eq(cxd__audit_take_checkpoint(audit, &seq, h), 0);
  struct whole whole = read_whole();
  ck_assert_int_eq(times(whole.text.data, KIND("attempt")), 256);
  ck_assert_int_eq(times(whole.text.data, KIND("checkpoint")), 0);
  cxd__buf_free(&whole.text);
  cxd__audit_close(audit);
}
END_TEST

START_TEST(without_sync_nothing_moves) {
  const struct cxd__audit_options lazy = {.path = log_path};
  struct cxd__audit *audit = open_with(&lazy);
  (void)append_as(audit, "intent", "a");
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(audit, NULL));
  fail_datasync = 0;
  cxd__audit_close(audit);
  ck_chain(log_path, 2);
}
END_TEST

/* Nothing there is its own: what others made durable long ago is not written again. */
START_TEST(a_log_whose_first_sync_fails_is_refused) {
  struct cxd__audit *audit = NULL;
  for (int i = 0; i < 2; i++) {
    fail_datasync = EIO;
    ck_fails(try_open(log_path, &audit, &error), CXD_E_AUDIT, "could not be made durable");
    fail_datasync = 0;
    ck_assert(!is_there("audit.log.000000000001"));
    audit = open_log();
    (void)append_as(audit, "intent", "a");
    cxd__audit_close(audit);
  }
  ck_chain(log_path, 3);
}
END_TEST

START_TEST(settling_leaves_alone_what_did_not_move) {
  struct cxd__audit *audit = open_log();
  int64_t seq, other;
  char *line = append_sealed(audit, "intent", "a", &seq), *nothing = NULL;
  ck_ok(cxd__audit_sync(audit, NULL));
  int64_t before = seq;
  cxd__audit_settle(audit, &line, &seq);
  ck_assert_int_eq(seq, before);
  char *moving = append_sealed(audit, "intent", "b", &other);
  fail_datasync = EIO;
  ck_ok(cxd__audit_sync(audit, NULL));
  fail_datasync = 0;
  cxd__audit_settle(audit, &line, &seq);
  ck_assert_int_eq(seq, before);
  int64_t foreign = other; /* the number of one, the line of another */
  cxd__audit_settle(audit, &line, &foreign);
  ck_assert_int_eq(foreign, other);
  int64_t bare = other;
  cxd__audit_settle(audit, &nothing, &bare);
  ck_assert_int_ne(bare, other);
  ck_assert_ptr_null(nothing);
  cxd__audit_close(audit);
  cxd__free(line);
  cxd__free(moving);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("audit_unsyncable");
  TCase *tc = tcase_create("audit_unsyncable");
  tcase_set_timeout(tc, 60);
  tcase_add_checked_fixture(tc, reset, remove_dir);
  tcase_add_test(tc, records_that_cannot_be_made_durable_are_written_again_in_a_new_segment);
  tcase_add_test(tc, the_old_descriptor_is_never_synced_again);
  tcase_add_test(tc, a_log_that_cannot_move_either_fails_for_good);
  tcase_add_test(tc, records_of_other_processes_move_along_and_these_find_them);
  tcase_add_test(tc, records_that_were_not_taken_over_are_written_again_by_their_writer);
  tcase_add_test(tc, a_failed_sync_in_a_rotation_moves_too);
  tcase_add_test(tc, a_second_failure_moves_again_under_a_name_of_its_own);
  tcase_add_test(tc, a_follower_writes_only_what_is_new_again);
  tcase_add_test(tc, a_checkpoint_that_was_abandoned_is_never_handed_out);
  tcase_add_test(tc, without_sync_nothing_moves);
  tcase_add_test(tc, a_log_whose_first_sync_fails_is_refused);
  tcase_add_test(tc, settling_leaves_alone_what_did_not_move);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

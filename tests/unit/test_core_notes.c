/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Records in passing: attempt, conflict, token. They stop nothing, and nobody waits for them. */
#include <stdio.h>

#include "core_rig.h"
#include "run.h"

#define CHANGE INTERVAL_60

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void no_more_notes_than(size_t count) { ck_assert_msg(rig.note_count == count, "%zu notes, the last is %s", rig.note_count, rig.note_count ? rig.notes[rig.note_count - 1] : "-"); }

static void forget_notes(void) { rig.note_count = 0; }

static void to_put(void) {
  core_to_put(&rig, CHANGE);
  forget_notes(); /* of the token */
}

/* ------------------------------------------------------------------------------ token */

START_TEST(a_token_that_an_update_wanted_is_noted_without_the_token) {
  core_to_get(&rig, CHANGE);
  no_more_notes_than(1);
  core_assert_note(&rig, 0, "\"k\":\"token\",\"op\":\"");
  core_assert_note(&rig, 0, "\",\"expires_in_s\":3600,\"forced\":false");
  ck_assert_ptr_null(strstr(rig.notes[0], "tok-1"));
  ck_assert_ptr_null(strstr(rig.notes[0], "campaign"));
}
END_TEST

START_TEST(a_warm_token_leaves_two_records_and_nothing_in_passing) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
  forget_notes();
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
  no_more_notes_than(0);
}
END_TEST

START_TEST(a_life_that_is_not_told_is_noted_as_it_is_taken) {
  static const struct {
    const char *reply, *noted;
  } lives[] = {{"", "300"}, {",\"expires_in\":0", "300"}, {",\"expires_in\":-5", "300"}, {",\"expires_in\":99999999999", "86400"}, {",\"expires_in\":\"120\"", "120"}};
  for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
    char body[160], noted[60];
    (void)snprintf(body, sizeof body, "{\"access_token\":\"t\",\"token_type\":\"Bearer\"%s}", lives[i].reply);
    (void)snprintf(noted, sizeof noted, "\"expires_in_s\":%s,", lives[i].noted);
    struct cxd__job job = core_apply(&rig, CHANGE);
    core_start(&rig, &job);
    core_check_ok(&rig);
    core_expect_send(&rig, CXD__CLASS_TOKEN);
    ANSWER(&rig, .http = 200, .body = body);
    core_expect_send(&rig, CXD__CLASS_GET);
    core_assert_note(&rig, 0, noted);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(a_refused_token_is_an_attempt_and_the_next_one_is_forced) {
  to_put();
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 60);
  core_expect_put_again(&rig);
  no_more_notes_than(2);
  core_assert_note(&rig, 0, "\"k\":\"attempt\"");
  core_assert_note(&rig, 0, "\"campaign\":\"c1\",\"round\":1,\"send\":1,\"http_status\":401,\"error\":\"CXD_E_UNAUTHORIZED\"");
  core_assert_note(&rig, 1, "\"expires_in_s\":60,\"forced\":true");
}
END_TEST

START_TEST(a_get_with_a_refused_token_is_no_attempt) {
  core_to_get(&rig, CHANGE);
  forget_notes();
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 60);
  core_expect_send(&rig, CXD__CLASS_GET);
  no_more_notes_than(1);
  core_assert_note(&rig, 0, "\"forced\":true");
}
END_TEST

START_TEST(a_providers_token_is_noted_too) {
  struct core_setup setup = core_setup_default();
  setup.core.custom_token = 1;
  core_rig_reopen(&rig, &setup);
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_FETCH_TOKEN);
  core_token_given(&rig, "own-secret", 77);
  core_expect_send(&rig, CXD__CLASS_GET);
  no_more_notes_than(1);
  core_assert_note(&rig, 0, "\"expires_in_s\":77,\"forced\":false");
  ck_assert_ptr_null(strstr(rig.notes[0], "own-secret"));
}
END_TEST

START_TEST(a_token_that_was_not_had_is_not_noted) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 401, .body = "{\"error\":\"invalid_client\"}");
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_UNAUTHORIZED);
  no_more_notes_than(0);
}
END_TEST

/* The exchange goes on beside the PUT; its answer may come while that is open, and the PUT's own answer still counts. */
START_TEST(a_token_that_comes_while_the_put_is_open_does_not_disturb_it) {
  struct cxd__job get = {.kind = CXD__JOB_GET, .id = "c1"};
  core_start(&rig, &get);
  core_give_token(&rig, "short", 100);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_assert_get_ends(&rig, CXD_OK);
  core_pass(&rig, 71 * SECOND);
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN); /* in the background */
  struct cxd__action fetch = rig.act;
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  struct cxd__action put = rig.act;
  ANSWER_TO(&rig, &fetch, .http = 200, .body = "{\"access_token\":\"new\",\"expires_in\":100}");
  core_expect_nothing(&rig);
  no_more_notes_than(1);
  ANSWER_TO(&rig, &put, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

/* ---------------------------------------------------------------------------- attempt */

static const struct {
  struct core_answer answer;
  const char *noted;
} troubles[] = {
    {{.way = CXD__WAY_LOST}, "\"round\":1,\"send\":1,\"http_status\":0,\"error\":\"CXD_E_CONNECT\""},
    {{.way = CXD__WAY_TIMEOUT}, "\"send\":1,\"http_status\":0,\"error\":\"CXD_E_TIMEOUT\""},
    {{.http = 500}, "\"http_status\":500,\"error\":\"CXD_E_SERVER\""},
    {{.http = 408}, "\"http_status\":408,\"error\":\"CXD_E_TIMEOUT\""},
    {{.http = 503, .retry_after = "1"}, "\"http_status\":503,\"error\":\"CXD_E_SERVER\""},
    {{.http = 429, .retry_after = "1"}, "\"http_status\":429,\"error\":\"CXD_E_RATE_LIMITED\""},
    {{.way = CXD__WAY_CONNECT, .unsent = 1}, "\"send\":0,\"http_status\":0,\"error\":\"CXD_E_CONNECT\""},
};

START_TEST(a_put_that_goes_wrong_and_is_not_the_last_word_is_an_attempt) {
  to_put();
  core_answer(&rig, &troubles[_i].answer);
  core_next(&rig);
  no_more_notes_than(1);
  core_assert_note(&rig, 0, "\"k\":\"attempt\",\"op\":\"");
  core_assert_note(&rig, 0, ",\"campaign\":\"c1\",\"round\":1,\"send\":");
  core_assert_note(&rig, 0, troubles[_i].noted);
}
END_TEST

START_TEST(a_put_that_is_the_last_word_stands_in_the_outcome_only) {
  static const int32_t answers[] = {200, 204, 400, 403, 404, 422, 501};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    to_put();
    ANSWER(&rig, .http = answers[i], .body = "");
    core_append_ok(&rig);
    no_more_notes_than(0);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(every_send_has_its_number_and_the_last_one_none) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 3;
  core_rig_reopen(&rig, &setup);
  to_put();
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .http = 503, .retry_after = "1");
    if (i == 2)
      break;
    core_next(&rig);
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_SERVER);
  no_more_notes_than(2);
  core_assert_note(&rig, 0, "\"send\":1,");
  core_assert_note(&rig, 1, "\"send\":2,");
}
END_TEST

START_TEST(a_replacement_that_is_sent_again_is_an_attempt_and_its_last_one_is_not) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 2;
  core_rig_reopen(&rig, &setup);
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  forget_notes();
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_next(&rig);
  no_more_notes_than(1);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
  no_more_notes_than(1);
}
END_TEST

/* --------------------------------------------------------------------------- conflict */

START_TEST(a_condition_that_did_not_hold_is_noted_before_the_next_round) {
  to_put();
  ANSWER(&rig, .http = 412, .request_id = "r\"9");
  core_next(&rig);
  no_more_notes_than(1);
  core_assert_note(&rig, 0, "\"k\":\"conflict\",\"op\":\"");
  core_assert_note(&rig, 0, ",\"campaign\":\"c1\",\"round\":1,\"http_status\":412,\"request_id\":\"r\\\"9\"");
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v8\"");
  ANSWER(&rig, .http = 409);
  core_next(&rig);
  core_assert_note(&rig, 1, "\"round\":2,\"http_status\":409,\"request_id\":null");
}
END_TEST

START_TEST(a_conflict_that_may_be_our_own_first_copy_is_noted_too) {
  to_put();
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 412);
  core_expect_send(&rig, CXD__CLASS_GET);
  no_more_notes_than(2);
  core_assert_note(&rig, 1, "\"k\":\"conflict\"");
}
END_TEST

START_TEST(the_conflict_of_a_replacement_stands_in_its_outcome_only) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  forget_notes();
  ANSWER(&rig, .http = 409);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
  no_more_notes_than(0);
}
END_TEST

/* ------------------------------------------------------------ what is not on record at all */

static void run_as(enum cxd__job_kind kind, enum cxd__audit_mode audit) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.kind = kind;
  job.audit = audit;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

START_TEST(without_an_audit_log_nothing_is_noted) {
  run_as(CXD__JOB_APPLY, CXD__AUDIT_OFF);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  no_more_notes_than(0);
}
END_TEST

START_TEST(a_plan_and_a_read_note_nothing) {
  run_as(CXD__JOB_PLAN, CXD__AUDIT_REQUIRED);
  no_more_notes_than(0);
  close_rig();
  open_rig();
  core_start_get(&rig);
  core_get_token(&rig);
  core_finish_get(&rig);
  no_more_notes_than(0);
}
END_TEST

/* -------------------------------------------------------------------- when the log fails */

START_TEST(a_note_that_cannot_be_written_shows_and_stops_nothing) {
  rig.note_status = CXD_E_AUDIT;
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 200);
  core_append_ok(&rig);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_int_eq(result->audit_status, CXD_E_AUDIT);
  ck_assert_int_eq(result->audit_seq, 5);
  cxd_result_free(result);
}
END_TEST

/* The log may have room again, or be another by then: the outcome is tried. */
START_TEST(a_lost_note_does_not_keep_the_outcome_from_being_tried) {
  rig.note_status = CXD_E_AUDIT;
  core_to_get(&rig, "{\"id\":\"c1\",\"pacing\":{\"interval\":30}}");
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_assert_ends(&rig, CXD_OUTCOME_UNCHANGED, CXD_OK);
}
END_TEST

/* The engine may tell of a note whenever it likes, or never. */
START_TEST(a_note_that_is_answered_late_or_not_at_all_does_no_harm) {
  struct cxd__action act = {.kind = CXD__ACT_NONE};
  struct cxd__job job = core_apply(&rig, CHANGE);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  ck_assert_int_eq(cxd__core_next(rig.core, rig.world->now, &act), 1);
  ck_assert_int_eq(act.in_passing, 1);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ck_assert_ptr_nonnull(strstr(act.record, "\"k\":\"token\"")); /* still there, whatever was recorded since */
  ANSWER(&rig, .http = 200);
  struct cxd__event late = {.kind = CXD__EV_APPENDED, .op = act.op, .tag = act.tag, .status = CXD_E_AUDIT};
  cxd__core_feed(rig.core, rig.world->now, &late);
  cxd__core_feed(rig.core, rig.world->now, &late); /* twice: the second is about nothing */
  core_append_ok(&rig);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->audit_status, CXD_E_AUDIT);
  cxd_result_free(result);
  cxd__core_feed(rig.core, rig.world->now, &late);
  core_expect_nothing(&rig);
}
END_TEST

START_TEST(two_notes_at_once_keep_their_own_words) {
  to_put();
  struct cxd__action first = {.kind = CXD__ACT_NONE}, second = first;
  ANSWER(&rig, .http = 401);
  ck_assert_int_eq(cxd__core_next(rig.core, rig.world->now, &first), 1);
  ck_assert_int_eq(first.in_passing, 1);
  core_give_token(&rig, "tok-2", 60);
  ck_assert_int_eq(cxd__core_next(rig.core, rig.world->now, &second), 1);
  ck_assert_int_eq(second.in_passing, 1);
  ck_assert_uint_ne(first.tag, second.tag);
  ck_assert_ptr_nonnull(strstr(first.record, "\"k\":\"attempt\""));
  ck_assert_ptr_nonnull(strstr(second.record, "\"k\":\"token\""));
}
END_TEST

START_TEST(a_note_without_memory_shows_and_stops_nothing) {
  int shown = 0;
  for (size_t n = 1; n < 60; n++) {
    to_put();
    struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = rig.act.op, .tag = rig.act.tag, .exchange = {.http_status = 503, .sends = 1, .retry_after = cxd__strdup("1")}};
    cxd__mem_fail_at(n);
    cxd__core_feed(rig.core, rig.world->now, &event);
    cxd__mem_fail_at(0);
    cxd__exchange_clear(&event.exchange);
    core_next(&rig);
    if (rig.act.kind == CXD__ACT_NONE) {
      core_pass_to_due(&rig);
      core_expect_put_again(&rig);
      ANSWER(&rig, .http = 200);
      core_next(&rig);
    }
    ck_assert_int_eq(rig.act.kind, CXD__ACT_APPEND);
    core_appended(&rig, CXD_OK);
    core_expect(&rig, CXD__ACT_DONE);
    cxd_result *result = core_take_result(&rig);
    ck_assert(result->audit_status == CXD_OK || result->audit_status == CXD_E_NOMEM);
    ck_assert(result->audit_status == CXD_E_NOMEM || rig.note_count == 1);
    shown += result->audit_status == CXD_E_NOMEM;
    cxd_result_free(result);
    close_rig();
    open_rig();
  }
  ck_assert_int_gt(shown, 0);
}
END_TEST

START_TEST(hostile_text_stays_inside_a_note) {
  struct cxd__job job = core_apply(&rig, "{\"id\":\"c\\\"1\",\"a\":1}");
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c\\\"1\"}", .etag = "\"v7\"");
  core_check_ok(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  forget_notes();
  ANSWER(&rig, .http = 412, .request_id = "\"}\n{\"k\":\"genesis\"");
  core_next(&rig);
  core_assert_note(&rig, 0, "\"campaign\":\"c\\\"1\"");
  ck_assert_ptr_null(strchr(rig.notes[0], '\n'));
  core_assert_note(&rig, 0, "\"request_id\":\"\\\"}\\n{\\\"k\\\":\\\"genesis\\\"\"");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_notes");
  TCase *t = tcase_create("notes");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, a_token_that_an_update_wanted_is_noted_without_the_token);
  tcase_add_test(t, a_warm_token_leaves_two_records_and_nothing_in_passing);
  tcase_add_test(t, a_life_that_is_not_told_is_noted_as_it_is_taken);
  tcase_add_test(t, a_refused_token_is_an_attempt_and_the_next_one_is_forced);
  tcase_add_test(t, a_get_with_a_refused_token_is_no_attempt);
  tcase_add_test(t, a_providers_token_is_noted_too);
  tcase_add_test(t, a_token_that_was_not_had_is_not_noted);
  tcase_add_test(t, a_token_that_comes_while_the_put_is_open_does_not_disturb_it);
  tcase_add_loop_test(t, a_put_that_goes_wrong_and_is_not_the_last_word_is_an_attempt, 0, (int)(sizeof troubles / sizeof *troubles));
  tcase_add_test(t, a_put_that_is_the_last_word_stands_in_the_outcome_only);
  tcase_add_test(t, every_send_has_its_number_and_the_last_one_none);
  tcase_add_test(t, a_replacement_that_is_sent_again_is_an_attempt_and_its_last_one_is_not);
  tcase_add_test(t, a_condition_that_did_not_hold_is_noted_before_the_next_round);
  tcase_add_test(t, a_conflict_that_may_be_our_own_first_copy_is_noted_too);
  tcase_add_test(t, the_conflict_of_a_replacement_stands_in_its_outcome_only);
  tcase_add_test(t, without_an_audit_log_nothing_is_noted);
  tcase_add_test(t, a_plan_and_a_read_note_nothing);
  tcase_add_test(t, a_note_that_cannot_be_written_shows_and_stops_nothing);
  tcase_add_test(t, a_lost_note_does_not_keep_the_outcome_from_being_tried);
  tcase_add_test(t, a_note_that_is_answered_late_or_not_at_all_does_no_harm);
  tcase_add_test(t, two_notes_at_once_keep_their_own_words);
  tcase_add_test(t, a_note_without_memory_shows_and_stops_nothing);
  tcase_add_test(t, hostile_text_stays_inside_a_note);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Other writers: what tells that the campaign is still the one that was read, and what becomes of the edits when it is not. */
#include "core_rig.h"
#include "json/pointer.h"
#include "run.h"

#define DOC_NO_VERSION(interval) "{\"id\":\"c1\",\"pacing\":{\"interval\":" #interval "}}"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* ------------------------------------------------------------- version, etag, none */

static const char *concurrency_after(const char *document, const char *etag) {
  core_to_get(&rig, INTERVAL_60);
  core_round_to_put(&rig, document, etag);
  return rig.act.request.if_match;
}

static void finish_with_concurrency(const char *concurrency) {
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->concurrency, concurrency);
  cxd_result_free(result);
}

START_TEST(without_an_etag_the_version_in_the_body_is_the_condition) {
  ck_assert_ptr_null(concurrency_after(DOC(7, 30, "North"), NULL));
  core_assert_body(&rig, "/version", "7");
  finish_with_concurrency("version");
}
END_TEST

START_TEST(an_etag_wins_over_the_version) {
  ck_assert_str_eq(concurrency_after(DOC(7, 30, "North"), "\"v7\""), "\"v7\"");
  finish_with_concurrency("etag");
}
END_TEST

START_TEST(without_etag_and_version_the_result_says_none) {
  ck_assert_ptr_null(concurrency_after(DOC_NO_VERSION(30), NULL));
  finish_with_concurrency("none");
}
END_TEST

static void lose_and_read_back(const char *before, const char *after) {
  (void)concurrency_after(before, NULL);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = after);
}

START_TEST(the_version_decides_on_a_resend) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(7, 30, "North"));
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  core_assert_body(&rig, "/version", "7");
}
END_TEST

START_TEST(the_version_decides_on_applied) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(8, 60, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(the_version_decides_on_a_conflict_even_when_the_values_are_as_before) {
  lose_and_read_back(DOC(7, 30, "North"), DOC(9, 30, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(without_a_validator_the_values_decide) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(60));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

START_TEST(without_a_validator_unchanged_values_mean_send_again) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(30));
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
}
END_TEST

START_TEST(without_a_validator_other_values_are_a_conflict) {
  lose_and_read_back(DOC_NO_VERSION(30), DOC_NO_VERSION(45));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_version_set_by_the_caller_is_a_precondition) {
  core_to_get(&rig, "{\"id\":\"c1\",\"version\":6,\"pacing\":{\"interval\":60}}");
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(the_right_version_lets_the_update_pass_and_travels_as_read) {
  core_to_get(&rig, "{\"id\":\"c1\",\"version\":7.0,\"pacing\":{\"interval\":60}}");
  core_round_to_put(&rig, DOC(7, 30, "North"), NULL);
  core_assert_body(&rig, "/version", "7");
}
END_TEST

/* ---------------------------------------------------------- base, rounds, conflict */

static cxd_campaign *edited_copy(const char *base, const char *pointer, const char *value) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(base, strlen(base), "\"v7\"", &campaign, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_json(campaign, pointer, value, NULL), CXD_OK);
  return campaign;
}

static void start_edited(const char *pointer, const char *value) {
  struct cxd__job job = core_apply(&rig, "{}");
  cxd_campaign_free(rig.change);
  rig.change = edited_copy(DOC(7, 30, "North"), pointer, value);
  job.change = rig.change;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

START_TEST(an_edit_of_a_member_that_others_left_alone_goes_on_top_of_theirs) {
  start_edited("/pacing/interval", "60");
  core_round_to_put(&rig, DOC(8, 30, "South"), "\"v8\"");
  ck_assert_str_eq(rig.act.request.if_match, "\"v8\"");
  core_assert_body(&rig, "/name", "\"South\"");
  core_assert_body(&rig, "/pacing/interval", "60");
}
END_TEST

START_TEST(an_edit_of_a_member_that_others_changed_since_it_was_read_is_a_conflict) {
  start_edited("/pacing/interval", "60");
  ANSWER(&rig, .http = 200, .body = DOC(8, 45, "North"), .etag = "\"v8\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":45}}");
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

START_TEST(others_who_wrote_the_same_value_are_no_conflict) {
  start_edited("/pacing/interval", "60");
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_assert_ends(&rig, CXD_OUTCOME_UNCHANGED, CXD_OK);
}
END_TEST

START_TEST(a_member_deleted_here_and_changed_there_is_a_conflict_with_no_mine) {
  struct cxd__job job = core_apply(&rig, "{}");
  cxd_campaign_free(rig.change);
  rig.change = edited_copy("{\"id\":\"c1\",\"a\":1,\"b\":2}", "/b", "3");
  ck_assert_int_eq(cxd_campaign_remove(rig.change, "/a", NULL), CXD_OK);
  job.change = rig.change;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"a\":5,\"b\":2}");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/a\":1},\"mine\":{},\"theirs\":{\"/a\":5}}");
  cxd_result_free(result);
}
END_TEST

START_TEST(conflict_json_stays_on_one_line) {
  start_edited("/pacing/interval", "[ 1,\n 2 ]");
  ANSWER(&rig, .http = 200, .body = "{\"id\":\"c1\",\"pacing\":{\"interval\":{\n\"x\": 1}}}");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":[1,2]},\"theirs\":{\"/pacing/interval\":{\"x\":1}}}");
  cxd_result_free(result);
}
END_TEST

static void lose_a_round(const char *document, const char *etag) {
  ANSWER(&rig, .http = 412);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  if (document)
    core_round_to_put(&rig, document, etag);
}

START_TEST(a_412_reads_again_and_writes_on_top_with_a_new_intent_of_the_same_operation) {
  core_to_get(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice op = cxd__json_find(core_record(&rig), "/op");
  char first[64];
  memcpy(first, op.p, op.len);
  first[op.len] = '\0';
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(8, 30, "South"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"intent\"");
  core_assert_member(core_record(&rig), "/op", first);
  core_assert_member(core_record(&rig), "/round", "2");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.if_match, "\"v8\"");
  core_assert_body(&rig, "/name", "\"South\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_rebase_compares_with_the_first_document_not_with_the_last) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(9, 31, "South"), .etag = "\"v9\"");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":31}}");
  cxd_result_free(result);
}
END_TEST

static void lose_three_rounds(void) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(DOC(9, 30, "East"), "\"v9\"");
  lose_a_round(NULL, NULL);
}

START_TEST(after_three_rounds_one_last_look_shows_what_the_others_wrote) {
  lose_three_rounds();
  ANSWER(&rig, .http = 200, .body = DOC(10, 30, "West"), .etag = "\"v10\"");
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/outcome", "\"conflict\"");
  core_assert_member(core_record(&rig), "/round", "3");
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_E_CONFLICT);
  ck_assert_int_eq(result->sends, 3);
  ck_assert_str_eq(result->conflict, "{\"base\":{\"/pacing/interval\":30},\"mine\":{\"/pacing/interval\":60},\"theirs\":{\"/pacing/interval\":30}}");
  cxd_result_free(result);
}
END_TEST

START_TEST(a_last_look_that_fails_leaves_the_conflict_standing) {
  lose_three_rounds();
  ANSWER(&rig, .http = 404);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_conflict_stands_also_when_the_deadline_ends_the_last_look) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(DOC(8, 30, "South"), "\"v8\"");
  lose_a_round(DOC(9, 30, "East"), "\"v9\"");
  ANSWER(&rig, .http = 412);
  core_pass(&rig, 180 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(rounds_are_held_apart_by_at_most_100_ms_doubled_each_time) {
  core_to_put(&rig, INTERVAL_60);
  ANSWER(&rig, .http = 412);
  core_expect_nothing(&rig);
  ck_assert_int_le(cxd__core_due(rig.core), rig.world->now.mono_us + 200000);
}
END_TEST

START_TEST(an_intent_of_a_later_round_that_fails_still_gets_its_outcome) {
  core_to_put(&rig, INTERVAL_60);
  lose_a_round(NULL, NULL);
  ANSWER(&rig, .http = 200, .body = DOC(8, 30, "South"), .etag = "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_AUDIT);
}
END_TEST

static void add_validators(TCase *t) {
  tcase_add_test(t, without_an_etag_the_version_in_the_body_is_the_condition);
  tcase_add_test(t, an_etag_wins_over_the_version);
  tcase_add_test(t, without_etag_and_version_the_result_says_none);
  tcase_add_test(t, the_version_decides_on_a_resend);
  tcase_add_test(t, the_version_decides_on_applied);
  tcase_add_test(t, the_version_decides_on_a_conflict_even_when_the_values_are_as_before);
  tcase_add_test(t, without_a_validator_the_values_decide);
  tcase_add_test(t, without_a_validator_unchanged_values_mean_send_again);
  tcase_add_test(t, without_a_validator_other_values_are_a_conflict);
  tcase_add_test(t, a_version_set_by_the_caller_is_a_precondition);
  tcase_add_test(t, the_right_version_lets_the_update_pass_and_travels_as_read);
}

static void add_rounds(TCase *t) {
  tcase_add_test(t, an_edit_of_a_member_that_others_left_alone_goes_on_top_of_theirs);
  tcase_add_test(t, an_edit_of_a_member_that_others_changed_since_it_was_read_is_a_conflict);
  tcase_add_test(t, others_who_wrote_the_same_value_are_no_conflict);
  tcase_add_test(t, a_member_deleted_here_and_changed_there_is_a_conflict_with_no_mine);
  tcase_add_test(t, conflict_json_stays_on_one_line);
  tcase_add_test(t, a_412_reads_again_and_writes_on_top_with_a_new_intent_of_the_same_operation);
  tcase_add_test(t, a_rebase_compares_with_the_first_document_not_with_the_last);
  tcase_add_test(t, after_three_rounds_one_last_look_shows_what_the_others_wrote);
  tcase_add_test(t, a_last_look_that_fails_leaves_the_conflict_standing);
  tcase_add_test(t, a_conflict_stands_also_when_the_deadline_ends_the_last_look);
  tcase_add_test(t, rounds_are_held_apart_by_at_most_100_ms_doubled_each_time);
  tcase_add_test(t, an_intent_of_a_later_round_that_fails_still_gets_its_outcome);
}

int main(void) {
  Suite *suite = suite_create("core_conflict");
  add_validators(suite_case(suite, "validators", open_rig, close_rig));
  add_rounds(suite_case(suite, "rounds", open_rig, close_rig));
  return run_suite(suite);
}

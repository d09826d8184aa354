/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* An update that starts from what a list page said of its campaign, in place of reading it. */
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static struct cxd__job job_with(const char *change, const char *known) {
  struct cxd__job job = core_apply(&rig, change);
  job.known = (struct cxd__slice){known, strlen(known)};
  return job;
}

static void to_first_put(const char *change, const char *known) {
  struct cxd__job job = job_with(change, known);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_CHECK);
  ck_assert_ptr_nonnull(rig.act.merged);
  ck_assert_ptr_nonnull(rig.act.server);
  core_checked(&rig, CXD_OK);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
}

START_TEST(one_request_is_enough_and_the_version_is_its_condition) {
  to_first_put(INTERVAL_60, DOC(7, 30, "North"));
  ck_assert_ptr_null(rig.act.request.if_match);
  core_assert_body(&rig, "/version", "7");
  core_assert_body(&rig, "/pacing/interval", "60");
  core_assert_body(&rig, "/name", "\"North\"");
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(result->concurrency, "version");
  ck_assert_int_eq(result->attempts, 2); /* the token and the PUT */
  ck_assert_int_eq(result->sends, 1);
  ck_assert_int_eq(result->previous_concurrent, 120);
  cxd_result_free(result);
}
END_TEST

START_TEST(without_a_version_it_is_no_worse_than_a_get_without_one) {
  to_first_put(INTERVAL_60, "{\"id\":\"c1\",\"pacing\":{\"interval\":30}}");
  ANSWER(&rig, .http = 200);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_str_eq(result->concurrency, "none");
  cxd_result_free(result);
}
END_TEST

static void conflict_then_read(const char *now_there, const char *etag) {
  to_first_put(INTERVAL_60, DOC(7, 30, "North"));
  ANSWER(&rig, .http = 409);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = now_there, .etag = etag);
}

START_TEST(a_conflict_leads_to_a_round_that_reads) {
  conflict_then_read(DOC(8, 30, "South"), "\"v8\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/round", "2");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_str_eq(rig.act.request.if_match, "\"v8\"");
  core_assert_body(&rig, "/name", "\"South\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_member_that_somebody_else_changed_since_the_page_is_not_overwritten) {
  conflict_then_read(DOC(8, 45, "North"), NULL);
  core_assert_ends(&rig, CXD_OUTCOME_CONFLICT, CXD_E_CONFLICT);
}
END_TEST

START_TEST(a_lost_answer_is_read_back_as_ever) {
  to_first_put(INTERVAL_60, DOC(7, 30, "North"));
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"));
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED_READBACK, CXD_OK);
}
END_TEST

static const char *const not_it[] = {"", "x", "[]", "{}", "null", "{\"id\":\"c2\",\"version\":7}", "{\"id\":1}", "{\"name\":\"North\"}", "{\"id\":\"c1\""};

START_TEST(what_is_not_this_campaign_is_not_believed_and_it_is_read) {
  struct cxd__job job = job_with(INTERVAL_60, not_it[_i]);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ck_assert_str_eq(rig.act.request.if_match, "\"v7\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

static void with_base(const char *base, struct cxd__job *job) {
  cxd_campaign_free(rig.change);
  ck_assert_int_eq(cxd__campaign_read(base, strlen(base), "\"v8\"", &rig.change, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_json(rig.change, "/pacing/interval", "60", NULL), CXD_OK);
  job->change = rig.change;
}

START_TEST(a_page_that_is_older_than_the_base_is_no_conflict_before_it_is_read) {
  struct cxd__job job = job_with(INTERVAL_60, DOC(7, 30, "North"));
  with_base(DOC(8, 45, "North"), &job);
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, DOC(8, 45, "North"), "\"v8\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_version_of_the_callers_that_the_page_does_not_have_is_looked_for_on_the_server) {
  struct cxd__job job = job_with("{\"id\":\"c1\",\"version\":8,\"pacing\":{\"interval\":60}}", DOC(7, 30, "North"));
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_round_to_put(&rig, DOC(8, 30, "North"), NULL);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_plan_needs_no_request_at_all) {
  struct cxd__job job = job_with(INTERVAL_60, DOC(7, 30, "North"));
  job.kind = CXD__JOB_PLAN;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_assert_result(&rig, CXD_OUTCOME_PLANNED, CXD_OK);
}
END_TEST

START_TEST(replacing_does_not_look_at_it) {
  struct cxd__job job = job_with(DOC(7, 60, "North"), DOC(7, 30, "South"));
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_append_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
  core_assert_body(&rig, "/name", "\"North\"");
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(edits_that_are_not_accepted_end_it_all_the_same) {
  struct cxd__job job = job_with(INTERVAL_60, DOC(7, 30, "North"));
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_INVALID);
  core_assert_ends(&rig, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
}
END_TEST

START_TEST(without_memory_it_ends_and_nothing_is_sent) {
  int32_t outcome = 0;
  for (size_t n = 1; outcome != CXD_OUTCOME_PLANNED; n++) {
    struct cxd__job job = job_with(INTERVAL_60, DOC(7, 30, "North"));
    job.kind = CXD__JOB_PLAN;
    core_start(&rig, &job);
    core_expect(&rig, CXD__ACT_CHECK);
    struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = rig.act.op, .tag = rig.act.tag, .status = CXD_OK};
    cxd__mem_fail_at(n);
    cxd__core_feed(rig.core, rig.world->now, &event);
    cxd__mem_fail_at(0);
    core_next(&rig);
    if (rig.act.kind == CXD__ACT_CHECK) {
      core_checked(&rig, CXD_OK);
      core_next(&rig);
    }
    ck_assert_int_eq(rig.act.kind, CXD__ACT_DONE);
    cxd_result *result = core_take_result(&rig);
    outcome = result->outcome;
    ck_assert(outcome == CXD_OUTCOME_PLANNED || result->status == CXD_E_NOMEM);
    cxd_result_free(result);
    ck_assert_uint_lt(n, 200);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_known");
  TCase *t = tcase_create("known");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, one_request_is_enough_and_the_version_is_its_condition);
  tcase_add_test(t, without_a_version_it_is_no_worse_than_a_get_without_one);
  tcase_add_test(t, a_conflict_leads_to_a_round_that_reads);
  tcase_add_test(t, a_member_that_somebody_else_changed_since_the_page_is_not_overwritten);
  tcase_add_test(t, a_lost_answer_is_read_back_as_ever);
  tcase_add_loop_test(t, what_is_not_this_campaign_is_not_believed_and_it_is_read, 0, (int)(sizeof not_it / sizeof *not_it));
  tcase_add_test(t, a_page_that_is_older_than_the_base_is_no_conflict_before_it_is_read);
  tcase_add_test(t, a_version_of_the_callers_that_the_page_does_not_have_is_looked_for_on_the_server);
  tcase_add_test(t, a_plan_needs_no_request_at_all);
  tcase_add_test(t, replacing_does_not_look_at_it);
  tcase_add_test(t, edits_that_are_not_accepted_end_it_all_the_same);
  tcase_add_test(t, without_memory_it_ends_and_nothing_is_sent);
  return run_suite(suite);
}

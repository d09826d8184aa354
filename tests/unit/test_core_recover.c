/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What became of an update whose process is gone: the campaign is read, judged, and the outcome put on record. */
#include <stdio.h>

#include "core_rig.h"
#include "json/pointer.h"
#include "run.h"

#define BOOT "b-1"
#define BEFORE "b-0" /* an earlier boot: no copy can be under way */

static struct core_rig rig;
static char line[4096];
static struct cxd__job job;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

/* v0: raw; NULL: none. */
static void write_intent(const char *boot, const char *mode, const char *concurrency, const char *v0, const char *diff) {
  int n = snprintf(line, sizeof line,
                   "{\"v\":1,\"seq\":42,\"t\":\"2026-11-28T16:00:00.000000Z\",\"bt\":1,\"boot\":\"%s\",\"w\":\"host/7/0a0b0c0d\",\"k\":\"intent\",\"op\":\"019ac7f0-0000-7000-8000-000000000001\","
                   "\"campaign\":\"c1\",\"actor\":\"night shift\",\"mode\":\"%s\",\"round\":2,\"concurrency\":\"%s\"%s%s,\"d1\":\"11\",\"basis\":null,\"diff\":%s,\"prev\":\"0\",\"h\":\"1\"}",
                   boot, mode, concurrency, v0 ? ",\"v0\":" : "", v0 ? v0 : "", diff);
  ck_assert(n > 0 && (size_t)n < sizeof line);
  job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .audit = CXD__AUDIT_REQUIRED, .intent = line, .intent_len = (size_t)n, .boot = BOOT, .actor = "somebody else"};
}

#define DIFF "[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":60}]"
#define ETAG_7 "\"\\\"v7\\\"\""

static void to_get(void) {
  core_start(&rig, &job);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

static void assert_recorded(const char *outcome, const char *status, const char *v1) {
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig);
  ck_assert_int_eq(rig.act.resolves, 42);
  ck_assert_int_eq(rig.act.in_passing, 0);
  char raw[80];
  (void)snprintf(raw, sizeof raw, "\"%s\"", outcome);
  core_assert_member(record, "/outcome", raw);
  (void)snprintf(raw, sizeof raw, "\"%s\"", status);
  core_assert_member(record, "/status", raw);
  core_assert_member(record, "/v1", v1);
}

static void assert_ended(int32_t outcome) {
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, outcome);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_ptr_null(result->error);
  ck_assert_int_eq(result->audit_seq, 5);
  ck_assert_str_eq(result->audit_record, "{\"sealed\":true}");
  ck_assert_str_eq(result->campaign_id, "c1");
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}

/* ------------------------------------------------------------------------- the verdict */

#define APPLIED CXD_OUTCOME_APPLIED_READBACK
#define NOT_APPLIED CXD_OUTCOME_NOT_APPLIED
#define CONFLICT CXD_OUTCOME_CONFLICT
#define UNKNOWN CXD_OUTCOME_UNKNOWN
#define NO_VERSION(interval) "{\"id\":\"c1\",\"pacing\":{\"interval\":" #interval "}}"

static const struct {
  const char *mode, *concurrency, *v0, *diff;
  const char *body, *etag; /* as it is found */
  int32_t outcome;
  const char *v1;
} cases[] = {
    /* an entity tag */
    {"merge", "etag", ETAG_7, DIFF, DOC(7, 30, "North"), "\"v7\"", NOT_APPLIED, ETAG_7},
    {"merge", "etag", ETAG_7, DIFF, DOC(8, 60, "North"), "\"v8\"", APPLIED, "\"\\\"v8\\\"\""},
    {"merge", "etag", ETAG_7, DIFF, DOC(8, 60, "other"), "\"v9\"", APPLIED, "\"\\\"v9\\\"\""},
    {"merge", "etag", ETAG_7, DIFF, DOC(8, 45, "North"), "\"v8\"", CONFLICT, "\"\\\"v8\\\"\""},
    {"merge", "etag", ETAG_7, DIFF, DOC(8, 30, "other"), "\"v8\"", CONFLICT, "\"\\\"v8\\\"\""}, /* undone, or another member changed: the condition is spent */
    {"merge", "etag", ETAG_7, DIFF, DOC(7, 60, "North"), "\"v7\"", NOT_APPLIED, ETAG_7},          /* the validator decides */
    {"merge", "etag", ETAG_7, DIFF, DOC(7, 60, "North"), NULL, APPLIED, "null"},                   /* the server has none any more */
    {"merge", "etag", ETAG_7, DIFF, DOC(7, 30, "North"), NULL, NOT_APPLIED, "null"},
    {"merge", "etag", ETAG_7, DIFF, DOC(7, 45, "North"), NULL, CONFLICT, "null"},
    {"merge", "etag", ETAG_7, "[]", DOC(7, 30, "North"), "\"v7\"", NOT_APPLIED, ETAG_7}, /* a rebalancing: values cannot tell */
    {"merge", "etag", ETAG_7, "[]", DOC(8, 30, "North"), "\"v8\"", UNKNOWN, "\"\\\"v8\\\"\""},
    /* a version */
    {"merge", "version", "7", DIFF, DOC(7, 30, "North"), "\"x\"", NOT_APPLIED, "7"},
    {"merge", "version", "7", DIFF, DOC(7.0, 30, "North"), NULL, NOT_APPLIED, "7.0"},
    {"merge", "version", "7", DIFF, DOC(8, 60, "North"), NULL, APPLIED, "8"},
    {"merge", "version", "7", DIFF, DOC(8, 45, "North"), NULL, CONFLICT, "8"},
    {"merge", "version", "18446744073709551615", DIFF, DOC(18446744073709551616, 60, "North"), NULL, APPLIED, "18446744073709551616"},
    {"merge", "version", "7", DIFF, NO_VERSION(60), NULL, APPLIED, "null"},
    {"merge", "version", "7", DIFF, NO_VERSION(30), NULL, NOT_APPLIED, "null"},
    {"merge", "version", "{\"a\":[1]}", DIFF, "{\"id\":\"c1\",\"version\":{\"a\":[ 1 ]},\"pacing\":{\"interval\":60}}", NULL, NOT_APPLIED, "{\"a\":[1]}"},
    /* none */
    {"merge", "none", NULL, DIFF, NO_VERSION(30), NULL, NOT_APPLIED, "null"},
    {"merge", "none", NULL, DIFF, NO_VERSION(60), NULL, APPLIED, "null"},
    {"merge", "none", NULL, DIFF, NO_VERSION(45), NULL, CONFLICT, "null"},
    {"merge", "none", NULL, DIFF, "{\"id\":\"c1\"}", NULL, CONFLICT, "null"},
    {"merge", "none", NULL, "[]", NO_VERSION(30), NULL, UNKNOWN, "null"},
    {"merge", "none", NULL, "[{\"op\":\"add\",\"path\":\"/x\",\"value\":1}]", NO_VERSION(30), NULL, NOT_APPLIED, "null"},
    {"merge", "none", NULL, "[{\"op\":\"remove\",\"path\":\"/pacing\",\"old\":{\"interval\":30}}]", "{\"id\":\"c1\"}", NULL, APPLIED, "null"},
    /* a replacement: nobody knows what stood there before */
    {"replace", "none", NULL, "[{\"op\":\"add\",\"path\":\"/pacing\",\"value\":{\"interval\":60}}]", NO_VERSION(60), NULL, APPLIED, "null"},
    {"replace", "none", NULL, "[{\"op\":\"add\",\"path\":\"/pacing\",\"value\":{\"interval\":60}}]", NO_VERSION(30), "\"v7\"", UNKNOWN, ETAG_7},
    {"replace", "none", NULL, "[{\"op\":\"add\",\"path\":\"/a\\u0000b\",\"value\":1}]", "{\"id\":\"c1\",\"a\\u0000b\":1}", NULL, UNKNOWN, "null"},
    {"replace", "none", NULL, "[]", NO_VERSION(30), NULL, UNKNOWN, "null"},
};

static const char *status_of(int32_t outcome) { return outcome == APPLIED ? "CXD_OK" : outcome == NOT_APPLIED ? "CXD_E_CANCELLED" : outcome == CONFLICT ? "CXD_E_CONFLICT" : "CXD_E_UNKNOWN_OUTCOME"; }

START_TEST(what_is_found_decides_what_became_of_it) {
  write_intent(BEFORE, cases[_i].mode, cases[_i].concurrency, cases[_i].v0, cases[_i].diff);
  to_get();
  ANSWER(&rig, .http = 200, .body = cases[_i].body, .etag = cases[_i].etag, .request_id = "r-1");
  assert_recorded(cxd__outcome_name(cases[_i].outcome), status_of(cases[_i].outcome), cases[_i].v1);
  assert_ended(cases[_i].outcome);
}
END_TEST

START_TEST(the_record_is_the_one_that_the_update_would_have_got) {
  static const char *const names[] = {"k", "op", "campaign", "actor", "mode", "round", "outcome", "status", "http_status", "sends", "attempts", "intent", "latency_us", "request_id", "v1", "recovered", "intent_seq", "intent_w"};
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"", .request_id = "r-1", .took_us = 1234);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig), key, value;
  struct cxd__json_iter iter;
  size_t n = 0;
  for (cxd__json_walk(&iter, record); cxd__json_next(&iter, &key, &value); n++)
    ck_assert_msg(n < sizeof names / sizeof *names && cxd__json_string_is(key, names[n]), "member %zu is %.*s", n, (int)key.len, key.p);
  ck_assert_uint_eq(n, sizeof names / sizeof *names);
  core_assert_member(record, "/op", "\"019ac7f0-0000-7000-8000-000000000001\"");
  core_assert_member(record, "/actor", "\"night shift\"");
  core_assert_member(record, "/mode", "\"merge\"");
  core_assert_member(record, "/round", "2");
  core_assert_member(record, "/http_status", "200");
  core_assert_member(record, "/sends", "0");
  core_assert_member(record, "/attempts", "2");
  core_assert_member(record, "/intent", "true");
  core_assert_member(record, "/latency_us", "1234");
  core_assert_member(record, "/request_id", "\"r-1\"");
  core_assert_member(record, "/recovered", "true");
  core_assert_member(record, "/intent_seq", "42");
  core_assert_member(record, "/intent_w", "\"host/7/0a0b0c0d\"");
}
END_TEST

START_TEST(a_recovery_notes_nothing_in_passing_and_checks_nothing) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  core_start(&rig, &job);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig.act.request.target, "/api/v2/outbound/campaigns/c1");
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"");
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
  ck_assert_uint_eq(rig.note_count, 0);
}
END_TEST

/* ------------------------------------------------------------------- copies under way */

static void answer_unchanged(void) { ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\""); }

static void assert_waits(int64_t us) {
  core_expect_nothing(&rig);
  ck_assert_int_eq(cxd__core_due(rig.core) - rig.world->now.mono_us, us);
  core_pass(&rig, us - 1);
  core_expect_nothing(&rig);
  core_pass(&rig, 1);
  core_expect_send(&rig, CXD__CLASS_GET);
}

/* The rig: an attempt takes 10 s, and it is 2000 s since the boot. */
START_TEST(as_before_means_little_as_long_as_a_copy_may_be_under_way) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  assert_waits(10 * SECOND);
  answer_unchanged();
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
  assert_ended(NOT_APPLIED);
}
END_TEST

static void add_to_intent(const char *member) {
  char rest[1024];
  char *at = strstr(line, "\"basis\"");
  ck_assert_ptr_nonnull(at);
  (void)snprintf(rest, sizeof rest, "%s", at);
  job.intent_len = (size_t)(at - line) + (size_t)snprintf(at, sizeof line - (size_t)(at - line), "%s,%s", member, rest);
}

/* The process that has ended may have had other settings: what counts is the longer attempt of the two. */
START_TEST(an_attempt_of_its_own_is_waited_for_if_that_takes_longer) {
  static const struct {
    const char *member;
    int64_t seconds;
  } own[] = {{"\"attempt_ms\":45000", 45}, {"\"attempt_ms\":3000", 10}, {"\"attempt_ms\":-45000", 10}, {"\"attempt_ms\":\"45000\"", 10}};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
    add_to_intent(own[i].member);
    to_get();
    answer_unchanged();
    assert_waits(own[i].seconds * SECOND);
    answer_unchanged();
    assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(a_copy_that_arrives_meanwhile_is_seen) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  assert_waits(10 * SECOND);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  assert_recorded("applied_readback", "CXD_OK", "\"\\\"v8\\\"\"");
}
END_TEST

/* How old the intent is says nothing: its update may have been sent again just before its process ended. */
START_TEST(what_counts_is_when_its_process_was_seen_to_be_gone) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  job.gone_boot_us = 1993 * SECOND;
  to_get();
  answer_unchanged();
  assert_waits(3 * SECOND);
}
END_TEST

START_TEST(a_process_that_has_been_gone_for_an_attempt_is_not_waited_for) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  job.gone_boot_us = 1990 * SECOND;
  to_get();
  answer_unchanged();
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
}
END_TEST

START_TEST(a_process_that_is_gone_in_the_future_is_gone_now) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  job.gone_boot_us = INT64_MAX;
  to_get();
  answer_unchanged();
  assert_waits(10 * SECOND);
}
END_TEST

/* What counts is when it was asked, not when the answer came. */
START_TEST(an_answer_that_was_asked_for_too_early_is_asked_for_again) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  job.gone_boot_us = 1995 * SECOND;
  to_get();
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"", .took_us = 6 * SECOND);
  core_expect_send(&rig, CXD__CLASS_GET);
  answer_unchanged();
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
}
END_TEST

START_TEST(of_another_boot_no_copy_is_under_way) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
}
END_TEST

START_TEST(a_boot_that_is_not_known_is_taken_for_this_one_just_now) {
  static const char *const boots[][2] = {{"", BOOT}, {BOOT, ""}, {"", ""}};
  for (size_t i = 0; i < 3; i++) {
    write_intent(boots[i][0], "merge", "etag", ETAG_7, DIFF);
    job.boot = boots[i][1];
    to_get();
    answer_unchanged();
    assert_waits(10 * SECOND);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(what_is_certain_needs_no_wait) {
  static const int intervals[] = {60, 45};
  for (size_t i = 0; i < 2; i++) {
    write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
    to_get();
    ANSWER(&rig, .http = 200, .body = intervals[i] == 60 ? DOC(8, 60, "North") : DOC(8, 45, "North"), .etag = "\"v8\"");
    core_append_ok(&rig);
    close_rig();
    open_rig();
  }
}
END_TEST

START_TEST(a_wait_past_the_deadline_is_not_begun) {
  struct core_setup setup = core_setup_default();
  setup.core.deadline_us = 9 * SECOND;
  core_rig_reopen(&rig, &setup);
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_E_TIMEOUT);
  ck_assert_int_eq(result->outcome, 0);
  ck_assert_int_eq(cxd_error_retryable(result->error), 1);
  ck_assert_int_eq(cxd_error_retry_after_ms(result->error), 10001);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(result->error), "record 42"));
  cxd_result_free(result);
}
END_TEST

/* Else nobody with a shorter deadline could ever find out what became of it. */
START_TEST(a_longer_attempt_of_the_other_process_prolongs_the_deadline) {
  struct core_setup setup = core_setup_default();
  setup.core.deadline_us = 20 * SECOND;
  core_rig_reopen(&rig, &setup);
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  add_to_intent("\"attempt_ms\":45000");
  to_get();
  answer_unchanged();
  assert_waits(45 * SECOND);
  answer_unchanged();
  assert_recorded("not_applied", "CXD_E_CANCELLED", ETAG_7);
}
END_TEST

/* ------------------------------------------------------------------- what stands in the way */

static void assert_fails(cxd_status status) {
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_msg(result->status == status, "%s: %s", cxd_status_name(result->status), cxd_error_message(result->error));
  ck_assert_int_eq(cxd_error_status(result->error), status);
  ck_assert_int_eq(result->outcome, 0);
  ck_assert_int_eq(result->audit_seq, 0);
  cxd_result_free(result);
}

static const struct {
  struct core_answer answer;
  cxd_status status;
} refusals[] = {
    {{.http = 404}, CXD_E_NOT_FOUND},
    {{.http = 403}, CXD_E_FORBIDDEN},
    {{.http = 400}, CXD_E_REJECTED},
    {{.http = 302}, CXD_E_PROTOCOL},
    {{.http = 200, .body = "<html>"}, CXD_E_PROTOCOL},
    {{.http = 200, .body = ""}, CXD_E_PROTOCOL},
    {{.http = 200, .body = "{\"id\":\"c2\",\"pacing\":{\"interval\":60}}"}, CXD_E_PROTOCOL},
    {{.way = CXD__WAY_TLS, .unsent = 1}, CXD_E_TLS},
};

START_TEST(a_campaign_that_cannot_be_read_leaves_the_intent_as_it_is) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  core_answer(&rig, &refusals[_i].answer);
  assert_fails(refusals[_i].status);
}
END_TEST

START_TEST(reading_is_tried_as_often_as_any) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  for (int i = 1; i < 4; i++) {
    ANSWER(&rig, .way = CXD__WAY_LOST);
    core_expect_nothing(&rig);
    core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  ANSWER(&rig, .way = CXD__WAY_LOST);
  assert_fails(CXD_E_CONNECT);
}
END_TEST

START_TEST(a_refused_token_is_renewed_once) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  ANSWER(&rig, .http = 401);
  core_give_token(&rig, "tok-2", 60);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 401);
  assert_fails(CXD_E_UNAUTHORIZED);
  ck_assert_uint_eq(rig.note_count, 0);
}
END_TEST

START_TEST(without_a_token_nothing_is_read) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  core_start(&rig, &job);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 401, .body = "{\"error\":\"invalid_client\"}");
  assert_fails(CXD_E_UNAUTHORIZED);
}
END_TEST

START_TEST(a_record_that_somebody_else_resolved_is_as_good) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_STATE);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_int_eq(result->audit_status, CXD_OK);
  ck_assert_int_eq(result->audit_seq, 0);
  ck_assert_ptr_null(result->error);
  cxd_result_free(result);
}
END_TEST

START_TEST(a_log_that_does_not_take_the_outcome_is_told) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  core_expect(&rig, CXD__ACT_APPEND);
  core_appended(&rig, CXD_E_AUDIT);
  assert_fails(CXD_E_AUDIT);
}
END_TEST

START_TEST(an_unreadable_record_is_refused_at_the_start) {
  cxd_error *error = NULL;
  uint32_t op = 0;
  job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .intent = "{\"k\":\"intent\"}", .intent_len = 14, .boot = BOOT};
  ck_assert_int_eq(cxd__core_start(rig.core, &job, rig.world->now, &op, &error), CXD_E_AUDIT);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_AUDIT);
  cxd_error_free(error);
  core_expect_nothing(&rig);
}
END_TEST

/* ---------------------------------------------------------------------------- cancel */

START_TEST(a_cancel_ends_the_read) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  struct cxd__action get = rig.act;
  cxd__core_cancel(rig.core, rig.op, rig.world->now);
  core_expect(&rig, CXD__ACT_ABORT);
  ANSWER_TO(&rig, &get, .way = CXD__WAY_ABORTED);
  assert_fails(CXD_E_CANCELLED);
}
END_TEST

START_TEST(a_cancel_ends_the_wait_at_once) {
  write_intent(BOOT, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  core_expect_nothing(&rig);
  cxd__core_cancel(rig.core, 0, rig.world->now);
  assert_fails(CXD_E_CANCELLED);
}
END_TEST

START_TEST(a_cancel_comes_too_late_for_what_is_being_written) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  to_get();
  answer_unchanged();
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__action append = rig.act;
  cxd__core_cancel(rig.core, 0, rig.world->now);
  core_expect_nothing(&rig);
  rig.act = append;
  assert_ended(NOT_APPLIED);
}
END_TEST

/* Several at once on one core, beside an update of another campaign: nothing of one is in the other. */
START_TEST(recoveries_and_updates_share_a_core) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  struct cxd__job recovery = job;
  core_to_get(&rig, INTERVAL_60);
  struct cxd__action update_get = rig.act;
  uint32_t update = rig.op;
  core_start(&rig, &recovery);
  core_expect_send(&rig, CXD__CLASS_GET);
  uint32_t first = rig.op;
  struct cxd__action get = rig.act;
  ANSWER_TO(&rig, &update_get, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_int_eq(rig.act.resolves, 0);
  struct cxd__action intent = rig.act;
  ANSWER_TO(&rig, &get, .http = 200, .body = DOC(7, 30, "North"), .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_int_eq(rig.act.resolves, 42);
  ck_assert_uint_eq(rig.act.op, first);
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  rig.act = intent;
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ck_assert_uint_eq(rig.act.op, update);
}
END_TEST

START_TEST(a_recovery_without_memory_puts_nothing_wrong_on_record) {
  for (size_t n = 1;; n++) {
    ck_assert_uint_lt(n, 300);
    write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
    to_get();
    struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = rig.act.op, .tag = rig.act.tag, .exchange = {.http_status = 200, .sends = 1, .etag = cxd__strdup("\"v8\"")}};
    cxd__buf_str(&event.exchange.body, DOC(8, 60, "North"));
    cxd__mem_fail_at(n);
    cxd__core_feed(rig.core, rig.world->now, &event);
    int enough = cxd__mem_count() < n;
    cxd__mem_fail_at(0);
    cxd__exchange_clear(&event.exchange);
    core_next(&rig);
    if (rig.act.kind == CXD__ACT_APPEND)
      core_assert_member(core_record(&rig), "/outcome", "\"applied_readback\"");
    else
      ck_assert_int_eq(rig.act.kind, CXD__ACT_DONE);
    close_rig();
    open_rig();
    if (enough)
      return;
  }
}
END_TEST

/* ------------------------------------------------------------------------ without a log */

#define BODY(concurrency, v0) \
  "{\"k\":\"intent\",\"op\":\"019ac7f0-0000-7000-8000-000000000001\",\"campaign\":\"c1\",\"mode\":\"merge\",\"round\":1,\"concurrency\":\"" concurrency "\"" v0 ",\"attempt_ms\":10000,\"diff\":" DIFF "}"

static const struct {
  const char *body, *found;
  int32_t outcome;
} bodies[] = {
    {BODY("version", ",\"v0\":7"), DOC(8, 60, "North"), APPLIED},
    {BODY("version", ",\"v0\":7"), DOC(8, 45, "North"), CONFLICT},
    {BODY("none", ""), NO_VERSION(60), APPLIED},
};

static void assert_ends_without_a_record(int32_t outcome) {
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, outcome);
  ck_assert_int_eq(result->status, CXD_OK);
  ck_assert_ptr_null(result->error);
  ck_assert_int_eq(result->audit_seq, 0);
  ck_assert_ptr_null(result->audit_record);
  cxd_result_free(result);
}

START_TEST(a_body_that_was_never_in_a_log_is_judged_by_reading_and_nothing_is_appended) {
  job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .audit = _i % 2 ? CXD__AUDIT_OFF : CXD__AUDIT_REQUIRED, .intent = bodies[_i].body, .intent_len = strlen(bodies[_i].body), .boot = BOOT};
  to_get();
  ANSWER(&rig, .http = 200, .body = bodies[_i].found);
  assert_ends_without_a_record(bodies[_i].outcome);
}
END_TEST

START_TEST(an_unknown_boot_waits_for_an_attempt_before_it_says_not_applied) {
  const char *text = BODY("version", ",\"v0\":7");
  job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .intent = text, .intent_len = strlen(text), .boot = BOOT};
  to_get();
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  core_expect_nothing(&rig);
  core_pass(&rig, 10 * SECOND);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"));
  assert_ends_without_a_record(NOT_APPLIED);
}
END_TEST

START_TEST(a_wait_that_is_too_long_is_told_without_a_record_number) {
  struct core_setup setup = core_setup_default();
  const char *text = BODY("version", ",\"v0\":7");
  setup.core.deadline_us = 5 * SECOND;
  core_rig_reopen(&rig, &setup);
  job = (struct cxd__job){.kind = CXD__JOB_RECOVER, .intent = text, .intent_len = strlen(text), .boot = BOOT};
  to_get();
  ANSWER(&rig, .http = 200, .body = DOC(7, 30, "North"), .took_us = SECOND);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_E_TIMEOUT);
  ck_assert_ptr_null(strstr(cxd_error_message(result->error), "record"));
  cxd_result_free(result);
}
END_TEST

START_TEST(a_record_of_a_log_is_judged_without_one_too) {
  write_intent(BEFORE, "merge", "etag", ETAG_7, DIFF);
  job.audit = CXD__AUDIT_OFF;
  to_get();
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  assert_ends_without_a_record(APPLIED);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_recover");
  TCase *t = tcase_create("recover");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_loop_test(t, what_is_found_decides_what_became_of_it, 0, (int)(sizeof cases / sizeof *cases));
  tcase_add_test(t, the_record_is_the_one_that_the_update_would_have_got);
  tcase_add_test(t, a_recovery_notes_nothing_in_passing_and_checks_nothing);
  tcase_add_test(t, as_before_means_little_as_long_as_a_copy_may_be_under_way);
  tcase_add_test(t, an_attempt_of_its_own_is_waited_for_if_that_takes_longer);
  tcase_add_test(t, a_copy_that_arrives_meanwhile_is_seen);
  tcase_add_test(t, what_counts_is_when_its_process_was_seen_to_be_gone);
  tcase_add_test(t, a_process_that_has_been_gone_for_an_attempt_is_not_waited_for);
  tcase_add_test(t, a_process_that_is_gone_in_the_future_is_gone_now);
  tcase_add_test(t, an_answer_that_was_asked_for_too_early_is_asked_for_again);
  tcase_add_test(t, of_another_boot_no_copy_is_under_way);
  tcase_add_test(t, a_boot_that_is_not_known_is_taken_for_this_one_just_now);
  tcase_add_test(t, what_is_certain_needs_no_wait);
  tcase_add_test(t, a_wait_past_the_deadline_is_not_begun);
  tcase_add_test(t, a_longer_attempt_of_the_other_process_prolongs_the_deadline);
  tcase_add_loop_test(t, a_campaign_that_cannot_be_read_leaves_the_intent_as_it_is, 0, (int)(sizeof refusals / sizeof *refusals));
  tcase_add_test(t, reading_is_tried_as_often_as_any);
  tcase_add_test(t, a_refused_token_is_renewed_once);
  tcase_add_test(t, without_a_token_nothing_is_read);
  tcase_add_test(t, a_record_that_somebody_else_resolved_is_as_good);
  tcase_add_test(t, a_log_that_does_not_take_the_outcome_is_told);
  tcase_add_test(t, an_unreadable_record_is_refused_at_the_start);
  tcase_add_test(t, a_cancel_ends_the_read);
  tcase_add_test(t, a_cancel_ends_the_wait_at_once);
  tcase_add_test(t, a_cancel_comes_too_late_for_what_is_being_written);
  tcase_add_test(t, recoveries_and_updates_share_a_core);
  tcase_add_test(t, a_recovery_without_memory_puts_nothing_wrong_on_record);
  tcase_add_loop_test(t, a_body_that_was_never_in_a_log_is_judged_by_reading_and_nothing_is_appended, 0, (int)(sizeof bodies / sizeof *bodies));
  tcase_add_test(t, an_unknown_boot_waits_for_an_attempt_before_it_says_not_applied);
  tcase_add_test(t, a_wait_that_is_too_long_is_told_without_a_record_number);
  tcase_add_test(t, a_record_of_a_log_is_judged_without_one_too);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "base/digest.h"
#include "core_rig.h"
#include "json/pointer.h"
#include "run.h"
#include "validate/report.h"

#define CHANGE "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"
#define BODY_MOST 16000 /* of 16384: the log adds seq, time, host and two digests */

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void to_intent(const char *document, const char *etag) {
  ANSWER(&rig, .http = 200, .body = document, .etag = etag);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
}

static void assert_digest(struct cxd__slice record, const char *pointer, const char *text) {
  char hex[65], raw[68];
  cxd__sha256_hex(text, strlen(text), hex);
  (void)snprintf(raw, sizeof raw, "\"%s\"", hex);
  core_assert_member(record, pointer, raw);
}

START_TEST(an_intent_says_what_is_about_to_happen) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.actor = "ops@example";
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  to_intent("{\"id\":\"c1\",\"version\":7,\"pacing\":{\"interval\":30.0}}", "\"v\\\"7\"");
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/k", "\"intent\"");
  core_assert_member(record, "/campaign", "\"c1\"");
  core_assert_member(record, "/actor", "\"ops@example\"");
  core_assert_member(record, "/mode", "\"merge\"");
  core_assert_member(record, "/round", "1");
  core_assert_member(record, "/concurrency", "\"etag\"");
  core_assert_member(record, "/diff", "[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30.0,\"value\":60}]");
  assert_digest(record, "/d0", "{\"id\":\"c1\",\"version\":7,\"pacing\":{\"interval\":30.0}}");
  assert_digest(record, "/d1", "{\"id\":\"c1\",\"version\":7,\"pacing\":{\"interval\":60}}");
  ck_assert_uint_eq(cxd__json_find(record, "/op").len, 38);
}
END_TEST

START_TEST(the_version_is_the_condition_in_the_record_as_it_was_read) {
  core_to_get(&rig, CHANGE);
  to_intent("{\"id\":\"c1\",\"version\":18446744073709551615}", NULL);
  core_assert_member(core_record(&rig), "/v0", "18446744073709551615");
  core_assert_member(core_record(&rig), "/concurrency", "\"version\"");
}
END_TEST

START_TEST(a_version_over_several_lines_does_not_break_the_line) {
  core_to_get(&rig, CHANGE);
  to_intent("{\"id\":\"c1\",\"version\":{\n\"major\": 1,\r\n\t\"minor\": 2}}", NULL);
  core_assert_member(core_record(&rig), "/v0", "{\"major\":1,\"minor\":2}");
}
END_TEST

START_TEST(values_over_several_lines_do_not_break_the_line) {
  core_to_get(&rig, "{\"id\":\"c1\",\"rules\":[ 1,\n 2 ]}");
  to_intent("{\"id\":\"c1\",\"rules\":[\n]}", NULL);
  core_assert_member(core_record(&rig), "/diff", "[{\"op\":\"replace\",\"path\":\"/rules\",\"old\":[],\"value\":[1,2]}]");
  core_assert_member(core_record(&rig), "/v0", NULL);
}
END_TEST

START_TEST(a_replacement_has_no_before) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.replace = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/mode", "\"replace\"");
  core_assert_member(core_record(&rig), "/d0", NULL);
  assert_digest(core_record(&rig), "/d1", CHANGE);
}
END_TEST

START_TEST(an_outcome_says_what_became_of_it) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 200, .request_id = "r-1", .took_us = 1234);
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_int_eq(rig.act.reserve, 0);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/k", "\"outcome\"");
  core_assert_member(record, "/outcome", "\"applied\"");
  core_assert_member(record, "/status", "\"CXD_OK\"");
  core_assert_member(record, "/http_status", "200");
  core_assert_member(record, "/sends", "1");
  core_assert_member(record, "/attempts", "3");
  core_assert_member(record, "/intent", "true");
  core_assert_member(record, "/latency_us", "1234");
  core_assert_member(record, "/request_id", "\"r-1\"");
  core_assert_member(record, "/findings", NULL);
}
END_TEST

/* --------------------------------------------------------------- basis, rollback, v1 */

static const char *const intent_order[] = {"k", "op", "campaign", "actor", "mode", "round", "rollback_of", "concurrency", "v0", "d0", "d1", "attempt_ms", "basis", "diff"};
static const char *const outcome_order[] = {"k", "op", "campaign", "actor", "mode", "round", "outcome", "status", "http_status", "sends", "attempts", "intent", "latency_us", "request_id", "v1", "findings"};

static void assert_order(struct cxd__slice record, const char *const names[], size_t count) {
  struct cxd__slice key, value;
  struct cxd__json_iter iter;
  size_t n = 0;
  for (cxd__json_walk(&iter, record); cxd__json_next(&iter, &key, &value); n++)
    ck_assert_msg(n < count && cxd__json_string_is(key, names[n]), "member %zu is %.*s", n, (int)key.len, key.p);
  ck_assert_uint_eq(n, count);
}

static void start_as(const struct cxd__job *job) {
  core_start(&rig, job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

START_TEST(records_have_their_members_in_the_order_of_the_specification) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.actor = "ops";
  job.rollback_of = 41;
  rig.basis = "{\"rules\":\"0.1.0\"}";
  start_as(&job);
  to_intent(core_document, "\"v7\"");
  assert_order(core_record(&rig), intent_order, sizeof intent_order / sizeof *intent_order);
  core_assert_member(core_record(&rig), "/rollback_of", "41");
  core_assert_member(core_record(&rig), "/attempt_ms", "10000");
  core_assert_member(core_record(&rig), "/basis", "{\"rules\":\"0.1.0\"}");
}
END_TEST

START_TEST(an_outcome_has_its_members_in_the_order_of_the_specification) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.actor = "ops";
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_E_INVALID);
  core_expect(&rig, CXD__ACT_APPEND);
  assert_order(core_record(&rig), outcome_order, sizeof outcome_order / sizeof *outcome_order);
}
END_TEST

START_TEST(an_update_of_its_own_takes_nothing_back_and_a_basis_that_is_not_known_is_null) {
  core_to_get(&rig, CHANGE);
  to_intent(core_document, "\"v7\"");
  core_assert_member(core_record(&rig), "/rollback_of", NULL);
  core_assert_member(core_record(&rig), "/basis", "null");
}
END_TEST

/* A PUT that waited is checked again, and that check decides. */
START_TEST(the_basis_is_that_of_the_last_check) {
  core_to_get(&rig, CHANGE);
  rig.basis = "{\"local\":\"first\"}";
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked_until(&rig, rig.world->now.wall_ms); /* over at once */
  rig.basis = "{\"local\":\"second\"}";
  core_expect(&rig, CXD__ACT_CHECK);
  core_checked(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/basis/local", "\"second\"");
}
END_TEST

static void assert_v1(const char *raw) {
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"outcome\"");
  core_assert_member(core_record(&rig), "/v1", raw);
}

static const struct {
  const char *etag;  /* of the GET */
  const char *body, *after; /* of the PUT */
  const char *v1;
} answers[] = {
    {"\"v7\"", "", "\"v8\"", "\"\\\"v8\\\"\""},                /* an entity tag */
    {"\"v7\"", "", NULL, "null"},                              /* it did not say */
    {"\"v7\"", DOC(8, 60, "North"), NULL, "null"},             /* another kind than the condition */
    {"\"v7\"", DOC(8, 60, "North"), "\"v8\"", "\"\\\"v8\\\"\""},
    {NULL, DOC(8, 60, "North"), "\"v8\"", "8"},                  /* conditional on the version */
    {NULL, "", "\"v8\"", "null"},
    {NULL, "{\"id\":\"c1\",\"pacing\":{\"interval\":60},\"version\":18446744073709551616}", NULL, "18446744073709551616"},
};

START_TEST(the_validator_after_is_what_the_put_was_answered_with) {
  core_to_get(&rig, CHANGE);
  core_round_to_put(&rig, core_document, answers[_i].etag);
  ANSWER(&rig, .http = 200, .body = answers[_i].body, .etag = answers[_i].after);
  assert_v1(answers[_i].v1);
}
END_TEST

START_TEST(or_what_it_was_read_back_with) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_LOST);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 60, "North"), .etag = "\"v8\"");
  assert_v1("\"\\\"v8\\\"\"");
}
END_TEST

START_TEST(what_stood_there_before_a_put_says_nothing_behind_it) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 422, .body = "{}");
  assert_v1("null");
}
END_TEST

START_TEST(an_unchanged_campaign_is_what_was_read) {
  core_to_get(&rig, "{\"id\":\"c1\",\"pacing\":{\"interval\":30}}");
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  assert_v1("\"\\\"v7\\\"\"");
}
END_TEST

START_TEST(of_an_unknown_outcome_no_validator_is_known) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 202);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_pass(&rig, 179 * SECOND);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_pass(&rig, 5 * SECOND);
  assert_v1("null");
  core_assert_member(core_record(&rig), "/outcome", "\"unknown\"");
}
END_TEST

START_TEST(a_validator_that_is_too_long_for_a_record_is_not_known) {
  struct cxd__buf body = {0};
  cxd__buf_str(&body, "{\"id\":\"c1\",\"pacing\":{\"interval\":60},\"version\":1");
  for (int i = 0; i < 20000; i++)
    cxd__buf_char(&body, '0');
  cxd__buf_char(&body, '}');
  core_to_get(&rig, CHANGE);
  core_round_to_put(&rig, core_document, NULL);
  ANSWER(&rig, .http = 200, .body = body.data);
  assert_v1("null");
  ck_assert_uint_le(rig.act.record_len, BODY_MOST);
  cxd__buf_free(&body);
}
END_TEST

START_TEST(no_token_and_no_secret_stands_in_a_record) {
  core_to_get(&rig, CHANGE);
  to_intent(core_document, "\"v7\"");
  ck_assert_ptr_null(strstr(rig.act.record, "tok-1"));
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 403, .body = "{\"message\":\"tok-1\"}");
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_ptr_null(strstr(rig.act.record, "tok-1"));
  ck_assert_ptr_null(strstr(rig.act.record, "s3cret"));
}
END_TEST

/* ------------------------------------------------------------------- hostile text */

START_TEST(hostile_text_stays_inside_its_string) {
  struct cxd__job job = core_apply(&rig, "{\"id\":\"c\\\"1 \\u00e9\",\"na\\\"me\\n\":\"x\\\",\\\"k\\\":\\\"fake\"}");
  job.actor = "a\"}\n{\"k\":\"genesis\x01\x7f\xff\xc3";
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  to_intent("{\"id\":\"c\\\"1 \\u00e9\",\"version\":\"7\\n\"}", "\"\\\"");
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/k", "\"intent\"");
  core_assert_member(record, "/v0", "\"\\\"\\\\\\\"\"");
  core_appended(&rig, CXD_OK);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 400, .request_id = "r\"1\\", .body = "{\"message\":\"\\\"}\\n{\"}");
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/k", "\"outcome\"");
  core_assert_member(core_record(&rig), "/request_id", "\"r\\\"1\\\\\"");
}
END_TEST

static char *repeated(const char *piece, size_t count) {
  struct cxd__buf b = {0};
  for (size_t i = 0; i < count; i++)
    cxd__buf_str(&b, piece);
  return cxd__buf_take(&b);
}

static void assert_small_record(void) {
  core_expect(&rig, CXD__ACT_APPEND);
  (void)core_record(&rig);
  ck_assert_uint_le(rig.act.record_len, BODY_MOST);
}

START_TEST(a_refused_id_of_any_length_still_gets_its_outcome) {
  char *id = repeated("\\u0001", 20000);
  struct cxd__buf change = {0};
  cxd__buf_fmt(&change, "{\"id\":\"%s\",\"a\":1}", id);
  struct cxd__job job = core_apply(&rig, change.data);
  core_start(&rig, &job);
  core_check_ok(&rig);
  assert_small_record();
  cxd__buf_free(&change);
  cxd__free(id);
}
END_TEST

static void check_with_findings(size_t count, const char *code, const char *pointer) {
  struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = rig.act.op, .tag = rig.act.tag, .status = CXD_E_INVALID, .report = cxd__report_new()};
  for (size_t i = 0; i < count; i++)
    (void)cxd_report_add(event.report, CXD_SEVERITY_ERROR, code, pointer, "wrong");
  event.error = cxd__error_new(CXD_E_INVALID, "wrong");
  cxd__core_feed(rig.core, rig.world->now, &event);
  cxd_error_free(event.error);
}

static void start_to_check(const char *actor) {
  struct cxd__job job = core_apply(&rig, CHANGE);
  job.actor = actor;
  core_start(&rig, &job);
  core_expect(&rig, CXD__ACT_CHECK);
}

START_TEST(findings_are_listed_by_code_and_pointer_up_to_twenty) {
  start_to_check(NULL);
  check_with_findings(25, "pacing.interval", "/pacing/interval");
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/findings/0", "{\"code\":\"pacing.interval\",\"pointer\":\"/pacing/interval\"}");
  core_assert_member(record, "/findings/19/code", "\"pacing.interval\"");
  core_assert_member(record, "/findings/20", NULL);
  core_assert_member(record, "/findings_total", "25");
  ck_assert_ptr_null(strstr(rig.act.record, "wrong"));
}
END_TEST

START_TEST(a_few_findings_need_no_total) {
  start_to_check(NULL);
  check_with_findings(20, "a", "/b");
  core_expect(&rig, CXD__ACT_APPEND);
  core_assert_member(core_record(&rig), "/findings_total", NULL);
}
END_TEST

START_TEST(long_findings_and_actors_do_not_push_a_record_over_its_size) {
  static const char *const pieces[] = {"/x", "\x01", "\"", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    char *text = repeated(pieces[i], 3000);
    struct cxd__buf pointer = {0};
    cxd__buf_fmt(&pointer, "/%s", text);
    start_to_check(text);
    check_with_findings(30, "long_code", pointer.data);
    cxd__buf_free(&pointer);
    assert_small_record();
    core_assert_member(core_record(&rig), "/findings_total", "30");
    core_appended(&rig, CXD_OK);
    core_assert_result(&rig, CXD_OUTCOME_REJECTED, CXD_E_INVALID);
    cxd__free(text);
  }
}
END_TEST

START_TEST(a_cut_text_ends_with_a_whole_character) {
  char *text = repeated("\xe2\x82\xac", 200);
  start_to_check(text);
  check_with_findings(1, "a", "/b");
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_ptr_null(strstr(rig.act.record, "\xef\xbf\xbd"));
  size_t len = 0;
  char *actor = cxd__json_string(cxd__json_find(core_record(&rig), "/actor"), &len);
  ck_assert_uint_eq(len, 255);
  cxd__free(actor);
  cxd__free(text);
}
END_TEST

START_TEST(records_without_memory_never_come_out_half_written) {
  for (size_t n = 1; n < 400; n++) {
    core_to_get(&rig, CHANGE);
    struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = rig.act.op, .tag = rig.act.tag};
    event.exchange.http_status = 200;
    event.exchange.sends = 1;
    cxd__buf_str(&event.exchange.body, core_document);
    cxd__mem_fail_at(n);
    cxd__core_feed(rig.core, rig.world->now, &event);
    int32_t more = cxd__core_next(rig.core, rig.world->now, &rig.act);
    if (more && rig.act.kind == CXD__ACT_CHECK) {
      struct cxd__event checked = {.kind = CXD__EV_CHECKED, .op = rig.act.op, .tag = rig.act.tag, .status = CXD_OK};
      cxd__core_feed(rig.core, rig.world->now, &checked);
      more = cxd__core_next(rig.core, rig.world->now, &rig.act);
    }
    int enough = cxd__mem_count() < n;
    cxd__mem_fail_at(0);
    cxd__exchange_clear(&event.exchange);
    ck_assert_int_eq(more, 1);
    if (rig.act.kind == CXD__ACT_APPEND)
      (void)core_record(&rig);
    else
      ck_assert_int_eq(rig.act.kind, CXD__ACT_DONE);
    close_rig();
    open_rig();
    if (enough)
      return;
  }
  ck_abort_msg("never enough memory");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_record");
  TCase *t = tcase_create("records");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, an_intent_says_what_is_about_to_happen);
  tcase_add_test(t, the_version_is_the_condition_in_the_record_as_it_was_read);
  tcase_add_test(t, a_version_over_several_lines_does_not_break_the_line);
  tcase_add_test(t, values_over_several_lines_do_not_break_the_line);
  tcase_add_test(t, a_replacement_has_no_before);
  tcase_add_test(t, an_outcome_says_what_became_of_it);
  tcase_add_test(t, records_have_their_members_in_the_order_of_the_specification);
  tcase_add_test(t, an_outcome_has_its_members_in_the_order_of_the_specification);
  tcase_add_test(t, an_update_of_its_own_takes_nothing_back_and_a_basis_that_is_not_known_is_null);
  tcase_add_test(t, the_basis_is_that_of_the_last_check);
  tcase_add_loop_test(t, the_validator_after_is_what_the_put_was_answered_with, 0, (int)(sizeof answers / sizeof *answers));
  tcase_add_test(t, or_what_it_was_read_back_with);
  tcase_add_test(t, what_stood_there_before_a_put_says_nothing_behind_it);
  tcase_add_test(t, an_unchanged_campaign_is_what_was_read);
  tcase_add_test(t, of_an_unknown_outcome_no_validator_is_known);
  tcase_add_test(t, a_validator_that_is_too_long_for_a_record_is_not_known);
  tcase_add_test(t, no_token_and_no_secret_stands_in_a_record);
  tcase_add_test(t, hostile_text_stays_inside_its_string);
  tcase_add_test(t, a_refused_id_of_any_length_still_gets_its_outcome);
  tcase_add_test(t, findings_are_listed_by_code_and_pointer_up_to_twenty);
  tcase_add_test(t, a_few_findings_need_no_total);
  tcase_add_test(t, long_findings_and_actors_do_not_push_a_record_over_its_size);
  tcase_add_test(t, a_cut_text_ends_with_a_whole_character);
  tcase_add_test(t, records_without_memory_never_come_out_half_written);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Reading an intent back out of a log: what is not of our form is refused in words, whatever it is. */
#include "core/intent.h"

#include <stdio.h>
#include <stdlib.h>

#include "core_rig.h"
#include "run.h"

static const char whole[] =
    "{\"v\":1,\"seq\":42,\"t\":\"2026-11-28T16:00:00.000000Z\",\"bt\":123456789,\"boot\":\"b-1\",\"w\":\"host/7/0a0b0c0d\",\"k\":\"intent\","
    "\"op\":\"019ac7f0-0000-7000-8000-000000000001\",\"campaign\":\"c1\",\"actor\":\"night \\\"shift\\\"\",\"mode\":\"merge\",\"round\":2,\"concurrency\":\"etag\",\"v0\":\"\\\"v7\\\"\","
    "\"d0\":\"00\",\"d1\":\"11\",\"basis\":null,\"diff\":[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":60},{\"op\":\"add\",\"path\":\"/a~1b\",\"value\":{\"x\":[1]}},"
    "{\"op\":\"remove\",\"path\":\"/gone\",\"old\":null}],\"prev\":\"00\",\"h\":\"11\"}";

static struct cxd__slice document_of(const char *json) {
  struct cxd__slice root = {0};
  ck_assert_int_eq(cxd__json_check(json, strlen(json), "document", &root, NULL), CXD_OK);
  return root;
}

START_TEST(all_that_a_recovery_needs_is_read) {
  struct cxd__intent intent;
  ck_assert_int_eq(cxd__intent_read(whole, strlen(whole), &intent, NULL), CXD_OK);
  ck_assert_int_eq(intent.seq, 42);
  ck_assert_str_eq(intent.boot, "b-1");
  ck_assert_str_eq(intent.writer, "host/7/0a0b0c0d");
  ck_assert_str_eq(intent.op, "019ac7f0-0000-7000-8000-000000000001");
  ck_assert_str_eq(intent.campaign, "c1");
  ck_assert_str_eq(intent.actor, "night \"shift\"");
  ck_assert_int_eq(intent.replace, 0);
  ck_assert_int_eq(intent.round, 2);
  ck_assert_str_eq(intent.concurrency, "etag");
  ck_assert(cxd__json_string_is(intent.v0, "\"v7\""));
  ck_assert_uint_eq(intent.count, 3);
  ck_assert_str_eq(intent.edits[1].pointer, "/a~1b");
  ck_assert_ptr_null(intent.edits[1].old.p);
  ck_assert_ptr_null(intent.edits[2].value.p);
  cxd__intent_free(&intent);
}
END_TEST

/* One place of the record written otherwise. */
static char *with(const char *old, const char *new) {
  struct cxd__buf text = {0};
  const char *at = strstr(whole, old);
  ck_assert_msg(at != NULL, "%s", old);
  cxd__buf_add(&text, whole, (size_t)(at - whole));
  cxd__buf_str(&text, new);
  cxd__buf_str(&text, at + strlen(old));
  return cxd__buf_take(&text);
}

/* How long an attempt takes is believed within bounds, and nothing else depends on it. */
START_TEST(what_an_attempt_may_take_is_read_or_left_out) {
  static const struct {
    const char *member;
    int64_t us;
  } cases[] = {
      {"", 0},
      {"\"attempt_ms\":0,", 0},
      {"\"attempt_ms\":1,", 1000},
      {"\"attempt_ms\":25000,", 25000000},
      {"\"attempt_ms\":600000,", CXD__INTENT_ATTEMPT_MAX_US},
      {"\"attempt_ms\":600001,", CXD__INTENT_ATTEMPT_MAX_US},
      {"\"attempt_ms\":9223372036854775807,", CXD__INTENT_ATTEMPT_MAX_US},
      {"\"attempt_ms\":9223372036854775808,", 0},
      {"\"attempt_ms\":-1,", 0},
      {"\"attempt_ms\":-9223372036854775808,", 0},
      {"\"attempt_ms\":1.5,", 0},
      {"\"attempt_ms\":\"25000\",", 0},
      {"\"attempt_ms\":null,", 0},
      {"\"attempt_ms\":[25000],", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct cxd__intent intent;
    char more[120];
    (void)snprintf(more, sizeof more, "%s\"basis\":null", cases[i].member);
    char *text = with("\"basis\":null", more);
    ck_assert_int_eq(cxd__intent_read(text, strlen(text), &intent, NULL), CXD_OK);
    ck_assert_msg(intent.attempt_us == cases[i].us, "%lld for %s", (long long)intent.attempt_us, cases[i].member);
    cxd__intent_free(&intent);
    cxd__free(text);
  }
}
END_TEST

START_TEST(the_longer_attempt_of_the_two_is_waited_for_and_none_of_another_boot) {
  char boot[] = "b-1", none[] = "";
  struct cxd__intent intent = {.boot = boot, .attempt_us = 500};
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "b-1", 400), 500);
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "b-1", 600), 600);
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "", 600), 600);
  ck_assert_int_eq(cxd__intent_wait_us(&intent, NULL, 400), 500);
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "b-2", 600), 0);
  intent.boot = none;
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "b-2", 600), 600);
}
END_TEST

static const struct {
  const char *old, *new, *what;
} faults[] = {
    {"\"k\":\"intent\"", "\"k\":\"outcome\"", "(k)"},
    {"\"k\":\"intent\",", "", "(k)"},
    {"\"seq\":42", "\"seq\":0", "(seq)"},
    {"\"seq\":42", "\"seq\":-1", "(seq)"},
    {"\"seq\":42", "\"seq\":\"42\"", "(seq)"},
    {"\"seq\":42", "\"seq\":99999999999999999999", "(seq)"},
    {"\"boot\":\"b-1\"", "\"boot\":null", "(boot)"},
    {"\"w\":\"host/7/0a0b0c0d\"", "\"w\":[]", "(w)"},
    {"\"w\":\"host/7/0a0b0c0d\"", "\"w\":\"\"", "(w)"},
    {"\"op\":\"019ac7f0-0000-7000-8000-000000000001\"", "\"op\":\"\"", "(op)"},
    {"\"op\":\"019ac7f0-0000-7000-8000-000000000001\"", "\"op\":\"a\\u0000b\"", "(op)"},
    {"\"op\":\"019ac7f0-0000-7000-8000-000000000001\"", "\"op\":\"019ac7f0-0000-7000-8000-0000000000012\"", "(op)"},
    {"\"campaign\":\"c1\"", "\"campaign\":\"../../oauth/token\"", "(campaign)"},
    {"\"campaign\":\"c1\"", "\"campaign\":\"..\"", "(campaign)"},
    {"\"campaign\":\"c1\"", "\"campaign\":\"c\\u00001\"", "(campaign)"},
    {"\"campaign\":\"c1\"", "\"campaign\":\"c\\n1\"", "(campaign)"},
    {"\"campaign\":\"c1\"", "\"campaign\":{}", "(campaign)"},
    {"\"actor\":\"night \\\"shift\\\"\"", "\"actor\":5", "(actor)"},
    {"\"mode\":\"merge\"", "\"mode\":\"patch\"", "(mode)"},
    {"\"mode\":\"merge\"", "\"mode\":1", "(mode)"},
    {"\"round\":2", "\"round\":2147483648", "(round)"},
    {"\"round\":2", "\"round\":-1", "(round)"},
    {"\"concurrency\":\"etag\"", "\"concurrency\":\"luck\"", "(concurrency)"},
    {"\"concurrency\":\"etag\"", "\"concurrency\":\"none\"", "(v0)"},
    {"\"v0\":\"\\\"v7\\\"\",", "", "(v0)"},
    {"\"v0\":\"\\\"v7\\\"\"", "\"v0\":7", "(v0)"},
    {"\"op\":\"replace\"", "\"op\":\"move\"", "(diff)"},
    {"\"op\":\"replace\"", "\"op\":\"add\"", "(diff)"},
    {"\"op\":\"replace\"", "\"op\":\"remove\"", "(diff)"},
    {"\"op\":\"replace\",", "", "(diff)"},
    {",\"old\":30", "", "(diff)"},
    {"\"path\":\"/pacing/interval\"", "\"path\":\"pacing\"", "(diff)"},
    {"\"path\":\"/pacing/interval\"", "\"path\":\"/a~2\"", "(diff)"},
    {"\"path\":\"/pacing/interval\"", "\"path\":7", "(diff)"},
    {"\"diff\":[{", "\"diff\":[7,{", "(diff)"},
    {"\"diff\":[", "\"other\":[", "(diff)"},
    {"\"seq\":42", "\"seq\":42,\"seq\":42", "(everything)"},
    {"{\"v\":1", "{\"v\":1,", "(everything)"},
    {",\"h\":\"11\"}", "", "(everything)"},
};

START_TEST(a_record_of_another_form_is_refused_by_the_member) {
  struct cxd__intent intent = {.seq = 7};
  cxd_error *error = NULL;
  char *text = with(faults[_i].old, faults[_i].new);
  ck_assert_int_eq(cxd__intent_read(text, strlen(text), &intent, &error), CXD_E_AUDIT);
  ck_assert_msg(strstr(cxd_error_message(error), faults[_i].what) != NULL, "%s for %s", cxd_error_message(error), faults[_i].new);
  ck_assert_ptr_null(intent.edits);
  ck_assert_ptr_null(intent.campaign);
  cxd__intent_free(&intent);
  cxd_error_free(error);
  cxd__free(text);
}
END_TEST

START_TEST(rubbish_is_refused) {
  static const char *const texts[] = {"", "x", "[]", "7", "null", "{}", "\"intent\"", "{\"k\":\"intent\"}", "\xff\xfe"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__intent intent;
    ck_assert_int_eq(cxd__intent_read(texts[i], strlen(texts[i]), &intent, NULL), CXD_E_AUDIT);
    cxd__intent_free(&intent);
  }
}
END_TEST

START_TEST(every_truncation_and_every_changed_byte_is_read_or_refused) {
  for (size_t n = 0; n < strlen(whole); n++) {
    struct cxd__intent intent;
    ck_assert_int_eq(cxd__intent_read(whole, n, &intent, NULL), CXD_E_AUDIT);
    cxd__intent_free(&intent);
    for (int bit = 0; bit < 8; bit++) {
      char text[sizeof whole];
      memcpy(text, whole, sizeof whole);
      text[n] = (char)(text[n] ^ (1 << bit));
      cxd_status status = cxd__intent_read(text, sizeof whole - 1, &intent, NULL);
      ck_assert(status == CXD_OK || status == CXD_E_AUDIT);
      if (status == CXD_OK)
        (void)cxd__intent_as_sent(&intent, document_of("{}"));
      cxd__intent_free(&intent);
    }
  }
}
END_TEST

START_TEST(an_intent_without_memory_is_none) {
  for (size_t n = 1;; n++) {
    struct cxd__intent intent;
    ck_assert_uint_lt(n, 100);
    cxd__mem_fail_at(n);
    cxd_status status = cxd__intent_read(whole, strlen(whole), &intent, NULL);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK || status == CXD_E_AUDIT || status == CXD_E_NOMEM);
    ck_assert((intent.campaign != NULL) == (status == CXD_OK));
    cxd__intent_free(&intent);
    if (status == CXD_OK)
      return;
  }
}
END_TEST

/* ------------------------------------------------------------------------- documents */

static const struct {
  const char *document;
  int as_sent, as_before;
} documents[] = {
    {"{\"pacing\":{\"interval\":30},\"gone\":null}", 0, 1},
    {"{\"pacing\":{\"interval\":3e1},\"gone\":null,\"other\":1}", 0, 1},
    {"{\"pacing\":{\"interval\":60},\"a/b\":{\"x\":[1]}}", 1, 0},
    {"{\"pacing\":{\"interval\":60.0},\"a/b\":{\"x\":[1]},\"other\":1}", 1, 0},
    {"{\"pacing\":{\"interval\":60},\"a/b\":{\"x\":[1]},\"gone\":1}", 0, 0},
    {"{\"pacing\":{\"interval\":60},\"a/b\":{\"x\":[2]}}", 0, 0},
    {"{\"pacing\":{\"interval\":45},\"a/b\":{\"x\":[1]}}", 0, 0},
    {"{\"pacing\":{\"interval\":30},\"gone\":0}", 0, 0},
    {"{\"pacing\":{\"interval\":30},\"gone\":null,\"a/b\":1}", 0, 0},
    {"{}", 0, 0},
    {"[]", 0, 0},
};

START_TEST(every_entry_has_to_hold) {
  struct cxd__intent intent;
  ck_assert_int_eq(cxd__intent_read(whole, strlen(whole), &intent, NULL), CXD_OK);
  ck_assert_int_eq(cxd__intent_tells(&intent), 1);
  ck_assert_int_eq(cxd__intent_as_sent(&intent, document_of(documents[_i].document)), documents[_i].as_sent);
  ck_assert_int_eq(cxd__intent_as_before(&intent, document_of(documents[_i].document)), documents[_i].as_before);
  cxd__intent_free(&intent);
}
END_TEST

static struct cxd__intent with_diff(const char *diff, char **text) {
  struct cxd__intent intent;
  const char *at = strstr(whole, "\"diff\":");
  struct cxd__buf b = {0};
  cxd__buf_add(&b, whole, (size_t)(at - whole));
  cxd__buf_fmt(&b, "\"diff\":%s}", diff);
  *text = cxd__buf_take(&b);
  ck_assert_int_eq(cxd__intent_read(*text, strlen(*text), &intent, NULL), CXD_OK);
  return intent;
}

START_TEST(a_diff_that_changes_nothing_tells_nothing) {
  static const char *const diffs[] = {"[]", "[{\"op\":\"replace\",\"path\":\"/a\",\"old\":1,\"value\":1.0}]"};
  for (size_t i = 0; i < 2; i++) {
    char *text;
    struct cxd__intent intent = with_diff(diffs[i], &text);
    ck_assert_int_eq(cxd__intent_tells(&intent), 0);
    cxd__intent_free(&intent);
    cxd__free(text);
  }
}
END_TEST

/* Such a name cannot be looked up: it is neither as before nor as sent. */
START_TEST(a_member_whose_name_has_a_zero_byte_is_not_taken_for_another) {
  char *text;
  struct cxd__intent intent = with_diff("[{\"op\":\"add\",\"path\":\"/a\\u0000b\",\"value\":1}]", &text);
  ck_assert_int_eq(cxd__intent_as_sent(&intent, document_of("{\"a\":1,\"a\\u0000b\":1}")), 0);
  ck_assert_int_eq(cxd__intent_as_before(&intent, document_of("{}")), 0);
  cxd__intent_free(&intent);
  cxd__free(text);
}
END_TEST

/* ------------------------------------------------- a body that was never in a log */

static const char body[] = "{\"k\":\"intent\",\"op\":\"019ac7f0-0000-7000-8000-000000000001\",\"campaign\":\"c1\",\"mode\":\"merge\",\"round\":1,\"concurrency\":\"version\",\"v0\":7,\"attempt_ms\":10000,"
                           "\"diff\":[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":60}]}";

START_TEST(a_body_alone_is_read_without_place_writer_and_boot) {
  struct cxd__intent intent;
  ck_assert_int_eq(cxd__intent_read(body, strlen(body), &intent, NULL), CXD_OK);
  ck_assert_int_eq(intent.seq, 0);
  ck_assert_ptr_null(intent.writer);
  ck_assert_str_eq(intent.boot, "");
  ck_assert_str_eq(intent.campaign, "c1");
  ck_assert_uint_eq(intent.count, 1);
  ck_assert_int_eq(cxd__intent_wait_us(&intent, "b-1", 400), 10000000);
  cxd__intent_free(&intent);
}
END_TEST

/* Out of a log, but not whole: that is no body alone. */
START_TEST(a_place_without_a_writer_is_none) {
  static const char *const more[] = {"{\"seq\":42,", "{\"w\":\"x\",", "{\"boot\":\"b-1\",", "{\"seq\":42,\"w\":\"x\",", "{\"w\":\"x\",\"boot\":\"\",", "{\"seq\":42,\"boot\":\"\","};
  char text[sizeof body + 60];
  struct cxd__intent intent;
  (void)snprintf(text, sizeof text, "%s%s", more[_i], body + 1);
  ck_assert_int_eq(cxd__intent_read(text, strlen(text), &intent, NULL), CXD_E_AUDIT);
}
END_TEST

/* ------------------------------------------------------ an intent that is announced */

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void announced_to_get(enum cxd__audit_mode audit) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.audit = audit;
  job.announce = 1;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

static void expect_announced(const char *round) {
  core_expect(&rig, CXD__ACT_APPEND);
  ck_assert_int_eq(rig.act.intent, 1);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/k", "\"intent\"");
  core_assert_member(record, "/round", round);
}

/* As an engine without a log answers. */
static void told(int32_t declined) {
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = rig.act.op, .tag = rig.act.tag, .declined = declined};
  cxd__core_feed(rig.core, rig.world->now, &event);
}

START_TEST(without_audit_the_intent_is_announced_and_no_outcome_recorded) {
  announced_to_get(CXD__AUDIT_OFF);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  expect_announced("1");
  told(0);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 200);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(result->audit_seq, 0);
  ck_assert_int_eq(result->audit_status, CXD_OK);
  ck_assert_ptr_null(result->audit_record);
  cxd_result_free(result);
}
END_TEST

START_TEST(without_audit_and_listener_there_is_no_intent) {
  struct cxd__job job = core_apply(&rig, INTERVAL_60);
  job.audit = CXD__AUDIT_OFF;
  core_start(&rig, &job);
  core_check_ok(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  core_expect_send(&rig, CXD__CLASS_PUT);
}
END_TEST

static void assert_declined(void) {
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_CALLBACK);
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}

START_TEST(whoever_declines_keeps_the_put_from_leaving) {
  announced_to_get(CXD__AUDIT_OFF);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  expect_announced("1");
  told(1);
  core_expect(&rig, CXD__ACT_DONE);
  assert_declined();
}
END_TEST

START_TEST(declined_with_audit_is_put_on_record) {
  announced_to_get(CXD__AUDIT_REQUIRED);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  expect_announced("1");
  told(1);
  core_expect(&rig, CXD__ACT_APPEND);
  struct cxd__slice record = core_record(&rig);
  core_assert_member(record, "/outcome", "\"not_applied\"");
  core_assert_member(record, "/intent", "true");
  core_appended(&rig, CXD_OK);
  core_expect(&rig, CXD__ACT_DONE);
  assert_declined();
}
END_TEST

START_TEST(another_round_is_announced_again_and_can_be_declined) {
  announced_to_get(CXD__AUDIT_OFF);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  expect_announced("1");
  told(0);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .http = 412);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = DOC(8, 30, "South"), .etag = "\"v8\"");
  core_check_ok(&rig);
  expect_announced("2");
  told(1);
  core_expect(&rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->status, CXD_E_CALLBACK);
  ck_assert_int_eq(result->sends, 1);
  cxd_result_free(result);
}
END_TEST

/* A resend is not another update. */
START_TEST(sending_it_again_is_not_announced_again) {
  announced_to_get(CXD__AUDIT_OFF);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
  core_check_ok(&rig);
  expect_announced("1");
  told(0);
  core_expect_send(&rig, CXD__CLASS_PUT);
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_intent");
  TCase *t = tcase_create("intents");
  suite_add_tcase(suite, t);
  tcase_add_test(t, all_that_a_recovery_needs_is_read);
  tcase_add_test(t, what_an_attempt_may_take_is_read_or_left_out);
  tcase_add_test(t, the_longer_attempt_of_the_two_is_waited_for_and_none_of_another_boot);
  tcase_add_loop_test(t, a_record_of_another_form_is_refused_by_the_member, 0, (int)(sizeof faults / sizeof *faults));
  tcase_add_test(t, rubbish_is_refused);
  tcase_add_test(t, every_truncation_and_every_changed_byte_is_read_or_refused);
  tcase_add_test(t, an_intent_without_memory_is_none);
  tcase_add_loop_test(t, every_entry_has_to_hold, 0, (int)(sizeof documents / sizeof *documents));
  tcase_add_test(t, a_diff_that_changes_nothing_tells_nothing);
  tcase_add_test(t, a_member_whose_name_has_a_zero_byte_is_not_taken_for_another);
  tcase_add_test(t, a_body_alone_is_read_without_place_writer_and_boot);
  tcase_add_loop_test(t, a_place_without_a_writer_is_none, 0, 6);
  TCase *announced = tcase_create("announced");
  suite_add_tcase(suite, announced);
  tcase_add_checked_fixture(announced, open_rig, close_rig);
  tcase_add_test(announced, without_audit_the_intent_is_announced_and_no_outcome_recorded);
  tcase_add_test(announced, without_audit_and_listener_there_is_no_intent);
  tcase_add_test(announced, whoever_declines_keeps_the_put_from_leaving);
  tcase_add_test(announced, declined_with_audit_is_put_on_record);
  tcase_add_test(announced, another_round_is_announced_again_and_can_be_declined);
  tcase_add_test(announced, sending_it_again_is_not_announced_again);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/verdict.h"

#include <stdio.h>

#include "core_rig.h"
#include "run.h"

#define CHANGE "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}"

/* ---------------------------------------------------------------- decision table */

struct row {
  int32_t http;
  enum cxd__way way;
  int32_t sends;
  const char *retry_after;
  enum cxd__meaning put, get;
  cxd_status status;
  cxd_status get_status; /* where it is another one */
};

static void assert_row(const struct row *row) {
  struct cxd__exchange exchange = {.way = row->way, .http_status = row->http, .sends = row->sends, .retry_after = cxd__strdup(row->retry_after)};
  static const enum cxd__class reading[] = {CXD__CLASS_GET, CXD__CLASS_LIST, CXD__CLASS_TOKEN};
  struct cxd__verdict put = cxd__verdict_of(CXD__CLASS_PUT, &exchange);
  ck_assert_msg(put.meaning == row->put && put.status == row->status, "PUT %d way %d sends %d: %d %s", row->http, row->way, row->sends, put.meaning, cxd_status_name(put.status));
  for (size_t i = 0; i < 3; i++) {
    struct cxd__verdict get = cxd__verdict_of(reading[i], &exchange);
    ck_assert_msg(get.meaning == row->get && get.status == (row->get_status ? row->get_status : row->status), "GET %d way %d sends %d: %d %s", row->http, row->way, row->sends, get.meaning, cxd_status_name(get.status));
  }
  cxd__exchange_clear(&exchange);
}

static void assert_rows(const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++)
    assert_row(&rows[i]);
}
#define ASSERT_ROWS(rows) assert_rows((rows), sizeof(rows) / sizeof *(rows))

#define DONE CXD__MEANS_DONE
#define FINAL CXD__MEANS_FINAL
#define AGAIN CXD__MEANS_RETRY
#define DOUBT CXD__MEANS_AMBIGUOUS
#define LATER CXD__MEANS_THROTTLED
#define FIGHT CXD__MEANS_CONFLICT

START_TEST(success_is_done_202_is_accepted_and_only_a_200_can_be_read) {
  static const struct row rows[] = {{200, CXD__WAY_ANSWER, 1, NULL, DONE, DONE, CXD_OK, CXD_OK},
                                    {201, CXD__WAY_ANSWER, 1, NULL, DONE, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {202, CXD__WAY_ANSWER, 1, NULL, CXD__MEANS_ACCEPTED, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {204, CXD__WAY_ANSWER, 1, NULL, DONE, FINAL, CXD_OK, CXD_E_PROTOCOL},
                                    {299, CXD__WAY_ANSWER, 1, "5", DONE, FINAL, CXD_OK, CXD_E_PROTOCOL}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(what_the_request_is_at_fault_for_is_final) {
  static const int32_t rejected[] = {400, 402, 405, 406, 411, 413, 414, 415, 417, 422, 425, 426, 428, 431, 451, 499};
  for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++)
    assert_row(&(struct row){rejected[i], CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_REJECTED, 0});
  static const struct row rows[] = {{403, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_FORBIDDEN, 0}, {404, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_NOT_FOUND, 0},
                                    {410, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_NOT_FOUND, 0}, {501, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_SERVER, 0},
                                    {505, CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_SERVER, 0}, {401, CXD__WAY_ANSWER, 1, NULL, CXD__MEANS_TOKEN, CXD__MEANS_TOKEN, CXD_E_UNAUTHORIZED, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(redirects_and_nonsense_are_final_protocol_errors) {
  static const int32_t codes[] = {100, 101, 199, 300, 301, 302, 303, 304, 307, 308, 399, 600, 999};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_row(&(struct row){codes[i], CXD__WAY_ANSWER, 1, NULL, FINAL, FINAL, CXD_E_PROTOCOL, 0});
}
END_TEST

START_TEST(another_writer_is_a_conflict_for_a_put_only) {
  static const struct row rows[] = {{409, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED},
                                    {412, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED},
                                    {423, CXD__WAY_ANSWER, 1, NULL, FIGHT, FINAL, CXD_E_CONFLICT, CXD_E_REJECTED}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(too_fast_means_later_for_everybody) {
  static const struct row rows[] = {{429, CXD__WAY_ANSWER, 1, NULL, LATER, LATER, CXD_E_RATE_LIMITED, 0}, {429, CXD__WAY_ANSWER, 1, "junk", LATER, LATER, CXD_E_RATE_LIMITED, 0},
                                    {503, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0},        {503, CXD__WAY_ANSWER, 1, "0", LATER, LATER, CXD_E_SERVER, 0},
                                    {423, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0},        {425, CXD__WAY_ANSWER, 1, "3", LATER, LATER, CXD_E_SERVER, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(server_trouble_is_doubtful_for_a_put_and_harmless_for_reading) {
  static const int32_t codes[] = {500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 599};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    assert_row(&(struct row){codes[i], CXD__WAY_ANSWER, 1, NULL, DOUBT, AGAIN, CXD_E_SERVER, 0});
  assert_row(&(struct row){408, CXD__WAY_ANSWER, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0});
}
END_TEST

START_TEST(a_503_with_a_malformed_retry_after_is_a_503_without_one) {
  static const char *const fields[] = {"", "-1", "1.5", "soon"};
  for (size_t i = 0; i < 4; i++)
    assert_row(&(struct row){503, CXD__WAY_ANSWER, 1, fields[i], DOUBT, AGAIN, CXD_E_SERVER, 0});
}
END_TEST

START_TEST(a_misdirected_request_may_be_tried_again) { assert_row(&(struct row){421, CXD__WAY_ANSWER, 1, NULL, AGAIN, AGAIN, CXD_E_SERVER, 0}); }
END_TEST

START_TEST(what_never_left_is_tried_again_unless_it_cannot_help) {
  static const struct row rows[] = {{0, CXD__WAY_CONNECT, 0, NULL, AGAIN, AGAIN, CXD_E_CONNECT, 0}, {0, CXD__WAY_HANDSHAKE, 0, NULL, AGAIN, AGAIN, CXD_E_TLS, 0},
                                    {0, CXD__WAY_TIMEOUT, 0, NULL, AGAIN, AGAIN, CXD_E_TIMEOUT, 0}, {0, CXD__WAY_LOST, 0, NULL, AGAIN, AGAIN, CXD_E_CONNECT, 0},
                                    {0, CXD__WAY_TLS, 0, NULL, FINAL, FINAL, CXD_E_TLS, 0},         {0, CXD__WAY_REFUSED, 0, NULL, FINAL, FINAL, CXD_E_PROTOCOL, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(what_left_and_got_no_answer_is_doubtful_for_a_put) {
  static const struct row rows[] = {{0, CXD__WAY_TIMEOUT, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0}, {0, CXD__WAY_LOST, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0},
                                    {0, CXD__WAY_RESEND, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}, {0, CXD__WAY_ABORTED, 1, NULL, DOUBT, AGAIN, CXD_E_CANCELLED, 0},
                                    {200, CXD__WAY_LOST, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}, {200, CXD__WAY_TIMEOUT, 1, NULL, DOUBT, AGAIN, CXD_E_TIMEOUT, 0},
                                    {0, CXD__WAY_TOO_LARGE, 1, NULL, DOUBT, FINAL, CXD_E_PROTOCOL, 0}, {500, CXD__WAY_TOO_LARGE, 1, NULL, DOUBT, FINAL, CXD_E_SERVER, CXD_E_PROTOCOL},
                                    {0, CXD__WAY_CONNECT, 1, NULL, DOUBT, AGAIN, CXD_E_CONNECT, 0}};
  ASSERT_ROWS(rows);
}
END_TEST

START_TEST(an_oversized_answer_of_success_applied_a_put_and_is_no_use_for_reading) {
  struct cxd__exchange exchange = {.way = CXD__WAY_TOO_LARGE, .http_status = 200, .sends = 1};
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning, DONE);
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_GET, &exchange).meaning, FINAL);
  exchange.http_status = 202;
  ck_assert_int_eq(cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning, CXD__MEANS_ACCEPTED);
}
END_TEST

START_TEST(no_put_is_ever_sent_again_on_a_verdict_that_it_may_be_applied) {
  for (int way = CXD__WAY_ANSWER; way <= CXD__WAY_ABORTED; way++)
    for (int32_t http = 0; http < 700; http++) {
      struct cxd__exchange exchange = {.way = (enum cxd__way)way, .http_status = http, .sends = 1};
      enum cxd__meaning meaning = cxd__verdict_of(CXD__CLASS_PUT, &exchange).meaning;
      int not_applied_for_sure = (way == CXD__WAY_ANSWER || way == CXD__WAY_TOO_LARGE) && http >= 400 && http <= 499 && http != 408;
      if (meaning == AGAIN || meaning == LATER)
        ck_assert_msg(not_applied_for_sure, "way %d status %d", way, http);
    }
}
END_TEST

START_TEST(the_error_carries_what_the_server_said) {
  struct cxd__exchange exchange = {.http_status = 400, .sends = 1, .request_id = cxd__strdup("from-header")};
  cxd__buf_str(&exchange.body, "{\"code\":\"BAD\",\"message\":\"no such zone\",\"field\":\"/timeZone\"}");
  cxd_error *error = cxd__verdict_error(CXD_E_REJECTED, "update of campaign c1", &exchange);
  ck_assert_int_eq(cxd_error_http_status(error), 400);
  ck_assert_str_eq(cxd_error_server_code(error), "BAD");
  ck_assert_str_eq(cxd_error_field(error), "/timeZone");
  ck_assert_str_eq(cxd_error_request_id(error), "from-header");
  ck_assert_int_eq(cxd_error_retryable(error), 0);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "update of campaign c1: the server answered 400 BAD: no such zone"));
  cxd_error_free(error);
  cxd__exchange_clear(&exchange);
}
END_TEST

START_TEST(the_member_a_server_names_becomes_a_json_pointer) {
  static const char *const rows[][2] = {{"/timeZone", "/timeZone"}, {"timeZone", "/timeZone"}, {"pacing.interval", "/pacing/interval"}, {"a/b", "/a~1b"}, {"a~b.c", "/a~0b/c"}, {"/a~b", "/~1a~0b"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *pointer = cxd__field_pointer(rows[i][0]);
    ck_assert_str_eq(pointer, rows[i][1]);
    cxd__free(pointer);
  }
  ck_assert_ptr_null(cxd__field_pointer(NULL));
  ck_assert_ptr_null(cxd__field_pointer(""));
}
END_TEST

/* --------------------------------------------------------------- waits and tries */

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void start_get(void) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
  core_start(&rig, &job);
}

static void to_first_get(void) {
  start_get();
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

static int64_t pause_us(void) {
  core_expect_nothing(&rig);
  int64_t due = cxd__core_due(rig.core);
  ck_assert_int_ne(due, INT64_MAX);
  return due - rig.world->now.mono_us;
}

static cxd_error *end_of_get(cxd_status status) {
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  core_expect(&rig, CXD__ACT_DONE);
  ck_assert_int_eq(cxd__core_take_reply(rig.core, rig.op, &body, &etag, &error), status);
  cxd__core_drop(rig.core, rig.op);
  cxd__buf_free(&body);
  cxd__free(etag);
  return error;
}

static void assert_get_ends(cxd_status status) { cxd_error_free(end_of_get(status)); }

static void reopen(const struct core_setup *setup) {
  core_rig_close(&rig);
  core_rig_open_with(&rig, setup);
}

START_TEST(backoff_is_random_below_a_doubling_ceiling) {
  int64_t longest[3] = {0};
  struct core_setup setup = core_setup_default();
  for (uint64_t seed = 1; seed <= 200; seed++) {
    setup.seed = seed;
    reopen(&setup);
    to_first_get();
    for (int k = 0; k < 3; k++) {
      ANSWER(&rig, .http = 500);
      int64_t pause = pause_us();
      ck_assert_int_ge(pause, 0);
      ck_assert_int_lt(pause, (int64_t)500000 << k);
      longest[k] = pause > longest[k] ? pause : longest[k];
      core_pass(&rig, pause);
      core_expect_send(&rig, CXD__CLASS_GET);
    }
  }
  for (int k = 0; k < 3; k++)
    ck_assert_int_gt(longest[k], ((int64_t)500000 << k) * 9 / 10);
}
END_TEST

START_TEST(backoff_never_exceeds_its_cap) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 20;
  setup.core.cap_us = 3 * SECOND;
  setup.budget = 100000;
  reopen(&setup);
  to_first_get();
  for (int k = 1; k < 20; k++) {
    ANSWER(&rig, .way = CXD__WAY_LOST);
    int64_t pause = pause_us();
    ck_assert_int_lt(pause, 3 * SECOND);
    core_pass(&rig, pause);
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  ANSWER(&rig, .way = CXD__WAY_LOST);
  assert_get_ends(CXD_E_CONNECT);
}
END_TEST

START_TEST(there_is_no_wait_after_the_last_try) {
  to_first_get();
  for (int k = 0; k < 3; k++) {
    ANSWER(&rig, .http = 502);
    core_pass(&rig, pause_us());
    core_expect_send(&rig, CXD__CLASS_GET);
  }
  ANSWER(&rig, .http = 502);
  assert_get_ends(CXD_E_SERVER);
}
END_TEST

START_TEST(one_attempt_means_one_send) {
  struct core_setup setup = core_setup_default();
  setup.core.max_attempts = 1;
  reopen(&setup);
  to_first_get();
  ANSWER(&rig, .http = 500);
  assert_get_ends(CXD_E_SERVER);
}
END_TEST

START_TEST(a_misdirected_request_is_tried_again_once) {
  to_first_get();
  ANSWER(&rig, .http = 421);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 421);
  assert_get_ends(CXD_E_SERVER);
}
END_TEST

START_TEST(retry_after_is_honoured_later_and_never_earlier) {
  static const int64_t asked[] = {1, 7, 60, 119, 120};
  struct core_setup setup = core_setup_default();
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    for (uint64_t seed = 1; seed <= 50; seed++) {
      char text[24];
      setup.seed = seed;
      reopen(&setup);
      to_first_get();
      (void)snprintf(text, sizeof text, "%lld", (long long)asked[i]);
      ANSWER(&rig, .http = 429, .retry_after = text);
      int64_t pause = pause_us();
      ck_assert_int_ge(pause, asked[i] * SECOND);
      ck_assert_int_le(pause, asked[i] * SECOND + SECOND + asked[i] * SECOND / 20);
    }
}
END_TEST

START_TEST(without_a_retry_after_or_with_zero_a_429_waits_seconds_doubling) {
  static const char *const fields[] = {NULL, "junk", "0", "Sun, 06 Nov 1994 08:49:37 GMT"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    close_rig();
    open_rig();
    to_first_get();
    for (int k = 0; k < 3; k++) {
      ANSWER(&rig, .http = 429, .retry_after = fields[i]);
      int64_t pause = pause_us(), ceiling = (5 * SECOND) << k;
      ck_assert_int_ge(pause, ceiling / 2);
      ck_assert_int_le(pause, ceiling);
      core_pass(&rig, pause);
      core_expect_send(&rig, CXD__CLASS_GET);
    }
  }
}
END_TEST

START_TEST(a_longer_retry_after_than_allowed_fails_now_and_says_how_long) {
  to_first_get();
  ANSWER(&rig, .http = 429, .retry_after = "121");
  cxd_error *error = end_of_get(CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 121000);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  ck_assert_int_eq(cxd_error_http_status(error), 429);
  cxd_error_free(error);
}
END_TEST

START_TEST(the_limit_on_retry_after_does_not_bind_our_own_pauses) {
  struct core_setup setup = core_setup_default();
  setup.core.max_retry_after_us = 0;
  reopen(&setup);
  to_first_get();
  ANSWER(&rig, .http = 429);
  ck_assert_int_ge(pause_us(), 2500000);
}
END_TEST

START_TEST(a_huge_retry_after_fails_now_and_closes_the_gate_for_an_hour) {
  static const char *const fields[] = {"86400", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    close_rig();
    open_rig();
    to_first_get();
    ANSWER(&rig, .http = 429, .retry_after = fields[i]);
    assert_get_ends(CXD_E_RATE_LIMITED);
    core_pass(&rig, 3300 * SECOND);
    start_get();
    assert_get_ends(CXD_E_RATE_LIMITED);
    core_pass(&rig, 301 * SECOND);
    start_get();
    core_expect(&rig, CXD__ACT_SEND);
  }
}
END_TEST

START_TEST(the_gate_closes_for_everybody_and_says_when_it_opens) {
  struct core_rig other;
  struct core_setup setup = core_setup_default();
  core_rig_join(&other, &rig, &setup);
  to_first_get();
  ANSWER(&rig, .http = 429, .retry_after = "10");
  int64_t opens = rig.world->now.mono_us + pause_us();
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c2"};
  core_start(&other, &job);
  core_expect_nothing(&other);
  ck_assert_int_eq(cxd__core_due(other.core), opens);
  core_pass_to_due(&other);
  core_expect_send(&other, CXD__CLASS_GET);
  core_rig_close(&other);
}
END_TEST

START_TEST(a_slot_given_back_wakes_those_who_wait_in_other_cores) {
  struct core_rig other;
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  reopen(&setup);
  core_rig_join(&other, &rig, &setup);
  to_first_get();
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c2"};
  core_start(&other, &job);
  core_expect_nothing(&other);
  int woken = other.woken;
  ANSWER(&rig, .way = CXD__WAY_CONNECT, .unsent = 1);
  ck_assert_int_gt(other.woken, woken);
  core_expect_send(&other, CXD__CLASS_GET);
  core_rig_close(&other);
}
END_TEST

START_TEST(a_503_with_retry_after_closes_the_gate_too) {
  to_first_get();
  ANSWER(&rig, .http = 503, .retry_after = "10");
  ck_assert_int_ge(rig.world->shared.limiter.gate_until, rig.world->now.mono_us + 10 * SECOND);
}
END_TEST

START_TEST(a_throttled_put_is_certain_and_is_sent_again_without_reading) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 429, .retry_after = "2");
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  core_assert_ends(&rig, CXD_OUTCOME_APPLIED, CXD_OK);
}
END_TEST

START_TEST(a_deferred_put_is_not_applied_and_rate_limited) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 429, .retry_after = "86400");
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->outcome, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(result->status, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(result->error), 86400000);
  cxd_result_free(result);
}
END_TEST

/* ------------------------------------------------------------------ deadline */

START_TEST(a_wait_that_reaches_the_deadline_fails_now) {
  to_first_get();
  core_pass(&rig, 100 * SECOND);
  ANSWER(&rig, .http = 429, .retry_after = "80");
  cxd_error *error = end_of_get(CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 80000);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_slot_that_comes_after_the_deadline_fails_now_and_says_when) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.window_us = 600 * SECOND;
  reopen(&setup);
  to_first_get();
  ANSWER(&rig, .http = 200, .body = "{}");
  assert_get_ends(CXD_OK);
  start_get();
  cxd_error *error = end_of_get(CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 600250);
  cxd_error_free(error);
}
END_TEST

START_TEST(an_attempt_ends_with_the_deadline) {
  to_first_get();
  ck_assert_int_eq(rig.act.request.timeout_us, 10 * SECOND);
  core_pass(&rig, 175 * SECOND);
  ANSWER(&rig, .http = 500);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_int_le(rig.act.request.timeout_us, 5 * SECOND);
}
END_TEST

START_TEST(a_put_leaves_time_to_read_back) {
  core_to_get(&rig, CHANGE);
  core_pass(&rig, 168 * SECOND);
  core_round_to_put(&rig, core_document, "\"v7\"");
  ck_assert_int_le(rig.act.request.timeout_us, 6 * SECOND + 1);
}
END_TEST

START_TEST(nothing_is_sent_after_the_deadline) {
  core_to_get(&rig, CHANGE);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"", .took_us = 120 * SECOND);
  core_check_ok(&rig);
  core_expect(&rig, CXD__ACT_APPEND);
  core_pass(&rig, 61 * SECOND); /* a slow disk */
  core_appended(&rig, CXD_OK);
  core_assert_ends(&rig, CXD_OUTCOME_NOT_APPLIED, CXD_E_TIMEOUT);
}
END_TEST

START_TEST(a_read_back_after_the_deadline_is_not_sent_and_the_outcome_is_unknown) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .way = CXD__WAY_TIMEOUT, .took_us = 181 * SECOND);
  core_assert_ends(&rig, CXD_OUTCOME_UNKNOWN, CXD_E_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_deadline_in_the_queue_is_told_as_the_quotas_fault) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  reopen(&setup);
  to_first_get();
  start_get();
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  assert_get_ends(CXD_E_RATE_LIMITED);
}
END_TEST

/* --------------------------------------------------------------------- budget */

static void fail_a_get(int32_t http, int32_t expected_sends) {
  start_get();
  for (int32_t i = 0; i < expected_sends; i++) {
    if (i)
      core_pass(&rig, pause_us());
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = http);
  }
  assert_get_ends(CXD_E_SERVER);
}

START_TEST(the_budget_is_empty_after_ten_transient_retries) {
  to_first_get();
  ANSWER(&rig, .http = 200, .body = "{}");
  assert_get_ends(CXD_OK);
  fail_a_get(500, 4);
  fail_a_get(500, 4);
  fail_a_get(500, 4);
  fail_a_get(500, 2);
  fail_a_get(500, 1);
  ck_assert_int_eq(rig.world->shared.budget, 0);
}
END_TEST

START_TEST(a_success_after_retries_gives_their_points_back_and_earns_one) {
  to_first_get();
  ANSWER(&rig, .http = 500);
  ck_assert_int_eq(rig.world->shared.budget, 126);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429);
  ck_assert_int_eq(rig.world->shared.budget, 121);
  core_pass(&rig, pause_us());
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = "{}");
  ck_assert_int_eq(rig.world->shared.budget, 140);
}
END_TEST

START_TEST(a_budget_of_zero_allows_no_retry) {
  struct core_setup setup = core_setup_default();
  setup.budget = 0;
  reopen(&setup);
  to_first_get();
  ANSWER(&rig, .http = 500);
  assert_get_ends(CXD_E_SERVER);
}
END_TEST

static void read_back_unchanged(void) {
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document, .etag = "\"v7\"");
}

START_TEST(puts_that_keep_failing_empty_the_budget_although_their_read_backs_succeed) {
  core_to_put(&rig, CHANGE);
  int64_t before = rig.world->shared.budget;
  for (int i = 0; i < 3; i++) {
    ANSWER(&rig, .http = 500);
    read_back_unchanged();
    core_pass_to_due(&rig);
    core_expect_put_again(&rig);
  }
  ck_assert_int_le(rig.world->shared.budget, before - 3 * 14 + 3);
}
END_TEST

START_TEST(a_put_that_succeeds_in_the_end_gets_its_points_back) {
  core_to_put(&rig, CHANGE);
  ANSWER(&rig, .http = 500);
  read_back_unchanged();
  core_pass_to_due(&rig);
  core_expect_put_again(&rig);
  ANSWER(&rig, .http = 200);
  ck_assert_int_eq(rig.world->shared.budget, 140);
}
END_TEST

START_TEST(latencies_are_split_by_what_was_waited_for) {
  core_to_get(&rig, CHANGE);
  ANSWER(&rig, .http = 500, .took_us = 30000);
  int64_t pause = pause_us();
  core_pass(&rig, pause);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 404, .took_us = 20000);
  core_finish(&rig);
  cxd_result *result = core_take_result(&rig);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_BACKOFF], pause);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_SERVER], 50000);
  ck_assert_int_eq(result->latency_us[CXD_LATENCY_TOTAL], pause + 50000);
  ck_assert_int_eq(result->attempts, 3);
  ck_assert_int_eq(result->sends, 0);
  cxd_result_free(result);
}
END_TEST

static void add_table(TCase *t) {
  tcase_add_test(t, success_is_done_202_is_accepted_and_only_a_200_can_be_read);
  tcase_add_test(t, what_the_request_is_at_fault_for_is_final);
  tcase_add_test(t, redirects_and_nonsense_are_final_protocol_errors);
  tcase_add_test(t, another_writer_is_a_conflict_for_a_put_only);
  tcase_add_test(t, too_fast_means_later_for_everybody);
  tcase_add_test(t, server_trouble_is_doubtful_for_a_put_and_harmless_for_reading);
  tcase_add_test(t, a_503_with_a_malformed_retry_after_is_a_503_without_one);
  tcase_add_test(t, a_misdirected_request_may_be_tried_again);
  tcase_add_test(t, what_never_left_is_tried_again_unless_it_cannot_help);
  tcase_add_test(t, what_left_and_got_no_answer_is_doubtful_for_a_put);
  tcase_add_test(t, an_oversized_answer_of_success_applied_a_put_and_is_no_use_for_reading);
  tcase_add_test(t, no_put_is_ever_sent_again_on_a_verdict_that_it_may_be_applied);
  tcase_add_test(t, the_error_carries_what_the_server_said);
  tcase_add_test(t, the_member_a_server_names_becomes_a_json_pointer);
}

static void add_waits(TCase *t) {
  tcase_add_test(t, backoff_is_random_below_a_doubling_ceiling);
  tcase_add_test(t, backoff_never_exceeds_its_cap);
  tcase_add_test(t, there_is_no_wait_after_the_last_try);
  tcase_add_test(t, one_attempt_means_one_send);
  tcase_add_test(t, a_misdirected_request_is_tried_again_once);
  tcase_add_test(t, retry_after_is_honoured_later_and_never_earlier);
  tcase_add_test(t, without_a_retry_after_or_with_zero_a_429_waits_seconds_doubling);
  tcase_add_test(t, a_longer_retry_after_than_allowed_fails_now_and_says_how_long);
  tcase_add_test(t, the_limit_on_retry_after_does_not_bind_our_own_pauses);
  tcase_add_test(t, a_huge_retry_after_fails_now_and_closes_the_gate_for_an_hour);
  tcase_add_test(t, the_gate_closes_for_everybody_and_says_when_it_opens);
  tcase_add_test(t, a_slot_given_back_wakes_those_who_wait_in_other_cores);
  tcase_add_test(t, a_503_with_retry_after_closes_the_gate_too);
  tcase_add_test(t, a_throttled_put_is_certain_and_is_sent_again_without_reading);
  tcase_add_test(t, a_deferred_put_is_not_applied_and_rate_limited);
}

static void add_deadline_and_budget(TCase *t) {
  tcase_add_test(t, a_wait_that_reaches_the_deadline_fails_now);
  tcase_add_test(t, a_slot_that_comes_after_the_deadline_fails_now_and_says_when);
  tcase_add_test(t, an_attempt_ends_with_the_deadline);
  tcase_add_test(t, a_put_leaves_time_to_read_back);
  tcase_add_test(t, nothing_is_sent_after_the_deadline);
  tcase_add_test(t, a_read_back_after_the_deadline_is_not_sent_and_the_outcome_is_unknown);
  tcase_add_test(t, a_deadline_in_the_queue_is_told_as_the_quotas_fault);
  tcase_add_test(t, the_budget_is_empty_after_ten_transient_retries);
  tcase_add_test(t, a_success_after_retries_gives_their_points_back_and_earns_one);
  tcase_add_test(t, a_budget_of_zero_allows_no_retry);
  tcase_add_test(t, puts_that_keep_failing_empty_the_budget_although_their_read_backs_succeed);
  tcase_add_test(t, a_put_that_succeeds_in_the_end_gets_its_points_back);
  tcase_add_test(t, latencies_are_split_by_what_was_waited_for);
}

static TCase *a_case(Suite *suite, const char *name) {
  TCase *tcase = tcase_create(name);
  tcase_add_checked_fixture(tcase, open_rig, close_rig);
  suite_add_tcase(suite, tcase);
  return tcase;
}

int main(void) {
  Suite *suite = suite_create("core_retry");
  add_table(a_case(suite, "decision table"));
  add_waits(a_case(suite, "waits and tries"));
  add_deadline_and_budget(a_case(suite, "deadline and budget"));
  return run_suite(suite);
}

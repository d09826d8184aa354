/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What one answer means for everybody's requests: RateLimit fields, the gate, whether there is still time for an attempt. */
#include "base/random.h"
#include "core/verdict.h"
#include "core_rig.h"
#include "run.h"

static struct core_rig rig;

static void open_rig(void) { core_rig_open(&rig); }
static void close_rig(void) { core_rig_close(&rig); }

static void to_get(void) {
  core_start_get(&rig);
  if (!rig.world->shared.flight.token)
    core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
}

/* ---------------------------------------------------------------------- the field */

START_TEST(a_used_up_policy_tells_how_long) {
  static const struct {
    const char *field;
    int64_t wait_ms;
  } rows[] = {
      {"\"default\";r=0;t=30", 30000},
      {"default;r=0;t=30", 30000},
      {"\"a\";r=50;t=30", -1},
      {"\"a\";r=50;t=30, \"b\";r=0;t=7", 7000},
      {"\"a\";r=0;t=3, \"b\";r=0;t=7 , \"c\";r=0;t=5", 7000},
      {"\"a\" ; r=0 ; t=2", 2000},
      {"\"a\";t=2;r=0", 2000},
      {"\"a\";r=0", -1},
      {"\"a\";r=0;t=0", 0},
      {"\"a\";pk=:Zm9v:;r=0;t=4", 4000},
      {"\"a\";name=\"x;t=9\";r=0;t=4", 4000},
      {"\"a\\\"b\";r=0;t=4", 4000},
      {"\"a\";flag;r=0;t=4", 4000},
      {"\"a\";r=0;t=99999999999999999999", INT64_C(1000000000) * 10 * 1000 + 9000},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t got = cxd__rate_limit_wait_ms(rows[i].field);
    if (rows[i].wait_ms > 1000000000)
      ck_assert_int_gt(got, 1000000000);
    else
      ck_assert_msg(got == rows[i].wait_ms, "%s: %lld", rows[i].field, (long long)got);
  }
}
END_TEST

START_TEST(a_malformed_field_is_ignored_as_a_whole) {
  static const char *const fields[] = {"", " ", ",", "\"a", "\"a\";", "\"a\";r", "\"a\";r=", "\"a\";r=0;t=", "\"a\";r=0;t=-1", "\"a\";r=0;t=x", "\"a\";r=0;t=1.5", ";r=0;t=1", "\"a\";r=0;t=1,", "\"a\";r=0;t=1 x", "\"a\";r=0;t=1, ;", "limit=100, remaining=0, reset=5;;"};
  ck_assert_int_eq(cxd__rate_limit_wait_ms(NULL), -1);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    ck_assert_msg(cxd__rate_limit_wait_ms(fields[i]) == -1, "'%s'", fields[i]);
}
END_TEST

START_TEST(rubbish_in_the_field_is_survived) {
  static const char bytes[] = "\"a;,=rt0129 \\\t:xA-";
  struct cxd__prng prng = {1};
  char text[24];
  for (int n = 0; n < 200000; n++) {
    size_t len = (size_t)(cxd__prng_next(&prng) % (sizeof text - 1));
    for (size_t i = 0; i < len; i++)
      text[i] = bytes[cxd__prng_next(&prng) % (sizeof bytes - 1)];
    text[len] = '\0';
    ck_assert_int_ge(cxd__rate_limit_wait_ms(text), -1);
  }
}
END_TEST

/* --------------------------------------------------------------------- in the machine */

static void assert_gate(int64_t from_now_us) { ck_assert_int_eq(rig.world->shared.limiter.gate_until, from_now_us ? rig.world->now.mono_us + from_now_us : 0); }

START_TEST(an_answer_that_says_nothing_is_left_holds_everybody_without_a_refusal) {
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document, .rate_limit = "\"p\";r=0;t=20");
  core_assert_get_ends(&rig, CXD_OK);
  assert_gate(20 * SECOND);
  core_start_get(&rig);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_uint_eq(cxd__limiter_limit(&rig.world->shared.limiter, rig.world->now.mono_us), 100); /* and nothing is cut */
}
END_TEST

START_TEST(what_is_left_is_no_guarantee_and_no_reason_to_wait) {
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document, .rate_limit = "\"p\";r=1;t=20");
  core_assert_get_ends(&rig, CXD_OK);
  assert_gate(0);
}
END_TEST

START_TEST(a_hold_is_no_longer_than_the_longest_retry_after_that_is_waited_for) {
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document, .rate_limit = "\"p\";r=0;t=86400");
  core_assert_get_ends(&rig, CXD_OK);
  assert_gate(120 * SECOND);
}
END_TEST

START_TEST(a_429_without_retry_after_waits_as_long_as_its_rate_limit_says) {
  to_get();
  ANSWER(&rig, .http = 429, .rate_limit = "\"p\";r=0;t=40");
  int64_t wait = cxd__core_due(rig.core) - rig.world->now.mono_us;
  ck_assert_int_ge(wait, 40 * SECOND);
  ck_assert_int_le(wait, 43 * SECOND + 1);
}
END_TEST

START_TEST(a_retry_after_takes_precedence_over_the_rate_limit) {
  to_get();
  ANSWER(&rig, .http = 429, .retry_after = "3", .rate_limit = "\"p\";r=0;t=90");
  ck_assert_int_le(cxd__core_due(rig.core) - rig.world->now.mono_us, 5 * SECOND);
}
END_TEST

START_TEST(a_429_without_a_word_waits_for_our_own_window_when_that_is_full) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.core.max_attempts = 2;
  core_rig_reopen(&rig, &setup);
  to_get();
  ANSWER(&rig, .http = 429);
  int64_t wait = cxd__core_due(rig.core) - rig.world->now.mono_us;
  ck_assert_int_ge(wait, 60 * SECOND);
}
END_TEST

START_TEST(one_429_cuts_the_effective_limit_once) {
  to_get();
  ANSWER(&rig, .http = 429, .retry_after = "5");
  ck_assert_uint_eq(cxd__limiter_limit(&rig.world->shared.limiter, rig.world->now.mono_us), 70);
  core_pass_to_due(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 429, .retry_after = "5"); /* the probe: a closing of its own */
  ck_assert_uint_eq(cxd__limiter_limit(&rig.world->shared.limiter, rig.world->now.mono_us), 49);
}
END_TEST

START_TEST(a_locked_campaign_stops_only_its_own_operation) {
  static const int32_t codes[] = {423, 425};
  for (size_t i = 0; i < 2; i++) {
    to_get();
    ANSWER(&rig, .http = codes[i], .retry_after = "30");
    assert_gate(0);
    core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ANSWER(&rig, .http = 200, .body = core_document);
    core_assert_get_ends(&rig, CXD_OK);
  }
}
END_TEST

START_TEST(a_429_of_the_token_endpoint_stops_no_request_to_the_api) {
  core_start_get(&rig);
  core_expect_send(&rig, CXD__CLASS_TOKEN);
  ANSWER(&rig, .http = 429, .retry_after = "60", .rate_limit = "\"p\";r=0;t=60");
  assert_gate(0);
}
END_TEST

START_TEST(a_suspect_connection_is_not_used_for_the_next_try) {
  static const struct {
    enum cxd__way way;
    int32_t http, fresh;
  } rows[] = {{CXD__WAY_TIMEOUT, 0, 1}, {CXD__WAY_ANSWER, 408, 1}, {CXD__WAY_ANSWER, 421, 1}, {CXD__WAY_ANSWER, 503, 0}, {CXD__WAY_LOST, 0, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    to_get();
    ck_assert_int_eq(rig.act.request.fresh, 0);
    ANSWER(&rig, .way = rows[i].way, .http = rows[i].http);
    core_pass_to_due(&rig);
    core_expect_send(&rig, CXD__CLASS_GET);
    ck_assert_int_eq(rig.act.request.fresh, rows[i].fresh);
    ANSWER(&rig, .http = 200, .body = core_document);
    core_assert_get_ends(&rig, CXD_OK);
  }
}
END_TEST

/* ------------------------------------------------------------- time for an attempt */

static void open_with_deadline(int64_t deadline_us) {
  struct core_setup setup = core_setup_default();
  setup.core.deadline_us = deadline_us;
  core_rig_reopen(&rig, &setup);
}

START_TEST(no_attempt_is_begun_with_less_than_a_second_left) {
  open_with_deadline(20 * SECOND);
  core_start_get(&rig);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  core_pass(&rig, 18 * SECOND + SECOND / 2);
  ANSWER(&rig, .http = 503, .took_us = SECOND / 10);
  /* 1.4 s are left: a back-off of up to 0.5 s may just fit, or the error comes now; it never sleeps past the point */
  struct cxd__action next = {.kind = CXD__ACT_NONE};
  if (cxd__core_next(rig.core, rig.world->now, &next))
    ck_assert_int_eq(next.kind, CXD__ACT_DONE);
  else
    ck_assert_int_le(cxd__core_due(rig.core), 1000 * SECOND + 19 * SECOND);
}
END_TEST

START_TEST(a_slow_server_needs_twice_its_usual_time) {
  open_with_deadline(40 * SECOND);
  for (int i = 0; i < 2; i++) {
    to_get();
    ANSWER(&rig, .http = 200, .body = core_document, .took_us = 4 * SECOND);
    core_assert_get_ends(&rig, CXD_OK);
  }
  to_get();
  core_pass(&rig, 33 * SECOND);
  ANSWER(&rig, .http = 503);
  cxd_error *error = core_end_of_get(&rig, CXD_E_SERVER); /* seven seconds are left, it would take eight */
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_short_deadline_still_allows_attempts_in_its_first_three_quarters) {
  open_with_deadline(SECOND);
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document);
  core_assert_get_ends(&rig, CXD_OK);
}
END_TEST

START_TEST(one_of_many_has_its_deadline_from_its_first_slot) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.core.deadline_us = 30 * SECOND;
  core_rig_reopen(&rig, &setup);
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document);
  core_assert_get_ends(&rig, CXD_OK);
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1", .queued = 1};
  core_start(&rig, &job);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig); /* a minute later than its deadline would have been */
  core_expect_send(&rig, CXD__CLASS_GET);
  ck_assert_int_eq(rig.act.request.timeout_us, 10 * SECOND);
  core_pass(&rig, 31 * SECOND);
  ANSWER(&rig, .http = 503);
  core_assert_get_ends(&rig, CXD_E_SERVER);
}
END_TEST

START_TEST(a_slot_given_back_for_want_of_a_token_is_not_the_first) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.core.deadline_us = 30 * SECOND;
  core_rig_reopen(&rig, &setup);
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1", .queued = 1};
  uint32_t first, second;
  ck_assert_int_eq(cxd__core_start(rig.core, &job, rig.world->now, &first, NULL), CXD_OK);
  ck_assert_int_eq(cxd__core_start(rig.core, &job, rig.world->now, &second, NULL), CXD_OK);
  core_get_token(&rig);
  core_expect_send(&rig, CXD__CLASS_GET);
  ANSWER(&rig, .http = 200, .body = core_document);
  core_expect(&rig, CXD__ACT_DONE);
  core_expect_nothing(&rig);
  core_pass_to_due(&rig); /* a minute: more than the deadline */
  core_expect_send(&rig, CXD__CLASS_GET);
}
END_TEST

START_TEST(whoever_would_be_too_late_in_the_queue_is_told_at_once_when_to_come) {
  struct core_setup setup = core_setup_default();
  setup.limit = 1;
  setup.core.deadline_us = 30 * SECOND;
  core_rig_reopen(&rig, &setup);
  to_get();
  ANSWER(&rig, .http = 200, .body = core_document);
  core_assert_get_ends(&rig, CXD_OK);
  core_start_get(&rig);
  cxd_error *error = core_end_of_get(&rig, CXD_E_RATE_LIMITED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), 60250);
  cxd_error_free(error);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_heed");
  TCase *t = tcase_create("heed");
  suite_add_tcase(suite, t);
  tcase_add_checked_fixture(t, open_rig, close_rig);
  tcase_add_test(t, a_used_up_policy_tells_how_long);
  tcase_add_test(t, a_malformed_field_is_ignored_as_a_whole);
  tcase_add_test(t, rubbish_in_the_field_is_survived);
  tcase_add_test(t, an_answer_that_says_nothing_is_left_holds_everybody_without_a_refusal);
  tcase_add_test(t, what_is_left_is_no_guarantee_and_no_reason_to_wait);
  tcase_add_test(t, a_hold_is_no_longer_than_the_longest_retry_after_that_is_waited_for);
  tcase_add_test(t, a_429_without_retry_after_waits_as_long_as_its_rate_limit_says);
  tcase_add_test(t, a_retry_after_takes_precedence_over_the_rate_limit);
  tcase_add_test(t, a_429_without_a_word_waits_for_our_own_window_when_that_is_full);
  tcase_add_test(t, one_429_cuts_the_effective_limit_once);
  tcase_add_test(t, a_locked_campaign_stops_only_its_own_operation);
  tcase_add_test(t, a_429_of_the_token_endpoint_stops_no_request_to_the_api);
  tcase_add_test(t, a_suspect_connection_is_not_used_for_the_next_try);
  tcase_add_test(t, no_attempt_is_begun_with_less_than_a_second_left);
  tcase_add_test(t, a_slow_server_needs_twice_its_usual_time);
  tcase_add_test(t, a_short_deadline_still_allows_attempts_in_its_first_three_quarters);
  tcase_add_test(t, one_of_many_has_its_deadline_from_its_first_slot);
  tcase_add_test(t, a_slot_given_back_for_want_of_a_token_is_not_the_first);
  tcase_add_test(t, whoever_would_be_too_late_in_the_queue_is_told_at_once_when_to_come);
  return run_suite(suite);
}

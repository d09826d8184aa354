/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/pace.h"

#include "run.h"

#define SECOND INT64_C(1000000)
#define WINDOW (60 * SECOND)
#define MINUTE (60 * SECOND)
#define LIMIT 100
#define EACH INT64_C(618000) /* 3 % more than 600 ms */

static struct cxd__pace pace;

static void fresh(void) { cxd__pace_init(&pace, LIMIT, WINDOW); }

static void go(int count, int64_t at) {
  for (int i = 0; i < count; i++)
    cxd__pace_went(&pace, LIMIT, at);
}

static void answers(int count) {
  for (int i = 0; i < count; i++)
    cxd__pace_answered(&pace);
}

/* As the core does it: the limiter hears of a refusal before the exchange is over. */
static enum cxd__told refusal(int64_t at) {
  enum cxd__told told = cxd__pace_refused(&pace, at);
  cxd__pace_answered(&pace);
  return told;
}

/* ------------------------------------------------------------------------- learning */

static const struct burst_vector {
  const char *name;
  int out, through, further;
  int64_t burst;
} bursts[] = {
  {.name = "nothing went through yet", .out = 8, .through = 0, .burst = 1},
  {.name = "one at a time", .out = 8, .through = 1, .burst = 1},
  {.name = "a GET, and the PUT after it was refused", .out = 2, .through = 1, .burst = 1},
  {.name = "as much as went through", .out = 20, .through = 10, .burst = 10},
  {.name = "refusals that follow change nothing", .out = 20, .through = 10, .further = 9, .burst = 10},
  {.name = "never the whole limit", .out = 200, .through = 150, .burst = 99},
};

START_TEST(a_refused_burst_tells_how_large_one_may_be) {
  const struct burst_vector *v = &bursts[_i];
  fresh();
  go(v->out, 0);
  answers(v->through);
  ck_assert_msg(refusal(SECOND / 10) == CXD__TOLD_BURST, "%s", v->name);
  for (int i = 0; i < v->further; i++)
    cxd__pace_refused_too(&pace);
  ck_assert_msg(pace.burst == v->burst, "%s: %lld", v->name, (long long)pace.burst);
  ck_assert_int_eq(cxd__pace_interval(&pace, LIMIT, SECOND), EACH);
}
END_TEST

START_TEST(one_request_that_is_refused_says_that_the_rate_is_too_high) {
  fresh();
  go(1, 0);
  ck_assert_int_eq(refusal(0), CXD__TOLD_LESS);
  ck_assert_int_eq(cxd__pace_interval(&pace, LIMIT, 0), 0);
}
END_TEST

START_TEST(a_refusal_that_meets_the_pace_is_chance_once_a_window) {
  fresh();
  pace.burst = 1;
  go(1, 100 * SECOND);
  ck_assert_int_eq(refusal(100 * SECOND), CXD__TOLD_NOTHING);
  go(1, 161 * SECOND);
  ck_assert_int_eq(refusal(161 * SECOND), CXD__TOLD_NOTHING);
  go(1, 170 * SECOND);
  ck_assert_int_eq(refusal(170 * SECOND), CXD__TOLD_LESS);
  ck_assert_int_eq(pace.burst, 1);
}
END_TEST

START_TEST(a_smaller_burst_is_learned_in_halves) {
  fresh();
  pace.burst = 40;
  go(30, 0);
  answers(29);
  ck_assert_int_eq(refusal(0), CXD__TOLD_BURST);
  ck_assert_int_eq(pace.burst, 20);
}
END_TEST

/* ------------------------------------------------------------------------ forgetting */

START_TEST(after_five_clean_minutes_twice_the_burst_is_tried_until_none_is_left) {
  fresh();
  pace.burst = 30;
  (void)cxd__pace_interval(&pace, LIMIT, 5 * MINUTE - 1);
  ck_assert_int_eq(pace.burst, 30);
  (void)cxd__pace_interval(&pace, LIMIT, 5 * MINUTE);
  ck_assert_int_eq(pace.burst, 60);
  ck_assert_int_eq(cxd__pace_interval(&pace, LIMIT, 10 * MINUTE), 0);
}
END_TEST

START_TEST(a_try_that_fails_doubles_the_time_to_the_next_up_to_an_hour) {
  static const int64_t minutes[] = {10, 20, 40, 60, 60};
  int64_t at = 0;
  fresh();
  pace.burst = 1;
  at += 5 * MINUTE;
  for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
    (void)cxd__pace_interval(&pace, LIMIT, at);
    ck_assert_int_eq(pace.burst, 2);
    go(2, at);
    ck_assert_int_eq(refusal(at), CXD__TOLD_BURST);
    ck_assert_int_eq(pace.burst, 1);
    int64_t wait = minutes[i] * MINUTE;
    (void)cxd__pace_interval(&pace, LIMIT, at + wait - 1);
    ck_assert_int_eq(pace.burst, 1);
    at += wait;
  }
}
END_TEST

/* ------------------------------------------------------------------------- the pace */

START_TEST(a_burst_goes_at_once_and_the_rest_at_the_pace) {
  fresh();
  pace.burst = 3;
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 2, SECOND), SECOND);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 3, SECOND), SECOND + EACH);
  go(3, SECOND);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 0, SECOND), SECOND + EACH);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 1, SECOND), SECOND + 2 * EACH);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT / 2, 2, SECOND), SECOND + 3 * EACH); /* a cut limit: half as fast */
}
END_TEST

START_TEST(nothing_learned_is_no_pace) {
  fresh();
  go(90, 0);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 9, 0), 0);
}
END_TEST

START_TEST(what_was_not_sent_does_not_count) {
  fresh();
  pace.burst = 1;
  go(1, 0);
  cxd__pace_stayed(&pace, LIMIT);
  ck_assert_int_eq(cxd__pace_at(&pace, LIMIT, 0, 0), 0);
  ck_assert_int_eq(cxd__pace_start_at(&pace, 100, 0), 0);
  ck_assert_int_eq(pace.sent, 0);
}
END_TEST

/* ------------------------------------------------------------------------- the start */

START_TEST(a_new_client_sends_eight_and_more_with_every_answer) {
  fresh();
  go(8, SECOND);
  ck_assert_int_eq(cxd__pace_start_at(&pace, 7, SECOND), SECOND);
  ck_assert_int_eq(cxd__pace_start_at(&pace, 8, SECOND), 3 * SECOND); /* a silent server holds nobody up for longer */
  ck_assert_int_eq(cxd__pace_start_at(&pace, 8, 3 * SECOND), 3 * SECOND);
  answers(4);
  ck_assert_int_eq(cxd__pace_start_at(&pace, 8, SECOND), SECOND);
  ck_assert_int_eq(cxd__pace_start_at(&pace, 9, SECOND), 3 * SECOND);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_pace");
  TCase *tc = tcase_create("pace");
  tcase_add_loop_test(tc, a_refused_burst_tells_how_large_one_may_be, 0, (int)(sizeof bursts / sizeof *bursts));
  tcase_add_test(tc, one_request_that_is_refused_says_that_the_rate_is_too_high);
  tcase_add_test(tc, a_refusal_that_meets_the_pace_is_chance_once_a_window);
  tcase_add_test(tc, a_smaller_burst_is_learned_in_halves);
  tcase_add_test(tc, after_five_clean_minutes_twice_the_burst_is_tried_until_none_is_left);
  tcase_add_test(tc, a_try_that_fails_doubles_the_time_to_the_next_up_to_an_hour);
  tcase_add_test(tc, a_burst_goes_at_once_and_the_rest_at_the_pace);
  tcase_add_test(tc, nothing_learned_is_no_pace);
  tcase_add_test(tc, what_was_not_sent_does_not_count);
  tcase_add_test(tc, a_new_client_sends_eight_and_more_with_every_answer);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/direction.h"

#include "validate.h"

static enum cxd__direction direction(const char *before, const char *after) {
  struct cxd__member_values a, b;
  cxd_campaign *from = before ? campaign_of(before) : NULL, *to = campaign_of(after);
  if (from)
    cxd__members_read(from->root, &a);
  cxd__members_read(to->root, &b);
  enum cxd__direction way = cxd__direction_of(from ? &a : NULL, &b);
  cxd_campaign_free(from);
  cxd_campaign_free(to);
  return way;
}

/* A campaign with a status, a number of lines and a pacing. */
static const char *doc(const char *status, const char *rest) {
  static char texts[2][600];
  static int turn;
  turn = !turn;
  (void)snprintf(texts[turn], sizeof texts[turn], "{\"id\":\"a\",\"status\":\"%s\"%s%s}", status, *rest ? "," : "", rest);
  return texts[turn];
}

static void ck_way(const char *before, const char *after, enum cxd__direction wanted) {
  enum cxd__direction way = direction(doc("running", before), doc("running", after));
  ck_assert_msg(way == wanted, "%s -> %s: %d and not %d", before, after, way, wanted);
}

START_TEST(what_is_paused_or_stopped_afterwards_stops) {
  static const char *const statuses[] = {"paused", "stopped"};
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(direction(doc("running", ""), doc(statuses[i], "\"maxConcurrentCalls\":500")), CXD__STOPS);
    ck_assert_int_eq(direction(NULL, doc(statuses[i], "")), CXD__STOPS);
  }
}
END_TEST

/* A server may have other words for running, and one that says nothing may run. */
START_TEST(any_other_status_may_run) {
  static const char *const statuses[] = {"RUNNING", "Running", "active", "started", " running", "Paused", "PAUSED", ""};
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    ck_assert_int_eq(direction(doc("paused", ""), doc(statuses[i], "")), CXD__STARTS);
    ck_assert_int_eq(direction(doc(statuses[i], "\"maxConcurrentCalls\":5"), doc(statuses[i], "\"maxConcurrentCalls\":6")), CXD__RAISES);
    ck_assert_int_eq(direction(doc(statuses[i], "\"maxConcurrentCalls\":5"), doc(statuses[i], "\"maxConcurrentCalls\":4")), CXD__LOWERS);
    ck_assert_int_eq(direction(doc("running", "\"maxConcurrentCalls\":5"), doc(statuses[i], "\"maxConcurrentCalls\":4")), CXD__RAISES);
  }
  ck_assert_int_eq(direction("{\"id\":\"a\",\"maxConcurrentCalls\":1}", "{\"id\":\"a\",\"maxConcurrentCalls\":2}"), CXD__RAISES);
  ck_assert_int_eq(direction(NULL, "{\"id\":\"a\"}"), CXD__STARTS);
  ck_assert_int_eq(direction(doc("paused", ""), "{\"id\":\"a\",\"status\":null}"), CXD__STARTS);
}
END_TEST

START_TEST(what_did_not_run_before_starts_however_slow_it_is) {
  ck_assert_int_eq(direction(doc("paused", "\"maxConcurrentCalls\":500"), doc("running", "\"maxConcurrentCalls\":1")), CXD__STARTS);
  ck_assert_int_eq(direction(doc("stopped", ""), doc("running", "")), CXD__STARTS);
  ck_assert_int_eq(direction("{\"id\":\"a\"}", doc("running", "")), CXD__RAISES);
}
END_TEST

static int others(const char *before, const char *after) {
  cxd_campaign *a = campaign_of(before), *b = campaign_of(after);
  int differ = cxd__changes_other_things(a->root, b->root);
  cxd_campaign_free(a);
  cxd_campaign_free(b);
  return differ;
}

START_TEST(members_without_a_say_in_the_pace_are_other_things) {
  static const char *const before = "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":1,\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"own\":1}}";
  ck_assert(!others(before, before));
  ck_assert(!others(before, "{\"version\":2,\"x\":1.0,\"id\":\"a\",\"name\":\"m\",\"rules\":[{\"enabled\":true,\"name\":\"dnc\"}],\"pacing\":{\"own\":1,\"interval\":90,\"type\":\"fixed\",\"throttlePercent\":0.1}}"));
  static const char *const after[] = {
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":false}],\"x\":1,\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"own\":1}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":2,\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"own\":1}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"own\":1}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":1,\"y\":1,\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"own\":1}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":1,\"pacing\":{\"type\":\"other\",\"interval\":60,\"own\":1}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":1,\"pacing\":{\"type\":\"fixed\",\"interval\":60}}",
      "{\"id\":\"a\",\"name\":\"n\",\"version\":1,\"rules\":[{\"name\":\"dnc\",\"enabled\":true}],\"x\":1,\"pacing\":7}",
      "{\"id\":\"a\",\"advancedDialerSettings\":{\"autoRebalance\":false}}"};
  for (size_t i = 0; i < sizeof after / sizeof *after; i++)
    ck_assert_msg(others(before, after[i]), "%s", after[i]);
}
END_TEST

START_TEST(without_knowing_what_was_before_running_is_starting) { ck_assert_int_eq(direction(NULL, doc("running", "\"maxConcurrentCalls\":1")), CXD__STARTS); }
END_TEST

START_TEST(more_calls_raise_and_fewer_lower) {
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":101", CXD__RAISES);
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":99", CXD__LOWERS);
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":100.0", CXD__KEEPS);
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":100,\"name\":\"other\"", CXD__KEEPS);
}
END_TEST

START_TEST(a_value_that_appears_or_is_no_number_is_not_called_slower) {
  ck_way("", "\"maxConcurrentCalls\":1", CXD__RAISES);
  ck_way("\"maxConcurrentCalls\":100", "", CXD__RAISES);
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":\"1\"", CXD__RAISES);
  ck_way("\"maxConcurrentCalls\":100", "\"maxConcurrentCalls\":null", CXD__RAISES);
}
END_TEST

#define PACING(interval, calls, throttle) "\"pacing\":{\"interval\":" #interval ",\"maxCallsPerInterval\":" #calls ",\"throttlePercent\":" #throttle "}"

START_TEST(of_the_pacing_the_rate_decides) {
  ck_way(PACING(60, 25, 0.85), PACING(60, 26, 0.85), CXD__RAISES);
  ck_way(PACING(60, 25, 0.85), PACING(60, 24, 0.85), CXD__LOWERS);
  ck_way(PACING(60, 25, 0.85), PACING(120, 25, 0.85), CXD__LOWERS);
  ck_way(PACING(60, 25, 0.85), PACING(30, 25, 0.85), CXD__RAISES);
  ck_way(PACING(60, 25, 0.85), PACING(60, 25, 0.5), CXD__LOWERS);
  ck_way(PACING(60, 25, 0.85), PACING(120, 50, 0.85), CXD__KEEPS);
  ck_way(PACING(60, 10, 0.3), PACING(180, 30, 0.3), CXD__KEEPS);
  ck_way(PACING(60, 25, 0.85), PACING(120, 51, 0.85), CXD__RAISES);
}
END_TEST

START_TEST(a_pacing_of_which_a_part_is_missing_goes_member_by_member) {
  ck_way("\"pacing\":{\"interval\":60}", "\"pacing\":{\"interval\":30}", CXD__RAISES);
  ck_way("\"pacing\":{\"interval\":60}", "\"pacing\":{\"interval\":90}", CXD__LOWERS);
  ck_way("\"pacing\":{\"throttlePercent\":0.5}", "\"pacing\":{\"throttlePercent\":0.6}", CXD__RAISES);
  ck_way(PACING(0, 25, 0.85), PACING(0, 26, 0.85), CXD__RAISES);
  ck_way(PACING(60, 25, 0), PACING(60, 24, 0), CXD__LOWERS);
}
END_TEST

START_TEST(one_member_that_is_faster_makes_the_whole_a_raise) {
  ck_way("\"maxConcurrentCalls\":100," PACING(60, 25, 0.85), "\"maxConcurrentCalls\":1," PACING(60, 26, 0.85), CXD__RAISES);
  ck_way("\"maxConcurrentCalls\":100," PACING(60, 25, 0.85), "\"maxConcurrentCalls\":101," PACING(60, 1, 0.85), CXD__RAISES);
}
END_TEST

START_TEST(the_kind_of_dialer_counts_by_how_far_it_dials_ahead) {
  ck_way("\"dialerType\":\"preview\"", "\"dialerType\":\"progressive\"", CXD__RAISES);
  ck_way("\"dialerType\":\"progressive\"", "\"dialerType\":\"predictive\"", CXD__RAISES);
  ck_way("\"dialerType\":\"predictive\"", "\"dialerType\":\"preview\"", CXD__LOWERS);
  ck_way("\"dialerType\":\"predictive\"", "\"dialerType\":\"power\"", CXD__RAISES);
  ck_way("\"dialerType\":\"power\"", "\"dialerType\":\"preview\"", CXD__RAISES);
}
END_TEST

START_TEST(another_zone_is_a_raise_because_other_people_are_called) {
  ck_way("\"timeZone\":\"America/New_York\"", "\"timeZone\":\"America/Denver\"", CXD__RAISES);
  ck_way("\"timeZone\":\"America/New_York\"", "\"timeZone\":\"America\\/New_York\"", CXD__KEEPS);
}
END_TEST

START_TEST(huge_numbers_neither_trap_nor_turn_the_sign) {
  ck_way("\"maxConcurrentCalls\":9223372036854775807", "\"maxConcurrentCalls\":1e300", CXD__RAISES);
  ck_way(PACING(1e-300, 1e300, 1), PACING(1e-300, 1e300, 1), CXD__KEEPS);
  ck_way(PACING(60, 1e308, 10), PACING(60, 1, 0.5), CXD__LOWERS);
  ck_way(PACING(1e-300, 1e308, 1), PACING(60, 1, 0.5), CXD__LOWERS);
}
END_TEST

START_TEST(the_rate_is_zero_for_what_is_no_pacing) {
  static const char *const texts[] = {"{\"id\":\"a\"}", "{\"pacing\":{}}", "{" PACING(0, 25, 0.85) "}", "{" PACING(60, 0, 0.85) "}", "{" PACING(60, 25, 0) "}", "{" PACING(-60, 25, 0.85) "}", "{" PACING("60", 25, 0.85) "}", "{\"pacing\":[1]}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct cxd__member_values members;
    cxd_campaign *campaign = campaign_of(texts[i]);
    cxd__members_read(campaign->root, &members);
    ck_assert_msg(!(cxd__pacing_rate(&members) > 0), "%s", texts[i]);
    cxd_campaign_free(campaign);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("direction");
  TCase *tcase = suite_case(suite, "direction of a change", NULL, NULL);
  tcase_add_test(tcase, what_is_paused_or_stopped_afterwards_stops);
  tcase_add_test(tcase, any_other_status_may_run);
  tcase_add_test(tcase, members_without_a_say_in_the_pace_are_other_things);
  tcase_add_test(tcase, what_did_not_run_before_starts_however_slow_it_is);
  tcase_add_test(tcase, without_knowing_what_was_before_running_is_starting);
  tcase_add_test(tcase, more_calls_raise_and_fewer_lower);
  tcase_add_test(tcase, a_value_that_appears_or_is_no_number_is_not_called_slower);
  tcase_add_test(tcase, of_the_pacing_the_rate_decides);
  tcase_add_test(tcase, a_pacing_of_which_a_part_is_missing_goes_member_by_member);
  tcase_add_test(tcase, one_member_that_is_faster_makes_the_whole_a_raise);
  tcase_add_test(tcase, the_kind_of_dialer_counts_by_how_far_it_dials_ahead);
  tcase_add_test(tcase, another_zone_is_a_raise_because_other_people_are_called);
  tcase_add_test(tcase, huge_numbers_neither_trap_nor_turn_the_sign);
  tcase_add_test(tcase, the_rate_is_zero_for_what_is_no_pacing);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The capacity functions as a host calls them; the formulas have tests of their own. */
#include <cxdialer/cxdialer.h>

#include <float.h>
#include <math.h>

#include "points.h"
#include "run.h"

static const struct vector {
  double agents, load, aht_s, wait, abandonment;
} vectors[] = {
    {14, 10, 180, 0.062608, 0.054016},     {20, 19.125, 180, 0.161164, 0.131744}, {25, 19.125, 180, 0.045329, 0.035219},
    {26, 19.125, 180, 0.032481, 0.024981}, {30, 19.125, 180, 0.006318, 0.004665}, {55, 48, 240, 0.052502, 0.035668},
    {15, 19.125, 180, 0.349622, 0.300645},
};

START_TEST(the_vectors_by_answered_calls_per_minute) {
  const struct vector *v = &vectors[_i];
  double rate = v->load / v->aht_s * 60;
  ck_assert_double_eq_tol(cxd_capacity_wait(v->agents, rate, v->aht_s, 2), v->wait, 5e-7);
  ck_assert_double_eq_tol(cxd_capacity_abandonment(v->agents, rate, v->aht_s, 2), v->abandonment, 5e-7);
  ck_assert_double_eq_tol(cxd_capacity_occupancy(v->agents, rate, v->aht_s, 2), v->load * (1 - v->abandonment) / v->agents, 1e-6);
}
END_TEST

START_TEST(the_largest_pacing_has_its_vectors) {
  static const double agents[] = {5, 10, 25, 50, 100}, rates[] = {0.6320, 1.8636, 6.2288, 14.1299, 30.5889};
  for (size_t i = 0; i < 5; i++)
    ck_assert_double_eq_tol(cxd_capacity_max_answered_per_min(agents[i], 180, 2, 0.03), rates[i], 5e-5);
}
END_TEST

START_TEST(the_largest_pacing_itself_passes) {
  struct points points = {21};
  for (int i = 0; i < 3000; i++) {
    double n = floor(points_any_size(&points, 1, 1000)), aht = points_any_size(&points, 1, 3600), patience = points_any_size(&points, 0.01, 100);
    double limit = points_any_size(&points, 1e-6, 0.9), rate = cxd_capacity_max_answered_per_min(n, aht, patience, limit);
    ck_assert_double_le(cxd_capacity_abandonment(n, rate, aht, patience), limit);
    ck_assert_double_gt(cxd_capacity_abandonment(n, rate * (1 + 1e-9), aht, patience), limit);
    ck_assert_double_eq(cxd_capacity_min_agents(rate, aht, patience, limit), n);
  }
}
END_TEST

START_TEST(the_textbook_formulas) {
  ck_assert_double_eq_tol(cxd_capacity_erlang_b(17, 10), 0.012949, 5e-7);
  ck_assert_double_eq_tol(cxd_capacity_erlang_c(14, 10), 0.1741319335950498, 1e-14);
  ck_assert_double_eq_tol(cxd_capacity_service_level(14, 10, 180, 20), 0.8883500191794669, 1e-14);
  ck_assert_double_eq_tol(cxd_capacity_mean_wait_s(55, 48, 240), 8.2, 0.05);
}
END_TEST

START_TEST(fewest_agents) {
  ck_assert_double_eq(cxd_capacity_min_agents(6.375, 180, 2, 0.03), 26);
  ck_assert_double_eq(cxd_capacity_min_agents(0, 180, 2, 0.03), 1);
  ck_assert_double_infinite(cxd_capacity_min_agents(1e9, 180, 2, 0.03));
  ck_assert_double_infinite(cxd_capacity_min_agents(6.375, 180, 2, 0));
}
END_TEST

START_TEST(overload_is_finite_and_textbook_queues_grow_without_end) {
  ck_assert_double_eq_tol(cxd_capacity_abandonment(10, 1e6, 60, 2), 0.99999, 1e-9);
  ck_assert_double_eq_tol(cxd_capacity_occupancy(10, 1e6, 60, 2), 1, 1e-9);
  ck_assert_double_eq(cxd_capacity_erlang_c(10, 10), 1);
  ck_assert_double_eq(cxd_capacity_service_level(10, 10, 60, 20), 0);
  ck_assert_double_infinite(cxd_capacity_mean_wait_s(10, 10, 60));
  ck_assert_double_eq(cxd_capacity_abandonment(10, 5, 60, (double)INFINITY), 0);
}
END_TEST

START_TEST(a_load_beyond_the_range_of_doubles_is_still_an_overload) {
  ck_assert_double_eq(cxd_capacity_abandonment(10, 1e308, 1e308, 2), 1);
  ck_assert_double_eq(cxd_capacity_wait(10, DBL_MAX, DBL_MAX, 2), 1);
  ck_assert_double_eq_tol(cxd_capacity_occupancy(10, 1e308, 1e308, 2), 1, 1e-12);
  ck_assert_double_infinite(cxd_capacity_min_agents(1e308, 1e308, 2, 0.03));
  double rate = cxd_capacity_max_answered_per_min(10, 1e-308, 2, 0.03);
  ck_assert(rate > 1e300 && rate <= DBL_MAX && cxd_capacity_abandonment(10, rate, 1e-308, 2) <= 0.03);
}
END_TEST

START_TEST(the_ends_of_the_limit) {
  ck_assert_double_eq(cxd_capacity_max_answered_per_min(10, 180, 2, 0), 0);
  ck_assert_double_infinite(cxd_capacity_max_answered_per_min(10, 180, 2, 1));
}
END_TEST

/* Each argument in turn; those of arguments before it are good. */
START_TEST(arguments_out_of_range_are_answered_with_nan) {
  static const double bad[] = {-1, -1e-300, -1e308, -(double)INFINITY, (double)NAN};
  static const double agents[] = {0, 1.5, 10000001, 1e9, (double)INFINITY};
  for (size_t i = 0; i < 10; i++) {
    double n = i < 5 ? bad[i] : agents[i - 5];
    ck_assert_double_nan(cxd_capacity_abandonment(n, 5, 180, 2));
    ck_assert_double_nan(cxd_capacity_wait(n, 5, 180, 2));
    ck_assert_double_nan(cxd_capacity_occupancy(n, 5, 180, 2));
    ck_assert_double_nan(cxd_capacity_max_answered_per_min(n, 180, 2, 0.03));
    ck_assert_double_nan(cxd_capacity_erlang_b(n, 5));
    ck_assert_double_nan(cxd_capacity_erlang_c(n, 5));
    ck_assert_double_nan(cxd_capacity_service_level(n, 5, 180, 20));
    ck_assert_double_nan(cxd_capacity_mean_wait_s(n, 5, 180));
  }
  for (size_t i = 0; i < 5; i++) {
    ck_assert_double_nan(cxd_capacity_abandonment(10, bad[i], 180, 2));
    ck_assert_double_nan(cxd_capacity_abandonment(10, 5, bad[i], 2));
    ck_assert_double_nan(cxd_capacity_abandonment(10, 5, 180, bad[i]));
    ck_assert_double_nan(cxd_capacity_max_answered_per_min(10, bad[i], 2, 0.03));
    ck_assert_double_nan(cxd_capacity_max_answered_per_min(10, 180, bad[i], 0.03));
    ck_assert_double_nan(cxd_capacity_max_answered_per_min(10, 180, 2, bad[i]));
    ck_assert_double_nan(cxd_capacity_min_agents(bad[i], 180, 2, 0.03));
    ck_assert_double_nan(cxd_capacity_min_agents(5, 180, 2, bad[i]));
  }
  ck_assert_double_nan(cxd_capacity_min_agents(5, 180, 2, 1.01));
  ck_assert_double_nan(cxd_capacity_abandonment(10, (double)INFINITY, 180, 2));
  ck_assert_double_nan(cxd_capacity_abandonment(10, 5, 0, 2));
  ck_assert_double_nan(cxd_capacity_abandonment(10, 5, (double)INFINITY, 2));
  ck_assert_double_nan(cxd_capacity_abandonment(10, 0, (double)INFINITY, 2));
  ck_assert_double_nan(cxd_capacity_max_answered_per_min(10, 0, 2, 0.03));
}
END_TEST

START_TEST(pacing_accuracy_is_as_the_api_defines_it) {
  ck_assert_double_eq_tol(cxd_pacing_accuracy(60, 0.85), 0.85, 1e-15);
  ck_assert_double_eq(cxd_pacing_accuracy(0, 0.85), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("capacity api");
  TCase *tcase = suite_case(suite, "calls", NULL, NULL);
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, the_vectors_by_answered_calls_per_minute, 0, sizeof vectors / sizeof *vectors);
  tcase_add_test(tcase, the_largest_pacing_has_its_vectors);
  tcase_add_test(tcase, the_largest_pacing_itself_passes);
  tcase_add_test(tcase, the_textbook_formulas);
  tcase_add_test(tcase, fewest_agents);
  tcase_add_test(tcase, overload_is_finite_and_textbook_queues_grow_without_end);
  tcase_add_test(tcase, a_load_beyond_the_range_of_doubles_is_still_an_overload);
  tcase_add_test(tcase, the_ends_of_the_limit);
  tcase_add_test(tcase, arguments_out_of_range_are_answered_with_nan);
  tcase_add_test(tcase, pacing_accuracy_is_as_the_api_defines_it);
  return run_suite(suite);
}

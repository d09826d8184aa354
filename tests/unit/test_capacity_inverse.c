/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/capacity.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "points.h"
#include "run.h"

#define POINTS 1500
#define ENDLESS ((double)INFINITY)

static double abandonment(double agents, double load, double aht_s, double patience_s) {
  return cxd__patience_of(agents, load, aht_s, patience_s).abandonment;
}

static const struct vector {
  double agents, answered_per_min;
} vectors[] = {{5, 0.6320}, {10, 1.8636}, {25, 6.2288}, {50, 14.1299}, {100, 30.5889}};

START_TEST(three_percent_has_the_published_vectors) {
  double load = cxd__patience_load(vectors[_i].agents, 180, 2, 0.03);
  ck_assert_double_eq_tol(load / 180 * 60, vectors[_i].answered_per_min, 5e-5);
}
END_TEST

START_TEST(erlang_b_needs_17_lines_for_10_erlang_at_2_percent) {
  ck_assert_double_eq(cxd__patience_agents(10, 180, 0, 0.02), 17);
  ck_assert_double_eq(cxd__patience_agents(10, 180, 0, 0.0223), 17);
  ck_assert_double_eq(cxd__patience_agents(10, 180, 0, 0.0224), 16);
}
END_TEST

START_TEST(the_vector_of_the_agents) {
  ck_assert_double_eq(cxd__patience_agents(19.125, 180, 2, 0.03), 26);
  ck_assert_double_eq(cxd__patience_agents(19.125, 180, 2, 0.0353), 25);
}
END_TEST

START_TEST(the_largest_load_passes_and_a_little_more_does_not) {
  struct points points = {11};
  for (int i = 0; i < POINTS; i++) {
    double n = floor(points_any_size(&points, 1, 3000)), aht = points_any_size(&points, 1, 3600), patience = points_any_size(&points, 0.01, 100);
    double limit = points_any_size(&points, 1e-6, 0.9), load = cxd__patience_load(n, aht, patience, limit);
    ck_assert_double_gt(load, 0);
    ck_assert_double_le(abandonment(n, load, aht, patience), limit);
    ck_assert_double_gt(abandonment(n, load * (1 + 1e-12), aht, patience), limit * (1 - 1e-11));
    ck_assert_double_gt(abandonment(n, load * (1 + 1e-9), aht, patience), limit);
  }
}
END_TEST

START_TEST(the_fewest_agents_pass_and_one_less_does_not) {
  struct points points = {12};
  for (int i = 0; i < POINTS; i++) {
    double load = points_any_size(&points, 1e-3, 3000), aht = points_any_size(&points, 1, 3600), patience = points_any_size(&points, 0.01, 100);
    double limit = points_any_size(&points, 1e-6, 0.9), n = cxd__patience_agents(load, aht, patience, limit);
    ck_assert_double_ge(n, 1);
    ck_assert_double_eq(n, floor(n));
    ck_assert_double_le(abandonment(n, load, aht, patience), limit);
    if (n > 1)
      ck_assert_double_gt(abandonment(n - 1, load, aht, patience), limit);
  }
}
END_TEST

START_TEST(the_two_inverses_agree) {
  struct points points = {13};
  for (int i = 0; i < POINTS; i++) {
    double n = floor(points_any_size(&points, 1, 2000)), aht = points_any_size(&points, 1, 3600), patience = points_any_size(&points, 0.01, 100);
    double limit = points_any_size(&points, 1e-4, 0.5), load = cxd__patience_load(n, aht, patience, limit);
    ck_assert_double_eq(cxd__patience_agents(load, aht, patience, limit), n);
    ck_assert_double_eq(cxd__patience_agents(load * (1 + 1e-9), aht, patience, limit), n + 1);
  }
}
END_TEST

START_TEST(a_load_found_is_the_load_it_was_made_of) {
  struct points points = {14};
  for (int i = 0; i < POINTS; i++) {
    double n = floor(points_any_size(&points, 1, 500)), load = n * points_between(&points, 0.6, 3), aht = points_any_size(&points, 10, 600);
    double limit = abandonment(n, load, aht, 2);
    if (limit > 1e-9)
      ck_assert_double_eq_tol(cxd__patience_load(n, aht, 2, limit) / load, 1, 1e-10);
  }
}
END_TEST

START_TEST(more_agents_patience_or_leave_take_more_load) {
  struct points points = {15};
  for (int i = 0; i < POINTS; i++) {
    double n = floor(points_any_size(&points, 1, 500)), patience = points_any_size(&points, 0.01, 100), limit = points_any_size(&points, 1e-5, 0.5);
    double load = cxd__patience_load(n, 180, patience, limit);
    ck_assert_double_gt(cxd__patience_load(n + 1, 180, patience, limit), load);
    ck_assert_double_ge(cxd__patience_load(n, 180, patience * 1.5, limit), load);
    ck_assert_double_gt(cxd__patience_load(n, 180, patience, limit * 1.5), load);
  }
}
END_TEST

START_TEST(nobody_lost_at_all_needs_endless_patience) {
  ck_assert_double_eq(cxd__patience_load(100, 180, 2, 0), 0);
  ck_assert_double_eq(cxd__patience_load(100, 180, 0, -0.0), 0);
  ck_assert_double_infinite(cxd__patience_agents(1, 180, 2, 0));
  ck_assert_double_infinite(cxd__patience_agents(1e-300, 180, 600, -0.0));
  ck_assert_double_eq(cxd__patience_agents(0, 180, 2, 0), 1);
  ck_assert_double_eq_tol(cxd__patience_load(100, 180, ENDLESS, 0), 100, 1e-9);
  ck_assert_double_le(cxd__patience_load(100, 180, ENDLESS, 0), 100);
  ck_assert_double_eq(cxd__patience_agents(99.5, 180, ENDLESS, 0), 100);
  ck_assert_double_eq(cxd__patience_agents(100, 180, ENDLESS, 0), 100);
}
END_TEST

START_TEST(everybody_lost_is_allowed_any_load) {
  ck_assert_double_infinite(cxd__patience_load(1, 180, 2, 1));
  ck_assert_double_eq(cxd__patience_agents(1e308, 180, 2, 1), 1);
  double load = cxd__patience_load(3, 180, 2, 1 - DBL_EPSILON);
  ck_assert(load > 1e15 && load <= DBL_MAX);
}
END_TEST

START_TEST(more_than_ten_million_agents_are_infinitely_many) {
  ck_assert_double_le(cxd__patience_agents(9.9e6, 180, 2, 0.03), 1e7);
  ck_assert_double_infinite(cxd__patience_agents(1.2e7, 180, 2, 0.03));
  ck_assert_double_infinite(cxd__patience_agents(1e308, 1e-308, 1e308, 0.5));
}
END_TEST

START_TEST(ten_million_agents_are_answered) {
  double load = cxd__patience_load(1e7, 180, 2, 0.03);
  ck_assert_double_eq_tol(load, 1e7 / 0.97, 1e7 * 1e-3);
  ck_assert_double_eq(cxd__patience_agents(load, 180, 2, 0.03), 1e7);
}
END_TEST

START_TEST(extreme_numbers_are_answered) {
  static const double sizes[] = {5e-324, 1e-308, 1e-10, 1, 1e7, 1e308, DBL_MAX}, limits[] = {0, 5e-324, 1e-300, 1e-9, 0.5, 1 - DBL_EPSILON / 2, 1};
  for (size_t i = 0; i < 7 * 7 * 7; i++) {
    double aht = sizes[i % 7], patience = sizes[i / 7 % 7], limit = limits[i / 49];
    double load = cxd__patience_load(3, aht, patience, limit);
    ck_assert(load >= 0);
    if (load <= DBL_MAX)
      ck_assert_double_le(abandonment(3, load, aht, patience), limit);
    double n = cxd__patience_agents(7.5, aht, patience, limit);
    ck_assert(n >= 1);
    if (n <= 1e7)
      ck_assert_double_le(abandonment(n, 7.5, aht, patience), limit);
  }
}
END_TEST

START_TEST(bad_arguments_are_answered_with_nan) {
  static const double no_amount[] = {-1e-300, -1, -ENDLESS, (double)NAN}, no_agents[] = {0, -1, 1.5, 1e7 + 1, 1e308, ENDLESS, (double)NAN};
  static const double no_share[] = {1 + DBL_EPSILON, 3, 1e308, ENDLESS}, no_time[] = {0, ENDLESS};
  for (size_t i = 0; i < 7; i++)
    ck_assert_double_nan(cxd__patience_load(no_agents[i], 180, 2, 0.03));
  for (size_t i = 0; i < 4; i++) {
    double x = no_amount[i];
    ck_assert_double_nan(cxd__patience_load(5, x, 2, 0.03));
    ck_assert_double_nan(cxd__patience_load(5, 180, x, 0.03));
    ck_assert_double_nan(cxd__patience_load(5, 180, 2, x));
    ck_assert_double_nan(cxd__patience_load(5, 180, 2, no_share[i]));
    ck_assert_double_nan(cxd__patience_load(5, no_time[i % 2], 2, 0.03));
    ck_assert_double_nan(cxd__patience_agents(x, 180, 2, 0.03));
    ck_assert_double_nan(cxd__patience_agents(5, x, 2, 0.03));
    ck_assert_double_nan(cxd__patience_agents(5, 180, x, 0.03));
    ck_assert_double_nan(cxd__patience_agents(5, 180, 2, x));
    ck_assert_double_nan(cxd__patience_agents(5, 180, 2, no_share[i]));
    ck_assert_double_nan(cxd__patience_agents(5, no_time[i % 2], 2, 0.03));
  }
  ck_assert_double_nan(cxd__patience_agents(ENDLESS, 180, 2, 0.03));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("capacity_inverse");
  TCase *inverse = suite_case(suite, "inverse", NULL, NULL);
  tcase_set_timeout(inverse, 60);
  tcase_add_loop_test(inverse, three_percent_has_the_published_vectors, 0, sizeof vectors / sizeof *vectors);
  tcase_add_test(inverse, erlang_b_needs_17_lines_for_10_erlang_at_2_percent);
  tcase_add_test(inverse, the_vector_of_the_agents);
  tcase_add_test(inverse, the_largest_load_passes_and_a_little_more_does_not);
  tcase_add_test(inverse, the_fewest_agents_pass_and_one_less_does_not);
  tcase_add_test(inverse, the_two_inverses_agree);
  tcase_add_test(inverse, a_load_found_is_the_load_it_was_made_of);
  tcase_add_test(inverse, more_agents_patience_or_leave_take_more_load);
  tcase_add_test(inverse, nobody_lost_at_all_needs_endless_patience);
  tcase_add_test(inverse, everybody_lost_is_allowed_any_load);
  tcase_add_test(inverse, more_than_ten_million_agents_are_infinitely_many);
  tcase_add_test(inverse, ten_million_agents_are_answered);
  tcase_add_test(inverse, extreme_numbers_are_answered);
  tcase_add_test(inverse, bad_arguments_are_answered_with_nan);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/capacity.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "capacity_reference.h"
#include "points.h"
#include "run.h"

#define POINTS 4000
#define SLACK 1e-10 /* relative: what rounding may do to an order that holds exactly */

static void ck_near(double found, double wanted, double tolerance, const char *what) {
  ck_assert_msg(fabs(found - wanted) <= tolerance, "%s: found %.17g, wanted %.17g", what, found, wanted);
}

static void ck_same(double found, double wanted, double relative, const char *what) { ck_near(found, wanted, relative * fabs(wanted), what); }

static void ck_share(double p, const char *what) { ck_assert_msg(p >= 0 && p <= 1, "%s: %.17g is no share", what, p); }

static void ck_all_nan(struct cxd__patience p) {
  ck_assert_double_nan(p.wait);
  ck_assert_double_nan(p.abandonment);
  ck_assert_double_nan(p.occupancy);
}

START_TEST(erlang_c_has_the_values_of_the_textbooks) {
  ck_near(cxd__erlang_c(2, 1), 1.0 / 3, 1e-15, "2, 1");
  ck_near(cxd__erlang_c(3, 2), 4.0 / 9, 1e-15, "3, 2");
  ck_near(cxd__erlang_c(1, 0.25), 0.25, 1e-15, "one agent waits with its load");
  ck_near(cxd__erlang_c(14, 10), 0.1741319335950498, 1e-14, "14, 10");
  ck_near(cxd__erlang_c(15, 10), 0.102042, 1e-6, "15, 10");
  ck_near(cxd__erlang_c(55, 48), 0.2387, 5e-5, "55, 48");
  ck_near(cxd__erlang_c(65, 60), 0.4201, 5e-5, "65, 60");
  ck_near(cxd__erlang_c(34, 27.0833), 0.1430, 5e-5, "34, 27.0833");
}
END_TEST

START_TEST(service_levels_are_those_of_other_programs) {
  ck_near(cxd__erlang_c_level(14, 10, 180, 20), 0.8883500191794669, 1e-14, "14");
  ck_near(cxd__erlang_c_level(15, 10, 180, 20), 0.941453, 1e-6, "15");
  ck_near(cxd__erlang_c_level(55, 48, 240, 15), 0.8459, 5e-5, "55");
  ck_near(cxd__erlang_c_level(65, 60, 180, 45), 0.8796, 5e-5, "65");
  ck_near(cxd__erlang_c_level(34, 27.0833, 150, 30), 0.9641, 5e-5, "34");
}
END_TEST

START_TEST(mean_waits_are_those_of_other_programs) {
  ck_near(cxd__erlang_c_asa(55, 48, 240), 8.2, 0.05, "55");
  ck_near(cxd__erlang_c_asa(65, 60, 180), 15.1, 0.05, "65");
  ck_near(cxd__erlang_c_asa(34, 27.0833, 150), 3.1, 0.05, "34");
}
END_TEST

START_TEST(erlang_b_has_the_values_of_the_textbooks) {
  ck_near(cxd__erlang_b(17, 10), 0.012949, 5e-7, "17");
  ck_near(cxd__erlang_b(16, 10), 0.022302, 5e-7, "16");
  ck_near(cxd__erlang_b(1, 1), 0.5, 1e-16, "1, 1");
  ck_near(cxd__erlang_b(2, 1), 0.2, 1e-16, "2, 1");
  ck_near(cxd__erlang_b(5, 3), 81.0 / 736, 1e-15, "5, 3");
}
END_TEST

static const struct vector {
  double agents, load, aht_s, wait, abandonment;
} vectors[] = {
    {14, 10, 180, 0.062608, 0.054016},     {20, 19.125, 180, 0.161164, 0.131744}, {25, 19.125, 180, 0.045329, 0.035219},
    {26, 19.125, 180, 0.032481, 0.024981}, {30, 19.125, 180, 0.006318, 0.004665}, {55, 48, 240, 0.052502, 0.035668},
    {15, 19.125, 180, 0.349622, 0.300645},
};

START_TEST(two_seconds_of_patience_have_the_published_vectors) {
  const struct vector *v = &vectors[_i];
  struct cxd__patience p = cxd__patience_of(v->agents, v->load, v->aht_s, 2);
  ck_near(p.wait, v->wait, 5e-7, "wait");
  ck_near(p.abandonment, v->abandonment, 5e-7, "abandonment");
  ck_same(p.occupancy, v->load * (1 - p.abandonment) / v->agents, 1e-14, "occupancy");
}
END_TEST

START_TEST(erlang_b_is_the_sum_of_all_states) {
  static const int agents[] = {1, 2, 10, 100, 1000, 3000, 10000};
  static const double relative_loads[] = {0.8, 0.95, 0.99, 1, 1.01, 1.5, 10};
  int n = agents[_i];
  for (size_t i = 0; i < sizeof relative_loads / sizeof *relative_loads; i++) {
    double load = n * relative_loads[i];
    ck_same(cxd__erlang_b(n, load), reference_erlang_b(n, load), 1e-11, "B");
    if (load < n)
      ck_same(cxd__erlang_c(n, load), reference_erlang_c(n, load), 1e-11, "C");
  }
}
END_TEST

/* 1/B(n, n) = 1 + Q(n), Ramanujan's Q, of which the asymptotic series is known. */
START_TEST(ten_million_agents_follow_the_asymptotic_series) {
  static const double pi = 3.14159265358979323846;
  for (double n = 100; n <= 1e7; n *= 10) {
    double root = sqrt(pi / 2 / n);
    double series = root * n + 2.0 / 3 + root / 12 - 4 / (135 * n) + root / (288 * n) + 8 / (2835 * n * n) - 139 * root / (51840 * n * n);
    ck_same(1 / cxd__erlang_b(n, n), series, 1e-7 / n + 1e-12, "1/B(n, n)");
  }
}
END_TEST

START_TEST(the_recursion_holds_at_every_size) {
  struct points points = {1};
  for (int i = 0; i < POINTS; i++) {
    double n = floor(points_any_size(&points, 2, 1e6)), load = n * points_between(&points, 0.7, 2);
    double before = cxd__erlang_b(n - 1, load);
    ck_same(cxd__erlang_b(n, load), load * before / (n + load * before), SLACK, "B(n)");
  }
}
END_TEST

START_TEST(patience_agrees_with_the_density_of_the_waits) {
  struct points points = {2};
  for (int i = 0; i < 60; i++) {
    int n = (int)points_any_size(&points, 1, 200);
    double load = n * points_between(&points, 0.3, 1.5), patience = points_any_size(&points, 1e-3, 5) / n;
    struct reference_patience wanted = reference_patience(n, load, patience);
    struct cxd__patience found = cxd__patience_of(n, load, 180, patience * 180);
    ck_same(found.wait, wanted.wait, 1e-9, "wait");
    ck_same(found.abandonment, wanted.abandonment, 1e-9, "abandonment");
  }
}
END_TEST

struct point {
  double agents, load, aht_s, patience_s;
};

static struct point random_point(struct points *points) {
  double n = floor(points_any_size(points, 1, 2000));
  return (struct point){n, n * points_any_size(points, 0.05, 20), points_any_size(points, 1, 3600), points_any_size(points, 0.01, 600)};
}

static struct cxd__patience at(struct point p) { return cxd__patience_of(p.agents, p.load, p.aht_s, p.patience_s); }

START_TEST(all_answers_are_shares_and_abandoned_calls_have_waited) {
  struct points points = {3};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points);
    struct cxd__patience found = at(p);
    ck_share(found.wait, "wait");
    ck_share(found.abandonment, "abandonment");
    ck_share(found.occupancy, "occupancy");
    ck_assert_double_le(found.abandonment, found.wait * (1 + SLACK));
    ck_assert_double_ge(found.abandonment, 1 - p.agents / p.load - SLACK);
    ck_near(found.occupancy, p.load * (1 - found.abandonment) / p.agents, SLACK * (1 + p.load / p.agents), "occupancy");
  }
}
END_TEST

START_TEST(more_agents_abandon_less) {
  struct points points = {4};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points), more = p;
    more.agents = p.agents + ceil(points_any_size(&points, 1, 50));
    struct cxd__patience few = at(p), many = at(more);
    ck_assert_double_le(many.abandonment, few.abandonment * (1 + SLACK));
    ck_assert_double_le(many.wait, few.wait * (1 + SLACK));
    ck_assert_double_le(many.occupancy, few.occupancy * (1 + SLACK));
  }
}
END_TEST

START_TEST(more_load_abandons_more) {
  struct points points = {5};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points), more = p;
    more.load = p.load * (1 + points_any_size(&points, 1e-6, 3));
    struct cxd__patience little = at(p), much = at(more);
    ck_assert_double_ge(much.abandonment, little.abandonment * (1 - SLACK));
    ck_assert_double_ge(much.wait, little.wait * (1 - SLACK));
    ck_assert_double_ge(much.occupancy, little.occupancy * (1 - SLACK));
  }
}
END_TEST

START_TEST(more_patience_abandons_less_and_waits_more) {
  struct points points = {6};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points), more = p;
    more.patience_s = p.patience_s * (1 + points_any_size(&points, 1e-6, 3));
    struct cxd__patience hurried = at(p), patient = at(more);
    ck_assert_double_le(patient.abandonment, hurried.abandonment * (1 + SLACK) + 1e-300);
    ck_assert_double_ge(patient.wait, hurried.wait * (1 - SLACK));
    ck_assert_double_ge(patient.occupancy, hurried.occupancy * (1 - SLACK));
  }
}
END_TEST

START_TEST(without_patience_it_is_erlang_b) {
  struct points points = {7};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points);
    double blocked = cxd__erlang_b(p.agents, p.load);
    struct cxd__patience none = cxd__patience_of(p.agents, p.load, p.aht_s, i % 2 ? 0.0 : -0.0);
    struct cxd__patience hardly = cxd__patience_of(p.agents, p.load, p.aht_s, 1e-13 * p.aht_s / p.load);
    ck_same(none.abandonment, blocked, SLACK, "tau 0, abandonment");
    ck_same(none.wait, blocked, SLACK, "tau 0, wait");
    ck_same(hardly.abandonment, blocked, SLACK, "tau near 0, abandonment");
    ck_same(hardly.wait, blocked, SLACK, "tau near 0, wait");
  }
}
END_TEST

START_TEST(with_endless_patience_it_is_erlang_c) {
  struct points points = {8};
  for (int i = 0; i < POINTS; i++) {
    struct point p = random_point(&points);
    struct cxd__patience endless = cxd__patience_of(p.agents, p.load, p.aht_s, (double)INFINITY);
    struct cxd__patience long_one = cxd__patience_of(p.agents, p.load, p.aht_s, 1e9 * p.aht_s);
    ck_same(endless.wait, cxd__erlang_c(p.agents, p.load), SLACK, "wait");
    ck_same(endless.abandonment, p.load < p.agents ? 0 : 1 - p.agents / p.load, SLACK, "abandonment");
    ck_same(endless.occupancy, fmin(p.load / p.agents, 1), SLACK, "occupancy");
    ck_near(long_one.wait, endless.wait, 1e-6, "long, wait");
    ck_near(long_one.abandonment, endless.abandonment, 1e-6, "long, abandonment");
  }
}
END_TEST

START_TEST(nothing_jumps_where_load_meets_agents) {
  static const double offsets[] = {1e-3, 1e-6, 1e-9, 1e-12, 1e-15};
  for (double n = 1; n <= 1e6; n *= 10) {
    struct cxd__patience exact = cxd__patience_of(n, n, 180, 2);
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
      struct cxd__patience below = cxd__patience_of(n, n * (1 - offsets[i]), 180, 2), above = cxd__patience_of(n, n * (1 + offsets[i]), 180, 2);
      double allowed = 2 * sqrt(n) * offsets[i] + 1e-12;
      ck_near(below.abandonment, exact.abandonment, allowed, "below");
      ck_near(above.abandonment, exact.abandonment, allowed, "above");
      ck_near(below.wait, exact.wait, allowed, "wait below");
      ck_near(above.wait, exact.wait, allowed, "wait above");
    }
  }
}
END_TEST

START_TEST(no_load_waits_for_nobody) {
  static const double agents[] = {1, 2, 100, 1e7}, patience[] = {0, 2, (double)INFINITY};
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 6; j++) {
      struct cxd__patience p = cxd__patience_of(agents[i], j % 2 ? 0.0 : -0.0, 180, patience[j / 2]);
      ck_assert(p.wait == 0 && p.abandonment == 0 && p.occupancy == 0);
      ck_assert(cxd__erlang_b(agents[i], -0.0) == 0 && cxd__erlang_c(agents[i], -0.0) == 0 && cxd__erlang_c_asa(agents[i], 0, 180) == 0);
      ck_assert(cxd__erlang_c_level(agents[i], 0, 180, 0) == 1);
    }
}
END_TEST

START_TEST(overload_waits_for_ever_in_erlang_c_and_is_finite_with_patience) {
  ck_assert(cxd__erlang_c(10, 10) == 1 && cxd__erlang_c(10, 1e308) == 1);
  ck_assert(cxd__erlang_c_level(10, 10, 180, 20) == 0 && cxd__erlang_c_level(10, 11, 180, (double)INFINITY) == 0);
  ck_assert_double_infinite(cxd__erlang_c_asa(10, 10, 180));
  struct cxd__patience p = cxd__patience_of(10, 1e6, 180, 600);
  ck_same(p.abandonment, 1 - 1e-5, 1e-12, "abandonment");
  ck_same(p.occupancy, 1, 1e-12, "occupancy");
}
END_TEST

/* Whatever is in the domain has shares for answers, also where squares and exponentials leave the range of doubles. */
START_TEST(extreme_numbers_have_answers) {
  static const double sizes[] = {5e-324, 1e-308, 1e-10, 1, 1e7, 1e154, 1e308, DBL_MAX}, agents[] = {1, 2, 10000, 9999999, 1e7};
  static const double patiences[] = {0, 5e-324, 1e-308, 1e-10, 1, 1e7, 1e154, 1e308, DBL_MAX, (double)INFINITY};
  for (size_t i = 0; i < 5 * 8 * 8 * 10; i++) {
    double n = agents[i % 5], load = sizes[i / 5 % 8], aht = sizes[i / 40 % 8], patience = patiences[i / 320];
    struct cxd__patience p = cxd__patience_of(n, load, aht, patience);
    ck_share(p.wait, "wait");
    ck_share(p.abandonment, "abandonment");
    ck_share(p.occupancy, "occupancy");
    ck_share(cxd__erlang_b(n, load), "B");
    ck_share(cxd__erlang_c(n, load), "C");
    ck_share(cxd__erlang_c_level(n, load, aht, patience), "level");
    ck_assert_double_ge(cxd__erlang_c_asa(n, load, aht), 0);
    if (load >= 1e154)
      ck_assert(p.abandonment == 1 && p.occupancy > 0.999999);
  }
}
END_TEST

static const double no_agents[] = {0, -1, 0.5, 1.5, 1e7 + 1, 1e308, 9999999.5, (double)INFINITY, -(double)INFINITY, (double)NAN};
static const double no_amount[] = {-1e-300, -1, -(double)INFINITY, (double)NAN};

START_TEST(agents_are_whole_and_between_one_and_ten_million) {
  double n = no_agents[_i];
  ck_assert_double_nan(cxd__erlang_b(n, 1));
  ck_assert_double_nan(cxd__erlang_c(n, 1));
  ck_assert_double_nan(cxd__erlang_c_level(n, 1, 180, 20));
  ck_assert_double_nan(cxd__erlang_c_asa(n, 1, 180));
  ck_all_nan(cxd__patience_of(n, 1, 180, 2));
}
END_TEST

START_TEST(no_amount_is_negative_or_not_a_number) {
  double x = no_amount[_i];
  ck_assert_double_nan(cxd__erlang_b(2, x));
  ck_assert_double_nan(cxd__erlang_c(2, x));
  ck_assert_double_nan(cxd__erlang_c_level(2, x, 180, 20));
  ck_assert_double_nan(cxd__erlang_c_level(2, 1, x, 20));
  ck_assert_double_nan(cxd__erlang_c_level(2, 1, 180, x));
  ck_assert_double_nan(cxd__erlang_c_level(2, 3, 180, x));
  ck_assert_double_nan(cxd__erlang_c_asa(2, x, 180));
  ck_assert_double_nan(cxd__erlang_c_asa(2, 1, x));
  ck_all_nan(cxd__patience_of(2, x, 180, 2));
  ck_all_nan(cxd__patience_of(2, 1, x, 2));
  ck_all_nan(cxd__patience_of(2, 1, 180, x));
}
END_TEST

START_TEST(loads_and_handling_times_are_finite_and_a_handling_time_is_not_0) {
  ck_assert_double_nan(cxd__erlang_b(2, (double)INFINITY));
  ck_assert_double_nan(cxd__erlang_c(2, (double)INFINITY));
  ck_assert_double_nan(cxd__erlang_c_asa(2, 1, (double)INFINITY));
  ck_assert_double_nan(cxd__erlang_c_asa(2, 1, 0));
  ck_assert_double_nan(cxd__erlang_c_level(2, 1, 0, 20));
  ck_all_nan(cxd__patience_of(2, (double)INFINITY, 180, 2));
  ck_all_nan(cxd__patience_of(2, 1, 0, 2));
  ck_all_nan(cxd__patience_of(2, 1, (double)INFINITY, 2));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("capacity");
  TCase *values = suite_case(suite, "values", NULL, NULL), *rules = suite_case(suite, "properties", NULL, NULL);
  TCase *bad = suite_case(suite, "bad input", NULL, NULL);
  tcase_set_timeout(values, 60);
  tcase_set_timeout(rules, 60);
  tcase_add_test(values, erlang_c_has_the_values_of_the_textbooks);
  tcase_add_test(values, service_levels_are_those_of_other_programs);
  tcase_add_test(values, mean_waits_are_those_of_other_programs);
  tcase_add_test(values, erlang_b_has_the_values_of_the_textbooks);
  tcase_add_loop_test(values, two_seconds_of_patience_have_the_published_vectors, 0, sizeof vectors / sizeof *vectors);
  tcase_add_loop_test(values, erlang_b_is_the_sum_of_all_states, 0, 7);
  tcase_add_test(values, ten_million_agents_follow_the_asymptotic_series);
  tcase_add_test(values, the_recursion_holds_at_every_size);
  tcase_add_test(values, patience_agrees_with_the_density_of_the_waits);
  tcase_add_test(rules, all_answers_are_shares_and_abandoned_calls_have_waited);
  tcase_add_test(rules, more_agents_abandon_less);
  tcase_add_test(rules, more_load_abandons_more);
  tcase_add_test(rules, more_patience_abandons_less_and_waits_more);
  tcase_add_test(rules, without_patience_it_is_erlang_b);
  tcase_add_test(rules, with_endless_patience_it_is_erlang_c);
  tcase_add_test(rules, nothing_jumps_where_load_meets_agents);
  tcase_add_test(rules, no_load_waits_for_nobody);
  tcase_add_test(rules, overload_waits_for_ever_in_erlang_c_and_is_finite_with_patience);
  tcase_add_test(rules, extreme_numbers_have_answers);
  tcase_add_loop_test(bad, agents_are_whole_and_between_one_and_ten_million, 0, sizeof no_agents / sizeof *no_agents);
  tcase_add_loop_test(bad, no_amount_is_negative_or_not_a_number, 0, sizeof no_amount / sizeof *no_amount);
  tcase_add_test(bad, loads_and_handling_times_are_finite_and_a_handling_time_is_not_0);
  return run_suite(suite);
}

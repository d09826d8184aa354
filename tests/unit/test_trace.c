/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <check.h>
#include <string.h>

#include "core/trace.h"
#include "run.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

START_TEST(a_traceparent_is_read) {
  struct cxd__trace trace;
  ck_assert_ptr_null(cxd__trace_read("00-" ID "-" SPAN "-01", &trace));
  ck_assert_str_eq(trace.id, ID);
  ck_assert_str_eq(trace.parent, SPAN);
  ck_assert_int_eq(trace.sampled, 1);
}
END_TEST

START_TEST(only_the_lowest_flag_is_known) {
  static const struct {
    const char *flags;
    int sampled;
  } rows[] = {{"00", 0}, {"01", 1}, {"02", 0}, {"03", 1}, {"ff", 1}, {"0e", 0}, {"10", 0}, {"0b", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__trace trace;
    char text[CXD__TRACEPARENT_SIZE] = "00-" ID "-" SPAN "-";
    memcpy(text + 53, rows[i].flags, 2);
    ck_assert_ptr_null(cxd__trace_read(text, &trace));
    ck_assert_msg(trace.sampled == rows[i].sampled, "%s", rows[i].flags);
  }
}
END_TEST

START_TEST(later_versions_are_read_as_far_as_they_are_known) {
  struct cxd__trace trace;
  ck_assert_ptr_null(cxd__trace_read("01-" ID "-" SPAN "-01", &trace));
  ck_assert_ptr_null(cxd__trace_read("fe-" ID "-" SPAN "-01-what-the-future-will-be-like", &trace));
  ck_assert_str_eq(trace.id, ID);
}
END_TEST

START_TEST(everything_else_is_refused_and_changes_nothing) {
  static const char *const bad[] = {
      "", "00", "00-" ID "-" SPAN, "00-" ID "-" SPAN "-", "00-" ID "-" SPAN "-0", "00-" ID "-" SPAN "-011", "00-" ID "-" SPAN "-01-", "00-" ID "-" SPAN "-01-x", " 00-" ID "-" SPAN "-01", "00-" ID "-" SPAN "-01\n",
      "ff-" ID "-" SPAN "-01", "0g-" ID "-" SPAN "-01", "00_" ID "-" SPAN "-01", "00-" ID "_" SPAN "-01", "00-" ID "-" SPAN "_01", "01-" ID "-" SPAN "-01.x",
      "00-4BF92F3577b34da6a3ce929d0e0e4736-" SPAN "-01", "00-" ID "-00F067aa0ba902b7-01", "00-" ID "-" SPAN "-0A", "00-00000000000000000000000000000000-" SPAN "-01", "00-" ID "-0000000000000000-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-01", "00-" ID "-00f067aa0ba902b-01", "00-4bf92f3577b34da6a3ce929d0e0e473x-" SPAN "-01"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct cxd__trace trace = {.id = "as before"};
    ck_assert_msg(cxd__trace_read(bad[i], &trace) != NULL, "'%s'", bad[i]);
    ck_assert_str_eq(trace.id, "as before");
  }
}
END_TEST

START_TEST(spans_differ_and_the_trace_stays) {
  struct cxd__prng prng = {42};
  struct cxd__trace trace, back;
  char one[CXD__TRACEPARENT_SIZE], two[CXD__TRACEPARENT_SIZE];
  cxd__trace_begin(&trace, &prng);
  ck_assert_uint_eq(strlen(trace.id), 32);
  ck_assert_str_eq(trace.parent, "");
  cxd__trace_span(&trace, &prng, one);
  cxd__trace_span(&trace, &prng, two);
  ck_assert_str_ne(one, two);
  ck_assert_ptr_null(cxd__trace_read(one, &back));
  ck_assert_str_eq(back.id, trace.id);
  ck_assert_ptr_null(cxd__trace_read(two, &back));
  ck_assert_str_eq(back.id, trace.id);
  ck_assert_int_eq(back.sampled, 1);
}
END_TEST

START_TEST(a_caller_who_does_not_sample_is_passed_on) {
  struct cxd__prng prng = {7};
  struct cxd__trace trace;
  char text[CXD__TRACEPARENT_SIZE];
  ck_assert_ptr_null(cxd__trace_read("00-" ID "-" SPAN "-00", &trace));
  cxd__trace_span(&trace, &prng, text);
  ck_assert_int_eq(strncmp(text, "00-" ID "-", 36), 0);
  ck_assert_str_eq(text + 53, "00");
  ck_assert_ptr_null(strstr(text, SPAN));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("trace");
  TCase *tc = tcase_create("trace");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, a_traceparent_is_read);
  tcase_add_test(tc, only_the_lowest_flag_is_known);
  tcase_add_test(tc, later_versions_are_read_as_far_as_they_are_known);
  tcase_add_test(tc, everything_else_is_refused_and_changes_nothing);
  tcase_add_test(tc, spans_differ_and_the_trace_stays);
  tcase_add_test(tc, a_caller_who_does_not_sample_is_passed_on);
  return run_suite(suite);
}

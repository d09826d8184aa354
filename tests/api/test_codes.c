/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>
#include <string.h>

#include <cxdialer/cxdialer.h>

#include "run.h"

static size_t index_of(const char *name) {
  for (size_t i = 0; i < cxd_code_count(); i++)
    if (strcmp(cxd_code_name(i), name) == 0)
      return i;
  ck_abort_msg("%s is not there", name);
}

START_TEST(every_code_is_there_in_its_order) {
  static const char *const names[] = {
      "schema.id", "schema.type", "schema.null", "schema.required", "schema.number", "schema.name", "schema.enum", "schema.rules", "schema.similar",
      "capacity.concurrency", "capacity.licensed", "capacity.unreachable", "capacity.abandonment", "pacing.interval", "pacing.calls", "pacing.throttle",
      "zone.unknown", "zone.not_approved", "zone.tzdata", "window.closed", "window.dnc", "window.interval", "rule.failed"};
  ck_assert_uint_eq(cxd_code_count(), sizeof names / sizeof *names);
  for (size_t i = 0; i < cxd_code_count(); i++)
    ck_assert_str_eq(cxd_code_name(i), names[i]);
}
END_TEST

START_TEST(only_four_codes_are_out_of_reach_of_a_policy) {
  static const char *const fixed[] = {"schema.id", "schema.type", "schema.number", "rule.failed"};
  int32_t count = 0;
  for (size_t i = 0; i < cxd_code_count(); i++)
    count += cxd_code_fixed(i);
  ck_assert_int_eq(count, 4);
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq(cxd_code_fixed(index_of(fixed[i])), 1);
    ck_assert_int_eq(cxd_code_severity(index_of(fixed[i])), CXD_SEVERITY_ERROR);
  }
}
END_TEST

START_TEST(few_codes_are_warnings) {
  static const char *const warnings[] = {"schema.null", "schema.enum", "schema.similar", "capacity.unreachable"};
  size_t count = 0;
  for (size_t i = 0; i < cxd_code_count(); i++)
    count += cxd_code_severity(i) != CXD_SEVERITY_ERROR;
  ck_assert_uint_eq(count, 4);
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(cxd_code_severity(index_of(warnings[i])), CXD_SEVERITY_WARNING);
}
END_TEST

START_TEST(the_texts_say_what_belongs_to_the_code) {
  ck_assert_ptr_nonnull(strstr(cxd_code_meaning(index_of("window.closed")), "20:59"));
  ck_assert_ptr_nonnull(strstr(cxd_code_advice(index_of("window.closed")), "next opening"));
  ck_assert_ptr_nonnull(strstr(cxd_code_source(index_of("window.closed")), "47 CFR 64.1200(c)(1)"));
  ck_assert_ptr_nonnull(strstr(cxd_code_meaning(index_of("zone.tzdata")), "America/Vancouver"));
  ck_assert_ptr_nonnull(strstr(cxd_code_source(index_of("capacity.abandonment")), "16 CFR 310.4(b)(4)"));
  ck_assert_ptr_nonnull(strstr(cxd_code_source(index_of("schema.id")), "the API's schema"));
}
END_TEST

START_TEST(beyond_the_end_there_is_nothing) {
  const size_t beyond[] = {cxd_code_count(), cxd_code_count() + 1, SIZE_MAX / 2, SIZE_MAX};
  for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
    ck_assert_str_eq(cxd_code_name(beyond[i]), "");
    ck_assert_str_eq(cxd_code_source(beyond[i]), "");
    ck_assert_str_eq(cxd_code_meaning(beyond[i]), "");
    ck_assert_str_eq(cxd_code_advice(beyond[i]), "");
    ck_assert_int_eq(cxd_code_severity(beyond[i]), 0);
    ck_assert_int_eq(cxd_code_fixed(beyond[i]), 0);
  }
}
END_TEST

START_TEST(a_policy_knows_every_code) {
  for (size_t i = 0; i < cxd_code_count(); i++) {
    char policy[128];
    cxd_validator *validator = NULL;
    (void)snprintf(policy, sizeof policy, "{\"version\":1,\"severities\":{\"%s\":\"warning\"}}", cxd_code_name(i));
    ck_assert_int_eq(cxd_validator_new(NULL, &validator, NULL), CXD_OK);
    ck_assert_int_eq(cxd_validator_load_policy(validator, policy, strlen(policy), NULL), cxd_code_fixed(i) ? CXD_E_CONFIG : CXD_OK);
    cxd_validator_free(validator);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("codes");
  TCase *tc = suite_case(suite, "introspection", NULL, NULL);
  tcase_add_test(tc, every_code_is_there_in_its_order);
  tcase_add_test(tc, only_four_codes_are_out_of_reach_of_a_policy);
  tcase_add_test(tc, few_codes_are_warnings);
  tcase_add_test(tc, the_texts_say_what_belongs_to_the_code);
  tcase_add_test(tc, beyond_the_end_there_is_nothing);
  tcase_add_test(tc, a_policy_knows_every_code);
  return run_suite(suite);
}

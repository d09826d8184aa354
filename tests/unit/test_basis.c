/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What the audit log is told about a decision: the member `basis` of an intent (docs/audit.md). */
#include "validate/basis.h"

#include <stdlib.h>

#include "base/digest.h"
#include "check_fixture.h"
#include "json/pointer.h"

static struct cxd__buf held; /* the basis of the last check */

static struct cxd__slice basis_of(const cxd_report *report) {
  struct cxd__slice root = {0};
  cxd_error *error = NULL;
  ck_assert_ptr_nonnull(report);
  ck_assert_ptr_nonnull(report->basis);
  cxd__buf_free(&held);
  cxd__buf_str(&held, report->basis);
  ck_assert_msg(cxd__json_check(held.data, held.len, "basis", &root, &error) == CXD_OK, "%s in %s", cxd_error_message(error), held.data);
  ck_assert_ptr_null(strchr(held.data, '\n'));
  return root;
}

static cxd_report *check_at(cxd_validator *validator, const char *json, int64_t at_unix_ms) {
  cxd_campaign *change = campaign_of("{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\"}"), *merged = campaign_of(json);
  struct cxd__check check = {.change = change, .merged = merged, .at_unix_ms = at_unix_ms};
  cxd_report *report = NULL;
  (void)cxd__validator_run(validator, &check, &report, NULL);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
  return report;
}

static void ck_member(struct cxd__slice root, const char *pointer, const char *raw) {
  struct cxd__slice value = cxd__json_find(root, pointer);
  ck_assert_msg(value.p && value.len == strlen(raw) && memcmp(value.p, raw, value.len) == 0, "%s is %.*s instead of %s", pointer, (int)value.len, value.p ? value.p : "", raw);
}

#define ZONED(zone, status) "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"status\":\"" status "\",\"timeZone\":" zone "}"

static void ck_place(cxd_validator *validator, const char *json, int64_t at_unix_ms, const char *zone, const char *local) {
  cxd_report *report = check_at(validator, json, at_unix_ms);
  struct cxd__slice root = basis_of(report);
  ck_member(root, "/zone", zone);
  ck_member(root, "/local", local);
  cxd_report_free(report);
}

#define NOON INT64_C(1795881600000) /* 2026-11-28T16:00:00Z */

START_TEST(the_members_stand_in_the_order_of_the_specification) {
  static const char *const names[] = {"rules", "table", "policy", "tzdata", "zone", "jurisdiction", "local"};
  cxd_validator *validator = default_validator();
  cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  struct cxd__slice root = basis_of(report), key, value;
  struct cxd__json_iter iter;
  size_t n = 0;
  for (cxd__json_walk(&iter, root); cxd__json_next(&iter, &key, &value); n++)
    ck_assert_msg(n < 7 && cxd__json_string_is(key, names[n]), "%zu is %.*s", n, (int)key.len, key.p);
  ck_assert_uint_eq(n, 7);
  cxd_report_free(report);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(without_a_policy_there_is_no_digest_and_the_built_in_table_is_named_by_its_date) {
  cxd_validator *validator = default_validator();
  struct cxd__settings *settings = cxd__validator_settings(validator);
  cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  struct cxd__slice root = basis_of(report);
  ck_member(root, "/policy", "null");
  ck_assert(cxd__json_string_is(cxd__json_find(root, "/table"), settings->defaults->hours.version));
  ck_assert(cxd__json_string_is(cxd__json_find(root, "/rules"), cxd_version()));
  ck_member(root, "/jurisdiction", "\"UNRESTRICTED\"");
  char version[CXD__TZDATA_MAX];
  cxd__zone_cache_version(cxd__validator_zones(validator), version);
  ck_assert(cxd__json_string_is(cxd__json_find(root, "/tzdata"), version));
  cxd__settings_unref(settings);
  cxd_report_free(report);
  cxd__validator_unref(validator);
}
END_TEST

/* The same words with one more blank are another policy. */
START_TEST(a_policy_is_named_by_the_digest_of_its_text) {
  static const char *const policies[] = {"{\"version\":1}", "{\"version\": 1}"};
  cxd_validator *validator = default_validator();
  for (size_t i = 0; i < 2; i++) {
    char hex[65], raw[68];
    ck_assert_int_eq(cxd__validator_policy(validator, policies[i], strlen(policies[i]), "policy", NULL), CXD_OK);
    cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
    cxd__sha256_hex(policies[i], strlen(policies[i]), hex);
    (void)snprintf(raw, sizeof raw, "\"%s\"", hex);
    ck_member(basis_of(report), "/policy", raw);
    cxd_report_free(report);
  }
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_policy_that_is_refused_does_not_become_the_basis) {
  cxd_validator *validator = default_validator();
  ck_assert_int_ne(cxd__validator_policy(validator, "{\"version\":2}", 13, "policy", NULL), CXD_OK);
  cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  ck_member(basis_of(report), "/policy", "null");
  cxd_report_free(report);
  cxd__validator_unref(validator);
}
END_TEST

static const struct {
  const char *json;
  int64_t at_unix_ms;
  const char *zone, *local;
} places[] = {
    {ZONED("\"America/New_York\"", "running"), NOON, "\"America/New_York\"", "\"2026-11-28T11:00:00-05:00\""},
    {ZONED("\"America/New_York\"", "running"), INT64_C(1782921600999), "\"America/New_York\"", "\"2026-07-01T12:00:00-04:00\""},
    {ZONED("\"America/New_York\"", "paused"), NOON, "\"America/New_York\"", "\"2026-11-28T11:00:00-05:00\""}, /* stopping: no window rule has looked */
    {ZONED("\"Asia/Kolkata\"", "running"), NOON, "\"Asia/Kolkata\"", "\"2026-11-28T21:30:00+05:30\""},
    {ZONED("\"Pacific/Chatham\"", "running"), NOON, "\"Pacific/Chatham\"", "\"2026-11-29T05:45:00+13:45\""},
    {ZONED("\"America/St_Johns\"", "running"), NOON, "\"America/St_Johns\"", "\"2026-11-28T12:30:00-03:30\""},
    {ZONED("\"UTC\"", "running"), NOON, "\"UTC\"", "\"2026-11-28T16:00:00+00:00\""},
    {ZONED("\"\\u0055TC\"", "running"), -1, "\"UTC\"", "\"1969-12-31T23:59:59+00:00\""},
    {ZONED("\"EST\"", "running"), NOON, "\"EST\"", "null"},
    {ZONED("\"No/Such\"", "running"), NOON, "\"No/Such\"", "null"},
    {ZONED("\"../../etc/passwd\"", "running"), NOON, "\"../../etc/passwd\"", "null"},
    {ZONED("\"a\\\"},{\\n\\u0001\"", "running"), NOON, "\"a\\\"},{\\n\\u0001\"", "null"},
    {ZONED("\"UTC\\u0000x\"", "running"), NOON, "null", "null"},
    {ZONED("\"\"", "running"), NOON, "null", "null"},
    {ZONED("7", "running"), NOON, "null", "null"},
    {ZONED("null", "running"), NOON, "null", "null"},
    {"{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\"}", NOON, "null", "null"},
    {ZONED("\"UTC\"", "running"), INT64_MAX, "\"UTC\"", "null"},
    {ZONED("\"UTC\"", "running"), INT64_MIN, "\"UTC\"", "null"},
};

/* With hours that have edges the window rule has looked the zone up, without any nobody has: both say the same. */
START_TEST(the_local_time_has_its_offset_and_what_is_no_zone_is_null) {
  static const char *const rows[] = {"UNRESTRICTED", "US"};
  for (size_t r = 0; r < 2; r++) {
    struct cxd__validate_options options = default_options();
    options.jurisdiction = rows[r];
    options.time_zones = "*";
    cxd_validator *validator = validator_with(options);
    ck_place(validator, places[_i].json, places[_i].at_unix_ms, places[_i].zone, places[_i].local);
    cxd__validator_unref(validator);
  }
}
END_TEST

START_TEST(a_zone_name_of_any_length_leaves_the_basis_short) {
  cxd_validator *validator = default_validator();
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"status\":\"running\",\"timeZone\":\"");
  for (int i = 0; i < 20000; i++)
    cxd__buf_str(&json, "\\u0001");
  cxd__buf_str(&json, "\"}");
  cxd_report *report = check_at(validator, json.data, NOON);
  ck_member(basis_of(report), "/zone", "null");
  ck_assert_uint_lt(held.len, 2048);
  cxd_report_free(report);
  cxd__buf_free(&json);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(the_jurisdictions_are_those_that_decide_about_this_campaign) {
  static const char general[] = "{\"version\":1,\"jurisdiction\":[\"US\",\"US-FL\"]}";
  static const char own[] = "{\"version\":1,\"jurisdiction\":[\"US\"],\"campaigns\":{\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\":{\"jurisdiction\":[\"US-FL\",\"US-TX\"]}}}";
  cxd_validator *validator = default_validator();
  ck_assert_int_eq(cxd__validator_policy(validator, general, strlen(general), "policy", NULL), CXD_OK);
  cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  ck_member(basis_of(report), "/jurisdiction", "\"US,US-FL\"");
  cxd_report_free(report);
  ck_assert_int_eq(cxd__validator_policy(validator, own, strlen(own), "policy", NULL), CXD_OK);
  report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  ck_member(basis_of(report), "/jurisdiction", "\"US-FL,US-TX\"");
  cxd_report_free(report);
  cxd__validator_unref(validator);
}
END_TEST

/* A hundred rows of the longest names: the list is cut, and says so. */
START_TEST(a_long_list_of_jurisdictions_ends_with_dots) {
  struct cxd__buf policy = {0};
  cxd__buf_str(&policy, "{\"version\":1,\"jurisdictions\":{");
  for (int i = 0; i < 100; i++)
    cxd__buf_fmt(&policy, "%s\"ROW-%028d\":{\"title\":\"t\",\"hours\":{\"mon-sun\":[\"00:00-24:00\"]},\"source\":\"s\",\"checked\":\"2026-06-01\"}", i ? "," : "", i);
  cxd__buf_str(&policy, "},\"jurisdiction\":[");
  for (int i = 0; i < 100; i++)
    cxd__buf_fmt(&policy, "%s\"ROW-%028d\"", i ? "," : "", i);
  cxd__buf_str(&policy, "]}");
  cxd_validator *validator = default_validator();
  cxd_error *error = NULL;
  ck_assert_msg(cxd__validator_policy(validator, policy.data, policy.len, "policy", &error) == CXD_OK, "%s", cxd_error_message(error));
  cxd_report *report = check_at(validator, ZONED("\"America/New_York\"", "running"), NOON);
  struct cxd__slice codes = cxd__json_find(basis_of(report), "/jurisdiction");
  ck_assert_uint_lt(held.len, 2048);
  ck_assert_uint_gt(codes.len, 1000);
  ck_assert_int_eq(memcmp(codes.p + codes.len - 5, ",...\"", 5), 0);
  cxd_report_free(report);
  cxd__buf_free(&policy);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(only_the_check_of_a_merged_campaign_has_a_basis) {
  cxd_validator *validator = default_validator();
  cxd_report *report = run_text(validator, SAMPLE, 1);
  ck_assert_ptr_null(report->basis);
  cxd_report_free(report);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(a_refused_campaign_has_one_too_and_a_copy_keeps_it) {
  cxd_validator *validator = default_validator();
  cxd_campaign *change = campaign_of("{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"maxConcurrentCalls\":9999}"), *merged = campaign_of(SAMPLE);
  cxd_report *report = run_check(validator, change, merged, 0);
  ck_assert_int_eq(cxd_report_ok(report), 0);
  cxd_report *copy = cxd__report_copy(report);
  ck_assert_str_eq(copy->basis, report->basis);
  ck_assert_ptr_ne(copy->basis, report->basis);
  cxd_report_free(copy);
  cxd_report_free(report);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
  cxd__validator_unref(validator);
}
END_TEST

START_TEST(without_memory_there_is_none_and_a_copy_is_whole_or_none) {
  cxd_validator *validator = default_validator();
  cxd_campaign *change = campaign_of("{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\"}"), *merged = campaign_of(SAMPLE);
  struct cxd__check check = {.change = change, .merged = merged, .at_unix_ms = NOON};
  int with = 0, without = 0;
  for (size_t n = 1; n < 30; n++) {
    cxd_report *report = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__validator_run(validator, &check, &report, NULL);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
    with += report && report->basis;
    without += report && !report->basis;
    cxd__mem_fail_at(n);
    cxd_report *copy = report ? cxd__report_copy(report) : NULL;
    cxd__mem_fail_at(0);
    ck_assert(!copy || (copy->basis != NULL) == (report->basis != NULL));
    if (copy)
      cxd_report_free(copy);
    cxd_report_free(report);
  }
  ck_assert_int_gt(with, 0);
  ck_assert_int_gt(without, 0);
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
  cxd__validator_unref(validator);
}
END_TEST

static void tear_down(void) { cxd__buf_free(&held); }

int main(void) {
  Suite *all = suite_create("basis");
  TCase *t = suite_case(all, "basis", NULL, tear_down);
  tcase_add_test(t, the_members_stand_in_the_order_of_the_specification);
  tcase_add_test(t, without_a_policy_there_is_no_digest_and_the_built_in_table_is_named_by_its_date);
  tcase_add_test(t, a_policy_is_named_by_the_digest_of_its_text);
  tcase_add_test(t, a_policy_that_is_refused_does_not_become_the_basis);
  tcase_add_loop_test(t, the_local_time_has_its_offset_and_what_is_no_zone_is_null, 0, (int)(sizeof places / sizeof *places));
  tcase_add_test(t, a_zone_name_of_any_length_leaves_the_basis_short);
  tcase_add_test(t, the_jurisdictions_are_those_that_decide_about_this_campaign);
  tcase_add_test(t, a_long_list_of_jurisdictions_ends_with_dots);
  tcase_add_test(t, only_the_check_of_a_merged_campaign_has_a_basis);
  tcase_add_test(t, a_refused_campaign_has_one_too_and_a_copy_keeps_it);
  tcase_add_test(t, without_memory_there_is_none_and_a_copy_is_whole_or_none);
  return run_suite(all);
}

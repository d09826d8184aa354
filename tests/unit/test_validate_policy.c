/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* mkdtemp, mkfifo */
#include <sys/stat.h>
#include <unistd.h>

#include "validate.h"
#include "validate/codes.h"

static cxd_validator *validator;

static void setup(void) { validator = default_validator(); }

static void teardown(void) { cxd__validator_unref(validator); }

static void load(const char *json) {
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_load_policy(validator, json, strlen(json), &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", json, error ? error->message : "?");
}

static void ck_refused(const char *json, cxd_status expected, const char *part) {
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_load_policy(validator, json, strlen(json), &error);
  ck_assert_msg(status == expected, "%s: %d", json, status);
  ck_assert_msg(strstr(error->message, part) != NULL, "%s\nsaid: %s\nexpected: %s", json, error->message, part);
  cxd_error_free(error);
}

START_TEST(the_severity_of_similar_names_can_be_changed) {
  load("{\"version\":1,\"severities\":{\"schema.similar\":\"error\"}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurentCalls\":1}", "E schema.similar /maxConcurentCalls");
  load("{\"version\":1,\"severities\":{\"schema.similar\":\"note\"}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurentCalls\":1}", "N schema.similar /maxConcurentCalls");
}
END_TEST

START_TEST(the_smallest_policy_changes_nothing) {
  load("{\"version\":1}");
  ck_findings(validator, SAMPLE, "");
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":501}", "limit of 500 (config key validate.max_concurrent_calls)");
}
END_TEST

START_TEST(the_stricter_limit_of_config_and_policy_wins) {
  load("{\"version\":1,\"limits\":{\"max_concurrent_calls\":100,\"min_pacing_interval_s\":30,\"max_throttle\":0.5}}");
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":101}", "limit of 100 (policy member limits.max_concurrent_calls)");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":29}}", "minimum of 30 s (policy member limits.min_pacing_interval_s)");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.51}}", "maximum of 0.5 (policy member limits.max_throttle)");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":100,\"pacing\":{\"interval\":30,\"throttlePercent\":0.5}}", "");
}
END_TEST

START_TEST(a_laxer_policy_does_not_widen_the_config) {
  load("{\"version\":1,\"limits\":{\"max_concurrent_calls\":1000,\"min_pacing_interval_s\":1,\"max_throttle\":1.0}}");
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":501}", "limit of 500 (config key");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"interval\":9}}", "minimum of 10 s (config key");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":0.96}}", "maximum of 0.95 (config key");
}
END_TEST

START_TEST(each_limit_stands_alone) {
  load("{\"version\":1,\"limits\":{\"max_throttle\":0.25}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":500,\"pacing\":{\"interval\":10,\"throttlePercent\":0.26}}", "E pacing.throttle /pacing/throttlePercent");
  load("{\"version\":1,\"limits\":{}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":500,\"pacing\":{\"interval\":10,\"throttlePercent\":0.26}}", "");
}
END_TEST

START_TEST(a_zone_must_be_in_both_lists) {
  load("{\"version\":1,\"time_zones\":[\"America/Denver\",\"Europe/Berlin\"]}");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"America/Denver\"}", "");
  ck_says(validator, "{\"id\":\"a\",\"timeZone\":\"America/Chicago\"}", "policy member time_zones lists America/Denver, Europe/Berlin; write one of them");
  ck_says(validator, "{\"id\":\"a\",\"timeZone\":\"Europe/Berlin\"}", "config key validate.time_zones lists America/Chicago");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"Asia/Tokyo\"}", "E zone.not_approved /timeZone");
}
END_TEST

START_TEST(a_star_is_neutral_in_either_list) {
  load("{\"version\":1,\"time_zones\":\"*\"}");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"America/Chicago\"}", "");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"Europe/Berlin\"}", "E zone.not_approved /timeZone");
  cxd__validator_unref(validator);
  struct cxd__validate_options options = default_options();
  options.time_zones = "*";
  validator = validator_with(options);
  load("{\"version\":1,\"time_zones\":[\"Europe\\/Berlin\"]}");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"Europe/Berlin\"}", "");
  ck_findings(validator, "{\"id\":\"a\",\"timeZone\":\"America/Chicago\"}", "E zone.not_approved /timeZone");
}
END_TEST

START_TEST(severities_are_raised_and_lowered_by_code) {
  load("{\"version\":1,\"severities\":{\"schema.enum\":\"error\",\"zone.not_approved\":\"warning\",\"capacity.concurrency\":\"note\",\"schema.null\":\"error\"}}");
  ck_findings(validator, "{\"id\":\"a\",\"name\":null,\"dialerType\":\"x\",\"maxConcurrentCalls\":501,\"timeZone\":\"Europe/Berlin\"}",
              "E schema.null /name\nE schema.enum /dialerType\nN capacity.concurrency /maxConcurrentCalls\nW zone.not_approved /timeZone");
  load("{\"version\":1}");
  ck_findings(validator, "{\"id\":\"a\",\"name\":null,\"dialerType\":\"x\"}", "W schema.null /name\nW schema.enum /dialerType");
}
END_TEST

START_TEST(every_code_that_is_not_fixed_can_be_set_to_everything) {
  static const char *const names[] = {"note", "warning", "error"};
  size_t fixed = 0;
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    for (int s = 0; s < 3; s++) {
      char json[128];
      (void)snprintf(json, sizeof json, "{\"version\":1,\"severities\":{\"%s\":\"%s\"}}", cxd__codes[i].name, names[s]);
      if (cxd__codes[i].fixed && s != CXD_SEVERITY_ERROR)
        ck_refused(json, CXD_E_CONFIG, "is always an error and cannot be lowered");
      else
        load(json);
      fixed += (size_t)(cxd__codes[i].fixed && s == 0);
    }
  ck_assert_uint_eq(fixed, 4);
}
END_TEST

START_TEST(ids_types_numbers_and_failed_rules_are_fixed) {
  static const char *const fixed[] = {"schema.id", "schema.type", "schema.number", "rule.failed"};
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(cxd__codes[cxd__code_find(fixed[i])].fixed, 1);
}
END_TEST

START_TEST(a_raised_limit_stays_a_warning_where_the_change_does_not_set_it) {
  load("{\"version\":1,\"severities\":{\"capacity.concurrency\":\"error\",\"pacing.interval\":\"note\"}}");
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"name\":\"n\"}");
  cxd_campaign *merged = campaign_of("{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":501,\"pacing\":{\"interval\":1}}");
  ck_report(run_check(validator, change, merged, 0), "W capacity.concurrency /maxConcurrentCalls\nN pacing.interval /pacing/interval", "untouched");
  cxd_campaign_free(change);
  cxd_campaign_free(merged);
}
END_TEST

START_TEST(the_example_of_the_manual_is_a_policy) {
  struct cxd__buf manual = source_file("docs/policy.md");
  const char *start = strstr(manual.data, "```json\n") + 8, *end = strstr(start, "```");
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_load_policy(validator, start, (size_t)(end - start), &error);
  ck_assert_msg(status == CXD_OK, "%s", error ? error->message : "?");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":201}", "E capacity.concurrency /maxConcurrentCalls\nE capacity.licensed /maxConcurrentCalls");
  cxd__buf_free(&manual);
}
END_TEST

START_TEST(faults_are_named_with_line_and_column) {
  static const struct { const char *json, *part; } rows[] = {
      {"{}", "policy: line 1, column 1: version is missing"},
      {"[]", "line 1, column 1: the policy is []: write an object"},
      {"7", "line 1, column 1: the policy is 7: write an object"},
      {"{\"version\":2}", "line 1, column 12: version 2 is not known to this library"},
      {"{\"version\":\"1\"}", "version \"1\" is not known"},
      {"{\"version\":null}", "version null is not known"},
      {"{\"version\":1,\n \"colour\":7}", "line 2, column 2: unknown member \"colour\": remove it"},
      {"{\"version\":1,\"limit\":{}}", "unknown member \"limit\", did you mean \"limits\"?"},
      {"{\"version\":1,\n\n  \"limits\":{\"max_concurrent_cals\":5}}", "line 3, column 13: unknown member \"max_concurrent_cals\", did you mean \"max_concurrent_calls\"?"},
      {"{\"version\":1,\"limits\":[]}", "column 23: limits is []: write an object"},
      {"{\"version\":1,\"limits\":null}", "limits is null: write an object"},
      {"{\"version\":1,\"limits\":{\"max_concurrent_calls\":0}}", "limits.max_concurrent_calls is 0: write a whole number from 1 to 1000000"},
      {"{\"version\":1,\"limits\":{\"max_concurrent_calls\":-1}}", "limits.max_concurrent_calls is -1"},
      {"{\"version\":1,\"limits\":{\"max_concurrent_calls\":1.5}}", "limits.max_concurrent_calls is 1.5"},
      {"{\"version\":1,\"limits\":{\"max_concurrent_calls\":\"100\"}}", "limits.max_concurrent_calls is \"100\""},
      {"{\"version\":1,\"limits\":{\"max_concurrent_calls\":1000001}}", "limits.max_concurrent_calls is 1000001"},
      {"{\"version\":1,\"limits\":{\"min_pacing_interval_s\":0}}", "limits.min_pacing_interval_s is 0: write a whole number from 1 to 86400"},
      {"{\"version\":1,\"limits\":{\"min_pacing_interval_s\":86401}}", "limits.min_pacing_interval_s is 86401"},
      {"{\"version\":1,\"limits\":{\"max_throttle\":0}}", "limits.max_throttle is 0: write a fraction above 0, at most 1"},
      {"{\"version\":1,\"limits\":{\"max_throttle\":1.1}}", "limits.max_throttle is 1.1"},
      {"{\"version\":1,\"limits\":{\"max_throttle\":true}}", "limits.max_throttle is true"},
      {"{\"version\":1,\"limits\":{\"max_throttle\":1e999}}", "limits.max_throttle is 1e999"},
      {"{\"version\":1,\"time_zones\":[]}", "time_zones is empty"},
      {"{\"version\":1,\"time_zones\":\"America/Denver\"}", "time_zones is \"America/Denver\": write an array of IANA names, or \"*\""},
      {"{\"version\":1,\"time_zones\":{}}", "time_zones is {}"},
      {"{\"version\":1,\"time_zones\":[\"EST\"]}", "line 1, column 28: time_zones has \"EST\": write an IANA name"},
      {"{\"version\":1,\"time_zones\":[\"../x\"]}", "time_zones has \"../x\""},
      {"{\"version\":1,\"time_zones\":[\"*\"]}", "time_zones has \"*\""},
      {"{\"version\":1,\"time_zones\":[7]}", "an entry of time_zones is 7"},
      {"{\"version\":1,\"severities\":[]}", "severities is []: write an object of codes"},
      {"{\"version\":1,\"severities\":{\"schema.enums\":\"error\"}}", "severities names \"schema.enums\", which is no code of a built-in rule, did you mean \"schema.enum\"?"},
      {"{\"version\":1,\"severities\":{\"acme.night\":\"error\"}}", "severities names \"acme.night\", which is no code of a built-in rule: remove it"},
      {"{\"version\":1,\"severities\":{\"schema.enum\":\"fatal\"}}", "severity \"fatal\": write \"error\", \"warning\" or \"note\""},
      {"{\"version\":1,\"severities\":{\"schema.enum\":2}}", "severity 2: write"},
      {"{\"version\":1,\"severities\":{\"schema.id\":\"note\"}}", "line 1, column 40: schema.id is always an error"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_refused(rows[i].json, CXD_E_CONFIG, rows[i].part);
}
END_TEST

START_TEST(all_faults_come_in_one_message) {
  static const char json[] = "{\"limits\":{\"max_throttle\":9,\"x\":1},\n\"time_zones\":[\"EST\",\"PST\"],\n\"severities\":{\"a.b\":\"error\"}}";
  ck_refused(json, CXD_E_CONFIG, "version is missing");
  ck_refused(json, CXD_E_CONFIG, "limits.max_throttle is 9");
  ck_refused(json, CXD_E_CONFIG, "unknown member \"x\"");
  ck_refused(json, CXD_E_CONFIG, "line 2, column 15: time_zones has \"EST\"");
  ck_refused(json, CXD_E_CONFIG, "line 2, column 21: time_zones has \"PST\"");
  ck_refused(json, CXD_E_CONFIG, "line 3, column 15: severities names \"a.b\"");
}
END_TEST

START_TEST(very_many_faults_are_counted) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1");
  for (int i = 0; i < 1000; i++)
    cxd__buf_fmt(&json, ",\"zzzzzzzzzzzzzz%d\":1", i);
  cxd__buf_char(&json, '}');
  ck_refused(json.data, CXD_E_CONFIG, "; and 980 more");
  cxd__buf_free(&json);
}
END_TEST

START_TEST(what_is_not_json_is_told_with_its_place) {
  ck_refused("{\"version\":1,}", CXD_E_JSON, "line 1, column");
  ck_refused("", CXD_E_JSON, "policy");
  ck_refused("{\"version\":1,\"version\":1}", CXD_E_JSON, "version");
  ck_refused("{\"version\":1}x", CXD_E_JSON, "line 1, column");
  ck_refused("{\"version\":01}", CXD_E_JSON, "line 1, column");
}
END_TEST

START_TEST(a_policy_over_a_mebibyte_is_refused) {
  size_t len = CXD__JSON_MAX_BYTES + 1;
  char *json = cxd__alloc(len + 1);
  memset(json, ' ', len);
  ck_refused(json, CXD_E_TOO_LARGE, "policy");
  cxd__free(json);
}
END_TEST

START_TEST(a_refused_policy_leaves_the_old_one_in_force) {
  static const char *const bad[] = {"{}", "nonsense", "{\"version\":1,\"limits\":{\"max_concurrent_calls\":5,\"min_pacing_interval_s\":0}}", "{\"version\":1,\"x\":1}"};
  load("{\"version\":1,\"limits\":{\"max_concurrent_calls\":100},\"severities\":{\"schema.enum\":\"error\"}}");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ck_assert_int_ne(cxd_validator_load_policy(validator, bad[i], strlen(bad[i]), NULL), CXD_OK);
    ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":101,\"status\":\"x\"}", "E schema.enum /status\nE capacity.concurrency /maxConcurrentCalls");
    ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":100}", "");
  }
}
END_TEST

START_TEST(a_later_policy_replaces_an_earlier_one_whole) {
  load("{\"version\":1,\"limits\":{\"max_concurrent_calls\":100},\"time_zones\":[\"America/Denver\"],\"severities\":{\"schema.enum\":\"error\"}}");
  load("{\"version\":1,\"limits\":{\"min_pacing_interval_s\":20}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":500,\"timeZone\":\"America/Chicago\",\"status\":\"x\",\"pacing\":{\"interval\":19}}",
              "W schema.enum /status\nE pacing.interval /pacing/interval");
}
END_TEST

START_TEST(hostile_texts_in_a_policy_are_tamed) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1,\"\xe2\x80\xae\x7f");
  for (int i = 0; i < 100000; i++)
    cxd__buf_str(&json, "%n");
  cxd__buf_str(&json, "\":1}");
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_load_policy(validator, json.data, json.len, &error), CXD_E_CONFIG);
  ck_assert_uint_lt(strlen(error->message), 300);
  ck_assert_ptr_nonnull(strstr(error->message, "\\u202e\\u007f%n%n"));
  cxd_error_free(error);
  cxd__buf_free(&json);
}
END_TEST

START_TEST(names_with_escapes_are_the_same_names) {
  load("{\"\\u0076ersion\":1,\"limits\":{\"max_\\u0063oncurrent_calls\":9},\"severities\":{\"schema\\u002eenum\":\"erro\\u0072\"}}");
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":10,\"status\":\"x\"}", "E schema.enum /status\nE capacity.concurrency /maxConcurrentCalls");
}
END_TEST

START_TEST(want_of_memory_leaves_the_old_policy) {
  static const char json[] = "{\"version\":1,\"limits\":{\"max_concurrent_calls\":50},\"time_zones\":[\"America\\/Denver\",\"Europe/Berlin\"]}";
  for (size_t n = 1;; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = cxd_validator_load_policy(validator, json, sizeof json - 1, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, used < n ? CXD_OK : CXD_E_NOMEM);
    ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":51}", used < n ? "E capacity.concurrency /maxConcurrentCalls" : "");
    if (used < n)
      break;
  }
}
END_TEST

START_TEST(a_validator_is_made_whole_or_not_at_all) {
  struct cxd__validate_options options = default_options();
  for (size_t n = 1;; n++) {
    cxd_validator *made = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__validator_make(&options, &made, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, used < n ? CXD_OK : CXD_E_NOMEM);
    ck_assert_int_eq(made != NULL, used < n);
    cxd__validator_unref(made);
    if (used < n)
      break;
  }
}
END_TEST

static char dir[64], path[96];

static void make_dir(void) {
  setup();
  strcpy(dir, "/tmp/cxd-policy-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  (void)snprintf(path, sizeof path, "%s/policy.json", dir);
}

static void remove_dir(void) {
  (void)unlink(path);
  ck_assert_int_eq(rmdir(dir), 0);
  teardown();
}

static void put_file(const char *text, size_t len) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, len, file), len);
  ck_assert_int_eq(fclose(file), 0);
}

static void ck_file(cxd_status expected, const char *part) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__validator_policy_file(validator, path, &error), expected);
  ck_assert_ptr_nonnull(strstr(error->message, path));
  ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
  cxd_error_free(error);
}

START_TEST(a_policy_file_is_loaded) {
  static const char json[] = "{\"version\":1,\"limits\":{\"max_concurrent_calls\":3}}\n";
  put_file(json, sizeof json - 1);
  ck_assert_int_eq(cxd__validator_policy_file(validator, path, NULL), CXD_OK);
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":4}", "E capacity.concurrency /maxConcurrentCalls");
}
END_TEST

START_TEST(a_file_that_is_no_policy_is_told_with_path_and_place) {
  ck_file(CXD_E_IO, "it does not exist");
  put_file("{\"version\":1,\n\"x\":1}", 20);
  ck_file(CXD_E_CONFIG, ": line 2, column 1: unknown member \"x\"");
  put_file("{", 1);
  ck_file(CXD_E_JSON, "line 1");
  put_file("", 0);
  ck_file(CXD_E_JSON, "line 1");
}
END_TEST

START_TEST(only_regular_files_of_a_mebibyte_are_read) {
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_file(CXD_E_IO, "not a regular file");
  ck_assert_int_eq(unlink(path), 0);
  struct cxd__buf text = {0};
  cxd__buf_str(&text, "{\"version\":1}");
  while (text.len < CXD__JSON_MAX_BYTES)
    cxd__buf_char(&text, ' ');
  put_file(text.data, text.len);
  ck_assert_int_eq(cxd__validator_policy_file(validator, path, NULL), CXD_OK);
  cxd__buf_char(&text, ' ');
  put_file(text.data, text.len);
  ck_file(CXD_E_TOO_LARGE, "is larger than 1048576 bytes");
  cxd__buf_free(&text);
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__validator_policy_file(validator, dir, &error), CXD_E_IO);
  ck_assert_ptr_nonnull(strstr(error->message, "not a regular file"));
  cxd_error_free(error);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_policy");
  TCase *tc = tcase_create("policy");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, the_severity_of_similar_names_can_be_changed);
  tcase_add_test(tc, the_smallest_policy_changes_nothing);
  tcase_add_test(tc, the_stricter_limit_of_config_and_policy_wins);
  tcase_add_test(tc, a_laxer_policy_does_not_widen_the_config);
  tcase_add_test(tc, each_limit_stands_alone);
  tcase_add_test(tc, a_zone_must_be_in_both_lists);
  tcase_add_test(tc, a_star_is_neutral_in_either_list);
  tcase_add_test(tc, severities_are_raised_and_lowered_by_code);
  tcase_add_test(tc, every_code_that_is_not_fixed_can_be_set_to_everything);
  tcase_add_test(tc, ids_types_numbers_and_failed_rules_are_fixed);
  tcase_add_test(tc, a_raised_limit_stays_a_warning_where_the_change_does_not_set_it);
  tcase_add_test(tc, the_example_of_the_manual_is_a_policy);
  tcase_add_test(tc, faults_are_named_with_line_and_column);
  tcase_add_test(tc, all_faults_come_in_one_message);
  tcase_add_test(tc, very_many_faults_are_counted);
  tcase_add_test(tc, what_is_not_json_is_told_with_its_place);
  tcase_add_test(tc, a_policy_over_a_mebibyte_is_refused);
  tcase_add_test(tc, a_refused_policy_leaves_the_old_one_in_force);
  tcase_add_test(tc, a_later_policy_replaces_an_earlier_one_whole);
  tcase_add_test(tc, hostile_texts_in_a_policy_are_tamed);
  tcase_add_test(tc, names_with_escapes_are_the_same_names);
  tcase_add_test(tc, want_of_memory_leaves_the_old_policy);
  tcase_add_test(tc, a_validator_is_made_whole_or_not_at_all);
  suite_add_tcase(suite, tc);
  TCase *files = tcase_create("files");
  tcase_add_checked_fixture(files, make_dir, remove_dir);
  tcase_add_test(files, a_policy_file_is_loaded);
  tcase_add_test(files, a_file_that_is_no_policy_is_told_with_path_and_place);
  tcase_add_test(files, only_regular_files_of_a_mebibyte_are_read);
  suite_add_tcase(suite, files);
  return run_suite(suite);
}

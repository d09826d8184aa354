/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <time.h>

#include "validate.h"
#include "validate/members.h"

static cxd_validator *validator;

static void setup(void) { validator = default_validator(); }

static void teardown(void) { cxd__validator_unref(validator); }

START_TEST(the_documented_campaign_is_valid) {
  ck_findings(validator, SAMPLE, "");
  ck_findings_whole(validator, SAMPLE, "");
}
END_TEST

START_TEST(a_change_of_nothing_is_valid) { ck_findings(validator, "{\"id\":\"a\"}", ""); }
END_TEST

START_TEST(every_member_refuses_every_other_type) {
  static const char *const values[] = {"{}", "[]", "\"text\"", "7", "true"};
  static const enum cxd__json_kind kinds[] = {CXD__JSON_OBJECT, CXD__JSON_ARRAY, CXD__JSON_STRING, CXD__JSON_NUMBER, CXD__JSON_TRUE};
  size_t refused = 0;
  for (unsigned i = CXD__MEMBER_ID + 1; i < CXD__MEMBER_COUNT; i++)
    for (size_t k = 0; k < 5; k++) {
      cxd_campaign *campaign = campaign_of("{\"id\":\"a\"}");
      const struct cxd__member_row *row = &cxd__members[i];
      if (cxd__member_fits(row->type, kinds[k])) {
        cxd_campaign_free(campaign);
        continue;
      }
      ck_assert_int_eq(cxd_campaign_set_json(campaign, row->pointer, values[k], NULL), CXD_OK);
      cxd_report *report = run_check(validator, campaign, NULL, 0);
      ck_assert_msg(cxd_report_count(report) == 1, "%s = %s: %zu findings", row->pointer, values[k], cxd_report_count(report));
      ck_assert_str_eq(cxd_report_code(report, 0), "schema.type");
      ck_assert_str_eq(cxd_report_pointer(report, 0), row->pointer);
      ck_assert_int_eq(cxd_report_severity(report, 0), CXD_SEVERITY_ERROR);
      ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), values[k]));
      ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), row->hint));
      refused++;
      cxd_report_free(report);
      cxd_campaign_free(campaign);
    }
  ck_assert_uint_eq(refused, 59); /* 15 members, 5 types each, one fits, two for the version */
}
END_TEST

START_TEST(a_wrong_type_says_what_it_is_and_what_to_write) {
  ck_says(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":\"150\"}", "\"150\" is a string, the API takes an integer: write a number without quotes, such as 150");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":5}", "5 is a number, the API takes an object");
  ck_says(validator, "{\"id\":\"a\",\"advancedDialerSettings\":{\"autoRebalance\":\"yes\"}}", "\"yes\" is a string, the API takes a boolean: write true or false");
  ck_says(validator, "{\"id\":\"a\",\"rules\":{}}", "{} is an object, the API takes an array");
  ck_says(validator, "{\"id\":\"a\",\"name\":[1, 2]}", "[1, 2] is an array, the API takes a string");
  ck_says(validator, "{\"id\":\"a\",\"name\":false}", "false is a boolean, the API takes a string");
}
END_TEST

START_TEST(null_is_a_warning_for_scalars_and_an_error_for_containers) {
  static const struct { const char *json, *findings; } rows[] = {
      {"{\"id\":\"a\",\"name\":null}", "W schema.null /name"},
      {"{\"id\":\"a\",\"status\":null}", "W schema.null /status"},
      {"{\"id\":\"a\",\"dialerType\":null}", "W schema.null /dialerType"},
      {"{\"id\":\"a\",\"maxConcurrentCalls\":null}", "W schema.null /maxConcurrentCalls"},
      {"{\"id\":\"a\",\"timeZone\":null}", "W schema.null /timeZone"},
      {"{\"id\":\"a\",\"version\":null}", "W schema.null /version"},
      {"{\"id\":\"a\",\"pacing\":{\"type\":null,\"interval\":null,\"maxCallsPerInterval\":null,\"throttlePercent\":null}}",
       "W schema.null /pacing/type\nW schema.null /pacing/interval\nW schema.null /pacing/maxCallsPerInterval\nW schema.null /pacing/throttlePercent"},
      {"{\"id\":\"a\",\"advancedDialerSettings\":{\"autoRebalance\":null,\"queuePriority\":null}}",
       "W schema.null /advancedDialerSettings/autoRebalance\nW schema.null /advancedDialerSettings/queuePriority"},
      {"{\"id\":\"a\",\"pacing\":null}", "E schema.type /pacing"},
      {"{\"id\":\"a\",\"rules\":null}", "E schema.type /rules"},
      {"{\"id\":\"a\",\"advancedDialerSettings\":null}", "E schema.type /advancedDialerSettings"},
      {"{\"id\":null}", "E schema.id /id"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_findings(validator, rows[i].json, rows[i].findings);
}
END_TEST

START_TEST(a_null_does_not_hide_behind_required) {
  ck_findings_whole(validator, "{\"id\":\"a\",\"name\":null,\"dialerType\":\"preview\",\"maxConcurrentCalls\":1,\"timeZone\":\"America/Denver\","
                               "\"pacing\":{\"type\":\"fixed\",\"interval\":10,\"maxCallsPerInterval\":1,\"throttlePercent\":0.1}}",
                    "W schema.null /name");
}
END_TEST

START_TEST(a_whole_document_needs_its_members) {
  ck_findings_whole(validator, "{}",
                    "E schema.id /id\nE schema.required /name\nE schema.required /dialerType\nE schema.required /maxConcurrentCalls\n"
                    "E schema.required /timeZone\nE schema.required /pacing/type\nE schema.required /pacing/interval\n"
                    "E schema.required /pacing/maxCallsPerInterval\nE schema.required /pacing/throttlePercent");
  ck_findings(validator, "{}", "E schema.id /id");
}
END_TEST

START_TEST(status_rules_and_advanced_settings_are_not_required) {
  ck_findings_whole(validator, "{\"id\":\"a\",\"name\":\"n\",\"dialerType\":\"preview\",\"maxConcurrentCalls\":1,\"timeZone\":\"America/Denver\","
                               "\"pacing\":{\"type\":\"fixed\",\"interval\":10,\"maxCallsPerInterval\":1,\"throttlePercent\":0.1}}", "");
}
END_TEST

START_TEST(members_below_a_wrong_parent_are_not_called_missing) {
  ck_findings_whole(validator, "{\"id\":\"a\",\"name\":\"n\",\"dialerType\":\"preview\",\"maxConcurrentCalls\":1,\"timeZone\":\"America/Denver\",\"pacing\":[]}",
                    "E schema.type /pacing");
}
END_TEST

START_TEST(ids_are_what_the_api_takes) {
  static const struct { const char *id; int good; } rows[] = {
      {"\"a\"", 1}, {"\"A-z_0\"", 1}, {"\"\\u0061\"", 1}, {"\"\"", 0}, {"\"a b\"", 0}, {"\"a/b\"", 0}, {"\"..\"", 0}, {"\"a.b\"", 0}, {"\"\xc3\xa9\"", 0},
      {"\"a\\u0000b\"", 0}, {"\"a\\n\"", 0}, {"\"a%20b\"", 0}, {"\"a\\\\b\"", 0}, {"7", 0}, {"null", 0}, {"true", 0}, {"[]", 0}, {"{}", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char json[64];
    (void)snprintf(json, sizeof json, "{\"id\":%s}", rows[i].id);
    ck_findings(validator, json, rows[i].good ? "" : "E schema.id /id");
  }
}
END_TEST

START_TEST(ids_have_up_to_128_characters) {
  for (size_t len = 126; len <= 130; len++) {
    char json[200] = "{\"id\":\"";
    memset(json + 7, 'x', len);
    strcpy(json + 7 + len, "\"}");
    ck_findings(validator, json, len <= 128 ? "" : "E schema.id /id");
  }
}
END_TEST

static void name_json(char *out, const char *unit, size_t count) {
  strcpy(out, "{\"id\":\"a\",\"name\":\"");
  for (size_t i = 0; i < count; i++)
    strcat(out, unit);
  strcat(out, "\"}");
}

START_TEST(names_have_1_to_256_characters_not_bytes) {
  static const char *const units[] = {"x", "\xc3\xa9", "\xf0\x9f\x98\x80", "\\n", "\\u00e9", "\\ud83d\\ude00"};
  static const size_t counts[] = {0, 1, 255, 256, 257};
  char json[4096];
  for (size_t u = 0; u < sizeof units / sizeof *units; u++)
    for (size_t c = 0; c < 5; c++) {
      name_json(json, units[u], counts[c]);
      ck_findings(validator, json, counts[c] >= 1 && counts[c] <= 256 ? "" : "E schema.name /name");
    }
}
END_TEST

START_TEST(a_name_too_long_says_how_long) {
  char json[1024];
  name_json(json, "x", 300);
  ck_says(validator, json, "has 300 characters, the API's schema of a campaign allows 1 to 256");
}
END_TEST

START_TEST(integers_are_whole_and_fit_64_bits) {
  static const struct { const char *value; int good; } rows[] = {
      {"100", 1}, {"100.0", 1}, {"1e2", 1}, {"1000e-1", 1}, {"1.5", 0}, {"1e-1", 0}, {"1e999", 0}, {"9223372036854775808", 0}, {"99999999999999999999999", 0},
      {"-9223372036854775809", 0}, {"100.00000000000000000000001", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char json[128];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"maxConcurrentCalls\":%s}", rows[i].value);
    ck_findings(validator, json, rows[i].good ? "" : "E schema.number /maxConcurrentCalls");
  }
}
END_TEST

START_TEST(every_integer_member_refuses_a_fraction) {
  ck_findings(validator, "{\"id\":\"a\",\"maxConcurrentCalls\":1.5,\"pacing\":{\"interval\":60.5,\"maxCallsPerInterval\":2.5},"
                         "\"advancedDialerSettings\":{\"queuePriority\":0.5},\"version\":1.5}",
              "E schema.number /maxConcurrentCalls\nE schema.number /version\nE schema.number /pacing/interval\n"
              "E schema.number /pacing/maxCallsPerInterval\nE schema.number /advancedDialerSettings/queuePriority");
}
END_TEST

START_TEST(a_real_is_finite) {
  ck_findings(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":1e999}}", "E schema.number /pacing/throttlePercent");
  ck_findings(validator, "{\"id\":\"a\",\"pacing\":{\"throttlePercent\":-1e999}}", "E schema.number /pacing/throttlePercent");
}
END_TEST

START_TEST(queue_priority_is_not_negative) {
  ck_findings(validator, "{\"id\":\"a\",\"advancedDialerSettings\":{\"queuePriority\":0}}", "");
  ck_says(validator, "{\"id\":\"a\",\"advancedDialerSettings\":{\"queuePriority\":-1}}", "-1 is below 0");
  ck_findings(validator, "{\"id\":\"a\",\"advancedDialerSettings\":{\"queuePriority\":9223372036854775807}}", "");
}
END_TEST

START_TEST(a_version_is_any_integer_or_text) {
  static const char *const good[] = {"0", "-1", "42", "18446744073709551616", "123456789012345678901234567890", "\"\"", "\"v7\"", "1.0"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    char json[128];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"version\":%s}", good[i]);
    ck_findings(validator, json, "");
  }
  ck_findings(validator, "{\"id\":\"a\",\"version\":1.25}", "E schema.number /version");
}
END_TEST

START_TEST(unknown_values_of_an_enumeration_are_warnings) {
  ck_findings(validator, "{\"id\":\"a\",\"status\":\"runing\",\"dialerType\":\"robot\",\"pacing\":{\"type\":\"adaptive\"}}",
              "W schema.enum /status\nW schema.enum /dialerType\nW schema.enum /pacing/type");
  ck_findings(validator, "{\"id\":\"a\",\"dialerType\":\"\"}", "W schema.enum /dialerType");
  ck_findings(validator, "{\"id\":\"a\",\"dialerType\":\"Predictive\"}", "W schema.enum /dialerType");
}
END_TEST

START_TEST(known_values_of_an_enumeration_pass) {
  static const char *const good[] = {"\"status\":\"running\"", "\"status\":\"paused\"", "\"status\":\"stopped\"", "\"dialerType\":\"predictive\"",
                                     "\"dialerType\":\"progressive\"", "\"dialerType\":\"preview\"", "\"dialerType\":\"\\u0070review\"", "\"pacing\":{\"type\":\"fixed\"}"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    char json[128];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",%s}", good[i]);
    ck_findings(validator, json, "");
  }
}
END_TEST

START_TEST(a_near_value_is_proposed) {
  ck_says(validator, "{\"id\":\"a\",\"status\":\"runing\"}", "did you mean \"running\"?");
  ck_says(validator, "{\"id\":\"a\",\"dialerType\":\"Predictive\"}", "did you mean \"predictive\"?");
  cxd_report *report = run_text(validator, "{\"id\":\"a\",\"dialerType\":\"zzzzzzzz\"}", 0);
  ck_assert_ptr_null(strstr(cxd_report_message(report, 0), "did you mean"));
  cxd_report_free(report);
}
END_TEST

START_TEST(rules_have_names_and_switches) {
  static const struct { const char *rules, *findings; } rows[] = {
      {"[]", ""},
      {"[{\"name\":\"a\",\"enabled\":true}]", ""},
      {"[{\"name\":\"a\",\"enabled\":true},{\"name\":\"b\",\"enabled\":false,\"more\":[1]}]", ""},
      {"[{\"name\":\"a\",\"enabled\":true},{\"name\":\"A\",\"enabled\":true}]", ""},
      {"[{\"name\":\"\",\"enabled\":true}]", "E schema.rules /rules/0/name"},
      {"[{\"enabled\":true}]", "E schema.rules /rules/0/name"},
      {"[{\"name\":null,\"enabled\":true}]", "E schema.rules /rules/0/name"},
      {"[{\"name\":12,\"enabled\":true}]", "E schema.rules /rules/0/name"},
      {"[{\"name\":\"a\"}]", "E schema.rules /rules/0/enabled"},
      {"[{\"name\":\"a\",\"enabled\":1}]", "E schema.rules /rules/0/enabled"},
      {"[{\"name\":\"a\",\"enabled\":\"true\"}]", "E schema.rules /rules/0/enabled"},
      {"[{\"name\":\"a\",\"enabled\":null}]", "E schema.rules /rules/0/enabled"},
      {"[1,\"x\",null,[]]", "E schema.rules /rules/0\nE schema.rules /rules/1\nE schema.rules /rules/2\nE schema.rules /rules/3"},
      {"[{}]", "E schema.rules /rules/0/name\nE schema.rules /rules/0/enabled"},
      {"[{\"name\":\"a\",\"enabled\":true},{\"name\":\"b\",\"enabled\":true},{\"name\":\"a\",\"enabled\":true},{\"name\":\"\\u0061\",\"enabled\":true}]",
       "E schema.rules /rules/2/name\nE schema.rules /rules/3/name"},
      {"[{\"name\":\"a\\u0000b\",\"enabled\":true},{\"name\":\"a\\u0000c\",\"enabled\":true}]", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char json[512];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"rules\":%s}", rows[i].rules);
    ck_findings(validator, json, rows[i].findings);
  }
}
END_TEST

START_TEST(a_double_name_points_to_the_first) {
  ck_says(validator, "{\"id\":\"a\",\"rules\":[{\"name\":\"x\",\"enabled\":true},{\"name\":\"y\",\"enabled\":true},{\"name\":\"y\",\"enabled\":true}]}",
          "\"y\" is the name of /rules/1 too");
}
END_TEST

START_TEST(many_bad_rules_are_counted_and_cost_no_quadratic_time) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"id\":\"a\",\"rules\":[{\"name\":\"n\",\"enabled\":true}");
  for (int i = 0; i < 29999; i++)
    cxd__buf_str(&json, ",{\"name\":\"n\",\"enabled\":true}");
  cxd__buf_str(&json, "]}");
  clock_t start = clock();
  cxd_report *report = run_text(validator, json.data, 0);
  ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5);
  ck_assert_uint_eq(cxd_report_count(report), 17);
  ck_assert_str_eq(cxd_report_pointer(report, 15), "/rules/16/name");
  ck_assert_str_eq(cxd_report_pointer(report, 16), "/rules");
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 16), "29983 more faults in the 30000 entries"));
  cxd_report_free(report);
  cxd__buf_free(&json);
}
END_TEST

START_TEST(an_id_of_another_type_says_what_to_write) {
  ck_says(validator, "{\"id\":5}", "the id is 5, the API's is a string: write it in quotes");
  static const char *const others[] = {"null", "true", "{}", "[]"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    char json[32], part[64];
    (void)snprintf(json, sizeof json, "{\"id\":%s}", others[i]);
    (void)snprintf(part, sizeof part, "the id is %s, the API's is a string: write the id of a campaign", others[i]);
    ck_says(validator, json, part);
  }
}
END_TEST

START_TEST(every_known_value_of_an_enumeration_is_named_in_message_and_manual) {
  struct cxd__buf manual = source_file("docs/rules.md");
  const char *section = strstr(manual.data, "\n### schema.enum\n"), *end = strstr(section + 1, "\n### ");
  for (unsigned i = 0; i < CXD__MEMBER_COUNT; i++)
    for (const char *const *value = cxd__members[i].values; value && *value; value++) {
      char quoted[32];
      (void)snprintf(quoted, sizeof quoted, "\"%s\"", *value);
      ck_assert_msg(strstr(cxd__members[i].hint, quoted) != NULL, "%s: %s", cxd__members[i].pointer, *value);
      (void)snprintf(quoted, sizeof quoted, "`%s`", *value);
      const char *found = strstr(section, quoted);
      ck_assert_msg(found && found < end, "%s", *value);
    }
  ck_says(validator, "{\"id\":\"a\",\"status\":\"x\"}", "write \"running\", \"paused\" or \"stopped\"");
  cxd__buf_free(&manual);
}
END_TEST

START_TEST(member_names_with_escapes_are_known) {
  ck_findings(validator, "{\"id\":\"a\",\"\\u006eame\":7,\"pacin\\u0067\":{\"\\u0069nterval\":true}}", "E schema.type /name\nE schema.type /pacing/interval");
}
END_TEST

START_TEST(all_findings_come_in_one_pass_in_a_fixed_order) {
  ck_findings(validator,
              "{\"advancedDialerSettings\":{\"queuePriority\":-1},\"pacing\":{\"throttlePercent\":85,\"maxCallsPerInterval\":0,\"interval\":0,\"type\":7},"
              "\"timeZone\":\"EST\",\"maxConcurrentCalls\":501,\"dialerType\":\"x\",\"status\":null,\"name\":\"\",\"rules\":[0],\"id\":\"!\"}",
              "E schema.id /id\nE schema.type /pacing/type\nW schema.null /status\nE schema.number /advancedDialerSettings/queuePriority\nE schema.name /name\n"
              "W schema.enum /dialerType\nE schema.rules /rules/0\nE capacity.concurrency /maxConcurrentCalls\nE pacing.interval /pacing/interval\n"
              "E pacing.calls /pacing/maxCallsPerInterval\nE pacing.throttle /pacing/throttlePercent\nE zone.unknown /timeZone");
}
END_TEST

/* A value that the server has and the change does not touch is not the change's business. */
#define SERVER_OUTSIDE "{\"id\":\"a\",\"name\":\"\",\"dialerType\":\"odd\",\"maxConcurrentCalls\":9000,\"timeZone\":\"EST\",\"pacing\":{\"interval\":1}," \
                       "\"rules\":[{\"name\":\"\"}],\"version\":7}"

START_TEST(of_a_campaign_that_was_read_only_the_edits_are_checked) {
  cxd_campaign *campaign = campaign_read(SERVER_OUTSIDE);
  ck_report(run_check(validator, campaign, NULL, 0), "", "no edits");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, CXD_FIELD_PACING_INTERVAL, 5, NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "E pacing.interval /pacing/interval", "one edit");
  ck_assert_int_eq(cxd_campaign_set_json(campaign, CXD_FIELD_PACING_INTERVAL, "1.0", NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "", "set to what it was, in another spelling");
  ck_assert_int_eq(cxd_campaign_set_json(campaign, CXD_FIELD_RULES, "[{\"name\":\"\",\"enabled\":true}]", NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "E schema.rules /rules/0/name", "an array is one value");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_campaign_that_was_read_is_checked_whole_when_it_is_sent_whole) {
  cxd_campaign *campaign = campaign_read(SERVER_OUTSIDE);
  ck_report(run_check(validator, campaign, NULL, 1),
            "E schema.required /pacing/type\nE schema.required /pacing/maxCallsPerInterval\nE schema.required /pacing/throttlePercent\nE schema.name /name\n"
            "W schema.enum /dialerType\nE schema.rules /rules/0/name\nE schema.rules /rules/0/enabled\nE capacity.concurrency /maxConcurrentCalls\n"
            "E pacing.interval /pacing/interval\nE zone.unknown /timeZone",
            "replace");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(deleting_a_needed_member_is_an_error) {
  cxd_campaign *campaign = campaign_read(SAMPLE);
  ck_assert_int_eq(cxd_campaign_remove(campaign, CXD_FIELD_NAME, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, CXD_FIELD_STATUS, NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "E schema.required /name", "removed");
  ck_assert_int_eq(cxd_campaign_remove(campaign, CXD_FIELD_PACING, NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0),
            "E schema.required /name\nE schema.required /pacing/type\nE schema.required /pacing/interval\nE schema.required /pacing/maxCallsPerInterval\n"
            "E schema.required /pacing/throttlePercent", "removed with its parent");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(the_ids_of_change_and_merged_document_agree) {
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"maxConcurrentCalls\":10}");
  static const struct { const char *merged, *findings; } rows[] = {
      {"{\"id\":\"a\"}", ""}, {"{\"id\":\"\\u0061\"}", ""}, {"{\"id\":\"b\"}", "E schema.id /id"}, {"{\"id\":\"A\"}", "E schema.id /id"}, {"{\"name\":\"no id\"}", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *merged = campaign_of(rows[i].merged);
    ck_report(run_check(validator, change, merged, 0), rows[i].findings, rows[i].merged);
    cxd_campaign_free(merged);
  }
  cxd_campaign_free(change);
}
END_TEST

START_TEST(the_id_of_a_campaign_that_was_read_cannot_change) {
  cxd_campaign *campaign = campaign_read(SAMPLE);
  if (cxd_campaign_set_string(campaign, CXD_FIELD_ID, "other", NULL) == CXD_OK)
    ck_report(run_check(validator, campaign, NULL, 0), "E schema.id /id", "id set");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(hostile_texts_are_tamed_in_messages) {
  static const char *const texts[] = {"\x7f", "\xe2\x80\xae" "evil", "\xc2\x9b" "31m", "\\u001b[31m", "\\u202e", "%s%n%d", "\xf3\xa0\x80\xa0", "\\ud83d\\ude00",
                                      "</script>", "\xef\xbb\xbf", "' OR 1=1 --"};
  static const char *const members[] = {"id", "name", "status", "dialerType", "maxConcurrentCalls", "timeZone", "pacing", "rules"};
  for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
    for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
      struct cxd__buf json = {0};
      cxd__buf_fmt(&json, "{%s\"%s\":\"", strcmp(members[m], "id") == 0 ? "" : "\"id\":\"a\",", members[m]);
      for (int i = 0; i < 300; i++)
        cxd__buf_str(&json, texts[t]);
      cxd__buf_str(&json, "\"}");
      cxd_report *report = run_text(validator, json.data, 0);
      ck_assert_uint_eq(cxd_report_count(report), 1);
      ck_tame(report);
      cxd_report_free(report);
      cxd__buf_free(&json);
    }
}
END_TEST

START_TEST(a_text_of_a_mebibyte_is_cut_in_messages) {
  size_t len = CXD__JSON_MAX_BYTES - 64;
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"id\":\"a\",\"timeZone\":\"");
  for (size_t i = 0; i < len; i++)
    cxd__buf_char(&json, 'x');
  cxd__buf_str(&json, "\"}");
  cxd_report *report = run_text(validator, json.data, 0);
  ck_assert_uint_eq(cxd_report_count(report), 1);
  ck_tame(report);
  char size[64];
  (void)snprintf(size, sizeof size, "... (%zu bytes)", len + 2);
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), size));
  cxd_report_free(report);
  cxd__buf_free(&json);
}
END_TEST

START_TEST(white_space_in_a_value_becomes_blanks) {
  ck_says(validator, "{\"id\":\"a\",\"name\":[1,\n\t2]}", "[1,  2] is an array");
}
END_TEST

static void ck_out_of_memory(const char *json, int bad) {
  cxd_campaign *campaign = campaign_of(json);
  struct cxd__check check = {.change = campaign, .at_unix_ms = 1};
  size_t refused = 0;
  for (size_t n = 1;; n++) {
    cxd_report *report = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__validator_run(validator, &check, &report, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_E_NOMEM || status == (bad ? CXD_E_INVALID : CXD_OK));
    ck_assert_int_eq(report == NULL, status == CXD_E_NOMEM);
    ck_assert(!report || !bad || !cxd_report_ok(report));
    cxd_report_free(report);
    refused += status == CXD_E_NOMEM;
    if (used < n)
      break;
  }
  ck_assert_uint_gt(refused, 0);
  cxd_campaign_free(campaign);
}

START_TEST(want_of_memory_never_passes_a_bad_campaign) {
  ck_out_of_memory(SAMPLE, 0);
  ck_out_of_memory("{\"id\":\"a\",\"name\":\"\\u0061\",\"rules\":[{\"name\":\"\\u0061\",\"enabled\":true}],\"timeZone\":\"America\\/Denver\"}", 0);
  ck_out_of_memory("{\"id\":\"a\",\"status\":\"odd\",\"dialerType\":\"odd\"}", 0);
  ck_out_of_memory("{\"id\":\"a\",\"maxConcurrentCall\\u0073x\":1,\"pacing\":{\"Type\":1}}", 0);
  ck_out_of_memory("{\"id\":\"a\",\"timeZone\":\"Europe/Berlin\"}", 1);
  ck_out_of_memory("{\"id\":\"a\",\"timeZone\":\"E\\u0053T\"}", 1);
  ck_out_of_memory("{\"id\":\"\\u0021\",\"name\":\"\",\"maxConcurrentCalls\":501,\"rules\":[1,{},{\"name\":\"\\u0061\"},{\"name\":\"a\",\"enabled\":true}]}", 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_schema");
  TCase *tc = tcase_create("schema");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, the_documented_campaign_is_valid);
  tcase_add_test(tc, a_change_of_nothing_is_valid);
  tcase_add_test(tc, every_member_refuses_every_other_type);
  tcase_add_test(tc, a_wrong_type_says_what_it_is_and_what_to_write);
  tcase_add_test(tc, null_is_a_warning_for_scalars_and_an_error_for_containers);
  tcase_add_test(tc, a_null_does_not_hide_behind_required);
  tcase_add_test(tc, a_whole_document_needs_its_members);
  tcase_add_test(tc, status_rules_and_advanced_settings_are_not_required);
  tcase_add_test(tc, members_below_a_wrong_parent_are_not_called_missing);
  tcase_add_test(tc, ids_are_what_the_api_takes);
  tcase_add_test(tc, ids_have_up_to_128_characters);
  tcase_add_test(tc, names_have_1_to_256_characters_not_bytes);
  tcase_add_test(tc, a_name_too_long_says_how_long);
  tcase_add_test(tc, integers_are_whole_and_fit_64_bits);
  tcase_add_test(tc, every_integer_member_refuses_a_fraction);
  tcase_add_test(tc, a_real_is_finite);
  tcase_add_test(tc, queue_priority_is_not_negative);
  tcase_add_test(tc, a_version_is_any_integer_or_text);
  tcase_add_test(tc, unknown_values_of_an_enumeration_are_warnings);
  tcase_add_test(tc, known_values_of_an_enumeration_pass);
  tcase_add_test(tc, a_near_value_is_proposed);
  tcase_add_test(tc, rules_have_names_and_switches);
  tcase_add_test(tc, a_double_name_points_to_the_first);
  tcase_add_test(tc, many_bad_rules_are_counted_and_cost_no_quadratic_time);
  tcase_add_test(tc, an_id_of_another_type_says_what_to_write);
  tcase_add_test(tc, every_known_value_of_an_enumeration_is_named_in_message_and_manual);
  tcase_add_test(tc, member_names_with_escapes_are_known);
  tcase_add_test(tc, all_findings_come_in_one_pass_in_a_fixed_order);
  tcase_add_test(tc, of_a_campaign_that_was_read_only_the_edits_are_checked);
  tcase_add_test(tc, a_campaign_that_was_read_is_checked_whole_when_it_is_sent_whole);
  tcase_add_test(tc, deleting_a_needed_member_is_an_error);
  tcase_add_test(tc, the_ids_of_change_and_merged_document_agree);
  tcase_add_test(tc, the_id_of_a_campaign_that_was_read_cannot_change);
  tcase_add_test(tc, hostile_texts_are_tamed_in_messages);
  tcase_add_test(tc, a_text_of_a_mebibyte_is_cut_in_messages);
  tcase_add_test(tc, white_space_in_a_value_becomes_blanks);
  tcase_add_test(tc, want_of_memory_never_passes_a_bad_campaign);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdio.h>

#include "reading.h"
#include "validate/settings.h"

/* What a policy says of calling hours, capacity and single campaigns. */

static struct cxd__hours table;
static struct cxd__policy policy;

static void setup(void) {
  ck_assert_int_eq(cxd__hours_parse(cxd__hours_builtin, cxd__hours_builtin_len, "table", &table, NULL), CXD_OK);
  policy = cxd__policy_none();
}

static void teardown(void) {
  cxd__policy_free(&policy);
  cxd__hours_free(&table);
}

static const char full[] =
    "{\"version\":1,\"limits\":{\"max_concurrent_calls\":200},\"time_zones\":[\"America\\/New_York\"],\"severities\":{\"window.dnc\":\"warning\"},\n"
    "\"min_tzdata\":\"2026f\",\"jurisdiction\":[\"US\",\"ACME\"],\"holidays\":[{\"name\":\"Company day\",\"on\":\"03-14\",\"observed\":true}],\n"
    "\"holiday_sets\":{\"acme\":[{\"name\":\"Founders\\u0027 day\",\"on\":\"06-fri-1\"}]},\n"
    "\"jurisdictions\":{\"ACME\":{\"title\":\"House rule\",\"hours\":{\"mon-fri\":[\"09:00-17:00\"],\"sat-sun\":[]},\"holidays\":\"acme\",\"source\":\"handbook\",\"checked\":\"2026-11-28\"},"
    "\"US-FL\":{\"title\":\"Florida\",\"hours\":{\"mon-sun\":[\"09:00-19:00\"]},\"holidays\":\"US-federal\",\"source\":\"counsel\",\"checked\":\"2026-11-28\"}},\n"
    "\"blackouts\":[{\"name\":\"Christmas\",\"from_date\":\"12-24\",\"to_date\":\"01-02\",\"jurisdictions\":[\"US-FL\",\"ACME\"],\"zones\":[\"America/New_York\"]}],\n"
    "\"capacity\":{\"agents\":25,\"answer_rate\":0.3,\"aht_s\":180,\"patience_s\":2,\"max_abandonment\":0.03,\"lines_per_agent\":6},\n"
    "\"campaigns\":{\"z\":{\"zones\":[\"America/Chicago\",\"America/Denver\"]},\"a_1\":{\"jurisdiction\":\"US-FL\",\"capacity\":{\"agents\":7}},\"B\":{}}}";

static cxd_status parse(const char *json, cxd_error **error) {
  cxd__policy_free(&policy);
  return cxd__policy_parse(json, strlen(json), "policy", &table, &policy, error);
}

static void good(const char *json) {
  cxd_error *error = NULL;
  cxd_status status = parse(json, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", json, error ? error->message : "?");
}

static void refused(const char *json, const char *part) {
  cxd_error *error = NULL;
  cxd_status status = parse(json, &error);
  ck_assert_msg(status == CXD_E_CONFIG, "%s: %d", json, status);
  ck_assert_msg(strstr(error->message, part) != NULL, "%s\nsaid: %s\nexpected: %s", json, error->message, part);
  cxd_error_free(error);
}

START_TEST(every_member_arrives) {
  good(full);
  ck_assert_str_eq(policy.min_tzdata, "2026f");
  ck_assert_uint_eq(policy.jurisdictions.count, 2);
  ck_assert_str_eq(policy.jurisdictions.at[1], "ACME");
  ck_assert_uint_eq(policy.holidays.count, 1);
  ck_assert_str_eq(policy.holidays.days[0].name, "Company day");
  ck_assert_uint_eq(policy.rows.count, 2);
  ck_assert_str_eq(policy.rows.rows[0].code, "ACME");
  ck_assert_ptr_eq(policy.rows.rows[0].now.holidays, &policy.rows.sets[0]);
  ck_assert_str_eq(policy.rows.sets[0].days[0].name, "Founders' day");
  ck_assert_ptr_eq(policy.rows.rows[1].now.holidays, &table.sets[0]);
  ck_assert_uint_eq(policy.blackout_count, 1);
  ck_assert_str_eq(policy.blackouts[0].name, "Christmas");
  ck_assert_double_eq(policy.capacity.agents, 25);
  ck_assert_double_eq(policy.capacity.answer_rate, 0.3);
  ck_assert_double_eq(policy.capacity.aht_s, 180);
  ck_assert_double_eq(policy.capacity.patience_s, 2);
  ck_assert_double_eq(policy.capacity.max_abandonment, 0.03);
  ck_assert_double_eq(policy.capacity.lines_per_agent, 6);
}
END_TEST

START_TEST(campaigns_are_sorted_by_id) {
  good(full);
  ck_assert_uint_eq(policy.campaign_count, 3);
  ck_assert_str_eq(policy.campaigns[0].id, "B");
  ck_assert_str_eq(policy.campaigns[1].id, "a_1");
  ck_assert_str_eq(policy.campaigns[2].id, "z");
  ck_assert_uint_eq(policy.campaigns[0].zones.count + policy.campaigns[0].jurisdictions.count, 0);
  ck_assert_str_eq(policy.campaigns[1].jurisdictions.at[0], "US-FL");
  ck_assert_double_eq(policy.campaigns[1].capacity.agents, 7);
  ck_assert_double_eq(policy.campaigns[1].capacity.aht_s, 0);
  ck_assert_str_eq(policy.campaigns[2].zones.at[1], "America/Denver");
}
END_TEST

START_TEST(what_is_left_out_is_not_said) {
  good("{\"version\":1}");
  ck_assert_str_eq(policy.min_tzdata, "");
  ck_assert_uint_eq(policy.jurisdictions.count + policy.rows.count + policy.holidays.count + policy.blackout_count + policy.campaign_count, 0);
  ck_assert_double_eq(policy.capacity.agents, 0);
  ck_assert_int_eq(policy.zones.any, 1);
}
END_TEST

START_TEST(a_freed_policy_says_nothing) {
  good(full);
  cxd__policy_free(&policy);
  ck_assert_ptr_null(policy.campaigns);
  ck_assert_ptr_null(policy.rows.rows);
  ck_assert_str_eq(policy.min_tzdata, "");
  ck_assert_int_eq(policy.zones.any, 1);
  cxd__policy_free(&policy);
}
END_TEST

START_TEST(a_jurisdiction_must_be_in_the_table_or_among_the_own_rows) {
  refused("{\"version\":1,\"jurisdiction\":\"US-XX\"}", "line 1, column 29: there is no row for \"US-XX\": write US for the federal hours, or add a row to the policy (jurisdictions)");
  refused("{\"version\":1,\"jurisdiction\":\"US-CA\"}", "there is no row for \"US-CA\": write US for the federal hours");
  refused("{\"version\":1,\"jurisdiction\":\"FL\"}", "there is no row for \"FL\", did you mean \"US-FL\"?");
  refused("{\"version\":1,\"jurisdiction\":[\"US\",\"ACME\"]}", "there is no row for \"ACME\"");
  refused("{\"version\":1,\"campaigns\":{\"a\":{\"jurisdiction\":\"Narnia\"}}}", "there is no row for \"Narnia\": write US for the federal hours, or add a row");
  refused("{\"version\":1,\"blackouts\":[{\"name\":\"b\",\"jurisdictions\":[\"US-NARNIA\"]}]}", "there is no row for \"US-NARNIA\"");
  cxd__policy_free(&policy);
  static const char any[] = "{\"version\":1,\"jurisdiction\":\"Narnia\"}";
  ck_assert_int_eq(cxd__policy_parse(any, sizeof any - 1, "policy", NULL, &policy, NULL), CXD_OK);
}
END_TEST

static void ck_message(const char *json, const char *message) {
  cxd_error *error = NULL;
  ck_assert_int_eq(parse(json, &error), CXD_E_CONFIG);
  ck_assert_str_eq(error->message, message);
  cxd_error_free(error);
}

#define NO_ROW(code) "there is no row for \"" code "\": write US for the federal hours, or add a row to the policy (jurisdictions)"

START_TEST(names_without_a_row_are_told_beside_rows_with_faults) {
  ck_message("{\"version\":1,\"jurisdiction\":[\"ACME\",\"MARS\"],\n\"blackouts\":[{\"name\":\"b\",\"jurisdictions\":\"VENUS\"}],\n"
             "\"jurisdictions\":{\"ACME\":7},\n\"campaigns\":{\"a\":{\"jurisdiction\":\"ACMEE\"}}}",
             "policy: line 1, column 37: " NO_ROW("MARS") "; line 2, column 42: " NO_ROW("VENUS") "; line 3, column 25: a jurisdiction is 7: write an object; "
             "line 4, column 34: " NO_ROW("ACMEE"));
  ck_message("{\"version\":1,\"jurisdiction\":[\"All\",\"a b\"],\"jurisdictions\":{\"All\":{\"title\":\"t\",\"hours\":{\"mon-sun\":[]},\"source\":\"s\",\"checked\":\"2026-11-28\"},\"a b\":7}}",
             "policy: line 1, column 36: jurisdiction is \"a b\": write a code such as \"US-FL\" (1 to 32 letters, digits, '-' and '_'), or an array of codes; "
             "line 1, column 60: a jurisdiction is named \"All\", which stands for every row: choose another code; "
             "line 1, column 139: a jurisdiction is named \"a b\": write 1 to 32 letters, digits, '-' and '_'; line 1, column 145: a jurisdiction is 7: write an object");
}
END_TEST

START_TEST(a_row_that_was_cut_off_may_be_there) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1,\"jurisdiction\":\"r1000\",\"jurisdictions\":{");
  for (int i = 0; i <= 1000; i++)
    cxd__buf_fmt(&json, "%s\"r%d\":{\"title\":\"t\",\"hours\":{\"mon-sun\":[]},\"source\":\"s\",\"checked\":\"2026-11-28\"}", i ? "," : "", i);
  cxd__buf_str(&json, "}}");
  ck_message(json.data, "policy: line 1, column 53: jurisdictions has 1001 entries: leave at most 1000");
  cxd__buf_free(&json);
}
END_TEST

START_TEST(too_many_campaigns_do_not_hide_the_faults_in_them) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1,\"campaigns\":{\"a\":7");
  for (int i = 0; i < 10000; i++)
    cxd__buf_fmt(&json, ",\"c%d\":{}", i);
  cxd__buf_str(&json, "}}");
  ck_message(json.data, "policy: line 1, column 26: campaigns has 10001 entries: leave at most 10000; line 1, column 31: a campaign is 7: write an object");
  cxd__buf_free(&json);
}
END_TEST

/* One of each kind, in an order that is not that of reading. */
START_TEST(all_planted_faults_are_told_in_the_order_of_the_text) {
  ck_message("{\"version\":2,\n\"campaigns\":{\"a/b\":{\"capacity\":{\"agents\":0}}},\n\"severities\":{\"schema.enums\":\"fatal\"},\n\"jurisdiction\":\"US-CA\",\n"
             "\"jurisdictions\":{\"X\":{\"title\":\"t\",\"source\":\"s\",\"checked\":\"soon\",\n\"hours\":{\"mon-sat\":[\"08:00-10:00\",\"09:00-11:00\"]}}},\n"
             "\"holiday_sets\":{\"h\":[{\"name\":\"n\",\"on\":\"04-31\"}]},\n\"blackouts\":[{\"weekdays\":[\"mon-sun\"]}]}",
             "policy: line 1, column 12: version 2 is not known to this library: write \"version\":1; "
             "line 2, column 14: campaigns has the id \"a/b\": write 1 to 128 letters, digits, '_' and '-', as the server lists it; "
             "line 2, column 42: capacity.agents is 0: write a whole number from 1 to 1000000; "
             "line 3, column 15: severities names \"schema.enums\", which is no code of a built-in rule, did you mean \"schema.enum\"?; "
             "line 3, column 30: severity \"fatal\": write \"error\", \"warning\" or \"note\"; "
             "line 4, column 16: " NO_ROW("US-CA") "; "
             "line 5, column 58: checked is \"soon\": write a date such as \"2026-11-28\"; "
             "line 6, column 9: hours leaves out sun: write the windows of each day, [] for closed; "
             "line 6, column 35: \"09:00-11:00\" of mon overlaps \"08:00-10:00\" of mon: join them, or move one; "
             "line 7, column 39: on is \"04-31\": write a day as \"2026-11-27\", \"12-25\", \"11-thu-4\", \"05-mon-last\" or \"easter-2\" (at most 80 days from Easter); "
             "line 8, column 14: name is missing: write \"name\":\"Christmas\"; "
             "line 8, column 14: nothing limits the blackout, which would close every day for ever: write from_date and to_date, or what else limits it");
}
END_TEST

START_TEST(names_are_not_held_against_rows_that_could_not_be_read) {
  cxd_error *error = NULL;
  ck_assert_int_eq(parse("{\"version\":1,\"jurisdiction\":\"ACME\",\"jurisdictions\":{\"ACME\":[]}}", &error), CXD_E_CONFIG);
  ck_assert_str_eq(error->message, "policy: line 1, column 60: a jurisdiction is []: write an object");
  cxd_error_free(error);
}
END_TEST

START_TEST(faults_are_told) {
  static const struct { const char *member, *part; } rows[] = {
      {"\"min_tzdata\":\"2026\"", "min_tzdata is \"2026\": write a version of the time zone database such as \"2026f\""},
      {"\"min_tzdata\":\"2026F\"", "min_tzdata is \"2026F\""},
      {"\"min_tzdata\":\"2026abc\"", "min_tzdata is"},
      {"\"min_tzdata\":\"20a6f\"", "min_tzdata is"},
      {"\"min_tzdata\":2026", "min_tzdata is 2026"},
      {"\"jurisdiction\":[]", "jurisdiction is empty: name at least one, or leave the member out"},
      {"\"jurisdiction\":\"US,CA\"", "jurisdiction is \"US,CA\": write a code such as \"US-FL\""},
      {"\"jurisdiction\":[\"US\",\"US\"]", "jurisdiction has \"US\" twice: remove one"},
      {"\"jurisdiction\":7", "jurisdiction is 7"},
      {"\"jurisdiction\":{\"US\":1}", "jurisdiction is {"},
      {"\"holidays\":{}", "holidays is {}: write an array"},
      {"\"holidays\":[{\"name\":\"n\",\"on\":\"25-12\"}]", "on is \"25-12\""},
      {"\"holiday_sets\":[]", "the sets of holidays is []"},
      {"\"jurisdictions\":[]", "jurisdictions is []"},
      {"\"jurisdictions\":\"US\"", "jurisdictions is \"US\""},
      {"\"blackouts\":{}", "blackouts is {}: write an array of objects"},
      {"\"capacity\":[]", "capacity is []: write an object"},
      {"\"capacity\":{\"agents\":0}", "capacity.agents is 0: write a whole number from 1 to 1000000"},
      {"\"capacity\":{\"agents\":-5}", "capacity.agents is -5"},
      {"\"capacity\":{\"agents\":2.5}", "capacity.agents is 2.5"},
      {"\"capacity\":{\"agents\":1e999}", "capacity.agents is 1e999"},
      {"\"capacity\":{\"answer_rate\":0}", "capacity.answer_rate is 0: write a number from 0.001 to 1"},
      {"\"capacity\":{\"answer_rate\":1.01}", "capacity.answer_rate is 1.01"},
      {"\"capacity\":{\"answer_rate\":\"NaN\"}", "capacity.answer_rate is \"NaN\""},
      {"\"capacity\":{\"aht_s\":0.5}", "capacity.aht_s is 0.5: write a number from 1 to 86400"},
      {"\"capacity\":{\"aht_s\":-1e999}", "capacity.aht_s is -1e999"},
      {"\"capacity\":{\"patience_s\":0}", "capacity.patience_s is 0: write a number from 0.1 to 600"},
      {"\"capacity\":{\"max_abandonment\":0}", "capacity.max_abandonment is 0: write a fraction above 0, at most 1"},
      {"\"capacity\":{\"max_abandonment\":3}", "capacity.max_abandonment is 3"},
      {"\"capacity\":{\"lines_per_agent\":101}", "capacity.lines_per_agent is 101: write a number from 0.1 to 100"},
      {"\"capacity\":{\"lines\":3}", "unknown member \"lines\""},
      {"\"campaigns\":[]", "campaigns is []: write an object of campaigns by id"},
      {"\"campaigns\":{\"a\":7}", "a campaign is 7: write an object"},
      {"\"campaigns\":{\"\":{}}", "campaigns has the id \"\": write 1 to 128 letters, digits, '_' and '-'"},
      {"\"campaigns\":{\"a/b\":{}}", "campaigns has the id \"a/b\""},
      {"\"campaigns\":{\"a\":{\"zones\":[\"EST\"]}}", "zones of a campaign is \"EST\": write an IANA name"},
      {"\"campaigns\":{\"a\":{\"zones\":[]}}", "zones of a campaign is empty"},
      {"\"campaigns\":{\"a\":{\"capacity\":{\"agents\":0}}}", "capacity.agents is 0"},
      {"\"campaigns\":{\"a\":{\"zone\":[]}}", "unknown member \"zone\", did you mean \"zones\"?"},
      {"\"holiday\":[]", "unknown member \"holiday\", did you mean \"holidays\"?"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char json[256];
    (void)snprintf(json, sizeof json, "{\"version\":1,%s}", rows[i].member);
    refused(json, rows[i].part);
  }
}
END_TEST

START_TEST(an_id_of_128_bytes_is_the_longest) {
  char json[256], id[130];
  memset(id, 'a', sizeof id);
  (void)snprintf(json, sizeof json, "{\"version\":1,\"campaigns\":{\"%.128s\":{}}}", id);
  good(json);
  (void)snprintf(json, sizeof json, "{\"version\":1,\"campaigns\":{\"%.129s\":{}}}", id);
  refused(json, "campaigns has the id");
}
END_TEST

START_TEST(every_member_of_a_wrong_type_is_refused) {
  static const char *const names[] = {"limits", "time_zones", "severities", "min_tzdata", "jurisdictions", "jurisdiction", "holidays", "holiday_sets", "blackouts", "capacity", "campaigns"};
  static const char *const wrong[] = {"null", "true", "7", "1e999", "[[]]", "[{\"x\":1}]", "{\"x\":1}", "\"\"", "\"\\u0000\""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
      char json[128];
      (void)snprintf(json, sizeof json, "{\"version\":1,\"%s\":%s}", names[i], wrong[k]);
      refused(json, "line 1, column ");
    }
}
END_TEST

START_TEST(ten_thousand_campaigns_are_the_most) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1,\"campaigns\":{");
  for (int i = 0; i < 10000; i++)
    cxd__buf_fmt(&json, "%s\"c%d\":{\"capacity\":{\"agents\":%d}}", i ? "," : "", 9999 - i, i + 1);
  size_t len = json.len;
  cxd__buf_str(&json, "}}");
  good(json.data);
  ck_assert_uint_eq(policy.campaign_count, 10000);
  for (size_t i = 1; i < policy.campaign_count; i++)
    ck_assert_int_lt(strcmp(policy.campaigns[i - 1].id, policy.campaigns[i].id), 0);
  json.len = len;
  cxd__buf_str(&json, ",\"more\":{}}}");
  refused(json.data, "campaigns has 10001 entries: leave at most 10000");
  cxd__buf_free(&json);
}
END_TEST

START_TEST(very_many_faults_of_names_are_counted_without_delay) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"version\":1,\"campaigns\":{");
  for (int i = 0; i < 10000; i++)
    cxd__buf_fmt(&json, "%s\"c%d\":{\"jurisdiction\":\"US-%05d\"}", i ? "," : "", i, i);
  cxd__buf_str(&json, "}}");
  refused(json.data, "; and 9980 more");
  cxd__buf_free(&json);
}
END_TEST

START_TEST(deep_nesting_is_refused) {
  char json[512] = "{\"version\":1,\"campaigns\":";
  size_t len = strlen(json);
  for (int i = 0; i < 40; i++, len += 5)
    memcpy(json + len, "{\"a\":", 6);
  cxd_error *error = NULL;
  ck_assert_int_eq(parse(json, &error), CXD_E_TOO_LARGE);
  cxd_error_free(error);
}
END_TEST

START_TEST(a_policy_cut_at_any_byte_is_refused) {
  for (size_t len = 0; len < sizeof full - 1; len++)
    ck_assert_int_eq(cxd__policy_parse(full, len, "policy", &table, &policy, NULL), CXD_E_JSON);
}
END_TEST

START_TEST(a_policy_with_any_byte_changed_is_read_or_refused) {
  static const char changes[] = {'"', '9', '{', ']', '\\', 'a'};
  char copy[sizeof full];
  memcpy(copy, full, sizeof full);
  for (size_t i = 0; i < (sizeof full - 1) * sizeof changes; i++) {
    size_t at = i / sizeof changes;
    copy[at] = changes[i % sizeof changes];
    cxd_status status = cxd__policy_parse(copy, sizeof copy - 1, "policy", &table, &policy, NULL);
    ck_assert(status == CXD_OK || status == CXD_E_JSON || status == CXD_E_CONFIG);
    cxd__policy_free(&policy);
    copy[at] = full[at];
  }
}
END_TEST

START_TEST(a_policy_is_read_whole_or_not_at_all) {
  for (size_t n = 1;; n++) {
    cxd__mem_fail_at(n);
    cxd_status status = cxd__policy_parse(full, sizeof full - 1, "policy", &table, &policy, NULL);
    size_t used = cxd__mem_count();
    cxd__mem_fail_at(0);
    ck_assert_int_eq(status, used < n ? CXD_OK : CXD_E_NOMEM);
    ck_assert_uint_eq(policy.campaign_count, used < n ? 3 : 0);
    cxd__policy_free(&policy);
    if (used < n)
      break;
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_policy_parts");
  TCase *tc = suite_case(suite, "policy", setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, every_member_arrives);
  tcase_add_test(tc, campaigns_are_sorted_by_id);
  tcase_add_test(tc, what_is_left_out_is_not_said);
  tcase_add_test(tc, a_freed_policy_says_nothing);
  tcase_add_test(tc, a_jurisdiction_must_be_in_the_table_or_among_the_own_rows);
  tcase_add_test(tc, names_without_a_row_are_told_beside_rows_with_faults);
  tcase_add_test(tc, a_row_that_was_cut_off_may_be_there);
  tcase_add_test(tc, too_many_campaigns_do_not_hide_the_faults_in_them);
  tcase_add_test(tc, all_planted_faults_are_told_in_the_order_of_the_text);
  tcase_add_test(tc, names_are_not_held_against_rows_that_could_not_be_read);
  tcase_add_test(tc, faults_are_told);
  tcase_add_test(tc, an_id_of_128_bytes_is_the_longest);
  tcase_add_test(tc, every_member_of_a_wrong_type_is_refused);
  tcase_add_test(tc, ten_thousand_campaigns_are_the_most);
  tcase_add_test(tc, very_many_faults_of_names_are_counted_without_delay);
  tcase_add_test(tc, deep_nesting_is_refused);
  tcase_add_test(tc, a_policy_cut_at_any_byte_is_refused);
  tcase_add_test(tc, a_policy_with_any_byte_changed_is_read_or_refused);
  tcase_add_test(tc, a_policy_is_read_whole_or_not_at_all);
  return run_suite(suite);
}

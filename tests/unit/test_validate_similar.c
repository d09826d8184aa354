/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Members that the API does not document: left to the server, but a name that is almost a documented one is warned about. */
#include <time.h>

#include "validate.h"
#include "validate/members.h"

static cxd_validator *validator;

static void setup(void) { validator = default_validator(); }

static void teardown(void) { cxd__validator_unref(validator); }

START_TEST(unknown_members_are_left_to_the_server) {
  ck_findings(validator, "{\"id\":\"a\",\"color\":null,\"nom\":7,\"pacing\":{\"burst\":[],\"id\":1,\"status\":2},\"advancedDialerSettings\":{\"x\":{},\"pacing\":3}}", "");
  ck_findings(validator, "{\"id\":\"a\",\"names\":1,\"rule\":2,\"tpye\":3,\"stat\":4,\"timeout\":5,\"retries\":6,\"\":7,\"_\":8,\"/\":9,\"dialerTimeZone\":10,\"maxCalls\":11}", "");
}
END_TEST

START_TEST(names_almost_like_documented_ones_are_warned_about) {
  static const struct { const char *members, *findings; } rows[] = {
      {"\"maxConcurentCalls\":1", "W schema.similar /maxConcurentCalls"},
      {"\"MaxConcurrentCalls\":1", "W schema.similar /MaxConcurrentCalls"},
      {"\"max_concurrent_calls\":1", "W schema.similar /max_concurrent_calls"},
      {"\"maxConcurrentCall\":1,\"maxConcurrentCalls\":2", "W schema.similar /maxConcurrentCall"},
      {"\"timezone\":null", "W schema.similar /timezone"},
      {"\"Name\":7,\"STATUS\":8,\"Id\":9", "W schema.similar /Name\nW schema.similar /STATUS\nW schema.similar /Id"},
      {"\"dailerType\":\"x\"", "W schema.similar /dailerType"},
      {"\"dialer\\u0054yp\":\"x\"", "W schema.similar /dialerTyp"},
      {"\"pacng\":{\"interval\":1}", "W schema.similar /pacng"},
      {"\"pacing\":{\"throttle_percent\":0.5,\"max_calls_per_interval\":1,\"Type\":1,\"intervall\":60}",
       "W schema.similar /pacing/throttle_percent\nW schema.similar /pacing/max_calls_per_interval\nW schema.similar /pacing/Type\nW schema.similar /pacing/intervall"},
      {"\"advancedDialerSettings\":{\"autorebalance\":true}", "W schema.similar /advancedDialerSettings/autorebalance"},
      {"\"throttlePercent\":0.5,\"interval\":60,\"pacing\":{\"interval\":30}", "W schema.similar /throttlePercent\nW schema.similar /interval"},
      {"\"type\":1,\"queuePriority\":2,\"max_calls_per_interval\":3", "W schema.similar /type\nW schema.similar /queuePriority\nW schema.similar /max_calls_per_interval"},
      {"\"pacing.interval\":60,\"/pacing/throttle_percent\":1", "W schema.similar /pacing.interval\nW schema.similar /~1pacing~1throttle_percent"},
      {"\"maxConcurrentCall\\u0000\":1", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char json[512];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",%s}", rows[i].members);
    ck_findings(validator, json, rows[i].findings);
  }
}
END_TEST

START_TEST(a_similar_name_says_what_becomes_of_it_and_what_was_meant) {
  ck_says(validator, "{\"id\":\"a\",\"maxConcurentCalls\":1}",
          "\"maxConcurentCalls\" is no member that the API documents: it would be sent as an unknown member and change nothing that the dialer reads; "
          "did you mean /maxConcurrentCalls? Write \"maxConcurrentCalls\" at the top level");
  ck_says(validator, "{\"id\":\"a\",\"throttlePercent\":0.5}", "did you mean /pacing/throttlePercent? Write \"throttlePercent\" inside \"pacing\"");
  ck_says(validator, "{\"id\":\"a\",\"pacing\":{\"Interval\":1}}", "did you mean /pacing/interval? Write \"interval\" inside \"pacing\"");
  ck_says(validator, "{\"id\":\"a\",\"auto_rebalance\":true}", "did you mean /advancedDialerSettings/autoRebalance? Write \"autoRebalance\" inside \"advancedDialerSettings\"");
}
END_TEST

START_TEST(every_documented_name_in_another_case_is_similar) {
  for (unsigned i = 0; i < CXD__MEMBER_COUNT; i++) {
    const struct cxd__member_row *row = &cxd__members[i];
    char json[128], expected[96], name[40] = {0};
    const char *parent = row->parent == CXD__MEMBER_ROOT ? "" : cxd__members[row->parent].key;
    for (size_t c = 0; c < row->key_len - 2; c++)
      name[c] = (char)(row->key[c + 1] >= 'a' && row->key[c + 1] <= 'z' ? row->key[c + 1] - 32 : row->key[c + 1]);
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",%s%s\"%s\":1%s}", parent, *parent ? ":{" : "", name, *parent ? "}" : "");
    (void)snprintf(expected, sizeof expected, "W schema.similar %s/%s", *parent ? cxd__members[row->parent].pointer : "", name);
    ck_findings(validator, json, expected);
    char meant[64];
    (void)snprintf(meant, sizeof meant, "did you mean %s?", row->pointer);
    ck_says(validator, json, meant);
  }
}
END_TEST

START_TEST(similar_names_count_only_where_the_change_sets_them) {
  cxd_campaign *campaign = campaign_read("{\"id\":\"a\",\"timezone\":\"x\",\"Status\":1,\"pacing\":{\"Type\":{\"a\":1,\"b\":2},\"interval\":60}}");
  ck_report(run_check(validator, campaign, NULL, 0), "", "as it was read");
  ck_report(run_check(validator, campaign, NULL, 1),
            "E schema.required /name\nE schema.required /dialerType\nE schema.required /maxConcurrentCalls\nE schema.required /timeZone\n"
            "E schema.required /pacing/type\nE schema.required /pacing/maxCallsPerInterval\nE schema.required /pacing/throttlePercent\n"
            "W schema.similar /timezone\nW schema.similar /Status\nW schema.similar /pacing/Type", "sent whole");
  ck_assert_int_eq(cxd_campaign_set_json(campaign, "/pacing/Type", "{\"b\":2,\"a\":1.0}", NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "", "the same value");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/Status", 2, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/pacing/Interval", 2, NULL), CXD_OK);
  ck_report(run_check(validator, campaign, NULL, 0), "W schema.similar /Status\nW schema.similar /pacing/Interval", "two edits");
  cxd_campaign_free(campaign);
}
END_TEST

static struct cxd__buf many_similar(size_t count) {
  struct cxd__buf json = {0};
  cxd__buf_str(&json, "{\"id\":\"a\"");
  for (size_t i = 0; i < count; i++)
    cxd__buf_fmt(&json, ",\"maxConcurrentCal%c%c\":{}", (int)('0' + i / 64), (int)('0' + i % 64 + (i % 64 > 43)));
  cxd__buf_char(&json, '}');
  return json;
}

START_TEST(many_similar_names_are_cut_and_cost_no_quadratic_time) {
  struct cxd__buf json = many_similar(640), huge = {0};
  cxd_report *report = run_text(validator, json.data, 0);
  ck_assert_uint_eq(cxd_report_count(report), 17);
  ck_assert_str_eq(cxd_report_pointer(report, 15), "/maxConcurrentCal0?");
  ck_assert_str_eq(cxd_report_pointer(report, 16), "");
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 16), "not listed"));
  cxd_report_free(report);
  /* As the server has them, in another order, with a long member in front: each one is looked up. */
  cxd__buf_fmt(&huge, "{\"x\":[0");
  for (int i = 0; i < 100000; i++)
    cxd__buf_str(&huge, ",{}");
  cxd__buf_fmt(&huge, "],%s", json.data + 1);
  cxd_campaign *campaign = campaign_read(huge.data);
  clock_t start = clock();
  for (int i = 0; i < 100; i++)
    ck_report(run_check(validator, campaign, NULL, 0), "", "as it was read");
  ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5);
  cxd_campaign_free(campaign);
  cxd__buf_free(&huge);
  cxd__buf_free(&json);
}
END_TEST

static void ck_huge_name(const char *head, char fill, size_t len) {
  struct cxd__buf json = {0};
  cxd__buf_fmt(&json, "{\"id\":\"a\",\"%s", head);
  for (size_t i = 0; i < len; i++)
    cxd__buf_char(&json, fill);
  cxd__buf_str(&json, "\":1,\"intervl\":2,\"pacing\":{\"");
  for (size_t i = 0; i < len / 4; i++)
    cxd__buf_char(&json, fill);
  cxd__buf_str(&json, "\":3}}");
  ck_findings(validator, json.data, "");
  cxd__buf_free(&json);
}

START_TEST(huge_names_are_similar_to_nothing) {
  static const size_t sizes[] = {44, 45, 46, 47, 48, 49, 60, 64, 65, 285, 290, 291, 292, 300, 4096, 600000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    ck_huge_name("", 'x', sizes[i]);
    ck_huge_name("maxConcurrentCalls", 's', sizes[i]);
    ck_huge_name("\\u006daxConcurrentCalls", 's', sizes[i]);
    ck_huge_name("interval", '/', sizes[i]);
  }
}
END_TEST

START_TEST(hostile_similar_names_are_tamed_in_messages) {
  static const char *const names[] = {"interval\x7f", "pacing\xc2\x9b", "inter\\u001bval", "maxConcurrent\\nCalls", "maxConcurrentCalls\\u0009", "dialerType%n", "timeZone%s"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char json[128];
    (void)snprintf(json, sizeof json, "{\"id\":\"a\",\"pacing\":{\"%s\":1},\"%s\":1}", names[i], names[i]);
    cxd_report *report = run_text(validator, json, 0);
    ck_assert_uint_eq(cxd_report_count(report), 1);
    ck_assert_str_eq(cxd_report_code(report, 0), "schema.similar");
    ck_tame(report);
    cxd_report_free(report);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_similar");
  TCase *tc = suite_case(suite, "similar", setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, unknown_members_are_left_to_the_server);
  tcase_add_test(tc, names_almost_like_documented_ones_are_warned_about);
  tcase_add_test(tc, a_similar_name_says_what_becomes_of_it_and_what_was_meant);
  tcase_add_test(tc, every_documented_name_in_another_case_is_similar);
  tcase_add_test(tc, similar_names_count_only_where_the_change_sets_them);
  tcase_add_test(tc, many_similar_names_are_cut_and_cost_no_quadratic_time);
  tcase_add_test(tc, huge_names_are_similar_to_nothing);
  tcase_add_test(tc, hostile_similar_names_are_tamed_in_messages);
  return run_suite(suite);
}

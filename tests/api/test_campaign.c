/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <cxdialer/cxdialer.h>

#include <math.h>
#include <string.h>

#include "run.h"

static const char server_text[] =
    "{\"id\":\"camp-1\",\"maxConcurrentCalls\":120,\"pacing\":{\"interval\":30,\"throttlePercent\":0.85,\"type\":\"ADAPTIVE\"},"
    "\"rules\":[{\"type\":\"DNC\"}],\"tenant\":18446744073709551615,\"active\":true,\"note\":null,\"zero\":\"a\\u0000b\"}";

static cxd_campaign *parsed(const char *text) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_campaign_parse(text, strlen(text), &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_ptr_null(error);
  return campaign;
}

static void assert_error(cxd_error **error, cxd_status status, const char *field, const char *part) {
  ck_assert_int_eq(cxd_error_status(*error), status);
  ck_assert_str_eq(cxd_error_field(*error), field);
  ck_assert_msg(strstr(cxd_error_message(*error), part) != NULL, "\"%s\" is not in \"%s\"", part, cxd_error_message(*error));
  cxd_error_free(*error);
  *error = NULL;
}

static void assert_json(const cxd_campaign *campaign, const char *wanted) {
  char *text = cxd_campaign_to_json(campaign);
  ck_assert_str_eq(text, wanted);
  cxd_string_free(text);
}

START_TEST(a_new_campaign_has_its_id_and_nothing_else) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_campaign_new("camp-1", &campaign, NULL), CXD_OK);
  ck_assert_str_eq(cxd_campaign_id(campaign), "camp-1");
  assert_json(campaign, "{\"id\":\"camp-1\"}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(ids_of_any_harmless_text_are_taken_and_escaped) {
  static const char *const rows[][2] = {{"a b\"c", "{\"id\":\"a b\\\"c\"}"}, {"\xc3\xa9:;?#&=+", "{\"id\":\"\xc3\xa9:;?#&=+\"}"}, {"...", "{\"id\":\"...\"}"}, {".a", "{\"id\":\".a\"}"}};
  char longest[129];
  cxd_campaign *campaign = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd_campaign_new(rows[i][0], &campaign, NULL), CXD_OK);
    ck_assert_str_eq(cxd_campaign_id(campaign), rows[i][0]);
    assert_json(campaign, rows[i][1]);
    cxd_campaign_free(campaign);
  }
  memset(longest, 'x', 128);
  longest[128] = '\0';
  ck_assert_int_eq(cxd_campaign_new(longest, &campaign, NULL), CXD_OK);
  ck_assert_str_eq(cxd_campaign_id(campaign), longest);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(ids_that_could_lead_elsewhere_are_refused_and_shown_escaped) {
  char too_long[130];
  memset(too_long, 'x', 129);
  too_long[129] = '\0';
  const struct { const char *id, *part; } rows[] = {
      {"", "1 to 128 bytes"}, {too_long, "1 to 128 bytes"}, {".", "folder"}, {"..", "folder"}, {"a/b", "\"a/b\" has the byte 0x2F"}, {"a\\b", "\"a\\\\b\" has the byte 0x5C"},
      {"%2e", "\"%2e\" has the byte 0x25"}, {"a\nb", "\"a\\nb\" has the byte 0x0A"}, {"\x1b[1m", "\\u001b[1m\" has the byte 0x1B"}, {"a\x7f", "\\u007f\" has the byte 0x7F"},
      {"\xff", "is not UTF-8"}, {"\xed\xa0\x80", "is not UTF-8"}, {"a\xc3", "is not UTF-8"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *campaign = (cxd_campaign *)&too_long;
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_campaign_new(rows[i].id, &campaign, &error), CXD_E_ARGUMENT);
    ck_assert_ptr_null(campaign);
    assert_error(&error, CXD_E_ARGUMENT, "/id", rows[i].part);
    ck_assert_int_eq(cxd_campaign_new(rows[i].id, &campaign, NULL), CXD_E_ARGUMENT);
  }
}
END_TEST

START_TEST(a_parsed_document_keeps_its_bytes) {
  static const char *const rows[] = {server_text, "{}", " \n{ \"a\" : 0.850 , \"big\":1e400,\"n\":18446744073709551616 }\n", "{\"\\u0061\":\"\\/\\u00e9\"}"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *campaign = parsed(rows[i]);
    assert_json(campaign, rows[i]);
    cxd_campaign_free(campaign);
  }
}
END_TEST

START_TEST(the_length_counts_not_the_zero_byte) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_campaign_parse("{}garbage", 2, &campaign, NULL), CXD_OK);
  assert_json(campaign, "{}");
  cxd_campaign_free(campaign);
  ck_assert_int_eq(cxd_campaign_parse("{}", 3, &campaign, NULL), CXD_E_JSON);
}
END_TEST

START_TEST(the_id_of_a_document_is_decoded_and_missing_or_wrong_ones_are_empty) {
  static const char *const rows[][2] = {{"{\"id\":\"a\\u0062\"}", "ab"}, {"{\"\\u0069d\":\"x\"}", "x"}, {"{}", ""}, {"{\"id\":7}", ""}, {"{\"id\":null}", ""}, {"{\"id\":\"a\\u0000b\"}", ""}, {"{\"x\":{\"id\":\"no\"}}", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *campaign = parsed(rows[i][0]);
    ck_assert_str_eq(cxd_campaign_id(campaign), rows[i][1]);
    cxd_campaign_free(campaign);
  }
}
END_TEST

START_TEST(what_is_no_object_or_no_json_is_refused) {
  static const struct { const char *text; cxd_status status; const char *part; } rows[] = {
      {"", CXD_E_JSON, "is empty"}, {"[]", CXD_E_TYPE, "expected a JSON object, found a value of type array"}, {"null", CXD_E_TYPE, "null"}, {"\"x\"", CXD_E_TYPE, "string"},
      {"{\"a\":1,\n \"a\":2}", CXD_E_JSON, "campaign: line 2, column 2: the member \"a\" appears twice"}, {"{\"a\":NaN}", CXD_E_JSON, "NaN"},
      {"\xef\xbb\xbf{}", CXD_E_JSON, "byte order mark"}, {"{} {}", CXD_E_JSON, "end of the text"}, {"{\"a\":01}", CXD_E_JSON, "line 1, column 6"},
      {"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", CXD_E_TOO_LARGE, "32"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_campaign *campaign = (cxd_campaign *)&rows;
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_campaign_parse(rows[i].text, strlen(rows[i].text), &campaign, &error), rows[i].status);
    ck_assert_ptr_null(campaign);
    assert_error(&error, rows[i].status, "", rows[i].part);
  }
}
END_TEST

START_TEST(a_text_over_a_mebibyte_is_too_large) {
  size_t len = 1048577;
  char *text = malloc(len);
  cxd_campaign *campaign = NULL;
  memset(text, ' ', len);
  memcpy(text, "{}", 2);
  ck_assert_int_eq(cxd_campaign_parse(text, len, &campaign, NULL), CXD_E_TOO_LARGE);
  ck_assert_int_eq(cxd_campaign_parse(text, len - 1, &campaign, NULL), CXD_OK);
  cxd_campaign_free(campaign);
  free(text);
}
END_TEST

START_TEST(set_members_change_and_no_other_byte) {
  cxd_campaign *campaign = parsed("{ \"id\":\"x\",\"max\": 120,\"t\":0.85,\"big\":18446744073709551615 }\n");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/max", INT64_MIN, NULL), CXD_OK);
  assert_json(campaign, "{ \"id\":\"x\",\"max\": -9223372036854775808,\"t\":0.85,\"big\":18446744073709551615 }\n");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/max", 7, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_real(campaign, "/new", 0.1, NULL), CXD_OK);
  assert_json(campaign, "{ \"id\":\"x\",\"max\": 7,\"t\":0.85,\"big\":18446744073709551615,\"new\":0.1 }\n");
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/t", NULL), CXD_OK);
  assert_json(campaign, "{ \"id\":\"x\",\"max\": 7,\"big\":18446744073709551615,\"new\":0.1 }\n");
  ck_assert_str_eq(cxd_campaign_id(campaign), "x");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(every_type_can_be_set) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_campaign_new("x", &campaign, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS, 0, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_real(campaign, CXD_FIELD_PACING_THROTTLE_PERCENT, 0.85, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_string(campaign, CXD_FIELD_NAME, "a\"\n\xc3\xa9", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_bool(campaign, CXD_FIELD_AUTO_REBALANCE, 0, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_bool(campaign, "/b", -5, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_null(campaign, "/n", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_json(campaign, CXD_FIELD_RULES, " [ {\"type\":\"DNC\"} ]\n", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/rules/-", "", NULL), CXD_OK);
  assert_json(campaign, "{\"id\":\"x\",\"maxConcurrentCalls\":0,\"pacing\":{\"throttlePercent\":0.85},\"name\":\"a\\\"\\n\xc3\xa9\",\"advancedDialerSettings\":{\"autoRebalance\":false},"
                        "\"b\":true,\"n\":null,\"rules\":[ {\"type\":\"DNC\"}, \"\" ]}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(reals_are_written_in_their_shortest_spelling) {
  static const struct { double value; const char *text; } rows[] = {{0.85, "{\"r\":0.85}"}, {0.1 + 0.2, "{\"r\":0.30000000000000004}"}, {1e22, "{\"r\":1e+22}"}, {-0.0, "{\"r\":-0}"}, {30, "{\"r\":30}"}};
  cxd_campaign *campaign = parsed("{}");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double back = 5;
    ck_assert_int_eq(cxd_campaign_set_real(campaign, "/r", rows[i].value, NULL), CXD_OK);
    assert_json(campaign, rows[i].text);
    ck_assert_int_eq(cxd_campaign_get_real(campaign, "/r", &back, NULL), CXD_OK);
    ck_assert(back == rows[i].value);
  }
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(values_that_json_cannot_hold_are_refused) {
  cxd_campaign *campaign = parsed("{\"a\":1}");
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_campaign_set_real(campaign, "/a", (double)NAN, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/a", "not finite");
  ck_assert_int_eq(cxd_campaign_set_real(campaign, "/a", -(double)INFINITY, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/a", "\xc0\xaf", &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/a", "not UTF-8");
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/a", NULL, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/a", "cxd_campaign_set_null");
  ck_assert_int_eq(cxd_campaign_set_json(campaign, "/a", NULL, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/a", "json is NULL");
  assert_json(campaign, "{\"a\":1}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(json_values_go_through_the_strict_gate) {
  static const char *const bad[] = {"", " ", "01", "NaN", "{\"a\":1,\"a\":2}", "[1,]", "1 2", "\"\\ud800\"", "\"\xff\"", "tru", "1}, \"x\":{"};
  cxd_campaign *campaign = parsed("{\"a\":1}");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_campaign_set_json(campaign, "/a", bad[i], &error), CXD_E_JSON);
    assert_error(&error, CXD_E_JSON, "/a", "value: line 1, column ");
  }
  assert_json(campaign, "{\"a\":1}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(the_id_stays) {
  cxd_campaign *campaign = parsed("{\"id\":\"x\",\"a\":1}");
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/id", "x", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_json(campaign, "/id", " \"\\u0078\" ", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/id", "y", &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/id", "cannot be changed");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/id", 1, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_set_null(campaign, "/id", NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/id/x", 1, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/id", &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/id", "cannot be removed");
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/idx", 1, NULL), CXD_OK);
  assert_json(campaign, "{\"id\":\"x\",\"a\":1,\"idx\":1}");
  cxd_campaign_free(campaign);
  campaign = parsed("{}");
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/id", "", NULL), CXD_E_ARGUMENT);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(setting_where_nothing_can_stand_says_which_member) {
  static const struct { const char *pointer; cxd_status status; } rows[] = {
      {"", CXD_E_ARGUMENT}, {"a", CXD_E_ARGUMENT}, {"/~", CXD_E_ARGUMENT}, {"/\xff", CXD_E_ARGUMENT}, {"/maxConcurrentCalls/x", CXD_E_TYPE}, {"/note/x", CXD_E_TYPE}, {"/active/x", CXD_E_TYPE},
      {"/rules/1", CXD_E_ABSENT}, {"/absent/-", CXD_E_ABSENT}, {"/absent/0", CXD_E_ABSENT}, {"/rules/x", CXD_E_TYPE}, {"/1/2/3/4/5/6/7/8/9/10", CXD_E_ABSENT},
      {"/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", CXD_E_TOO_LARGE}};
  cxd_campaign *campaign = parsed(server_text);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd_error *error = NULL;
    ck_assert_msg(cxd_campaign_set_int(campaign, rows[i].pointer, 1, &error) == rows[i].status, "%s", rows[i].pointer);
    ck_assert_str_eq(cxd_error_field(error), rows[i].pointer);
    ck_assert_int_eq(cxd_error_status(error), rows[i].status);
    cxd_error_free(error);
  }
  assert_json(campaign, server_text);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(members_are_read_by_type) {
  cxd_campaign *campaign = parsed(server_text);
  int64_t integer = 0;
  double real = 0;
  const char *text = NULL;
  int32_t truth = 0;
  ck_assert_int_eq(cxd_campaign_get_int(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS, &integer, NULL), CXD_OK);
  ck_assert_int_eq(integer, 120);
  ck_assert_int_eq(cxd_campaign_get_real(campaign, CXD_FIELD_PACING_THROTTLE_PERCENT, &real, NULL), CXD_OK);
  ck_assert(real == 0.85);
  ck_assert_int_eq(cxd_campaign_get_real(campaign, CXD_FIELD_PACING_INTERVAL, &real, NULL), CXD_OK);
  ck_assert(real == 30);
  ck_assert_int_eq(cxd_campaign_get_real(campaign, "/tenant", &real, NULL), CXD_OK);
  ck_assert(real == 18446744073709551616.0);
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/rules/0/type", &text, NULL), CXD_OK);
  ck_assert_str_eq(text, "DNC");
  ck_assert_int_eq(cxd_campaign_get_bool(campaign, "/active", &truth, NULL), CXD_OK);
  ck_assert_int_eq(truth, 1);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_failed_read_leaves_the_answer_and_says_why) {
  cxd_campaign *campaign = parsed(server_text);
  cxd_error *error = NULL;
  int64_t integer = -77;
  double real = -77;
  const char *text = "kept";
  int32_t truth = -77;
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "/tenant", &integer, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/tenant", "of type number, not an integer of 64 bits");
  ck_assert_int_eq(cxd_campaign_get_int(campaign, CXD_FIELD_PACING_THROTTLE_PERCENT, &integer, NULL), CXD_E_TYPE);
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "/absent", &integer, &error), CXD_E_ABSENT);
  assert_error(&error, CXD_E_ABSENT, "/absent", "no such member");
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "/rules/-", &integer, NULL), CXD_E_ABSENT);
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "", &integer, NULL), CXD_E_TYPE);
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "x", &integer, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "x", "not a JSON Pointer");
  ck_assert_int_eq(cxd_campaign_get_real(campaign, "/active", &real, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/active", "of type boolean");
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/note", &text, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/note", "of type null");
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/zero", &text, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "/zero", "without zero bytes");
  ck_assert_int_eq(cxd_campaign_get_bool(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS, &truth, NULL), CXD_E_TYPE);
  ck_assert_int_eq(integer, -77);
  ck_assert(real == -77);
  ck_assert_str_eq(text, "kept");
  ck_assert_int_eq(truth, -77);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_real_beyond_the_range_is_a_type_error) {
  cxd_campaign *campaign = parsed("{\"a\":1e400,\"b\":-1e999999999999999999999}");
  double real = 7;
  ck_assert_int_eq(cxd_campaign_get_real(campaign, "/a", &real, NULL), CXD_E_TYPE);
  ck_assert_int_eq(cxd_campaign_get_real(campaign, "/b", &real, NULL), CXD_E_TYPE);
  ck_assert(real == 7);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_text_that_was_read_stays_until_the_document_changes) {
  cxd_campaign *campaign = parsed("{\"a\":\"one\",\"b\":\"t\\u0077o\",\"c\":\"one\"}");
  const char *one = NULL, *two = NULL, *again = NULL;
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/a", &one, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/b", &two, NULL), CXD_OK);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(cxd_campaign_get_string(campaign, "/c", &again, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/a/x", 1, NULL), CXD_E_TYPE);
  ck_assert_str_eq(one, "one");
  ck_assert_str_eq(two, "two");
  ck_assert_str_eq(again, "one");
  ck_assert_int_eq(cxd_campaign_set_string(campaign, "/a", two, NULL), CXD_OK);
  assert_json(campaign, "{\"a\":\"two\",\"b\":\"t\\u0077o\",\"c\":\"one\"}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(has_sees_null_and_falls_for_nothing) {
  cxd_campaign *campaign = parsed(server_text);
  static const char *const there[] = {"/note", "/pacing", "/pacing/interval", "/rules/0", ""};
  static const char *const missing[] = {"/x", "/rules/1", "/rules/-", "/note/x", "pacing", "/pacing/", "/~"};
  for (size_t i = 0; i < sizeof there / sizeof *there; i++)
    ck_assert_int_eq(cxd_campaign_has(campaign, there[i]), 1);
  for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
    ck_assert_int_eq(cxd_campaign_has(campaign, missing[i]), 0);
  ck_assert_int_eq(cxd_campaign_has(campaign, NULL), 0);
  ck_assert_int_eq(cxd_campaign_has(NULL, "/x"), 0);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(remove_takes_out_what_is_there) {
  cxd_campaign *campaign = parsed("{\"id\":\"x\",\"a\":{\"b\":1},\"r\":[1,2,3]}");
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/r/1", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/a/b", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/a/b", &error), CXD_E_ABSENT);
  assert_error(&error, CXD_E_ABSENT, "/a/b", "no such member");
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/r/2", NULL), CXD_E_ABSENT);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "", NULL), CXD_E_ARGUMENT);
  assert_json(campaign, "{\"id\":\"x\",\"a\":{},\"r\":[1,3]}");
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_copy_lives_on_its_own) {
  cxd_campaign *campaign = parsed(server_text), *copy = NULL;
  const char *text = NULL;
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/pacing/type", &text, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_copy(campaign, &copy), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(copy, "/pacing/interval", 31, NULL), CXD_OK);
  assert_json(campaign, server_text);
  cxd_campaign_free(campaign);
  ck_assert_int_eq(cxd_campaign_get_string(copy, "/pacing/type", &text, NULL), CXD_OK);
  ck_assert_str_eq(text, "ADAPTIVE");
  ck_assert_str_eq(cxd_campaign_id(copy), "camp-1");
  cxd_campaign_free(copy);
}
END_TEST

START_TEST(a_diff_is_a_patch_with_old_values) {
  cxd_campaign *from = parsed(server_text), *to = NULL;
  ck_assert_int_eq(cxd_campaign_copy(from, &to), CXD_OK);
  char *patch = cxd_campaign_diff(from, to);
  ck_assert_str_eq(patch, "[]");
  cxd_string_free(patch);
  ck_assert_int_eq(cxd_campaign_set_int(to, "/pacing/interval", 31, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(to, "/note", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_bool(to, "/x~1y", 1, NULL), CXD_OK);
  patch = cxd_campaign_diff(from, to);
  ck_assert_str_eq(patch, "[{\"op\":\"replace\",\"path\":\"/pacing/interval\",\"old\":30,\"value\":31},{\"op\":\"add\",\"path\":\"/x~1y\",\"value\":true},{\"op\":\"remove\",\"path\":\"/note\",\"old\":null}]");
  cxd_string_free(patch);
  ck_assert_ptr_null(cxd_campaign_diff(from, NULL));
  ck_assert_ptr_null(cxd_campaign_diff(NULL, to));
  cxd_campaign_free(from);
  cxd_campaign_free(to);
}
END_TEST

START_TEST(wrong_handles_and_null_arguments_are_answered) {
  uint32_t foreign[64] = {0};
  cxd_campaign *wrong[] = {NULL, (cxd_campaign *)&foreign}, *out = (cxd_campaign *)&foreign;
  int64_t integer = 1;
  double real = 1;
  const char *text = NULL;
  int32_t truth = 1;
  for (size_t i = 0; i < 2; i++) {
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_campaign_set_int(wrong[i], "/a", 1, &error), CXD_E_ARGUMENT);
    assert_error(&error, CXD_E_ARGUMENT, "", "campaign is NULL");
    ck_assert_int_eq(cxd_campaign_set_real(wrong[i], "/a", 1, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_set_string(wrong[i], "/a", "", NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_set_bool(wrong[i], "/a", 1, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_set_null(wrong[i], "/a", NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_set_json(wrong[i], "/a", "1", NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_get_int(wrong[i], "/a", &integer, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_get_real(wrong[i], "/a", &real, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_get_string(wrong[i], "/a", &text, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_get_bool(wrong[i], "/a", &truth, NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_remove(wrong[i], "/a", NULL), CXD_E_ARGUMENT);
    ck_assert_int_eq(cxd_campaign_copy(wrong[i], &out), CXD_E_ARGUMENT);
    ck_assert_ptr_null(out);
    ck_assert_ptr_null(cxd_campaign_to_json(wrong[i]));
    ck_assert_str_eq(cxd_campaign_id(wrong[i]), "");
    cxd_campaign_free(wrong[i]);
  }
}
END_TEST

START_TEST(missing_pointers_and_places_for_answers_are_answered) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  int64_t integer = 1;
  ck_assert_int_eq(cxd_campaign_new(NULL, &campaign, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/id", "NULL");
  ck_assert_int_eq(cxd_campaign_new("x", NULL, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "", "out is NULL");
  ck_assert_int_eq(cxd_campaign_parse(NULL, 3, &campaign, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "", "json is NULL");
  ck_assert_int_eq(cxd_campaign_parse("{}", 2, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_parse("{\"a\":1}", 7, &campaign, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, NULL, 1, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "", "pointer is NULL");
  ck_assert_int_eq(cxd_campaign_get_int(campaign, NULL, &integer, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_get_int(campaign, "/a", NULL, &error), CXD_E_ARGUMENT);
  assert_error(&error, CXD_E_ARGUMENT, "/a", "out is NULL");
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/a", NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_remove(campaign, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_campaign_copy(campaign, NULL), CXD_E_ARGUMENT);
  cxd_campaign_free(campaign);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("campaign");
  TCase *tc = tcase_create("campaign");
  tcase_add_test(tc, a_new_campaign_has_its_id_and_nothing_else);
  tcase_add_test(tc, ids_of_any_harmless_text_are_taken_and_escaped);
  tcase_add_test(tc, ids_that_could_lead_elsewhere_are_refused_and_shown_escaped);
  tcase_add_test(tc, a_parsed_document_keeps_its_bytes);
  tcase_add_test(tc, the_length_counts_not_the_zero_byte);
  tcase_add_test(tc, the_id_of_a_document_is_decoded_and_missing_or_wrong_ones_are_empty);
  tcase_add_test(tc, what_is_no_object_or_no_json_is_refused);
  tcase_add_test(tc, a_text_over_a_mebibyte_is_too_large);
  tcase_add_test(tc, set_members_change_and_no_other_byte);
  tcase_add_test(tc, every_type_can_be_set);
  tcase_add_test(tc, reals_are_written_in_their_shortest_spelling);
  tcase_add_test(tc, values_that_json_cannot_hold_are_refused);
  tcase_add_test(tc, json_values_go_through_the_strict_gate);
  tcase_add_test(tc, the_id_stays);
  tcase_add_test(tc, setting_where_nothing_can_stand_says_which_member);
  tcase_add_test(tc, members_are_read_by_type);
  tcase_add_test(tc, a_failed_read_leaves_the_answer_and_says_why);
  tcase_add_test(tc, a_real_beyond_the_range_is_a_type_error);
  tcase_add_test(tc, a_text_that_was_read_stays_until_the_document_changes);
  tcase_add_test(tc, has_sees_null_and_falls_for_nothing);
  tcase_add_test(tc, remove_takes_out_what_is_there);
  tcase_add_test(tc, a_copy_lives_on_its_own);
  tcase_add_test(tc, a_diff_is_a_patch_with_old_values);
  tcase_add_test(tc, wrong_handles_and_null_arguments_are_answered);
  tcase_add_test(tc, missing_pointers_and_places_for_answers_are_answered);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

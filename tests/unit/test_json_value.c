/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strtod_l */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "json/index.h"
#include "run.h"

START_TEST(kinds_and_their_names) {
  static const struct { const char *text; enum cxd__json_kind kind; const char *name; } rows[] = {
      {"{}", CXD__JSON_OBJECT, "object"}, {"[]", CXD__JSON_ARRAY, "array"}, {"\"\"", CXD__JSON_STRING, "string"},
      {"0", CXD__JSON_NUMBER, "number"}, {"-1", CXD__JSON_NUMBER, "number"}, {"true", CXD__JSON_TRUE, "boolean"},
      {"false", CXD__JSON_FALSE, "boolean"}, {"null", CXD__JSON_NULL, "null"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd__json_kind(checked(rows[i].text)), rows[i].kind);
    ck_assert_str_eq(cxd__json_kind_name(rows[i].kind), rows[i].name);
  }
  ck_assert_int_eq(cxd__json_kind((struct cxd__slice){0}), CXD__JSON_ABSENT);
  ck_assert_str_eq(cxd__json_kind_name(CXD__JSON_ABSENT), "nothing");
}
END_TEST

START_TEST(an_object_is_walked_member_by_member) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, checked("{ \"a\" : 1 ,\n\"}\\\"\":\"]\\\\\" , \"c\":{\"d\":[ \"}\" ]},\"e\":[[]] , \"f\":true}"));
  static const char *const rows[][2] = {{"\"a\"", "1"}, {"\"}\\\"\"", "\"]\\\\\""}, {"\"c\"", "{\"d\":[ \"}\" ]}"}, {"\"e\"", "[[]]"}, {"\"f\"", "true"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 1);
    assert_slice(key, rows[i][0]);
    assert_slice(value, rows[i][1]);
  }
  ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 0);
  ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 0);
}
END_TEST

START_TEST(an_array_is_walked_without_keys) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  static const char *const rows[] = {"-1.5e3", "\"a,b\"", "[1,2]", "{\"k\":[]}", "null"};
  cxd__json_walk(&iter, checked("[ -1.5e3,\"a,b\" , [1,2],{\"k\":[]},null ]"));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 1);
    ck_assert_ptr_null(key.p);
    assert_slice(value, rows[i]);
  }
  ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 0);
}
END_TEST

START_TEST(empty_containers_scalars_and_nothing_have_no_members) {
  static const char *const rows[] = {"{}", "{ }", "[]", "[\n]", "1", "\"[1]\"", "null", "true"};
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cxd__json_walk(&iter, checked(rows[i]));
    ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 0);
  }
  cxd__json_walk(&iter, (struct cxd__slice){0});
  ck_assert_int_eq(cxd__json_next(&iter, &key, &value), 0);
}
END_TEST

#define NOT INT64_C(424242)

START_TEST(integers_are_read_exactly_in_any_spelling) {
  static const struct { const char *text; int64_t value; } rows[] = {
      {"0", 0}, {"-0", 0}, {"0.0", 0}, {"-0.00e7", 0}, {"0e999999999999999999999", 0}, {"1", 1}, {"-1", -1}, {"1.0", 1}, {"1e2", 100}, {"1E+2", 100},
      {"100e-2", 1}, {"1200e-2", 12}, {"12.50e1", 125}, {"0.001e3", 1}, {"0.00012e5", 12}, {"10", 10}, {"1000000", 1000000}, {"120", 120}, {"-120.000", -120},
      {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}, {"-9223372036854775808.000", INT64_MIN}, {"9.223372036854775807e18", INT64_MAX},
      {"9007199254740993", INT64_C(9007199254740993)}, {"1e18", INT64_C(1000000000000000000)}, {"10e-1", 1}, {"1e00000000000000000000000000002", 100},
      {"9223372036854775808", NOT}, {"-9223372036854775809", NOT}, {"18446744073709551615", NOT}, {"18446744073709551617", NOT}, {"1e19", NOT}, {"1e400", NOT},
      {"0.5", NOT}, {"1.5", NOT}, {"1e-1", NOT}, {"15e-1", NOT}, {"1.000000000000000000000000001", NOT}, {"1e-999", NOT}, {"1e99999999999999999999", NOT},
      {"1e-99999999999999999999", NOT}, {"99999999999999999999", NOT}, {"\"1\"", NOT}, {"true", NOT}, {"null", NOT}, {"[1]", NOT}, {"{}", NOT}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t value = NOT;
    int read = cxd__json_int(checked(rows[i].text), &value);
    ck_assert_msg(read == (rows[i].value != NOT) && value == rows[i].value, "%s gives %lld", rows[i].text, (long long)value);
  }
  int64_t value = NOT;
  ck_assert_int_eq(cxd__json_int((struct cxd__slice){0}, &value), 0);
}
END_TEST

START_TEST(a_number_of_400_digits_is_no_integer_of_ours) {
  char text[420] = "1";
  int64_t value;
  double real;
  memset(text + 1, '0', 399);
  ck_assert_int_eq(cxd__json_int(checked(text), &value), 0);
  ck_assert_int_eq(cxd__json_real(checked(text), &real), 0);
  strcpy(text + 400, "e-398");
  ck_assert_int_eq(cxd__json_int(checked(text), &value), 1);
  ck_assert_int_eq(value, 10);
  ck_assert_int_eq(cxd__json_real(checked(text), &real), 1);
  ck_assert_double_eq(real, 10);
}
END_TEST

START_TEST(reals_are_the_nearest_double) {
  static const struct { const char *text; double value; } rows[] = {
      {"0", 0}, {"0.85", 0.85}, {"-0.5", -0.5}, {"1e2", 100}, {"120", 120}, {"1.7976931348623157e308", 1.7976931348623157e308}, {"5e-324", 5e-324}, {"1e-999", 0},
      {"0.1", 0.1}, {"0.30000000000000004", 0.30000000000000004}, {"9007199254740993", 9007199254740992.0}, {"9007199254740993.00000001", 9007199254740994.0},
      {"18446744073709551615", 18446744073709551616.0}, {"0.000001", 1e-6}, {"123456.789e-3", 123.456789}, {"1e-99999999999999999999", 0}, {"0e99999999999", 0},
      {"2.2250738585072011e-308", 2.2250738585072011e-308}, {"100.125", 100.125}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double value = -1;
    ck_assert_int_eq(cxd__json_real(checked(rows[i].text), &value), 1);
    ck_assert_msg(value == rows[i].value, "%s gives %.17g", rows[i].text, value);
  }
}
END_TEST

START_TEST(what_is_no_finite_number_is_no_real) {
  static const char *const rows[] = {"1e309", "-1e309", "1e99999999999999999999", "\"1\"", "null", "true", "[]"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double value = 7;
    ck_assert_int_eq(cxd__json_real(checked(rows[i]), &value), 0);
    ck_assert_double_eq(value, 7);
  }
}
END_TEST

START_TEST(a_digit_far_behind_the_others_decides_a_tie) {
  struct cxd__buf tie = {0}, above = {0};
  double value;
  cxd__buf_str(&tie, "9007199254740993.");
  for (int i = 0; i < 2000; i++)
    cxd__buf_char(&tie, '0');
  cxd__buf_add(&above, tie.data, tie.len);
  cxd__buf_char(&above, '1');
  ck_assert_int_eq(cxd__json_real(checked(tie.data), &value), 1);
  ck_assert_double_eq(value, 9007199254740992.0);
  ck_assert_int_eq(cxd__json_real(checked(above.data), &value), 1);
  ck_assert_double_eq(value, 9007199254740994.0);
  cxd__buf_free(&tie);
  cxd__buf_free(&above);
}
END_TEST

START_TEST(random_doubles_read_back_as_they_were_written) {
  struct cxd__prng prng = {99};
  for (int i = 0; i < 20000; i++) {
    uint64_t bits = cxd__prng_next(&prng);
    double in, out = 0;
    memcpy(&in, &bits, sizeof in);
    if (!isfinite(in))
      continue;
    struct cxd__buf b = {0};
    cxd__buf_real(&b, in);
    ck_assert_int_eq(cxd__json_real(raw(b.data), &out), 1);
    ck_assert_msg(in == out, "%s", b.data);
    cxd__buf_free(&b);
  }
}
END_TEST

/* Decimal points and exponents in every place, up to and beyond what one exact operation can do. */
START_TEST(short_reals_are_those_of_the_c_library) {
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  ck_assert(c != (locale_t)0);
  static const char *const digits[] = {"1", "85", "625", "9007199254740991", "9007199254740993", "999999999999999", "123456789012345", "100000000000000", "3"};
  for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
    for (int point = 0; point <= (int)strlen(digits[i]); point++)
      for (int exponent = -45; exponent <= 45; exponent++) {
        char text[64];
        double value = -1;
        (void)snprintf(text, sizeof text, "%.*s%s%s%se%d", point, digits[i], point ? "" : "0", digits[i][point] ? "." : "", digits[i] + point, exponent);
        ck_assert_int_eq(cxd__json_real(raw(text), &value), 1);
        ck_assert_msg(value == strtod_l(text, NULL, c), "%s gives %.17g", text, value);
      }
  freelocale(c);
}
END_TEST

START_TEST(reals_are_read_the_same_in_a_comma_locale) {
  double value = 0;
  if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8"))
    return;
  int read = cxd__json_real(checked("0.85"), &value);
  setlocale(LC_ALL, "C");
  ck_assert_int_eq(read, 1);
  ck_assert_double_eq(value, 0.85);
}
END_TEST

START_TEST(numbers_are_read_up_to_the_last_byte_of_their_text_and_no_further) {
  char *text = malloc(3); /* the sanitizers see a read behind it */
  int64_t integer = 0;
  double real = 0;
  memcpy(text, "127", 3);
  ck_assert_int_eq(cxd__json_int((struct cxd__slice){text, 3}, &integer), 1);
  ck_assert_int_eq(cxd__json_real((struct cxd__slice){text, 3}, &real), 1);
  ck_assert_int_eq(integer, 127);
  ck_assert_double_eq(real, 127);
  ck_assert_int_eq(cxd__json_int((struct cxd__slice){text, 2}, &integer), 1);
  ck_assert_int_eq(integer, 12);
  free(text);
}
END_TEST

START_TEST(booleans_are_true_and_false_only) {
  int32_t value = 7;
  ck_assert_int_eq(cxd__json_bool(checked("true"), &value), 1);
  ck_assert_int_eq(value, 1);
  ck_assert_int_eq(cxd__json_bool(checked("false"), &value), 1);
  ck_assert_int_eq(value, 0);
  static const char *const rows[] = {"0", "1", "null", "\"true\"", "[]", "{}"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_int_eq(cxd__json_bool(checked(rows[i]), &value), 0);
  ck_assert_int_eq(cxd__json_bool((struct cxd__slice){0}, &value), 0);
}
END_TEST

static const struct { const char *raw, *text; size_t len; } strings[] = {
    {"\"\"", "", 0}, {"\"abc\"", "abc", 3}, {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8}, {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6},
    {"\"\\ud83d\\ude00!\"", "\xf0\x9f\x98\x80!", 5}, {"\"a\\u0000b\"", "a\0b", 3}, {"\"\xc3\xa9\"", "\xc3\xa9", 2}, {"\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf", 4},
    {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", 11}};

START_TEST(strings_are_decoded) {
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
    size_t len = 77;
    char *text = cxd__json_string(checked(strings[i].raw), &len);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(len, strings[i].len);
    ck_assert_mem_eq(text, strings[i].text, len + 1);
    cxd__free(text);
  }
}
END_TEST

START_TEST(only_strings_are_strings) {
  static const char *const rows[] = {"1", "null", "[\"a\"]", "{\"a\":\"b\"}", "true"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_ptr_null(cxd__json_string(checked(rows[i]), NULL));
    ck_assert_int_eq(cxd__json_string_is(checked(rows[i]), rows[i]), 0);
  }
  ck_assert_ptr_null(cxd__json_string((struct cxd__slice){0}, NULL));
  ck_assert_int_eq(cxd__json_string_is((struct cxd__slice){0}, ""), 0);
  cxd__mem_fail_at(1);
  char *text = cxd__json_string(raw("\"a\""), NULL);
  cxd__mem_fail_at(0);
  ck_assert_ptr_null(text);
}
END_TEST

START_TEST(a_string_is_its_text_and_no_other) {
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
    for (size_t j = 0; j < sizeof strings / sizeof *strings; j++) {
      int same = i == j && strlen(strings[j].text) == strings[j].len;
      ck_assert_msg(cxd__json_string_is(raw(strings[i].raw), strings[j].text) == same, "%s and %s", strings[i].raw, strings[j].raw);
    }
  ck_assert_int_eq(cxd__json_string_is(raw("\"ab\""), "a"), 0);
  ck_assert_int_eq(cxd__json_string_is(raw("\"a\""), "ab"), 0);
  ck_assert_int_eq(cxd__json_string_is(raw("\"a\\u0062\""), "a"), 0);
  ck_assert_int_eq(cxd__json_string_is(raw("\"a\\u0062\""), "abc"), 0);
  ck_assert_int_eq(cxd__json_string_is(raw("\"\\u0000\""), ""), 0);
}
END_TEST

static const struct { int equal; const char *a, *b; } pairs[] = {
    {1, "1", "1.0"}, {1, "1", "10e-1"}, {1, "1", "0.1e1"}, {1, "100", "1e2"}, {1, "1e2", "1.00E+02"}, {1, "0", "-0"}, {1, "0", "0.000e55"}, {1, "0.85", "85e-2"},
    {1, "0.85", "0.8500"}, {1, "-1.50", "-15e-1"}, {1, "120", "12e1"}, {1, "1e0", "1"}, {1, "18446744073709551615", "18446744073709551615.0"},
    {1, "1e99999999999999999999", "10e99999999999999999998"}, {1, "1e100000000000000000000", "10e99999999999999999999"},
    {1, "0.1e100000000000000000000", "1e99999999999999999999"}, {1, "1e-99999999999999999999", "0.1e-99999999999999999998"},
    {1, "1e-100000000000000000000", "0.1e-99999999999999999999"}, {1, "0.001e-99999999999999999997", "1e-100000000000000000000"}, {1, "1e1000000000000000000", "10e999999999999999999"},
    {0, "1", "1.0000000000000000000000000000001"}, {0, "0.1", "0.1000000000000000055511151231257827"}, {0, "1", "-1"}, {0, "1", "10"}, {0, "12", "120"},
    {0, "18446744073709551615", "18446744073709551616"}, {0, "9007199254740992", "9007199254740993"}, {0, "1e400", "1e401"}, {0, "1e-400", "0"}, {0, "12", "21"},
    {0, "1e99999999999999999999", "1e99999999999999999998"}, {0, "1e99999999999999999999", "1e-99999999999999999999"}, {0, "1e99999999999999999999", "1"},
    {0, "1e99999999999999999999", "1e999999999999999999999"}, {0, "1e-99999999999999999999", "1e-99999999999999999998"}, {0, "1e5", "0.1e99999999999999999999"},
    {1, "\"a\"", "\"\\u0061\""}, {1, "\"\\/\"", "\"/\""}, {1, "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\""}, {1, "\"\\n\"", "\"\\u000a\""}, {1, "\"\"", "\"\""},
    {0, "\"a\"", "\"A\""}, {0, "\"a\"", "\"ab\""}, {0, "\"\\u0000\"", "\"\""}, {0, "\"\xc3\xa9\"", "\"e\xcc\x81\""},
    {1, "true", "true"}, {1, "null", "null"}, {0, "true", "false"}, {0, "null", "false"}, {0, "0", "false"}, {0, "\"1\"", "1"}, {0, "[]", "{}"}, {0, "\"\"", "null"},
    {1, "[]", "[ ]"}, {1, "[1,2]", "[ 1.0 , 2e0 ]"}, {0, "[1,2]", "[2,1]"}, {0, "[1]", "[1,1]"}, {0, "[1,1]", "[1]"}, {1, "[[1],{}]", "[[1],{ }]"},
    {1, "{\"a\":1,\"b\":2}", "{ \"b\":2.0, \"\\u0061\":1 }"}, {0, "{\"a\":1}", "{\"a\":2}"}, {0, "{\"a\":1}", "{\"b\":1}"}, {0, "{\"a\":1}", "{\"a\":1,\"b\":1}"},
    {0, "{\"a\":1,\"b\":1}", "{\"a\":1}"}, {0, "{}", "{\"a\":null}"}, {0, "{\"a\":null}", "{}"}, {1, "{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"c\":1e0}]}}"},
    {0, "{\"a\":{\"b\":[{\"c\":1}]}}", "{\"a\":{\"b\":[{\"d\":1}]}}"}};

START_TEST(equality_is_of_values_not_of_spellings) {
  struct cxd__slice a = checked(pairs[_i].a), b = checked(pairs[_i].b);
  ck_assert_msg(cxd__json_equal(a, b) == pairs[_i].equal, "%s and %s", pairs[_i].a, pairs[_i].b);
  ck_assert_msg(cxd__json_equal(b, a) == pairs[_i].equal, "%s and %s", pairs[_i].b, pairs[_i].a);
  ck_assert_int_eq(cxd__json_equal(a, a), 1);
  ck_assert_int_eq(cxd__json_equal(b, b), 1);
}
END_TEST

START_TEST(nothing_equals_nothing_but_not_null) {
  struct cxd__slice absent = {0};
  ck_assert_int_eq(cxd__json_equal(absent, absent), 1);
  ck_assert_int_eq(cxd__json_equal(absent, raw("null")), 0);
  ck_assert_int_eq(cxd__json_equal(raw("null"), absent), 0);
}
END_TEST

static void members(struct cxd__buf *b, int count, int step) {
  for (int i = 0; i < count; i++)
    cxd__buf_fmt(b, "%s\"%d\":%d", i ? "," : "{", (i * step) % count, (i * step) % count);
  cxd__buf_char(b, '}');
}

START_TEST(large_objects_in_different_orders_are_compared_fast) {
  struct cxd__buf a = {0}, b = {0};
  members(&a, 50021, 1);
  members(&b, 50021, 7919);
  clock_t start = clock();
  ck_assert_int_eq(cxd__json_equal(checked(a.data), checked(b.data)), 1);
  b.data[b.len - 2] = b.data[b.len - 2] == '1' ? '2' : '1';
  ck_assert_int_eq(cxd__json_equal(checked(a.data), checked(b.data)), 0);
  ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 2);
  cxd__buf_free(&a);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(members_in_another_order_are_compared_without_memory_too) {
  struct cxd__buf a = {0}, b = {0};
  members(&a, 199, 1);
  members(&b, 199, 83);
  cxd__mem_fail_at(1);
  int equal = cxd__json_equal(raw(a.data), raw(b.data));
  size_t asked = cxd__mem_count();
  cxd__mem_fail_at(0);
  ck_assert_int_eq(equal, 1);
  ck_assert_uint_gt(asked, 0);
  cxd__buf_free(&a);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(an_index_finds_every_member_and_nothing_else) {
  struct cxd__buf b = {0};
  struct cxd__json_index index;
  members(&b, 199, 1);
  cxd__json_index_open(&index, checked(b.data));
  for (int i = 0; i < 400; i++) {
    char key[16], value[16];
    int n = i * 83 % 211;
    (void)snprintf(key, sizeof key, "\"%d\"", n);
    (void)snprintf(value, sizeof value, "%d", n);
    struct cxd__slice found = cxd__json_index_find(&index, raw(key));
    if (n < 199)
      assert_slice(found, value);
    else
      ck_assert_ptr_null(found.p);
  }
  cxd__json_index_close(&index);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(missing_members_do_not_pass_over_a_large_value_each_time) {
  struct cxd__buf a = {0}, b = {0};
  cxd__buf_str(&a, "{\"big\":[0");
  for (int i = 0; i < 250000; i++)
    cxd__buf_str(&a, ",0");
  cxd__buf_str(&a, "]}");
  members(&b, 40000, 1);
  struct cxd__json_index index;
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  clock_t start = clock();
  cxd__json_index_open(&index, checked(a.data));
  cxd__json_walk(&iter, checked(b.data));
  while (cxd__json_next(&iter, &key, &value))
    ck_assert_ptr_null(cxd__json_index_find(&index, key).p);
  cxd__json_index_close(&index);
  ck_assert_double_lt((double)(clock() - start) / CLOCKS_PER_SEC, 2);
  cxd__buf_free(&a);
  cxd__buf_free(&b);
}
END_TEST

START_TEST(random_documents_equal_themselves_and_only_equal_ones) {
  struct cxd__prng prng = {5};
  for (int i = 0; i < 3000; i++) {
    struct cxd__buf a = {0}, b = {0}, c = {0};
    random_value(&a, &prng, 3);
    random_value(&b, &prng, 3);
    struct cxd__slice x = checked(a.data), y = checked(b.data);
    cxd__json_compact(x, &c);
    ck_assert_int_eq(cxd__json_equal(x, checked(c.data)), 1);
    ck_assert_int_eq(cxd__json_equal(x, y), cxd__json_equal(y, x));
    cxd__buf_free(&a);
    cxd__buf_free(&b);
    cxd__buf_free(&c);
  }
}
END_TEST

START_TEST(depth_counts_the_containers_around_the_innermost_value) {
  static const struct { const char *text; int depth; } rows[] = {{"1", 0}, {"\"[[\"", 0}, {"{}", 1}, {"[1]", 1}, {"[[],{\"a\":[\"[[[[\"]}]", 3}, {"{\"{\":1}", 1}, {"[[[]],[]]", 3}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_int_eq(cxd__json_depth(checked(rows[i].text)), rows[i].depth);
}
END_TEST

START_TEST(compact_text_loses_white_space_between_tokens_only) {
  struct cxd__buf b = {0};
  cxd__json_compact(checked(" { \"a b\\\" \" :\n[ 1 , 0.850 , \" x \" ] ,\t\"c\" : { } } "), &b);
  ck_assert_str_eq(b.data, "{\"a b\\\" \":[1,0.850,\" x \"],\"c\":{}}");
  cxd__buf_free(&b);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_value");
  TCase *tc = tcase_create("value");
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, kinds_and_their_names);
  tcase_add_test(tc, an_object_is_walked_member_by_member);
  tcase_add_test(tc, an_array_is_walked_without_keys);
  tcase_add_test(tc, empty_containers_scalars_and_nothing_have_no_members);
  tcase_add_test(tc, integers_are_read_exactly_in_any_spelling);
  tcase_add_test(tc, a_number_of_400_digits_is_no_integer_of_ours);
  tcase_add_test(tc, reals_are_the_nearest_double);
  tcase_add_test(tc, what_is_no_finite_number_is_no_real);
  tcase_add_test(tc, a_digit_far_behind_the_others_decides_a_tie);
  tcase_add_test(tc, random_doubles_read_back_as_they_were_written);
  tcase_add_test(tc, short_reals_are_those_of_the_c_library);
  tcase_add_test(tc, reals_are_read_the_same_in_a_comma_locale);
  tcase_add_test(tc, numbers_are_read_up_to_the_last_byte_of_their_text_and_no_further);
  tcase_add_test(tc, booleans_are_true_and_false_only);
  tcase_add_test(tc, strings_are_decoded);
  tcase_add_test(tc, only_strings_are_strings);
  tcase_add_test(tc, a_string_is_its_text_and_no_other);
  tcase_add_loop_test(tc, equality_is_of_values_not_of_spellings, 0, sizeof pairs / sizeof *pairs);
  tcase_add_test(tc, nothing_equals_nothing_but_not_null);
  tcase_add_test(tc, large_objects_in_different_orders_are_compared_fast);
  tcase_add_test(tc, members_in_another_order_are_compared_without_memory_too);
  tcase_add_test(tc, an_index_finds_every_member_and_nothing_else);
  tcase_add_test(tc, missing_members_do_not_pass_over_a_large_value_each_time);
  tcase_add_test(tc, random_documents_equal_themselves_and_only_equal_ones);
  tcase_add_test(tc, depth_counts_the_containers_around_the_innermost_value);
  tcase_add_test(tc, compact_text_loses_white_space_between_tokens_only);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

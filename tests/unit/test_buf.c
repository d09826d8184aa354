/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/buf.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "run.h"

#define ck_buf(b, text) \
  do { \
    ck_assert(!(b).failed); \
    ck_assert_uint_eq((b).len, strlen(text)); \
    ck_assert_str_eq((b).data, text); \
    cxd__buf_free(&(b)); \
  } while (0)

START_TEST(grows_and_stays_terminated) {
  struct cxd__buf b = {0};
  struct cxd__buf all = {0};
  for (int i = 0; i < 1000; i++) {
    cxd__buf_int(&b, i);
    cxd__buf_fmt(&all, "%d", i);
    ck_assert_uint_eq(strlen(b.data), b.len);
  }
  ck_assert_str_eq(b.data, all.data);
  cxd__buf_free(&b);
  cxd__buf_free(&all);
}
END_TEST

START_TEST(integers_at_the_ends_of_the_range) {
  struct cxd__buf b = {0};
  cxd__buf_int(&b, INT64_MIN);
  cxd__buf_char(&b, ' ');
  cxd__buf_int(&b, INT64_MAX);
  cxd__buf_char(&b, ' ');
  cxd__buf_int(&b, 0);
  ck_buf(b, "-9223372036854775808 9223372036854775807 0");
}
END_TEST

START_TEST(reals_take_the_shortest_spelling_that_reads_back) {
  static const struct { double value; const char *text; } rows[] = {
      {0.85, "0.85"}, {0.1, "0.1"}, {1.0 / 3, "0.3333333333333333"}, {1e22, "1e+22"}, {-0.5, "-0.5"}, {100, "100"},
      {5e-324, "4.94065645841247e-324"}, {NAN, "null"}, {INFINITY, "null"}, {0.1 + 0.2, "0.30000000000000004"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__buf b = {0};
    cxd__buf_real(&b, rows[i].value);
    ck_buf(b, rows[i].text);
  }
}
END_TEST

START_TEST(reals_keep_their_point_in_a_comma_locale) {
  if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8"))
    return; /* the locale is installed by tools/test.sh; the run under it asserts it is there */
  struct cxd__buf b = {0};
  cxd__buf_real(&b, 0.85);
  setlocale(LC_ALL, "C");
  ck_buf(b, "0.85");
}
END_TEST

START_TEST(strings_are_escaped_and_rubbish_is_replaced) {
  static const struct { const char *in; size_t len; const char *out; } rows[] = {
      {"a\"b\\c\n\t\r\b\f\x01\x7f", 12, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u007f\""},
      {"", 0, "\"\""},
      {"z\0z", 3, "\"z\\u0000z\""},
      {"\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\""},
      {"\xff\xc3", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct cxd__buf b = {0};
    cxd__buf_json(&b, rows[i].in, rows[i].len);
    ck_buf(b, rows[i].out);
  }
  struct cxd__buf b = {0};
  cxd__buf_json_str(&b, NULL);
  ck_buf(b, "null");
}
END_TEST

START_TEST(a_failed_growth_sticks_and_take_gives_null) {
  struct cxd__buf b = {0};
  cxd__buf_str(&b, "kept");
  cxd__mem_fail_at(1);
  for (int i = 0; i < 100; i++)
    cxd__buf_str(&b, "more and more");
  cxd__mem_fail_at(0);
  ck_assert(b.failed);
  size_t len = b.len;
  cxd__buf_str(&b, "x");
  ck_assert_uint_eq(b.len, len);
  ck_assert_ptr_null(cxd__buf_take(&b));
  cxd__buf_str(&b, "works again");
  ck_buf(b, "works again");
}
END_TEST

START_TEST(take_of_an_empty_buffer_is_the_empty_text) {
  struct cxd__buf b = {0};
  char *text = cxd__buf_take(&b);
  ck_assert_str_eq(text, "");
  cxd__free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("buf");
  TCase *tc = tcase_create("buf");
  tcase_add_test(tc, grows_and_stays_terminated);
  tcase_add_test(tc, integers_at_the_ends_of_the_range);
  tcase_add_test(tc, reals_take_the_shortest_spelling_that_reads_back);
  tcase_add_test(tc, reals_keep_their_point_in_a_comma_locale);
  tcase_add_test(tc, strings_are_escaped_and_rubbish_is_replaced);
  tcase_add_test(tc, a_failed_growth_sticks_and_take_gives_null);
  tcase_add_test(tc, take_of_an_empty_buffer_is_the_empty_text);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

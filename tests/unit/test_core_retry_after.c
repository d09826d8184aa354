/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/random.h"
#include "core/verdict.h"

#include <string.h>

#include "run.h"

#define HUGE_WAIT INT64_MAX
#define NOW_MS INT64_C(1792584000000) /* 2026-10-21T12:00:00Z */
#define DATE "Wed, 21 Oct 2026 12:00:00 GMT"

static int64_t parse(const char *field) { return cxd__retry_after_ms(field, NULL, NOW_MS); }

static void assert_ms(const char *field, int64_t ms) {
  int64_t got = parse(field);
  ck_assert_msg(got == ms, "\"%s\": %lld instead of %lld", field ? field : "(none)", (long long)got, (long long)ms);
}

START_TEST(digits_are_seconds) {
  assert_ms("0", 0);
  assert_ms("1", 1000);
  assert_ms("120", 120000);
  assert_ms("604800", 604800000);
  assert_ms(" \t120\t ", 120000);
  assert_ms("0000000000000120", 120000);
  assert_ms("9999999999", 9999999999000);
}
END_TEST

START_TEST(more_than_ten_digits_are_huge_and_never_zero) {
  assert_ms("10000000000", HUGE_WAIT);
  assert_ms("99999999999999999999999", HUGE_WAIT);
  assert_ms("18446744073709551616", HUGE_WAIT);
  assert_ms("18446744073709551617", HUGE_WAIT);
}
END_TEST

START_TEST(what_is_not_delay_seconds_is_ignored) {
  static const char *const fields[] = {NULL, "", " ", "-1", "-0", "+5", "1.5", "1e3", "12abc", "0x10", "abc", "1 2", "12;", "\"12\"", "1_000", "\xd9\xa1", "now", "60s", "\v60", "60\n"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    assert_ms(fields[i], -1);
}
END_TEST

START_TEST(the_three_forms_of_a_date_are_read) {
  assert_ms("Wed, 21 Oct 2026 12:01:30 GMT", 90000);
  assert_ms("Wednesday, 21-Oct-26 12:01:30 GMT", 90000);
  assert_ms("Wed Oct 21 12:01:30 2026", 90000);
  assert_ms(" Wed, 21 Oct 2026 12:01:30 GMT ", 90000);
}
END_TEST

START_TEST(a_day_of_one_digit_is_padded_with_a_space_in_asctime) {
  ck_assert_int_eq(cxd__retry_after_ms("Sun Nov  1 00:00:10 2026", "Sun, 01 Nov 2026 00:00:00 GMT", NOW_MS), 10000);
  ck_assert_int_eq(cxd__retry_after_ms("Sun Nov 1 00:00:10 2026", "Sun, 01 Nov 2026 00:00:00 GMT", NOW_MS), -1);
  ck_assert_int_eq(cxd__retry_after_ms("Sun Nov 01 00:00:10 2026", "Sun, 01 Nov 2026 00:00:00 GMT", NOW_MS), 10000);
}
END_TEST

START_TEST(the_past_is_zero_and_never_negative) {
  assert_ms("Wed, 21 Oct 2026 12:00:00 GMT", 0);
  assert_ms("Wed, 21 Oct 2026 11:59:59 GMT", 0);
  assert_ms("Sun, 06 Nov 1994 08:49:37 GMT", 0);
  assert_ms("Sunday, 06-Nov-94 08:49:37 GMT", 0);
  assert_ms("Sun Nov  6 08:49:37 1994", 0);
  assert_ms("Thu, 01 Jan 0000 00:00:00 GMT", 0);
}
END_TEST

START_TEST(a_date_more_than_a_day_away_is_huge) {
  assert_ms("Thu, 22 Oct 2026 12:00:00 GMT", 86400000);
  assert_ms("Thu, 22 Oct 2026 12:00:01 GMT", HUGE_WAIT);
  assert_ms("Fri, 31 Dec 9999 23:59:59 GMT", HUGE_WAIT);
}
END_TEST

START_TEST(the_answers_own_date_takes_out_the_difference_of_the_clocks) {
  ck_assert_int_eq(cxd__retry_after_ms("Wed, 21 Oct 2026 12:01:30 GMT", "Wed, 21 Oct 2026 12:01:00 GMT", 0), 30000);
  ck_assert_int_eq(cxd__retry_after_ms("Wed, 21 Oct 2026 12:01:30 GMT", "Wednesday, 21-Oct-26 12:01:00 GMT", NOW_MS + 5000000), 30000);
  ck_assert_int_eq(cxd__retry_after_ms("30", "garbage", 0), 30000);
}
END_TEST

START_TEST(without_a_readable_date_the_wall_clock_counts) {
  static const char *const dates[] = {NULL, "", "yesterday", "120", "Wed, 21 Oct 2026 12:00:00 GMT, x"};
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
    ck_assert_int_eq(cxd__retry_after_ms("Wed, 21 Oct 2026 12:01:30 GMT", dates[i], NOW_MS + 60000), 30000);
}
END_TEST

START_TEST(malformed_dates_are_ignored) {
  static const char *const fields[] = {
      "Wed, 21 Oct 2026 12:01:30",      "Wed, 21 Oct 2026 12:01:30 UTC",  "Wed, 21 Oct 2026 12:01:30 +0000", "wed, 21 oct 2026 12:01:30 gmt",  "21 Oct 2026 12:01:30 GMT",
      "Wed, 1 Oct 2026 12:01:30 GMT",   "Wed, 21 Okt 2026 12:01:30 GMT",  "Wed, 21 Oct 26 12:01:30 GMT",     "Wed, 21 Oct 2026 24:00:00 GMT",  "Wed, 21 Oct 2026 12:60:00 GMT",
      "Wed, 21 Oct 2026 12:00:61 GMT",  "Wed, 00 Oct 2026 12:01:30 GMT",  "Wed, 32 Oct 2026 12:01:30 GMT",   "Mon, 30 Feb 2026 12:01:30 GMT",  "Sun, 29 Feb 2026 12:01:30 GMT",
      "Wed, 31 Sep 2026 12:01:30 GMT",  "Wednesday, 21 Oct 2026 12:01:30 GMT", "Wed, 21-Oct-26 12:01:30 GMT", "Wednesday Oct 21 12:01:30 2026", "2026-10-21T12:01:30Z",
      "Wed, 21 Oct 2026 12:01:30 GMTx", "Wed,21 Oct 2026 12:01:30 GMT",   "Wed, 21 Oct 2026 1:01:30 GMT",    "Wed",                            "Wed, ",
      "Wed, 21 Oct 20260 12:01:30 GMT", "Wed Oct 21 12:01:30 2026 GMT"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    assert_ms(fields[i], -1);
}
END_TEST

START_TEST(leap_days_and_leap_seconds_exist) {
  ck_assert_int_eq(cxd__retry_after_ms("Thu, 29 Feb 2024 00:00:00 GMT", "Wed, 28 Feb 2024 23:59:30 GMT", 0), 30000);
  ck_assert_int_eq(cxd__retry_after_ms("Tue, 29 Feb 2000 00:00:00 GMT", "Mon, 28 Feb 2000 23:59:30 GMT", 0), 30000);
  ck_assert_int_eq(cxd__retry_after_ms("Mon, 29 Feb 2100 00:00:00 GMT", DATE, NOW_MS), -1);
  ck_assert_int_eq(cxd__retry_after_ms("Sat, 31 Dec 2016 23:59:60 GMT", "Sat, 31 Dec 2016 23:59:30 GMT", 0), 30000);
}
END_TEST

START_TEST(a_two_digit_year_more_than_50_years_ahead_is_in_the_past_century) {
  assert_ms("Wednesday, 21-Oct-76 12:00:00 GMT", HUGE_WAIT); /* 2076 */
  assert_ms("Friday, 21-Oct-77 12:00:00 GMT", 0);            /* 1977 */
}
END_TEST

START_TEST(of_a_list_the_largest_valid_element_counts) {
  assert_ms("120, 30", 120000);
  assert_ms("30,120", 120000);
  assert_ms("30, junk, 60", 60000);
  assert_ms("junk, -5", -1);
  assert_ms("junk,7", 7000);
  assert_ms(",,", -1);
  assert_ms(", 5 ,", 5000);
  assert_ms("5, Wed, 21 Oct 2026 12:01:30 GMT", 90000);
  assert_ms("Wed, 21 Oct 2026 12:01:30 GMT, 300", 300000);
  assert_ms("Wed, 21 Oct 2026 12:01:30 GMT, Wed, 21 Oct 2026 12:02:00 GMT", 120000);
  assert_ms("30, 99999999999", HUGE_WAIT);
}
END_TEST

START_TEST(no_text_makes_it_fail_or_answer_a_negative_wait) {
  static const char alphabet[] = "0123456789 ,-:+.GMTWedOctSunNov\t";
  struct cxd__prng prng = {7};
  char field[64];
  for (int i = 0; i < 200000; i++) {
    size_t len = (size_t)(cxd__prng_next(&prng) % sizeof field);
    for (size_t k = 0; k < len; k++)
      field[k] = alphabet[cxd__prng_next(&prng) % (sizeof alphabet - 1)];
    field[len < sizeof field ? len : sizeof field - 1] = '\0';
    ck_assert_int_ge(parse(field), -1);
  }
}
END_TEST

START_TEST(a_valid_date_with_any_byte_changed_does_no_harm) {
  const char *valid = "Wed, 21 Oct 2026 12:01:30 GMT";
  for (size_t at = 0; at < strlen(valid); at++)
    for (int c = 1; c < 256; c++) {
      char field[64];
      (void)strcpy(field, valid);
      field[at] = (char)c;
      ck_assert_int_ge(parse(field), -1);
    }
}
END_TEST

START_TEST(clocks_far_from_today_do_no_harm) {
  static const int64_t walls[] = {INT64_MIN / 2, -1, 0, INT64_C(253402300800000), INT64_MAX / 2};
  for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
    ck_assert_int_ge(cxd__retry_after_ms("Wednesday, 21-Oct-26 12:01:30 GMT", NULL, walls[i]), 0);
    ck_assert_int_ge(cxd__retry_after_ms("Wed, 21 Oct 2026 12:01:30 GMT", NULL, walls[i]), 0);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("core_retry_after");
  TCase *t = tcase_create("parser");
  suite_add_tcase(suite, t);
  tcase_add_test(t, digits_are_seconds);
  tcase_add_test(t, more_than_ten_digits_are_huge_and_never_zero);
  tcase_add_test(t, what_is_not_delay_seconds_is_ignored);
  tcase_add_test(t, the_three_forms_of_a_date_are_read);
  tcase_add_test(t, a_day_of_one_digit_is_padded_with_a_space_in_asctime);
  tcase_add_test(t, the_past_is_zero_and_never_negative);
  tcase_add_test(t, a_date_more_than_a_day_away_is_huge);
  tcase_add_test(t, the_answers_own_date_takes_out_the_difference_of_the_clocks);
  tcase_add_test(t, without_a_readable_date_the_wall_clock_counts);
  tcase_add_test(t, malformed_dates_are_ignored);
  tcase_add_test(t, leap_days_and_leap_seconds_exist);
  tcase_add_test(t, a_two_digit_year_more_than_50_years_ahead_is_in_the_past_century);
  tcase_add_test(t, of_a_list_the_largest_valid_element_counts);
  tcase_add_test(t, no_text_makes_it_fail_or_answer_a_negative_wait);
  tcase_add_test(t, a_valid_date_with_any_byte_changed_does_no_harm);
  tcase_add_test(t, clocks_far_from_today_do_no_harm);
  return run_suite(suite);
}

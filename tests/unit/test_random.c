/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/random.h"

#include <stdlib.h>
#include <string.h>

#include "run.h"

START_TEST(the_kernel_gives_different_bytes_each_time) {
  unsigned char a[64] = {0}, b[64] = {0};
  ck_assert_int_eq(cxd__random_bytes(a, sizeof a), 0);
  ck_assert_int_eq(cxd__random_bytes(b, sizeof b), 0);
  ck_assert_mem_ne(a, b, sizeof a);
  ck_assert_int_eq(cxd__random_bytes(a, 0), 0);
}
END_TEST

START_TEST(more_bytes_than_one_call_gives_are_filled_to_the_end) {
  size_t len = 1 << 20;
  unsigned char *bytes = calloc(1, len);
  ck_assert_int_eq(cxd__random_bytes(bytes, len), 0);
  int zeros = 0;
  for (size_t i = len - 64; i < len; i++)
    zeros += bytes[i] == 0;
  ck_assert_int_lt(zeros, 16);
  free(bytes);
}
END_TEST

/* From the reference implementation of splitmix64 with seed 1234567. */
START_TEST(the_generator_gives_the_published_numbers) {
  static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u, 16408922859458223821u};
  struct cxd__prng prng = {1234567};
  for (size_t i = 0; i < 5; i++)
    ck_assert_uint_eq(cxd__prng_next(&prng), expected[i]);
}
END_TEST

START_TEST(equal_seeds_give_equal_numbers_and_others_do_not) {
  struct cxd__prng a = {1}, b = {1}, c = {2};
  for (int i = 0; i < 100; i++) {
    uint64_t x = cxd__prng_next(&a);
    ck_assert_uint_eq(x, cxd__prng_next(&b));
    ck_assert_uint_ne(x, cxd__prng_next(&c));
  }
}
END_TEST

static void assert_uuid7(const char *text) {
  ck_assert_uint_eq(strlen(text), 36);
  for (size_t i = 0; i < 36; i++)
    if (i == 8 || i == 13 || i == 18 || i == 23)
      ck_assert_int_eq(text[i], '-');
    else
      ck_assert_ptr_nonnull(strchr("0123456789abcdef", text[i]));
  ck_assert_int_eq(text[14], '7');
  ck_assert_ptr_nonnull(strchr("89ab", text[19]));
}

START_TEST(a_uuid_has_the_form_of_version_7) {
  static const int64_t times[] = {0, 1, 1795363200000, 0xffffffffffff, 0x1000000000000, -1, INT64_MAX, INT64_MIN};
  struct cxd__prng prng = {9};
  for (int round = 0; round < 500; round++)
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
      char text[37];
      cxd__uuid7(times[i], &prng, text);
      assert_uuid7(text);
    }
}
END_TEST

/* The example time of RFC 9562, appendix A.6. */
START_TEST(a_uuid_starts_with_its_milliseconds) {
  struct cxd__prng prng = {9};
  char text[37];
  cxd__uuid7(0x017f22e279b0, &prng, text);
  ck_assert_int_eq(strncmp(text, "017f22e2-79b0-7", 15), 0);
}
END_TEST

START_TEST(uuids_sort_by_time) {
  struct cxd__prng prng = {3};
  char before[37] = "", text[37];
  for (int64_t ms = 1795363200000; ms < 1795363202000; ms++) {
    cxd__uuid7(ms, &prng, text);
    ck_assert_int_gt(strcmp(text, before), 0);
    memcpy(before, text, sizeof before);
  }
}
END_TEST

enum { MANY = 20000 };

static int by_text(const void *a, const void *b) { return memcmp(a, b, 37); }

START_TEST(uuids_of_one_millisecond_differ) {
  static char all[MANY][37];
  struct cxd__prng prng = {5};
  for (int i = 0; i < MANY; i++)
    cxd__uuid7(1795363200000, &prng, all[i]);
  qsort(all, MANY, sizeof all[0], by_text);
  for (int i = 1; i < MANY; i++)
    ck_assert_str_ne(all[i - 1], all[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("random");
  TCase *t = tcase_create("random");
  suite_add_tcase(suite, t);
  tcase_add_test(t, the_kernel_gives_different_bytes_each_time);
  tcase_add_test(t, more_bytes_than_one_call_gives_are_filled_to_the_end);
  tcase_add_test(t, the_generator_gives_the_published_numbers);
  tcase_add_test(t, equal_seeds_give_equal_numbers_and_others_do_not);
  tcase_add_test(t, a_uuid_has_the_form_of_version_7);
  tcase_add_test(t, a_uuid_starts_with_its_milliseconds);
  tcase_add_test(t, uuids_sort_by_time);
  tcase_add_test(t, uuids_of_one_millisecond_differ);
  return run_suite(suite);
}

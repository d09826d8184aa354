/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/abi.h"

#include <string.h>

#include "base/error.h"
#include "run.h"

typedef void (*method)(void *);

/* One table in its first, present and a later version. */
struct v1 {
  size_t size;
  void *user_data;
  method destroy, first;
};
struct v2 {
  struct v1 v1;
  method second;
};
struct v3 {
  struct v2 v2;
  method third;
};

static void nothing(void *context) { (void)context; }
static void count(void *context) { ++*(int *)context; }

static cxd_status copy(struct v2 *out, const void *theirs) { return cxd__abi_copy(out, sizeof *out, sizeof(struct v1), theirs, "cxd_thing", NULL); }

START_TEST(a_table_of_our_size_is_copied) {
  struct v2 theirs = {{sizeof theirs, &theirs, nothing, nothing}, nothing}, ours;
  memset(&ours, 0x55, sizeof ours);
  ck_assert_int_eq(copy(&ours, &theirs), CXD_OK);
  ck_assert_mem_eq(&ours, &theirs, sizeof ours);
}
END_TEST

START_TEST(an_older_table_gets_defaults_for_the_rest) {
  struct v1 theirs = {sizeof theirs, NULL, nothing, nothing};
  struct v2 ours;
  memset(&ours, 0x55, sizeof ours);
  ck_assert_int_eq(copy(&ours, &theirs), CXD_OK);
  ck_assert(ours.second == NULL);
  ck_assert(ours.v1.first == nothing);
}
END_TEST

START_TEST(a_size_between_two_versions_copies_whole_what_is_there) {
  unsigned char theirs[sizeof(struct v2)] = {0};
  struct v2 ours;
  size_t size = sizeof(struct v1) + 1;
  memcpy(theirs, &size, sizeof size);
  ck_assert_int_eq(copy(&ours, theirs), CXD_OK);
  ck_assert(ours.second == NULL);
}
END_TEST

START_TEST(a_table_smaller_than_version_1_is_refused_and_nothing_is_written) {
  struct v1 theirs = {sizeof theirs, NULL, nothing, nothing};
  struct v2 ours, before;
  static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(struct v1) - 1};
  memset(&ours, 0x55, sizeof ours);
  before = ours;
  for (size_t i = 0; i < 4; i++) {
    cxd_error *error = NULL;
    theirs.size = sizes[i];
    ck_assert_int_eq(cxd__abi_copy(&ours, sizeof ours, sizeof(struct v1), &theirs, "cxd_thing", &error), CXD_E_ABI);
    ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "cxd_thing.size"));
    ck_assert_mem_eq(&ours, &before, sizeof ours);
    cxd_error_free(error);
  }
}
END_TEST

START_TEST(a_newer_table_is_taken_when_what_we_do_not_know_is_unused) {
  struct v3 theirs = {{{sizeof theirs, NULL, nothing, nothing}, nothing}, NULL};
  struct v2 ours;
  ck_assert_int_eq(copy(&ours, &theirs), CXD_OK);
  ck_assert_uint_eq(ours.v1.size, sizeof theirs);
  theirs.third = nothing;
  ck_assert_int_eq(copy(&ours, &theirs), CXD_E_ABI);
}
END_TEST

START_TEST(a_size_that_was_never_set_is_refused_without_a_look_behind_the_table) {
  struct v2 theirs = {{SIZE_MAX, NULL, nothing, nothing}, nothing}, ours;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__abi_copy(&ours, sizeof ours, sizeof(struct v1), &theirs, "cxd_thing", &error), CXD_E_ABI);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "is no size of a table: set it to sizeof(cxd_thing)"));
  cxd_error_free(error);
  theirs.v1.size = 65537;
  ck_assert_int_eq(copy(&ours, &theirs), CXD_E_ABI);
}
END_TEST

START_TEST(discarding_runs_destroy_once_with_its_context) {
  int runs = 0;
  struct v2 theirs = {{sizeof theirs, &runs, count, nothing}, NULL};
  cxd__abi_discard(&theirs);
  ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(discarding_a_table_too_short_for_destroy_or_without_one_does_nothing) {
  int runs = 0;
  struct v2 theirs = {{2 * sizeof(size_t), &runs, count, nothing}, NULL};
  cxd__abi_discard(&theirs);
  theirs.v1 = (struct v1){sizeof theirs, &runs, NULL, nothing};
  cxd__abi_discard(&theirs);
  ck_assert_int_eq(runs, 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("abi");
  TCase *t = tcase_create("abi");
  suite_add_tcase(suite, t);
  tcase_add_test(t, a_table_of_our_size_is_copied);
  tcase_add_test(t, an_older_table_gets_defaults_for_the_rest);
  tcase_add_test(t, a_size_between_two_versions_copies_whole_what_is_there);
  tcase_add_test(t, a_table_smaller_than_version_1_is_refused_and_nothing_is_written);
  tcase_add_test(t, a_newer_table_is_taken_when_what_we_do_not_know_is_unused);
  tcase_add_test(t, a_size_that_was_never_set_is_refused_without_a_look_behind_the_table);
  tcase_add_test(t, discarding_runs_destroy_once_with_its_context);
  tcase_add_test(t, discarding_a_table_too_short_for_destroy_or_without_one_does_nothing);
  return run_suite(suite);
}

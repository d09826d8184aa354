/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _DEFAULT_SOURCE /* getpagesize */
#include "base/secret.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

START_TEST(a_secret_keeps_its_bytes_and_ends_with_a_zero) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, "s3\0cret", 7), 0);
  ck_assert_uint_eq(secret.len, 7);
  ck_assert_mem_eq(secret.text, "s3\0cret\0", 8);
  cxd__secret_clear(&secret);
  ck_assert_ptr_null(secret.text);
  ck_assert_uint_eq(secret.len, 0);
}
END_TEST

START_TEST(lengths_around_a_page_leave_room_for_the_zero) {
  size_t page = (size_t)getpagesize();
  char *text = malloc(2 * page + 1);
  memset(text, 'x', 2 * page + 1);
  size_t lengths[] = {0, 1, page - 1, page, page + 1, 2 * page - 1, 2 * page};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct cxd__secret secret = {0};
    ck_assert_int_eq(cxd__secret_set(&secret, text, lengths[i]), 0);
    ck_assert_uint_ge(secret.mapped, lengths[i] + 1);
    ck_assert_uint_eq(strlen(secret.text), lengths[i]);
    cxd__secret_clear(&secret);
  }
  free(text);
}
END_TEST

START_TEST(setting_again_replaces_the_text_also_with_a_part_of_itself) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, "first", 5), 0);
  ck_assert_int_eq(cxd__secret_set(&secret, secret.text + 1, 3), 0);
  ck_assert_str_eq(secret.text, "irs");
  cxd__secret_clear(&secret);
  cxd__secret_clear(&secret);
}
END_TEST

/* Flags of the mapping that holds p, from /proc: "lo" locked, "dd" not dumped, "wf" wiped on fork. */
static int has_flag(const char *p, const char *flag) {
  FILE *maps = fopen("/proc/self/smaps", "r");
  char line[512];
  int inside = 0, found = 0;
  while (maps && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
      inside = (uintptr_t)p >= from && (uintptr_t)p < to;
    else if (inside && strncmp(line, "VmFlags:", 8) == 0)
      found = strstr(line, flag) != NULL;
  }
  if (maps)
    (void)fclose(maps);
  return found;
}

/* The sanitizers turn mlock() off, and so may a limit. */
static int may_lock(void) {
  struct rlimit limit;
  const char *fork_mode = getenv("CK_FORK");
  int sanitized = fork_mode && strcmp(fork_mode, "no") == 0;
  return !sanitized && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= 65536;
}

START_TEST(its_pages_are_locked_left_out_of_core_dumps_and_wiped_in_a_child) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, "s3cret", 6), 0);
  ck_assert_int_eq(has_flag(secret.text, " dd"), 1);
  ck_assert_int_eq(has_flag(secret.text, " wf"), 1);
  if (may_lock())
    ck_assert_int_eq(has_flag(secret.text, " lo"), 1);
  cxd__secret_clear(&secret);
}
END_TEST

START_TEST(a_forked_child_reads_zeros) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, "s3cret", 6), 0);
  pid_t child = fork();
  if (child == 0)
    _exit(memcmp(secret.text, "\0\0\0\0\0\0", 6) == 0 ? 0 : 1);
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 0);
  ck_assert_str_eq(secret.text, "s3cret");
  cxd__secret_clear(&secret);
}
END_TEST

START_TEST(a_low_limit_of_locked_memory_stops_nobody) {
  struct rlimit old, none = {0, 0};
  struct cxd__secret secret = {0};
  ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &old), 0);
  none.rlim_max = old.rlim_max;
  ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
  int status = cxd__secret_set(&secret, "s3cret", 6);
  ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &old), 0);
  ck_assert_int_eq(status, 0);
  ck_assert_str_eq(secret.text, "s3cret");
  cxd__secret_clear(&secret);
}
END_TEST

START_TEST(without_memory_the_old_value_is_kept) {
  struct cxd__secret secret = {0};
  ck_assert_int_eq(cxd__secret_set(&secret, "old", 3), 0);
  ck_assert_int_eq(cxd__secret_set(&secret, "new", SIZE_MAX / 4), -1);
  ck_assert_str_eq(secret.text, "old");
  cxd__secret_clear(&secret);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("secret");
  TCase *t = tcase_create("secret");
  suite_add_tcase(suite, t);
  tcase_add_test(t, a_secret_keeps_its_bytes_and_ends_with_a_zero);
  tcase_add_test(t, lengths_around_a_page_leave_room_for_the_zero);
  tcase_add_test(t, setting_again_replaces_the_text_also_with_a_part_of_itself);
  tcase_add_test(t, its_pages_are_locked_left_out_of_core_dumps_and_wiped_in_a_child);
  tcase_add_test(t, a_forked_child_reads_zeros);
  tcase_add_test(t, a_low_limit_of_locked_memory_stops_nobody);
  tcase_add_test(t, without_memory_the_old_value_is_kept);
  return run_suite(suite);
}

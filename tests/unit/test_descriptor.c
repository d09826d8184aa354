/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_DUPFD_CLOEXEC */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run.h"

static int kept[3]; /* the standard descriptors, out of the way */

static void setup(void) {
  for (int fd = 0; fd < 3; fd++) {
    kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 50);
    ck_assert_int_ge(kept[fd], 50);
  }
}

static void teardown(void) {
  for (int fd = 0; fd < 3; fd++) {
    (void)dup2(kept[fd], fd);
    (void)close(kept[fd]);
  }
}

START_TEST(a_descriptor_below_three_is_changed_for_a_higher_one) {
  (void)close(_i);
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int apart = cxd__fd_apart(fd);
  int taken = fcntl(fd, F_GETFD);
  (void)dup2(kept[_i], _i); /* Check wants to print */
  ck_assert_int_eq(fd, _i);
  ck_assert_int_ge(apart, 3);
  ck_assert_int_eq(taken, -1);
  ck_assert_int_eq(fcntl(apart, F_GETFD), FD_CLOEXEC);
  (void)close(apart);
}
END_TEST

START_TEST(another_one_stays_what_it_is) {
  ck_assert_int_eq(cxd__fd_apart(kept[0]), kept[0]);
  ck_assert_int_ge(fcntl(kept[0], F_GETFD), 0);
}
END_TEST

START_TEST(a_failure_keeps_its_reason) {
  errno = ENXIO;
  ck_assert_int_eq(cxd__fd_apart(-1), -1);
  ck_assert_int_eq(errno, ENXIO);
}
END_TEST

START_TEST(where_there_is_no_higher_one_nothing_is_left_open) {
  struct rlimit before, none;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 3;
  (void)close(0);
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  (void)setrlimit(RLIMIT_NOFILE, &none);
  int apart = cxd__fd_apart(fd), number = errno;
  (void)setrlimit(RLIMIT_NOFILE, &before);
  int taken = fcntl(0, F_GETFD);
  ck_assert_int_eq(fd, 0);
  ck_assert_int_eq(apart, -1);
  ck_assert_int_ne(number, 0);
  ck_assert_int_eq(taken, -1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("descriptor");
  TCase *tcase = suite_case(suite, "descriptor", setup, teardown);
  tcase_add_loop_test(tcase, a_descriptor_below_three_is_changed_for_a_higher_one, 0, 3);
  tcase_add_test(tcase, another_one_stays_what_it_is);
  tcase_add_test(tcase, a_failure_keeps_its_reason);
  tcase_add_test(tcase, where_there_is_no_higher_one_nothing_is_left_open);
  return run_suite(suite);
}

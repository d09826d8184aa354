/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_DUPFD_CLOEXEC */
#include "http/multi.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

#define MOST 128

static int like;

static void setup(void) {
  like = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  ck_assert_int_ge(like, 3);
  ck_assert_int_eq(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
}

static void teardown(void) { (void)close(like); }

/* What is open and would be inherited by a program. */
static size_t inherited(void) {
  size_t count = 0;
  for (int fd = 0; fd < MOST; fd++)
    count += fcntl(fd, F_GETFD) == 0;
  return count;
}

static size_t opened(void) {
  size_t count = 0;
  for (int fd = 0; fd < MOST; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

START_TEST(what_libcurl_opens_is_not_inherited) {
  size_t before = inherited(), count = opened();
  CURLM *multi = cxd__multi_new(like);
  ck_assert_ptr_nonnull(multi);
  ck_assert_uint_eq(inherited(), before);
  ck_assert_int_eq(curl_multi_cleanup(multi), CURLM_OK);
  ck_assert_uint_eq(opened(), count);
}
END_TEST

/* Free numbers between others, and sockets of the host's on both sides. */
START_TEST(sockets_of_the_host_stay_as_they_are) {
  int pairs[4][2];
  for (int i = 0; i < 4; i++)
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
  (void)close(pairs[1][0]);
  (void)close(pairs[2][1]);
  size_t before = inherited();
  CURLM *multi = cxd__multi_new(like);
  ck_assert_uint_eq(inherited(), before);
  ck_assert_int_eq(fcntl(pairs[1][1], F_GETFD) | fcntl(pairs[2][0], F_GETFD), 0);
  ck_assert_int_eq(curl_multi_wakeup(multi), CURLM_OK);
  int woken = 0, waiting = 1;
  ck_assert_int_eq(curl_multi_poll(multi, NULL, 0, 60000, &woken), CURLM_OK);
  ck_assert_int_eq(curl_multi_perform(multi, &waiting), CURLM_OK);
  (void)curl_multi_cleanup(multi);
  for (int i = 0; i < 8; i++)
    if (i != 2 && i != 5)
      (void)close(pairs[i / 2][i % 2]);
}
END_TEST

START_TEST(standard_descriptors_that_are_closed_stay_free) {
  int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 50);
  (void)close(STDIN_FILENO);
  CURLM *multi = cxd__multi_new(like);
  int taken = fcntl(STDIN_FILENO, F_GETFD);
  (void)curl_multi_cleanup(multi);
  (void)dup2(input, STDIN_FILENO);
  (void)close(input);
  ck_assert_ptr_nonnull(multi);
  ck_assert_int_eq(taken, -1);
}
END_TEST

START_TEST(without_descriptors_it_ends) {
  struct rlimit before, none;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = (rlim_t)like + 1;
  size_t count = opened();
  (void)setrlimit(RLIMIT_NOFILE, &none);
  CURLM *multi = cxd__multi_new(like);
  (void)setrlimit(RLIMIT_NOFILE, &before);
  if (multi)
    (void)curl_multi_cleanup(multi);
  ck_assert_uint_eq(opened(), count);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http_multi");
  TCase *tcase = suite_case(suite, "http_multi", setup, teardown);
  tcase_add_test(tcase, what_libcurl_opens_is_not_inherited);
  tcase_add_test(tcase, sockets_of_the_host_stay_as_they_are);
  tcase_add_test(tcase, standard_descriptors_that_are_closed_stay_free);
  tcase_add_test(tcase, without_descriptors_it_ends);
  return run_suite(suite);
}

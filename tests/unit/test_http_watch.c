/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The kernel is told of a wish only when it must hear it, and nothing is missed or comes again and again for that. */
#define _GNU_SOURCE /* epoll_create1 */
#include "http/watch.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

static struct cxd__watch watch;
static int pair[2];

static void setup(void) {
  watch = (struct cxd__watch){.epoll = epoll_create1(EPOLL_CLOEXEC)};
  ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

static void teardown(void) {
  cxd__watch_free(&watch);
  (void)close(watch.epoll);
  (void)close(pair[0]);
  (void)close(pair[1]);
}

/* What libcurl would hear now. */
static uint32_t heard(void) {
  struct epoll_event event;
  if (epoll_wait(watch.epoll, &event, 1, 0) != 1)
    return 0;
  ck_assert_int_eq(event.data.fd, pair[0]);
  return cxd__watch_heed(&watch, event.data.fd, event.events);
}

static int kernel_reports(void) {
  struct epoll_event event;
  return epoll_wait(watch.epoll, &event, 1, 0) == 1;
}

static void say(void) { ck_assert_int_eq(write(pair[1], "x", 1), 1); }

START_TEST(what_is_wanted_is_heard) {
  cxd__watch_opened(&watch, pair[0]);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  ck_assert_uint_eq(heard(), 0);
  say();
  ck_assert_uint_eq(heard(), EPOLLIN);
}
END_TEST

START_TEST(a_wish_that_came_back_is_heard_without_a_word_to_the_kernel) {
  int real = watch.epoll;
  cxd__watch_opened(&watch, pair[0]);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  watch.epoll = -1; /* nothing can be said now */
  cxd__watch_want(&watch, pair[0], 0);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  watch.epoll = real;
  say();
  ck_assert_uint_eq(heard(), EPOLLIN);
}
END_TEST

START_TEST(input_that_nobody_wants_comes_once_and_is_heard_again_when_wanted) {
  cxd__watch_opened(&watch, pair[0]);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  cxd__watch_want(&watch, pair[0], 0);
  say();
  ck_assert_uint_eq(heard(), 0);
  ck_assert(!kernel_reports());
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  ck_assert_uint_eq(heard(), EPOLLIN);
}
END_TEST

START_TEST(output_is_never_reported_beyond_the_wish) {
  cxd__watch_opened(&watch, pair[0]);
  cxd__watch_want(&watch, pair[0], EPOLLOUT);
  ck_assert_uint_eq(heard(), EPOLLOUT);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  ck_assert(!kernel_reports());
  cxd__watch_want(&watch, pair[0], EPOLLIN | EPOLLOUT);
  ck_assert_uint_eq(heard(), EPOLLOUT);
  cxd__watch_want(&watch, pair[0], 0);
  ck_assert(!kernel_reports());
}
END_TEST

/* A child of the host that was forked in between keeps the old socket open, and with it its registration. */
START_TEST(a_number_that_comes_back_is_another_socket) {
  int kept = dup(pair[0]), other[2];
  cxd__watch_opened(&watch, pair[0]);
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  say();
  cxd__watch_closing(&watch, pair[0]);
  ck_assert_int_eq(close(pair[0]), 0);
  ck_assert(!kernel_reports());
  ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, other), 0);
  ck_assert_int_eq(other[0], pair[0]);
  cxd__watch_opened(&watch, other[0]);
  cxd__watch_want(&watch, other[0], EPOLLIN);
  ck_assert_uint_eq(heard(), 0);
  ck_assert_int_eq(write(other[1], "y", 1), 1);
  ck_assert_uint_eq(heard(), EPOLLIN);
  (void)close(other[1]);
  (void)close(kept);
}
END_TEST

START_TEST(descriptors_of_others_are_taken_at_their_word) {
  cxd__watch_want(&watch, pair[0], EPOLLIN);
  say();
  ck_assert_uint_eq(heard(), EPOLLIN);
  cxd__watch_want(&watch, pair[0], 0);
  ck_assert(!kernel_reports());
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http watch");
  TCase *tc = tcase_create("watch");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, what_is_wanted_is_heard);
  tcase_add_test(tc, a_wish_that_came_back_is_heard_without_a_word_to_the_kernel);
  tcase_add_test(tc, input_that_nobody_wants_comes_once_and_is_heard_again_when_wanted);
  tcase_add_test(tc, output_is_never_reported_beyond_the_wish);
  tcase_add_test(tc, a_number_that_comes_back_is_another_socket);
  tcase_add_test(tc, descriptors_of_others_are_taken_at_their_word);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

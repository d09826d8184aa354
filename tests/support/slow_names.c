/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* RTLD_NEXT */
#include "slow_names.h"

#include <check.h>
#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "sim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int held;
static size_t asked, waiting;

static void set_held(int value) {
  (void)pthread_mutex_lock(&lock);
  held = value;
  (void)pthread_cond_broadcast(&changed);
  (void)pthread_mutex_unlock(&lock);
}

void slow_names_hold(void) { set_held(1); }

void slow_names_let_go(void) { set_held(0); }

static size_t read_number(const size_t *number) {
  (void)pthread_mutex_lock(&lock);
  size_t value = *number;
  (void)pthread_mutex_unlock(&lock);
  return value;
}

size_t slow_names_asked(void) { return read_number(&asked); }

size_t slow_names_waiting(void) { return read_number(&waiting); }

void slow_names_await(size_t count) {
  time_t end = time(NULL) + HANG_S;
  while (slow_names_waiting() < count) {
    ck_assert_msg(time(NULL) < end, "nobody asks for the name");
    (void)sched_yield();
  }
}

static size_t threads(void) {
  size_t count = 0;
  DIR *all = opendir("/proc/self/task");
  for (struct dirent *e; all && (e = readdir(all));)
    count += e->d_name[0] != '.';
  if (all)
    (void)closedir(all);
  return count;
}

static size_t own; /* a sanitizer starts one of its own with the first of ours */

static void *do_nothing(void *context) { return context; }

void slow_names_count_threads(void) {
  pthread_t first;
  if (pthread_create(&first, NULL, do_nothing, NULL) == 0)
    (void)pthread_join(first, NULL);
  own = threads();
  for (int i = 0; i < 100; i++) { /* a thread that was joined may be listed a moment longer */
    size_t count = threads();
    own = count < own ? count : own;
    (void)sched_yield();
  }
}

void slow_names_await_alone(void) {
  time_t end = time(NULL) + HANG_S;
  while (threads() > own) {
    ck_assert_msg(time(NULL) < end, "a thread is left behind");
    (void)sched_yield();
  }
}

static void wait_for_the_name(void) {
  struct timespec end;
  (void)clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += SLOW_NAME_S;
  (void)pthread_mutex_lock(&lock);
  asked++;
  waiting++;
  for (int late = 0; held && !late;)
    late = pthread_cond_timedwait(&changed, &lock, &end) != 0;
  waiting--;
  (void)pthread_mutex_unlock(&lock);
}

/* In place of libc's, which it calls. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  void *found = dlsym(RTLD_NEXT, "getaddrinfo");
  memcpy(&real, &found, sizeof real);
  if (!name || strcmp(name, SLOW_NAME) != 0)
    return real(name, service, hints, out);
  wait_for_the_name();
  return real("127.0.0.1", service, hints, out);
}

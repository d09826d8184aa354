/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* sigtimedwait */
#include "interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "exit_code.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cxd_updater *watched_updater;
static cxd_client *watched_client;
static cxd_batch *watched_batch;
static int wake = -1;
static int held;
static atomic_int seen, asked;

static sigset_t signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  return set;
}

static void wake_up(void) {
  uint64_t one = 1;
  if (wake >= 0 && write(wake, &one, sizeof one) < 0)
    return; /* it is awake already */
}

/* What is watched may refuse to end: then the process does. */
static int is_too_often(int times) { return times > (watched_batch ? 2 : 1); }

static void end_watched(int times) {
  if (watched_batch && times > 1)
    cxd_batch_cancel(watched_batch);
  else if (watched_batch)
    cxd_batch_stop(watched_batch);
  else if (watched_updater)
    cxd_updater_cancel(watched_updater);
  if (watched_client)
    cxd_client_cancel(watched_client);
}

static void interrupt(int times, int is_new) {
  pthread_mutex_lock(&lock);
  int is_idle = !watched_updater && !watched_client && !watched_batch && !held;
  if ((is_new && is_too_often(times)) || (is_idle && !atomic_load(&seen)))
    _exit(EXIT_INTERRUPTED);
  atomic_store(&seen, 1);
  end_watched(times);
  wake_up();
  pthread_mutex_unlock(&lock);
}

static void ask(void) {
  pthread_mutex_lock(&lock);
  if (watched_batch)
    atomic_store(&asked, 1);
  wake_up();
  pthread_mutex_unlock(&lock);
}

/* Cancelling is not sticky, and a call may be about to start: from the first one on it is done again until the process has ended. */
static void *wait_for_signals(void *unused) {
  (void)unused;
  sigset_t set = signals();
  struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
  for (int times = 0;;) {
    int number = times ? sigtimedwait(&set, NULL, &pause) : sigwaitinfo(&set, NULL);
    if (number == SIGUSR1)
      ask();
    else if (number > 0 || times)
      interrupt(times += number > 0, number > 0);
  }
  return NULL;
}

void interrupt_start(void) {
  sigset_t set = signals();
  pthread_t thread;
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (pthread_create(&thread, NULL, wait_for_signals, NULL) == 0)
    pthread_detach(thread);
  else
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void interrupt_watch(cxd_updater *updater, cxd_client *client) {
  pthread_mutex_lock(&lock);
  watched_updater = updater;
  watched_client = client;
  pthread_mutex_unlock(&lock);
}

void interrupt_watch_batch(cxd_batch *batch) {
  pthread_mutex_lock(&lock);
  watched_batch = batch;
  if (batch && wake < 0)
    wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_unlock(&lock);
}

void interrupt_hold(void) {
  pthread_mutex_lock(&lock);
  held = 1;
  pthread_mutex_unlock(&lock);
}

int interrupt_seen(void) { return atomic_load(&seen); }

int interrupt_fd(void) { return wake; }

int interrupt_asked(void) {
  uint64_t count;
  if (wake >= 0 && read(wake, &count, sizeof count) < 0)
    count = 0;
  return atomic_exchange(&asked, 0);
}

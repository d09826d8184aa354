/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* sigtimedwait */
#include "interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "exit_code.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static cxd_updater *watched_updater;
static cxd_client *watched_client;
static int held;
static atomic_int seen;

static sigset_t signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

static void cancel(void) {
  pthread_mutex_lock(&lock);
  if (!watched_updater && !watched_client && !held && !atomic_load(&seen))
    _exit(EXIT_INTERRUPTED);
  atomic_store(&seen, 1);
  if (watched_updater)
    cxd_updater_cancel(watched_updater);
  if (watched_client)
    cxd_client_cancel(watched_client);
  pthread_mutex_unlock(&lock);
}

static void *wait_for_signals(void *unused) {
  (void)unused;
  sigset_t set = signals();
  int number;
  while (sigwait(&set, &number) != 0)
    continue;
  /* Cancelling is not sticky, and a call may be about to start: cancel until the process has ended. */
  struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
  do
    cancel();
  while (sigtimedwait(&set, NULL, &pause) < 0);
  _exit(EXIT_INTERRUPTED);
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

void interrupt_hold(void) {
  pthread_mutex_lock(&lock);
  held = 1;
  pthread_mutex_unlock(&lock);
}

int interrupt_seen(void) { return atomic_load(&seen); }

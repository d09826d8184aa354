/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* RTLD_NEXT, pipe2 */
#include "broken_pipe.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static _Thread_local size_t healthy, breaking, hits;
static atomic_size_t actions;

void broken_pipe_arm(size_t after, size_t count) {
  healthy = after;
  breaking = count;
}

size_t broken_pipe_hits(void) {
  size_t count = hits;
  hits = 0;
  return count;
}

size_t broken_pipe_actions(void) { return atomic_exchange(&actions, 0); }

/* 0: it does not break now. */
static int break_now(void) {
  int ends[2];
  if (!breaking || (healthy && healthy--) || pipe2(ends, O_CLOEXEC) != 0)
    return 0;
  breaking--;
  hits++;
  (void)close(ends[0]);
  ssize_t sent = write(ends[1], "", 1); /* EPIPE, and the signal */
  int code = errno;
  (void)close(ends[1]);
  errno = code;
  return sent < 0;
}

/* In place of libc's, which they call. */
ssize_t send(int fd, const void *bytes, size_t len, int flags) {
  ssize_t (*real)(int, const void *, size_t, int);
  void *found = dlsym(RTLD_NEXT, "send");
  memcpy(&real, &found, sizeof real);
  return break_now() ? -1 : real(fd, bytes, len, flags);
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *old) {
  int (*real)(int, const struct sigaction *, struct sigaction *);
  void *found = dlsym(RTLD_NEXT, "sigaction");
  memcpy(&real, &found, sizeof real);
  if (signal == SIGPIPE && action)
    atomic_fetch_add(&actions, 1);
  return real(signal, action, old);
}

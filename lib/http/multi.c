/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_DUPFD_CLOEXEC, SO_DOMAIN */
#include "http/multi.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/sigpipe.h"

#define TRIES 8 /* another thread may open descriptors at the same moment */

struct pair {
  int reader, writer;
};

/* Numbers below 3 are taken while libcurl looks for free ones. */
static int hold_low(int like, int held[3]) {
  int count = 0;
  for (int fd; count < 3 && (fd = fcntl(like, F_DUPFD_CLOEXEC, 0)) >= 0; count++) {
    if (fd > STDERR_FILENO) {
      (void)close(fd);
      break;
    }
    held[count] = fd;
  }
  return count;
}

/* The two lowest numbers that are free: those that a pair made now would get. */
static int foresee(int like, struct pair *pair) {
  pair->reader = fcntl(like, F_DUPFD_CLOEXEC, 0);
  pair->writer = fcntl(like, F_DUPFD_CLOEXEC, 0);
  if (pair->reader >= 0)
    (void)close(pair->reader);
  if (pair->writer >= 0)
    (void)close(pair->writer);
  return pair->reader >= 0 && pair->writer >= 0 ? 0 : -1;
}

static int is_local_socket(int fd) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/* On the way from one end to the other, seen from both. */
static int is_under_way(const struct pair *pair) {
  int in = 0, out = 0;
  return ioctl(pair->reader, FIONREAD, &in) == 0 && ioctl(pair->writer, SIOCOUTQ, &out) == 0 && in > 0 && out > 0;
}

/* Sockets of the host are left alone: libcurl's are those that it writes to and reads from when it is told to. */
static int belongs_to(CURLM *multi, const struct pair *pair) {
  if (!is_local_socket(pair->reader) || !is_local_socket(pair->writer) || is_under_way(pair))
    return 0;
  (void)curl_multi_wakeup(multi);
  int written = is_under_way(pair);
  (void)curl_multi_poll(multi, NULL, 0, 0, NULL);
  return written && !is_under_way(pair);
}

static int is_closed_on_exec(int fd) {
  int flags = fcntl(fd, F_GETFD);
  return flags >= 0 && flags & FD_CLOEXEC;
}

static CURLM *new_multi(int like) {
  for (int i = 1;; i++) {
    struct pair pair;
    int foreseen = foresee(like, &pair);
    CURLM *multi = curl_multi_init();
    if (!multi || foreseen != 0 || is_closed_on_exec(pair.reader))
      return multi;
    if (belongs_to(multi, &pair)) {
      (void)fcntl(pair.reader, F_SETFD, FD_CLOEXEC);
      (void)fcntl(pair.writer, F_SETFD, FD_CLOEXEC);
      return multi;
    }
    if (i == TRIES)
      return multi;
    (void)curl_multi_cleanup(multi);
  }
}

CURLM *cxd__multi_new(int like) {
  struct cxd__sigpipe sigpipe;
  int held[3], count = hold_low(like, held);
  cxd__sigpipe_hold(&sigpipe); /* libcurl writes to what may be a pair of its own */
  CURLM *multi = new_multi(like);
  cxd__sigpipe_release(&sigpipe);
  while (count > 0)
    (void)close(held[--count]);
  return multi;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* F_DUPFD_CLOEXEC */
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int cxd__fd_apart(int fd) {
  if (fd < 0 || fd > STDERR_FILENO)
    return fd;
  int apart = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), number = errno;
  (void)close(fd);
  errno = number;
  return apart;
}

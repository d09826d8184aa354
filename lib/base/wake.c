/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/wake.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/mem.h"

struct cxd__wake {
  atomic_int references;
  int fd;
};

struct cxd__wake *cxd__wake_new(void) {
  struct cxd__wake *wake = cxd__alloc(sizeof *wake);
  if (!wake)
    return NULL;
  atomic_init(&wake->references, 1);
  wake->fd = cxd__fd_apart(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake->fd < 0) {
    cxd__free(wake);
    return NULL;
  }
  return wake;
}

struct cxd__wake *cxd__wake_ref(struct cxd__wake *wake) {
  atomic_fetch_add(&wake->references, 1);
  return wake;
}

void cxd__wake_unref(struct cxd__wake *wake) {
  if (!wake || atomic_fetch_sub(&wake->references, 1) != 1)
    return;
  (void)close(wake->fd);
  cxd__free(wake);
}

int cxd__wake_fd(const struct cxd__wake *wake) { return wake->fd; }

void cxd__wake_signal(struct cxd__wake *wake) {
  uint64_t one = 1;
  ssize_t done = write(wake->fd, &one, sizeof one); /* full means: signalled already */
  (void)done;
}

void cxd__wake_clear(struct cxd__wake *wake) {
  uint64_t count;
  ssize_t done = read(wake->fd, &count, sizeof count);
  (void)done;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MADV_WIPEONFORK */
#include "base/pid.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/* A page that children get empty, however they are made; never given back, a thread may still run when the process ends. Without it (Linux before 4.14) each call asks the kernel. */
static _Atomic pid_t *kept;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *place = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED)
    return;
  if (madvise(place, page, MADV_WIPEONFORK) == 0)
    kept = place;
  else
    (void)munmap(place, page);
}

pid_t cxd__pid(void) {
  (void)pthread_once(&once, prepare);
  if (!kept)
    return getpid();
  pid_t pid = atomic_load_explicit(kept, memory_order_relaxed);
  if (pid == 0) {
    pid = getpid();
    atomic_store_explicit(kept, pid, memory_order_relaxed);
  }
  return pid;
}

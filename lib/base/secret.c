/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* MADV_*, explicit_bzero */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int cxd__secret_room(struct cxd__secret *secret, size_t len) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t mapped = (len + page) / page * page;
  char *p = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED)
    return -1;
  /* Each is a second line of defence: a low RLIMIT_MEMLOCK or an old kernel must not stop the host. */
  (void)mlock(p, mapped);
  (void)madvise(p, mapped, MADV_DONTDUMP);
  (void)madvise(p, mapped, MADV_WIPEONFORK);
  *secret = (struct cxd__secret){p, len, mapped};
  return 0;
}

int cxd__secret_set(struct cxd__secret *secret, const char *text, size_t len) {
  struct cxd__secret next;
  if (cxd__secret_room(&next, len) != 0)
    return -1;
  memcpy(next.text, text, len);
  cxd__secret_clear(secret);
  *secret = next;
  return 0;
}

int cxd__secret_lost(const struct cxd__secret *secret) { return secret->text && secret->len && secret->text[0] == '\0'; }

void cxd__secret_clear(struct cxd__secret *secret) {
  if (secret->text) {
    explicit_bzero(secret->text, secret->mapped);
    (void)munmap(secret->text, secret->mapped);
  }
  *secret = (struct cxd__secret){0};
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "owners.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCKS_MAX (1u << 20)

struct block {
  uintptr_t at, caller;
  size_t len;
};

struct owners {
  atomic_size_t count;
  struct block blocks[BLOCKS_MAX];
};

static struct owners *owners;

void owners_begin(void) {
  void *p = mmap(NULL, sizeof *owners, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ck_assert(p != MAP_FAILED);
  owners = p;
}

void owners_end(void) {
  struct owners *old = owners;
  ck_assert_uint_lt(atomic_load(&old->count), BLOCKS_MAX);
  owners = NULL;
  (void)munmap(old, sizeof *old);
}

static void *note(void *p, size_t len, void *caller) {
  size_t i = owners && p ? atomic_fetch_add(&owners->count, 1) : BLOCKS_MAX;
  if (i < BLOCKS_MAX)
    owners->blocks[i] = (struct block){(uintptr_t)p, (uintptr_t)caller, len};
  return p;
}

/* ----------------------------------------------------------------------- in place of libc's */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
char *strdup(const char *text);

void *malloc(size_t size) { return note(__libc_malloc(size), size, __builtin_return_address(0)); }

void *calloc(size_t count, size_t size) { return note(__libc_calloc(count, size), count * size, __builtin_return_address(0)); }

void *realloc(void *old, size_t size) { return note(__libc_realloc(old, size), size, __builtin_return_address(0)); }

char *strdup(const char *text) {
  size_t len = strlen(text) + 1;
  char *copy = note(__libc_malloc(len), len, __builtin_return_address(0));
  return copy ? memcpy(copy, text, len) : NULL;
}

/* ---------------------------------------------------------------------------------- asking */

static void file_of(pid_t pid, uintptr_t code, char out[128]) {
  char path[64], line[512];
  (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
  FILE *maps = fopen(path, "re");
  ck_assert_ptr_nonnull(maps);
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char file[300] = "";
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %299s", &from, &to, file) >= 2 && code >= from && code < to) {
      const char *name = strrchr(file, '/');
      (void)snprintf(out, 128, "%.120s", name ? name + 1 : file);
    }
  }
  (void)fclose(maps);
}

static int covers(const struct block *block, uintptr_t address) { return address >= block->at && address - block->at < block->len; }

const char *owners_of(pid_t pid, uintptr_t address, char out[128]) {
  size_t i = owners ? atomic_load(&owners->count) : 0;
  out[0] = '\0';
  while (i > 0 && !covers(&owners->blocks[i - 1], address))
    i--;
  if (i > 0)
    file_of(pid, owners->blocks[i - 1].caller, out);
  return out;
}

int owners_had(pid_t pid, uintptr_t address, const char *file) {
  char name[128];
  for (size_t i = owners ? atomic_load(&owners->count) : 0; i-- > 0;) {
    name[0] = '\0';
    if (covers(&owners->blocks[i], address))
      file_of(pid, owners->blocks[i].caller, name);
    if (strstr(name, file))
      return 1;
  }
  return 0;
}

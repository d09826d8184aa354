/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dl_iterate_phdr */
#include "allocs.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* glibc's own, under the names it exports for programs that bring their own malloc. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static struct allocs counts; /* one thread: nothing here is atomic */
static uintptr_t own_from, own_to;

static int find_library(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  (void)context;
  if (!strstr(info->dlpi_name, "libcxdialer.so"))
    return 0;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
      own_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      own_to = own_from + info->dlpi_phdr[i].p_memsz;
    }
  return 1;
}

void allocs_begin(void) { (void)dl_iterate_phdr(find_library, NULL); }

struct allocs allocs_now(void) { return counts; }

static void note(const void *caller, void *p) {
  uintptr_t at = (uintptr_t)caller;
  counts.all++;
  counts.own += at >= own_from && at < own_to;
  counts.live_bytes += (long)malloc_usable_size(p);
}

void *malloc(size_t size) {
  void *p = __libc_malloc(size);
  note(__builtin_return_address(0), p);
  return p;
}

void *calloc(size_t count, size_t size) {
  void *p = __libc_calloc(count, size);
  note(__builtin_return_address(0), p);
  return p;
}

void *realloc(void *old, size_t size) {
  long before = (long)malloc_usable_size(old);
  void *p = __libc_realloc(old, size);
  if (p || !size)
    counts.live_bytes -= before;
  note(__builtin_return_address(0), p);
  return p;
}

void free(void *p) {
  counts.live_bytes -= (long)malloc_usable_size(p);
  __libc_free(p);
}

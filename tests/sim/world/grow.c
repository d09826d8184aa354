/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "grow.h"

#include <stdio.h>
#include <stdlib.h>

void *grow(void *old, size_t count, size_t *room, size_t size) {
  if (count < *room)
    return old;
  *room = *room ? 2 * *room : 8;
  void *grown = realloc(old, *room * size);
  if (!grown) {
    perror("cxdialer-world");
    exit(3);
  }
  return grown;
}

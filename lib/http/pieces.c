/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "http/pieces.h"

#include <string.h>

#include "base/mem.h"

static uint64_t load(const char *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

/* Of both ends: pieces that begin alike must not share a slot. */
static size_t slot_of(const struct cxd__pieces *pieces, const char *bytes) {
  uint64_t mixed = load(bytes) * 0x9e3779b97f4a7c15u ^ load(bytes + pieces->width - 8) * 0xc2b2ae3d27d4eb4fu;
  mixed ^= mixed >> 29;
  return (size_t)(mixed * 0xbf58476d1ce4e5b9u >> 32) & pieces->mask;
}

/* Where it is, or where it would be. */
static size_t find(const struct cxd__pieces *pieces, const char *bytes) {
  size_t i = slot_of(pieces, bytes);
  while (pieces->slots[i] && memcmp(pieces->secret + pieces->slots[i] - 1, bytes, pieces->width) != 0)
    i = (i + 1) & pieces->mask;
  return i;
}

int cxd__pieces_make(struct cxd__pieces *pieces, const char *secret, size_t len, size_t width) {
  size_t count = len - width + 1, size = 16;
  while (size < 2 * count)
    size *= 2;
  *pieces = (struct cxd__pieces){.secret = secret, .width = width, .mask = size - 1, .slots = cxd__alloc(size * sizeof *pieces->slots)};
  if (!pieces->slots)
    return -1;
  for (size_t i = 0; i < count; i++)
    pieces->slots[find(pieces, secret + i)] = (uint32_t)i + 1;
  return 0;
}

int cxd__pieces_has(const struct cxd__pieces *pieces, const char *bytes) { return pieces->slots[find(pieces, bytes)] != 0; }

void cxd__pieces_free(struct cxd__pieces *pieces) { cxd__free(pieces->slots); }

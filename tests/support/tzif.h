/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_TZIF_H
#define CXD_TESTS_TZIF_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

/* TZif files for tests, byte by byte: also such as no compiler would write. */
struct tzif_type {
  int32_t offset_s;
  unsigned char dst, name_at;
};

struct tzif_change {
  int64_t at;
  unsigned char type;
};

struct tzif_block {
  size_t type_count, change_count;
  const struct tzif_type *types;
  const struct tzif_change *changes;
  const char *names;
  size_t name_bytes;
  uint32_t leaps, standard, ut; /* counts; the records are zeros */
};

static inline void tzif_number(struct cxd__buf *out, uint64_t value, int bytes) {
  while (bytes-- > 0)
    cxd__buf_char(out, (char)(unsigned char)(value >> (8 * bytes)));
}

static inline void tzif_header(struct cxd__buf *out, char version, const struct tzif_block *block) {
  cxd__buf_str(out, "TZif");
  cxd__buf_char(out, version);
  for (int i = 0; i < 15; i++)
    cxd__buf_char(out, 0);
  tzif_number(out, block->ut, 4);
  tzif_number(out, block->standard, 4);
  tzif_number(out, block->leaps, 4);
  tzif_number(out, block->change_count, 4);
  tzif_number(out, block->type_count, 4);
  tzif_number(out, block->name_bytes, 4);
}

static inline void tzif_block_add(struct cxd__buf *out, char version, const struct tzif_block *block, int time_bytes) {
  tzif_header(out, version, block);
  for (size_t i = 0; i < block->change_count; i++)
    tzif_number(out, (uint64_t)block->changes[i].at, time_bytes);
  for (size_t i = 0; i < block->change_count; i++)
    cxd__buf_char(out, (char)block->changes[i].type);
  for (size_t i = 0; i < block->type_count; i++) {
    tzif_number(out, (uint32_t)block->types[i].offset_s, 4);
    cxd__buf_char(out, (char)block->types[i].dst);
    cxd__buf_char(out, (char)block->types[i].name_at);
  }
  cxd__buf_add(out, block->names, block->name_bytes);
  for (size_t i = 0; i < block->leaps * (size_t)(time_bytes + 4) + block->standard + block->ut; i++)
    cxd__buf_char(out, 0);
}

/* A file as slim as it gets: nothing for readers of version 1. footer NULL: nothing behind the block, not even line ends. */
static inline void tzif_slim(struct cxd__buf *out, char version, const struct tzif_block *block, const char *footer) {
  static const struct tzif_type nothing[] = {{0, 0, 0}};
  static const struct tzif_block old = {.type_count = 1, .types = nothing, .names = "", .name_bytes = 1};
  tzif_block_add(out, version, &old, 4);
  tzif_block_add(out, version, block, 8);
  if (footer)
    cxd__buf_fmt(out, "\n%s\n", footer);
}

#endif

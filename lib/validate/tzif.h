/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_TZIF_H
#define CXD__VALIDATE_TZIF_H

#include <stddef.h>
#include <stdint.h>

/* The data of a TZif file, checked, still in the bytes it came from: of a file of version 2 or later the part with times of 64 bits. */
struct cxd__tzif {
  const unsigned char *times, *indices, *types, *names;
  size_t time_count, type_count, name_bytes;
  size_t time_size;   /* 4 or 8 */
  const char *footer; /* not terminated; empty in version 1 */
  size_t footer_len;
};

/* NULL, or a clause on what is wrong. Afterwards the functions below need no check but their own range. */
const char *cxd__tzif_read(const unsigned char *bytes, size_t len, struct cxd__tzif *out);

int64_t cxd__tzif_time(const struct cxd__tzif *file, size_t i);  /* i < time_count; each later than the one before */
uint8_t cxd__tzif_index(const struct cxd__tzif *file, size_t i); /* i < time_count; below type_count */

struct cxd__tzif_type {
  int32_t offset_s;
  uint8_t dst, name_at; /* name_at: where in names, which has a zero behind it */
};
struct cxd__tzif_type cxd__tzif_type_at(const struct cxd__tzif *file, size_t i); /* i < type_count */

#endif

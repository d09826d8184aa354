/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/tzif.h"

#include <string.h>

#include "validate/tz.h"

#define HEADER_BYTES 44
#define TYPE_BYTES 6
#define OFFSET_LIMIT_S (26 * 3600)

struct header {
  unsigned char version;
  uint32_t ut_count, standard_count, leap_count, time_count, type_count, name_bytes;
};

static uint32_t be32(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

/* Two's complement without a conversion that C leaves to the compiler. */
static int64_t signed_of(uint64_t bits, uint64_t top) { return (bits & top) ? -(int64_t)(top - 1 - (bits & (top - 1))) - 1 : (int64_t)bits; }

static int64_t be_signed(const unsigned char *p, size_t size) {
  if (size == 4)
    return signed_of(be32(p), UINT64_C(1) << 31);
  return signed_of((uint64_t)be32(p) << 32 | be32(p + 4), UINT64_C(1) << 63);
}

static const char *header_of(const unsigned char *bytes, size_t len, struct header *out) {
  if (len < 4 || memcmp(bytes, "TZif", 4) != 0)
    return "is no TZif file";
  if (len < HEADER_BYTES)
    return "is cut off within its header";
  unsigned char version = bytes[4];
  if (version != 0 && (version < '2' || version > '4'))
    return "is a TZif file of a version other than 1 to 4";
  *out = (struct header){version, be32(bytes + 20), be32(bytes + 24), be32(bytes + 28), be32(bytes + 32), be32(bytes + 36), be32(bytes + 40)};
  return NULL;
}

/* Six counts of 32 bits times at most 12 bytes: the sum stays far below 64 bits. */
static uint64_t block_bytes(const struct header *h, size_t time_size) {
  return (uint64_t)h->time_count * (time_size + 1) + (uint64_t)h->type_count * TYPE_BYTES + h->name_bytes + (uint64_t)h->leap_count * (time_size + 4) +
         h->standard_count + h->ut_count;
}

static const char *check_counts(const struct header *h, uint64_t room, size_t time_size) {
  if (block_bytes(h, time_size) > room)
    return "is cut off, or counts more than it holds";
  if (h->leap_count)
    return "counts leap seconds";
  if (h->type_count == 0 || h->type_count > 256 || h->name_bytes == 0)
    return "has no local time types, or more than 256";
  if ((h->standard_count && h->standard_count != h->type_count) || (h->ut_count && h->ut_count != h->type_count))
    return "has indicators for some of its local time types only";
  return NULL;
}

static const char *check_times(const struct cxd__tzif *file) {
  for (size_t i = 0; i < file->time_count; i++) {
    if (file->indices[i] >= file->type_count)
      return "has a transition to a local time type that it does not have";
    if (i > 0 && cxd__tzif_time(file, i) <= cxd__tzif_time(file, i - 1))
      return "has transitions out of order";
  }
  return NULL;
}

/* Abbreviations end up in messages: a terminal must survive them. */
static int name_is_tame(const unsigned char *name, size_t room) {
  for (size_t i = 0; i < room && name[i]; i++)
    if (name[i] < 0x20 || name[i] > 0x7e)
      return 0;
  return memchr(name, 0, room) != NULL;
}

static const char *check_types(const struct cxd__tzif *file) {
  for (size_t i = 0; i < file->type_count; i++) {
    const unsigned char *type = file->types + i * TYPE_BYTES;
    int64_t offset = be_signed(type, 4);
    if (offset <= -OFFSET_LIMIT_S || offset >= OFFSET_LIMIT_S)
      return "has an offset of 26 hours or more";
    if (type[4] > 1)
      return "has a mark for summer time that is neither 0 nor 1";
    if (type[5] >= file->name_bytes || !name_is_tame(file->names + type[5], file->name_bytes - type[5]))
      return "has a local time type without a proper abbreviation";
  }
  return NULL;
}

static const char *check_indicators(const struct header *h, const unsigned char *standard) {
  for (size_t i = 0; i < h->standard_count + (size_t)h->ut_count; i++)
    if (standard[i] > 1)
      return "has an indicator that is neither 0 nor 1";
  for (size_t i = 0; i < h->ut_count; i++)
    if (standard[h->standard_count + i] && (i >= h->standard_count || !standard[i]))
      return "has an indicator for universal time without the one for standard time";
  return NULL;
}

static const char *block_of(const unsigned char *block, uint64_t room, const struct header *h, size_t time_size, struct cxd__tzif *out) {
  const char *why = check_counts(h, room, time_size);
  if (why)
    return why;
  *out = (struct cxd__tzif){.times = block, .time_count = h->time_count, .type_count = h->type_count, .name_bytes = h->name_bytes, .time_size = time_size, .footer = ""};
  out->indices = block + (size_t)h->time_count * time_size;
  out->types = out->indices + h->time_count;
  out->names = out->types + (size_t)h->type_count * TYPE_BYTES;
  why = check_times(out);
  if (!why)
    why = check_types(out);
  return why ? why : check_indicators(h, out->names + h->name_bytes);
}

static const char *footer_of(const unsigned char *p, size_t len, struct cxd__tzif *out) {
  const unsigned char *end = len ? memchr(p + 1, '\n', len - 1) : NULL;
  if (!end || p[0] != '\n')
    return "is cut off within its footer";
  if (end + 1 != p + len)
    return "has bytes behind its footer";
  out->footer = (const char *)p + 1;
  out->footer_len = (size_t)(end - p) - 1;
  return NULL;
}

/* Version 2 and later: a block for old readers, which nobody looks into, then the same again with longer times. */
static const char *second_block(const unsigned char *bytes, size_t len, const struct header *first, struct cxd__tzif *out) {
  uint64_t skip = HEADER_BYTES + block_bytes(first, 4);
  struct header h;
  if (skip > len)
    return "is cut off, or counts more than it holds";
  const char *why = header_of(bytes + skip, len - (size_t)skip, &h);
  if (why)
    return "has no proper second header";
  if (h.version != first->version)
    return "has two headers of different versions";
  const unsigned char *block = bytes + skip + HEADER_BYTES;
  size_t room = len - (size_t)skip - HEADER_BYTES;
  why = block_of(block, room, &h, 8, out);
  if (why)
    return why;
  size_t used = (size_t)block_bytes(&h, 8);
  return footer_of(block + used, room - used, out);
}

const char *cxd__tzif_read(const unsigned char *bytes, size_t len, struct cxd__tzif *out) {
  struct header h;
  if (len > CXD__TZ_MAX_BYTES)
    return "is larger than any time zone file";
  const char *why = header_of(bytes, len, &h);
  if (why)
    return why;
  if (h.version != 0)
    return second_block(bytes, len, &h, out);
  why = block_of(bytes + HEADER_BYTES, len - HEADER_BYTES, &h, 4, out);
  if (!why && block_bytes(&h, 4) != len - HEADER_BYTES)
    return "has bytes behind its end";
  return why;
}

int64_t cxd__tzif_time(const struct cxd__tzif *file, size_t i) { return be_signed(file->times + i * file->time_size, file->time_size); }

uint8_t cxd__tzif_index(const struct cxd__tzif *file, size_t i) { return file->indices[i]; }

struct cxd__tzif_type cxd__tzif_type_at(const struct cxd__tzif *file, size_t i) {
  const unsigned char *type = file->types + i * TYPE_BYTES;
  return (struct cxd__tzif_type){(int32_t)be_signed(type, 4), type[4], type[5]};
}

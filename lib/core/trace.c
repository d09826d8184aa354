/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/trace.h"

#include <stdio.h>
#include <string.h>

#define LEN (CXD__TRACEPARENT_SIZE - 1)
#define ID_AT 3
#define PARENT_AT 36
#define FLAGS_AT 53

static int is_hex(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
      return 0;
  return 1;
}

static int all_zero(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (text[i] != '0')
      return 0;
  return 1;
}

static int sampled(char low_digit) {
  int value = low_digit <= '9' ? low_digit - '0' : low_digit - 'a' + 10;
  return value & 1;
}

static const char *form_of(const char *text, size_t len) {
  if (len < LEN || text[2] != '-' || text[PARENT_AT - 1] != '-' || text[FLAGS_AT - 1] != '-')
    return "it has not the form 00-<32 digits>-<16 digits>-<2 digits>";
  if (!is_hex(text, 2) || !is_hex(text + ID_AT, 32) || !is_hex(text + PARENT_AT, 16) || !is_hex(text + FLAGS_AT, 2))
    return "its digits must be lower case hexadecimal";
  if (memcmp(text, "ff", 2) == 0)
    return "version ff does not exist";
  if (memcmp(text, "00", 2) == 0 ? len != LEN : len > LEN && text[LEN] != '-')
    return "it goes on after the flags";
  return NULL;
}

const char *cxd__trace_read(const char *text, struct cxd__trace *out) {
  const char *wrong = form_of(text, strlen(text));
  if (wrong)
    return wrong;
  if (all_zero(text + ID_AT, 32))
    return "its trace id is all zeros";
  if (all_zero(text + PARENT_AT, 16))
    return "its parent id is all zeros";
  *out = (struct cxd__trace){.sampled = sampled(text[LEN - 1])};
  memcpy(out->id, text + ID_AT, 32);
  memcpy(out->parent, text + PARENT_AT, 16);
  return NULL;
}

/* All zeros is the one value that means none. */
static uint64_t draw(struct cxd__prng *prng) {
  uint64_t value = cxd__prng_next(prng);
  return value ? value : 1;
}

void cxd__trace_begin(struct cxd__trace *trace, struct cxd__prng *prng) {
  uint64_t high = draw(prng), low = draw(prng);
  *trace = (struct cxd__trace){.sampled = 1};
  (void)snprintf(trace->id, sizeof trace->id, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
}

void cxd__trace_span(const struct cxd__trace *trace, struct cxd__prng *prng, char traceparent[CXD__TRACEPARENT_SIZE]) {
  (void)snprintf(traceparent, CXD__TRACEPARENT_SIZE, "00-%s-%016llx-%02x", trace->id, (unsigned long long)draw(prng), (unsigned)(trace->sampled != 0));
}

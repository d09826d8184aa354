/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* RateLimit fields (draft-ietf-httpapi-ratelimit-headers): "default";r=0;t=30 as a list of structured items. */
#include <stdint.h>
#include <string.h>

#include "core/verdict.h"

#define TIME_MAX_S 1000000000

static const char *blanks(const char *p) { return p + strspn(p, " \t"); }

/* A quoted string or a token names the policy; it is of no interest. NULL: malformed. */
static const char *name(const char *p) {
  if (*p != '"') {
    size_t len = strcspn(p, ";, \t");
    return len ? p + len : NULL;
  }
  for (p++; *p && *p != '"'; p++)
    if (*p == '\\' && p[1])
      p++;
  return *p == '"' ? p + 1 : NULL;
}

static const char *digits(const char *p, int64_t *out) {
  size_t count = strspn(p, "0123456789");
  *out = 0;
  for (size_t i = 0; i < count; i++)
    *out = *out < TIME_MAX_S ? *out * 10 + (p[i] - '0') : TIME_MAX_S;
  return count ? p + count : NULL;
}

/* ;key=value, where only whole numbers not below 0 are read. */
static const char *parameter(const char *p, int64_t *left, int64_t *reset_s) {
  p = blanks(p + 1);
  const char *key = p;
  size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789_-.*");
  int64_t *out = len == 1 && *key == 'r' ? left : len == 1 && *key == 't' ? reset_s : NULL;
  p += len;
  if (len == 0 || *p != '=')
    return len && !out ? p : NULL;
  if (out)
    return digits(p + 1, out);
  return p[1] == '"' ? name(p + 1) : p + 1 + strcspn(p + 1, ";, \t");
}

static const char *item(const char *p, int64_t *left, int64_t *reset_s) {
  p = name(blanks(p));
  while (p && *(p = blanks(p)) == ';')
    p = parameter(p, left, reset_s);
  return p && (*p == '\0' || *p == ',') ? p : NULL;
}

/* Used up by any of the policies: the longest time. A malformed field is ignored as a whole. */
int64_t cxd__rate_limit_wait_ms(const char *field) {
  int64_t most_s = -1;
  for (const char *p = field; p; p = *p ? p + 1 : NULL) {
    int64_t left = -1, reset_s = -1;
    p = item(p, &left, &reset_s);
    if (!p)
      return -1;
    if (left == 0 && reset_s > most_s)
      most_s = reset_s;
  }
  return most_s < 0 ? -1 : most_s * 1000;
}

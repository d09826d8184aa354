/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

static int is_name_byte(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-'; }

int cxd__zone_name_safe(const char *name, size_t len) {
  if (len == 0 || len > CXD__ZONE_NAME_MAX || name[len - 1] == '/')
    return 0;
  for (size_t i = 0; i < len; i++)
    if (!is_name_byte(name[i]) && (name[i] != '/' || i == 0 || name[i - 1] == '/'))
      return 0;
  return 1;
}

static int starts(const char *name, size_t len, const char *prefix) {
  return len > strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0;
}

int cxd__zone_name_iana(const char *name, size_t len) {
  if (!cxd__zone_name_safe(name, len))
    return 0;
  if (!memchr(name, '/', len))
    return len == 3 && memcmp(name, "UTC", 3) == 0;
  /* Some systems keep the whole database twice more under these names, the second with leap seconds. */
  return !starts(name, len, "posix/") && !starts(name, len, "right/");
}

int cxd__zones_add(struct cxd__zones *zones, const char *name, size_t len) {
  if (zones->count == zones->room) {
    size_t room = zones->room ? zones->room * 2 : 8;
    char **names = cxd__realloc(zones->names, room * sizeof *names);
    if (!names)
      return 0;
    zones->names = names;
    zones->room = room;
  }
  char *copy = cxd__strndup(name, len);
  if (!copy)
    return 0;
  zones->names[zones->count++] = copy;
  return 1;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void cxd__zones_sort(struct cxd__zones *zones) {
  if (zones->count)
    qsort(zones->names, zones->count, sizeof *zones->names, by_name);
}

static int compare(const char *name, size_t len, const char *entry) {
  size_t entry_len = strlen(entry);
  int order = memcmp(name, entry, len < entry_len ? len : entry_len);
  return order ? order : (len > entry_len) - (len < entry_len);
}

int cxd__zones_have(const struct cxd__zones *zones, const char *name, size_t len) {
  if (zones->any)
    return 1;
  size_t low = 0, high = zones->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(name, len, zones->names[middle]);
    if (order == 0)
      return 1;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return 0;
}

void cxd__zones_free(struct cxd__zones *zones) {
  for (size_t i = 0; i < zones->count; i++)
    cxd__free(zones->names[i]);
  cxd__free(zones->names);
  *zones = (struct cxd__zones){0};
}

void cxd__zones_write(const struct cxd__zones *zones, struct cxd__buf *out) {
  for (size_t i = 0; i < zones->count && i < 8; i++)
    cxd__buf_fmt(out, "%s%s", i ? ", " : "", zones->names[i]);
  if (zones->count > 8)
    cxd__buf_fmt(out, " and %zu more", zones->count - 8);
}

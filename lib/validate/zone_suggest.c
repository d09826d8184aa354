/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memrchr */
#include <string.h>

#include "base/file.h"
#include "json/value.h"
#include "validate/nearest.h"
#include "validate/zone.h"

/* What people write for a zone, and one zone of the kind they mean. */
static const struct {
  const char *wrong, *right;
} habits[] = {
    {"EST", "America/New_York"},     {"EDT", "America/New_York"},       {"EST5EDT", "America/New_York"},    {"Eastern", "America/New_York"},
    {"ET", "America/New_York"},      {"CST", "America/Chicago"},        {"CDT", "America/Chicago"},         {"CST6CDT", "America/Chicago"},
    {"Central", "America/Chicago"},  {"CT", "America/Chicago"},         {"MST", "America/Denver"},          {"MDT", "America/Denver"},
    {"MST7MDT", "America/Denver"},   {"Mountain", "America/Denver"},    {"MT", "America/Denver"},           {"PST", "America/Los_Angeles"},
    {"PDT", "America/Los_Angeles"},  {"PST8PDT", "America/Los_Angeles"}, {"Pacific", "America/Los_Angeles"}, {"PT", "America/Los_Angeles"},
    {"AKST", "America/Anchorage"},   {"AKDT", "America/Anchorage"},     {"HST", "Pacific/Honolulu"},        {"AST", "America/Puerto_Rico"},
    {"NST", "America/St_Johns"},     {"GMT", "Europe/London"},          {"BST", "Europe/London"},           {"GB", "Europe/London"},
    {"WET", "Europe/Lisbon"},        {"CET", "Europe/Berlin"},          {"CEST", "Europe/Berlin"},          {"MET", "Europe/Berlin"},
    {"EET", "Europe/Helsinki"},      {"EEST", "Europe/Helsinki"},       {"IST", "Asia/Kolkata"},            {"JST", "Asia/Tokyo"},
    {"Japan", "Asia/Tokyo"},         {"SGT", "Asia/Singapore"},         {"AEST", "Australia/Sydney"},       {"NZ", "Pacific/Auckland"},
    {"Z", "UTC"},                    {"Zulu", "UTC"},                   {"UCT", "UTC"},                     {"Universal", "UTC"},
};

static int same(const char *a, const char *b, size_t len) {
  for (size_t i = 0; i < len; i++)
    if ((a[i] | 32) != (b[i] | 32))
      return 0;
  return b[len] == '\0';
}

static const char *habit(const char *name, size_t len) {
  for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
    if (len <= strlen(habits[i].wrong) && same(name, habits[i].wrong, len))
      return habits[i].right;
  return NULL;
}

/* Somebody who left out the area ("Singapore") means the place. */
static void offer_zone(struct cxd__nearest *nearest, const char *name, size_t len) {
  const char *slash = memrchr(name, '/', len);
  if (!slash || memchr(nearest->text, '/', nearest->len))
    cxd__nearest_offer(nearest, name, len, name, len);
  else
    cxd__nearest_offer(nearest, slash + 1, len - (size_t)(slash + 1 - name), name, len);
}

/* A line of tzdata.zi is "Z NAME ..." or "L TARGET NAME"; the target of a link is a zone of its own. */
static void offer_line(struct cxd__nearest *nearest, const char *line, size_t len) {
  if (len < 3 || (line[0] != 'Z' && line[0] != 'L') || line[1] != ' ')
    return;
  const char *name = line + 2, *end = line + len;
  const char *space = memchr(name, ' ', (size_t)(end - name));
  if (line[0] == 'L') {
    name = space ? space + 1 : end;
    space = memchr(name, ' ', (size_t)(end - name));
  }
  size_t name_len = (size_t)((space ? space : end) - name);
  if (cxd__zone_name_iana(name, name_len))
    offer_zone(nearest, name, name_len);
}

static void offer_all(struct cxd__nearest *nearest, const struct cxd__buf *text) {
  const char *at = text->data, *end = text->data + text->len;
  while (at && at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    size_t len = (size_t)((newline ? newline : end) - at);
    offer_line(nearest, at, len);
    at += len + 1;
  }
}

static void copy_name(char out[CXD__ZONE_NAME_MAX + 1], const char *name, size_t len) {
  memcpy(out, name, len);
  out[len] = '\0';
}

void cxd__zone_suggest(const char *name, size_t len, const struct cxd__zones *approved, const char *dir, char out[CXD__ZONE_NAME_MAX + 1]) {
  const char *known = habit(name, len);
  out[0] = '\0';
  if (known) {
    copy_name(out, known, strlen(known));
    return;
  }
  struct cxd__nearest nearest = cxd__nearest_start(name, len);
  struct cxd__buf path = {0}, text = {0};
  for (size_t i = 0; i < approved->count; i++)
    offer_zone(&nearest, approved->names[i], strlen(approved->names[i]));
  if (!nearest.best) {
    cxd__buf_fmt(&path, "%s/tzdata.zi", dir);
    if (!path.failed && cxd__file_read(path.data, CXD__JSON_MAX_BYTES, "time zone list", &text, NULL) == CXD_OK)
      offer_all(&nearest, &text);
  }
  if (nearest.best)
    copy_name(out, nearest.best, nearest.best_len);
  cxd__buf_free(&path);
  cxd__buf_free(&text);
}

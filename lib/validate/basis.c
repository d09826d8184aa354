/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/basis.h"

#include <string.h>

#include "base/mem.h"
#include "base/now.h"
#include "validate/text.h"

#define ROOM 320         /* for all but long lists of codes */
/* Years 1 to 9999: what the form can say. */
#define EARLIEST (-62135596800)
#define LATEST 253402300799

#define CODES_MOST 1024 /* bytes; a policy can name a hundred for one campaign */

static void member(struct cxd__buf *out, const char *name, const char *text) {
  cxd__buf_str(out, ",\"");
  cxd__buf_str(out, name);
  cxd__buf_str(out, "\":");
  cxd__buf_json_str(out, text && text[0] ? text : NULL);
}

/* The rows that decide about this campaign, as codes with commas between. */
static void jurisdictions(const struct cxd__context *context, struct cxd__buf *out) {
  const struct cxd__names *own = context->campaign ? &context->campaign->jurisdictions : NULL;
  size_t start = out->len, count = own && own->count ? own->count : context->settings->row_count;
  cxd__buf_str(out, ",\"jurisdiction\":\"");
  for (size_t i = 0; i < count; i++) {
    if (i)
      cxd__buf_char(out, ',');
    if (out->len - start > CODES_MOST) {
      cxd__buf_str(out, "...");
      break;
    }
    cxd__buf_str(out, own && own->count ? own->at[i] : context->settings->rows[i]->code); /* letters, digits, '-' and '_': see the readers of both */
  }
  cxd__buf_char(out, '"');
}

/* Where no window rule has looked: stopping, or nothing but hours without an edge. */
static int look_up(const struct cxd__context *context, const char *zone, size_t len, struct cxd__tz_span *span) {
  if (!cxd__zone_name_iana(zone, len))
    return 0;
  struct cxd__zone_found found = cxd__zone_cache_get(context->zones, zone, len);
  if (found.tz)
    cxd__tz_at(found.tz, cxd__s_of_ms(context->check->at_unix_ms), span);
  cxd__tz_unref(found.tz);
  return found.state == CXD__ZONE_KNOWN;
}

static char *two(char *out, int64_t value, char behind) {
  out[0] = (char)('0' + value / 10 % 10);
  out[1] = (char)('0' + value % 10);
  out[2] = behind;
  return out + 3;
}

/* "2026-11-28T09:50:08-05:00"; offsets have whole minutes there, so the seconds of those before 1972 are left out of both. */
static void write_local(int64_t unix_s, int32_t offset_s, char out[32]) {
  int64_t minutes = offset_s / 60, distance = minutes < 0 ? -minutes : minutes, local = unix_s + minutes * 60;
  if (local < EARLIEST || local > LATEST) {
    out[0] = '\0';
    return;
  }
  int64_t day = local / 86400 - (local % 86400 < 0), second = local - day * 86400;
  struct cxd__date date = cxd__date_of(day);
  out = two(out, date.year / 100, '\0') - 1;
  out = two(out, date.year % 100, '-');
  out = two(two(out, date.month, '-'), date.day, 'T');
  out = two(two(two(out, second / 3600, ':'), second / 60 % 60, ':'), second % 60, minutes < 0 ? '-' : '+');
  (void)two(two(out, distance / 60, ':'), distance % 60, '\0');
}

struct place {
  char zone[CXD__ZONE_NAME_MAX + 1], local[32]; /* "": not known */
};

/* 0: no memory. */
static int find_place(const struct cxd__context *context, struct place *out) {
  struct cxd__view zone;
  struct cxd__slice value = context->after ? context->after->at[CXD__MEMBER_TIME_ZONE] : (struct cxd__slice){NULL, 0};
  struct cxd__tz_span span = {.offset_s = context->offset_s};
  out->zone[0] = out->local[0] = '\0';
  if (cxd__json_kind(value) != CXD__JSON_STRING)
    return 1;
  if (!cxd__view_string(value, &zone))
    return 0;
  if (zone.len <= CXD__ZONE_NAME_MAX && !memchr(zone.p, '\0', zone.len)) {
    memcpy(out->zone, zone.p, zone.len);
    out->zone[zone.len] = '\0';
  }
  if (context->offset_known || look_up(context, zone.p, zone.len, &span))
    write_local(cxd__s_of_ms(context->check->at_unix_ms), span.offset_s, out->local);
  cxd__free(zone.own);
  return 1;
}

char *cxd__basis_text(const struct cxd__context *context) {
  struct cxd__buf out = {0};
  struct place place;
  char tzdata[CXD__TZDATA_MAX];
  if (!find_place(context, &place) || !cxd__buf_room(&out, ROOM))
    return NULL;
  cxd__zone_cache_version(context->zones, tzdata);
  cxd__buf_str(&out, "{\"rules\":\"");
  cxd__buf_str(&out, cxd_version());
  cxd__buf_char(&out, '"');
  member(&out, "table", context->settings->defaults->hours.version);
  member(&out, "policy", context->settings->policy.sha256);
  member(&out, "tzdata", tzdata);
  member(&out, "zone", place.zone);
  jurisdictions(context, &out);
  member(&out, "local", place.local);
  cxd__buf_char(&out, '}');
  return cxd__buf_take(&out);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "validate/rules.h"
#include "validate/text.h"

static int zone_of(struct cxd__context *context, struct cxd__view *out) {
  struct cxd__slice zone = context->change.at[CXD__MEMBER_TIME_ZONE];
  if (!context->set[CXD__MEMBER_TIME_ZONE] || cxd__json_kind(zone) != CXD__JSON_STRING)
    return 0;
  if (cxd__view_string(zone, out))
    return 1;
  context->report->failed = 1;
  return 0;
}

static void found_unknown(struct cxd__context *context, const struct cxd__rule_row *row, const struct cxd__view *zone, const char *why) {
  char meant[CXD__ZONE_NAME_MAX + 1];
  struct cxd__shown shown;
  const struct cxd__zones *approved = context->settings->policy.zones.any ? &context->settings->defaults->zones : &context->settings->policy.zones;
  cxd__zone_suggest(zone->p, zone->len, approved, context->zoneinfo_dir, meant);
  cxd__found(context, row->code, CXD_FIELD_TIME_ZONE, "%s %s: write a name of %s%s%s", cxd__show(&shown, context->change.at[CXD__MEMBER_TIME_ZONE]), why, cxd__codes[row->code].source,
             meant[0] ? ", perhaps " : " such as ", meant[0] ? meant : "America/New_York");
}

static void found_unreadable(struct cxd__context *context, const struct cxd__rule_row *row, const char *what, const struct cxd__zone_found *found) {
  struct cxd__shown zone, dir;
  if (!found->number && !found->why) {
    context->report->failed = 1;
    return;
  }
  struct cxd__slice path = {context->zoneinfo_dir, strlen(context->zoneinfo_dir)};
  cxd__found(context, row->code, CXD_FIELD_TIME_ZONE,
             "%s cannot be looked up: %s %s of config key validate.zoneinfo_dir cannot be read (%s): install the time zone database (tzdata), or give its path there",
             cxd__show(&zone, context->change.at[CXD__MEMBER_TIME_ZONE]), what, cxd__show(&dir, path), found->number ? cxd__file_reason(found->number) : found->why);
}

static void judge(struct cxd__context *context, const struct cxd__rule_row *row, const struct cxd__view *zone) {
  context->zone_unknown = 1;
  if (!cxd__zone_name_iana(zone->p, zone->len)) {
    found_unknown(context, row, zone, "is not the name of an IANA time zone");
    return;
  }
  struct cxd__zone_found found = cxd__zone_cache_get(context->zones, zone->p, zone->len);
  switch (found.state) {
  case CXD__ZONE_KNOWN: context->zone_unknown = 0; break;
  case CXD__ZONE_ABSENT: found_unknown(context, row, zone, "is not in this system's time zone database"); break;
  case CXD__ZONE_UNREADABLE: found_unreadable(context, row, "its file in the directory", &found); break;
  case CXD__ZONE_NO_DIR: found_unreadable(context, row, "the directory", &found); break;
  }
  cxd__tz_unref(found.tz);
}

void cxd__judge_zone_unknown(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__view zone;
  if (!zone_of(context, &zone))
    return;
  judge(context, row, &zone);
  cxd__free(zone.own);
}

static void found_not_approved(struct cxd__context *context, const struct cxd__rule_row *row, int by_config) {
  const struct cxd__zones *list = by_config ? &context->settings->defaults->zones : &context->settings->policy.zones;
  struct cxd__shown shown;
  struct cxd__buf names = {0};
  cxd__zones_write(list, &names);
  if (names.failed)
    context->report->failed = 1;
  else
    cxd__found(context, row->code, CXD_FIELD_TIME_ZONE, "%s is not approved: %s lists %s; write one of them, or add the zone there%s",
               cxd__show(&shown, context->change.at[CXD__MEMBER_TIME_ZONE]), by_config ? "config key validate.time_zones" : "policy member time_zones", names.data,
               by_config ? " (* allows any)" : "");
  cxd__buf_free(&names);
}

void cxd__judge_zone_not_approved(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__view zone;
  if (context->zone_unknown || !zone_of(context, &zone))
    return;
  if (!cxd__zones_have(&context->settings->defaults->zones, zone.p, zone.len))
    found_not_approved(context, row, 1);
  else if (!cxd__zones_have(&context->settings->policy.zones, zone.p, zone.len))
    found_not_approved(context, row, 0);
  cxd__free(zone.own);
}

/* An old database is an hour wrong where the law has changed: nothing that depends on it can be trusted then. */
void cxd__judge_tzdata(struct cxd__context *context, const struct cxd__rule_row *row) {
  const struct cxd__settings *settings = context->settings;
  char version[CXD__TZDATA_MAX];
  if (!settings->min_tzdata[0] || !context->after || context->direction == CXD__STOPS)
    return;
  cxd__say_fn *say = cxd__voice(context);
  cxd__zone_cache_version(context->zones, version);
  if (!version[0])
    say(context, row->code, CXD_FIELD_TIME_ZONE, "the version of the time zone database cannot be told (neither +VERSION nor tzdata.zi), and %s asks for %s or newer: install tzdata %s",
               settings->min_tzdata_source, settings->min_tzdata, settings->min_tzdata);
  else if (cxd__tzdata_compare(version, settings->min_tzdata) < 0)
    say(context, row->code, CXD_FIELD_TIME_ZONE, "the time zone database is version %s, and %s asks for %s or newer: update the system's tzdata, no restart is needed",
               version, settings->min_tzdata_source, settings->min_tzdata);
}

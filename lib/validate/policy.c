/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/mem.h"
#include "json/pointer.h"
#include "validate/policy_parts.h"

static struct cxd__policy *target(struct cxd__reader *reader) { return reader->target; }

static void read_version(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  int64_t version;
  if (!cxd__json_int(value, &version) || version != 1)
    cxd__read_fault(reader, value, "version %s is not known to this library: write \"version\":1", cxd__show(&shown, value));
}

static void read_calls(struct cxd__reader *reader, struct cxd__slice value) {
  target(reader)->max_concurrent_calls = cxd__read_int(reader, value, "limits.max_concurrent_calls", 1, CXD__MAX_CALLS);
}

static void read_interval(struct cxd__reader *reader, struct cxd__slice value) {
  target(reader)->min_pacing_interval_s = cxd__read_int(reader, value, "limits.min_pacing_interval_s", 1, CXD__MAX_INTERVAL_S);
}

static void read_throttle(struct cxd__reader *reader, struct cxd__slice value) {
  target(reader)->max_throttle = cxd__read_real(reader, value, "limits.max_throttle", 0, 1);
}

static void read_limits(struct cxd__reader *reader, struct cxd__slice value) {
  static const struct cxd__read_member table[] = {
      {"max_concurrent_calls", read_calls}, {"min_pacing_interval_s", read_interval}, {"max_throttle", read_throttle}};
  (void)cxd__read_into(reader, value, reader->target, "limits", table, sizeof table / sizeof *table);
}

static void read_zone(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  struct cxd__view name;
  if (!cxd__read_expect(reader, value, CXD__JSON_STRING, "an entry of time_zones", "an IANA name such as \"America/New_York\""))
    return;
  if (!cxd__view_string(value, &name)) {
    reader->failed = 1;
    return;
  }
  if (!cxd__zone_name_iana(name.p, name.len))
    cxd__read_fault(reader, value, "time_zones has %s: write an IANA name such as \"America/New_York\"", cxd__show(&shown, value));
  else if (!cxd__zones_add(&target(reader)->zones, name.p, name.len))
    reader->failed = 1;
  cxd__free(name.own);
}

static void read_zones(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  size_t entries = 0;
  if (cxd__json_kind(value) == CXD__JSON_STRING && cxd__json_string_is(value, "*"))
    return;
  if (!cxd__read_expect(reader, value, CXD__JSON_ARRAY, "time_zones", "an array of IANA names, or \"*\""))
    return;
  target(reader)->zones.any = 0;
  cxd__json_walk(&iter, value);
  for (; cxd__json_next(&iter, &key, &item); entries++)
    read_zone(reader, item);
  if (!entries)
    cxd__read_fault(reader, value, "time_zones is empty, which would refuse every campaign: name a zone, or write \"*\"");
  cxd__zones_sort(&target(reader)->zones);
}

static int32_t severity_of(struct cxd__slice value) {
  static const char *const names[] = {"note", "warning", "error"};
  for (int32_t i = 0; i < 3; i++)
    if (cxd__json_kind(value) == CXD__JSON_STRING && cxd__json_string_is(value, names[i]))
      return i;
  return -1;
}

static enum cxd__code code_of(struct cxd__reader *reader, struct cxd__slice key) {
  struct cxd__shown shown;
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    if (cxd__json_string_is(key, cxd__codes[i].name))
      return (enum cxd__code)i;
  const char *nearest = cxd__read_tells(reader, key) ? cxd__code_nearest(key.p + 1, key.len - 2) : NULL;
  cxd__read_fault(reader, key, "severities names %s, which is no code of a built-in rule%s%s%s", cxd__show(&shown, key), nearest ? ", did you mean \"" : ": remove it",
        nearest ? nearest : "", nearest ? "\"?" : "");
  return CXD__CODE_COUNT;
}

static void read_severity(struct cxd__reader *reader, struct cxd__slice key, struct cxd__slice value) {
  struct cxd__shown shown;
  enum cxd__code code = code_of(reader, key);
  int32_t severity = severity_of(value);
  if (severity < 0)
    cxd__read_fault(reader, value, "severity %s: write \"error\", \"warning\" or \"note\"", cxd__show(&shown, value));
  if (code == CXD__CODE_COUNT || severity < 0)
    return;
  if (cxd__codes[code].fixed && severity != CXD_SEVERITY_ERROR)
    cxd__read_fault(reader, value, "%s is always an error and cannot be lowered: remove it", cxd__codes[code].name);
  else
    target(reader)->severity[code] = severity;
}

static void read_severities(struct cxd__reader *reader, struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!cxd__read_expect(reader, value, CXD__JSON_OBJECT, "severities", "an object of codes"))
    return;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &item))
    read_severity(reader, key, item);
}

/* "2026f": four digits and one or two letters. */
static int is_tzdata(const char *text, size_t len) {
  if (len < 5 || len > 6)
    return 0;
  for (size_t i = 0; i < len; i++)
    if (i < 4 ? text[i] < '0' || text[i] > '9' : text[i] < 'a' || text[i] > 'z')
      return 0;
  return 1;
}

static void read_tzdata(struct cxd__reader *reader, struct cxd__slice value) {
  static const char form[] = "a version of the time zone database such as \"2026f\"";
  struct cxd__shown shown;
  struct cxd__view view;
  if (!cxd__read_view(reader, value, "min_tzdata", form, &view))
    return;
  if (is_tzdata(view.p, view.len))
    memcpy(target(reader)->min_tzdata, view.p, view.len);
  else
    cxd__read_fault(reader, value, "min_tzdata is %s: write %s", cxd__show(&shown, value), form);
  cxd__free(view.own);
}

static void read_jurisdiction(struct cxd__reader *reader, struct cxd__slice value) {
  cxd__names_read(reader, value, "jurisdiction", &target(reader)->jurisdictions);
}

static void read_holidays(struct cxd__reader *reader, struct cxd__slice value) { cxd__days_read(reader, value, "holidays", &target(reader)->holidays); }

static void read_blackouts(struct cxd__reader *reader, struct cxd__slice value) {
  cxd__blackouts_read(reader, value, &target(reader)->blackouts, &target(reader)->blackout_count);
}

static void read_capacity(struct cxd__reader *reader, struct cxd__slice value) { cxd__capacity_inputs_read(reader, value, &target(reader)->capacity); }

static void read_campaigns(struct cxd__reader *reader, struct cxd__slice value) {
  cxd__policy_campaigns_read(reader, value, &target(reader)->campaigns, &target(reader)->campaign_count);
}

/* Own sets and rows come first, wherever they stand: the rest names them. */
static void read_rows(struct cxd__reader *reader, struct cxd__slice document, const struct cxd__hours *table, struct cxd__policy *out) {
  struct cxd__slice sets = cxd__json_member(document, "holiday_sets"), rows = cxd__json_member(document, "jurisdictions");
  if (sets.p)
    cxd__hours_read_sets(reader, sets, &out->rows);
  if (rows.p)
    cxd__hours_read_rows(reader, rows, &out->rows, table);
  /* A row with faults is a row. */
  reader->known = reader->failed || reader->rows_cut ? NULL : table;
  reader->own = &out->rows;
}

static void read_policy(struct cxd__reader *reader, struct cxd__slice document, const struct cxd__hours *known, struct cxd__policy *out) {
  static const struct cxd__read_member table[] = {
      {"version", read_version},   {"limits", read_limits},       {"time_zones", read_zones},     {"severities", read_severities},
      {"min_tzdata", read_tzdata}, {"jurisdictions", NULL},       {"holiday_sets", NULL},         {"jurisdiction", read_jurisdiction},
      {"holidays", read_holidays}, {"blackouts", read_blackouts}, {"capacity", read_capacity},    {"campaigns", read_campaigns}};
  if (!cxd__read_expect(reader, document, CXD__JSON_OBJECT, "the policy", "an object"))
    return;
  (void)cxd__read_required(reader, document, "version", "\"version\":1");
  read_rows(reader, document, known, out);
  (void)cxd__read_into(reader, document, out, "the policy", table, sizeof table / sizeof *table);
}

cxd_status cxd__policy_parse(const char *json, size_t len, const char *what, const struct cxd__hours *table, struct cxd__policy *out, cxd_error **error) {
  struct cxd__slice document;
  *out = cxd__policy_none();
  cxd_status status = cxd__json_check(json, len, what, &document, error);
  if (status != CXD_OK)
    return status;
  struct cxd__reader reader = {.text = json};
  read_policy(&reader, document, table, out);
  status = cxd__read_verdict(&reader, what, error);
  if (status != CXD_OK)
    cxd__policy_free(out);
  return status;
}

void cxd__policy_free(struct cxd__policy *policy) {
  cxd__zones_free(&policy->zones);
  cxd__names_free(&policy->jurisdictions);
  cxd__hours_free(&policy->rows);
  cxd__days_free(&policy->holidays);
  cxd__blackouts_free(policy->blackouts, policy->blackout_count);
  cxd__policy_campaigns_free(policy->campaigns, policy->campaign_count);
  *policy = cxd__policy_none();
}

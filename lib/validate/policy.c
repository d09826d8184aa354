/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/pointer.h"
#include "validate/nearest.h"
#include "validate/settings.h"
#include "validate/text.h"

#define FAULTS_SHOWN 20

struct reader {
  const char *text;
  struct cxd__policy *policy;
  struct cxd__buf faults;
  size_t count;
  int failed; /* no memory */
};

typedef void read_fn(struct reader *, struct cxd__slice value);

struct member {
  const char *name;
  read_fn *read;
};

static void fault(struct reader *reader, struct cxd__slice at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void fault(struct reader *reader, struct cxd__slice at, const char *format, ...) {
  if (++reader->count > FAULTS_SHOWN)
    return;
  char clause[512];
  size_t line, column;
  va_list args;
  va_start(args, format);
  (void)vsnprintf(clause, sizeof clause, format, args);
  va_end(args);
  cxd__json_place(reader->text, (size_t)(at.p - reader->text), &line, &column);
  cxd__buf_fmt(&reader->faults, "%sline %zu, column %zu: %s", reader->count > 1 ? "; " : "", line, column, clause);
}

static int expect(struct reader *reader, struct cxd__slice value, enum cxd__json_kind kind, const char *name, const char *instead) {
  struct cxd__shown shown;
  if (cxd__json_kind(value) == kind)
    return 1;
  fault(reader, value, "%s is %s: write %s", name, cxd__show(&shown, value), instead);
  return 0;
}

static void unknown(struct reader *reader, struct cxd__slice key, const struct member *table, size_t count) {
  struct cxd__shown shown;
  struct cxd__nearest nearest = cxd__nearest_start(key.p + 1, key.len - 2);
  for (size_t i = 0; i < count; i++)
    cxd__nearest_offer_text(&nearest, table[i].name);
  if (nearest.best)
    fault(reader, key, "unknown member %s, did you mean \"%s\"?", cxd__show(&shown, key), nearest.best);
  else
    fault(reader, key, "unknown member %s: remove it", cxd__show(&shown, key));
}

static void read_members(struct reader *reader, struct cxd__slice object, const struct member *table, size_t count) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd__json_walk(&iter, object);
  while (cxd__json_next(&iter, &key, &value)) {
    size_t i = 0;
    while (i < count && !cxd__json_string_is(key, table[i].name))
      i++;
    if (i < count)
      table[i].read(reader, value);
    else
      unknown(reader, key, table, count);
  }
}

static void read_version(struct reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  int64_t version;
  if (!cxd__json_int(value, &version) || version != 1)
    fault(reader, value, "version %s is not known to this library: write \"version\":1", cxd__show(&shown, value));
}

static int64_t read_int(struct reader *reader, struct cxd__slice value, const char *name, int64_t max) {
  struct cxd__shown shown;
  int64_t number;
  if (cxd__json_int(value, &number) && number >= 1 && number <= max)
    return number;
  fault(reader, value, "%s is %s: write a whole number from 1 to %lld", name, cxd__show(&shown, value), (long long)max);
  return 0;
}

static void read_calls(struct reader *reader, struct cxd__slice value) {
  reader->policy->max_concurrent_calls = read_int(reader, value, "limits.max_concurrent_calls", CXD__MAX_CALLS);
}

static void read_interval(struct reader *reader, struct cxd__slice value) {
  reader->policy->min_pacing_interval_s = read_int(reader, value, "limits.min_pacing_interval_s", CXD__MAX_INTERVAL_S);
}

static void read_throttle(struct reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  double number;
  if (cxd__json_real(value, &number) && number > 0 && number <= 1)
    reader->policy->max_throttle = number;
  else
    fault(reader, value, "limits.max_throttle is %s: write a fraction above 0, at most 1", cxd__show(&shown, value));
}

static void read_limits(struct reader *reader, struct cxd__slice value) {
  static const struct member table[] = {
      {"max_concurrent_calls", read_calls}, {"min_pacing_interval_s", read_interval}, {"max_throttle", read_throttle}};
  if (expect(reader, value, CXD__JSON_OBJECT, "limits", "an object"))
    read_members(reader, value, table, sizeof table / sizeof *table);
}

static void read_zone(struct reader *reader, struct cxd__slice value) {
  struct cxd__shown shown;
  struct cxd__view name;
  if (!expect(reader, value, CXD__JSON_STRING, "an entry of time_zones", "an IANA name such as \"America/New_York\""))
    return;
  if (!cxd__view_string(value, &name)) {
    reader->failed = 1;
    return;
  }
  if (!cxd__zone_name_iana(name.p, name.len))
    fault(reader, value, "time_zones has %s: write an IANA name such as \"America/New_York\"", cxd__show(&shown, value));
  else if (!cxd__zones_add(&reader->policy->zones, name.p, name.len))
    reader->failed = 1;
  cxd__free(name.own);
}

static void read_zones(struct reader *reader, struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  size_t entries = 0;
  if (cxd__json_kind(value) == CXD__JSON_STRING && cxd__json_string_is(value, "*"))
    return;
  if (!expect(reader, value, CXD__JSON_ARRAY, "time_zones", "an array of IANA names, or \"*\""))
    return;
  reader->policy->zones.any = 0;
  cxd__json_walk(&iter, value);
  for (; cxd__json_next(&iter, &key, &item); entries++)
    read_zone(reader, item);
  if (!entries)
    fault(reader, value, "time_zones is empty, which would refuse every campaign: name a zone, or write \"*\"");
  cxd__zones_sort(&reader->policy->zones);
}

static int32_t severity_of(struct cxd__slice value) {
  static const char *const names[] = {"note", "warning", "error"};
  for (int32_t i = 0; i < 3; i++)
    if (cxd__json_kind(value) == CXD__JSON_STRING && cxd__json_string_is(value, names[i]))
      return i;
  return -1;
}

static enum cxd__code code_of(struct reader *reader, struct cxd__slice key) {
  struct cxd__shown shown;
  for (unsigned i = 0; i < CXD__CODE_COUNT; i++)
    if (cxd__json_string_is(key, cxd__codes[i].name))
      return (enum cxd__code)i;
  const char *nearest = cxd__code_nearest(key.p + 1, key.len - 2);
  fault(reader, key, "severities names %s, which is no code of a built-in rule%s%s%s", cxd__show(&shown, key), nearest ? ", did you mean \"" : ": remove it",
        nearest ? nearest : "", nearest ? "\"?" : "");
  return CXD__CODE_COUNT;
}

static void read_severity(struct reader *reader, struct cxd__slice key, struct cxd__slice value) {
  struct cxd__shown shown;
  enum cxd__code code = code_of(reader, key);
  int32_t severity = severity_of(value);
  if (severity < 0)
    fault(reader, value, "severity %s: write \"error\", \"warning\" or \"note\"", cxd__show(&shown, value));
  if (code == CXD__CODE_COUNT || severity < 0)
    return;
  if (cxd__codes[code].fixed && severity != CXD_SEVERITY_ERROR)
    fault(reader, value, "%s is always an error and cannot be lowered: remove it", cxd__codes[code].name);
  else
    reader->policy->severity[code] = severity;
}

static void read_severities(struct reader *reader, struct cxd__slice value) {
  struct cxd__json_iter iter;
  struct cxd__slice key, item;
  if (!expect(reader, value, CXD__JSON_OBJECT, "severities", "an object of codes"))
    return;
  cxd__json_walk(&iter, value);
  while (cxd__json_next(&iter, &key, &item))
    read_severity(reader, key, item);
}

static void read_policy(struct reader *reader, struct cxd__slice document) {
  static const struct member table[] = {
      {"version", read_version}, {"limits", read_limits}, {"time_zones", read_zones}, {"severities", read_severities}};
  if (!expect(reader, document, CXD__JSON_OBJECT, "the policy", "an object"))
    return;
  if (!cxd__json_member(document, "version").p)
    fault(reader, document, "version is missing: write \"version\":1");
  read_members(reader, document, table, sizeof table / sizeof *table);
}

static cxd_status verdict(struct reader *reader, const char *what, cxd_error **error) {
  if (reader->failed || reader->faults.failed)
    return cxd__fail_nomem(error);
  if (!reader->count)
    return CXD_OK;
  if (reader->count > FAULTS_SHOWN)
    cxd__buf_fmt(&reader->faults, "; and %zu more", reader->count - FAULTS_SHOWN);
  return cxd__fail(error, CXD_E_CONFIG, "%s: %s", what, reader->faults.data ? reader->faults.data : "");
}

cxd_status cxd__policy_parse(const char *json, size_t len, const char *what, struct cxd__policy *out, cxd_error **error) {
  struct cxd__slice document;
  *out = cxd__policy_none();
  cxd_status status = cxd__json_check(json, len, what, &document, error);
  if (status != CXD_OK)
    return status;
  struct reader reader = {.text = json, .policy = out};
  read_policy(&reader, document);
  status = verdict(&reader, what, error);
  cxd__buf_free(&reader.faults);
  if (status != CXD_OK)
    cxd__zones_free(&out->zones);
  return status;
}

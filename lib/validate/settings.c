/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/settings.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "validate/text.h"

static cxd_status add_zone(struct cxd__zones *zones, const char *name, size_t len, cxd_error **error) {
  if (len == 1 && *name == '*') {
    zones->any = 1;
    return CXD_OK;
  }
  struct cxd__shown shown;
  if (!cxd__zone_name_iana(name, len))
    return cxd__fail_at(error, CXD_E_CONFIG, "validate.time_zones", "validate.time_zones: '%s' is not an IANA zone name: write names such as America/New_York with commas between, or *",
                        cxd__show(&shown, (struct cxd__slice){name, len}));
  return cxd__zones_add(zones, name, len) ? CXD_OK : cxd__fail_nomem(error);
}

static cxd_status read_zones(const char *list, struct cxd__zones *zones, cxd_error **error) {
  cxd_status status = CXD_OK;
  for (const char *at = list; *at && status == CXD_OK;) {
    at += strspn(at, " \t,");
    size_t len = strcspn(at, ",");
    size_t name_len = len;
    while (name_len && (at[name_len - 1] == ' ' || at[name_len - 1] == '\t'))
      name_len--;
    if (name_len)
      status = add_zone(zones, at, name_len, error);
    at += len;
  }
  if (status == CXD_OK && !zones->any && !zones->count)
    status = cxd__fail_at(error, CXD_E_CONFIG, "validate.time_zones", "validate.time_zones names no zone: list IANA names with commas between, or * for any");
  cxd__zones_sort(zones);
  return status;
}

static cxd_status check_limits(const struct cxd__validate_options *options, cxd_error **error) {
  if (options->max_concurrent_calls < 1 || options->max_concurrent_calls > CXD__MAX_CALLS)
    return cxd__fail_at(error, CXD_E_CONFIG, "validate.max_concurrent_calls", "validate.max_concurrent_calls is out of its range 1 to %d", CXD__MAX_CALLS);
  if (options->min_pacing_interval_s < 1 || options->min_pacing_interval_s > CXD__MAX_INTERVAL_S)
    return cxd__fail_at(error, CXD_E_CONFIG, "validate.min_pacing_interval_s", "validate.min_pacing_interval_s is out of its range 1 to %d", CXD__MAX_INTERVAL_S);
  if (!(options->max_throttle > 0 && options->max_throttle <= 1))
    return cxd__fail_at(error, CXD_E_CONFIG, "validate.max_throttle", "validate.max_throttle is out of its range, above 0 to 1");
  return CXD_OK;
}

cxd_status cxd__defaults_make(const struct cxd__validate_options *options, struct cxd__defaults *out, cxd_error **error) {
  *out = (struct cxd__defaults){options->max_concurrent_calls, options->min_pacing_interval_s, options->max_throttle, {0}, NULL};
  cxd_status status = check_limits(options, error);
  if (status == CXD_OK)
    status = read_zones(options->time_zones, &out->zones, error);
  if (status == CXD_OK && !(out->zoneinfo_dir = cxd__strdup(options->zoneinfo_dir)))
    status = cxd__fail_nomem(error);
  if (status != CXD_OK)
    cxd__defaults_free(out);
  return status;
}

void cxd__defaults_free(struct cxd__defaults *defaults) {
  cxd__zones_free(&defaults->zones);
  cxd__free(defaults->zoneinfo_dir);
  defaults->zoneinfo_dir = NULL;
}

struct cxd__policy cxd__policy_none(void) {
  struct cxd__policy policy = {0};
  policy.zones.any = 1;
  for (size_t i = 0; i < CXD__CODE_COUNT; i++)
    policy.severity[i] = cxd__codes[i].severity;
  return policy;
}

static struct cxd__limit stricter(int64_t config, int64_t policy, int upper, const char *config_source, const char *policy_source) {
  int by_policy = policy && (upper ? policy < config : policy > config);
  return by_policy ? (struct cxd__limit){policy, policy_source} : (struct cxd__limit){config, config_source};
}

static int spell(double value, char out[40]) {
  struct cxd__buf text = {0};
  cxd__buf_real(&text, value);
  int good = !text.failed && text.len < 40;
  if (good)
    memcpy(out, text.data, text.len + 1);
  cxd__buf_free(&text);
  return good;
}

struct cxd__settings *cxd__settings_new(const struct cxd__defaults *defaults, struct cxd__policy *policy) {
  struct cxd__settings *settings = cxd__alloc(sizeof *settings);
  if (!settings)
    return NULL;
  atomic_init(&settings->refs, 1);
  settings->max_concurrent_calls = stricter(defaults->max_concurrent_calls, policy->max_concurrent_calls, 1,
                                            "config key validate.max_concurrent_calls", "policy member limits.max_concurrent_calls");
  settings->min_pacing_interval_s = stricter(defaults->min_pacing_interval_s, policy->min_pacing_interval_s, 0,
                                             "config key validate.min_pacing_interval_s", "policy member limits.min_pacing_interval_s");
  int by_policy = policy->max_throttle > 0 && policy->max_throttle < defaults->max_throttle;
  settings->max_throttle = by_policy ? policy->max_throttle : defaults->max_throttle;
  settings->max_throttle_source = by_policy ? "policy member limits.max_throttle" : "config key validate.max_throttle";
  if (!spell(settings->max_throttle, settings->max_throttle_text)) {
    cxd__free(settings);
    return NULL;
  }
  settings->config_zones = &defaults->zones;
  settings->policy_zones = policy->zones;
  policy->zones = (struct cxd__zones){0};
  memcpy(settings->severity, policy->severity, sizeof settings->severity);
  return settings;
}

struct cxd__settings *cxd__settings_ref(struct cxd__settings *settings) {
  atomic_fetch_add_explicit(&settings->refs, 1, memory_order_relaxed);
  return settings;
}

void cxd__settings_unref(struct cxd__settings *settings) {
  if (!settings || atomic_fetch_sub_explicit(&settings->refs, 1, memory_order_acq_rel) != 1)
    return;
  cxd__zones_free(&settings->policy_zones);
  cxd__free(settings);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "validate/hours_table.h"
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

static cxd_status read_jurisdictions(const char *list, struct cxd__names *names, cxd_error **error) {
  if (!list || !*list)
    list = "US";
  while (*list) {
    size_t len = strcspn(list, ",");
    if (len && !cxd__names_add(names, list, len))
      return cxd__fail_nomem(error);
    list += len + (list[len] == ',');
  }
  return CXD_OK;
}

static cxd_status read_table(const char *path, struct cxd__hours *out, cxd_error **error) {
  if (!path || !*path)
    return cxd__hours_parse(cxd__hours_builtin, cxd__hours_builtin_len, "built-in table of jurisdictions", out, error);
  struct cxd__buf text = {0};
  cxd_status status = cxd__file_read(path, CXD__JSON_MAX_BYTES, "table of jurisdictions", &text, error);
  if (status == CXD_OK)
    status = cxd__hours_parse(text.data ? text.data : "", text.len, path, out, error);
  cxd__buf_free(&text);
  return status;
}

cxd_status cxd__defaults_make(const struct cxd__validate_options *options, struct cxd__defaults *out, cxd_error **error) {
  *out = (struct cxd__defaults){
      .max_concurrent_calls = options->max_concurrent_calls,
      .min_pacing_interval_s = options->min_pacing_interval_s,
      .max_throttle = options->max_throttle,
      .capacity = {options->agents, options->answer_rate, options->aht_s, options->patience_s, options->max_abandonment, options->lines_per_agent}};
  if (options->min_tzdata)
    (void)snprintf(out->min_tzdata, sizeof out->min_tzdata, "%s", options->min_tzdata);
  cxd_status status = check_limits(options, error);
  if (status == CXD_OK)
    status = read_zones(options->time_zones, &out->zones, error);
  if (status == CXD_OK)
    status = read_jurisdictions(options->jurisdiction, &out->jurisdictions, error);
  if (status == CXD_OK)
    status = read_table(options->jurisdictions_file, &out->hours, error);
  if (status != CXD_OK)
    cxd__defaults_free(out);
  return status;
}

void cxd__defaults_free(struct cxd__defaults *defaults) {
  cxd__zones_free(&defaults->zones);
  cxd__names_free(&defaults->jurisdictions);
  cxd__hours_free(&defaults->hours);
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

static int fill_limits(struct cxd__settings *settings) {
  const struct cxd__defaults *defaults = settings->defaults;
  const struct cxd__policy *policy = &settings->policy;
  settings->max_concurrent_calls = stricter(defaults->max_concurrent_calls, policy->max_concurrent_calls, 1,
                                            "config key validate.max_concurrent_calls", "policy member limits.max_concurrent_calls");
  settings->min_pacing_interval_s = stricter(defaults->min_pacing_interval_s, policy->min_pacing_interval_s, 0,
                                             "config key validate.min_pacing_interval_s", "policy member limits.min_pacing_interval_s");
  int by_policy = policy->max_throttle > 0 && policy->max_throttle < defaults->max_throttle;
  settings->max_throttle = by_policy ? policy->max_throttle : defaults->max_throttle;
  settings->max_throttle_source = by_policy ? "policy member limits.max_throttle" : "config key validate.max_throttle";
  int newer = policy->min_tzdata[0] && cxd__tzdata_compare(policy->min_tzdata, defaults->min_tzdata) > 0;
  memcpy(settings->min_tzdata, newer ? policy->min_tzdata : defaults->min_tzdata, sizeof settings->min_tzdata);
  settings->min_tzdata_source = newer ? "policy member min_tzdata" : "config key validate.min_tzdata";
  return spell(settings->max_throttle, settings->max_throttle_text);
}

const struct cxd__jurisdiction *cxd__settings_row(const struct cxd__settings *settings, const char *code, size_t len) {
  const struct cxd__jurisdiction *row = cxd__hours_find(&settings->policy.rows, code, len);
  return row ? row : cxd__hours_find(&settings->defaults->hours, code, len);
}

const char *cxd__settings_meant(const struct cxd__settings *settings, const char *code, size_t len) {
  return cxd__hours_meant(&settings->policy.rows, &settings->defaults->hours, code, len);
}

static cxd_status no_such_row(const struct cxd__settings *settings, const char *code, cxd_error **error) {
  const char *meant = cxd__settings_meant(settings, code, strlen(code));
  return cxd__fail_at(error, CXD_E_CONFIG, "validate.jurisdiction", "validate.jurisdiction: there is no row for '%s'%s%s%s", code, meant ? ", did you mean " : "", meant ? meant : "",
                      meant ? "?" : ": write US for the federal hours, or add a row to the policy (jurisdictions)");
}

/* Which rows decide about a campaign of which the policy says nothing else. */
static cxd_status fill_rows(struct cxd__settings *settings, cxd_error **error) {
  const struct cxd__names *codes = settings->policy.jurisdictions.count ? &settings->policy.jurisdictions : &settings->defaults->jurisdictions;
  settings->rows = cxd__alloc((codes->count + 1) * sizeof *settings->rows);
  if (!settings->rows)
    return cxd__fail_nomem(error);
  for (size_t i = 0; i < codes->count; i++) {
    const struct cxd__jurisdiction *row = cxd__settings_row(settings, codes->at[i], strlen(codes->at[i]));
    if (!row)
      return no_such_row(settings, codes->at[i], error);
    settings->rows[settings->row_count++] = row;
  }
  return CXD_OK;
}

cxd_status cxd__settings_new(const struct cxd__defaults *defaults, struct cxd__policy *policy, struct cxd__settings **out, cxd_error **error) {
  *out = NULL;
  struct cxd__settings *settings = cxd__alloc(sizeof *settings);
  if (!settings) {
    cxd__policy_free(policy);
    return cxd__fail_nomem(error);
  }
  atomic_init(&settings->refs, 1);
  settings->defaults = defaults;
  settings->policy = *policy;
  *policy = cxd__policy_none();
  cxd_status status = fill_limits(settings) ? fill_rows(settings, error) : cxd__fail_nomem(error);
  if (status == CXD_OK)
    *out = settings;
  else
    cxd__settings_unref(settings);
  return status;
}

struct cxd__settings *cxd__settings_ref(struct cxd__settings *settings) {
  atomic_fetch_add_explicit(&settings->refs, 1, memory_order_relaxed);
  return settings;
}

void cxd__settings_unref(struct cxd__settings *settings) {
  if (!settings || atomic_fetch_sub_explicit(&settings->refs, 1, memory_order_acq_rel) != 1)
    return;
  cxd__policy_free(&settings->policy);
  cxd__free(settings->rows);
  cxd__free(settings);
}

const struct cxd__policy_campaign *cxd__settings_campaign(const struct cxd__settings *settings, const char *id, size_t len) {
  size_t low = 0, high = settings->policy.campaign_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct cxd__policy_campaign *campaign = &settings->policy.campaigns[middle];
    size_t own = strlen(campaign->id);
    int order = memcmp(id, campaign->id, len < own ? len : own);
    order = order ? order : (len > own) - (len < own);
    if (order == 0)
      return campaign;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

/* largest: the larger value is the stricter one. */
static struct cxd__input input_of(double config, double general, double own, double standard, int largest, const char *key, const char *member) {
  double policy = own > 0 ? own : general;
  int by_policy = policy > 0 && (!(config > 0) || (largest ? policy > config : policy < config));
  if (by_policy)
    return (struct cxd__input){policy, member};
  if (config > 0)
    return (struct cxd__input){config, key};
  return (struct cxd__input){standard, "the default"};
}

struct cxd__capacity_in_force cxd__settings_capacity(const struct cxd__settings *settings, const struct cxd__policy_campaign *campaign) {
  static const struct cxd__capacity_inputs none;
  const struct cxd__capacity_inputs *c = &settings->defaults->capacity, *p = &settings->policy.capacity, *o = campaign ? &campaign->capacity : &none;
#define INPUT(name, standard, largest) input_of(c->name, p->name, o->name, standard, largest, "config key validate." #name, "policy member capacity." #name)
  return (struct cxd__capacity_in_force){.agents = INPUT(agents, 0, 0),
                                         .answer_rate = INPUT(answer_rate, 0, 1),
                                         .aht_s = INPUT(aht_s, 0, 1),
                                         .patience_s = INPUT(patience_s, 2, 0),
                                         .max_abandonment = INPUT(max_abandonment, 0.03, 0),
                                         .lines_per_agent = INPUT(lines_per_agent, 1, 0)};
#undef INPUT
}

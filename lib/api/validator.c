/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/validator.h"

#include "api/config.h"
#include "base/abi.h"
#include "base/error.h"
#include "base/now.h"
#include "json/campaign.h"

static cxd_status not_a(cxd_error **error, const char *what) {
  return cxd__fail(error, CXD_E_ARGUMENT, "%s is NULL, freed, or a handle of another kind: pass a live one", what);
}

/* A system's tz database changes a few times a year: a look a second is enough, and costs a check nothing. */
#define ZONE_RECHECK_MS 1000

static double input(const cxd_config *config, const char *key) {
  const char *text = cxd__config_text(config, key);
  return text && text[0] ? cxd__config_real(config, key) : 0;
}

static struct cxd__validate_options read_options(const cxd_config *config) {
  return (struct cxd__validate_options){
      .max_concurrent_calls = cxd__config_int(config, "validate.max_concurrent_calls"),
      .min_pacing_interval_s = cxd__config_int(config, "validate.min_pacing_interval_s"),
      .max_throttle = cxd__config_real(config, "validate.max_throttle"),
      .time_zones = cxd__config_text(config, "validate.time_zones"),
      .zoneinfo_dir = cxd__config_text(config, "validate.zoneinfo_dir"),
      .jurisdiction = cxd__config_text(config, "validate.jurisdiction"),
      .jurisdictions_file = cxd__config_text(config, "validate.jurisdictions_file"),
      .min_tzdata = cxd__config_text(config, "validate.min_tzdata"),
      .agents = input(config, "validate.agents"),
      .answer_rate = input(config, "validate.answer_rate"),
      .aht_s = input(config, "validate.aht_s"),
      .patience_s = input(config, "validate.patience_s"),
      .max_abandonment = input(config, "validate.max_abandonment"),
      .lines_per_agent = input(config, "validate.lines_per_agent"),
      .recheck_ms = ZONE_RECHECK_MS,
  };
}

cxd_status cxd_validator_new(const cxd_config *config, cxd_validator **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_validator *");
  *out = NULL;
  if (config && !cxd__config_live(config))
    return not_a(error, "config");
  struct cxd__validate_options options = read_options(config);
  const char *policy_file = cxd__config_text(config, "validate.policy_file");
  cxd_validator *validator = NULL;
  cxd_status status = cxd__validator_make(&options, &validator, error);
  if (status == CXD_OK && policy_file && policy_file[0])
    status = cxd__validator_keep_policy(validator, policy_file, error);
  if (status == CXD_OK) {
    cxd__validator_set_replace(validator, cxd__config_is(config, "update.mode", "replace"));
    *out = validator;
  } else {
    cxd__validator_unref(validator);
  }
  return status;
}

cxd_status cxd_validator_load_policy(cxd_validator *validator, const char *json, size_t len, cxd_error **error) {
  if (!cxd__validator_is(validator))
    return not_a(error, "validator");
  if (!json)
    return cxd__fail(error, CXD_E_ARGUMENT, "json is NULL: pass the text of a policy");
  return cxd__validator_policy(validator, json, len, "policy", error);
}

cxd_status cxd_validator_add_rule(cxd_validator *validator, const cxd_rule *rule, cxd_error **error) {
  if (!rule)
    return cxd__fail(error, CXD_E_ARGUMENT, "rule is NULL: pass a cxd_rule");
  if (cxd__validator_is(validator))
    return cxd__validator_add(validator, rule, error);
  cxd__abi_discard(rule);
  return not_a(error, "validator");
}

cxd_status cxd_validator_reload_policy(cxd_validator *validator, cxd_error **error) {
  if (!cxd__validator_is(validator))
    return not_a(error, "validator");
  return cxd__validator_reload(validator, error);
}

/* A check has one word for a refusal; the updater's CXD_E_WINDOW_CLOSED says that waiting would help. */
static cxd_status as_invalid(cxd_status status, cxd_error **error) {
  if (status != CXD_E_WINDOW_CLOSED)
    return status;
  if (error && *error)
    (*error)->status = CXD_E_INVALID;
  return CXD_E_INVALID;
}

cxd_status cxd_validator_check(cxd_validator *validator, const cxd_campaign *campaign, int64_t at_unix_ms, cxd_report **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_report *");
  *out = NULL;
  if (!cxd__validator_is(validator))
    return not_a(error, "validator");
  if (!CXD__IS(campaign, CAMPAIGN))
    return not_a(error, "campaign");
  struct cxd__check check = {.change = campaign,
                             .replace = cxd__validator_replaces(validator),
                             .at_unix_ms = at_unix_ms ? at_unix_ms : cxd__clock_read().wall_ms};
  return as_invalid(cxd__validator_run(validator, &check, out, error), error);
}

void cxd_validator_free(cxd_validator *validator) {
  if (cxd__validator_is(validator))
    cxd__validator_release(validator);
}

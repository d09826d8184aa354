/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_mutex_t under -std=c11 */
#include "validate/validator.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/value.h"
#include "validate/basis.h"
#include "validate/own_rules.h"
#include "validate/rules.h"
#include "validate/settings.h"
#include "validate/zone_links.h"

/* A rule may check another campaign; one that checks in circles is stopped before the stack is. */
#define NESTED_MAX 8

struct run {
  struct run *next;
  pthread_t thread;
};

struct cxd_validator {
  uint32_t magic;
  atomic_int released;
  atomic_size_t refs;
  struct cxd__defaults defaults;
  char *zoneinfo_dir, *policy_path; /* policy_path: NULL: none was given */
  struct cxd__zone_cache *zones;
  int32_t replace;
  pthread_mutex_t lock; /* guards the three below; nothing is called under it */
  struct cxd__settings *settings;
  struct cxd__own_rules *rules;
  struct run *runs; /* checks with own rules in progress, the newest first */
};

static void discard(cxd_validator *validator) {
  cxd__settings_unref(validator->settings);
  cxd__own_rules_unref(validator->rules);
  cxd__defaults_free(&validator->defaults);
  cxd__zone_cache_free(validator->zones);
  cxd__free(validator->zoneinfo_dir);
  cxd__free(validator->policy_path);
  cxd__free(validator);
}

static cxd_status set_up(cxd_validator *validator, const struct cxd__validate_options *options, cxd_error **error) {
  cxd_status status = cxd__defaults_make(options, &validator->defaults, error);
  if (status != CXD_OK)
    return status;
  validator->zoneinfo_dir = cxd__strdup(options->zoneinfo_dir);
  validator->zones = validator->zoneinfo_dir ? cxd__zone_cache_new(validator->zoneinfo_dir, options->recheck_ms) : NULL;
  if (!validator->zones || pthread_mutex_init(&validator->lock, NULL) != 0)
    return cxd__fail_nomem(error);
  struct cxd__policy none = cxd__policy_none();
  return cxd__settings_new(&validator->defaults, &none, &validator->settings, error);
}

cxd_status cxd__validator_make(const struct cxd__validate_options *options, cxd_validator **out, cxd_error **error) {
  *out = NULL;
  cxd_validator *validator = cxd__alloc(sizeof *validator);
  if (!validator)
    return cxd__fail_nomem(error);
  validator->magic = CXD__MAGIC_VALIDATOR;
  atomic_init(&validator->refs, 1);
  atomic_init(&validator->released, 0);
  cxd_status status = set_up(validator, options, error);
  if (status != CXD_OK)
    discard(validator);
  else
    *out = validator;
  return status;
}

void cxd__validator_ref(cxd_validator *validator) { atomic_fetch_add_explicit(&validator->refs, 1, memory_order_relaxed); }

void cxd__validator_unref(cxd_validator *validator) {
  if (!validator || atomic_fetch_sub_explicit(&validator->refs, 1, memory_order_acq_rel) != 1)
    return;
  validator->magic = CXD__MAGIC_DEAD;
  (void)pthread_mutex_destroy(&validator->lock);
  discard(validator);
}

void cxd__validator_release(cxd_validator *validator) {
  if (atomic_exchange(&validator->released, 1) == 0)
    cxd__validator_unref(validator);
}

int cxd__validator_is(const cxd_validator *validator) {
  return CXD__IS(validator, VALIDATOR) && !atomic_load_explicit(&validator->released, memory_order_relaxed);
}

void cxd__validator_set_replace(cxd_validator *validator, int32_t replace) { validator->replace = replace; }

int32_t cxd__validator_replaces(const cxd_validator *validator) { return validator->replace; }

cxd_status cxd__validator_policy(cxd_validator *validator, const char *json, size_t len, const char *what, cxd_error **error) {
  struct cxd__policy policy;
  struct cxd__settings *settings;
  cxd_status status = cxd__policy_parse(json, len, what, &validator->defaults.hours, &policy, error);
  if (status == CXD_OK && (status = cxd__policy_settle_zones(&policy, validator->zones, what, error)) != CXD_OK)
    cxd__policy_free(&policy);
  if (status == CXD_OK) {
    cxd__sha256_hex(json, len, policy.sha256); /* of the text as it was given: what the audit log names */
    status = cxd__settings_new(&validator->defaults, &policy, &settings, error);
  }
  if (status != CXD_OK)
    return status;
  (void)pthread_mutex_lock(&validator->lock);
  struct cxd__settings *old = validator->settings;
  validator->settings = settings;
  (void)pthread_mutex_unlock(&validator->lock);
  cxd__settings_unref(old);
  return CXD_OK;
}

cxd_status cxd__validator_policy_file(cxd_validator *validator, const char *path, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = cxd__file_read(path, CXD__JSON_MAX_BYTES, "policy file", &text, error);
  if (status == CXD_OK)
    status = cxd__validator_policy(validator, text.data ? text.data : "", text.len, path, error);
  cxd__buf_free(&text);
  return status;
}

cxd_status cxd__validator_keep_policy(cxd_validator *validator, const char *path, cxd_error **error) {
  cxd_status status = cxd__validator_policy_file(validator, path, error);
  if (status == CXD_OK && !(validator->policy_path = cxd__strdup(path)))
    status = cxd__fail_nomem(error);
  return status;
}

cxd_status cxd__validator_reload(cxd_validator *validator, cxd_error **error) {
  if (!validator->policy_path)
    return cxd__fail(error, CXD_E_STATE, "this validator was made without validate.policy_file, so there is nothing to read again: use cxd_validator_load_policy()");
  return cxd__validator_policy_file(validator, validator->policy_path, error);
}

struct cxd__settings *cxd__validator_settings(cxd_validator *validator) {
  (void)pthread_mutex_lock(&validator->lock);
  struct cxd__settings *settings = cxd__settings_ref(validator->settings);
  (void)pthread_mutex_unlock(&validator->lock);
  return settings;
}

struct cxd__zone_cache *cxd__validator_zones(cxd_validator *validator) { return validator->zones; }

cxd_status cxd__validator_add(cxd_validator *validator, const cxd_rule *table, cxd_error **error) {
  struct cxd__own_rule *rule;
  cxd_status status = cxd__own_rule_new(table, &rule, error);
  if (status != CXD_OK)
    return status;
  (void)pthread_mutex_lock(&validator->lock);
  struct cxd__own_rules *old = validator->rules;
  struct cxd__own_rules *rules = cxd__own_rules_with(old, rule);
  if (rules)
    validator->rules = rules;
  (void)pthread_mutex_unlock(&validator->lock);
  if (rules)
    cxd__own_rules_unref(old);
  cxd__own_rule_unref(rule);
  return rules ? CXD_OK : cxd__fail_nomem(error);
}

int cxd__validator_has_rules(cxd_validator *validator) {
  (void)pthread_mutex_lock(&validator->lock);
  int has = validator->rules != NULL;
  (void)pthread_mutex_unlock(&validator->lock);
  return has;
}

/* 0: this thread is in too many checks of this validator already. */
static int enter(cxd_validator *validator, struct run *run) {
  size_t depth = 0;
  for (const struct run *at = validator->runs; at; at = at->next)
    depth += pthread_equal(at->thread, run->thread) != 0;
  if (depth >= NESTED_MAX)
    return 0;
  run->next = validator->runs;
  validator->runs = run;
  return 1;
}

static void leave(cxd_validator *validator, const struct run *run) {
  (void)pthread_mutex_lock(&validator->lock);
  struct run **at = &validator->runs;
  while (*at != run)
    at = &(*at)->next;
  *at = run->next;
  (void)pthread_mutex_unlock(&validator->lock);
}

static void run_built_in(const cxd_validator *validator, const struct cxd__settings *settings, const struct cxd__check *check, cxd_report *report) {
  struct cxd__context context = {.settings = settings, .zoneinfo_dir = validator->zoneinfo_dir, .zones = validator->zones, .report = report};
  cxd__context_make(&context, check);
  for (size_t i = 0; i < cxd__rule_count; i++)
    cxd__rule_rows[i].fn(&context, &cxd__rule_rows[i]);
  if (check->merged && !check->no_basis)
    report->basis = cxd__basis_text(&context);
}

static int all_about_hours(const cxd_report *report) {
  for (size_t i = 0; i < cxd__report_count(report); i++) {
    const struct cxd__finding *finding = cxd__report_at(report, i);
    if (finding->severity == CXD_SEVERITY_ERROR && strncmp(finding->code, "window.", 7) != 0)
      return 0;
  }
  return 1;
}

/* The same change passes later: how much later is what a caller wants to know. */
static cxd_status hours_error(const cxd_report *report, int64_t at_unix_ms, const struct cxd__finding *first, cxd_error **error) {
  cxd_status status = cxd__fail_at(error, CXD_E_WINDOW_CLOSED, first->pointer, "%s", first->message);
  if (error && *error) {
    int known = report->opening_ms != INT64_MAX && report->opening_ms > at_unix_ms;
    (*error)->retryable = known;
    (*error)->retry_after_ms = known ? report->opening_ms - at_unix_ms : -1;
  }
  return status;
}

static cxd_status verdict(const cxd_report *report, int64_t at_unix_ms, size_t failed, size_t first_failed, cxd_error **error) {
  const struct cxd__finding *first;
  if (failed)
    return cxd__fail(error, CXD_E_RULE, "%zu own rule%s did not accept, the first is number %zu (from 0, in order of addition): its verdict is unknown", failed,
                     failed == 1 ? "" : "s", first_failed);
  size_t errors = cxd__report_errors(report, &first);
  if (!errors)
    return CXD_OK;
  if (report->failed && errors == 1)
    return cxd__fail_nomem(error);
  if (all_about_hours(report))
    return hours_error(report, at_unix_ms, first, error);
  return cxd__fail_at(error, CXD_E_INVALID, first->pointer, "%zu error%s, %s %s at %s: %s", errors, errors == 1 ? "" : "s", errors == 1 ? "it is" : "the first is",
                      first->code, first->pointer[0] ? first->pointer : "the whole document", first->message);
}

static cxd_status run_all(cxd_validator *validator, const struct cxd__settings *settings, const struct cxd__own_rules *rules, const struct cxd__check *check,
                          cxd_report **out, cxd_error **error) {
  size_t failed = 0, first_failed = 0;
  cxd_report *report = cxd__report_new();
  if (!report)
    return cxd__fail_nomem(error);
  run_built_in(validator, settings, check, report);
  if (rules)
    cxd__own_rules_run(rules, check, report, &failed, &first_failed);
  cxd_status status = verdict(report, check->at_unix_ms, failed, first_failed, error);
  if (status == CXD_E_NOMEM)
    cxd__report_free(report);
  else
    *out = report;
  return status;
}

cxd_status cxd__validator_run(cxd_validator *validator, const struct cxd__check *check, cxd_report **out, cxd_error **error) {
  struct run run = {NULL, pthread_self()};
  *out = NULL;
  /* A rule may free the handle from within: what the check uses stays until it is over. */
  cxd__validator_ref(validator);
  (void)pthread_mutex_lock(&validator->lock);
  struct cxd__settings *settings = cxd__settings_ref(validator->settings);
  struct cxd__own_rules *rules = cxd__own_rules_ref(validator->rules);
  int entered = rules ? enter(validator, &run) : 1;
  (void)pthread_mutex_unlock(&validator->lock);
  cxd_status status = CXD_E_REENTRANT;
  if (entered)
    status = run_all(validator, settings, rules, check, out, error);
  else
    (void)cxd__fail(error, status, "rules check campaigns in a circle, %d deep: let a rule remember that it is already running", NESTED_MAX);
  if (rules && entered)
    leave(validator, &run);
  cxd__own_rules_unref(rules);
  cxd__settings_unref(settings);
  cxd__validator_unref(validator);
  return status;
}

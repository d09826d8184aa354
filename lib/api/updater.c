/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "api/client.h"
#include "api/config.h"
#include "api/updater.h"
#include "base/abi.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"

struct callback {
  struct callback *next;
  cxd_callback table;
};

struct cxd_updater {
  uint32_t magic;
  int32_t references; /* under the client's lock, like the calls in progress */
  int32_t calls;
  atomic_int released; /* the caller has freed it; a call in progress may still hold it */
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  struct cxd__audit *audit; /* NULL: none */
  struct cxd__job job;      /* what every update of this updater has in common */
  struct callback *callbacks;
};

/* ----------------------------------------------------------------------- making one */

/* Keys whose work is not built yet must not be taken for working ones. */
static cxd_status refuse_unbuilt(const cxd_config *config, cxd_error **error) {
  const char *key_file = cxd__config_text(config, "audit.key_file");
  if (key_file && key_file[0])
    return cxd__fail_at(error, CXD_E_CONFIG, "audit.key_file", "audit.key_file: keyed audit logs are not in this version: unset it");
  if (cxd__config_int(config, "audit.max_bytes") != 0)
    return cxd__fail_at(error, CXD_E_CONFIG, "audit.max_bytes", "audit.max_bytes: rotation is not in this version: set it to 0 and rotate between runs");
  return CXD_OK;
}

static enum cxd__audit_mode audit_mode(const cxd_config *config) {
  if (cxd__config_is(config, "audit.mode", "off"))
    return CXD__AUDIT_OFF;
  return cxd__config_is(config, "audit.mode", "best_effort") ? CXD__AUDIT_BEST_EFFORT : CXD__AUDIT_REQUIRED;
}

static struct cxd__job job_of(const cxd_config *config) {
  const char *actor = cxd__config_text(config, "audit.actor");
  return (struct cxd__job){
      .replace = cxd__config_is(config, "update.mode", "replace"),
      .verify_always = cxd__config_is(config, "update.verify", "always"),
      .rebalance = cxd__config_is(config, "update.auto_rebalance", "on")    ? CXD__REBALANCE_ON
                   : cxd__config_is(config, "update.auto_rebalance", "off") ? CXD__REBALANCE_OFF
                                                                            : CXD__REBALANCE_KEEP,
      .audit = audit_mode(config),
      .actor = actor && actor[0] ? actor : NULL,
  };
}

static cxd_status open_audit(cxd_updater *updater, cxd_error **error) {
  struct cxd__audit_options options = {
      .path = cxd__config_text(updater->config, "audit.path"),
      .sync = cxd__config_is(updater->config, "audit.sync", "record"),
      .allow_network_fs = cxd__config_on(updater->config, "audit.allow_network_fs"),
  };
  if (updater->job.audit == CXD__AUDIT_OFF || !options.path || !options.path[0])
    return CXD_OK;
  if (updater->job.audit == CXD__AUDIT_REQUIRED)
    return cxd__audit_open_file(&options, &updater->audit, error);
  cxd_error *why = NULL;
  if (cxd__audit_open_file(&options, &updater->audit, &why) != CXD_OK)
    cxd__log(&updater->client->log, CXD_LOG_WARNING, "audit.mode=best_effort: %s", cxd_error_message(why));
  cxd_error_free(why);
  return CXD_OK;
}

static cxd_status take_validator(cxd_updater *updater, cxd_validator *validator, cxd_error **error) {
  if (!validator)
    return cxd_validator_new(updater->config, &updater->validator, error);
  if (!cxd__validator_is(validator))
    return cxd__fail(error, CXD_E_ARGUMENT, "validator is freed or a handle of another kind: pass a live one, or NULL to have one made from the config");
  cxd__validator_ref(validator);
  updater->validator = validator;
  return CXD_OK;
}

static void free_updater(cxd_updater *updater) {
  while (updater->callbacks) {
    struct callback *callback = updater->callbacks;
    updater->callbacks = callback->next;
    if (!cxd__client_forked(updater->client))
      cxd__abi_discard(&callback->table);
    cxd__free(callback);
  }
  cxd__audit_close(updater->audit);
  cxd__validator_unref(updater->validator);
  cxd_config_free(updater->config);
  updater->magic = CXD__MAGIC_DEAD;
  cxd__client_unref(updater->client);
  cxd__free(updater);
}

static cxd_status prepare(cxd_updater *updater, const cxd_config *config, cxd_validator *validator, cxd_error **error) {
  cxd_status status = refuse_unbuilt(config, error);
  if (status == CXD_OK && (status = cxd__config_copy(config, &updater->config)) != CXD_OK)
    cxd__fail(error, status, "the configuration cannot be copied");
  if (status != CXD_OK)
    return status;
  updater->job = job_of(updater->config);
  status = take_validator(updater, validator, error);
  return status == CXD_OK ? open_audit(updater, error) : status;
}

cxd_status cxd_updater_new(const cxd_config *config, cxd_client *client, cxd_validator *validator, cxd_updater **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_updater *");
  *out = NULL;
  cxd_status status = cxd__client_held(client, error);
  if (status == CXD_OK && !cxd__config_live(config))
    status = cxd__fail(error, CXD_E_ARGUMENT, "config is NULL, freed, or a handle of another kind: make one with cxd_config_new()");
  if (status != CXD_OK)
    return status;
  cxd_updater *updater = cxd__alloc(sizeof *updater);
  if (!updater)
    return cxd__fail_nomem(error);
  updater->references = 1;
  updater->client = client;
  cxd__client_ref(client);
  status = prepare(updater, config, validator, error);
  if (status == CXD_OK) {
    updater->magic = CXD__MAGIC_UPDATER;
    *out = updater;
  } else
    free_updater(updater);
  return status;
}

static void unref(cxd_updater *updater) {
  cxd__client_lock(updater->client);
  int last = --updater->references == 0;
  cxd__client_unlock(updater->client);
  if (last)
    free_updater(updater);
}

void cxd_updater_free(cxd_updater *updater) {
  if (CXD__IS(updater, UPDATER) && !atomic_exchange(&updater->released, 1))
    unref(updater);
}

void cxd_updater_cancel(cxd_updater *updater) {
  if (CXD__IS(updater, UPDATER) && cxd__client_usable(updater->client, NULL) == CXD_OK)
    cxd__client_cancel(updater->client, updater);
}

/* --------------------------------------------------------------------------- plug-ins */

static cxd_status usable(cxd_updater *updater, cxd_error **error) {
  if (!CXD__IS(updater, UPDATER) || atomic_load(&updater->released))
    return cxd__fail(error, CXD_E_ARGUMENT, "updater is NULL, freed, or a handle of another kind: make one with cxd_updater_new()");
  return cxd__client_usable(updater->client, error);
}

static cxd_status may_register(cxd_updater *updater, cxd_error **error) {
  cxd_status status = usable(updater, error);
  if (status == CXD_OK && updater->calls)
    status = cxd__fail(error, CXD_E_STATE, "a call of this updater is in progress: register before it");
  return status;
}

cxd_status cxd_updater_set_audit_logger(cxd_updater *updater, const cxd_audit_logger *logger, cxd_error **error) {
  cxd_audit_logger table;
  struct cxd__audit *audit = NULL;
  if (!logger)
    return cxd__fail(error, CXD_E_ARGUMENT, "logger is NULL: pass a cxd_audit_logger");
  cxd_status status = may_register(updater, error);
  if (status == CXD_OK)
    status = cxd__abi_copy(&table, sizeof table, sizeof table, logger, "cxd_audit_logger", error);
  if (status == CXD_OK && !table.append)
    status = cxd__fail(error, CXD_E_ARGUMENT, "cxd_audit_logger.append is NULL: set it");
  if (status != CXD_OK) {
    cxd__abi_discard(logger);
    return status;
  }
  status = cxd__audit_open_custom(&table, &audit, error); /* runs destroy itself on failure */
  if (status != CXD_OK)
    return status;
  cxd__audit_close(updater->audit);
  updater->audit = audit;
  return CXD_OK;
}

static cxd_status append_callback(cxd_updater *updater, const cxd_callback *table, cxd_error **error) {
  struct callback *callback = cxd__alloc(sizeof *callback);
  if (!callback)
    return cxd__fail_nomem(error);
  callback->table = *table;
  struct callback **last = &updater->callbacks;
  while (*last)
    last = &(*last)->next;
  *last = callback;
  return CXD_OK;
}

cxd_status cxd_updater_add_callback(cxd_updater *updater, const cxd_callback *callback, cxd_error **error) {
  cxd_callback table;
  if (!callback)
    return cxd__fail(error, CXD_E_ARGUMENT, "callback is NULL: pass a cxd_callback");
  cxd_status status = may_register(updater, error);
  if (status == CXD_OK)
    status = cxd__abi_copy(&table, sizeof table, sizeof table, callback, "cxd_callback", error);
  if (status == CXD_OK && !table.on_result && !table.on_progress)
    status = cxd__fail(error, CXD_E_ARGUMENT, "cxd_callback has neither on_result nor on_progress: set one");
  if (status == CXD_OK)
    status = append_callback(updater, &table, error);
  if (status != CXD_OK)
    cxd__abi_discard(callback);
  return status;
}

/* ---------------------------------------------------------------------------- one update */

/* Last of all, with everything committed and no lock held: a callback can change nothing but the callback status. */
static void run_callbacks(cxd_updater *updater, uintptr_t entry, cxd_result *result) {
  for (struct callback *c = updater->callbacks; c; c = c->next) {
    if (!c->table.on_result)
      continue;
    struct cxd__frame *frame = cxd__frame_enter(&updater->client->frames, CXD__INSIDE_READING_ALLOWED, entry);
    if (!frame || c->table.on_result(c->table.user_data, result) != CXD_ACCEPTED)
      result->callback_status = CXD_E_CALLBACK;
    if (frame)
      cxd__frame_leave(&updater->client->frames, frame);
  }
}

static cxd_status run_job(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  struct cxd__loan *loan;
  uint32_t op = 0;
  struct cxd__tools tools = cxd__client_tools(updater->client, entry);
  tools.validator = updater->validator;
  tools.audit = updater->audit;
  cxd_status status = cxd__client_borrow(updater->client, updater, &loan, error);
  if (status != CXD_OK)
    return status;
  status = cxd__engine_run(loan->engine, job, &tools, &op, error);
  *out = cxd__core_take_result(cxd__engine_core(loan->engine), op);
  cxd__client_return(updater->client, loan);
  if (status == CXD_OK && !*out)
    status = cxd__fail_nomem(error);
  return status;
}

/* When the pipeline could not even start there is still a result, if memory allows. */
static void explain(const struct cxd__job *job, cxd_status status, const cxd_error *error, cxd_result **out) {
  if (!*out)
    *out = cxd__result_new(cxd_campaign_id(job->change));
  if (!*out || (*out)->outcome)
    return;
  (*out)->outcome = (*out)->sends ? CXD_OUTCOME_UNKNOWN : CXD_OUTCOME_NOT_APPLIED;
  (*out)->status = status;
  (*out)->error = cxd__error_copy(error);
  (*out)->finished_wall_ms = cxd__clock_read().wall_ms;
  if (status == CXD_E_AUDIT)
    (*out)->audit_status = status;
}

static cxd_status audit_present(const cxd_updater *updater, const struct cxd__job *job, cxd_error **error) {
  if (job->kind != CXD__JOB_APPLY || job->audit != CXD__AUDIT_REQUIRED || updater->audit)
    return CXD_OK;
  return cxd__fail_at(error, CXD_E_AUDIT, "audit.path", "audit.mode is required and there is no audit log, so nothing was sent: set audit.path, register a logger with cxd_updater_set_audit_logger(), or set audit.mode to best_effort or off");
}

static cxd_status run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  cxd_error *why = NULL;
  cxd_status status = audit_present(updater, job, &why);
  if (status == CXD_OK)
    status = run_job(updater, job, entry, out, &why);
  if (status != CXD_OK)
    explain(job, status, why, out);
  else {
    status = (*out)->status;
    why = cxd__error_copy((*out)->error);
  }
  if (error && why) {
    cxd_error_free(*error);
    *error = why;
  } else
    cxd_error_free(why);
  return status;
}

static void count_call(cxd_updater *updater, int32_t by) {
  cxd__client_lock(updater->client);
  updater->references += by > 0 ? 1 : 0;
  updater->calls += by;
  cxd__client_unlock(updater->client);
}

cxd_status cxd__updater_ready(cxd_updater *updater, uintptr_t entry, cxd_result **out, cxd_error **error) {
  if (out)
    *out = NULL;
  cxd_status status = usable(updater, error);
  if (status == CXD_OK && !out)
    status = cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_result *");
  return status == CXD_OK ? cxd__client_may_write(updater->client, entry, error) : status;
}

struct cxd__job cxd__updater_job(const cxd_updater *updater) { return updater->job; }

const cxd_config *cxd__updater_config(const cxd_updater *updater) { return updater->config; }

cxd_status cxd__updater_run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error) {
  count_call(updater, 1);
  cxd_status status = run(updater, job, entry, out, error);
  if (job->kind == CXD__JOB_APPLY && *out)
    run_callbacks(updater, entry, *out);
  count_call(updater, -1);
  unref(updater);
  return status;
}

static cxd_status update(cxd_updater *updater, enum cxd__job_kind kind, uintptr_t entry, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) {
  cxd_status status = cxd__updater_ready(updater, entry, out, error);
  if (status == CXD_OK && !CXD__IS(campaign, CAMPAIGN))
    status = cxd__fail(error, CXD_E_ARGUMENT, "campaign is NULL, freed, or a handle of another kind");
  if (status != CXD_OK)
    return status;
  struct cxd__job job = updater->job;
  job.kind = kind;
  job.change = campaign;
  return cxd__updater_run(updater, &job, entry, out, error);
}

cxd_status cxd_updater_plan(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) { return update(updater, CXD__JOB_PLAN, cxd__entry(), campaign, out, error); }

cxd_status cxd_updater_apply(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error) { return update(updater, CXD__JOB_APPLY, cxd__entry(), campaign, out, error); }

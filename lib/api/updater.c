/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/updater.h"

#include <stddef.h>

#include "api/config.h"
#include "base/abi.h"
#include "base/error.h"
#include "base/mem.h"

/* ----------------------------------------------------------------------- making one */

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

static cxd_status open_log(const cxd_config *config, struct cxd__audit **out, cxd_error **error) {
  struct cxd__audit_options options = {
      .path = cxd__config_text(config, "audit.path"),
      .max_bytes = cxd__config_int(config, "audit.max_bytes"),
      .rotate_daily = cxd__config_on(config, "audit.rotate_daily"),
      .sync = cxd__config_is(config, "audit.sync", "record"),
      .allow_network_fs = cxd__config_on(config, "audit.allow_network_fs"),
  };
  const char *key_file = cxd__config_text(config, "audit.key_file");
  struct cxd__audit_key key = {0};
  cxd_status status = CXD_OK;
  if (key_file && key_file[0]) {
    status = cxd__audit_key_load(key_file, &key, error);
    options.key = &key;
  }
  if (status == CXD_OK)
    status = cxd__audit_open_file(&options, out, error);
  cxd__audit_key_clear(&key);
  return status;
}

static cxd_status open_audit(cxd_updater *updater, cxd_error **error) {
  const char *path = cxd__config_text(updater->config, "audit.path");
  if (updater->job.audit == CXD__AUDIT_OFF || !path || !path[0])
    return CXD_OK;
  if (updater->job.audit == CXD__AUDIT_REQUIRED)
    return open_log(updater->config, &updater->audit, error);
  cxd_error *why = NULL;
  if (open_log(updater->config, &updater->audit, &why) != CXD_OK) {
    updater->audit_why = cxd__strdup(cxd_error_message(why));
    cxd__log(&updater->client->log, CXD_LOG_WARNING, "audit.mode=best_effort: %s", cxd_error_message(why));
  }
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
    struct cxd__callback *callback = updater->callbacks;
    updater->callbacks = callback->next;
    if (!cxd__client_forked(updater->client))
      cxd__abi_discard(&callback->table);
    cxd__free(callback);
  }
  cxd__audit_close(updater->audit);
  cxd__free(updater->audit_why);
  cxd__validator_unref(updater->validator);
  cxd_config_free(updater->config);
  updater->magic = CXD__MAGIC_DEAD;
  cxd__client_unref(updater->client);
  cxd__free(updater);
}

static cxd_status prepare(cxd_updater *updater, const cxd_config *config, cxd_validator *validator, cxd_error **error) {
  cxd_status status = cxd__config_copy(config, &updater->config);
  if (status != CXD_OK)
    return cxd__fail(error, status, "the configuration cannot be copied");
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

static void count_call(cxd_updater *updater, int32_t by) {
  cxd__client_lock(updater->client);
  updater->references += by > 0 ? 1 : 0;
  updater->calls += by;
  cxd__client_unlock(updater->client);
}

void cxd__updater_enter(cxd_updater *updater) { count_call(updater, 1); }

void cxd__updater_leave(cxd_updater *updater) {
  count_call(updater, -1);
  unref(updater);
}

void cxd_updater_cancel(cxd_updater *updater) {
  if (CXD__IS(updater, UPDATER) && cxd__client_usable(updater->client, NULL) == CXD_OK)
    cxd__client_cancel(updater->client, updater);
}

/* --------------------------------------------------------------------------- plug-ins */

cxd_status cxd__updater_usable(cxd_updater *updater, cxd_error **error) {
  if (!CXD__IS(updater, UPDATER) || atomic_load(&updater->released))
    return cxd__fail(error, CXD_E_ARGUMENT, "updater is NULL, freed, or a handle of another kind: make one with cxd_updater_new()");
  return cxd__client_usable(updater->client, error);
}

static cxd_status may_register(cxd_updater *updater, cxd_error **error) {
  cxd_status status = cxd__updater_usable(updater, error);
  if (status == CXD_OK && updater->calls)
    status = cxd__fail(error, CXD_E_STATE, "a call of this updater is in progress, or a batch of it is not freed yet: register before it");
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
  struct cxd__callback *callback = cxd__alloc(sizeof *callback);
  if (!callback)
    return cxd__fail_nomem(error);
  callback->table = *table;
  struct cxd__callback **last = &updater->callbacks;
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
    status = cxd__abi_copy(&table, sizeof table, offsetof(cxd_callback, on_checkpoint), callback, "cxd_callback", error);
  if (status == CXD_OK && !table.on_result && !table.on_progress && !table.on_checkpoint && !table.on_sending)
    status = cxd__fail(error, CXD_E_ARGUMENT, "cxd_callback has none of on_result, on_progress, on_checkpoint and on_sending: set one");
  if (status == CXD_OK)
    status = append_callback(updater, &table, error);
  if (status != CXD_OK)
    cxd__abi_discard(callback);
  return status;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/client.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/config.h"
#include "api/secret_file.h"
#include "base/abi.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/pid.h"
#include "base/random.h"
#include "engine/sink.h"

static const char *set_text(const cxd_config *config, const char *key) {
  const char *text = cxd__config_text(config, key);
  return text && text[0] ? text : NULL;
}

/* ------------------------------------------------------------------ making one */

static cxd_status load_credentials(cxd_client *client, cxd_error **error) {
  const cxd_config *config = client->config;
  const char *token = set_text(config, "auth.token"), *secret = set_text(config, "auth.client_secret"), *file = set_text(config, "auth.client_secret_file");
  if (token && cxd__shared_set_fixed_token(&client->shared, token, strlen(token)) != 0)
    return cxd__fail_nomem(error);
  if (token) /* the secret is not sent then, but still hidden in what servers say */
    return !secret || cxd__secret_set(&client->secret, secret, strlen(secret)) == 0 ? CXD_OK : cxd__fail_nomem(error);
  if (secret && file)
    return cxd__fail_at(error, CXD_E_CONFIG, "auth.client_secret_file", "auth.client_secret and auth.client_secret_file are both set: keep one");
  if (file)
    return cxd__secret_from_file(file, &client->secret, error);
  if (secret && cxd__secret_set(&client->secret, secret, strlen(secret)) != 0)
    return cxd__fail_nomem(error);
  return CXD_OK;
}

static void set_core_options(cxd_client *client) {
  const cxd_config *c = client->config;
  client->core = (struct cxd__core_options){
      .base_path = client->base_path,
      .campaign_path = cxd__config_text(c, "api.campaign_path"),
      .oauth = {client->token_url, cxd__config_text(c, "auth.client_id"), cxd__config_text(c, "auth.scope"), &client->secret, cxd__config_is(c, "auth.method", "post"), cxd__config_on(c, "auth.basic_form_encode")},
      .attempt_timeout_us = cxd__config_int(c, "http.attempt_timeout_ms") * 1000,
      .deadline_us = cxd__config_int(c, "retry.deadline_ms") * 1000,
      .base_us = cxd__config_int(c, "retry.base_ms") * 1000,
      .cap_us = cxd__config_int(c, "retry.cap_ms") * 1000,
      .max_retry_after_us = cxd__config_int(c, "retry.max_retry_after_ms") * 1000,
      .max_attempts = (int32_t)cxd__config_int(c, "retry.max_attempts"),
      .traceparent = cxd__config_on(c, "http.traceparent"),
  };
}

static void set_http_options(cxd_client *client) {
  const cxd_config *c = client->config;
  client->http = (struct cxd__http_options){
      .origin = client->origin,
      .allow_plain = strncasecmp(client->origin, "http:", 5) == 0 || strncasecmp(client->token_url, "http:", 5) == 0,
      .connect_timeout_ms = cxd__config_int(c, "http.connect_timeout_ms"),
      .version = cxd__config_is(c, "http.version", "1.1") ? 11 : cxd__config_is(c, "http.version", "2") ? 2 : 0,
      .proxy = cxd__config_text(c, "http.proxy"),
      .ca_file = set_text(c, "http.ca_file"),
      .client_cert = set_text(c, "http.client_cert"),
      .client_key = set_text(c, "http.client_key"),
      .user_agent = client->user_agent,
      .max_response_bytes = cxd__config_int(c, "http.max_response_bytes"),
      .client_secret = &client->secret,
      .log = &client->log,
  };
}

static double random_share(void) {
  uint32_t bits = 0;
  (void)cxd__random_bytes(&bits, sizeof bits);
  return (double)bits / 4294967296.0;
}

static cxd_status init_shared(cxd_client *client, cxd_error **error) {
  const cxd_config *c = client->config;
  int bad = cxd__shared_init(&client->shared, (size_t)cxd__config_int(c, "rate.limit"), cxd__config_int(c, "rate.window_ms") * 1000, cxd__config_int(c, "rate.margin_ms") * 1000,
                             cxd__config_int(c, "retry.budget"), random_share());
  if (bad)
    return cxd__fail_nomem(error);
  if (cxd__frames_init(&client->frames) == 0 && pthread_mutex_init(&client->lock, NULL) == 0)
    return CXD_OK;
  cxd__shared_free(&client->shared);
  return cxd__fail_nomem(error);
}

static void free_texts(cxd_client *client) {
  cxd__secret_clear(&client->secret);
  cxd__free(client->origin);
  cxd__free(client->base_path);
  cxd__free(client->token_url);
  cxd__free(client->user_agent);
  cxd_config_free(client->config);
  client->magic = CXD__MAGIC_DEAD;
  cxd__free(client);
}

static char *user_agent_of(const cxd_config *config) {
  const char *own = set_text(config, "http.user_agent");
  struct cxd__buf text = {0};
  if (own)
    return cxd__strdup(own);
  cxd__buf_fmt(&text, "libcxdialer/%s", cxd_version());
  return cxd__buf_take(&text);
}

/* OpenSSL would wait for ever for the other end of a pipe. */
static cxd_status check_files(const cxd_config *config, cxd_error **error) {
  static const char *const keys[] = {"http.ca_file", "http.client_cert", "http.client_key"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const char *path = set_text(config, keys[i]);
    const char *why = path ? cxd__file_unfit(path) : NULL;
    if (why)
      return cxd__fail_at(error, CXD_E_CONFIG, keys[i], "%s: '%s' cannot be used: %s", keys[i], path, why);
  }
  if (set_text(config, "http.client_key") && !set_text(config, "http.client_cert"))
    return cxd__fail_at(error, CXD_E_CONFIG, "http.client_key", "http.client_key is set without http.client_cert: set the certificate that belongs to the key");
  return CXD_OK;
}


static cxd_status prepare(cxd_client *client, const cxd_config *config, cxd_error **error) {
  cxd_status status = cxd__config_copy(config, &client->config);
  if (status != CXD_OK)
    return cxd__fail(error, status, "the configuration cannot be copied: %s", cxd_status_text(status));
  client->user_agent = user_agent_of(client->config);
  if (!client->user_agent)
    return cxd__fail_nomem(error);
  status = check_files(client->config, error);
  if (status == CXD_OK)
    status = cxd__endpoint_split(client, error);
  if (status == CXD_OK)
    status = cxd__http_global(error);
  return status;
}

cxd_status cxd_client_new(const cxd_config *config, cxd_client **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL: pass the address of a cxd_client *");
  *out = NULL;
  if (!cxd__config_live(config))
    return cxd__fail(error, CXD_E_ARGUMENT, "config is NULL, freed, or a handle of another kind: make one with cxd_config_new()");
  cxd_client *client = cxd__alloc(sizeof *client);
  if (!client)
    return cxd__fail_nomem(error);
  client->references = 1;
  client->pid = cxd__pid();
  cxd_status status = prepare(client, config, error);
  if (status == CXD_OK)
    status = init_shared(client, error);
  if (status != CXD_OK) {
    free_texts(client);
    return status;
  }
  client->magic = CXD__MAGIC_CLIENT;
  set_core_options(client);
  set_http_options(client);
  status = load_credentials(client, error);
  if (status == CXD_OK)
    *out = client;
  else
    cxd__client_unref(client);
  return status;
}

/* --------------------------------------------------------------------- end of life */

int cxd__client_forked(const cxd_client *client) { return client->pid != cxd__pid(); }

void cxd__client_lock(cxd_client *client) {
  if (!cxd__client_forked(client))
    (void)pthread_mutex_lock(&client->lock);
}

void cxd__client_unlock(cxd_client *client) {
  if (!cxd__client_forked(client))
    (void)pthread_mutex_unlock(&client->lock);
}

void cxd__client_ref(cxd_client *client) {
  cxd__client_lock(client);
  client->references++;
  cxd__client_unlock(client);
}

static void free_loans(cxd_client *client) {
  int forked = cxd__client_forked(client);
  while (client->idle) {
    struct cxd__loan *loan = client->idle;
    client->idle = loan->next;
    if (forked)
      cxd__engine_free_forked(loan->engine);
    else
      cxd__engine_free(loan->engine);
    cxd__free(loan);
  }
}

/* In a child of fork() memory only: the host's objects are the parent's to take down. */
static void destroy(cxd_client *client) {
  int forked = cxd__client_forked(client);
  free_loans(client);
  cxd__shared_free(&client->shared);
  cxd__frames_destroy(&client->frames);
  (void)pthread_mutex_destroy(&client->lock);
  if (client->has_provider && !forked)
    cxd__abi_discard(&client->provider);
  if (client->log.size && !forked)
    cxd__abi_discard(&client->log);
  free_texts(client);
}

void cxd__client_unref(cxd_client *client) {
  if (!client)
    return;
  cxd__client_lock(client);
  int last = --client->references == 0;
  cxd__client_unlock(client);
  if (last)
    destroy(client);
}

void cxd_client_free(cxd_client *client) {
  if (CXD__IS(client, CLIENT) && !atomic_exchange(&client->released, 1))
    cxd__client_unref(client);
}

/* ------------------------------------------------------------------------ may this call run? */

cxd_status cxd__client_usable(cxd_client *client, cxd_error **error) {
  if (!CXD__IS(client, CLIENT))
    return cxd__fail(error, CXD_E_ARGUMENT, "client is NULL, freed, or a handle of another kind: make one with cxd_client_new()");
  if (cxd__client_forked(client))
    return cxd__fail(error, CXD_E_FORKED, "this client was made before fork(): make a new one in the child");
  return CXD_OK;
}

cxd_status cxd__client_held(cxd_client *client, cxd_error **error) {
  if (CXD__IS(client, CLIENT) && atomic_load(&client->released))
    return cxd__fail(error, CXD_E_ARGUMENT, "client was freed: make one with cxd_client_new()");
  return cxd__client_usable(client, error);
}

static cxd_status allowed(cxd_client *client, uintptr_t entry, enum cxd__inside most, cxd_error **error) {
  if (cxd__frames_inside(&client->frames, entry) <= most)
    return CXD_OK;
  return cxd__fail(error, CXD_E_REENTRANT, "not allowed from inside a plug-in method of this client: call it after the method has returned");
}

cxd_status cxd__client_may_read(cxd_client *client, uintptr_t entry, cxd_error **error) { return allowed(client, entry, CXD__INSIDE_READING_ALLOWED, error); }

cxd_status cxd__client_may_write(cxd_client *client, uintptr_t entry, cxd_error **error) { return allowed(client, entry, CXD__INSIDE_NOTHING, error); }

/* RFC 7617 section 2: in Basic the first colon ends the id. */
static int id_is_sendable(const struct cxd__oauth *oauth) { return oauth->post || oauth->basic_form_encode || !strchr(oauth->client_id, ':'); }

static cxd_status credentials_present(const cxd_client *client, cxd_error **error) {
  const char *id = client->core.oauth.client_id;
  if (client->has_provider || client->token_events || client->shared.flight.fixed)
    return CXD_OK;
  if (!id || !id[0])
    return cxd__fail_at(error, CXD_E_CONFIG, "auth.client_id", "no credentials: set auth.client_id and auth.client_secret (or its file), auth.token, or register a token provider");
  if (!client->secret.text)
    return cxd__fail_at(error, CXD_E_CONFIG, "auth.client_secret", "auth.client_id is set without a secret: set auth.client_secret (environment) or auth.client_secret_file");
  if (!id_is_sendable(&client->core.oauth))
    return cxd__fail_at(error, CXD_E_CONFIG, "auth.client_id", "auth.client_id has a colon, which Basic authentication cannot carry: set auth.basic_form_encode to on, or auth.method to post");
  return CXD_OK;
}

/* -------------------------------------------------------------------------------- engines */

static cxd_status new_loan(cxd_client *client, struct cxd__loan **out, cxd_error **error) {
  struct cxd__loan *loan = cxd__alloc(sizeof *loan);
  if (!loan)
    return cxd__fail_nomem(error);
  cxd_status status = cxd__engine_new(&client->shared, &client->core, &client->http, &loan->engine, error);
  if (status != CXD_OK) {
    cxd__free(loan);
    return status;
  }
  *out = loan;
  return CXD_OK;
}

cxd_status cxd__client_borrow(cxd_client *client, const void *owner, struct cxd__loan **out, cxd_error **error) {
  cxd_status status = credentials_present(client, error);
  if (status != CXD_OK)
    return status;
  cxd__client_lock(client);
  struct cxd__loan *loan = client->idle;
  if (loan)
    client->idle = loan->next;
  cxd__client_unlock(client);
  if (!loan && (status = new_loan(client, &loan, error)) != CXD_OK)
    return status;
  loan->owner = owner;
  cxd__client_lock(client);
  loan->next = client->busy;
  client->busy = loan;
  client->references++;
  cxd__client_unlock(client);
  *out = loan;
  return CXD_OK;
}

/* Under the lock. */
static void take_from_busy(cxd_client *client, const struct cxd__loan *loan) {
  for (struct cxd__loan **at = &client->busy; *at; at = &(*at)->next)
    if (*at == loan) {
      *at = loan->next;
      break;
    }
}

void cxd__client_return(cxd_client *client, struct cxd__loan *loan) {
  cxd__client_lock(client);
  take_from_busy(client, loan);
  loan->part = NULL;
  cxd__client_unlock(client);
  cxd__engine_clear(loan->engine);
  cxd__client_lock(client);
  loan->next = client->idle;
  client->idle = loan;
  cxd__client_unlock(client);
  cxd__client_unref(client);
}

void cxd__client_cancel(cxd_client *client, const void *owner) {
  cxd__client_lock(client);
  for (struct cxd__loan *loan = client->busy; loan; loan = loan->next)
    if (!owner || loan->owner == owner)
      cxd__engine_cancel(loan->engine);
  cxd__client_unlock(client);
}

void cxd__client_mark(cxd_client *client, struct cxd__loan *loan, const void *part) {
  cxd__client_lock(client);
  loan->part = part;
  cxd__client_unlock(client);
}

void cxd__client_cancel_part(cxd_client *client, const void *part) {
  cxd__client_lock(client);
  for (struct cxd__loan *loan = client->busy; loan; loan = loan->next)
    if (loan->part == part)
      cxd__engine_cancel(loan->engine);
  cxd__client_unlock(client);
}

void cxd__client_wake_part(cxd_client *client, const void *part) {
  cxd__client_lock(client);
  for (struct cxd__loan *loan = client->busy; loan; loan = loan->next)
    if (loan->part == part)
      cxd__engine_wake(loan->engine);
  cxd__client_unlock(client);
}

void cxd__client_abandon(cxd_client *client, struct cxd__loan *loan) {
  take_from_busy(client, loan);
  cxd__engine_free_forked(loan->engine);
  cxd__free(loan);
  cxd__client_unref(client);
}

void cxd_client_cancel(cxd_client *client) {
  if (cxd__client_held(client, NULL) == CXD_OK)
    cxd__client_cancel(client, NULL);
}

static int32_t no_events_here(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)user_data;
  (void)request;
  (void)cxd__sink_fail(sink, 1, "tokens come as events (cxd_client_use_token_events), which this call has none of: run a batch with cxd_batch_next_event() first, or use another client");
  return CXD_ACCEPTED;
}

static const cxd_token_provider without_events = {.size = sizeof without_events, .fetch = no_events_here};

struct cxd__tools cxd__client_tools(cxd_client *client, uintptr_t entry) {
  const cxd_token_provider *provider = client->token_events ? &without_events : client->has_provider ? &client->provider : NULL;
  return (struct cxd__tools){.provider = provider, .scope = client->core.oauth.scope, .token_url = client->token_url, .frames = &client->frames, .entry = entry, .log = &client->log};
}

/* ------------------------------------------------------------------------- plug-ins */

static int busy(cxd_client *client) {
  cxd__client_lock(client);
  int any = client->busy != NULL;
  cxd__client_unlock(client);
  return any;
}

static cxd_status may_register(cxd_client *client, cxd_error **error) {
  cxd_status status = cxd__client_held(client, error);
  if (status == CXD_OK && busy(client))
    status = cxd__fail(error, CXD_E_STATE, "calls of this client are in progress: register before the first call");
  return status;
}

/* Engines made before know other options: they are made anew when next needed. */
static void drop_idle(cxd_client *client) {
  free_loans(client);
  cxd__shared_forget_token(&client->shared);
}

static cxd_status take_provider(cxd_client *client, const cxd_token_provider *provider, cxd_token_provider *table, cxd_error **error) {
  cxd_status status = may_register(client, error);
  if (status == CXD_OK)
    status = cxd__abi_copy(table, sizeof *table, sizeof *table, provider, "cxd_token_provider", error);
  if (status == CXD_OK && !table->fetch)
    status = cxd__fail(error, CXD_E_ARGUMENT, "cxd_token_provider.fetch is NULL: set it");
  if (status != CXD_OK)
    cxd__abi_discard(provider);
  return status;
}

cxd_status cxd_client_set_token_provider(cxd_client *client, const cxd_token_provider *provider, cxd_error **error) {
  cxd_token_provider table;
  if (!provider)
    return cxd__fail(error, CXD_E_ARGUMENT, "provider is NULL: pass a cxd_token_provider");
  cxd_status status = take_provider(client, provider, &table, error);
  if (status != CXD_OK)
    return status;
  drop_idle(client);
  if (client->has_provider)
    cxd__abi_discard(&client->provider);
  client->provider = table;
  client->has_provider = 1;
  client->token_events = 0;
  client->core.custom_token = 1;
  return CXD_OK;
}

cxd_status cxd_client_use_token_events(cxd_client *client, cxd_error **error) {
  cxd_status status = may_register(client, error);
  if (status != CXD_OK)
    return status;
  drop_idle(client);
  client->token_events = 1;
  client->core.custom_token = 1;
  return CXD_OK;
}

static cxd_status take_log(cxd_client *client, const cxd_log *log, cxd_log *table, cxd_error **error) {
  cxd_status status = may_register(client, error);
  if (status == CXD_OK)
    status = cxd__abi_copy(table, sizeof *table, sizeof *table, log, "cxd_log", error);
  if (status == CXD_OK && !table->write)
    status = cxd__fail(error, CXD_E_ARGUMENT, "cxd_log.write is NULL: set it");
  if (status != CXD_OK)
    cxd__abi_discard(log);
  return status;
}

cxd_status cxd_client_set_log(cxd_client *client, const cxd_log *log, cxd_error **error) {
  cxd_log table;
  if (!log)
    return cxd__fail(error, CXD_E_ARGUMENT, "log is NULL: pass a cxd_log");
  cxd_status status = take_log(client, log, &table, error);
  if (status != CXD_OK)
    return status;
  if (client->log.size)
    cxd__abi_discard(&client->log);
  client->log = table;
  return CXD_OK;
}

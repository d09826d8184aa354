/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"
#include "core/op.h"

#define TOKEN_SENDS 3
#define PROVIDER_ATTEMPTS 3 /* a provider of the host's own is left as much time as three attempts of ours */

static void end(struct cxd__op *op) {
  struct cxd__core *core = op->core;
  core->fetch = NULL;
  cxd__core_drop(core, op->id);
}

/* The longest a step of an exchange takes. */
static int64_t step_us(const struct cxd__core *core) { return core->options.attempt_timeout_us * (core->options.custom_token ? PROVIDER_ATTEMPTS : 1); }

int cxd__fetch_lease(struct cxd__op *op, cxd__now now, int64_t for_us) { return cxd__shared_token_renew(op->core->shared, op->core, now.mono_us + for_us + CXD__LEASE_SLACK_US); }

/* It was not driven for so long that somebody else has taken the flight over: one exchange at a time. */
void cxd__fetch_overtaken(struct cxd__op *op) { end(op); }

static void send_unless_overtaken(struct cxd__op *op, cxd__now now, int64_t wait_us) {
  if (!cxd__fetch_lease(op, now, wait_us ? wait_us : step_us(op->core)))
    cxd__fetch_overtaken(op);
  else if (wait_us)
    cxd__op_pause(op, now, wait_us);
  else
    cxd__op_send_now(op, now);
}

void cxd__fetch_send(struct cxd__op *op, cxd__now now) { send_unless_overtaken(op, now, cxd__shared_token_charge(op->core->shared, now.mono_us)); }

static void ask_provider(struct cxd__op *op, cxd__now now, enum cxd__fetch why) {
  struct cxd__action action = {.kind = CXD__ACT_FETCH_TOKEN, .forced = why == CXD__FETCH_FORCED};
  (void)cxd__fetch_lease(op, now, step_us(op->core));
  op->wait = CXD__WAIT_EVENT;
  (void)cxd__op_push(op, &action);
}

void cxd__fetch_begin(struct cxd__op *asked_by, cxd__now now, enum cxd__fetch why) {
  struct cxd__core *core = asked_by->core;
  const struct cxd__core_options *options = &core->options;
  if (core->fetch) { /* this core has led before, its lease had run out: the exchange it has is as good as another */
    (void)cxd__fetch_lease(core->fetch, now, step_us(core));
    return;
  }
  struct cxd__op *op = cxd__op_new(core, now, CXD__STAGE_TOKEN);
  if (!op) {
    cxd__shared_token_failed(core->shared, core, now, NULL, 0);
    return;
  }
  core->fetch = op;
  op->kind = CXD__CLASS_TOKEN;
  op->asked_by = asked_by->id;
  op->trace = asked_by->trace;
  op->forced = why == CXD__FETCH_FORCED;
  op->background = why == CXD__FETCH_BACKGROUND;
  op->before = cxd__token_ref(asked_by->token ? asked_by->token : asked_by->before);
  if (options->custom_token) {
    ask_provider(op, now, why);
    return;
  }
  cxd__buf_str(&op->target, options->oauth.token_url);
  cxd__oauth_request(&options->oauth, &op->body, &op->basic);
  if (op->target.failed || op->body.failed || op->basic.failed)
    cxd__fetch_failed(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"), 0);
  else
    cxd__op_send(op, now, CXD__CLASS_TOKEN);
}

void cxd__fetch_failed(struct cxd__op *op, cxd__now now, cxd_error *error, int permanent) {
  if (error)
    cxd__say_no_token(op, error);
  if (error || !op->cancelled)
    cxd__shared_token_failed(op->core->shared, op->core, now, error, permanent);
  else
    cxd__shared_token_given_up(op->core->shared, op->core); /* cancelled: not a word about the endpoint */
  cxd_error_free(error);
  end(op);
}

static void store(struct cxd__op *op, cxd__now now, const char *text, size_t len, int64_t sent_boot_us, int64_t expires_in_s) {
  struct cxd__token *token = cxd__token_new(text, len, sent_boot_us, expires_in_s, op->core->shared->flight.jitter);
  if (!token) {
    cxd__fetch_failed(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"), 0);
    return;
  }
  cxd__shared_token_stored(op->core->shared, op->core, token);
  cxd__say_token(op, cxd__token_life_s(expires_in_s));
  struct cxd__op *asked_by = cxd__core_find(op->core, op->asked_by);
  if (asked_by)
    cxd__note_token(asked_by, cxd__token_life_s(expires_in_s), op->forced);
  end(op);
}

void cxd__fetch_answered(struct cxd__op *op, cxd__now now, struct cxd__exchange *exchange) {
  const struct cxd__oauth *oauth = &op->core->options.oauth;
  struct cxd__verdict verdict = cxd__verdict_of(CXD__CLASS_TOKEN, exchange);
  if (op->cancelled) {
    cxd__fetch_failed(op, now, NULL, 0);
    return;
  }
  if ((verdict.meaning == CXD__MEANS_RETRY || verdict.meaning == CXD__MEANS_THROTTLED) && op->tries < TOKEN_SENDS && cxd__op_retry(op, now, &verdict, exchange))
    return;
  struct cxd__buf text = {0};
  int64_t life = 0;
  cxd_error *error = NULL;
  cxd_status status = cxd__oauth_reply(exchange, oauth->token_url, oauth->scope, &text, &life, &error);
  if (status == CXD_OK && !text.failed)
    store(op, now, text.data, text.len, exchange->sent_boot_us, life);
  else {
    if (!error)
      error = cxd__error_new(CXD_E_NOMEM, "out of memory");
    if (error && verdict.meaning == CXD__MEANS_THROTTLED)
      error->retry_after_ms = op->asked_ms;
    if (error)
      error->retryable = verdict.meaning == CXD__MEANS_RETRY || verdict.meaning == CXD__MEANS_THROTTLED;
    cxd__fetch_failed(op, now, error, status == CXD_E_UNAUTHORIZED || status == CXD_E_FORBIDDEN);
  }
  cxd__buf_wipe(&text);
}

void cxd__fetch_event(struct cxd__op *op, cxd__now now, struct cxd__event *event) {
  if (op->cancelled && !event->token)
    cxd__fetch_failed(op, now, NULL, 0);
  else if (event->token)
    store(op, now, event->token, event->token_len, event->asked_boot_us, event->expires_in_s);
  else {
    cxd_error *error = event->error ? event->error : cxd__error_new(CXD_E_TOKEN, "the token provider gave no token");
    event->error = NULL;
    cxd__fetch_failed(op, now, error, event->permanent);
  }
}

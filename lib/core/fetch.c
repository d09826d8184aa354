/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"
#include "core/op.h"

#define TOKEN_SENDS 3

static void end(struct cxd__op *op) {
  struct cxd__core *core = op->core;
  core->fetch = NULL;
  cxd__core_drop(core, op->id);
}

void cxd__fetch_begin(struct cxd__op *asked_by, cxd__now now, int forced) {
  struct cxd__core *core = asked_by->core;
  const struct cxd__core_options *options = &core->options;
  struct cxd__op *op = cxd__op_new(core, now, CXD__STAGE_TOKEN);
  if (!op) {
    cxd__shared_token_failed(core->shared, core, now, NULL, 0);
    return;
  }
  core->fetch = op;
  op->kind = CXD__CLASS_TOKEN;
  op->asked_by = asked_by->id;
  if (options->custom_token) {
    struct cxd__action action = {.kind = CXD__ACT_FETCH_TOKEN, .forced = forced};
    op->wait = CXD__WAIT_EVENT;
    (void)cxd__op_push(op, &action);
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
  if (error || !op->cancelled)
    cxd__shared_token_failed(op->core->shared, op->core, now, error, permanent);
  else
    cxd__shared_token_give_up(op->core->shared, op->core); /* cancelled: not a word about the endpoint */
  cxd_error_free(error);
  end(op);
}

static void store(struct cxd__op *op, cxd__now now, const char *text, size_t len, int64_t sent_boot_us, int64_t expires_in_s) {
  struct cxd__token *token = cxd__token_new(text, len, sent_boot_us, expires_in_s, op->core->shared->jitter);
  if (!token) {
    cxd__fetch_failed(op, now, cxd__error_new(CXD_E_NOMEM, "out of memory"), 0);
    return;
  }
  cxd__shared_token_store(op->core->shared, op->core, token);
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
      error->retry_after_ms = cxd__retry_after_ms(exchange->retry_after, exchange->date, now.wall_ms);
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

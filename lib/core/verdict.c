/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strncasecmp */
#include "core/verdict.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/reply.h"

/* Answers with a meaning of their own; the rest goes by class: see by_class(). */
static const struct {
  int32_t http;
  enum cxd__meaning meaning;
  cxd_status status;
} answers[] = {
    {202, CXD__MEANS_ACCEPTED, CXD_OK},
    {401, CXD__MEANS_TOKEN, CXD_E_UNAUTHORIZED},
    {403, CXD__MEANS_FINAL, CXD_E_FORBIDDEN},
    {404, CXD__MEANS_FINAL, CXD_E_NOT_FOUND},
    {408, CXD__MEANS_AMBIGUOUS, CXD_E_TIMEOUT},
    {409, CXD__MEANS_CONFLICT, CXD_E_CONFLICT},
    {410, CXD__MEANS_FINAL, CXD_E_NOT_FOUND},
    {412, CXD__MEANS_CONFLICT, CXD_E_CONFLICT},
    {421, CXD__MEANS_RETRY, CXD_E_SERVER},
    {423, CXD__MEANS_CONFLICT, CXD_E_CONFLICT},
    {429, CXD__MEANS_THROTTLED, CXD_E_RATE_LIMITED},
    {501, CXD__MEANS_FINAL, CXD_E_SERVER},
    {505, CXD__MEANS_FINAL, CXD_E_SERVER},
};

static struct cxd__verdict by_class(int32_t http) {
  if (http >= 200 && http <= 299)
    return (struct cxd__verdict){CXD__MEANS_DONE, CXD_OK};
  if (http >= 400 && http <= 499)
    return (struct cxd__verdict){CXD__MEANS_FINAL, CXD_E_REJECTED};
  if (http >= 500 && http <= 599)
    return (struct cxd__verdict){CXD__MEANS_AMBIGUOUS, CXD_E_SERVER};
  return (struct cxd__verdict){CXD__MEANS_FINAL, CXD_E_PROTOCOL};
}

static struct cxd__verdict of_answer(const struct cxd__exchange *exchange) {
  int32_t http = exchange->http_status;
  int later = cxd__retry_after_ms(exchange->retry_after, exchange->date, 0) >= 0; /* a malformed field counts as none */
  if (later && (http == 503 || http == 423 || http == 425))
    return (struct cxd__verdict){CXD__MEANS_THROTTLED, CXD_E_SERVER};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    if (answers[i].http == http)
      return (struct cxd__verdict){answers[i].meaning, answers[i].status};
  return by_class(http);
}

static struct cxd__verdict of_way(const struct cxd__exchange *exchange) {
  static const cxd_status status[] = {
      [CXD__WAY_ANSWER] = CXD_OK,           [CXD__WAY_CONNECT] = CXD_E_CONNECT,     [CXD__WAY_TLS] = CXD_E_TLS,             [CXD__WAY_HANDSHAKE] = CXD_E_TLS,
      [CXD__WAY_TIMEOUT] = CXD_E_TIMEOUT,   [CXD__WAY_LOST] = CXD_E_CONNECT,        [CXD__WAY_RESEND] = CXD_E_CONNECT,
      [CXD__WAY_TOO_LARGE] = CXD_E_PROTOCOL, [CXD__WAY_REFUSED] = CXD_E_PROTOCOL,   [CXD__WAY_ABORTED] = CXD_E_CANCELLED,
      [CXD__WAY_OVERDUE] = CXD_E_WINDOW_CLOSED};
  struct cxd__verdict v = {CXD__MEANS_RETRY, status[exchange->way]};
  if (exchange->way == CXD__WAY_TLS) /* also when the request was written already: TLS 1.3 tells of a missing client certificate that late */
    v.meaning = CXD__MEANS_FINAL;
  else if (exchange->sends > 0)
    v.meaning = CXD__MEANS_AMBIGUOUS;
  else if (exchange->way == CXD__WAY_REFUSED)
    v.meaning = CXD__MEANS_FINAL;
  return v;
}

/* Reading and asking for a token change nothing: never ambiguous, no conflict, and only a 200 has what was asked for. */
static void without_effect(struct cxd__verdict *v, const struct cxd__exchange *exchange) {
  if (v->meaning == CXD__MEANS_AMBIGUOUS)
    v->meaning = exchange->way == CXD__WAY_TOO_LARGE ? CXD__MEANS_FINAL : CXD__MEANS_RETRY;
  else if (v->meaning == CXD__MEANS_CONFLICT)
    *v = (struct cxd__verdict){CXD__MEANS_FINAL, CXD_E_REJECTED};
  else if (v->status == CXD_OK && exchange->http_status != 200)
    *v = (struct cxd__verdict){CXD__MEANS_FINAL, CXD_E_PROTOCOL};
}

static int mentions(const char *text, const char *word) {
  size_t len = strlen(word);
  for (; text && *text; text++)
    if (strncasecmp(text, word, len) == 0)
      return 1;
  return 0;
}

/* A server without entity tags may say in a 400 or 422 that the version in the document is not its own any more. */
static int says_stale(const struct cxd__exchange *exchange) {
  static const char *const words[] = {"mismatch", "conflict", "stale", "outdated", "obsolete"};
  struct cxd__reply said = {0};
  int stale = 0;
  if (exchange->http_status == 400 || exchange->http_status == 422)
    (void)cxd__reply_error(exchange->body.data, exchange->body.len, &said);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    stale |= mentions(said.code, "version") && mentions(said.code, words[i]);
  cxd__reply_clear(&said);
  return stale;
}

struct cxd__verdict cxd__verdict_of(enum cxd__class kind, const struct cxd__exchange *exchange) {
  int has_head = exchange->http_status != 0;
  struct cxd__verdict v;
  if (exchange->way == CXD__WAY_ANSWER)
    v = of_answer(exchange);
  else if (kind == CXD__CLASS_PUT && has_head && exchange->way == CXD__WAY_TOO_LARGE)
    v = of_answer(exchange); /* the head has said what became of it: a PUT is never sent again for a nicer body */
  else
    v = of_way(exchange);
  if (kind != CXD__CLASS_PUT)
    without_effect(&v, exchange);
  else if (says_stale(exchange))
    v = (struct cxd__verdict){CXD__MEANS_CONFLICT, CXD_E_CONFLICT};
  return v;
}

static const char *advice(cxd_status status) {
  switch (status) {
  case CXD_E_UNAUTHORIZED: return "check auth.client_id, the secret and auth.scope";
  case CXD_E_FORBIDDEN: return "the application needs the scope campaign:write (auth.scope) and access to this campaign";
  case CXD_E_NOT_FOUND: return "check the campaign id and api.campaign_path";
  case CXD_E_CONFLICT: return "somebody else changed it: read it again and decide";
  case CXD_E_RATE_LIMITED: return "the quota is used up: run it again later";
  case CXD_E_PROTOCOL: return "check api.base_url: this does not look like the API";
  case CXD_E_CONNECT: return "check api.base_url and the network";
  case CXD_E_TLS: return "check the certificates: the server's against http.ca_file, our own in http.client_cert and http.client_key";
  case CXD_E_TIMEOUT: return "try again, or raise http.attempt_timeout_ms";
  case CXD_E_SERVER: return "the fault is the server's: try again later";
  case CXD_E_REJECTED: return "correct the change and try again";
  default: return NULL;
  }
}

cxd_error *cxd__verdict_error(cxd_status status, const char *what, const struct cxd__exchange *exchange) {
  struct cxd__reply said;
  struct cxd__buf text = {0};
  (void)cxd__reply_error(exchange->body.data, exchange->body.len, &said);
  cxd__buf_fmt(&text, "%s: ", what);
  if (exchange->way == CXD__WAY_ANSWER)
    cxd__buf_fmt(&text, "the server answered %d%s%s%s%s", (int)exchange->http_status, said.code ? " " : "", said.code ? said.code : "", said.message ? ": " : "", said.message ? said.message : "");
  else
    cxd__buf_str(&text, exchange->detail ? exchange->detail : cxd_status_text(status));
  if (said.field)
    cxd__buf_fmt(&text, " (%s)", said.field);
  if (advice(status))
    cxd__buf_fmt(&text, "; %s", advice(status));
  cxd_error *error = cxd__error_new(status, "%s", text.data && !text.failed ? text.data : what);
  cxd__buf_free(&text);
  if (error) {
    error->http_status = exchange->http_status;
    error->server_code = cxd__reply_take(&said.code);
    error->request_id = said.request_id ? cxd__reply_take(&said.request_id) : cxd__strdup(exchange->request_id);
    error->field = cxd__field_pointer(said.field);
    int later = status == CXD_E_SERVER && exchange->http_status != 501 && exchange->http_status != 505;
    error->retryable = later || status == CXD_E_CONNECT || status == CXD_E_TIMEOUT || status == CXD_E_RATE_LIMITED;
  }
  cxd__reply_clear(&said);
  return error;
}

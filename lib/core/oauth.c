/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/token.h"
#include "core/verdict.h"
#include "json/pointer.h"
#include "json/reply.h"

/* application/x-www-form-urlencoded, one value. */
static void form_value(struct cxd__buf *out, const char *text) {
  for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
    if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-._*", *p))
      cxd__buf_char(out, (char)*p);
    else if (*p == ' ')
      cxd__buf_char(out, '+');
    else
      cxd__buf_fmt(out, "%%%02X", (unsigned)*p);
  }
}

void cxd__oauth_request(const struct cxd__oauth *oauth, struct cxd__buf *body, struct cxd__buf *basic) {
  body->secret = basic->secret = 1;
  const char *secret = oauth->client_secret->text ? oauth->client_secret->text : "";
  void (*put)(struct cxd__buf *, const char *) = oauth->basic_form_encode ? form_value : cxd__buf_str;
  cxd__buf_str(body, "grant_type=client_credentials&scope=");
  form_value(body, oauth->scope);
  if (oauth->post) {
    cxd__buf_str(body, "&client_id=");
    form_value(body, oauth->client_id);
    cxd__buf_str(body, "&client_secret=");
    form_value(body, secret);
    return;
  }
  put(basic, oauth->client_id);
  cxd__buf_char(basic, ':');
  put(basic, secret);
}

/* A query may hold a key: messages end before it. */
static int shown(const char *url) { return (int)strcspn(url, "?"); }

static cxd_status bad_reply(const char *url, const char *what, cxd_error **error) {
  return cxd__fail_at(error, CXD_E_TOKEN, "auth.token_url", "the token endpoint %.*s answered %s: check auth.token_url", shown(url), url, what);
}

/* Digits, digits in a string, or a fraction (rounded down); missing or rubbish: 0, for which 300 s is assumed. */
static int64_t life_of(struct cxd__slice value) {
  double real;
  int64_t seconds;
  if (cxd__json_int(value, &seconds))
    return seconds;
  if (cxd__json_real(value, &real))
    return real > 86400 ? 86400 : real < 0 ? 0 : (int64_t)real;
  size_t len;
  char *text = cxd__json_string(value, &len);
  if (!text)
    return 0;
  seconds = 0;
  for (size_t i = 0; i < len && seconds <= 86400; i++)
    seconds = text[i] >= '0' && text[i] <= '9' ? seconds * 10 + (text[i] - '0') : 86401;
  if (len == 0 || strspn(text, "0123456789") != len)
    seconds = 0;
  cxd__free(text);
  return seconds > 86400 ? 86400 : seconds;
}

static int bearer_type(struct cxd__slice type) {
  static const char *const word = "bearer";
  size_t len;
  char *text = cxd__json_string(type, &len);
  int same = text && len == strlen(word);
  for (size_t i = 0; same && i < len; i++)
    same = (text[i] | 0x20) == word[i];
  cxd__free(text);
  return same;
}

static cxd_status read_token(struct cxd__slice root, const char *url, struct cxd__buf *text, int64_t *expires_in_s, cxd_error **error) {
  struct cxd__slice type = cxd__json_member(root, "token_type");
  if (type.p && !bearer_type(type))
    return bad_reply(url, "with a token_type other than Bearer", error);
  size_t len = 0;
  char *token = cxd__json_string(cxd__json_member(root, "access_token"), &len);
  cxd_status status = CXD_OK;
  if (!token)
    status = bad_reply(url, "without an access_token", error);
  else if (!cxd__token_text_valid(token, len))
    status = bad_reply(url, len ? "with an access_token of forbidden characters or size" : "with an empty access_token", error);
  else
    cxd__buf_add(text, token, len);
  cxd__buf_free(&(struct cxd__buf){.data = token, .cap = len, .secret = 1});
  *expires_in_s = life_of(cxd__json_member(root, "expires_in"));
  return status;
}

/* What the endpoint says is about the token, not about a campaign. */
static cxd_status status_of(const struct cxd__exchange *exchange, const char *code) {
  int32_t http = exchange->http_status;
  if (http == 403 || (code && (strcmp(code, "invalid_scope") == 0 || strcmp(code, "unauthorized_client") == 0)))
    return CXD_E_FORBIDDEN;
  if (http == 400 || http == 401)
    return CXD_E_UNAUTHORIZED;
  if (http == 408)
    return CXD_E_TIMEOUT;
  if (http == 429)
    return CXD_E_RATE_LIMITED;
  return http >= 500 && http <= 599 ? CXD_E_SERVER : CXD_E_TOKEN;
}

static cxd_status refused(const struct cxd__exchange *exchange, const char *url, const char *scope, cxd_error **error) {
  struct cxd__reply said;
  (void)cxd__reply_error(exchange->body.data, exchange->body.len, &said);
  int32_t http = exchange->http_status;
  cxd_status status = status_of(exchange, said.code);
  const char *next = status == CXD_E_FORBIDDEN      ? "ask the administrator to grant the application that scope"
                     : status == CXD_E_UNAUTHORIZED ? "check auth.client_id and the client secret, and auth.basic_form_encode when they hold more than letters and digits"
                     : status == CXD_E_TOKEN        ? "check auth.token_url"
                                                    : "try again later";
  cxd__fail_at(error, status, status == CXD_E_FORBIDDEN ? "auth.scope" : "auth.token_url", "the token endpoint %.*s answered %d to a request for scope %s%s%s%s%s; %s", shown(url), url, (int)http, scope,
               said.code ? ": " : "", said.code ? said.code : "", said.message ? ": " : "", said.message ? said.message : "", next);
  if (error && *error) {
    (*error)->http_status = http;
    (*error)->server_code = cxd__reply_take(&said.code);
    (*error)->request_id = said.request_id ? cxd__reply_take(&said.request_id) : cxd__strdup(exchange->request_id);
  }
  cxd__reply_clear(&said);
  return status;
}

cxd_status cxd__oauth_reply(const struct cxd__exchange *exchange, const char *url, const char *scope, struct cxd__buf *text, int64_t *expires_in_s, cxd_error **error) {
  text->secret = 1;
  if (exchange->way != CXD__WAY_ANSWER) {
    cxd_status status = cxd__verdict_of(CXD__CLASS_TOKEN, exchange).status;
    return cxd__fail_at(error, status, "auth.token_url", "no token from %.*s: %s", shown(url), url, exchange->detail ? exchange->detail : cxd_status_text(status));
  }
  if (exchange->http_status != 200)
    return refused(exchange, url, scope, error);
  struct cxd__slice root;
  if (cxd__json_check(exchange->body.data ? exchange->body.data : "", exchange->body.len, "token reply", &root, NULL) != CXD_OK)
    return bad_reply(url, "with something that is not JSON", error);
  return read_token(root, url, text, expires_in_s, error);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/error.h"

#include "base/buf.h"

static const char *text(const char *s) { return s ? s : ""; }

cxd_status cxd_error_status(const cxd_error *e) { return CXD__IS(e, ERROR) ? e->status : CXD_OK; }

const char *cxd_error_message(const cxd_error *e) { return CXD__IS(e, ERROR) ? (e->message ? e->message : cxd_status_text(e->status)) : ""; }

int32_t cxd_error_http_status(const cxd_error *e) { return CXD__IS(e, ERROR) ? e->http_status : 0; }

int32_t cxd_error_retryable(const cxd_error *e) { return CXD__IS(e, ERROR) ? e->retryable : 0; }

int64_t cxd_error_retry_after_ms(const cxd_error *e) { return CXD__IS(e, ERROR) ? e->retry_after_ms : -1; }

const char *cxd_error_field(const cxd_error *e) { return CXD__IS(e, ERROR) ? text(e->field) : ""; }

const char *cxd_error_server_code(const cxd_error *e) { return CXD__IS(e, ERROR) ? text(e->server_code) : ""; }

const char *cxd_error_request_id(const cxd_error *e) { return CXD__IS(e, ERROR) ? text(e->request_id) : ""; }

static void member(struct cxd__buf *b, const char *name, const char *value) {
  cxd__buf_fmt(b, ",\"%s\":", name);
  cxd__buf_json_str(b, value && value[0] ? value : NULL);
}

char *cxd_error_to_json(const cxd_error *e) {
  struct cxd__buf b = {0};
  cxd__buf_fmt(&b, "{\"status\":\"%s\"", cxd_status_name(cxd_error_status(e)));
  member(&b, "message", cxd_error_message(e));
  member(&b, "field", cxd_error_field(e));
  cxd__buf_str(&b, ",\"http_status\":");
  if (cxd_error_http_status(e))
    cxd__buf_int(&b, cxd_error_http_status(e));
  else
    cxd__buf_str(&b, "null");
  member(&b, "server_code", cxd_error_server_code(e));
  member(&b, "request_id", cxd_error_request_id(e));
  cxd__buf_str(&b, ",\"retry_after_ms\":");
  if (cxd_error_retry_after_ms(e) >= 0)
    cxd__buf_int(&b, cxd_error_retry_after_ms(e));
  else
    cxd__buf_str(&b, "null");
  cxd__buf_char(&b, '}');
  return cxd__buf_take(&b);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/exchange.h"

#include "base/mem.h"

void cxd__exchange_clear(struct cxd__exchange *exchange) {
  cxd__buf_wipe(&exchange->body); /* may be a token reply */
  cxd__free(exchange->etag);
  cxd__free(exchange->retry_after);
  cxd__free(exchange->rate_limit);
  cxd__free(exchange->date);
  cxd__free(exchange->request_id);
  cxd__free(exchange->content_type);
  cxd__free(exchange->www_authenticate);
  cxd__free(exchange->detail);
  *exchange = (struct cxd__exchange){0};
}

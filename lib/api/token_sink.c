/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "base/handle.h"
#include "engine/sink.h"

const char *cxd_token_request_scope(const cxd_token_request *request) { return CXD__IS(request, REQUEST) && request->scope ? request->scope : ""; }

const char *cxd_token_request_token_url(const cxd_token_request *request) { return CXD__IS(request, REQUEST) && request->token_url ? request->token_url : ""; }

int32_t cxd_token_request_forced(const cxd_token_request *request) { return CXD__IS(request, REQUEST) ? request->forced : 0; }

cxd_status cxd_token_sink_accept(cxd_token_sink *sink, const char *token, size_t len, int64_t expires_in_s) {
  return CXD__IS(sink, SINK) ? cxd__sink_accept(sink, token, len, expires_in_s) : CXD_E_ARGUMENT;
}

cxd_status cxd_token_sink_fail(cxd_token_sink *sink, int32_t retryable, const char *message) { return CXD__IS(sink, SINK) ? cxd__sink_fail(sink, retryable, message) : CXD_E_ARGUMENT; }

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__ENGINE_SINK_H
#define CXD__ENGINE_SINK_H

#include <pthread.h>

#include <cxdialer/cxdialer.h>

#include "base/secret.h"
#include "base/wake.h"

/* Where a token provider puts its answer: shared by the engine that asked and whoever will answer, perhaps much later. */
struct cxd_token_sink {
  uint32_t magic;
  int32_t references;          /* under the lock */
  pthread_mutex_t lock;
  struct cxd__wake *wake;
  int32_t complete, failed, retryable;
  struct cxd__secret token;
  int64_t expires_in_s;
  char *message;
};

struct cxd_token_request {
  uint32_t magic;
  const char *scope, *token_url;
  int32_t forced;
};

cxd_token_sink *cxd__sink_new(struct cxd__wake *wake); /* two references: the engine's and the provider's */
void cxd__sink_unref(cxd_token_sink *sink);
void cxd__sink_void(cxd_token_sink *sink, const char *message); /* whatever was put in: it does not count */
int cxd__sink_wanted(cxd_token_sink *sink); /* asked by the provider: the engine has not given it up */
int cxd__sink_complete(cxd_token_sink *sink);

/* CXD_E_STATE when it was completed before. Takes the provider's reference with it. */
cxd_status cxd__sink_accept(cxd_token_sink *sink, const char *token, size_t len, int64_t expires_in_s);
cxd_status cxd__sink_fail(cxd_token_sink *sink, int32_t retryable, const char *message);

#endif

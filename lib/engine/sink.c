/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "engine/sink.h"

#include "base/handle.h"
#include "base/mem.h"
#include "core/token.h"

cxd_token_sink *cxd__sink_new(struct cxd__wake *wake) {
  cxd_token_sink *sink = cxd__alloc(sizeof *sink);
  if (!sink)
    return NULL;
  if (pthread_mutex_init(&sink->lock, NULL) != 0) {
    cxd__free(sink);
    return NULL;
  }
  sink->magic = CXD__MAGIC_SINK;
  sink->references = 2;
  sink->wake = cxd__wake_ref(wake);
  return sink;
}

static void destroy(cxd_token_sink *sink) {
  (void)pthread_mutex_destroy(&sink->lock);
  cxd__secret_clear(&sink->token);
  cxd__wake_unref(sink->wake);
  cxd__free(sink->message);
  sink->magic = CXD__MAGIC_DEAD;
  cxd__free(sink);
}

void cxd__sink_unref(cxd_token_sink *sink) {
  if (!sink)
    return;
  (void)pthread_mutex_lock(&sink->lock);
  int last = --sink->references == 0;
  (void)pthread_mutex_unlock(&sink->lock);
  if (last)
    destroy(sink);
}

int cxd__sink_wanted(cxd_token_sink *sink) {
  (void)pthread_mutex_lock(&sink->lock);
  int wanted = sink->references > 1;
  (void)pthread_mutex_unlock(&sink->lock);
  return wanted;
}

int cxd__sink_complete(cxd_token_sink *sink) {
  (void)pthread_mutex_lock(&sink->lock);
  int complete = sink->complete;
  (void)pthread_mutex_unlock(&sink->lock);
  return complete;
}

/* Under the lock. */
static void put_failure(cxd_token_sink *sink, int32_t retryable, const char *message) {
  sink->failed = 1;
  sink->retryable = retryable != 0;
  sink->message = cxd__strdup(message);
  for (char *p = sink->message; p && *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      *p = ' '; /* it becomes part of a message of one line */
}

cxd_status cxd__sink_accept(cxd_token_sink *sink, const char *token, size_t len, int64_t expires_in_s) {
  (void)pthread_mutex_lock(&sink->lock);
  if (sink->complete) {
    (void)pthread_mutex_unlock(&sink->lock);
    return CXD_E_STATE;
  }
  cxd_status status = CXD_OK;
  if (!token || !cxd__token_text_valid(token, len)) {
    status = CXD_E_ARGUMENT;
    put_failure(sink, 0, "the token provider gave a token with forbidden characters or size");
  } else if (cxd__secret_set(&sink->token, token, len) != 0) {
    status = CXD_E_NOMEM;
    put_failure(sink, 1, "out of memory");
  }
  sink->expires_in_s = expires_in_s;
  sink->complete = 1;
  cxd__wake_signal(sink->wake);
  (void)pthread_mutex_unlock(&sink->lock);
  cxd__sink_unref(sink);
  return status;
}

cxd_status cxd__sink_fail(cxd_token_sink *sink, int32_t retryable, const char *message) {
  (void)pthread_mutex_lock(&sink->lock);
  if (sink->complete) {
    (void)pthread_mutex_unlock(&sink->lock);
    return CXD_E_STATE;
  }
  put_failure(sink, retryable, message ? message : "the token provider failed");
  sink->complete = 1;
  cxd__wake_signal(sink->wake);
  (void)pthread_mutex_unlock(&sink->lock);
  cxd__sink_unref(sink);
  return CXD_OK;
}

void cxd__sink_void(cxd_token_sink *sink, const char *message) {
  if (cxd__sink_fail(sink, 0, message) == CXD_OK)
    return;
  (void)pthread_mutex_lock(&sink->lock);
  if (!sink->failed)
    put_failure(sink, 0, message);
  (void)pthread_mutex_unlock(&sink->lock);
}

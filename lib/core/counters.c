/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core/counters.h"

const int64_t cxd__bucket_us[CXD__BUCKETS - 1] = {5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 180000000};

void cxd__histogram_add(struct cxd__histogram *histogram, int64_t us) {
  size_t i = 0;
  while (i < CXD__BUCKETS - 1 && us > cxd__bucket_us[i])
    i++;
  histogram->in[i]++;
  histogram->count++;
  histogram->sum_us += us;
}

static enum cxd__answer_class answer_class(const struct cxd__exchange *exchange) {
  if (exchange->http_status == 0)
    return CXD__ANSWER_NONE;
  int32_t hundreds = exchange->http_status / 100;
  return hundreds >= 2 && hundreds <= 5 ? (enum cxd__answer_class)(CXD__ANSWER_2XX + hundreds - 2) : CXD__ANSWER_OTHER;
}

void cxd__count_exchange(struct cxd__counters *counters, enum cxd__class kind, const struct cxd__exchange *exchange, size_t body_len) {
  counters->opened += exchange->connects;
  if (exchange->sends == 0)
    return;
  counters->sends[kind] += exchange->sends;
  counters->reused += exchange->connects == 0;
  counters->refused += exchange->http_status == 429;
  counters->answers[answer_class(exchange)]++;
  counters->body_sent += (int64_t)body_len * exchange->sends;
  counters->body_received += (int64_t)exchange->body.len;
  if (exchange->way == CXD__WAY_ANSWER && kind != CXD__CLASS_TOKEN)
    cxd__histogram_add(&counters->requests, exchange->end_mono_us - exchange->sent_mono_us);
}

static enum cxd__retry_reason reason_of(const struct cxd__exchange *exchange) {
  switch (exchange->way) {
  case CXD__WAY_CONNECT:
  case CXD__WAY_TLS:
  case CXD__WAY_HANDSHAKE: return CXD__RETRY_CONNECT;
  case CXD__WAY_TIMEOUT: return CXD__RETRY_TIMEOUT;
  case CXD__WAY_ANSWER: break;
  default: return CXD__RETRY_LOST;
  }
  if (exchange->http_status == 0)
    return CXD__RETRY_LOOKED;
  if (exchange->http_status == 429)
    return CXD__RETRY_LIMITED;
  return exchange->http_status >= 500 ? CXD__RETRY_SERVER : CXD__RETRY_ANSWER;
}

void cxd__count_retry(struct cxd__counters *counters, const struct cxd__exchange *exchange) { counters->retries[reason_of(exchange)]++; }

void cxd__count_update(struct cxd__counters *counters, int32_t outcome, cxd_status status, int64_t total_us) {
  if (outcome < 0 || outcome >= CXD__OUTCOMES)
    return;
  counters->outcomes[outcome]++;
  counters->statuses[cxd__status_class_of(status)]++;
  cxd__histogram_add(&counters->updates, total_us);
}

/* What is not listed is about this machine: memory, files, the log, callbacks, rules, arguments. */
static const struct {
  cxd_status status;
  enum cxd__status_class kind;
} classes[] = {
    {CXD_OK, CXD__STATUS_OK},
    {CXD_E_INVALID, CXD__STATUS_REFUSED},
    {CXD_E_WINDOW_CLOSED, CXD__STATUS_REFUSED},
    {CXD_E_REJECTED, CXD__STATUS_REFUSED},
    {CXD_E_NOT_FOUND, CXD__STATUS_REFUSED},
    {CXD_E_JSON, CXD__STATUS_REFUSED},
    {CXD_E_TYPE, CXD__STATUS_REFUSED},
    {CXD_E_ABSENT, CXD__STATUS_REFUSED},
    {CXD_E_TOO_LARGE, CXD__STATUS_REFUSED},
    {CXD_E_CONFLICT, CXD__STATUS_CONFLICT},
    {CXD_E_RATE_LIMITED, CXD__STATUS_QUOTA},
    {CXD_E_UNAUTHORIZED, CXD__STATUS_AUTH},
    {CXD_E_FORBIDDEN, CXD__STATUS_AUTH},
    {CXD_E_TOKEN, CXD__STATUS_AUTH},
    {CXD_E_CONNECT, CXD__STATUS_NETWORK},
    {CXD_E_TLS, CXD__STATUS_NETWORK},
    {CXD_E_TIMEOUT, CXD__STATUS_NETWORK},
    {CXD_E_SERVER, CXD__STATUS_SERVER},
    {CXD_E_PROTOCOL, CXD__STATUS_SERVER},
    {CXD_E_UNKNOWN_OUTCOME, CXD__STATUS_DOUBT},
    {CXD_E_CANCELLED, CXD__STATUS_CANCELLED},
};

enum cxd__status_class cxd__status_class_of(cxd_status status) {
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (classes[i].status == status)
      return classes[i].kind;
  return CXD__STATUS_LOCAL;
}

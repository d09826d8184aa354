/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_EXCHANGE_H
#define CXD__BASE_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The vocabulary between the core, which decides what to send, and http/, which sends it: plain values, no curl.
 */
enum cxd__class { CXD__CLASS_TOKEN, CXD__CLASS_GET, CXD__CLASS_LIST, CXD__CLASS_PUT };

/* What became of an exchange on its way. Only CXD__WAY_ANSWER has an HTTP status. */
enum cxd__way {
  CXD__WAY_ANSWER,    /* a complete answer */
  CXD__WAY_CONNECT,   /* no connection: nothing was sent unless `sends` says so */
  CXD__WAY_TLS,       /* a certificate or a TLS setting: final */
  CXD__WAY_HANDSHAKE, /* the handshake broke off */
  CXD__WAY_TIMEOUT,
  CXD__WAY_LOST,      /* the connection broke or the answer stopped half-way */
  CXD__WAY_RESEND,    /* the library stopped a silent second send */
  CXD__WAY_TOO_LARGE, /* not taken: headers or body over our caps, compressed, or with our own credentials in it */
  CXD__WAY_REFUSED,   /* our own request was not fit to be sent, or a local resource is missing */
  CXD__WAY_ABORTED,   /* by us */
  CXD__WAY_OVERDUE    /* not sent: not_after_wall_ms had come when the connection was ready */
};

/* Borrowed texts: valid until the exchange of this request has been delivered. */
struct cxd__request {
  enum cxd__class kind;
  const char *target;       /* path and query, or for CXD__CLASS_TOKEN the whole URL */
  const char *bearer;       /* NULL: no Authorization: Bearer */
  const char *before;       /* NULL, or a token of earlier requests: not sent, only hidden when the server repeats it */
  const char *basic;        /* NULL, or "user:password", already form-encoded where wanted */
  const char *if_match;     /* NULL, or an entity tag with quotes */
  const char *traceparent;  /* NULL, or a W3C traceparent for this attempt */
  const char *body;         /* NULL for GET */
  size_t body_len;
  int64_t timeout_us;
  int64_t not_after_wall_ms; /* the wall clock at which it must not leave any more, looked at just before the first byte; 0: none */
  int32_t fresh;            /* on a connection of its own: the last one is suspect */
};

struct cxd__exchange {
  enum cxd__way way;
  int32_t http_status;      /* 0: no complete answer head */
  int32_t sends;            /* how often the request left the process, from the pre-request hook */
  int32_t connects;         /* connections opened for it; 0 with a send: one was used again */
  int64_t sent_mono_us, sent_boot_us, end_mono_us; /* sent: just before the first byte; 0 when nothing was sent */
  struct cxd__buf body;
  char *etag, *retry_after, *rate_limit, *date, *request_id, *content_type, *www_authenticate; /* NULL when absent; the date also when nothing asks to wait */
  int32_t weak_etag;        /* there was one: etag is NULL then */
  char *detail;             /* one clause on what went wrong; no secrets */
};

void cxd__exchange_clear(struct cxd__exchange *exchange);

#endif

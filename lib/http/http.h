/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_HTTP_H
#define CXD__HTTP_HTTP_H

#include <cxdialer/cxdialer.h>

#include "base/exchange.h"
#include "base/log.h"
#include "base/secret.h"

/*
 * The only user of libcurl. One struct cxd__http is one CURLM with its connections, driven by socket_action from an epoll
 * descriptor, used by one thread at a time; only cxd__http_wake may be called from elsewhere.
 */
struct cxd__http;

/* Texts are borrowed for the life of the transport. */
struct cxd__http_options {
  const char *origin;        /* scheme://host[:port] of base_url */
  int32_t allow_plain;       /* http besides https (the caller has checked that the hosts are loopback, or that it was asked for) */
  int64_t connect_timeout_ms;
  int32_t version;           /* 0 auto, 11, 2 */
  const char *proxy;         /* "none", "env" or a URL */
  const char *ca_file, *client_cert, *client_key, *user_agent; /* NULL: not set */
  int64_t max_response_bytes;
  const struct cxd__secret *client_secret; /* NULL: none; hidden whoever repeats it */
  const cxd_log *log;
};

/* Makes libcurl ready, once in this process; never undone. CXD_E_STATE: the libcurl in use is too old or not thread-safe. */
cxd_status cxd__http_global(cxd_error **error);

/* What the libcurl in use can do: "tls", "http2". */
int32_t cxd__http_has(const char *feature);

cxd_status cxd__http_new(const struct cxd__http_options *options, struct cxd__http **out, cxd_error **error);
void cxd__http_free(struct cxd__http *http);          /* aborts what is in flight */
void cxd__http_free_forked(struct cxd__http *http);   /* in a child: frees nothing of libcurl's, closes nothing of the parent's */

/* Starts one request; texts are borrowed until its exchange is delivered. A failure is delivered as an exchange, too; -1: not even that (no memory). */
int cxd__http_send(struct cxd__http *http, const struct cxd__request *request, uint32_t op, uint32_t tag);
void cxd__http_abort(struct cxd__http *http, uint32_t op, uint32_t tag);
void cxd__http_abort_all(struct cxd__http *http);     /* and forgets them: nothing will be delivered */

/* Waits for the network, a wake or timeout_us (negative: for ever) and does what is due. CXD_E_IO only when epoll fails. */
cxd_status cxd__http_wait(struct cxd__http *http, int64_t timeout_us);
int cxd__http_has_next(const struct cxd__http *http);
int cxd__http_next(struct cxd__http *http, uint32_t *op, uint32_t *tag, struct cxd__exchange *out); /* 0: none is finished */
void cxd__http_wake(void *http);                      /* any thread */

/* For a loop of the host's: becomes readable when there is something to do before the time-out (-1: none). */
int cxd__http_fd(const struct cxd__http *http);
int64_t cxd__http_timeout_us(const struct cxd__http *http);

/* What was sent and received goes to the log when asked for, so that no method of the host runs inside libcurl. */
int cxd__http_has_lines(const struct cxd__http *http);
void cxd__http_write_lines(struct cxd__http *http);

/* A duplicate-free eventfd for things that outlive the transport: the caller keeps it with cxd__wake_ref(). */
struct cxd__wake;
struct cxd__wake *cxd__http_wake_handle(struct cxd__http *http);

#endif

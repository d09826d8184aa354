/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "http/http_private.h"
#include "http/transfer.h"

/* Everything else is CXD__WAY_LOST: after a send it is doubtful, before one it is a failed connection. */
static const struct {
  CURLcode code;
  enum cxd__way way;
} ways[] = {
    {CURLE_OK, CXD__WAY_ANSWER},
    {CURLE_COULDNT_RESOLVE_HOST, CXD__WAY_CONNECT},
    {CURLE_COULDNT_RESOLVE_PROXY, CXD__WAY_CONNECT},
    {CURLE_COULDNT_CONNECT, CXD__WAY_CONNECT},
    {CURLE_PROXY, CXD__WAY_CONNECT},
    {CURLE_OPERATION_TIMEDOUT, CXD__WAY_TIMEOUT},
    {CURLE_SSL_CONNECT_ERROR, CXD__WAY_HANDSHAKE},
    {CURLE_PEER_FAILED_VERIFICATION, CXD__WAY_TLS},
    {CURLE_SSL_CERTPROBLEM, CXD__WAY_TLS},
    {CURLE_SSL_CIPHER, CXD__WAY_TLS},
    {CURLE_SSL_CACERT_BADFILE, CXD__WAY_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, CXD__WAY_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, CXD__WAY_TLS},
    {CURLE_SSL_ISSUER_ERROR, CXD__WAY_TLS},
    {CURLE_SSL_CLIENTCERT, CXD__WAY_TLS},
    {CURLE_USE_SSL_FAILED, CXD__WAY_TLS},
    {CURLE_URL_MALFORMAT, CXD__WAY_REFUSED},
    {CURLE_UNSUPPORTED_PROTOCOL, CXD__WAY_REFUSED},
    {CURLE_OUT_OF_MEMORY, CXD__WAY_REFUSED},
};

/* Alerts of TLS that are about our certificate. With TLS 1.3 they come when the request is on its way already. */
static const struct {
  const char *words;
  enum cxd__way way;
  const char *detail;
} alerts[] = {
#define WANTED "the server demands a client certificate: set http.client_cert and http.client_key"
#define UNWANTED "the server does not accept the client certificate: check http.client_cert"
    {"alert certificate required", CXD__WAY_TLS, WANTED},
    {"alert handshake failure", CXD__WAY_HANDSHAKE, "the server ended the TLS handshake: it may demand a client certificate (http.client_cert, http.client_key)"},
    {"alert unknown ca", CXD__WAY_TLS, UNWANTED},
    {"alert bad certificate", CXD__WAY_TLS, UNWANTED},
    {"alert unsupported certificate", CXD__WAY_TLS, UNWANTED},
    {"alert certificate revoked", CXD__WAY_TLS, UNWANTED},
    {"alert certificate expired", CXD__WAY_TLS, UNWANTED},
    {"alert certificate unknown", CXD__WAY_TLS, UNWANTED},
};

/* An index into alerts; their number: none. The words come from OpenSSL: no server can write into them. */
static size_t alert_of(const struct cxd__transfer *t, CURLcode code) {
  size_t i = 0, count = sizeof alerts / sizeof *alerts;
  if (code != CURLE_SSL_CONNECT_ERROR && code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR)
    return count;
  while (i < count && !strstr(t->remark, alerts[i].words))
    i++;
  return i;
}

static enum cxd__way way_of(const struct cxd__transfer *t, CURLcode code) {
  size_t alert = alert_of(t, code);
  if (alert < sizeof alerts / sizeof *alerts)
    return alerts[alert].way;
  if (t->resend_stopped)
    return CXD__WAY_RESEND;
  if (t->overdue)
    return CXD__WAY_OVERDUE;
  if (t->too_large || t->encoded)
    return CXD__WAY_TOO_LARGE;
  if (code == CURLE_OK && !t->head_whole)
    return CXD__WAY_LOST; /* libcurl takes a head that stops half-way for a whole one */
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (ways[i].code == code)
      return ways[i].way;
  return CXD__WAY_LOST;
}

/* Where libcurl's general words would send the reader the wrong way. */
static const struct {
  CURLcode code;
  const char *detail;
} details[] = {
    {CURLE_SSL_CERTPROBLEM, "the client certificate cannot be used: http.client_cert and http.client_key must be a certificate and its own key in PEM form, the key without a pass phrase"},
    {CURLE_SSL_CACERT_BADFILE, "http.ca_file holds no certificate in PEM form"},
    {CURLE_UNSUPPORTED_PROTOCOL, "the answer is not HTTP"},
    {CURLE_WEIRD_SERVER_REPLY, "the answer is not HTTP"},
};

/* The words are libcurl's alone. */
static int is_without_thread(const struct cxd__transfer *t, CURLcode code) { return code == CURLE_COULDNT_RESOLVE_HOST && strstr(t->remark, "thread failed to start"); }

static const char *detail_of(const struct cxd__transfer *t, CURLcode code) {
  size_t alert = alert_of(t, code);
  if (alert < sizeof alerts / sizeof *alerts)
    return alerts[alert].detail;
  if (is_without_thread(t, code))
    return "Couldn't resolve host name: libcurl looks names up in a thread and may not start one (seccomp, RLIMIT_NPROC): allow it, or use an address in the URL";
  for (size_t i = 0; i < sizeof details / sizeof *details; i++)
    if (details[i].code == code && (t->exchange.sends || code != CURLE_UNSUPPORTED_PROTOCOL))
      return details[i].detail;
  return curl_easy_strerror(code);
}

/* Why a certificate was refused is in libcurl's remark only; with this code it can quote a certificate, but no header. */
static void add_reason(struct cxd__buf *text, const struct cxd__transfer *t, CURLcode code) {
  if (code != CURLE_PEER_FAILED_VERIFICATION || !t->remark[0])
    return;
  cxd__buf_str(text, " (");
  for (const char *p = t->remark; *p; p++)
    cxd__buf_char(text, *p < 0x20 || *p >= 0x7f ? '?' : *p);
  cxd__buf_char(text, ')');
}

/* What libcurl says in general terms: its detailed messages may quote headers. */
static void describe(struct cxd__transfer *t, CURLcode code) {
  struct cxd__buf text = {0};
  const struct cxd__http_options *o = cxd__http_options_of(t->http);
  const char *where = t->kind == CXD__CLASS_TOKEN ? "the token endpoint" : o->origin;
  if (t->resend_stopped)
    cxd__buf_fmt(&text, "%s closed the connection before an answer came", where);
  else if (t->overdue)
    cxd__buf_fmt(&text, "calling hours ended before the connection to %s was ready", where);
  else if (t->encoded)
    cxd__buf_fmt(&text, "%s sent a compressed answer that was not asked for", where);
  else if (t->too_large)
    cxd__buf_fmt(&text, "%s sent more than %lld bytes of answer or %d of headers (http.max_response_bytes)", where, (long long)o->max_response_bytes, CXD__HEADER_BYTES_MAX);
  else if (code == CURLE_OK)
    cxd__buf_fmt(&text, "%s closed the connection in the middle of its answer", where);
  else {
    cxd__buf_fmt(&text, "%s: %s", where, detail_of(t, code));
    add_reason(&text, t, code);
  }
  t->exchange.detail = cxd__buf_take(&text);
}

/* Over HTTP/2 libcurl ends only the stream of a time-out, and every later request would go down the same dead way. */
static void give_connection_up(const struct cxd__transfer *t) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD)
    (void)shutdown(socket, SHUT_RDWR);
}

void cxd__way_fill(struct cxd__transfer *t, CURLcode code) {
  long http = 0, connects = 0;
  (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &http);
  (void)curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
  t->exchange.connects = (int32_t)connects;
  t->exchange.way = way_of(t, code);
  if (t->date[0] && (t->exchange.retry_after || t->exchange.rate_limit))
    t->exchange.date = cxd__strdup(t->date);
  t->exchange.http_status = t->exchange.sends && t->head_whole ? (int32_t)http : 0; /* before a send it is a proxy's */
  if (t->exchange.way == CXD__WAY_TIMEOUT && t->exchange.sends)
    give_connection_up(t);
  if (t->exchange.way != CXD__WAY_ANSWER)
    describe(t, code);
}

void cxd__way_repeated(struct cxd__transfer *t) {
  struct cxd__buf text = {0};
  cxd__buf_fmt(&text, "%s sent the access token or client secret back inside its answer, which was not used: have them changed, since others may read them there", cxd__http_options_of(t->http)->origin);
  t->exchange.way = CXD__WAY_TOO_LARGE;
  cxd__free(t->exchange.detail);
  t->exchange.detail = cxd__buf_take(&text);
}

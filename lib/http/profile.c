/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <string.h>
#include <sys/socket.h>

#include "http/base64.h"
#include "http/transfer.h"

/*
 * The profile every handle gets (the reasons are in docs/security.md): https only unless plain http was allowed, no redirects,
 * no netrc, no cookies, no decompression, no environment proxies unless asked, TLS 1.2 or better with full verification,
 * our headers to the server only, not to a proxy on the way to it.
 */
static const struct {
  CURLoption option;
  long value;
} numbers[] = {
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE},
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_NOPROGRESS, 1},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_TCP_NODELAY, 1},
    {CURLOPT_LOW_SPEED_LIMIT, 100},
    {CURLOPT_LOW_SPEED_TIME, 5},
    {CURLOPT_MAXAGE_CONN, 30},
    {CURLOPT_MAXLIFETIME_CONN, 3600},
    {CURLOPT_QUICK_EXIT, 1},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
};

static int apply_numbers(CURL *easy) {
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (curl_easy_setopt(easy, numbers[i].option, numbers[i].value) != CURLE_OK)
      return -1;
  return 0;
}

/* NULL is a value here: it takes the option back to nothing. */
static int text(CURL *easy, CURLoption option, const char *value) { return curl_easy_setopt(easy, option, value) == CURLE_OK ? 0 : -1; }

static int apply_trust(CURL *easy, const struct cxd__http_options *o) {
  int bad = 0;
  if (o->ca_file) {
    bad |= text(easy, CURLOPT_CAINFO, o->ca_file) | text(easy, CURLOPT_CAPATH, NULL);
    bad |= text(easy, CURLOPT_PROXY_CAINFO, o->ca_file) | text(easy, CURLOPT_PROXY_CAPATH, NULL);
  }
  if (o->client_cert) {
    bad |= text(easy, CURLOPT_SSLCERT, o->client_cert);
    bad |= text(easy, CURLOPT_KEYPASSWD, ""); /* without one OpenSSL asks for it on the terminal of the host, and waits */
  }
  if (o->client_key)
    bad |= text(easy, CURLOPT_SSLKEY, o->client_key);
  return bad;
}

static int apply_way(CURL *easy, const struct cxd__http_options *o) {
  static const struct {
    int32_t version;
    long value;
  } versions[] = {{0, CURL_HTTP_VERSION_2TLS}, {11, CURL_HTTP_VERSION_1_1}, {2, CURL_HTTP_VERSION_2TLS}};
  int bad = text(easy, CURLOPT_PROTOCOLS_STR, o->allow_plain ? "http,https" : "https");
  bad |= text(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  bad |= text(easy, CURLOPT_USERAGENT, o->user_agent);
  if (!o->proxy || strcmp(o->proxy, "none") == 0)
    bad |= text(easy, CURLOPT_PROXY, "") | text(easy, CURLOPT_NOPROXY, "*");
  else if (strcmp(o->proxy, "env") != 0)
    bad |= text(easy, CURLOPT_PROXY, o->proxy) | text(easy, CURLOPT_NOPROXY, "");
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
    if (versions[i].version == o->version)
      bad |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, versions[i].value) != CURLE_OK;
  return bad;
}

static int apply_times(CURL *easy, const struct cxd__http_options *o, const struct cxd__request *request) {
  int64_t ms = (request->timeout_us + 999) / 1000;
  if (ms < 1)
    ms = 1;
  long connect = (long)(o->connect_timeout_ms < ms ? o->connect_timeout_ms : ms);
  return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ms) != CURLE_OK || curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) != CURLE_OK;
}

/* Control bytes in what we are about to send would let somebody end a line of the request. */
static int line_is_clean(const char *line) {
  for (const unsigned char *p = (const unsigned char *)line; p && *p; p++)
    if (*p < 0x20 || *p == 0x7f)
      return 0;
  return 1;
}

static int add_header(struct cxd__transfer *t, const char *line) {
  struct curl_slist *more = line_is_clean(line) ? curl_slist_append(t->headers, line) : NULL;
  if (!more)
    return -1;
  t->headers = more;
  return 0;
}

static int add_text(struct cxd__transfer *t, const char *name, const char *value) {
  struct cxd__buf line = {.secret = 1};
  cxd__buf_fmt(&line, "%s%s", name, value);
  int bad = line.failed || add_header(t, line.data);
  cxd__buf_free(&line);
  return bad;
}

/* Written by us and not by libcurl, which would keep name and password with the connection for as long as that lives. */
static int add_basic(struct cxd__transfer *t, const char *basic) {
  struct cxd__buf encoded = {.secret = 1};
  cxd__base64(&encoded, basic);
  int bad = encoded.failed || add_text(t, "Authorization: Basic ", encoded.data);
  cxd__buf_free(&encoded);
  return bad;
}

static int apply_headers(struct cxd__transfer *t, const struct cxd__request *request) {
  int bad = add_header(t, "Accept: application/json");
  bad |= add_header(t, "Expect:"); /* a server that does not answer 100-continue would cost a second */
  if (request->kind == CXD__CLASS_PUT)
    bad |= add_header(t, "Content-Type: application/json");
  if (request->kind == CXD__CLASS_TOKEN)
    bad |= add_header(t, "Content-Type: application/x-www-form-urlencoded");
  if (request->if_match)
    bad |= add_text(t, "If-Match: ", request->if_match);
  if (request->traceparent)
    bad |= add_text(t, "traceparent: ", request->traceparent);
  if (request->bearer)
    bad |= add_text(t, "Authorization: Bearer ", request->bearer);
  if (request->basic)
    bad |= add_basic(t, request->basic);
  return bad || curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) != CURLE_OK;
}

/* Bodies go as POSTFIELDS with their size: Content-Length, never chunked. */
static int apply_method(struct cxd__transfer *t, const struct cxd__request *request) {
  int bad = 0;
  if (request->body) {
    bad |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) != CURLE_OK;
    bad |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, request->body) != CURLE_OK;
  } else
    bad |= curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L) != CURLE_OK;
  if (request->kind == CXD__CLASS_PUT)
    bad |= text(t->easy, CURLOPT_CUSTOMREQUEST, "PUT");
  return bad;
}

/* libcurl's own sockets would be inherited by programs that the host starts. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int apply_callbacks(struct cxd__transfer *t, const struct cxd__http_options *o) {
  CURL *e = t->easy;
  int bad = curl_easy_setopt(e, CURLOPT_PRIVATE, (void *)t) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->remark) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, cxd__receive_header) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_HEADERDATA, (void *)t) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, cxd__receive_body) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, (void *)t) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, cxd__before_send) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_PREREQDATA, (void *)t) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket) != CURLE_OK;
  if (o->log && o->log->write) {
    bad |= curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, cxd__debug) != CURLE_OK;
    bad |= curl_easy_setopt(e, CURLOPT_DEBUGDATA, (void *)t) != CURLE_OK;
    bad |= curl_easy_setopt(e, CURLOPT_VERBOSE, 1L) != CURLE_OK;
  }
  return bad;
}

int cxd__profile_apply(struct cxd__transfer *t, const struct cxd__http_options *o, const struct cxd__request *request) {
  if (!line_is_clean(t->url.data) || !line_is_clean(o->user_agent))
    return -1;
  int bad = apply_numbers(t->easy);
  bad |= apply_way(t->easy, o);
  bad |= apply_trust(t->easy, o);
  bad |= apply_times(t->easy, o, request);
  bad |= text(t->easy, CURLOPT_URL, t->url.data);
  if (request->fresh)
    bad |= curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L) != CURLE_OK;
  bad |= apply_method(t, request);
  bad |= apply_headers(t, request);
  bad |= apply_callbacks(t, o);
  return bad ? -1 : 0;
}

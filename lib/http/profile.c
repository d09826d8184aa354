/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "http/http_private.h"
#include "http/transfer.h"

#define LEAST_SILENCE_S 5

/*
 * The profile every handle gets once, and keeps (the reasons are in docs/security.md): https only unless plain http was allowed, no redirects,
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

/* Of the two places of libcurl's default one goes where the other has it all, see trust.h. */
static int apply_trust(CURL *easy, const struct cxd__http_options *o, enum cxd__trust trust) {
  int bad = 0;
  if (o->ca_file)
    bad |= text(easy, CURLOPT_CAINFO, o->ca_file) | text(easy, CURLOPT_PROXY_CAINFO, o->ca_file);
  else if (trust == CXD__TRUST_DIRECTORY)
    bad |= text(easy, CURLOPT_CAINFO, NULL) | text(easy, CURLOPT_PROXY_CAINFO, NULL);
  if (o->ca_file || trust == CXD__TRUST_FILE)
    bad |= text(easy, CURLOPT_CAPATH, NULL) | text(easy, CURLOPT_PROXY_CAPATH, NULL);
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

/* Half of a patience that was raised on purpose, and five seconds of a usual one. */
static long silence_s(int64_t ms) { return (long)(ms / 2000 > LEAST_SILENCE_S ? ms / 2000 : LEAST_SILENCE_S); }

static int apply_times(CURL *easy, const struct cxd__http_options *o, const struct cxd__request *request) {
  int64_t ms = (request->timeout_us + 999) / 1000;
  if (ms < 1)
    ms = 1;
  long connect = (long)(o->connect_timeout_ms < ms ? o->connect_timeout_ms : ms);
  return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ms) != CURLE_OK || curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, silence_s(ms)) != CURLE_OK;
}

/* Bodies go as POSTFIELDS with their size: Content-Length, never chunked. */
static int apply_method(CURL *easy, const struct cxd__request *request) {
  int bad = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, request->body ? (curl_off_t)request->body_len : (curl_off_t)-1) != CURLE_OK;
  bad |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) != CURLE_OK;
  if (!request->body)
    bad |= curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) != CURLE_OK; /* POSTFIELDS, also NULL, makes it a POST */
  return bad | text(easy, CURLOPT_CUSTOMREQUEST, request->kind == CXD__CLASS_PUT ? "PUT" : NULL);
}

/* What is sent raw must be one word of a request line. */
static int target_is_clean(const char *target) { return target[0] == '/' && !strpbrk(target, " #") && cxd__lines_clean(target); }

/* The origin is read once, and the target sent as it is. The token endpoint may have another origin; a proxy of plain http wants it all. */
static int apply_target(struct cxd__transfer *t, const struct cxd__origin *origin, const struct cxd__request *request) {
  int whole = request->kind == CXD__CLASS_TOKEN || origin->whole_urls;
  int bad = curl_easy_setopt(t->easy, CURLOPT_CURLU, whole ? NULL : origin->url) != CURLE_OK;
  if (!whole && t->url.len)
    bad |= text(t->easy, CURLOPT_URL, NULL); /* only then: libcurl keeps the origin spelled out there, and would spell it again each time */
  cxd__buf_reset(&t->url);
  if (!whole)
    return bad | !target_is_clean(request->target) | text(t->easy, CURLOPT_REQUEST_TARGET, request->target);
  if (request->kind != CXD__CLASS_TOKEN)
    cxd__buf_str(&t->url, origin->options->origin);
  cxd__buf_str(&t->url, request->target);
  bad |= t->url.failed || !cxd__lines_clean(t->url.data);
  return bad || text(t->easy, CURLOPT_URL, t->url.data) | text(t->easy, CURLOPT_REQUEST_TARGET, NULL);
}

/* libcurl's own sockets would be inherited by programs that the host starts. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  int fd = cxd__fd_apart(socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol));
  (void)purpose;
  if (fd >= 0)
    cxd__watch_opened(cxd__http_watch(context), fd);
  return fd;
}

/* Connections outlive the handle that opened them: the context is the transport. */
static int close_socket(void *context, curl_socket_t fd) {
  cxd__watch_closing(cxd__http_watch(context), fd);
  return close(fd);
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
  bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, (void *)t->http) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, close_socket) != CURLE_OK;
  bad |= curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, (void *)t->http) != CURLE_OK;
  if (o->log && o->log->write) {
    bad |= curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, cxd__debug) != CURLE_OK;
    bad |= curl_easy_setopt(e, CURLOPT_DEBUGDATA, (void *)t) != CURLE_OK;
    bad |= curl_easy_setopt(e, CURLOPT_VERBOSE, 1L) != CURLE_OK;
  }
  return bad;
}

int cxd__profile_fix(struct cxd__transfer *t, const struct cxd__origin *origin) {
  if (!cxd__lines_clean(origin->options->user_agent))
    return -1;
  int bad = apply_numbers(t->easy) | apply_way(t->easy, origin->options);
  bad |= apply_trust(t->easy, origin->options, origin->trust);
  bad |= apply_callbacks(t, origin->options);
  return bad ? -1 : 0;
}

int cxd__profile_set(struct cxd__transfer *t, const struct cxd__origin *origin, const struct cxd__request *request) {
  int bad = apply_times(t->easy, origin->options, request) | apply_target(t, origin, request) | apply_method(t->easy, request);
  bad |= curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, request->fresh ? 1L : 0L) != CURLE_OK;
  bad |= cxd__lines_write(t, request);
  bad |= curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->lines) != CURLE_OK;
  return bad ? -1 : 0;
}

void cxd__profile_end(struct cxd__transfer *t) {
  (void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
  (void)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, NULL);
  t->line_count = 0;
  memset(t->lines, 0, sizeof t->lines);
  cxd__buf_free(&t->basic);
}

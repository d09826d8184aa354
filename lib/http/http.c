/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* epoll_create1, explicit_bzero */
#include "http/http.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"
#include "base/wake.h"
#include "http/http_private.h"
#include "http/mask.h"
#include "http/multi.h"
#include "http/sigpipe.h"
#include "http/transfer.h"

struct cxd__http {
  struct cxd__http_options options;
  CURLM *multi;
  struct cxd__watch watch;
  struct cxd__wake *wake;
  int64_t timer_mono_us; /* when libcurl wants to be called; INT64_MAX: not */
  struct cxd__transfer *active, *finished, **finished_last;
  struct cxd__transfer *idle; /* with their handles, for the next requests */
  size_t idle_count, under_way;
  long connections;           /* that libcurl may keep */
  struct cxd__origin origin;
  struct cxd__badge *badge;   /* of the last request with a token */
  struct cxd__buf lines;
};

#define IDLE_MOST 64
#define CONNECTIONS_LEAST 32

const struct cxd__http_options *cxd__http_options_of(const struct cxd__http *http) { return &http->options; }

struct cxd__buf *cxd__http_lines(struct cxd__http *http) { return &http->lines; }

struct cxd__watch *cxd__http_watch(struct cxd__http *http) { return &http->watch; }

cxd_status cxd__http_global(cxd_error **error) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num < 0x075700 || !(info->features & CURL_VERSION_THREADSAFE))
    return cxd__fail(error, CXD_E_STATE, "libcurl %s is too old or not thread-safe: 7.87.0 or newer is needed", info->version);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return cxd__fail(error, CXD_E_STATE, "libcurl cannot be initialised");
  return CXD_OK;
}

int32_t cxd__http_has(const char *feature) {
  int features = curl_version_info(CURLVERSION_NOW)->features;
  if (strcmp(feature, "tls") == 0)
    return (features & CURL_VERSION_SSL) != 0;
  return strcmp(feature, "http2") == 0 && (features & CURL_VERSION_HTTP2) != 0;
}

/* ------------------------------------------------------- libcurl asks for descriptors and a timer */

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
  struct cxd__http *http = context;
  (void)easy;
  (void)known;
  int in = what == CURL_POLL_IN || what == CURL_POLL_INOUT, out = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  cxd__watch_want(&http->watch, socket, (in ? EPOLLIN : 0u) | (out ? EPOLLOUT : 0u));
  return 0;
}

static int on_timer(CURLM *multi, long ms, void *context) {
  struct cxd__http *http = context;
  (void)multi;
  http->timer_mono_us = ms < 0 ? INT64_MAX : cxd__mono_us() + (int64_t)ms * 1000;
  return 0;
}

static int watch_wake(struct cxd__http *http) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = -1}};
  return epoll_ctl(http->watch.epoll, EPOLL_CTL_ADD, cxd__wake_fd(http->wake), &event);
}

/* Over https a proxy is asked for a tunnel only; over plain http it reads the request line and must know where to. */
static int read_origin(struct cxd__http *http) {
  const struct cxd__http_options *o = &http->options;
  struct cxd__origin *origin = &http->origin;
  int proxy = o->proxy && strcmp(o->proxy, "none") != 0, https = strncasecmp(o->origin, "https:", 6) == 0;
  *origin = (struct cxd__origin){.options = o, .url = curl_url(), .whole_urls = proxy && !https, .trust = o->ca_file ? CXD__TRUST_DEFAULT : cxd__trust_of_system()};
  return origin->url && curl_url_set(origin->url, CURLUPART_URL, o->origin, CURLU_DISALLOW_USER) == CURLUE_OK ? 0 : -1;
}

cxd_status cxd__http_new(const struct cxd__http_options *options, struct cxd__http **out, cxd_error **error) {
  struct cxd__http *http = cxd__alloc(sizeof *http);
  *out = NULL;
  if (!http)
    return cxd__fail_nomem(error);
  http->options = *options;
  http->timer_mono_us = INT64_MAX;
  http->finished_last = &http->finished;
  http->watch.epoll = cxd__fd_apart(epoll_create1(EPOLL_CLOEXEC));
  http->wake = cxd__wake_new();
  http->multi = cxd__multi_new(http->watch.epoll);
  if (http->watch.epoll < 0 || !http->wake || !http->multi || watch_wake(http) != 0) {
    cxd_status status = cxd__fail(error, CXD_E_IO, "cannot open the descriptors for a connection (%s): raise the limit of open files", cxd__errno_text(errno));
    cxd__http_free(http);
    return status;
  }
  if (read_origin(http) != 0) {
    cxd_status status = cxd__fail(error, CXD_E_CONFIG, "api.base_url: libcurl cannot read %s", options->origin);
    cxd__http_free(http);
    return status;
  }
  http->connections = CONNECTIONS_LEAST;
  (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  (void)curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, (void *)http);
  (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  (void)curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, (void *)http);
  (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, http->connections);
  (void)curl_multi_setopt(http->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 4L); /* what one lost HTTP/2 connection takes with it */
  *out = http;
  return CXD_OK;
}

/* ------------------------------------------------------------------ transfers */

/* The credentials of a request are no longer known when this was done. */
static void forget(struct cxd__transfer *t) {
  cxd__badge_drop(t->badge);
  cxd__exchange_clear(&t->exchange);
  explicit_bzero((char *)t + offsetof(struct cxd__transfer, op), sizeof *t - offsetof(struct cxd__transfer, op));
}

static void free_transfer(struct cxd__transfer *t) {
  struct cxd__buf *const bufs[] = {&t->if_match, &t->traceparent, &t->basic, &t->url};
  forget(t);
  if (t->easy)
    curl_easy_cleanup(t->easy);
  for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
    cxd__buf_free(bufs[i]);
  cxd__free(t);
}

/* Only a handle that did what it should, and never one that was given the credentials of the client, gets another request. */
static void put_back(struct cxd__http *http, struct cxd__transfer *t) {
  if (!t->reusable || t->kind == CXD__CLASS_TOKEN || http->idle_count == IDLE_MOST) {
    free_transfer(t);
    return;
  }
  forget(t);
  t->next = http->idle;
  http->idle = t;
  http->idle_count++;
}

static struct cxd__transfer *take_idle(struct cxd__http *http) {
  struct cxd__transfer *t = http->idle;
  http->idle = t->next;
  http->idle_count--;
  return t;
}

static struct cxd__transfer *make_transfer(struct cxd__http *http) {
  struct cxd__transfer *t = cxd__alloc(sizeof *t);
  if (!t)
    return NULL;
  t->http = http;
  t->easy = curl_easy_init();
  if (t->easy && cxd__profile_fix(t, &http->origin) != 0) {
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
  }
  return t;
}

static void link_active(struct cxd__http *http, struct cxd__transfer *t) {
  t->before = NULL;
  t->next = http->active;
  if (t->next)
    t->next->before = t;
  http->active = t;
  http->under_way++;
}

static void unlink_active(struct cxd__http *http, struct cxd__transfer *t) {
  if (t->before)
    t->before->next = t->next;
  else
    http->active = t->next;
  if (t->next)
    t->next->before = t->before;
  http->under_way--;
}

static void finish(struct cxd__http *http, struct cxd__transfer *t) {
  unlink_active(http, t);
  if (t->easy)
    cxd__profile_end(t);
  t->exchange.end_mono_us = cxd__mono_us();
  t->next = NULL;
  *http->finished_last = t;
  http->finished_last = &t->next;
}

static struct cxd__badge *badge_for(struct cxd__http *http, const struct cxd__request *request) {
  if (http->badge && cxd__badge_fits(http->badge, request))
    return cxd__badge_hold(http->badge);
  cxd__badge_drop(http->badge);
  http->badge = cxd__badge_new(request, http->options.client_secret);
  return http->badge ? cxd__badge_hold(http->badge) : NULL;
}

/* By itself libcurl keeps four times the connections of the moment: at the end of many requests it would close most of them. */
static void keep_connections(struct cxd__http *http) {
  if (http->under_way <= (size_t)http->connections)
    return;
  http->connections *= 2;
  (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, http->connections);
}

static int start(struct cxd__http *http, struct cxd__transfer *t, const struct cxd__request *request) {
  t->badge = request->bearer ? badge_for(http, request) : NULL;
  if (!t->easy || cxd__profile_set(t, &http->origin, request) != 0)
    return -1;
  keep_connections(http);
  return curl_multi_add_handle(http->multi, t->easy) == CURLM_OK ? 0 : -1;
}

int cxd__http_send(struct cxd__http *http, const struct cxd__request *request, uint32_t op, uint32_t tag) {
  struct cxd__transfer *t = http->idle && request->kind != CXD__CLASS_TOKEN ? take_idle(http) : make_transfer(http);
  if (!t)
    return -1;
  t->op = op;
  t->tag = tag;
  t->kind = request->kind;
  t->request = *request;
  t->exchange.body.secret = request->kind == CXD__CLASS_TOKEN;
  link_active(http, t);
  if (start(http, t, request) == 0)
    return 0;
  t->exchange.way = CXD__WAY_REFUSED;
  t->exchange.detail = cxd__strdup("libcurl did not take the request (memory, or an http.* setting this libcurl does not support)");
  finish(http, t);
  return 0;
}

/* A connection that is given up in the middle is closed, and over TLS that means a goodbye. */
static void take_back(struct cxd__http *http, struct cxd__transfer *t) {
  struct cxd__sigpipe held;
  cxd__sigpipe_hold(&held);
  (void)curl_multi_remove_handle(http->multi, t->easy);
  cxd__sigpipe_release(&held);
}

void cxd__http_abort(struct cxd__http *http, uint32_t op, uint32_t tag) {
  for (struct cxd__transfer *t = http->active; t; t = t->next)
    if (t->op == op && t->tag == tag) {
      take_back(http, t);
      t->exchange.way = CXD__WAY_ABORTED;
      finish(http, t);
      return;
    }
}

static struct cxd__known known_of(const struct cxd__transfer *t) {
  const struct cxd__http_options *o = &t->http->options;
  return (struct cxd__known){.request = &t->request, .sieve = t->badge ? &t->badge->sieve : NULL, .client_secret = o->client_secret, .proxy_of_env = o->proxy && strcmp(o->proxy, "env") == 0};
}

/* What was logged of requests that are still known may repeat their credentials. */
static void mask_lines(struct cxd__http *http) {
  struct cxd__transfer *const lists[] = {http->active, http->finished};
  for (size_t i = 0; http->lines.len && i < sizeof lists / sizeof *lists; i++)
    for (const struct cxd__transfer *t = lists[i]; t; t = t->next) {
      const struct cxd__known known = known_of(t);
      cxd__mask_text(&known, http->lines.data, http->lines.len);
    }
}

void cxd__http_abort_all(struct cxd__http *http) {
  mask_lines(http);
  while (http->active) {
    struct cxd__transfer *t = http->active;
    take_back(http, t);
    finish(http, t);
  }
  while (http->finished) {
    struct cxd__transfer *t = http->finished;
    http->finished = t->next;
    free_transfer(t);
  }
  http->finished_last = &http->finished;
}

/* What a PUT answers is only compared; what is read is shown, recorded and written back. */
static void keep_credentials_out(struct cxd__transfer *t) {
  struct cxd__exchange *e = &t->exchange;
  const struct cxd__known known = known_of(t);
  if (t->kind != CXD__CLASS_TOKEN && cxd__mask_needed(&known, e)) {
    cxd__mask_text(&known, e->body.data, e->body.len);
    cxd__free(e->etag);
    e->etag = NULL;
    if (t->kind != CXD__CLASS_PUT)
      cxd__way_repeated(t);
  }
  cxd__mask_credentials(&known, e);
}

static void collect(struct cxd__http *http) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(http->multi, &left))) {
    struct cxd__transfer *t = NULL;
    if (message->msg != CURLMSG_DONE)
      continue;
    CURLcode code = message->data.result;
    CURL *easy = message->easy_handle;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
    cxd__way_fill(t, code);
    t->reusable = code == CURLE_OK && t->exchange.way == CXD__WAY_ANSWER;
    keep_credentials_out(t);
    (void)curl_multi_remove_handle(http->multi, easy);
    finish(http, t);
  }
}

/* ------------------------------------------------------------------ the loop */

int cxd__http_fd(const struct cxd__http *http) { return http->watch.epoll; }

int64_t cxd__http_timeout_us(const struct cxd__http *http) {
  if (http->finished)
    return 0;
  if (http->timer_mono_us == INT64_MAX)
    return -1;
  int64_t left = http->timer_mono_us - cxd__mono_us();
  return left > 0 ? left : 0;
}

static int wait_ms(const struct cxd__http *http, int64_t timeout_us) {
  int64_t own = cxd__http_timeout_us(http);
  int64_t least = timeout_us < 0 || (own >= 0 && own < timeout_us) ? own : timeout_us;
  if (least < 0)
    return -1;
  return least > 3600000000 ? 3600000 : (int)((least + 999) / 1000);
}

static void on_events(struct cxd__http *http, const struct epoll_event *events, int count) {
  int running;
  for (int i = 0; i < count; i++) {
    if (events[i].data.fd == -1) {
      cxd__wake_clear(http->wake);
      continue;
    }
    uint32_t heard = cxd__watch_heed(&http->watch, events[i].data.fd, events[i].events);
    if (!heard)
      continue;
    int what = (heard & EPOLLIN ? CURL_CSELECT_IN : 0) | (heard & EPOLLOUT ? CURL_CSELECT_OUT : 0) | (heard & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    (void)curl_multi_socket_action(http->multi, events[i].data.fd, what, &running);
  }
}

static void run_timer(struct cxd__http *http) {
  int running;
  if (http->timer_mono_us == INT64_MAX || cxd__mono_us() < http->timer_mono_us)
    return;
  http->timer_mono_us = INT64_MAX;
  (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

cxd_status cxd__http_wait(struct cxd__http *http, int64_t timeout_us) {
  struct epoll_event events[64];
  int count = epoll_wait(http->watch.epoll, events, 64, wait_ms(http, timeout_us));
  struct cxd__sigpipe held;
  if (count < 0 && errno != EINTR)
    return CXD_E_IO;
  cxd__sigpipe_hold(&held);
  on_events(http, events, count < 0 ? 0 : count);
  run_timer(http);
  collect(http);
  cxd__sigpipe_release(&held);
  return CXD_OK;
}

int cxd__http_has_next(const struct cxd__http *http) { return http->finished != NULL; }

int cxd__http_next(struct cxd__http *http, uint32_t *op, uint32_t *tag, struct cxd__exchange *out) {
  struct cxd__transfer *t = http->finished;
  if (!t)
    return 0;
  http->finished = t->next;
  if (!http->finished)
    http->finished_last = &http->finished;
  *op = t->op;
  *tag = t->tag;
  *out = t->exchange;
  t->exchange = (struct cxd__exchange){0};
  put_back(http, t);
  return 1;
}

int cxd__http_has_lines(const struct cxd__http *http) { return http->lines.len != 0; }

void cxd__http_write_lines(struct cxd__http *http) {
  mask_lines(http);
  struct cxd__buf lines = http->lines;
  http->lines = (struct cxd__buf){0};
  for (const char *line = lines.data; !lines.failed && line && *line;) {
    const char *end = strchr(line, '\n');
    cxd__log(http->options.log, CXD_LOG_DEBUG, "%.*s", (int)(end - line), line);
    line = end + 1;
  }
  cxd__buf_free(&lines);
}

void cxd__http_wake(void *context) { cxd__wake_signal(((struct cxd__http *)context)->wake); }

struct cxd__wake *cxd__http_wake_handle(struct cxd__http *http) { return http->wake; }

void cxd__http_free(struct cxd__http *http) {
  if (!http)
    return;
  cxd__buf_free(&http->lines); /* nobody will read them, and the requests they came from may be gone */
  if (http->multi) {
    struct cxd__sigpipe held;
    cxd__http_abort_all(http);
    cxd__sigpipe_hold(&held);
    while (http->idle)
      free_transfer(take_idle(http));
    (void)curl_multi_cleanup(http->multi);
    cxd__sigpipe_release(&held);
  }
  cxd__badge_drop(http->badge);
  curl_url_cleanup(http->origin.url);
  cxd__wake_unref(http->wake);
  if (http->watch.epoll >= 0)
    (void)close(http->watch.epoll);
  cxd__watch_free(&http->watch);
  cxd__free(http);
}

/* libcurl's clean-up would say goodbye on the parent's TLS connections: its memory is left alone. */
void cxd__http_free_forked(struct cxd__http *http) {
  if (!http)
    return;
  cxd__badge_drop(http->badge);
  cxd__watch_free(&http->watch);
  cxd__wake_unref(http->wake);
  if (http->watch.epoll >= 0)
    (void)close(http->watch.epoll);
  cxd__buf_free(&http->lines);
  cxd__free(http);
}

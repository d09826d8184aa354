/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * CPU of one PUT on this side of the connection: a plain loop round libcurl, the same with our options, and lib/http, with the same
 * bytes on the wire and 32 in flight, side by side in one process. `bench-put WAY SUBJECT COUNT` only makes COUNT PUTs: what two such runs of
 * different length differ by, under valgrind --tool=callgrind or strace -c, is what a PUT costs.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "cpu.h"
#include "http/http.h"
#include "stub.h"

#define IN_FLIGHT 32
#define BLOCK 64
#define BODY_LEN 414
#define TARGET "/api/v2/outbound/campaigns/c-4711"
#define AGENT "libcxdialer/bench"

static struct stub stub;
static char body[BODY_LEN + 1], token[1601], bearer_line[1700];
static int failures;

/* ------------------------------------------------------------------------ bare libcurl */

struct bare {
  CURLM *multi;
  CURL *easy[IN_FLIGHT];
  CURLU *url;
  struct curl_slist *headers;
  char answer[IN_FLIGHT][4096];
  size_t answer_len[IN_FLIGHT];
};

static struct bare naive, floor_loop;

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  struct bare *b = ((void **)context)[0];
  size_t i = (size_t)((void **)context)[1], n = size * count;
  if (b->answer_len[i] + n > sizeof b->answer[i])
    return 0;
  memcpy(b->answer[i] + b->answer_len[i], bytes, n);
  b->answer_len[i] += n;
  return n;
}

static size_t heed(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  (void)context;
  return size * count;
}

static int before(void *context, char *ip, char *local_ip, int port, int local_port) {
  (void)context;
  (void)ip;
  (void)local_ip;
  (void)port;
  (void)local_port;
  return CURL_PREREQFUNC_OK;
}

static void set_naive(CURL *e, const struct bare *b) {
  char url[160];
  (void)b;
  (void)snprintf(url, sizeof url, "%s" TARGET, stub.origin);
  (void)curl_easy_setopt(e, CURLOPT_URL, url);
}

static void set_floor(CURL *e, const struct bare *b) {
  (void)curl_easy_setopt(e, CURLOPT_CURLU, b->url);
  (void)curl_easy_setopt(e, CURLOPT_REQUEST_TARGET, TARGET);
  (void)curl_easy_setopt(e, CURLOPT_PROXY, "");
  (void)curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
  (void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, heed);
  (void)curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before);
  (void)curl_easy_setopt(e, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  (void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  (void)curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 100L);
  (void)curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, 5L);
  (void)curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, 3000L);
  (void)curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
}

static void bare_open(struct bare *b, void (*set)(CURL *, const struct bare *)) {
  static void *places[2 * IN_FLIGHT][2];
  static size_t used;
  static const char *const lines[] = {"Accept: application/json", "Expect:", "Content-Type: application/json", bearer_line};
  b->multi = curl_multi_init();
  (void)curl_multi_setopt(b->multi, CURLMOPT_MAXCONNECTS, (long)IN_FLIGHT);
  b->url = curl_url();
  (void)curl_url_set(b->url, CURLUPART_URL, stub.origin, 0);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    b->headers = curl_slist_append(b->headers, lines[i]);
  for (size_t i = 0; i < IN_FLIGHT; i++) {
    CURL *e = b->easy[i] = curl_easy_init();
    void **place = places[used++];
    place[0] = b;
    place[1] = (void *)i;
    set(e, b);
    (void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(e, CURLOPT_HTTPHEADER, b->headers);
    (void)curl_easy_setopt(e, CURLOPT_USERAGENT, AGENT);
    (void)curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)BODY_LEN);
    (void)curl_easy_setopt(e, CURLOPT_POSTFIELDS, body);
    (void)curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "PUT");
    (void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(e, CURLOPT_WRITEDATA, place);
    (void)curl_easy_setopt(e, CURLOPT_PRIVATE, (void *)i);
    (void)curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, 10000L);
    if (stub.tls)
      (void)curl_easy_setopt(e, CURLOPT_CAINFO, stub.ca);
    if (stub.tls)
      (void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
  }
}

static void bare_close(struct bare *b) {
  for (size_t i = 0; i < IN_FLIGHT; i++)
    curl_easy_cleanup(b->easy[i]);
  (void)curl_multi_cleanup(b->multi);
  curl_url_cleanup(b->url);
  curl_slist_free_all(b->headers);
  memset(b, 0, sizeof *b);
}

static void bare_begin(struct bare *b, CURL *e) {
  size_t i = 0;
  (void)curl_easy_getinfo(e, CURLINFO_PRIVATE, &i);
  b->answer_len[i] = 0;
  (void)curl_multi_add_handle(b->multi, e);
}

static void bare_run(struct bare *b, int count) {
  int begun = 0, ended = 0, left;
  for (; begun < count && begun < IN_FLIGHT; begun++)
    bare_begin(b, b->easy[begun]);
  while (ended < count) {
    CURLMsg *m;
    (void)curl_multi_perform(b->multi, &left);
    while ((m = curl_multi_info_read(b->multi, &left))) {
      CURL *e = m->easy_handle;
      long status = 0;
      failures += m->data.result != CURLE_OK || curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200;
      (void)curl_multi_remove_handle(b->multi, e);
      ended++;
      if (begun < count) {
        begun++;
        bare_begin(b, e);
      }
    }
    if (ended < count)
      (void)curl_multi_poll(b->multi, NULL, 0, 1000, NULL);
  }
}

/* ---------------------------------------------------------------------------- lib/http */

static const cxd_log no_log;
static struct cxd__http *http;
static size_t allocations;

static void library_open(void) {
  static struct cxd__http_options options;
  options = (struct cxd__http_options){.origin = stub.origin, .allow_plain = !stub.tls, .connect_timeout_ms = 3000, .version = 11, .proxy = "none", .ca_file = stub.tls ? stub.ca : NULL, .user_agent = AGENT, .max_response_bytes = 1048576, .log = &no_log};
  if (cxd__http_global(NULL) != CXD_OK || cxd__http_new(&options, &http, NULL) != CXD_OK)
    exit(1);
}

static void library_begin(void) {
  const struct cxd__request request = {.kind = CXD__CLASS_PUT, .target = TARGET, .bearer = token, .body = body, .body_len = BODY_LEN, .timeout_us = 10000000};
  failures += cxd__http_send(http, &request, 1, 1) != 0;
}

static void library_run(int count) {
  int begun = 0, ended = 0;
  uint32_t op, tag;
  cxd__mem_fail_at(0);
  for (; begun < count && begun < IN_FLIGHT; begun++)
    library_begin();
  while (ended < count) {
    struct cxd__exchange exchange;
    (void)cxd__http_wait(http, 1000000);
    while (cxd__http_next(http, &op, &tag, &exchange)) {
      failures += exchange.http_status != 200;
      cxd__exchange_clear(&exchange);
      ended++;
      if (begun < count) {
        begun++;
        library_begin();
      }
    }
  }
  allocations = cxd__mem_count();
}

/* ---------------------------------------------------------------------------- the runs */

static void put_naive(int64_t at) {
  (void)at;
  bare_run(&naive, BLOCK);
}

static void put_floor(int64_t at) {
  (void)at;
  bare_run(&floor_loop, BLOCK);
}

static void put_library(int64_t at) {
  (void)at;
  library_run(BLOCK);
}

static int prepare(int tls, int token_len) {
  stub = (struct stub){.tls = tls};
  memset(body, 'b', BODY_LEN);
  memset(token, 0, sizeof token);
  for (int i = 0; i < token_len; i++)
    token[i] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_"[(i * 31 + i * i * 7) % 59];
  (void)snprintf(bearer_line, sizeof bearer_line, "Authorization: Bearer %s", token);
  return stub_start(&stub);
}

static int open_all(const char *way) {
  static const struct {
    const char *name;
    int tls, token_len;
  } ways[] = {{"plain-short", 0, 32}, {"plain-long", 0, 1600}, {"tls-long", 1, 1600}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (strcmp(ways[i].name, way) == 0 && prepare(ways[i].tls, ways[i].token_len) == 0) {
      bare_open(&naive, set_naive);
      bare_open(&floor_loop, set_floor);
      library_open();
      return 0;
    }
  return -1;
}

static void close_all(void) {
  bare_close(&naive);
  bare_close(&floor_loop);
  cxd__http_free(http);
  stub_stop(&stub);
}

static int measure(const char *way) {
  struct cpu_subject subjects[] = {
      {.name = "naive", .call = put_naive, .calls = 1, .units = BLOCK},
      {.name = "floor", .call = put_floor, .calls = 1, .units = BLOCK, .baseline = "naive"},
      {.name = "library", .call = put_library, .calls = 1, .units = BLOCK, .baseline = "naive", .target_ratio = 1.0},
      {.name = "library-floor", .call = put_library, .calls = 1, .units = BLOCK, .baseline = "floor"},
  };
  char what[40];
  if (open_all(way) != 0)
    return 1;
  (void)snprintf(what, sizeof what, "put-%s", way);
  int missed = cpu_run(what, subjects, sizeof subjects / sizeof *subjects);
  double own = (double)allocations / BLOCK;
  unsigned long connections = stub.counts->connections, expects = stub.counts->expects;
  printf("%s-allocations %.2f 6 %s\n", what, own, own > 6 ? "MISSED" : "ok");
  printf("%s-connections %lu %d %s\n", what, connections, 3 * IN_FLIGHT, connections > 3 * IN_FLIGHT ? "MISSED" : "ok");
  close_all();
  return failures || expects ? 1 : missed == 0 && (own > 6 || connections > 3 * IN_FLIGHT) ? 1 : missed;
}

static int only(const char *way, const char *subject, int count) {
  if (open_all(way) != 0)
    return 1;
  if (strcmp(subject, "naive") == 0)
    bare_run(&naive, count);
  else if (strcmp(subject, "floor") == 0)
    bare_run(&floor_loop, count);
  else
    library_run(count);
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  printf("%s %s: %d PUTs, %lu connections, %.2f own allocations each, %ld KB at most\n", way, subject, count, stub.counts->connections, (double)allocations / count, usage.ru_maxrss);
  close_all();
  return failures != 0;
}

int main(int argc, char **argv) {
  if (argc == 4)
    return only(argv[1], argv[2], atoi(argv[3]));
  if (argc == 2)
    return measure(argv[1]);
  int plain_short = measure("plain-short"), plain_long = measure("plain-long"), tls = measure("tls-long");
  return plain_short == 1 || plain_long == 1 || tls == 1 ? 1 : plain_short | plain_long | tls;
}

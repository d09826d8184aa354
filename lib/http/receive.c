/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strncasecmp */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/now.h"
#include "base/utf8.h"
#include "http/http_private.h"
#include "http/transfer.h"

#define LINE_MAX_BYTES 960

/* The pre-request hook fires before every physical send. libcurl re-sends by itself when a kept-alive connection dies
   before the first byte of an answer: the second time is stopped here, so that sends are counted truly. A name
   lookup or a handshake can take longer than calling hours last: so is what would leave after them. */
int cxd__before_send(void *context, char *ip, char *local_ip, int port, int local_port) {
  struct cxd__transfer *t = context;
  (void)ip;
  (void)local_ip;
  (void)port;
  (void)local_port;
  if (t->exchange.sends) {
    t->resend_stopped = 1;
    return CURL_PREREQFUNC_ABORT;
  }
  cxd__now now = cxd__clock_read();
  if (t->request.not_after_wall_ms && now.wall_ms >= t->request.not_after_wall_ms) {
    t->overdue = 1;
    return CURL_PREREQFUNC_ABORT;
  }
  t->exchange.sends = 1;
  t->exchange.sent_mono_us = now.mono_us;
  t->exchange.sent_boot_us = now.boot_us;
  return CURL_PREREQFUNC_OK;
}

static const char *value_of(const char *line, size_t len, const char *name, size_t *value_len) {
  size_t n = strlen(name);
  if (len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
    return NULL;
  const char *p = line + n + 1, *end = line + len;
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  while (end > p && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *value_len = (size_t)(end - p);
  return p;
}

/* A text with control bytes or not UTF-8 counts as absent. */
static int fit(const char *value, size_t len, size_t most) {
  int plain = 1;
  if (len == 0 || len > most)
    return 0;
  for (size_t i = 0; i < len; i++) {
    if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
      return 0;
    plain &= (unsigned char)value[i] < 0x80;
  }
  return plain || cxd__utf8_valid(value, len);
}

/* The first field of a name counts. */
static void keep(char **field, const char *value, size_t len, size_t most) {
  if (!*field && fit(value, len, most))
    *field = cxd__strndup(value, len);
}

/* Fields that may come several times are one list (RFC 9110 5.3). */
static void join(char **field, const char *value, size_t len, size_t most) {
  size_t before = *field ? strlen(*field) : 0;
  if (before + len > most || !fit(value, len, most))
    return;
  struct cxd__buf list = {0};
  if (*field)
    cxd__buf_fmt(&list, "%s, ", *field);
  cxd__buf_add(&list, value, len);
  cxd__free(*field);
  *field = cxd__buf_take(&list);
}

static void forget_fields(struct cxd__exchange *e) {
  char **fields[] = {&e->etag, &e->retry_after, &e->rate_limit, &e->date, &e->request_id, &e->content_type, &e->www_authenticate};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    cxd__free(*fields[i]);
    *fields[i] = NULL;
  }
  e->weak_etag = 0;
}

/* RFC 9110 8.8.3: strong and quoted. A weak tag cannot be used in If-Match and counts as none. */
static int strong_tag(const char *tag) {
  size_t len = strlen(tag);
  return len >= 2 && tag[0] == '"' && tag[len - 1] == '"' && memchr(tag + 1, '"', len - 2) == NULL;
}

static void on_etag(struct cxd__transfer *t, const char *value, size_t len) {
  struct cxd__exchange *e = &t->exchange;
  keep(&e->etag, value, len, 1024);
  if (!e->etag || strong_tag(e->etag))
    return;
  e->weak_etag = strncmp(e->etag, "W/", 2) == 0;
  cxd__free(e->etag);
  e->etag = NULL;
}

/* Without memory of its own: nearly every answer has one that nobody asks for. */
static void on_date(struct cxd__transfer *t, const char *value, size_t len) {
  if (t->date[0] || !fit(value, len, sizeof t->date - 1))
    return;
  memcpy(t->date, value, len);
  t->date[len] = '\0';
}

static void on_retry_after(struct cxd__transfer *t, const char *value, size_t len) { join(&t->exchange.retry_after, value, len, 256); }

static void on_rate_limit(struct cxd__transfer *t, const char *value, size_t len) { join(&t->exchange.rate_limit, value, len, 512); }

static void on_request_id(struct cxd__transfer *t, const char *value, size_t len) { keep(&t->exchange.request_id, value, len, 128); }

static void on_content_type(struct cxd__transfer *t, const char *value, size_t len) { keep(&t->exchange.content_type, value, len, 128); }

static void on_challenge(struct cxd__transfer *t, const char *value, size_t len) { keep(&t->exchange.www_authenticate, value, len, 512); }

/* Only what was never asked for: libcurl takes off every transfer coding it knows, compression too. */
static void on_content_encoding(struct cxd__transfer *t, const char *value, size_t len) { t->encoded |= !(len == 8 && strncasecmp(value, "identity", len) == 0); }

static void on_transfer_encoding(struct cxd__transfer *t, const char *value, size_t len) { t->encoded |= !(len == 7 && strncasecmp(value, "chunked", len) == 0); }

static const struct {
  const char *name;
  size_t len;
  void (*on)(struct cxd__transfer *transfer, const char *value, size_t len);
} fields[] = {
#define FIELD(name, on) {name, sizeof name - 1, on}
    FIELD("etag", on_etag),
    FIELD("date", on_date),
    FIELD("retry-after", on_retry_after),
    FIELD("ratelimit", on_rate_limit),
    FIELD("x-request-id", on_request_id),
    FIELD("content-type", on_content_type),
    FIELD("www-authenticate", on_challenge),
    FIELD("content-encoding", on_content_encoding),
    FIELD("transfer-encoding", on_transfer_encoding),
};

static void read_field(struct cxd__transfer *t, const char *line, size_t len) {
  const char *colon = memchr(line, ':', len);
  size_t name = colon ? (size_t)(colon - line) : 0, value_len;
  for (size_t i = 0; name && i < sizeof fields / sizeof *fields; i++)
    if (fields[i].len == name && strncasecmp(line, fields[i].name, name) == 0) {
      const char *value = value_of(line, len, fields[i].name, &value_len);
      if (value)
        fields[i].on(t, value, value_len);
      return;
    }
}

size_t cxd__receive_header(char *line, size_t size, size_t count, void *context) {
  struct cxd__transfer *t = context;
  size_t len = size * count;
  struct cxd__exchange *e = &t->exchange;
  t->header_bytes += len;
  if (t->header_bytes > CXD__HEADER_BYTES_MAX || ++t->header_fields > CXD__HEADER_FIELDS_MAX) {
    t->too_large = 1;
    return 0;
  }
  if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
    t->date[0] = '\0';
    forget_fields(e); /* an interim answer, or the proxy's, came before */
    t->head_whole = 0;
  }
  if (t->head_whole)
    return len; /* a trailer: what counts stands before the body */
  t->head_whole = len && (line[0] == '\n' || (len > 1 && line[0] == '\r' && line[1] == '\n'));
  read_field(t, line, len);
  return len;
}

size_t cxd__receive_body(char *bytes, size_t size, size_t count, void *context) {
  struct cxd__transfer *t = context;
  size_t len = size * count;
  if (t->encoded)
    return 0;
  if (len > (size_t)cxd__http_options_of(t->http)->max_response_bytes - t->exchange.body.len) {
    t->too_large = 1;
    return 0;
  }
  cxd__buf_add(&t->exchange.body, bytes, len);
  return t->exchange.body.failed ? 0 : len;
}

/* Header names whose values may be shown in a log; of every other header only the name is. */
static int may_be_shown(const char *line, size_t len) {
  static const char *const names[] = {"host", "content-type", "content-length", "accept", "user-agent", "date", "server", "etag", "if-match", "retry-after", "x-request-id", "connection", "allow", "ratelimit", "ratelimit-policy", "traceparent"};
  size_t n;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (value_of(line, len, names[i], &n))
      return 1;
  return 0;
}

static void keep_line(struct cxd__buf *lines, const char *mark, const char *line, size_t len, const char *rest) {
  cxd__buf_str(lines, mark);
  cxd__buf_char(lines, ' ');
  for (size_t i = 0; i < len && i < LINE_MAX_BYTES; i++)
    cxd__buf_char(lines, line[i] ? line[i] : ' ');
  cxd__buf_str(lines, rest);
  cxd__buf_char(lines, '\n');
}

static void log_line(struct cxd__transfer *t, const char *mark, const char *line, size_t len) {
  const char *colon = memchr(line, ':', len);
  int first = len > 4 && (memcmp(line, "HTTP/", 5) == 0 || memcmp(line, "GET ", 4) == 0 || memcmp(line, "PUT ", 4) == 0 || memcmp(line, "POST", 4) == 0);
  if (len == 0)
    return;
  const char *query = first && t->kind == CXD__CLASS_TOKEN ? memchr(line, '?', len) : NULL; /* it may hold a key */
  if (query)
    keep_line(cxd__http_lines(t->http), mark, line, (size_t)(query - line), "?***");
  else if (first || may_be_shown(line, len))
    keep_line(cxd__http_lines(t->http), mark, line, len, "");
  else if (colon)
    keep_line(cxd__http_lines(t->http), mark, line, (size_t)(colon - line), ": ***");
}

int cxd__debug(CURL *easy, curl_infotype type, char *data, size_t size, void *context) {
  (void)easy;
  if (type != CURLINFO_HEADER_IN && type != CURLINFO_HEADER_OUT)
    return 0; /* bodies may hold secrets, libcurl's own remarks may quote them */
  const char *mark = type == CURLINFO_HEADER_OUT ? ">" : "<";
  const char *end = data + size;
  for (const char *line = data; line < end;) {
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    size_t len = (size_t)((stop ? stop : end) - line);
    log_line(context, mark, line, len && line[len - 1] == '\r' ? len - 1 : len);
    line = stop ? stop + 1 : end;
  }
  return 0;
}

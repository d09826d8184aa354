/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_AUDIT_LOG_H
#define CXD_TESTS_AUDIT_LOG_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/log.h"
#include "base/buf.h"
#include "base/digest.h"

/*
 * Writes audit logs record by record, without the library's writer: segments, keyed or not, and with whatever wrong is asked for.
 * The segment being written is a text in memory that a test may change before it goes to a file. Aborts when something fails.
 */
struct audit_log {
  char path[128];             /* of the file that is in use; those moved aside stand beside it */
  struct cxd__audit_key key;
  struct cxd__seal seal;
  struct cxd__link last;
  struct cxd__buf text, line; /* of the segment; of the last record */
  int64_t first;              /* number of the segment's first record */
  char aside[160];            /* file name of the segment that was moved aside last; "": none */
  char sum[65];               /* SHA-256 of that file */
};

#define AUDIT_LOG_KEY "0123456789abcdef0123456789abcdef"

static inline void audit_log_must(int done, const char *what) {
  if (done)
    return;
  fprintf(stderr, "audit_log: %s failed\n", what);
  abort();
}

static inline void audit_log_put(const char *path, const void *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  audit_log_must(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, path);
}

/* The seal from now on; key NULL: none. */
static inline void audit_log_use_key(struct audit_log *log, const char *key) {
  cxd__seal_close(&log->seal);
  cxd__audit_key_clear(&log->key);
  log->key = (struct cxd__audit_key){0};
  if (key) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s.key-to-load", log->path);
    audit_log_put(path, key, strlen(key));
    audit_log_must(cxd__audit_key_load(path, &log->key, NULL) == CXD_OK, "loading the key");
    (void)unlink(path);
  }
  audit_log_must(cxd__seal_open(&log->seal, key ? &log->key : NULL, NULL) == CXD_OK, "opening the seal");
}

/* Seals a record behind any other; the line is in log->line. Nothing is added. */
static inline void audit_log_seal(struct audit_log *log, const struct cxd__link *last, const char *body, struct cxd__link *next) {
  const struct cxd__stamp stamp = {INT64_C(1795363200000000) + last->seq * 1000, 1000000 + last->seq * 1000, "6f1c2f5e-0f0e-4a52-9d7c-0c1c6b7b6a11", "host-1/4711/0a1b2c3d"};
  cxd_error *error = NULL;
  if (cxd__chain_seal(&log->seal, last, &stamp, body, strlen(body), &log->line, next, &error) != CXD_OK)
    audit_log_must(0, cxd_error_message(error));
}

/* The next record; returns where it starts in the text. */
static inline size_t audit_log_add(struct audit_log *log, const char *body) {
  struct cxd__link next;
  size_t at = log->text.len;
  audit_log_seal(log, &log->last, body, &next);
  cxd__buf_add(&log->text, log->line.data, log->line.len);
  audit_log_must(!log->text.failed, "memory");
  log->last = next;
  return at;
}

static inline void audit_log_addf(struct audit_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void audit_log_addf(struct audit_log *log, const char *format, ...) {
  char body[4096];
  va_list args;
  va_start(args, format);
  audit_log_must(vsnprintf(body, sizeof body, format, args) < (int)sizeof body, "a body of 4 KiB");
  va_end(args);
  (void)audit_log_add(log, body);
}

/* A line with a right seal around any front, also one that the library would not write. */
static inline void audit_log_add_raw(struct audit_log *log, const char *front) {
  static const char domain[] = "cxdialer.audit.v1";
  struct cxd__hasher *hasher = &log->seal.hasher;
  struct cxd__link next = {.seq = log->last.seq + 1};
  unsigned char numbers[12];
  char prev[65] = "", h[65] = "";
  size_t len = strlen(front);
  for (size_t i = 0; i < 8; i++)
    numbers[i] = (unsigned char)(next.seq >> (56 - 8 * i) & 0xff);
  for (size_t i = 0; i < 4; i++)
    numbers[8 + i] = (unsigned char)(len >> (24 - 8 * i) & 0xff);
  audit_log_must(cxd__hasher_start(hasher) == 0 && cxd__hasher_add(hasher, domain, sizeof domain) == 0 && cxd__hasher_add(hasher, log->last.h, CXD__HASH_BYTES) == 0 &&
                     cxd__hasher_add(hasher, numbers, sizeof numbers) == 0 && cxd__hasher_add(hasher, front, len) == 0 && cxd__hasher_end(hasher, next.h) == 0, "hashing");
  cxd__hash_hex(log->last.h, prev);
  cxd__hash_hex(next.h, h);
  cxd__buf_str(&log->text, front);
  cxd__buf_fmt(&log->text, ",\"prev\":\"%s\",\"h\":\"%s\"}\n", prev, h);
  log->last = next;
}

/* path: a file in a directory that is there. The first segment has its genesis. key NULL: not keyed. */
static inline void audit_log_open(struct audit_log *log, const char *path, const char *key) {
  *log = (struct audit_log){.first = 1};
  audit_log_must(snprintf(log->path, sizeof log->path, "%s", path) < (int)sizeof log->path, "a path of that length");
  audit_log_use_key(log, key);
  (void)audit_log_add(log, "\"k\":\"genesis\"");
}

static inline void audit_log_close(struct audit_log *log) {
  cxd__seal_close(&log->seal);
  cxd__audit_key_clear(&log->key);
  cxd__buf_free(&log->text);
  cxd__buf_free(&log->line);
}

/* An intent, its outcome, both. op is made of the number. */
static inline void audit_log_intent(struct audit_log *log, int op) {
  audit_log_addf(log, "\"k\":\"intent\",\"op\":\"018f-%d\",\"campaign\":\"c-%d\",\"actor\":\"me\",\"mode\":\"merge\",\"round\":1,\"concurrency\":\"etag\",\"v0\":\"\\\"7\\\"\",\"diff\":[{\"op\":\"replace\",\"path\":\"/a\",\"old\":0.85,\"value\":%d}]", op, op % 7, op);
}

static inline void audit_log_outcome(struct audit_log *log, int op) {
  audit_log_addf(log, "\"k\":\"outcome\",\"op\":\"018f-%d\",\"campaign\":\"c-%d\",\"actor\":\"me\",\"mode\":\"merge\",\"round\":1,\"outcome\":\"applied\",\"status\":\"CXD_OK\",\"http_status\":200,\"sends\":1,\"intent\":true", op, op % 7);
}

static inline void audit_log_update(struct audit_log *log, int op) {
  audit_log_intent(log, op);
  audit_log_outcome(log, op);
}

static inline void audit_log_write(const struct audit_log *log) { audit_log_put(log->path, log->text.data, log->text.len); }

/* The path of a file beside the log. */
static inline const char *audit_log_beside(const struct audit_log *log, const char *name, char out[320]) {
  const char *slash = strrchr(log->path, '/');
  (void)snprintf(out, 320, "%.*s%s", slash ? (int)(slash - log->path) + 1 : 0, log->path, name);
  return out;
}

/* The text goes to the name that its first record gives it (with `again` behind, ".1"), and is empty after. */
static inline void audit_log_move_aside(struct audit_log *log, const char *again) {
  char path[320];
  const char *slash = strrchr(log->path, '/');
  (void)snprintf(log->aside, sizeof log->aside, "%.100s.%012lld%s", slash ? slash + 1 : log->path, (long long)log->first, again);
  audit_log_put(audit_log_beside(log, log->aside, path), log->text.data, log->text.len);
  cxd__sha256_hex(log->text.data, log->text.len, log->sum);
  cxd__buf_reset(&log->text);
}

/* The genesis of a segment behind log->aside; sum and open as they are to stand there, with quotes or brackets. */
static inline void audit_log_genesis(struct audit_log *log, const char *why, const char *sum, const char *open) {
  char h[65] = "";
  cxd__hash_hex(log->last.h, h);
  log->first = log->last.seq + 1;
  audit_log_addf(log, "\"k\":\"genesis\",\"why\":\"%s\",\"prev_name\":\"%s\",\"prev_seq\":%lld,\"prev_h\":\"%s\",\"prev_sha256\":%s,\"open\":%s", why, log->aside, (long long)log->last.seq, h, sum, open);
}

/* A new segment as it should be: why is "size" or "day". */
static inline void audit_log_rotate(struct audit_log *log, const char *why) {
  char sum[70];
  const char *slash = strrchr(log->path, '/'), *base = slash ? slash + 1 : log->path;
  audit_log_addf(log, "\"k\":\"rotate\",\"next\":\"%s\",\"as\":\"%s.%012lld\",\"why\":\"%s\"", base, base, (long long)log->first, why);
  audit_log_move_aside(log, "");
  (void)snprintf(sum, sizeof sum, "\"%s\"", log->sum);
  audit_log_genesis(log, why, sum, "[]");
}

#endif

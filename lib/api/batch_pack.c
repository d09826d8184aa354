/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/batch_pack.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "json/campaign.h"
#include "validate/report.h"

/* What a result has of each kind; new members are added here. */
static const size_t int32s[] = {offsetof(cxd_result, outcome), offsetof(cxd_result, status), offsetof(cxd_result, audit_status), offsetof(cxd_result, callback_status),
                                offsetof(cxd_result, sends),   offsetof(cxd_result, attempts), offsetof(cxd_result, http_status)};
static const size_t int64s[] = {offsetof(cxd_result, previous_concurrent), offsetof(cxd_result, new_concurrent), offsetof(cxd_result, finished_wall_ms), offsetof(cxd_result, audit_seq)};
static const size_t reals[] = {offsetof(cxd_result, pacing_accuracy), offsetof(cxd_result, target_calls_per_min)};
static const size_t texts[] = {offsetof(cxd_result, campaign_id), offsetof(cxd_result, request_id), offsetof(cxd_result, diff), offsetof(cxd_result, conflict)};
static const char *const concurrencies[] = {"", "etag", "version", "none"};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---------------------------------------------------------------------------- writing */

/* Seven bits a byte, small magnitudes of either sign first. */
static void put_int(struct cxd__buf *b, int64_t value) {
  uint64_t left = ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
  for (; left >= 0x80; left >>= 7)
    cxd__buf_char(b, (char)(unsigned char)(left | 0x80));
  cxd__buf_char(b, (char)(unsigned char)left);
}

/* -1: there is none. */
static void put_slice(struct cxd__buf *b, struct cxd__slice text) {
  put_int(b, text.p ? (int64_t)text.len : -1);
  cxd__buf_add(b, text.p, text.len);
}

static void put_text(struct cxd__buf *b, const char *text) { put_slice(b, (struct cxd__slice){text, text ? strlen(text) : 0}); }

static int64_t concurrency_code(const char *name) {
  for (size_t i = 1; name && i < COUNT(concurrencies); i++)
    if (strcmp(concurrencies[i], name) == 0)
      return (int64_t)i;
  return 0;
}

/* 16 bytes and not 32 digits: there may be 100,000 of them. */
static void put_trace(struct cxd__buf *b, const char *id) {
  put_int(b, *id != '\0');
  for (size_t i = 0; id[i]; i += 2) {
    static const char digits[] = "0123456789abcdef";
    cxd__buf_char(b, (char)(unsigned char)((strchr(digits, id[i]) - digits) << 4 | (strchr(digits, id[i + 1]) - digits)));
  }
}

static void put_members(struct cxd__buf *b, const cxd_result *result) {
  const char *at = (const char *)result;
  for (size_t i = 0; i < COUNT(int32s); i++) {
    int32_t value;
    memcpy(&value, at + int32s[i], sizeof value);
    put_int(b, value);
  }
  for (size_t i = 0; i < COUNT(int64s); i++) {
    int64_t value;
    memcpy(&value, at + int64s[i], sizeof value);
    put_int(b, value);
  }
  for (size_t i = 0; i < COUNT(reals); i++)
    cxd__buf_add(b, at + reals[i], sizeof(double));
  for (int i = 0; i < CXD__LATENCY_PARTS; i++)
    put_int(b, result->latency_us[i]);
  for (size_t i = 0; i < COUNT(texts); i++) {
    const char *text;
    memcpy(&text, at + texts[i], sizeof text);
    put_text(b, text);
  }
  put_int(b, concurrency_code(result->concurrency));
  put_trace(b, result->trace_id);
  put_slice(b, result->whole ? result->whole->root : (struct cxd__slice){NULL, 0});
}

static void put_report(struct cxd__buf *b, const cxd_report *report) {
  size_t count = cxd_report_count(report);
  put_int(b, report ? (int64_t)count : -1);
  for (size_t i = 0; i < count; i++) {
    put_int(b, cxd_report_severity(report, i));
    put_text(b, cxd_report_code(report, i));
    put_text(b, cxd_report_pointer(report, i));
    put_text(b, cxd_report_message(report, i));
  }
}

static void put_error(struct cxd__buf *b, const cxd_error *error) {
  put_int(b, error != NULL);
  if (!error)
    return;
  put_int(b, error->status);
  put_int(b, error->http_status);
  put_int(b, error->retryable);
  put_int(b, error->retry_after_ms);
  put_text(b, error->message);
  put_text(b, error->field);
  put_text(b, error->server_code);
  put_text(b, error->request_id);
}

void *cxd__pack(const cxd_result *result, struct cxd__buf *room) {
  cxd__buf_reset(room);
  put_members(room, result);
  put_report(room, result->report);
  put_error(room, result->error);
  void *packed = room->failed ? NULL : cxd__alloc(room->len); /* a buffer has room to grow, which nobody needs here */
  return packed ? memcpy(packed, room->data, room->len) : NULL;
}

/* ---------------------------------------------------------------------------- reading */

struct reader {
  const unsigned char *at;
  int failed; /* no memory */
};

static int64_t take_int(struct reader *r) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    unsigned char byte = *r->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      break;
  }
  return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static char *take_text(struct reader *r) {
  int64_t len = take_int(r);
  if (len < 0)
    return NULL;
  char *text = cxd__strndup((const char *)r->at, (size_t)len);
  r->at += len;
  r->failed |= !text;
  return text;
}

static void take_trace(struct reader *r, char id[33]) {
  static const char digits[] = "0123456789abcdef";
  if (!take_int(r))
    return;
  for (size_t i = 0; i < 32; i += 2, r->at++) {
    id[i] = digits[*r->at >> 4];
    id[i + 1] = digits[*r->at & 15];
  }
}

/* A whole document stands for the diff against none. */
static void take_whole(struct reader *r, cxd_result *result) {
  int64_t len = take_int(r);
  if (len < 0)
    return;
  result->diff = cxd__diff_of_whole((struct cxd__slice){(const char *)r->at, (size_t)len});
  r->at += len;
  r->failed |= !result->diff;
}

static void take_members(struct reader *r, cxd_result *result) {
  char *at = (char *)result;
  for (size_t i = 0; i < COUNT(int32s); i++) {
    int32_t value = (int32_t)take_int(r);
    memcpy(at + int32s[i], &value, sizeof value);
  }
  for (size_t i = 0; i < COUNT(int64s); i++) {
    int64_t value = take_int(r);
    memcpy(at + int64s[i], &value, sizeof value);
  }
  for (size_t i = 0; i < COUNT(reals); i++, r->at += sizeof(double))
    memcpy(at + reals[i], r->at, sizeof(double));
  for (int i = 0; i < CXD__LATENCY_PARTS; i++)
    result->latency_us[i] = take_int(r);
  for (size_t i = 0; i < COUNT(texts); i++) {
    char *text = take_text(r);
    memcpy(at + texts[i], &text, sizeof text);
  }
  int64_t code = take_int(r);
  result->concurrency = code ? concurrencies[code] : NULL;
  take_trace(r, result->trace_id);
  take_whole(r, result);
}

static void take_report(struct reader *r, cxd_result *result) {
  int64_t count = take_int(r);
  if (count < 0)
    return;
  result->report = cxd__report_new();
  r->failed |= !result->report;
  for (int64_t i = 0; i < count; i++) {
    int32_t severity = (int32_t)take_int(r);
    char *code = take_text(r), *pointer = take_text(r), *message = take_text(r);
    if (result->report && code && pointer)
      cxd__report_take(result->report, severity, code, pointer, message);
    else
      cxd__free(message);
    cxd__free(code);
    cxd__free(pointer);
  }
}

static void take_error(struct reader *r, cxd_result *result) {
  if (!take_int(r))
    return;
  cxd_error *error = cxd__error_new((cxd_status)take_int(r), "%s", "");
  cxd_error lost = {0};
  cxd_error *to = error ? error : &lost;
  r->failed |= !error; /* the texts are read all the same, into what is thrown away */
  to->http_status = (int32_t)take_int(r);
  to->retryable = (int32_t)take_int(r);
  to->retry_after_ms = take_int(r);
  cxd__free(to->message);
  to->message = take_text(r);
  to->field = take_text(r);
  to->server_code = take_text(r);
  to->request_id = take_text(r);
  result->error = error;
  cxd__free(lost.message);
  cxd__free(lost.field);
  cxd__free(lost.server_code);
  cxd__free(lost.request_id);
}

cxd_result *cxd__unpack(const void *packed) {
  struct reader r = {packed, 0};
  cxd_result *result = cxd__alloc(sizeof *result);
  if (!result)
    return NULL;
  result->magic = CXD__MAGIC_RESULT;
  take_members(&r, result);
  take_report(&r, result);
  if (!r.failed)
    take_error(&r, result);
  if (!r.failed)
    return result;
  cxd_result_free(result);
  return NULL;
}

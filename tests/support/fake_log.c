/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "fake_log.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "api/updater.h"
#include "audit/sealer.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/now.h"

static void call(struct fake_log *log, char letter) {
  ck_assert_uint_lt(log->call_count, sizeof log->calls - 1);
  log->calls[log->call_count++] = letter;
}

static struct fake_dangling *find(struct fake_log *log, int64_t seq) {
  for (size_t i = 0; i < log->dangling_count; i++)
    if (log->dangling[i].seq == seq)
      return &log->dangling[i];
  return NULL;
}

static cxd_status fake_append(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  struct fake_log *log = self;
  struct fake_dangling *intent = find(log, resolves);
  if (resolves && (log->resolve_elsewhere || !intent || intent->resolved)) {
    if (intent)
      intent->resolved = 1;
    return cxd__fail(error, CXD_E_STATE, "resolved by somebody else");
  }
  ck_assert_uint_lt(log->record_count, 64);
  ck_assert_int_eq(strncmp(body, "\"k\":\"", 5), 0);
  call(log, body[5]);
  log->resolved[log->record_count] = resolves;
  log->records[log->record_count++] = cxd__strndup(body, len);
  if (intent)
    intent->resolved = 1;
  *seq = ++log->next_seq;
  if (sealed)
    cxd__buf_fmt(sealed, "line %lld\n", (long long)*seq);
  return CXD_OK;
}

static cxd_status fake_sync(void *self, cxd_error **error) {
  struct fake_log *log = self;
  call(log, 's');
  if (log->fail_sync_at && ++log->syncs >= log->fail_sync_at)
    return cxd__fail(error, CXD_E_AUDIT, "the disk is gone");
  return CXD_OK;
}

static void fake_close(void *self, int forked) {
  (void)forked;
  ((struct fake_log *)self)->closed++;
}

static cxd_status fake_reserve(void *self, cxd_error **error) {
  (void)error;
  call(self, 'r');
  return CXD_OK;
}

static void fake_settle(void *self, char **sealed, int64_t *seq) {
  const struct fake_log *log = self;
  char line[40];
  if (!log->moves)
    return;
  *seq += 1000;
  (void)snprintf(line, sizeof line, "moved %lld\n", (long long)*seq);
  cxd__free(*sealed);
  *sealed = cxd__strdup(line);
}

static cxd_status fake_dangling(void *self, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error) {
  struct fake_log *log = self;
  log->looks++;
  if (log->fail_look)
    return cxd__fail(error, CXD_E_AUDIT, "the log cannot be read");
  for (size_t i = 0; i < log->dangling_count; i++) {
    const struct fake_dangling *d = &log->dangling[i];
    if (d->resolved || d->seq <= after || (campaign && strcmp(campaign, d->campaign) != 0))
      continue;
    *line = cxd__strdup(d->line);
    *seq = d->seq;
    return CXD_OK;
  }
  return CXD_OK;
}

static int fake_checkpoint(void *self, int64_t *seq, char h[65]) {
  struct fake_log *log = self;
  if (!log->checkpoint)
    return 0;
  *seq = log->checkpoint;
  memset(h, 'a', 64);
  h[64] = '\0';
  log->checkpoint = 0;
  return 1;
}

static const char *fake_alarm(void *self, const char **code) {
  const struct fake_log *log = self;
  *code = log->alarm_code ? log->alarm_code : "audit.broken";
  return log->alarm;
}

static const struct cxd__audit_ops ops = {.append = fake_append, .sync = fake_sync, .close = fake_close, .reserve = fake_reserve, .settle = fake_settle, .dangling = fake_dangling, .take_checkpoint = fake_checkpoint, .alarm = fake_alarm};

void fake_log_into(struct fake_log *log, cxd_updater *updater) {
  cxd__audit_close(updater->audit);
  updater->audit = NULL;
  ck_assert_int_eq(cxd__audit_make(&ops, log, &updater->audit, NULL), CXD_OK);
}

void fake_log_clear(struct fake_log *log) {
  for (size_t i = 0; i < log->record_count; i++)
    cxd__free(log->records[i]);
  *log = (struct fake_log){0};
}

void fake_dangling_add(struct fake_log *log, int64_t seq, const char *campaign, const char *etag, int old, int value, int now) {
  char boot[40] = "another boot";
  struct fake_dangling *d = &log->dangling[log->dangling_count++];
  if (now)
    cxd__boot_id(boot);
  ck_assert_uint_le(log->dangling_count, FAKE_DANGLING);
  d->seq = seq;
  (void)snprintf(d->campaign, sizeof d->campaign, "%s", campaign);
  int n = snprintf(d->line, sizeof d->line,
                   "{\"v\":1,\"seq\":%lld,\"t\":\"2026-11-28T16:00:00.000000Z\",\"bt\":%lld,\"boot\":\"%s\",\"w\":\"host/7/0a0b0c0d\",\"k\":\"intent\",\"op\":\"019ac7f0-0000-7000-8000-%012lld\",\"campaign\":\"%s\","
                   "\"actor\":\"night shift\",\"mode\":\"merge\",\"round\":1,\"concurrency\":\"%s\"%s%s,\"d1\":\"11\",\"basis\":null,\"diff\":[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":%d,\"value\":%d}],"
                   "\"prev\":\"0\",\"h\":\"1\"}",
                   (long long)seq, (long long)(now ? cxd__clock_read().boot_us : 1), boot, (long long)seq, campaign, etag ? "etag" : "none", etag ? ",\"v0\":" : "", etag ? etag : "", old, value);
  ck_assert(n > 0 && (size_t)n < sizeof d->line);
}

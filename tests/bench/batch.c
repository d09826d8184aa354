/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "batch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(cxd_status status, cxd_error *error, const char *what) {
  if (status == CXD_OK)
    return;
  (void)fprintf(stderr, "%s: %s %s\n", what, cxd_status_name(status), cxd_error_message(error));
  exit(1);
}

static void set(cxd_config *config, const char *key, const char *value) {
  cxd_error *error = NULL;
  check(cxd_config_set(config, key, value, &error), error, key);
}

static void set_server(cxd_config *config, const struct job *job, const struct batch_how *how) {
  set(config, "api.base_url", job->base);
  set(config, "http.version", how->version);
  if (job->has_ca && !how->no_ca)
    set(config, "http.ca_file", job->ca);
  if (how->ready_token) {
    set(config, "auth.token", job->token);
    return;
  }
  set(config, "auth.client_id", "bench");
  set(config, "auth.client_secret", "bench-secret-of-the-bench");
}

static cxd_config *make_config(const struct job *job, const struct batch_how *how) {
  cxd_config *config = NULL;
  char flying[16];
  check(cxd_config_new(&config), NULL, "config");
  set_server(config, job, how);
  (void)snprintf(flying, sizeof flying, "%d", job->in_flight);
  set(config, "update.concurrency", flying);
  set(config, "update.mode", how->merge ? "merge" : "replace");
  set(config, "rate.limit", "0");
  set(config, "validate.jurisdiction", "UNRESTRICTED");
  set(config, "update.prefetch", "off"); /* each update as it would be alone */
  if (strcmp(how->audit, "off") == 0)
    set(config, "audit.mode", "off");
  else {
    set(config, "audit.path", how->log);
    set(config, "audit.sync", how->audit);
  }
  return config;
}

void batch_renew(struct batch *b) {
  cxd_error *error = NULL;
  cxd_batch_free(b->batch);
  b->dropped = 0;
  check(cxd_batch_new(b->updater, &b->batch, &error), error, "batch");
}

/* None of ours: more than one thread is seen while a callback runs, too. */
static int32_t count_threads(void *context, size_t done, size_t total) {
  struct batch *b = context;
  (void)done;
  (void)total;
  long now = status_number("Threads:");
  b->threads = now > b->threads ? now : b->threads;
  return CXD_ACCEPTED;
}

void batch_open(struct batch *b, const struct job *job, const struct batch_how *how) {
  cxd_error *error = NULL;
  *b = (struct batch){.job = job, .how = *how};
  cxd_config *config = make_config(job, how);
  check(cxd_client_new(config, &b->client, &error), error, "client");
  check(cxd_updater_new(config, b->client, NULL, &b->updater, &error), error, "updater");
  cxd_config_free(config);
  batch_renew(b);
}

static void add_one(struct batch *b) {
  cxd_error *error = NULL;
  char text[sizeof b->job->body], id[JOB_ID_LEN + 1];
  size_t len = b->job->body_len;
  if (b->how.merge) {
    job_id(id, b->number);
    len = (size_t)snprintf(text, sizeof text, "{\"id\":\"%s\",\"maxConcurrentCalls\":150}", id);
  } else
    job_body(b->job, text, b->number);
  b->number++;
  check(cxd_batch_add_json(b->batch, text, len, &error), error, "add");
}

void batch_add(struct batch *b, long count) {
  for (long i = 0; i < count; i++)
    add_one(b);
}

static void drive_loop(struct batch *b) {
  struct pollfd at = {.fd = cxd_batch_fd(b->batch), .events = POLLIN};
  int32_t remaining = 1;
  cxd_error *error = NULL;
  while (remaining) {
    int64_t ms = cxd_batch_timeout_ms(b->batch);
    (void)poll(&at, 1, ms < 0 || ms > 60000 ? 60000 : (int)ms);
    check(cxd_batch_process(b->batch, &remaining, &error), error, "process");
  }
}

static void drive_events(struct batch *b) {
  const cxd_event *event = NULL;
  cxd_error *error = NULL;
  do
    check(cxd_batch_next_event(b->batch, -1, &event, &error), error, "next_event");
  while (cxd_event_kind(event) != CXD_EVENT_DONE);
}

long batch_drive(struct batch *b) {
  cxd_error *error = NULL;
  size_t before = cxd_batch_outcomes(b->batch, CXD_OUTCOME_APPLIED);
  if (strcmp(b->how.driver, "loop") == 0)
    drive_loop(b);
  else if (strcmp(b->how.driver, "events") == 0)
    drive_events(b);
  else
    check(cxd_batch_run(b->batch, &error), error, "run");
  return (long)(cxd_batch_outcomes(b->batch, CXD_OUTCOME_APPLIED) - before);
}

long batch_run(struct batch *b, long count) {
  batch_add(b, count);
  long ok = batch_drive(b);
  for (size_t end = cxd_batch_count(b->batch); b->dropped < end && ok == count; b->dropped++)
    cxd_batch_drop_result(b->batch, b->dropped);
  return ok;
}

void batch_watch_threads(struct batch *b) {
  const cxd_callback watch = {.size = sizeof watch, .user_data = b, .on_progress = count_threads};
  cxd_error *error = NULL;
  cxd_batch_free(b->batch);
  b->batch = NULL;
  check(cxd_updater_add_callback(b->updater, &watch, &error), error, "callback");
  batch_renew(b);
}

void batch_complain(struct batch *b) {
  for (size_t i = 0; i < cxd_batch_count(b->batch); i++) {
    const cxd_result *result = cxd_batch_result(b->batch, i);
    if (!result || cxd_result_status(result) == CXD_OK)
      continue;
    (void)fprintf(stderr, "item %zu: %s, %s\n", i, cxd_result_outcome_name(result), cxd_error_message(cxd_result_error(result)));
    return;
  }
}

void batch_close(struct batch *b) {
  cxd_batch_free(b->batch);
  cxd_updater_free(b->updater);
  cxd_client_free(b->client);
}

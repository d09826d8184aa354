/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* clock_gettime */
#include "run_report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exit_code.h"
#include "mem.h"
#include "report.h"

#define LOOK_EVERY_MS 500

static int64_t clock_ms(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Scheme, host and port of a URL: no user, no password, no path. */
static char *host_of(const char *url) {
  const char *colons = strstr(url, "://"), *host = colons ? colons + 3 : url;
  size_t len = strcspn(host, "/?#");
  for (size_t i = len; i > 0; i--)
    if (host[i - 1] == '@') {
      host += i;
      len -= i;
      break;
    }
  return mem_format("%.*s%.*s", colons ? (int)(colons + 3 - url) : 0, url, (int)len, host);
}

/* 0: not said. */
static int64_t number_of(const cxd_config *config, const char *key) { return strtoll(cxd_config_get(config, key), NULL, 10); }

int run_report_open(struct run_report *report, const struct cli *cli, const char *file) {
  *report = (struct run_report){.file = file};
  return file ? report_check_path(cli, file) : 0;
}

void run_report_begin(struct run_report *report, const struct cli *cli, const char *journal, int writes) {
  if (!report->file || report->model.started_ms)
    return;
  const cxd_config *config = cli->config;
  report->host = host_of(cxd_config_get(config, "api.base_url"));
  report->model = (struct run_model){
      .mode = cxd_config_get(config, "update.mode"),
      .host = report->host,
      .actor = cxd_config_get(config, "audit.actor"),
      .journal = journal,
      .audit = strcmp(cxd_config_get(config, "audit.mode"), "off") == 0 ? NULL : cxd_config_get(config, "audit.path"),
      .started_ms = clock_ms(CLOCK_REALTIME),
      .limit = number_of(config, "validate.max_concurrent_calls"),
      .window_ms = number_of(config, "rate.window_ms"),
      .is_plan = !writes,
  };
}

void run_report_add(struct run_report *report, const cxd_result *result) {
  if (report->file)
    run_model_add_item(&report->model, result);
}

void run_report_add_missing(struct run_report *report, const char *id, int32_t outcome, cxd_status status, const char *message) {
  if (report->file)
    run_model_add_missing(&report->model, id, outcome, status, message);
}

static void sample(struct run_report *report, const struct session *session, size_t in_flight) {
  char *stats = cxd_client_stats_json(session->client);
  run_model_sample(&report->model, clock_ms(CLOCK_REALTIME), in_flight, stats);
  cxd_string_free(stats);
}

int64_t run_report_look(struct run_report *report, const struct session *session, size_t in_flight) {
  if (!report->file)
    return -1;
  int64_t now = clock_ms(CLOCK_MONOTONIC);
  if (now >= report->next_ms) {
    sample(report, session, in_flight);
    report->next_ms = now + LOOK_EVERY_MS;
  }
  return report->next_ms - now;
}

static int write_file(struct run_report *report, const struct cli *cli, const struct session *session, int code) {
  sample(report, session, 0);
  report->model.ended_ms = clock_ms(CLOCK_REALTIME);
  int wrote = report_write(cli, &report->model, report->file);
  return code == EXIT_DONE || code == EXIT_PENDING ? (wrote ? wrote : code) : code;
}

int run_report_close(struct run_report *report, const struct cli *cli, const struct session *session, int code) {
  if (report->file && report->model.started_ms)
    code = write_file(report, cli, session, code);
  run_model_free(&report->model);
  free(report->host);
  *report = (struct run_report){0};
  return code;
}

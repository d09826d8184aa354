/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Writes the report of a run that standard input describes, to the FILE of the only argument or to standard output; --check FILE only
 * asks whether it could. Lines of fields with tabs between them, %XX for any byte:
 *   model TITLE MODE HOST ACTOR JOURNAL AUDIT STARTED ENDED LIMIT WINDOW PLAN
 *   item ID OUTCOME FAILED STATUS SENDS ATTEMPTS OLD NEW LIMIT OLD_RATE NEW_RATE LATENCY_US RETRY_MS SEQ ENDED MESSAGE
 *   missing ID OUTCOME STATUS MESSAGE
 *   sample NOW IN_FLIGHT STATS
 *   plan CAMPAIGN, apply CAMPAIGN      with the library, configured by the environment
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "report.h"
#include "report_page.h"

#define FIELDS 18

static struct run_model model;

/* %XX to the byte, in place. */
static void unescape(char *text) {
  char *to = text;
  for (const char *at = text; *at; at++) {
    unsigned byte;
    if (*at == '%' && sscanf(at + 1, "%2x", &byte) == 1) {
      *to++ = (char)byte;
      at += 2;
    } else
      *to++ = *at;
  }
  *to = '\0';
}

static void split(char *line, char *fields[FIELDS]) {
  static char nothing[1];
  line[strcspn(line, "\n")] = '\0';
  for (int i = 0; i < FIELDS; i++) {
    fields[i] = line ? strsep(&line, "\t") : nothing;
    unescape(fields[i]);
  }
}

static void set_model(char *const f[FIELDS]) {
  model = (struct run_model){.title = mem_format("%s", f[1]), .mode = mem_format("%s", f[2]), .host = mem_format("%s", f[3]), .actor = mem_format("%s", f[4]),
                             .journal = mem_format("%s", f[5]), .audit = mem_format("%s", f[6]), .started_ms = atoll(f[7]), .ended_ms = atoll(f[8]), .limit = atoll(f[9]),
                             .window_ms = atoll(f[10]), .is_plan = atoi(f[11])};
}

static void add_item(char *const f[FIELDS]) {
  run_model_add(&model, &(struct run_item){.id = f[1], .outcome = atoi(f[2]), .failed = atoi(f[3]), .status = atoi(f[4]), .sends = atoi(f[5]), .attempts = atoi(f[6]),
                                           .old_concurrent = atoll(f[7]), .new_concurrent = atoll(f[8]), .limit = atoll(f[9]), .old_per_min = atof(f[10]),
                                           .new_per_min = atof(f[11]), .latency_us = atoll(f[12]), .retry_after_ms = atoll(f[13]), .audit_seq = atoll(f[14]),
                                           .ended_ms = atoll(f[15]), .message = f[16]});
}

static void run_campaign(const char *json, int is_plan) {
  static cxd_client *client;
  static cxd_updater *updater;
  cxd_config *config = NULL;
  cxd_campaign *campaign = NULL;
  cxd_result *result = NULL;
  if (!updater && (cxd_config_new(&config) != CXD_OK || cxd_config_load_env(config, NULL) != CXD_OK || cxd_client_new(config, &client, NULL) != CXD_OK ||
                   cxd_updater_new(config, client, NULL, &updater, NULL) != CXD_OK))
    exit(3);
  if (cxd_campaign_parse(json, strlen(json), &campaign, NULL) != CXD_OK)
    exit(4);
  (void)(is_plan ? cxd_updater_plan(updater, campaign, &result, NULL) : cxd_updater_apply(updater, campaign, &result, NULL));
  run_model_add_item(&model, result);
  char *stats = cxd_client_stats_json(client);
  run_model_sample(&model, model.items[model.count - 1].ended_ms, 0, stats);
  cxd_string_free(stats);
  cxd_result_free(result);
  cxd_campaign_free(campaign);
  cxd_config_free(config);
}

static void take(char *const f[FIELDS]) {
  if (strcmp(f[0], "model") == 0)
    set_model(f);
  else if (strcmp(f[0], "item") == 0)
    add_item(f);
  else if (strcmp(f[0], "missing") == 0)
    run_model_add_missing(&model, f[1], atoi(f[2]), atoi(f[3]), f[4]);
  else if (strcmp(f[0], "sample") == 0)
    run_model_sample(&model, atoll(f[1]), (size_t)atoll(f[2]), f[3]);
  else
    run_campaign(f[1], strcmp(f[0], "plan") == 0);
}

int main(int argc, char **argv) {
  const struct cli cli = {0};
  char *line = NULL, *f[FIELDS];
  size_t size = 0;
  if (argc > 2)
    return report_check_path(&cli, argv[2]);
  while (getline(&line, &size, stdin) > 0) {
    split(line, f);
    take(f);
  }
  setlocale(LC_ALL, ""); /* the input has points whatever it says, and of it nothing may be seen in a page */
  int code = argc > 1 ? report_write(&cli, &model, argv[1]) : report_page(stdout, &model);
  run_model_free(&model);
  free(line);
  return code != 0 ? code & 0xff : fflush(stdout) != 0;
}

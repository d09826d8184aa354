/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_VALIDATE_H
#define CXD_TESTS_VALIDATE_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/campaign.h"
#include "run.h"
#include "validate/validator.h"

/* What the unit tests of the validator share: findings are compared as one text, "E schema.id /id\nW schema.enum /status". */

#define SAMPLE \
  "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"name\":\"Q3 Enterprise Outbound\",\"status\":\"running\",\"dialerType\":\"predictive\"," \
  "\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\"," \
  "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85}," \
  "\"rules\":[],\"advancedDialerSettings\":{\"autoRebalance\":true,\"queuePriority\":1}}"

#define FOUR_ZONES "America/New_York,America/Chicago,America/Denver,America/Los_Angeles"
#define ZONEINFO "/usr/share/zoneinfo"

static inline struct cxd__validate_options default_options(void) { return (struct cxd__validate_options){.max_concurrent_calls = 500, .min_pacing_interval_s = 10, .max_throttle = 0.95, .time_zones = FOUR_ZONES, .zoneinfo_dir = ZONEINFO}; }

/* The five that every validator has; the rest is unset. */
#define OPTIONS(calls, interval, throttle, zones, dir) \
  { .max_concurrent_calls = (calls), .min_pacing_interval_s = (interval), .max_throttle = (throttle), .time_zones = (zones), .zoneinfo_dir = (dir) }

static inline cxd_validator *validator_with(struct cxd__validate_options options) {
  cxd_validator *validator = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd__validator_make(&options, &validator, &error);
  ck_assert_msg(status == CXD_OK, "%s", error ? error->message : "?");
  return validator;
}

static inline cxd_validator *default_validator(void) { return validator_with(default_options()); }

static inline cxd_campaign *campaign_of(const char *json) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_campaign_parse(json, strlen(json), &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", json, error ? error->message : "?");
  return campaign;
}

static inline cxd_campaign *campaign_read(const char *json) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(json, strlen(json), NULL, &campaign, NULL), CXD_OK);
  return campaign;
}

static inline cxd_report *run_check(cxd_validator *validator, const cxd_campaign *change, const cxd_campaign *merged, int replace) {
  struct cxd__check check = {.change = change, .merged = merged, .replace = replace, .at_unix_ms = 1700000000000};
  cxd_report *report = NULL;
  cxd_status status = cxd__validator_run(validator, &check, &report, NULL);
  ck_assert_ptr_nonnull(report);
  ck_assert_int_eq(status, cxd_report_ok(report) ? CXD_OK : CXD_E_INVALID);
  return report;
}

static inline cxd_report *run_text(cxd_validator *validator, const char *json, int replace) {
  cxd_campaign *campaign = campaign_of(json);
  cxd_report *report = run_check(validator, campaign, NULL, replace);
  cxd_campaign_free(campaign);
  return report;
}

static inline char *findings_of(const cxd_report *report) {
  struct cxd__buf out = {0};
  for (size_t i = 0; i < cxd_report_count(report); i++)
    cxd__buf_fmt(&out, "%s%c %s %s", i ? "\n" : "", "NWE"[cxd_report_severity(report, i)], cxd_report_code(report, i), cxd_report_pointer(report, i));
  return cxd__buf_take(&out);
}

/* Compares and frees the report. */
static inline void ck_report(cxd_report *report, const char *expected, const char *what) {
  char *found = findings_of(report);
  ck_assert_msg(strcmp(found, expected) == 0, "%.300s\nfound:\n%s\nexpected:\n%s", what, found, expected);
  cxd__free(found);
  cxd_report_free(report);
}

static inline void ck_findings(cxd_validator *validator, const char *json, const char *expected) { ck_report(run_text(validator, json, 0), expected, json); }

static inline void ck_findings_whole(cxd_validator *validator, const char *json, const char *expected) { ck_report(run_text(validator, json, 1), expected, json); }

/* The message of the one finding of a document has this in it. */
static inline void ck_says(cxd_validator *validator, const char *json, const char *part) {
  cxd_report *report = run_text(validator, json, 0);
  ck_assert_msg(cxd_report_count(report) == 1, "%s: %zu findings", json, cxd_report_count(report));
  ck_assert_msg(strstr(cxd_report_message(report, 0), part) != NULL, "%s\nsaid: %s\nexpected: %s", json, cxd_report_message(report, 0), part);
  cxd_report_free(report);
}

/* Printable text on one line, well-formed, of bounded length: fit for a terminal and a log. */
static inline void ck_tame(const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    const char *message = cxd_report_message(report, i);
    ck_assert_uint_lt(strlen(message), 700);
    ck_assert(cxd__utf8_valid(message, strlen(message)));
    for (const char *c = message; *c; c++)
      ck_assert((unsigned char)*c >= 0x20 && *c != 0x7f);
    ck_assert_ptr_null(strstr(message, "\xe2\x80\xae"));
    ck_assert_ptr_null(strstr(message, "\xc2\x9b"));
  }
}

/* A file of the source tree; the caller frees the buffer. */
static inline struct cxd__buf source_file(const char *name) {
  const char *root = getenv("CXDIALER_SOURCE");
  char path[4096], chunk[4096];
  struct cxd__buf text = {0};
  (void)snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "%s", path);
  for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
    cxd__buf_add(&text, chunk, got);
  (void)fclose(file);
  return text;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* nftw */
#include "witness.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *said;
static size_t said_len, said_room;

void witness_end(void) {
  free(said);
  said = NULL;
  said_len = said_room = 0;
}

void witness_begin(void) {
  witness_end();
  witness_note("");
}

const char *witness_text(void) { return said; }

size_t witness_len(void) { return said_len; }

static void add(const char *bytes, size_t len) {
  if (said_len + len + 2 > said_room) {
    said_room = 2 * (said_len + len + 2);
    said = realloc(said, said_room);
    ck_assert_ptr_nonnull(said);
  }
  memcpy(said + said_len, bytes, len);
  said_len += len;
  said[said_len++] = '\n';
  said[said_len] = '\0';
}

void witness_note(const char *text) {
  if (text)
    add(text, strlen(text));
}

static void note_and_free(char *text) {
  witness_note(text);
  cxd_string_free(text);
}

void witness_error(const cxd_error *error) {
  witness_note(cxd_error_message(error));
  witness_note(cxd_error_field(error));
  witness_note(cxd_error_server_code(error));
  witness_note(cxd_error_request_id(error));
  note_and_free(cxd_error_to_json(error));
}

static void note_report(const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    witness_note(cxd_report_code(report, i));
    witness_note(cxd_report_pointer(report, i));
    witness_note(cxd_report_message(report, i));
  }
  if (report)
    note_and_free(cxd_report_to_json(report));
}

void witness_result(const cxd_result *result) {
  note_and_free(cxd_result_to_json(result));
  witness_note(cxd_result_campaign_id(result));
  witness_note(cxd_result_diff_json(result));
  witness_note(cxd_result_conflict_json(result));
  witness_note(cxd_result_audit_record(result));
  witness_error(cxd_result_error(result));
  note_report(cxd_result_report(result));
}

void witness_campaign(const cxd_campaign *campaign) {
  if (!campaign)
    return;
  witness_note(cxd_campaign_id(campaign));
  note_and_free(cxd_campaign_to_json(campaign));
}

void witness_config(const cxd_config *config) {
  note_and_free(cxd_config_to_json(config));
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    witness_note(cxd_config_get(config, cxd_config_key_name(i)));
}

void witness_client(const cxd_client *client) { note_and_free(cxd_client_stats_json(client)); }

static int note_file(const char *path, const struct stat *info, int kind, struct FTW *where) {
  (void)where;
  witness_note(path);
  if (kind != FTW_F || info->st_size == 0)
    return 0;
  FILE *file = fopen(path, "re");
  char *bytes = malloc((size_t)info->st_size);
  ck_assert(file && bytes);
  add(bytes, fread(bytes, 1, (size_t)info->st_size, file));
  free(bytes);
  (void)fclose(file);
  return 0;
}

void witness_files(const char *directory) { ck_assert_int_eq(nftw(directory, note_file, 8, FTW_PHYS), 0); }

/* --------------------------------------------------------------------------- plug-ins */

static void hear(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  add(text, len);
}

static int32_t hear_result(void *user_data, const cxd_result *result) {
  (void)user_data;
  witness_result(result);
  return CXD_ACCEPTED;
}

static int32_t hear_progress(void *user_data, size_t done, size_t total) {
  (void)user_data;
  (void)done;
  (void)total;
  witness_note("progress");
  return CXD_ACCEPTED;
}

static int32_t hear_checkpoint(void *user_data, int64_t seq, const char *h) {
  (void)user_data;
  (void)seq;
  witness_note(h);
  return CXD_ACCEPTED;
}

static int32_t hear_check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  (void)user_data;
  (void)at_unix_ms;
  witness_campaign(change);
  witness_campaign(merged);
  note_report(report);
  return CXD_ACCEPTED;
}

static int32_t hear_record(void *user_data, const char *record, size_t len) {
  (void)user_data;
  add(record, len);
  return CXD_ACCEPTED;
}

cxd_log witness_log(void) { return (cxd_log){.size = sizeof(cxd_log), .write = hear}; }

cxd_callback witness_callback(void) { return (cxd_callback){.size = sizeof(cxd_callback), .on_result = hear_result, .on_progress = hear_progress, .on_checkpoint = hear_checkpoint}; }

cxd_rule witness_rule(void) { return (cxd_rule){.size = sizeof(cxd_rule), .check = hear_check}; }

cxd_audit_logger witness_logger(void) { return (cxd_audit_logger){.size = sizeof(cxd_audit_logger), .append = hear_record}; }

/* ------------------------------------------------------------------------------- calls */

static void run(cxd_updater *updater, cxd_campaign *change, cxd_status (*call)(cxd_updater *, const cxd_campaign *, cxd_result **, cxd_error **)) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  witness_note(cxd_status_name(call(updater, change, &result, &error)));
  witness_note(cxd_result_outcome_name(result));
  witness_error(error);
  witness_result(result);
  cxd_error_free(error);
  cxd_result_free(result);
  cxd_campaign_free(change);
}

void witness_update(cxd_updater *updater, cxd_campaign *change) { run(updater, change, cxd_updater_apply); }

void witness_plan(cxd_updater *updater, cxd_campaign *change) { run(updater, change, cxd_updater_plan); }

void witness_reads(cxd_client *client, const char *id) {
  cxd_campaign *campaign = NULL;
  cxd_campaign_list *list = NULL;
  cxd_error *error = NULL, *other = NULL;
  witness_note(cxd_status_name(cxd_client_get(client, id, &campaign, &error)));
  witness_campaign(campaign);
  witness_error(error);
  witness_note(cxd_status_name(cxd_client_list(client, NULL, &list, &other)));
  for (size_t i = 0; i < cxd_campaign_list_count(list); i++)
    witness_campaign(cxd_campaign_list_at(list, i));
  witness_note(cxd_campaign_list_next_cursor(list));
  witness_error(other);
  cxd_campaign_free(campaign);
  cxd_campaign_list_free(list);
  cxd_error_free(error);
  cxd_error_free(other);
}

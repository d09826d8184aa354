/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "rig.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void set(cxd_config *config, const char *key, const char *value) {
  cxd_error *error = NULL;
  cxd_status status = cxd_config_set(config, key, value, &error);
  ck_assert_msg(status == CXD_OK, "%s=%s: %s", key, value, cxd_error_message(error));
}

cxd_config *config_for(const char *base_url, const char *const settings[]) {
  /* Tests run at any time of day: those that are about calling hours say so. */
  static const char *const usual[] = {"auth.client_id", "demo-client", "auth.client_secret", "demo-secret", "retry.base_ms", "1",  "retry.cap_ms", "5",
                                      "rate.limit",     "0",           "retry.deadline_ms",  "60000",       "audit.mode",    "off",
                                      "validate.jurisdiction", "UNRESTRICTED", NULL};
  cxd_config *config = NULL;
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  set(config, "api.base_url", base_url);
  for (size_t i = 0; usual[i]; i += 2)
    set(config, usual[i], usual[i + 1]);
  for (size_t i = 0; settings && settings[i]; i += 2)
    set(config, settings[i], settings[i + 1]);
  return config;
}

static int clients_made;

cxd_client *client_of(const cxd_config *config) {
  clients_made++;
  cxd_client *client = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_client_new(config, &client, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_ptr_nonnull(client);
  return client;
}

cxd_updater *updater_of(const cxd_config *config, cxd_client *client) {
  cxd_updater *updater = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_updater_new(config, client, NULL, &updater, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_ptr_nonnull(updater);
  return updater;
}

static int has_setting(const char *const settings[], const char *key) {
  for (size_t i = 0; settings && settings[i]; i += 2)
    if (strcmp(settings[i], key) == 0)
      return 1;
  return 0;
}

void rig_open(struct rig *rig, const char *const options[], const char *const settings[]) {
  sim_start(&rig->sim, options);
  scratch_open(rig->dir);
  rig->audit_path = scratch_path(rig->dir, "audit.log");
  rig->config = config_for(rig->sim.url, settings);
  clients_made = 0;
  rig->other_hands = 0;
  if (has_setting(settings, "audit.mode") && !has_setting(settings, "audit.path"))
    set(rig->config, "audit.path", rig->audit_path);
  rig->client = client_of(rig->config);
  rig->updater = updater_of(rig->config, rig->client);
}

/* What left the process by the library's count, and what arrived by the simulator's. */
static size_t arrived(const struct sim *sim, const char *method) {
  json_t *requests = sim_requests(sim), *row;
  size_t i, count = 0;
  json_array_foreach(requests, i, row) {
    const char *agent = json_string_value(at(row, "/headers/User-Agent"));
    int list = strcmp(method, "list") == 0 || strcmp(method, "get") == 0;
    count += agent && strncmp(agent, "libcxdialer/", 12) == 0 && strcasecmp(json_string_value(at(row, "/method")), list ? "GET" : method) == 0;
  }
  json_decref(requests);
  return count;
}

static void assert_counts_agree(struct rig *rig) {
  json_t *stats = json_of(cxd_client_stats_json(rig->client));
  size_t reads = (size_t)(json_integer_value(at(stats, "/requests/get")) + json_integer_value(at(stats, "/requests/list")));
  ck_assert_uint_eq(arrived(&rig->sim, "get"), reads);
  ck_assert_uint_eq(arrived(&rig->sim, "put"), (size_t)json_integer_value(at(stats, "/requests/put")));
  const char *token_url = cxd_config_get(rig->config, "auth.token_url");
  if (!token_url || !token_url[0]) /* otherwise it is asked elsewhere */
    ck_assert_uint_eq(arrived(&rig->sim, "post"), (size_t)json_integer_value(at(stats, "/requests/token")));
  json_decref(stats);
}

void rig_close(struct rig *rig) {
  if (rig->client && clients_made == 1 && !rig->other_hands)
    assert_counts_agree(rig);
  cxd_updater_free(rig->updater);
  cxd_client_free(rig->client);
  cxd_config_free(rig->config);
  free(rig->audit_path);
  scratch_close(rig->dir);
  sim_stop(&rig->sim);
}

cxd_campaign *change_of(const char *id) {
  cxd_campaign *change = NULL;
  ck_assert_int_eq(cxd_campaign_new(id, &change, NULL), CXD_OK);
  return change;
}

cxd_campaign *calls_change(const char *id, int64_t calls) {
  cxd_campaign *change = change_of(id);
  ck_assert_int_eq(cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, calls, NULL), CXD_OK);
  return change;
}

cxd_campaign *campaign_of(const char *json) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_campaign_parse(json, strlen(json), &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  return campaign;
}

cxd_campaign *got(cxd_client *client, const char *id) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_client_get(client, id, &campaign, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_ptr_nonnull(campaign);
  return campaign;
}

void refused_get(cxd_client *client, const char *id, cxd_status status, const char *part) {
  cxd_campaign *campaign = (cxd_campaign *)(void *)client; /* anything but NULL */
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_client_get(client, id, &campaign, &error), cxd_error_status(error));
  ck_assert_ptr_null(campaign);
  ck_error(&error, status, part);
}

static cxd_result *checked(cxd_result *result, cxd_status said, cxd_error *error, cxd_campaign *change, cxd_status status, int32_t outcome) {
  ck_assert_msg(said == status && result && cxd_result_outcome(result) == outcome, "%s, %s: %s", cxd_status_name(said), cxd_result_outcome_name(result), cxd_error_message(error));
  ck_assert_int_eq(cxd_result_status(result), status);
  ck_assert_int_eq(cxd_error_status(error), status);
  ck_assert_int_eq(cxd_error_status(cxd_result_error(result)), status);
  cxd_error_free(error);
  cxd_campaign_free(change);
  return result;
}

cxd_result *applied(cxd_updater *updater, cxd_campaign *change, cxd_status status, int32_t outcome) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status said = cxd_updater_apply(updater, change, &result, &error);
  return checked(result, said, error, change, status, outcome);
}

cxd_result *planned(cxd_updater *updater, cxd_campaign *change, cxd_status status, int32_t outcome) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status said = cxd_updater_plan(updater, change, &result, &error);
  return checked(result, said, error, change, status, outcome);
}

void ck_error(cxd_error **error, cxd_status status, const char *part) {
  ck_assert_ptr_nonnull(*error);
  ck_assert_msg(cxd_error_status(*error) == status, "%s: %s", cxd_status_name(cxd_error_status(*error)), cxd_error_message(*error));
  ck_assert_msg(strstr(cxd_error_message(*error), part) != NULL, "\"%s\" is not in \"%s\"", part, cxd_error_message(*error));
  cxd_error_free(*error);
  *error = NULL;
}

json_t *json_of(char *text) {
  json_error_t why;
  ck_assert_ptr_nonnull(text);
  json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
  ck_assert_msg(value != NULL, "%s in %s", why.text, text);
  cxd_string_free(text);
  return value;
}

/* Names without ~ are all that the tests ask for. */
json_t *at(const json_t *document, const char *pointer) {
  json_t *found = NULL;
  char name[128];
  while (*pointer) {
    size_t len = strcspn(++pointer, "/");
    ck_assert_uint_lt(len, sizeof name);
    memcpy(name, pointer, len);
    name[len] = '\0';
    found = json_is_array(document) ? json_array_get(document, (size_t)strtoul(name, NULL, 10)) : json_object_get(document, name);
    document = found;
    pointer += len;
  }
  return found;
}

/* ------------------------------------------------------------------------ what became of it */

json_int_t puts_applied(const struct rig *rig) { return sim_number(&rig->sim, "applied_total"); }

json_int_t calls_of(const struct rig *rig) {
  json_t *document = sim_document(&rig->sim, SAMPLE_ID);
  json_int_t calls = json_integer_value(at(document, "/maxConcurrentCalls"));
  json_decref(document);
  return calls;
}

static const char *member_of(const cxd_result *result, const char *pointer, char out[256]) {
  json_t *json = json_of(cxd_result_to_json(result));
  char *text = at(json, pointer) ? json_dumps(at(json, pointer), JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
  (void)snprintf(out, 256, "%s", text ? text : "absent");
  free(text);
  json_decref(json);
  return out;
}

void ck_member(const cxd_result *result, const char *pointer, const char *wanted) {
  char found[256];
  ck_assert_msg(strcmp(member_of(result, pointer, found), wanted) == 0, "%s is %s", pointer, found);
}

static int32_t between(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  struct hook *hook = user_data;
  (void)change;
  (void)at_unix_ms;
  (void)report;
  if (!merged)
    return CXD_ACCEPTED;
  const char *members = hook->rounds < 8 ? hook->members[hook->rounds] : NULL;
  hook->rounds++;
  if (members)
    sim_change(hook->sim, SAMPLE_ID, members);
  if (hook->act)
    hook->act(hook->context);
  return CXD_ACCEPTED;
}

void hook_in(struct rig *rig, struct hook *hook) {
  cxd_validator *validator = NULL;
  cxd_rule rule = {.size = sizeof rule, .user_data = hook, .check = between};
  hook->sim = &rig->sim;
  cxd_updater_free(rig->updater);
  ck_assert_int_eq(cxd_validator_new(rig->config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(validator, &rule, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_new(rig->config, rig->client, validator, &rig->updater, NULL), CXD_OK);
  cxd_validator_free(validator);
}

size_t find_code(const cxd_report *report, const char *start) {
  for (size_t i = 0; i < cxd_report_count(report); i++)
    if (strncmp(cxd_report_code(report, i), start, strlen(start)) == 0)
      return i;
  return SIZE_MAX;
}

/* ------------------------------------------------------------------- the audit chain, by the written description */

#define HEX 64

static void from_hex(const char *hex, unsigned char out[32]) {
  for (size_t i = 0; i < 32; i++) {
    unsigned byte = 0;
    ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
    out[i] = (unsigned char)byte;
  }
}

static void big_endian(unsigned char *out, size_t bytes, uint64_t value) {
  for (size_t i = bytes; i-- > 0; value >>= 8)
    out[i] = (unsigned char)(value & 0xff);
}

/* SHA256("cxdialer.audit.v1\0" || prev || u64be(seq) || u32be(len) || line up to ,"prev") */
static void seal_of(const unsigned char prev[32], uint64_t seq, const char *line, size_t len, unsigned char out[32]) {
  static const char domain[] = "cxdialer.audit.v1";
  unsigned char numbers[12];
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  big_endian(numbers, 8, seq);
  big_endian(numbers + 8, 4, len);
  ck_assert_int_eq(EVP_DigestInit_ex(context, EVP_sha256(), NULL), 1);
  ck_assert_int_eq(EVP_DigestUpdate(context, domain, sizeof domain), 1);
  ck_assert_int_eq(EVP_DigestUpdate(context, prev, 32), 1);
  ck_assert_int_eq(EVP_DigestUpdate(context, numbers, sizeof numbers), 1);
  ck_assert_int_eq(EVP_DigestUpdate(context, line, len), 1);
  ck_assert_int_eq(EVP_DigestFinal_ex(context, out, NULL), 1);
  EVP_MD_CTX_free(context);
}

static void check_link(const char *line, size_t len, uint64_t seq, unsigned char last[32]) {
  static const char label[] = ",\"prev\":\"";
  size_t tail = sizeof label - 1 + HEX + 7 + HEX + 2;
  unsigned char prev[32], h[32], own[32];
  ck_assert_uint_gt(len, tail);
  size_t front = len - tail;
  ck_assert_msg(memcmp(line + front, label, sizeof label - 1) == 0, "%.*s", (int)len, line);
  from_hex(line + front + sizeof label - 1, prev);
  from_hex(line + len - 2 - HEX, h);
  seal_of(prev, seq, line, front, own);
  ck_assert_msg(memcmp(prev, last, 32) == 0, "record %d does not follow", (int)seq);
  ck_assert_msg(memcmp(own, h, 32) == 0, "record %d is not sealed", (int)seq);
  memcpy(last, h, 32);
}

json_t *chain_of(const char *text) {
  json_t *records = json_array();
  unsigned char last[32] = {0};
  while (*text) {
    size_t len = strcspn(text, "\n");
    ck_assert_msg(text[len] == '\n', "torn: %s", text);
    json_t *record = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(record != NULL, "%.*s", (int)len, text);
    ck_assert_int_eq(json_integer_value(json_object_get(record, "seq")), (json_int_t)json_array_size(records) + 1);
    check_link(text, len, json_array_size(records) + 1, last);
    ck_assert_int_eq(json_array_append_new(records, record), 0);
    text += len + 1;
  }
  return records;
}

json_t *audit_records(const char *path) {
  char *text = text_of_file(path);
  json_t *records = chain_of(text);
  free(text);
  return records;
}

json_t *without_passing(json_t *records) {
  static const char *const passing[] = {"attempt", "conflict", "token", "checkpoint", "clock"};
  for (size_t i = json_array_size(records); i-- > 0;)
    for (size_t k = 0; k < sizeof passing / sizeof *passing; k++)
      if (strcmp(kind_of(records, i), passing[k]) == 0) {
        (void)json_array_remove(records, i);
        break;
      }
  return records;
}

json_t *update_records(const char *path) { return without_passing(audit_records(path)); }

const char *kind_of(const json_t *records, size_t i) {
  const char *kind = json_string_value(json_object_get(json_array_get(records, i), "k"));
  return kind ? kind : "";
}

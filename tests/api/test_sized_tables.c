/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Tables of methods of every size, each ending where readable memory ends: what lies behind one is never looked at. */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cxdialer/cxdialer.h>

#include "run.h"

static int destroyed;
static void count(void *context) {
  (void)context;
  destroyed++;
}

static int32_t fetch(void *context, const cxd_token_request *request, cxd_token_sink *sink) { return context && request && sink ? CXD_ACCEPTED : 0; }
static int32_t append(void *context, const char *record, size_t len) { return context && record && len ? CXD_ACCEPTED : 0; }
static int32_t on_result(void *context, const cxd_result *result) { return context && result ? CXD_ACCEPTED : 0; }
static void write_line(void *context, int32_t level, const char *text, size_t len) { (void)context, (void)level, (void)text, (void)len; }
static int32_t check(void *context, const cxd_campaign *change, const cxd_campaign *merged, int64_t at, cxd_report *report) {
  (void)merged, (void)at;
  return context && change && cxd_report_add(report, CXD_SEVERITY_NOTE, "acme.seen", "", "seen") == CXD_OK ? CXD_ACCEPTED : 0;
}

/* ------------------------------------------------------------------ what tables are given to */

struct host {
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  cxd_updater *updater;
};

static struct host host_new(void) {
  struct host host = {0};
  ck_assert_int_eq(cxd_config_new(&host.config), CXD_OK);
  ck_assert_int_eq(cxd_config_set(host.config, "api.base_url", "https://localhost", NULL), CXD_OK);
  ck_assert_int_eq(cxd_client_new(host.config, &host.client, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_new(host.config, &host.validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_new(host.config, host.client, host.validator, &host.updater, NULL), CXD_OK);
  return host;
}

static void host_free(struct host *host) {
  cxd_updater_free(host->updater);
  cxd_validator_free(host->validator);
  cxd_client_free(host->client);
  cxd_config_free(host->config);
}

static cxd_status give_provider(struct host *host, const void *table, cxd_error **error) { return cxd_client_set_token_provider(host->client, table, error); }
static cxd_status give_log(struct host *host, const void *table, cxd_error **error) { return cxd_client_set_log(host->client, table, error); }
static cxd_status give_rule(struct host *host, const void *table, cxd_error **error) { return cxd_validator_add_rule(host->validator, table, error); }
static cxd_status give_logger(struct host *host, const void *table, cxd_error **error) { return cxd_updater_set_audit_logger(host->updater, table, error); }
static cxd_status give_callback(struct host *host, const void *table, cxd_error **error) { return cxd_updater_add_callback(host->updater, table, error); }

/* ------------------------------------------------------------------ the tables */

static const cxd_token_provider provider = {sizeof provider, &destroyed, count, fetch};
static const cxd_log log_table = {sizeof log_table, &destroyed, count, write_line};
static const cxd_rule rule = {sizeof rule, &destroyed, count, check};
static const cxd_audit_logger logger = {sizeof logger, &destroyed, count, append, NULL};
static const cxd_callback callback = {sizeof callback, &destroyed, count, on_result, NULL, NULL, NULL};

static const struct kind {
  const char *name;
  const void *table;
  size_t first, now; /* bytes of version 1, and of this one */
  cxd_status (*give)(struct host *host, const void *table, cxd_error **error);
} kinds[] = {
    {"cxd_token_provider", &provider, sizeof provider, sizeof provider, give_provider},
    {"cxd_log", &log_table, sizeof log_table, sizeof log_table, give_log},
    {"cxd_rule", &rule, sizeof rule, sizeof rule, give_rule},
    {"cxd_audit_logger", &logger, sizeof logger, sizeof logger, give_logger},
    {"cxd_callback", &callback, offsetof(cxd_callback, on_checkpoint), sizeof callback, give_callback},
};
#define KINDS (sizeof kinds / sizeof *kinds)
#define TO_DESTROY (offsetof(cxd_log, destroy) + sizeof log_table.destroy)

/* ------------------------------------------------------------------ places that end where the table does */

struct place {
  unsigned char *table, *mapped;
  size_t mapped_bytes;
};

/* Behind it is a page that nobody may touch. */
static struct place at_a_guard_page(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
  unsigned char *p = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(p, MAP_FAILED);
  ck_assert_int_eq(mprotect(p + whole, page, PROT_NONE), 0);
  return (struct place){p + whole - bytes, p, whole + page};
}

/* Behind it is what the address sanitizer watches. */
static struct place on_the_heap(size_t bytes) {
  unsigned char *p = calloc(1, bytes);
  ck_assert_ptr_nonnull(p);
  return (struct place){p, NULL, 0};
}

static struct place (*const places[])(size_t bytes) = {at_a_guard_page, on_the_heap};

static void leave(struct place *place) {
  if (place->mapped)
    (void)munmap(place->mapped, place->mapped_bytes);
  else
    free(place->table);
}

/* A table that says it has `size` bytes, in as many (its size must be readable); the byte at `set` is not zero. */
static struct place lay_out(const struct kind *kind, struct place (*in)(size_t), size_t size, size_t set) {
  size_t bytes = size < sizeof size ? sizeof size : size;
  struct place place = in(bytes);
  memcpy(place.table, kind->table, bytes < kind->now ? bytes : kind->now);
  memcpy(place.table, &size, sizeof size);
  if (set)
    place.table[set] = 1;
  return place;
}

/* Gives it away and takes the host down; how often destroy ran in both. */
static void try_size(const struct kind *kind, size_t size, size_t set, cxd_status expected) {
  int owed = size >= TO_DESTROY;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    cxd_error *error = NULL;
    struct host host = host_new();
    struct place place = lay_out(kind, places[i], size, set);
    destroyed = 0;
    cxd_status status = kind->give(&host, place.table, &error);
    leave(&place); /* it was copied */
    ck_assert_msg(status == expected, "%s of %zu bytes: %s", kind->name, size, cxd_status_name(status));
    ck_assert_int_eq(destroyed, status == CXD_OK ? 0 : owed);
    ck_assert(status == CXD_OK || strstr(cxd_error_message(error), kind->name));
    cxd_error_free(error);
    host_free(&host);
    ck_assert_int_eq(destroyed, owed);
  }
}

/* ------------------------------------------------------------------ tests */

START_TEST(version_1_is_taken) {
  for (size_t k = 0; k < KINDS; k++)
    try_size(&kinds[k], kinds[k].first, 0, CXD_OK);
}
END_TEST

START_TEST(shorter_than_version_1_is_refused) {
  for (size_t k = 0; k < KINDS; k++)
    for (size_t size = 0; size < kinds[k].first; size++)
      try_size(&kinds[k], size, 0, CXD_E_ABI);
}
END_TEST

START_TEST(every_size_from_version_1_to_the_present_is_taken) {
  for (size_t k = 0; k < KINDS; k++)
    for (size_t size = kinds[k].first; size <= kinds[k].now; size++)
      try_size(&kinds[k], size, 0, CXD_OK);
}
END_TEST

START_TEST(a_newer_one_that_uses_nothing_new_is_taken) {
  static const size_t more[] = {1, sizeof(void *), 5 * sizeof(void *), 5000};
  for (size_t k = 0; k < KINDS; k++)
    for (size_t i = 0; i < 4; i++)
      try_size(&kinds[k], kinds[k].now + more[i], 0, CXD_OK);
}
END_TEST

START_TEST(a_newer_one_that_uses_something_new_is_refused) {
  static const size_t more[] = {1, sizeof(void *), 5 * sizeof(void *), 5000};
  for (size_t k = 0; k < KINDS; k++)
    for (size_t i = 0; i < 4; i++) {
      try_size(&kinds[k], kinds[k].now + more[i], kinds[k].now, CXD_E_ABI);
      try_size(&kinds[k], kinds[k].now + more[i], kinds[k].now + more[i] - 1, CXD_E_ABI);
    }
}
END_TEST

START_TEST(an_old_table_works) {
  struct host host = host_new();
  struct place place = lay_out(&kinds[2], at_a_guard_page, kinds[2].first, 0);
  cxd_campaign *campaign = NULL;
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd_validator_add_rule(host.validator, (const cxd_rule *)(const void *)place.table, NULL), CXD_OK);
  leave(&place);
  ck_assert_int_eq(cxd_campaign_new("c-1", &campaign, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_check(host.validator, campaign, 1, &report, NULL), CXD_OK);
  ck_assert_uint_eq(cxd_report_count(report), 1);
  ck_assert_str_eq(cxd_report_code(report, 0), "acme.seen");
  cxd_report_free(report);
  cxd_campaign_free(campaign);
  host_free(&host);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sized_tables");
  TCase *t = tcase_create("sized_tables");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 120);
  tcase_add_test(t, version_1_is_taken);
  tcase_add_test(t, shorter_than_version_1_is_refused);
  tcase_add_test(t, every_size_from_version_1_to_the_present_is_taken);
  tcase_add_test(t, a_newer_one_that_uses_nothing_new_is_taken);
  tcase_add_test(t, a_newer_one_that_uses_something_new_is_refused);
  tcase_add_test(t, an_old_table_works);
  return run_suite(suite);
}

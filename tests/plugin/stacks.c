/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host whose threads have small stacks: stacks LIB URL HTTPS_URL CA_FILE AUDIT_LOG KIB
 * Each call is made by a thread of its own, on a painted stack with a guard page below it; what is no longer painted was used.
 */
#define _GNU_SOURCE /* MAP_STACK, pthread_attr_setstack */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host.h"

#define PAINT 0xa5

static struct lib lib;
static const char *path, *url, *https_url, *ca_file, *audit_log;

static void *do_nothing(void *context) { return context; }

static void *do_validate(void *context) {
  cxd_validator *validator = NULL;
  cxd_report *report = NULL;
  cxd_config *config = desk_config(&lib, url, NULL, NULL);
  cxd_campaign *change = desk_change(&lib, 0, 10);
  MUST(lib.cxd_validator_new(config, &validator, NULL) == CXD_OK);
  MUST(lib.cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, 0.1, NULL) == CXD_OK);
  MUST(lib.cxd_validator_check(validator, change, 0, &report, NULL) == CXD_OK);
  MUST(lib.cxd_validator_window(validator, "America/New_York", "US,US-FL", 0, NULL, NULL, NULL) == CXD_OK);
  lib.cxd_report_free(report);
  lib.cxd_validator_free(validator);
  lib.cxd_campaign_free(change);
  lib.cxd_config_free(config);
  return context;
}

static void plan(const char *where, const char *trust) {
  struct desk desk;
  cxd_result *result = NULL;
  desk_open(&desk, &lib, where, NULL, trust);
  cxd_campaign *change = desk_change(&lib, 0, 10);
  MUST(lib.cxd_updater_plan(desk.updater, change, &result, NULL) == CXD_OK);
  lib.cxd_result_free(result);
  lib.cxd_campaign_free(change);
  desk_close(&desk);
}

static void *do_plan(void *context) {
  plan(url, NULL);
  return context;
}

static void apply(const char *where, const char *trust, const char *audit) {
  struct desk desk;
  desk_open(&desk, &lib, where, audit, trust);
  MUST(desk_apply(&desk, 1, 20, NULL) == CXD_OK || desk_apply(&desk, 1, 30, NULL) == CXD_OK);
  MUST(desk_apply(&desk, 2, 499, NULL) == CXD_E_REJECTED);
  desk_close(&desk);
}

static void *do_apply_http(void *context) {
  apply(url, NULL, audit_log);
  return context;
}

static void *do_apply_https(void *context) {
  apply(https_url, ca_file, audit_log);
  return context;
}

/* The file of the system: some 140 certificates are read. The server's is not among them. */
static void *do_refuse_certificate(void *context) {
  struct desk desk;
  desk_open(&desk, &lib, https_url, NULL, NULL);
  MUST(desk_get(&desk, 0) == CXD_E_TLS);
  desk_close(&desk);
  return context;
}

static void *do_batch(void *context) {
  struct desk desk;
  desk_open(&desk, &lib, https_url, audit_log, ca_file);
  cxd_batch *batch = desk_batch(&desk, 8, 44);
  MUST(lib.cxd_batch_run(batch, NULL) == CXD_OK && lib.cxd_batch_failed(batch) == 0);
  lib.cxd_batch_free(batch);
  char *stats = lib.cxd_client_stats_json(desk.client);
  MUST(stats);
  lib.cxd_string_free(stats);
  desk_close(&desk);
  return context;
}

static void *do_recover(void *context) {
  struct desk desk;
  cxd_campaign_list *list = NULL;
  desk_open(&desk, &lib, url, audit_log, NULL);
  MUST(lib.cxd_updater_recover(desk.updater, NULL, NULL, NULL) == CXD_OK);
  MUST(lib.cxd_client_list(desk.client, NULL, &list, NULL) == CXD_OK);
  lib.cxd_campaign_list_free(list);
  desk_close(&desk);
  return context;
}

static void *do_verify(void *context) {
  MUST(lib.cxd_audit_verify(audit_log, NULL, NULL, NULL) == CXD_OK);
  return context;
}

static void *do_load(void *context) {
  lib_load(&lib, path, RTLD_NOW | RTLD_LOCAL);
  return context;
}

static void on_stack(const char *key, void *(*body)(void *), size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), untouched = 0;
  unsigned char *memory = mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0), *stack = memory + page;
  pthread_attr_t attributes;
  pthread_t thread;
  MUST(memory != MAP_FAILED && mprotect(memory, page, PROT_NONE) == 0);
  memset(stack, PAINT, size);
  MUST(pthread_attr_init(&attributes) == 0 && pthread_attr_setstack(&attributes, stack, size) == 0);
  MUST(pthread_create(&thread, &attributes, body, NULL) == 0 && pthread_join(thread, NULL) == 0);
  while (untouched < size && stack[untouched] == PAINT)
    untouched++;
  SAY(key, "%zu", size - untouched);
  MUST(pthread_attr_destroy(&attributes) == 0 && munmap(memory, page + size) == 0);
}

int main(int argc, char **argv) {
  MUST(argc == 7);
  size_t size = (size_t)atoi(argv[6]) * 1024;
  path = argv[1], url = argv[2], https_url = argv[3], ca_file = argv[4], audit_log = argv[5];
  on_stack("nothing", do_nothing, size);
  on_stack("load", do_load, size);
  on_stack("validate", do_validate, size);
  on_stack("plan", do_plan, size);
  on_stack("apply_http", do_apply_http, size);
  on_stack("apply_https", do_apply_https, size);
  on_stack("refuse_certificate", do_refuse_certificate, size);
  on_stack("batch_https", do_batch, size);
  on_stack("recover_and_list", do_recover, size);
  on_stack("verify", do_verify, size);
  return 0;
}

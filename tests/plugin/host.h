/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_PLUGIN_HOST_H
#define CXD_TESTS_PLUGIN_HOST_H

#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What the host programs of this folder share. A host is not linked with the library: it loads it, takes the calls below out of
 * it and prints what it saw, a "key=value" each line, for the test that started it to judge.
 */
#define HOST_CALLS(X) \
  X(cxd_version) X(cxd_error_status) X(cxd_error_message) X(cxd_error_server_code) X(cxd_error_free) \
  X(cxd_config_new) X(cxd_config_set) X(cxd_config_free) \
  X(cxd_campaign_new) X(cxd_campaign_set_int) X(cxd_campaign_set_real) X(cxd_campaign_get_real) X(cxd_campaign_to_json) X(cxd_campaign_free) \
  X(cxd_string_free) X(cxd_client_new) X(cxd_client_get) X(cxd_client_list) X(cxd_campaign_list_free) X(cxd_client_cancel) X(cxd_client_stats_json) X(cxd_client_free) \
  X(cxd_validator_new) X(cxd_validator_check) X(cxd_validator_window) X(cxd_validator_free) X(cxd_report_free) \
  X(cxd_updater_new) X(cxd_updater_plan) X(cxd_updater_apply) X(cxd_updater_recover) X(cxd_updater_free) \
  X(cxd_result_outcome) X(cxd_result_diff_json) X(cxd_result_free) \
  X(cxd_batch_new) X(cxd_batch_add) X(cxd_batch_run) X(cxd_batch_process) X(cxd_batch_fd) X(cxd_batch_timeout_ms) X(cxd_batch_in_flight) \
  X(cxd_batch_failed) X(cxd_batch_done) X(cxd_batch_cancel) X(cxd_batch_free) X(cxd_audit_verify)

struct lib {
  void *handle;
#define HOST_MEMBER(name) __typeof__(name) *name;
  HOST_CALLS(HOST_MEMBER)
#undef HOST_MEMBER
};

/* Says where and why, and ends the host with 1. */
#define MUST(condition) ((condition) ? (void)0 : host_failed(__FILE__, __LINE__, #condition))
_Noreturn void host_failed(const char *file, int line, const char *what);

#define SAY(key, form, ...) ((void)printf("%s=" form "\n", key, __VA_ARGS__), (void)fflush(stdout))

void lib_load(struct lib *lib, const char *path, int mode);
void lib_unload(struct lib *lib);

/* A client with an updater. audit and ca_file: NULL for none. */
struct desk {
  const struct lib *lib;
  cxd_config *config;
  cxd_client *client;
  cxd_updater *updater;
};

cxd_config *desk_config(const struct lib *lib, const char *url, const char *audit, const char *ca_file);
void desk_open(struct desk *desk, const struct lib *lib, const char *url, const char *audit, const char *ca_file);
void desk_close(struct desk *desk);

/* Campaigns of the simulator are "c-0", "c-1", ...: its file has to have them. */
cxd_campaign *desk_change(const struct lib *lib, int campaign, int calls);
cxd_status desk_apply(const struct desk *desk, int campaign, int calls, int32_t *outcome); /* outcome: NULL if not wanted */
cxd_status desk_get(const struct desk *desk, int campaign);

/* A batch of so many updates of different campaigns, with the first requests on their way. */
cxd_batch *desk_batch(const struct desk *desk, int count, int calls);
void batch_begin(const struct lib *lib, cxd_batch *batch);
void batch_step(const struct lib *lib, cxd_batch *batch);   /* waits for its descriptor, once */
void batch_finish(const struct lib *lib, cxd_batch *batch); /* all updates end well */

/* Of the process. */
int open_descriptors(void);
long resident_kib(void);
size_t heap_in_use(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* dlfcn, mallinfo2 */
#include "host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void host_failed(const char *file, int line, const char *what) {
  (void)fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  (void)fflush(NULL);
  _exit(1);
}

/* ISO C knows no way from an object pointer to a function; POSIX says that the bits are the same. */
static void take(const struct lib *lib, const char *name, void *place, size_t size) {
  void *found = dlsym(lib->handle, name);
  if (!found)
    (void)fprintf(stderr, "%s\n", dlerror());
  MUST(found);
  MUST(size == sizeof found);
  memcpy(place, &found, size);
}

void lib_load(struct lib *lib, const char *path, int mode) {
  lib->handle = dlopen(path, mode);
  if (!lib->handle)
    (void)fprintf(stderr, "%s\n", dlerror());
  MUST(lib->handle);
#define HOST_TAKE(name) take(lib, #name, &lib->name, sizeof lib->name);
  HOST_CALLS(HOST_TAKE)
#undef HOST_TAKE
}

void lib_unload(struct lib *lib) {
  MUST(dlclose(lib->handle) == 0);
  lib->handle = NULL;
}

/* ---------------------------------------------------------------- the desk */

static void set(const struct lib *lib, cxd_config *config, const char *key, const char *value) { MUST(lib->cxd_config_set(config, key, value, NULL) == CXD_OK); }

cxd_config *desk_config(const struct lib *lib, const char *url, const char *audit, const char *ca_file) {
  cxd_config *config = NULL;
  MUST(lib->cxd_config_new(&config) == CXD_OK);
  set(lib, config, "api.base_url", url);
  set(lib, config, "auth.client_id", "demo-client");
  set(lib, config, "auth.client_secret", "demo-secret");
  set(lib, config, "rate.limit", "0");
  set(lib, config, "retry.base_ms", "1");
  set(lib, config, "retry.cap_ms", "1");
  set(lib, config, "validate.jurisdiction", "UNRESTRICTED");
  set(lib, config, "audit.mode", audit ? "required" : "off");
  if (audit)
    set(lib, config, "audit.path", audit);
  if (ca_file)
    set(lib, config, "http.ca_file", ca_file);
  return config;
}

void desk_open(struct desk *desk, const struct lib *lib, const char *url, const char *audit, const char *ca_file) {
  *desk = (struct desk){.lib = lib, .config = desk_config(lib, url, audit, ca_file)};
  MUST(lib->cxd_client_new(desk->config, &desk->client, NULL) == CXD_OK);
  MUST(lib->cxd_updater_new(desk->config, desk->client, NULL, &desk->updater, NULL) == CXD_OK);
}

void desk_close(struct desk *desk) {
  desk->lib->cxd_updater_free(desk->updater);
  desk->lib->cxd_client_free(desk->client);
  desk->lib->cxd_config_free(desk->config);
  *desk = (struct desk){0};
}

cxd_campaign *desk_change(const struct lib *lib, int campaign, int calls) {
  char id[32];
  cxd_campaign *change = NULL;
  (void)snprintf(id, sizeof id, "c-%d", campaign);
  MUST(lib->cxd_campaign_new(id, &change, NULL) == CXD_OK);
  MUST(lib->cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, calls, NULL) == CXD_OK);
  return change;
}

static void explain(const struct lib *lib, cxd_error *error) {
  if (error && getenv("CXDIALER_HOST_EXPLAINS"))
    (void)fprintf(stderr, "%d: %s\n", lib->cxd_error_status(error), lib->cxd_error_message(error));
  lib->cxd_error_free(error);
}

cxd_status desk_apply(const struct desk *desk, int campaign, int calls, int32_t *outcome) {
  cxd_campaign *change = desk_change(desk->lib, campaign, calls);
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status status = desk->lib->cxd_updater_apply(desk->updater, change, &result, &error);
  if (outcome)
    *outcome = desk->lib->cxd_result_outcome(result);
  explain(desk->lib, error);
  desk->lib->cxd_result_free(result);
  desk->lib->cxd_campaign_free(change);
  return status;
}

cxd_status desk_get(const struct desk *desk, int campaign) {
  char id[32];
  cxd_campaign *got = NULL;
  cxd_error *error = NULL;
  (void)snprintf(id, sizeof id, "c-%d", campaign);
  cxd_status status = desk->lib->cxd_client_get(desk->client, id, &got, &error);
  explain(desk->lib, error);
  desk->lib->cxd_campaign_free(got);
  return status;
}

/* ------------------------------------------------------------------- batch */

cxd_batch *desk_batch(const struct desk *desk, int count, int calls) {
  cxd_batch *batch = NULL;
  MUST(desk->lib->cxd_batch_new(desk->updater, &batch, NULL) == CXD_OK);
  for (int i = 0; i < count; i++) {
    cxd_campaign *change = desk_change(desk->lib, i, calls);
    MUST(desk->lib->cxd_batch_add(batch, change, NULL) == CXD_OK);
    desk->lib->cxd_campaign_free(change);
  }
  return batch;
}

static void process(const struct lib *lib, cxd_batch *batch, int32_t *remaining) { MUST(lib->cxd_batch_process(batch, remaining, NULL) == CXD_OK); }

void batch_begin(const struct lib *lib, cxd_batch *batch) {
  int32_t remaining = 0;
  process(lib, batch, &remaining);
  MUST(remaining > 0 && lib->cxd_batch_in_flight(batch) > 0);
}

void batch_step(const struct lib *lib, cxd_batch *batch) {
  int64_t ms = lib->cxd_batch_timeout_ms(batch);
  struct pollfd fd = {.fd = lib->cxd_batch_fd(batch), .events = POLLIN};
  MUST(fd.fd >= 0);
  (void)poll(&fd, 1, ms < 0 || ms > 1000 ? 1000 : (int)ms);
}

void batch_finish(const struct lib *lib, cxd_batch *batch) {
  int32_t remaining = 1;
  for (process(lib, batch, &remaining); remaining; process(lib, batch, &remaining))
    batch_step(lib, batch);
  MUST(lib->cxd_batch_failed(batch) == 0);
}

/* ------------------------------------------------------------- the process */

int open_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  int count = -3; /* ".", ".." and the directory itself */
  MUST(directory);
  while (readdir(directory))
    count++;
  (void)closedir(directory);
  return count;
}

long resident_kib(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  MUST(file && fscanf(file, "%*d %ld", &pages) == 1);
  (void)fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

size_t heap_in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

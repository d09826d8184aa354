/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Two copies of the library in one process, each from a file of its own: versions LIB_A LIB_B URL MODE
 * MODE "global": the first is in the global scope, as in a host that is linked with it.
 */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "host.h"

#define UPDATES 20
#define DESKS 4 /* each with a thread; in turn of the one and the other library */

static const char *home_of(const void *address) {
  Dl_info info;
  MUST(dladdr(address, &info));
  return info.dli_fname;
}

static void *update(void *context) {
  const struct desk *desk = context;
  for (int i = 0; i < UPDATES; i++)
    (void)desk_apply(desk, i % 16, 10 + i, NULL);
  return NULL;
}

/* Conflicts between the two are between them and the server; what counts is that each goes on to the end. */
static void both_at_once(struct desk desks[DESKS]) {
  pthread_t threads[DESKS];
  for (int i = 0; i < DESKS; i++)
    MUST(pthread_create(&threads[i], NULL, update, &desks[i]) == 0);
  for (int i = 0; i < DESKS; i++)
    MUST(pthread_join(threads[i], NULL) == 0);
  for (int i = 0; i < 2; i++)
    MUST(desk_apply(&desks[i], i, 300 + i, NULL) == CXD_OK);
}

/* Errors are made by one and read by the same: a call of its own that went astray would find a foreign object. */
static void errors_stay_home(const struct lib *lib, const char *key) {
  cxd_config *config = NULL;
  cxd_error *error = NULL;
  MUST(lib->cxd_config_new(&config) == CXD_OK);
  MUST(lib->cxd_config_set(config, "no.such.key", "1", &error) == CXD_E_CONFIG);
  SAY(key, "%s", lib->cxd_error_message(error));
  lib->cxd_error_free(error);
  lib->cxd_config_free(config);
}

static void handles_of_the_other(struct desk desks[DESKS]) {
  const struct lib *b = desks[1].lib;
  cxd_campaign *got = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = desk_change(desks[0].lib, 0, 1);
  cxd_result *result = NULL;
  SAY("foreign_client", "%d", b->cxd_client_get(desks[0].client, "c-0", &got, NULL));
  SAY("foreign_config", "%d", b->cxd_updater_new(desks[0].config, desks[1].client, NULL, &updater, NULL));
  SAY("foreign_updater", "%d", b->cxd_updater_plan(desks[0].updater, change, &result, NULL));
  SAY("foreign_campaign", "%d", b->cxd_updater_plan(desks[1].updater, change, &result, NULL));
  b->cxd_campaign_free(change); /* does nothing */
  desks[0].lib->cxd_campaign_free(change);
}

int main(int argc, char **argv) {
  struct lib libs[2];
  struct desk desks[DESKS];
  MUST(argc == 5);
  lib_load(&libs[0], argv[1], RTLD_NOW | (strcmp(argv[4], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL));
  lib_load(&libs[1], argv[2], RTLD_NOW | RTLD_LOCAL);
  MUST(libs[0].handle != libs[1].handle);
  SAY("version_a", "%s", libs[0].cxd_version());
  SAY("version_b", "%s", libs[1].cxd_version());
  SAY("home_a", "%s", home_of(libs[0].cxd_version()));
  SAY("home_b", "%s", home_of(libs[1].cxd_version()));
  for (int i = 0; i < DESKS; i++)
    desk_open(&desks[i], &libs[i % 2], argv[3], NULL, NULL);
  both_at_once(desks);
  errors_stay_home(&libs[0], "error_a");
  errors_stay_home(&libs[1], "error_b");
  handles_of_the_other(desks);
  for (int i = 0; i < DESKS; i++)
    desk_close(&desks[i]);
  for (int i = 0; i < 2; i++)
    lib_unload(&libs[i]);
  return 0;
}

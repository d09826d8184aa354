/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host that has no need of libcxdialer until it runs: the library is loaded with dlopen, and none of its symbols, nor those of libcurl
 * and jansson behind it, get in the way of the host's own.
 *   plugin_host LIBRARY CALLS CAMPAIGN          (LIBRARY: libcxdialer.so.1, or a path)
 * The connection comes from CXDIALER_... variables. Compiled with --cflags of the package only.
 */
#include <cxdialer/cxdialer.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define FUNCTIONS(F)                                                                                                                                 \
  F(version) F(status_name) F(error_status) F(error_message) F(error_free) F(config_new) F(config_load_env) F(config_free) F(client_new) F(client_free) \
  F(updater_new) F(updater_apply) F(updater_free) F(campaign_new) F(campaign_set_int) F(campaign_free) F(result_outcome_name) F(result_free)

/* A pointer for each function, with the type that the header gives it. */
static struct {
#define POINTER(name) __typeof__(&cxd_##name) name;
  FUNCTIONS(POINTER)
} cxd;

static const struct {
  const char *name;
  void *to;
} table[] = {
#define ROW(name) {"cxd_" #name, &cxd.name},
    FUNCTIONS(ROW)};

static int load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; library && i < sizeof table / sizeof *table; i++)
    if (!(*(void **)table[i].to = dlsym(library, table[i].name)))
      library = NULL; /* an older one: dlerror() has the name */
  if (!library)
    fprintf(stderr, "%s\n", dlerror());
  return library != NULL;
}

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  if (argc < 4 || !load(argv[1]))
    return 2;
  printf("loaded %s\n", cxd.version());
  if (cxd.config_new(&config) == CXD_OK && cxd.config_load_env(config, &error) == CXD_OK && cxd.client_new(config, &client, &error) == CXD_OK &&
      cxd.updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd.campaign_new(argv[3], &change, &error) == CXD_OK &&
      cxd.campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, atoi(argv[2]), &error) == CXD_OK && cxd.updater_apply(updater, change, &result, &error) == CXD_OK)
    printf("%s: %s\n", argv[3], cxd.result_outcome_name(result));
  else
    fprintf(stderr, "%s: %s\n", cxd.status_name(cxd.error_status(error)), cxd.error_message(error));
  int failed = error != NULL;
  cxd.error_free(error), cxd.result_free(result), cxd.campaign_free(change), cxd.updater_free(updater), cxd.client_free(client), cxd.config_free(config);
  return failed;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, in one call that blocks, and says how far it is.
 *   batch CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>

/* One item for each campaign on the command line. A batch takes their JSON as text and parses it when its turn comes. */
static cxd_status fill(cxd_batch *batch, int count, char **arguments, cxd_error **error) {
  cxd_status status = CXD_OK;
  for (int i = 2; i < count && status == CXD_OK; i++) {
    char json[256];
    int len = snprintf(json, sizeof json, "{\"id\":\"%s\",\"maxConcurrentCalls\":%d}", arguments[i], atoi(arguments[1]));
    status = cxd_batch_add_json(batch, json, len < (int)sizeof json ? (size_t)len : sizeof json - 1, error);
  }
  return status;
}

/* Results have the numbers of the items; 1: all are as wanted. */
static int report(cxd_batch *batch) {
  for (size_t i = 0; i < cxd_batch_count(batch); i++) {
    const cxd_result *result = cxd_batch_result(batch, i);
    printf("%s: %s\n", cxd_result_campaign_id(result), cxd_result_outcome_name(result));
  }
  return cxd_batch_failed(batch) == 0;
}

/* Runs inside cxd_batch_run(), after one or more items have ended. Anything but CXD_ACCEPTED: no more items are begun. */
static int32_t on_progress(void *user_data, size_t done, size_t total) {
  (void)user_data;
  fprintf(stderr, "%zu of %zu\n", done, total);
  return CXD_ACCEPTED;
}

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_batch *batch = NULL;
  cxd_error *error = NULL;
  cxd_callback callback = {.size = sizeof callback, .on_progress = on_progress};

  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_updater_add_callback(updater, &callback, &error) == CXD_OK &&
      cxd_batch_new(updater, &batch, &error) == CXD_OK && fill(batch, argc, argv, &error) == CXD_OK)
    (void)cxd_batch_run(batch, &error);
  int good = !error && report(batch);
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  cxd_error_free(error), cxd_batch_free(batch), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return !good;
}

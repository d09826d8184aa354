/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, in a loop of its own with poll(2).
 *   batch_poll CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <poll.h>
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

/* Wait for the descriptor, at most as long as the batch says, then process: that is all there is to it. */
static void loop(cxd_batch *batch, cxd_error **error) {
  struct pollfd wait = {.fd = cxd_batch_fd(batch), .events = POLLIN}; /* stays the same; -1, which poll ignores: process says why */
  int32_t remaining = 1;
  while (remaining) {
    int64_t ms = cxd_batch_timeout_ms(batch); /* ask again before each wait */
    (void)poll(&wait, 1, ms > 3600000 ? 3600000 : (int)ms); /* a signal that ends it early does no harm */
    if (cxd_batch_process(batch, &remaining, error) != CXD_OK)
      break;
  }
}

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_batch *batch = NULL;
  cxd_error *error = NULL;
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_batch_new(updater, &batch, &error) == CXD_OK && fill(batch, argc, argv, &error) == CXD_OK)
    loop(batch, &error);
  int good = !error && report(batch);
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  cxd_error_free(error), cxd_batch_free(batch), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return !good;
}

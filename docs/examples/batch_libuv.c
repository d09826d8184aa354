/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, as one of the things a libuv loop does.
 *   batch_libuv CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#define _GNU_SOURCE /* uv.h */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

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

/* A batch in a loop: its descriptor and its next time-out, each of which leads to process. */
struct driver {
  cxd_batch *batch;
  cxd_error **error;
  uv_poll_t poll;
  uv_timer_t timer;
};

static void on_timer(uv_timer_t *timer);

/* The time-out changes with each step: it is set anew. -1: only the network can bring something. */
static void wait_for_timer(struct driver *driver) {
  int64_t ms = cxd_batch_timeout_ms(driver->batch);
  if (ms < 0)
    uv_timer_stop(&driver->timer);
  else
    uv_timer_start(&driver->timer, on_timer, (uint64_t)ms, 0);
}

static void process(struct driver *driver) {
  int32_t remaining = 0;
  if (cxd_batch_process(driver->batch, &remaining, driver->error) == CXD_OK && remaining) {
    wait_for_timer(driver);
    return;
  }
  uv_close((uv_handle_t *)&driver->poll, NULL); /* with nothing left to watch uv_run() returns */
  uv_close((uv_handle_t *)&driver->timer, NULL);
}

static void on_timer(uv_timer_t *timer) { process(timer->data); }

static void on_readable(uv_poll_t *poll, int status, int events) {
  (void)status, (void)events; /* whatever it was: process finds out */
  process(poll->data);
}

static void loop(cxd_batch *batch, cxd_error **error) {
  struct driver driver = {.batch = batch, .error = error};
  driver.poll.data = driver.timer.data = &driver;
  if (cxd_batch_fd(batch) < 0) { /* process says why */
    (void)cxd_batch_process(batch, NULL, error);
    return;
  }
  uv_poll_init(uv_default_loop(), &driver.poll, cxd_batch_fd(batch));
  uv_timer_init(uv_default_loop(), &driver.timer);
  uv_poll_start(&driver.poll, UV_READABLE, on_readable);
  wait_for_timer(&driver);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  uv_loop_close(uv_default_loop());
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

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, as one of the things a libuv loop does: batch_libuv CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#define _GNU_SOURCE /* uv.h */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static cxd_batch *batch;
static cxd_error *error;
static uv_poll_t readable; /* its descriptor, */
static uv_timer_t timer;   /* and its next time-out: each leads to process */

/* One item for each campaign on the command line. A batch takes their JSON as text and parses it when its turn comes. */
static cxd_status fill(int count, char **arguments) {
  cxd_status status = CXD_OK;
  for (int i = 2; i < count && status == CXD_OK; i++) {
    char json[256];
    int len = snprintf(json, sizeof json, "{\"id\":\"%s\",\"maxConcurrentCalls\":%d}", arguments[i], atoi(arguments[1]));
    status = cxd_batch_add_json(batch, json, len < (int)sizeof json ? (size_t)len : sizeof json - 1, &error);
  }
  return status;
}

static void process(void);

static void on_timer(uv_timer_t *handle) { (void)handle, process(); }

static void on_readable(uv_poll_t *handle, int status, int events) { (void)handle, (void)status, (void)events, process(); }

/* The time-out changes with each step: it is set anew. -1: only the network can bring something. */
static void wait_for_timer(void) {
  int64_t ms = cxd_batch_timeout_ms(batch);
  (void)(ms < 0 ? uv_timer_stop(&timer) : uv_timer_start(&timer, on_timer, (uint64_t)ms, 0));
}

static void process(void) {
  int32_t remaining = 0;
  if (cxd_batch_process(batch, &remaining, &error) == CXD_OK && remaining) {
    wait_for_timer();
    return;
  }
  uv_close((uv_handle_t *)&readable, NULL); /* with nothing left to watch uv_run() returns */
  uv_close((uv_handle_t *)&timer, NULL);
}

static void loop(void) {
  if (cxd_batch_fd(batch) < 0) { /* process says why */
    (void)cxd_batch_process(batch, NULL, &error);
    return;
  }
  uv_poll_init(uv_default_loop(), &readable, cxd_batch_fd(batch));
  uv_timer_init(uv_default_loop(), &timer);
  uv_poll_start(&readable, UV_READABLE, on_readable);
  wait_for_timer();
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  uv_loop_close(uv_default_loop());
}

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_batch_new(updater, &batch, &error) == CXD_OK && fill(argc, argv) == CXD_OK)
    loop();
  int failed = error || cxd_batch_failed(batch);
  for (size_t i = 0; !error && i < cxd_batch_count(batch); i++)
    printf("%s: %s\n", cxd_result_campaign_id(cxd_batch_result(batch, i)), cxd_result_outcome_name(cxd_batch_result(batch, i)));
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  cxd_error_free(error), cxd_batch_free(batch), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return failed;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, as one of the things a GLib main loop does.
 *   batch_glib CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <glib-unix.h>
#include <glib.h>
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

/* A batch in a main loop: its descriptor and its next time-out, each of which leads to process. */
struct driver {
  cxd_batch *batch;
  cxd_error **error;
  GMainLoop *loop;
  guint timer; /* 0: none */
};

static gboolean on_timer(gpointer data);

/* The time-out changes with each step: it is set anew. -1: only the network can bring something. */
static void wait_for_timer(struct driver *driver) {
  int64_t ms = cxd_batch_timeout_ms(driver->batch);
  if (driver->timer)
    g_source_remove(driver->timer);
  driver->timer = ms < 0 ? 0 : g_timeout_add((guint)(ms > 3600000 ? 3600000 : ms), on_timer, driver);
}

static void process(struct driver *driver) {
  int32_t remaining = 0;
  if (cxd_batch_process(driver->batch, &remaining, driver->error) == CXD_OK && remaining)
    wait_for_timer(driver);
  else
    g_main_loop_quit(driver->loop);
}

static gboolean on_timer(gpointer data) {
  struct driver *driver = data;
  driver->timer = 0; /* it removes itself */
  process(driver);
  return G_SOURCE_REMOVE;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data) {
  (void)fd, (void)condition; /* whatever it was: process finds out */
  process(data);
  return G_SOURCE_CONTINUE;
}

static void loop(cxd_batch *batch, cxd_error **error) {
  struct driver driver = {.batch = batch, .error = error};
  if (cxd_batch_fd(batch) < 0) { /* process says why */
    (void)cxd_batch_process(batch, NULL, error);
    return;
  }
  driver.loop = g_main_loop_new(NULL, FALSE);
  guint watch = g_unix_fd_add(cxd_batch_fd(batch), G_IO_IN, on_readable, &driver);
  wait_for_timer(&driver);
  g_main_loop_run(driver.loop);
  g_source_remove(watch);
  if (driver.timer)
    g_source_remove(driver.timer);
  g_main_loop_unref(driver.loop);
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

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, as one of the things a GLib main loop does: batch_glib CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

static cxd_batch *batch;
static cxd_error *error;
static GMainLoop *main_loop;
static guint timer; /* 0: none */

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

static gboolean on_timer(gpointer data) {
  (void)data, timer = 0; /* it removes itself */
  process();
  return G_SOURCE_REMOVE;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer data) {
  (void)fd, (void)condition, (void)data; /* whatever it was: process finds out */
  process();
  return G_SOURCE_CONTINUE;
}

/* The time-out changes with each step: it is set anew. -1: only the network can bring something. */
static void process(void) {
  int32_t remaining = 0;
  if (cxd_batch_process(batch, &remaining, &error) != CXD_OK || !remaining)
    g_main_loop_quit(main_loop);
  int64_t ms = cxd_batch_timeout_ms(batch);
  if (timer)
    g_source_remove(timer);
  timer = ms < 0 ? 0 : g_timeout_add((guint)(ms > 3600000 ? 3600000 : ms), on_timer, NULL);
}

static void loop(void) {
  main_loop = g_main_loop_new(NULL, FALSE);
  guint watch = cxd_batch_fd(batch) < 0 ? 0 : g_unix_fd_add(cxd_batch_fd(batch), G_IO_IN, on_readable, NULL); /* -1: process says why */
  timer = g_timeout_add(0, on_timer, NULL);
  g_main_loop_run(main_loop);
  (void)(watch && g_source_remove(watch)), (void)(timer && g_source_remove(timer));
  g_main_loop_unref(main_loop);
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

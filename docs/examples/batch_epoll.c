/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows many campaigns down at once, with two batches in one epoll(7) loop: batch_epoll CALLS CAMPAIGN...
 * Every second campaign goes to the second batch. The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCHES 2

/* One item for each campaign on the command line. */
static cxd_status fill(cxd_batch *const batches[], int count, char **arguments, cxd_error **error) {
  cxd_status status = CXD_OK;
  for (int i = 2; i < count && status == CXD_OK; i++) {
    char json[256];
    int len = snprintf(json, sizeof json, "{\"id\":\"%s\",\"maxConcurrentCalls\":%d}", arguments[i], atoi(arguments[1]));
    status = cxd_batch_add_json(batches[i % BATCHES], json, len < (int)sizeof json ? (size_t)len : sizeof json - 1, error);
  }
  return status;
}

/* Results have the numbers of the items; 1: all are as wanted. */
static int report(cxd_batch *batch) {
  for (size_t i = 0; i < cxd_batch_count(batch); i++)
    printf("%s: %s\n", cxd_result_campaign_id(cxd_batch_result(batch, i)), cxd_result_outcome_name(cxd_batch_result(batch, i)));
  return cxd_batch_failed(batch) == 0;
}

/* The shortest of their waits; -1: they wait for the network only. */
static int shortest_wait(cxd_batch *const batches[]) {
  int64_t least = -1;
  for (int i = 0; i < BATCHES; i++) {
    int64_t ms = cxd_batch_timeout_ms(batches[i]);
    least = ms >= 0 && (least < 0 || ms < least) ? ms : least;
  }
  return least > 3600000 ? 3600000 : (int)least;
}

/* To process a batch that has nothing to do costs next to nothing: which one woke up need not be found out. */
static void loop(cxd_batch *const batches[], cxd_error **error) {
  struct epoll_event events[BATCHES] = {{.events = EPOLLIN}};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < BATCHES; i++) /* a descriptor is the same until its batch is freed; without one process says why */
    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, cxd_batch_fd(batches[i]), &events[0]);
  cxd_status status = CXD_OK;
  for (int32_t remaining = 1, one; remaining && status == CXD_OK;) {
    (void)epoll_wait(epoll, events, BATCHES, shortest_wait(batches));
    remaining = 0;
    for (int i = 0; i < BATCHES && status == CXD_OK; i++, remaining += one)
      status = cxd_batch_process(batches[i], &one, error);
  }
  (void)close(epoll);
}

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_batch *batches[BATCHES] = {NULL};
  cxd_error *error = NULL;
  int good = 1;
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_batch_new(updater, &batches[0], &error) == CXD_OK &&
      cxd_batch_new(updater, &batches[1], &error) == CXD_OK && fill(batches, argc, argv, &error) == CXD_OK)
    loop(batches, &error);
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  for (int i = 0; i < BATCHES; i++) {
    good &= !error && report(batches[i]);
    cxd_batch_free(batches[i]);
  }
  cxd_error_free(error), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return !good;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "flight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct flight_worker *flight_me;

void flight_open(struct flight *flight, const char *const settings[]) {
  char dir[128];
  memset(flight, 0, sizeof *flight);
  token_gate_start(&flight->gate, NULL);
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, FLIGHT_THREADS + 1);
  rig_open(&flight->rig, LIST("--campaigns", path, "--rate", "0"), settings);
  free(path);
  scratch_close(dir);
  flight->gate.token = flight->token = sim_token(&flight->rig.sim, "campaign:write");
  set(flight->rig.config, "auth.token_url", flight->gate.url);
  cxd_updater_free(flight->rig.updater);
  cxd_client_free(flight->rig.client);
  flight->rig.client = client_of(flight->rig.config);
  flight->rig.updater = NULL;
}

void flight_close(struct flight *flight) {
  flight_free_updaters(flight);
  for (size_t i = 0; i < FLIGHT_THREADS; i++)
    cxd_result_free(flight->workers[i].result);
  rig_close(&flight->rig);
  token_gate_stop(&flight->gate);
  free(flight->token);
}

static void *update(void *context) {
  struct flight_worker *worker = context;
  cxd_campaign *change = NULL;
  char id[32];
  flight_me = worker;
  parked_watch(&worker->parked);
  (void)snprintf(id, sizeof id, "c-%zu", worker->number);
  (void)cxd_campaign_new(id, &change, NULL);
  (void)cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 151, NULL);
  worker->status = cxd_updater_apply(worker->updater, change, &worker->result, NULL);
  cxd_campaign_free(change);
  parked_watch(NULL);
  flight_me = NULL;
  return NULL;
}

void flight_start_one(struct flight *flight, size_t i) {
  struct flight_worker *worker = &flight->workers[i];
  worker->flight = flight;
  worker->number = i;
  if (!worker->updater)
    worker->updater = updater_of(flight->rig.config, flight->rig.client);
  ck_assert_int_eq(pthread_create(&worker->thread, NULL, update, worker), 0);
}

void flight_start_rest(struct flight *flight, size_t from) {
  for (size_t i = from; i < FLIGHT_THREADS; i++)
    flight_start_one(flight, i);
  for (size_t i = from; i < FLIGHT_THREADS; i++)
    parked_await(&flight->workers[i].parked, 0);
}

void flight_join_one(struct flight *flight, size_t i) { ck_assert_int_eq(pthread_join(flight->workers[i].thread, NULL), 0); }

void flight_join_all(struct flight *flight) {
  for (size_t i = 0; i < FLIGHT_THREADS; i++)
    flight_join_one(flight, i);
}

void flight_free_updaters(struct flight *flight) {
  for (size_t i = 0; i < FLIGHT_THREADS; i++) {
    cxd_updater_free(flight->workers[i].updater);
    flight->workers[i].updater = NULL;
  }
}

size_t flight_count(const struct flight *flight, cxd_status status, int32_t outcome) {
  size_t count = 0;
  for (size_t i = 0; i < FLIGHT_THREADS; i++)
    count += flight->workers[i].status == status && cxd_result_outcome(flight->workers[i].result) == outcome;
  return count;
}

void flight_ck_applied(struct flight *flight, size_t count) {
  for (size_t i = 0; i < FLIGHT_THREADS; i++)
    if (flight->workers[i].status != CXD_OK && flight->workers[i].status != CXD_E_CANCELLED)
      ck_abort_msg("%zu: %s: %s", i, cxd_status_name(flight->workers[i].status), cxd_error_message(cxd_result_error(flight->workers[i].result)));
  ck_assert_uint_eq(flight_count(flight, CXD_OK, CXD_OUTCOME_APPLIED), count);
  ck_assert_uint_eq(flight_count(flight, CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED), FLIGHT_THREADS - count);
}

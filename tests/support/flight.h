/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_FLIGHT_H
#define CXD_TESTS_FLIGHT_H

#include <pthread.h>
#include <stdatomic.h>

#include "parked.h"
#include "rig.h"
#include "token_gate.h"

/* Sixteen threads on one client of a simulator, each with an updater and a campaign of its own, and a token endpoint that waits for the test. */
#define FLIGHT_THREADS 16

struct flight_worker {
  struct flight *flight;
  size_t number;
  pthread_t thread;
  struct parked parked;
  cxd_updater *updater;
  cxd_status status;
  cxd_result *result;
};

struct flight {
  struct rig rig; /* without an updater */
  struct token_gate gate;
  char *token;    /* good at the simulator */
  struct flight_worker workers[FLIGHT_THREADS];
};

extern _Thread_local struct flight_worker *flight_me; /* in a method of the host: whose call it is; NULL: another thread's */

void flight_open(struct flight *flight, const char *const settings[]); /* one campaign more than there are threads */
void flight_close(struct flight *flight);

void flight_start_one(struct flight *flight, size_t i);
void flight_start_rest(struct flight *flight, size_t from); /* and waits until they are asleep */
void flight_join_one(struct flight *flight, size_t i);
void flight_join_all(struct flight *flight);
void flight_free_updaters(struct flight *flight);

size_t flight_count(const struct flight *flight, cxd_status status, int32_t outcome);
void flight_ck_applied(struct flight *flight, size_t count); /* so many; the others were cancelled */

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Many threads, few campaigns, one client with a quota: what the results say and what the server saw is the same. */
#define _GNU_SOURCE /* pthread_barrier_t */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "run.h"

#define THREADS 32
#define UPDATES 20
#define CAMPAIGN_COUNT 8
#define LIMIT 200
#define WINDOW_MS 250
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number

struct tally {
  size_t applied, unchanged, conflicts, others, ended;
  int64_t sends, attempts;
};

struct worker {
  struct rig *rig;
  cxd_validator *validator;
  size_t number;
  struct tally tally;
  pthread_t thread;
};

static pthread_barrier_t start;

static void count(struct tally *tally, cxd_status status, const cxd_result *result) {
  int32_t outcome = cxd_result_outcome(result);
  int done = outcome == CXD_OUTCOME_APPLIED || outcome == CXD_OUTCOME_APPLIED_READBACK;
  tally->ended++;
  tally->applied += done && status == CXD_OK;
  tally->unchanged += outcome == CXD_OUTCOME_UNCHANGED && status == CXD_OK;
  tally->conflicts += outcome == CXD_OUTCOME_CONFLICT && status == CXD_E_CONFLICT;
  tally->others += status != CXD_OK && outcome != CXD_OUTCOME_CONFLICT;
  tally->sends += cxd_result_sends(result);
  tally->attempts += cxd_result_attempts(result);
}

static void add(struct tally *sum, const struct tally *tally) {
  sum->applied += tally->applied;
  sum->unchanged += tally->unchanged;
  sum->conflicts += tally->conflicts;
  sum->others += tally->others;
  sum->ended += tally->ended;
  sum->sends += tally->sends;
  sum->attempts += tally->attempts;
}

/* Four threads to a campaign, each with numbers of its own: they get in each other's way now and then. */
static void update(struct worker *worker, cxd_updater *updater, size_t n) {
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  char id[32];
  (void)snprintf(id, sizeof id, "c-%zu", worker->number % CAMPAIGN_COUNT);
  (void)cxd_campaign_new(id, &change, NULL);
  (void)cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, (int64_t)(1 + (worker->number / CAMPAIGN_COUNT) * UPDATES + n), NULL);
  cxd_status status = cxd_updater_apply(updater, change, &result, NULL);
  count(&worker->tally, status, result);
  cxd_result_free(result);
  cxd_campaign_free(change);
}

static void *work(void *context) {
  struct worker *worker = context;
  cxd_updater *updater = NULL;
  (void)pthread_barrier_wait(&start);
  if (cxd_updater_new(worker->rig->config, worker->rig->client, worker->validator, &updater, NULL) != CXD_OK)
    return NULL;
  for (size_t n = 0; n < UPDATES; n++)
    update(worker, updater, n);
  cxd_updater_free(updater);
  return NULL;
}

static struct tally run_workers(struct rig *rig, cxd_validator *validator) {
  static struct worker workers[THREADS];
  struct tally sum = {0};
  ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){.rig = rig, .validator = validator, .number = i};
    ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    ck_assert_uint_eq(workers[i].tally.ended, UPDATES); /* nobody was forgotten */
    add(&sum, &workers[i].tally);
  }
  (void)pthread_barrier_destroy(&start);
  return sum;
}

/* The server only counts: what it would say of its quota is in whole seconds, and heeded. */
static void open_rig(struct rig *rig) {
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, CAMPAIGN_COUNT);
  rig_open(rig, LIST("--campaigns", path, "--rate", "0", "--window", "0.25"),
           LIST("rate.limit", TEXT(LIMIT), "rate.window_ms", TEXT(WINDOW_MS), "rate.margin_ms", "50", "retry.deadline_ms", "600000", "http.attempt_timeout_ms", "600000", "audit.mode", "required", "audit.sync", "none"));
  free(path);
  scratch_close(dir);
}

/* The server's own state, not the list of requests: that one forgets the oldest. */
static void ck_server_agrees(struct rig *rig, const struct tally *sum) {
  ck_assert_int_eq(sim_number(&rig->sim, "applied_total"), (json_int_t)sum->applied);
  ck_assert_int_eq(sim_number(&rig->sim, "requests"), (json_int_t)sum->attempts);
  ck_assert_int_eq(sim_number(&rig->sim, "tokens_issued"), 1);
  ck_assert_int_eq(sim_number(&rig->sim, "token_requests"), 1);
  ck_assert_int_le(sim_number(&rig->sim, "max_in_window"), LIMIT);
}

/* Each update left one outcome, each that got so far at least one intent, in one chain. */
static void ck_log_agrees(struct rig *rig, const struct tally *sum) {
  json_t *records = update_records(rig->audit_path);
  size_t intents = 0, outcomes = 0, applied = 0;
  for (size_t i = 0; i < json_array_size(records); i++) {
    const char *outcome = json_string_value(json_object_get(json_array_get(records, i), "outcome"));
    intents += strcmp(kind_of(records, i), "intent") == 0;
    outcomes += strcmp(kind_of(records, i), "outcome") == 0;
    applied += outcome && strncmp(outcome, "applied", 7) == 0;
  }
  ck_assert_uint_eq(outcomes, sum->ended);
  ck_assert_uint_eq(applied, sum->applied);
  ck_assert_uint_ge(intents, sum->applied);
  json_decref(records);
}

START_TEST(the_sum_of_all_results_is_what_the_server_saw) {
  struct rig rig;
  cxd_validator *validator = NULL;
  open_rig(&rig);
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  struct tally sum = run_workers(&rig, validator);
  ck_assert_uint_eq(sum.ended, THREADS * UPDATES);
  ck_assert_uint_eq(sum.others, 0);
  ck_assert_uint_eq(sum.applied + sum.unchanged + sum.conflicts, sum.ended);
  ck_assert_int_ge(sum.sends, (int64_t)sum.applied);
  ck_server_agrees(&rig, &sum);
  ck_log_agrees(&rig, &sum);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), (size_t)sum.sends);
  cxd_validator_free(validator);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("many_threads");
  TCase *tc = tcase_create("many threads");
  tcase_set_timeout(tc, 4 * HANG_S);
  tcase_add_test(tc, the_sum_of_all_results_is_what_the_server_saw);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

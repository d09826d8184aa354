/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_barrier_t */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "run.h"

#define THREADS 16
#define UPDATES 4

struct worker {
  struct rig *rig;
  cxd_validator *validator;
  size_t number;
  cxd_status status[UPDATES];
  int32_t outcome[UPDATES];
  pthread_t thread;
};

static pthread_barrier_t start;

static void open_many(struct rig *rig, const char *const settings[]) {
  char dir[128];
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, THREADS);
  rig_open(rig, LIST("--campaigns", path, "--rate", "0"), settings);
  free(path);
  scratch_close(dir);
}

static void run_all(struct rig *rig, struct worker workers[THREADS], cxd_validator *validator, void *(*body)(void *)) {
  ck_assert_int_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){.rig = rig, .validator = validator, .number = i};
    ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, body, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
  (void)pthread_barrier_destroy(&start);
}

static void id_of(const struct worker *worker, char id[32]) { (void)snprintf(id, 32, "c-%zu", worker->number); }

/* Assertions are the main thread's. */
static void *update_own_campaign(void *context) {
  struct worker *worker = context;
  cxd_updater *updater = NULL;
  char id[32];
  id_of(worker, id);
  (void)pthread_barrier_wait(&start);
  worker->status[0] = cxd_updater_new(worker->rig->config, worker->rig->client, worker->validator, &updater, NULL);
  for (size_t i = 0; updater && i < UPDATES; i++) {
    cxd_campaign *change = NULL;
    cxd_result *result = NULL;
    (void)cxd_campaign_new(id, &change, NULL);
    (void)cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, (int64_t)(200 + 10 * worker->number + i), NULL);
    worker->status[i] = cxd_updater_apply(updater, change, &result, NULL);
    worker->outcome[i] = cxd_result_outcome(result);
    cxd_result_free(result);
    cxd_campaign_free(change);
  }
  cxd_updater_free(updater);
  return NULL;
}

static void ck_all_applied(struct rig *rig, const struct worker workers[THREADS]) {
  for (size_t i = 0; i < THREADS; i++) {
    char id[32];
    for (size_t k = 0; k < UPDATES; k++) {
      ck_assert_msg(workers[i].status[k] == CXD_OK, "%zu: %s", i, cxd_status_name(workers[i].status[k]));
      ck_assert_int_eq(workers[i].outcome[k], CXD_OUTCOME_APPLIED);
    }
    id_of(&workers[i], id);
    json_t *row = sim_campaign(&rig->sim, id);
    ck_assert_int_eq(json_integer_value(at(row, "/applied")), UPDATES);
    ck_assert_int_eq(json_integer_value(at(row, "/document/maxConcurrentCalls")), (json_int_t)(200 + 10 * i + UPDATES - 1));
    json_decref(row);
  }
}

START_TEST(sixteen_threads_share_a_client_and_its_one_token) {
  struct rig rig;
  struct worker workers[THREADS];
  open_many(&rig, NULL);
  run_all(&rig, workers, NULL, update_own_campaign);
  ck_all_applied(&rig, workers);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), THREADS * UPDATES);
  rig_close(&rig);
}
END_TEST

START_TEST(sixteen_threads_share_a_validator_and_an_audit_file) {
  struct rig rig;
  struct worker workers[THREADS];
  cxd_validator *validator = NULL;
  open_many(&rig, LIST("audit.mode", "required", "audit.sync", "none"));
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  run_all(&rig, workers, validator, update_own_campaign);
  ck_all_applied(&rig, workers);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 1 + 2 * THREADS * UPDATES);
  json_decref(records);
  cxd_validator_free(validator);
  rig_close(&rig);
}
END_TEST

START_TEST(a_quota_is_shared_by_all_threads) {
  struct rig rig;
  struct worker workers[THREADS];
  open_many(&rig, LIST("rate.limit", "40", "rate.window_ms", "200", "rate.margin_ms", "50"));
  run_all(&rig, workers, NULL, update_own_campaign);
  ck_all_applied(&rig, workers);
  rig_close(&rig);
}
END_TEST

/* ----------------------------------------------------------------------- one refresh for all */

struct source {
  char *good;
  atomic_size_t fetches, forced;
};

static int32_t stale_first(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  struct source *source = user_data;
  const char *token = cxd_token_request_forced(request) ? source->good : "stale";
  atomic_fetch_add(&source->fetches, 1);
  atomic_fetch_add(&source->forced, cxd_token_request_forced(request) ? 1u : 0u);
  return cxd_token_sink_accept(sink, token, strlen(token), 3600) == CXD_OK ? CXD_ACCEPTED : 0;
}

static void *get_own_campaign(void *context) {
  struct worker *worker = context;
  cxd_campaign *campaign = NULL;
  char id[32];
  id_of(worker, id);
  (void)pthread_barrier_wait(&start);
  worker->status[0] = cxd_client_get(worker->rig->client, id, &campaign, NULL);
  cxd_campaign_free(campaign);
  return NULL;
}

START_TEST(a_refused_token_is_renewed_once_for_all_threads) {
  struct rig rig;
  struct worker workers[THREADS];
  struct source source = {.good = NULL};
  cxd_token_provider provider = {.size = sizeof provider, .user_data = &source, .fetch = stale_first};
  open_many(&rig, NULL);
  source.good = sim_token(&rig.sim, "campaign:write");
  ck_assert_int_eq(cxd_client_set_token_provider(rig.client, &provider, NULL), CXD_OK);
  run_all(&rig, workers, NULL, get_own_campaign);
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_msg(workers[i].status[0] == CXD_OK, "%zu: %s", i, cxd_status_name(workers[i].status[0]));
  ck_assert_uint_eq(atomic_load(&source.fetches), 2);
  ck_assert_uint_eq(atomic_load(&source.forced), 1);
  free(source.good);
  rig_close(&rig);
}
END_TEST

START_TEST(a_token_endpoint_in_trouble_is_asked_by_one_for_all) {
  struct rig rig;
  struct worker workers[THREADS];
  open_many(&rig, LIST("auth.client_secret", "wrong"));
  run_all(&rig, workers, NULL, get_own_campaign);
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_int_eq(workers[i].status[0], CXD_E_UNAUTHORIZED);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  rig_close(&rig);
}
END_TEST

/* --------------------------------------------------------- cancel while sixteen are under way */

static void *get_without_end(void *context) {
  struct worker *worker = context;
  cxd_campaign *campaign = NULL;
  char id[32];
  id_of(worker, id);
  (void)pthread_barrier_wait(&start);
  worker->status[0] = cxd_client_get(worker->rig->client, id, &campaign, NULL);
  cxd_campaign_free(campaign);
  return NULL;
}

static void *cancel_all(void *context) {
  struct rig *rig = context;
  sim_await(&rig->sim, "GET", THREADS);
  cxd_client_cancel(rig->client);
  return NULL;
}

START_TEST(one_cancel_ends_the_calls_of_all_threads) {
  struct rig rig;
  struct worker workers[THREADS];
  pthread_t canceller;
  open_many(&rig, LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  sim_fault(&rig.sim, "GET:*:delay=3600000");
  ck_assert_int_eq(pthread_create(&canceller, NULL, cancel_all, &rig), 0);
  run_all(&rig, workers, NULL, get_without_end);
  ck_assert_int_eq(pthread_join(canceller, NULL), 0);
  for (size_t i = 0; i < THREADS; i++)
    ck_assert_int_eq(workers[i].status[0], CXD_E_CANCELLED);
  rig_close(&rig);
}
END_TEST

/* Who leads the token exchange is cancelled: another waiter takes it over. */
static void *cancel_updater(void *context) {
  struct rig *rig = context;
  sim_await(&rig->sim, "TOKEN", 1);
  cxd_updater_cancel(rig->updater);
  return NULL;
}

static void *get_after_leader(void *context) {
  struct worker *worker = context;
  cxd_campaign *campaign = NULL;
  sim_await(&worker->rig->sim, "TOKEN", 1);
  worker->status[0] = cxd_client_get(worker->rig->client, "c-1", &campaign, NULL);
  cxd_campaign_free(campaign);
  return NULL;
}

START_TEST(a_token_exchange_whose_leader_was_cancelled_is_taken_over) {
  struct rig rig;
  struct worker waiter = {.rig = &rig};
  pthread_t canceller;
  open_many(&rig, LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  sim_fault(&rig.sim, "TOKEN:1:delay=3600000");
  ck_assert_int_eq(pthread_create(&waiter.thread, NULL, get_after_leader, &waiter), 0);
  ck_assert_int_eq(pthread_create(&canceller, NULL, cancel_updater, &rig), 0);
  cxd_result_free(applied(rig.updater, calls_change("c-0", 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED));
  ck_assert_int_eq(pthread_join(canceller, NULL), 0);
  ck_assert_int_eq(pthread_join(waiter.thread, NULL), 0);
  ck_assert_int_eq(waiter.status[0], CXD_OK);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 2);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("threads");
  TCase *tc = tcase_create("threads");
  tcase_set_timeout(tc, 4 * HANG_S);
  tcase_add_test(tc, sixteen_threads_share_a_client_and_its_one_token);
  tcase_add_test(tc, sixteen_threads_share_a_validator_and_an_audit_file);
  tcase_add_test(tc, a_quota_is_shared_by_all_threads);
  tcase_add_test(tc, a_refused_token_is_renewed_once_for_all_threads);
  tcase_add_test(tc, a_token_endpoint_in_trouble_is_asked_by_one_for_all);
  tcase_add_test(tc, one_cancel_ends_the_calls_of_all_threads);
  tcase_add_test(tc, a_token_exchange_whose_leader_was_cancelled_is_taken_over);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One fetches the token for all: what becomes of the others when that one is cancelled, freed, or held up. */
#define _GNU_SOURCE /* sem_timedwait */
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "flight.h"
#include "run.h"

#define THREADS FLIGHT_THREADS
#define NOBODY SIZE_MAX

/* What the host's methods note, and where they hold somebody. */
static struct flight flight;
static atomic_size_t posts, led_by; /* requests for a token that have left, and whose the last of them was */
static atomic_int hold;             /* the next to see an answer is held */
static atomic_size_t fetches, fetching, most_fetching, destroyed;
static sem_t held, let_go;

static void hold_here(void) {
  (void)sem_post(&held);
  while (sem_wait(&let_go) != 0)
    ;
}

/* It runs on the thread of the call, so it knows who leads. */
static void note_line(void *user_data, int32_t level, const char *text, size_t len) {
  int wanted = 1;
  (void)user_data;
  (void)level;
  if (!flight_me)
    return;
  if (len > 6 && memcmp(text, "> POST", 6) == 0) {
    atomic_store(&led_by, flight_me->number);
    atomic_fetch_add(&posts, 1);
  } else if (len > 6 && memcmp(text, "< HTTP", 6) == 0 && atomic_compare_exchange_strong(&hold, &wanted, 0))
    hold_here();
}

/* The first fetch is held up; the later ones have a token at once. */
static int32_t fetch(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)user_data;
  (void)request;
  size_t now = atomic_fetch_add(&fetching, 1) + 1;
  if (now > atomic_load(&most_fetching))
    atomic_store(&most_fetching, now);
  if (atomic_fetch_add(&fetches, 1) == 0)
    hold_here();
  cxd_status status = cxd_token_sink_accept(sink, flight.token, strlen(flight.token), 3600);
  atomic_fetch_sub(&fetching, 1);
  return status == CXD_OK ? CXD_ACCEPTED : 0;
}

static void count_destroy(void *user_data) { atomic_fetch_add((atomic_size_t *)user_data, 1); }

/* ------------------------------------------------------------------------------ the stage */

static void open_flight(const char *const settings[]) {
  flight_open(&flight, settings);
  ck_assert_int_eq(sem_init(&held, 0, 0), 0);
  ck_assert_int_eq(sem_init(&let_go, 0, 0), 0);
  atomic_store(&posts, 0);
  atomic_store(&led_by, NOBODY);
  atomic_store(&hold, 0);
  atomic_store(&fetches, 0);
  atomic_store(&fetching, 0);
  atomic_store(&most_fetching, 0);
  atomic_store(&destroyed, 0);
}

static void close_flight(void) {
  flight_close(&flight);
  (void)sem_destroy(&held);
  (void)sem_destroy(&let_go);
}

static void listen_in(void) {
  cxd_log log = {.size = sizeof log, .user_data = &destroyed, .destroy = count_destroy, .write = note_line};
  ck_assert_int_eq(cxd_client_set_log(flight.rig.client, &log, NULL), CXD_OK);
}

static void provide(void) {
  cxd_token_provider provider = {.size = sizeof provider, .fetch = fetch};
  ck_assert_int_eq(cxd_client_set_token_provider(flight.rig.client, &provider, NULL), CXD_OK);
}

/* One leads; the others are asleep, waiting for it. */
static void start_all(void (*await_leader)(void)) {
  flight_start_one(&flight, 0);
  await_leader();
  flight_start_rest(&flight, 1);
}

static void await_first_request(void) { token_gate_await(&flight.gate, 1); }

static void await_held(void) {
  struct timespec end;
  (void)clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += HANG_S;
  int waited;
  while ((waited = sem_timedwait(&held, &end)) != 0 && errno == EINTR)
    ;
  ck_assert_msg(waited == 0, "nobody came to be held");
}

/* Whose the n-th request for a token is. */
static struct flight_worker *leader_of(size_t n) {
  time_t end = time(NULL) + HANG_S;
  token_gate_await(&flight.gate, n);
  while (atomic_load(&posts) < n) {
    ck_assert_msg(time(NULL) < end, "the log has no request for a token");
    (void)sched_yield();
  }
  return &flight.workers[atomic_load(&led_by)];
}

/* ---------------------------------------------------------------------------------- cancelled */

#define ROUNDS 4

/* Nobody is saved by a time-out or the end of a lease here: who is not woken waits too long for the test. */
#define PATIENT LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000")

static void ck_applied(size_t count) {
  flight_ck_applied(&flight, count);
  ck_assert_int_eq(puts_applied(&flight.rig), (json_int_t)count);
}

START_TEST(one_leader_after_the_other_is_cancelled_and_the_rest_get_their_token) {
  open_flight(PATIENT);
  listen_in();
  start_all(await_first_request);
  for (size_t round = 1; round <= ROUNDS; round++)
    cxd_updater_cancel(leader_of(round)->updater);
  token_gate_await(&flight.gate, ROUNDS + 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  ck_applied(THREADS - ROUNDS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), ROUNDS + 1);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  close_flight();
}
END_TEST

START_TEST(a_cancelled_waiter_does_not_disturb_the_flight) {
  open_flight(PATIENT);
  start_all(await_first_request);
  for (size_t i = 1; i <= ROUNDS; i++) {
    cxd_updater_cancel(flight.workers[i].updater);
    flight_join_one(&flight, i);
  }
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 1);
  ck_assert_uint_eq(token_gate_live(&flight.gate), 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_one(&flight, 0);
  for (size_t i = ROUNDS + 1; i < THREADS; i++)
    flight_join_one(&flight, i);
  ck_applied(THREADS - ROUNDS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 1);
  close_flight();
}
END_TEST

/* --------------------------------------------------------------------------------------- freed */

static void ck_client_is_freed(void) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_client_get(flight.rig.client, "c-0", &campaign, NULL), CXD_E_ARGUMENT);
  ck_assert_ptr_null(campaign);
}

START_TEST(a_leader_that_is_freed_flies_to_the_end) {
  open_flight(PATIENT);
  listen_in();
  start_all(await_first_request);
  flight_free_updaters(&flight);
  cxd_client_free(flight.rig.client);
  ck_client_is_freed();
  ck_assert_uint_eq(atomic_load(&destroyed), 0);
  flight.rig.client = NULL;
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  ck_applied(THREADS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 1);
  ck_assert_uint_eq(atomic_load(&destroyed), 1); /* the last of them took the client down */
  close_flight();
}
END_TEST

START_TEST(leaders_that_are_cancelled_and_freed_at_once_leave_the_flight_to_the_next) {
  open_flight(PATIENT);
  listen_in();
  start_all(await_first_request);
  for (size_t round = 1; round <= ROUNDS; round++) {
    struct flight_worker *leader = leader_of(round);
    cxd_updater_cancel(leader->updater);
    cxd_updater_free(leader->updater);
    leader->updater = NULL;
  }
  cxd_client_free(flight.rig.client);
  flight.rig.client = NULL;
  token_gate_await(&flight.gate, ROUNDS + 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  ck_applied(THREADS - ROUNDS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), ROUNDS + 1);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  ck_assert_uint_eq(atomic_load(&destroyed), 0); /* the updaters that are left hold the client */
  flight_free_updaters(&flight);
  ck_assert_uint_eq(atomic_load(&destroyed), 1);
  close_flight();
}
END_TEST

static int32_t free_own(void *user_data, const cxd_result *result) {
  struct flight_worker *worker = user_data;
  (void)result;
  cxd_updater_free(worker->updater);
  worker->updater = NULL;
  if (worker->number == 0)
    cxd_client_free(worker->flight->rig.client);
  return CXD_ACCEPTED;
}

START_TEST(each_may_free_its_updater_in_its_callback_while_others_fly) {
  open_flight(PATIENT);
  listen_in();
  for (size_t i = 0; i < THREADS; i++) {
    cxd_callback callback = {.size = sizeof callback, .user_data = &flight.workers[i], .on_result = free_own};
    flight.workers[i].updater = updater_of(flight.rig.config, flight.rig.client);
    ck_assert_int_eq(cxd_updater_add_callback(flight.workers[i].updater, &callback, NULL), CXD_OK);
  }
  start_all(await_first_request);
  cxd_updater_cancel(leader_of(1)->updater);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  flight.rig.client = NULL;
  ck_applied(THREADS - 1);
  ck_assert_uint_eq(atomic_load(&destroyed), 1);
  close_flight();
}
END_TEST

/* --------------------------------------------------------------------------------------- held up */

/* The lease of the flight runs out: three times the attempt for a provider, an attempt and a second for an exchange. */
#define LEASES LIST("http.attempt_timeout_ms", "1000", "retry.deadline_ms", "30000")

static void ck_others_applied(void) {
  for (size_t i = 1; i < THREADS; i++)
    flight_join_one(&flight, i);
  ck_assert_uint_eq(flight_count(&flight, CXD_OK, CXD_OUTCOME_APPLIED), THREADS - 1);
}

START_TEST(a_leader_stuck_in_its_token_provider_is_overtaken) {
  open_flight(LEASES);
  provide();
  start_all(await_held);
  ck_others_applied();
  ck_assert_uint_eq(atomic_load(&fetches), 2);
  ck_assert_uint_eq(atomic_load(&most_fetching), 2); /* the one that is stuck, and one more */
  (void)sem_post(&let_go);
  flight_join_one(&flight, 0);
  ck_applied(THREADS);
  close_flight();
}
END_TEST

START_TEST(a_leader_stuck_before_it_has_read_its_token_is_overtaken) {
  open_flight(LEASES);
  listen_in();
  atomic_store(&hold, 1);
  start_all(await_first_request);
  token_gate_allow(&flight.gate, SIZE_MAX);
  await_held();
  ck_others_applied();
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 2);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  (void)sem_post(&let_go);
  flight_join_one(&flight, 0);
  ck_applied(THREADS);
  close_flight();
}
END_TEST

/* ------------------------------------------------------------------------------------- deadlines */

#define DEADLINE_MS 1000

/* By its own count. A little early is fine: what is left is too short for another try, the more so the slower the machine; how late a loaded machine lets it look is not the point, never is. */
static void ck_late(const struct flight_worker *worker) {
  ck_assert_msg(worker->status == CXD_E_TIMEOUT, "%zu: %s", worker->number, cxd_status_name(worker->status));
  ck_assert_int_eq(cxd_result_outcome(worker->result), CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_ge(cxd_result_latency_us(worker->result, CXD_LATENCY_TOTAL), DEADLINE_MS * 500);
  ck_assert_int_lt(cxd_result_latency_us(worker->result, CXD_LATENCY_TOTAL), HANG_S * INT64_C(1000000) / 2);
}

START_TEST(waiters_of_a_silent_endpoint_end_at_their_own_deadline) {
  open_flight(LIST("retry.deadline_ms", "1000"));
  start_all(await_first_request);
  flight_join_all(&flight);
  for (size_t i = 0; i < THREADS; i++)
    ck_late(&flight.workers[i]);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  close_flight();
}
END_TEST

START_TEST(waiters_for_a_leader_that_is_stuck_end_at_their_own_deadline) {
  open_flight(LIST("retry.deadline_ms", "1000"));
  provide();
  start_all(await_held);
  for (size_t i = 1; i < THREADS; i++) {
    flight_join_one(&flight, i);
    ck_late(&flight.workers[i]);
  }
  ck_assert_uint_eq(atomic_load(&fetches), 1);
  (void)sem_post(&let_go);
  flight_join_one(&flight, 0);
  ck_late(&flight.workers[0]);
  close_flight();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("token_flight");
  TCase *tc = tcase_create("token flight");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, one_leader_after_the_other_is_cancelled_and_the_rest_get_their_token);
  tcase_add_test(tc, a_cancelled_waiter_does_not_disturb_the_flight);
  tcase_add_test(tc, a_leader_that_is_freed_flies_to_the_end);
  tcase_add_test(tc, leaders_that_are_cancelled_and_freed_at_once_leave_the_flight_to_the_next);
  tcase_add_test(tc, each_may_free_its_updater_in_its_callback_while_others_fly);
  tcase_add_test(tc, a_leader_stuck_in_its_token_provider_is_overtaken);
  tcase_add_test(tc, a_leader_stuck_before_it_has_read_its_token_is_overtaken);
  tcase_add_test(tc, waiters_of_a_silent_endpoint_end_at_their_own_deadline);
  tcase_add_test(tc, waiters_for_a_leader_that_is_stuck_end_at_their_own_deadline);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

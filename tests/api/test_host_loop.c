/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * An engine that is driven from a loop of the host's own, beside sixteen threads that block, on one client. It sees the
 * internals: the public calls for such loops stand on these.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/client.h"
#include "flight.h"
#include "run.h"

#define THREADS FLIGHT_THREADS

static struct flight flight;

/* ------------------------------------------------------------------------------- the loop */

struct host {
  struct cxd__loan *loan;
  cxd_validator *validator;
  struct cxd__tools tools;
  struct cxd__job job;
  cxd_campaign *change;
  uint32_t op;
  int32_t done;
};

static struct host host;

static struct cxd__engine *engine(void) { return host.loan->engine; }

static void host_open(void) {
  memset(&host, 0, sizeof host);
  ck_assert_int_eq(cxd_validator_new(flight.rig.config, &host.validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd__client_borrow(flight.rig.client, &host, &host.loan, NULL), CXD_OK);
  host.tools = cxd__client_tools(flight.rig.client, cxd__entry());
  host.tools.validator = host.validator;
}

static void host_close(void) {
  cxd__client_return(flight.rig.client, host.loan);
  cxd_validator_free(host.validator);
  cxd_campaign_free(host.change);
}

static void host_begin(int64_t calls) {
  char id[32];
  (void)snprintf(id, sizeof id, "c-%d", THREADS); /* no thread has this one */
  cxd_campaign_free(host.change);
  host.change = calls_change(id, calls);
  host.job = (struct cxd__job){.kind = CXD__JOB_APPLY, .change = host.change, .audit = CXD__AUDIT_OFF, .host = &host};
  host.done = 0;
  ck_assert_int_eq(cxd__engine_begin(engine(), &host.job, &host.tools, &host.op, NULL), CXD_OK);
}

static void process(void) {
  uint32_t op;
  void *context;
  ck_assert_int_eq(cxd__engine_look(engine(), 0, NULL), CXD_OK);
  cxd__engine_turns(engine());
  if (!cxd__engine_take_done(engine(), &op, &context))
    return;
  ck_assert_uint_eq(op, host.op);
  ck_assert_ptr_eq(context, &host);
  host.done = 1;
}

/* One turn of a loop such as hosts have: sleeps no longer than it is told to, and no longer than at_most_ms. 1: something came. */
static int turn(int at_most_ms) {
  struct pollfd wait = {.fd = cxd__engine_fd(engine()), .events = POLLIN};
  int64_t us = cxd__engine_timeout_us(engine());
  int64_t ms = us < 0 ? at_most_ms : (us + 999) / 1000;
  int ready = poll(&wait, 1, (int)(ms < at_most_ms ? ms : at_most_ms));
  ck_assert(ready >= 0 || errno == EINTR);
  process();
  return ready > 0;
}

static void run_to_the_end(void) {
  time_t end = time(NULL) + HANG_S;
  process();
  while (!host.done) {
    ck_assert_msg(time(NULL) < end, "it never ends");
    (void)turn(1000);
  }
}

static void ck_host_ended(cxd_status status, int32_t outcome) {
  cxd_result *result = cxd__core_take_result(cxd__engine_core(engine()), host.op);
  ck_assert_ptr_nonnull(result);
  ck_assert_msg(cxd_result_status(result) == status && cxd_result_outcome(result) == outcome, "%s, %s: %s", cxd_status_name(cxd_result_status(result)), cxd_result_outcome_name(result),
                cxd_error_message(cxd_result_error(result)));
  cxd_result_free(result);
  cxd__engine_clear(engine());
}

/* The engine has the flight, and its request is at the endpoint. */
static void lead_by_host(void) {
  time_t end = time(NULL) + HANG_S;
  host_begin(151);
  process();
  while (token_gate_requests(&flight.gate) == 0) {
    ck_assert_msg(time(NULL) < end, "the host asks for no token");
    (void)turn(10);
  }
}

static void open_all(const char *const settings[]) {
  flight_open(&flight, settings);
  host_open();
}

static void close_all(void) {
  host_close();
  flight_close(&flight);
}

/* ----------------------------------------------------------------------------------- beside threads */

START_TEST(a_loop_is_told_to_process_at_once_after_it_has_begun) {
  open_all(NULL);
  host_begin(151);
  ck_assert_int_eq(cxd__engine_timeout_us(engine()), 0);
  token_gate_allow(&flight.gate, SIZE_MAX);
  run_to_the_end();
  ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  close_all();
}
END_TEST

#define UPDATES 8

START_TEST(a_loop_and_sixteen_threads_share_one_token) {
  open_all(NULL);
  lead_by_host();
  flight_start_rest(&flight, 0);
  token_gate_allow(&flight.gate, SIZE_MAX);
  run_to_the_end();
  ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  for (int64_t n = 1; n < UPDATES; n++) {
    host_begin(151 + n);
    run_to_the_end();
    ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  }
  flight_join_all(&flight);
  flight_ck_applied(&flight, THREADS);
  ck_assert_int_eq(puts_applied(&flight.rig), THREADS + UPDATES);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 1);
  close_all();
}
END_TEST

START_TEST(a_loop_that_waits_for_a_thread_is_woken_by_its_descriptor) {
  open_all(LIST("retry.deadline_ms", "600000", "http.attempt_timeout_ms", "600000"));
  flight_start_one(&flight, 0);
  token_gate_await(&flight.gate, 1);
  host_begin(151);
  process();
  flight_start_rest(&flight, 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_one(&flight, 0); /* its token is everybody's now */
  ck_assert_int_eq(turn(HANG_S * 1000), 1);
  run_to_the_end();
  ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  for (size_t i = 1; i < THREADS; i++)
    flight_join_one(&flight, i);
  flight_ck_applied(&flight, THREADS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 1);
  close_all();
}
END_TEST

/* ------------------------------------------------------------------ when the loop leads the flight */

static void *cancel_engine(void *context) {
  cxd__engine_cancel(context);
  return NULL;
}

START_TEST(a_loop_that_is_cancelled_leaves_the_flight_to_a_thread) {
  pthread_t canceller;
  open_all(LIST("retry.deadline_ms", "600000", "http.attempt_timeout_ms", "600000"));
  lead_by_host();
  flight_start_rest(&flight, 0);
  ck_assert_int_eq(pthread_create(&canceller, NULL, cancel_engine, engine()), 0);
  run_to_the_end(); /* the descriptor says so */
  ck_assert_int_eq(pthread_join(canceller, NULL), 0);
  ck_host_ended(CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED);
  token_gate_await(&flight.gate, 2);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  flight_ck_applied(&flight, THREADS);
  host_begin(152);
  run_to_the_end();
  ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 2);
  close_all();
}
END_TEST

START_TEST(a_loop_that_gives_its_engine_back_leaves_the_flight_to_a_thread) {
  open_all(LIST("retry.deadline_ms", "600000", "http.attempt_timeout_ms", "600000"));
  lead_by_host();
  flight_start_rest(&flight, 0);
  host_close();
  token_gate_await(&flight.gate, 2);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  token_gate_allow(&flight.gate, SIZE_MAX);
  flight_join_all(&flight);
  flight_ck_applied(&flight, THREADS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 2);
  flight_close(&flight);
}
END_TEST

/* It is not driven any more: after its lease somebody else flies, and what it finds when it comes back is good for it, too. */
START_TEST(a_loop_that_stands_still_is_overtaken) {
  open_all(LIST("http.attempt_timeout_ms", "1000", "retry.deadline_ms", "600000"));
  lead_by_host();
  flight_start_rest(&flight, 0);
  token_gate_allow(&flight.gate, SIZE_MAX); /* its answer comes, and nobody reads it */
  flight_join_all(&flight);
  flight_ck_applied(&flight, THREADS);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 2);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  run_to_the_end();
  ck_host_ended(CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(token_gate_requests(&flight.gate), 2);
  close_all();
}
END_TEST

START_TEST(a_loop_that_waits_for_a_token_ends_at_its_deadline) {
  open_all(LIST("retry.deadline_ms", "1000"));
  flight_start_one(&flight, 0);
  token_gate_await(&flight.gate, 1);
  host_begin(151);
  process();
  ck_assert_int_eq(host.done, 0);
  int64_t us = cxd__engine_timeout_us(engine());
  ck_assert(us >= 0 && us <= 1000000);
  run_to_the_end();
  ck_host_ended(CXD_E_TIMEOUT, CXD_OUTCOME_NOT_APPLIED);
  flight_join_one(&flight, 0);
  ck_assert_int_eq(flight.workers[0].status, CXD_E_TIMEOUT);
  ck_assert_uint_eq(token_gate_most_live(&flight.gate), 1);
  close_all();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("host_loop");
  TCase *tc = tcase_create("host loop");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, a_loop_is_told_to_process_at_once_after_it_has_begun);
  tcase_add_test(tc, a_loop_and_sixteen_threads_share_one_token);
  tcase_add_test(tc, a_loop_that_waits_for_a_thread_is_woken_by_its_descriptor);
  tcase_add_test(tc, a_loop_that_is_cancelled_leaves_the_flight_to_a_thread);
  tcase_add_test(tc, a_loop_that_gives_its_engine_back_leaves_the_flight_to_a_thread);
  tcase_add_test(tc, a_loop_that_stands_still_is_overtaken);
  tcase_add_test(tc, a_loop_that_waits_for_a_token_ends_at_its_deadline);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

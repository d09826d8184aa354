/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Batches in a loop of the host's: what descriptor, time-out and process promise each other, and what may be done from where. */
#define _GNU_SOURCE /* fork, setitimer */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batches.h"
#include "run.h"

#define MANY 20
#define NEVER "3600000" /* a delay of the server, in ms, that no test waits for */

static struct rig rig;
static cxd_batch *batch, *other;

static void open_batch(size_t campaigns, const char *const settings[]) {
  batches_open(&rig, campaigns, NULL, settings);
  batch = batch_of(rig.updater);
}

/* With a callback of the updater, which has to come before the batch. */
static void open_with(size_t campaigns, const char *const settings[], const cxd_callback *callback) {
  batches_open(&rig, campaigns, NULL, settings);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, callback, NULL), CXD_OK);
  batch = batch_of(rig.updater);
}

static void close_batch(void) {
  cxd_batch_free(batch);
  cxd_batch_free(other);
  batch = other = NULL;
  rig_close(&rig);
}

static int readable(int fd) {
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  return poll(&wait, 1, 0);
}

/* What is due is done until nothing is. */
static void settle(void) {
  while (readable(cxd_batch_fd(batch)) || cxd_batch_timeout_ms(batch) == 0)
    ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK);
}

/* So many requests have arrived at the server, which answers none of them. */
static void drive_until_arrived(const char *method, size_t count) {
  while (sim_count(&rig.sim, method) < count)
    (void)next_event(batch, 5, CXD_EVENT_NONE);
}

/* ------------------------------------------------------------------------- the descriptor */

START_TEST(the_descriptor_stays_the_same) {
  open_batch(MANY, NULL);
  int fd = cxd_batch_fd(batch);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), -1);
  add_many(batch, MANY, 100);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), 0);
  while (poll_once(batch))
    ck_assert_int_eq(cxd_batch_fd(batch), fd);
  add_calls(batch, 0, 101);
  ck_run(batch);
  ck_assert_int_eq(cxd_batch_fd(batch), fd);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), -1);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

static void *stop_it(void *context) {
  cxd_batch_stop(context);
  return NULL;
}

static void *cancel_it(void *context) {
  cxd_batch_cancel(context);
  return NULL;
}

static void in_thread(void *(*body)(void *), void *context) {
  pthread_t thread;
  ck_assert_int_eq(pthread_create(&thread, NULL, body, context), 0);
  struct pollfd wait = {.fd = cxd_batch_fd(batch), .events = POLLIN};
  ck_assert_int_eq(poll(&wait, 1, HANG_S * 1000), 1);
  ck_assert_int_eq(poll(&wait, 1, 0), 1); /* and stays so until it was processed */
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

START_TEST(stop_and_cancel_of_another_thread_make_it_readable) {
  int32_t remaining = 0;
  cxd_error *error = NULL;
  open_batch(4, LIST("update.concurrency", "2"));
  sim_fault(&rig.sim, "GET:*:delay=" NEVER);
  add_many(batch, 4, 100);
  drive_until_arrived("GET", 2);
  settle();
  in_thread(stop_it, batch);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  ck_assert_int_eq(remaining, 4); /* the others are over when those in flight are */
  ck_assert_int_eq(readable(cxd_batch_fd(batch)), 0);
  in_thread(cancel_it, batch);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, &error), CXD_E_CANCELLED);
  ck_error(&error, CXD_E_CANCELLED, "2 of 4 items were not begun");
  ck_assert_int_eq(remaining, 0);
  ck_all(batch, CXD_OUTCOME_CANCELLED, CXD_E_CANCELLED);
  close_batch();
}
END_TEST

START_TEST(a_loop_sleeps_while_the_quota_is_used_up) {
  open_batch(6, LIST("rate.limit", "2", "rate.window_ms", "100"));
  size_t turns = 0;
  add_many(batch, 6, 100);
  for (int32_t left = 1; left; turns++)
    left = poll_once(batch);
  ck_assert_uint_lt(turns, 6 * 30); /* two requests an item, a few turns each, and a wait for every second one */
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

START_TEST(a_loop_sleeps_while_the_server_thinks) {
  open_batch(2, LIST("http.attempt_timeout_ms", "3600000", "retry.deadline_ms", "7200000"));
  sim_fault(&rig.sim, "GET:*:delay=" NEVER);
  add_many(batch, 2, 100);
  drive_until_arrived("GET", 2);
  settle();
  ck_assert_int_eq(readable(cxd_batch_fd(batch)), 0);
  ck_assert(cxd_batch_timeout_ms(batch) < 0 || cxd_batch_timeout_ms(batch) > 100); /* libcurl looks after its transfers now and then */
  cxd_batch_cancel(batch);
  ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_E_CANCELLED);
  close_batch();
}
END_TEST

START_TEST(what_wakes_a_batch_with_nothing_to_do_wakes_it_once) {
  int32_t remaining = 1;
  open_batch(1, NULL);
  add_calls(batch, 0, 100);
  ck_run(batch);
  for (int round = 0; round < 2; round++) {
    cxd_client_cancel(rig.client);
    ck_assert_int_eq(readable(cxd_batch_fd(batch)), 1);
    if (round == 0)
      ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
    else
      while (cxd_event_kind(next_event(batch, 0, -1)) != CXD_EVENT_DONE)
        ;
    ck_assert_int_eq(readable(cxd_batch_fd(batch)), 0); /* or a host that watches it would spin */
  }
  ck_assert_int_eq(remaining, 0);
  add_calls(batch, 0, 101); /* that cancel meant nobody */
  poll_to_the_end(batch);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

START_TEST(there_is_nothing_to_do_in_an_empty_batch) {
  int32_t remaining = 1;
  open_batch(1, NULL);
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  ck_assert_int_eq(remaining, 0);
  ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), -1);
  ck_assert_int_eq(readable(cxd_batch_fd(batch)), 0);
  close_batch();
}
END_TEST

START_TEST(items_are_added_while_it_runs) {
  open_batch(MANY, NULL);
  size_t added = 0;
  for (int32_t left = 1; left || added < MANY;) {
    if (added < MANY) {
      add_calls(batch, added++, 100);
      if (cxd_batch_in_flight(batch) < 8)
        ck_assert_int_eq(cxd_batch_timeout_ms(batch), 0);
    }
    left = poll_once(batch);
  }
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_APPLIED), MANY);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------ kinds of loops */

static void process_until_done(int (*wait)(int fd, int ms)) {
  int32_t remaining = 1;
  open_batch(MANY, NULL);
  add_many(batch, MANY, 100);
  while (remaining) {
    int64_t ms = cxd_batch_timeout_ms(batch);
    int ready = wait(cxd_batch_fd(batch), ms < 0 ? HANG_S * 1000 : (int)ms);
    ck_assert(ready >= 0 || errno == EINTR);
    ck_assert_int_eq(cxd_batch_process(batch, &remaining, NULL), CXD_OK);
  }
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}

static int by_poll(int fd, int ms) {
  struct pollfd one = {.fd = fd, .events = POLLIN};
  return poll(&one, 1, ms);
}

static int by_select(int fd, int ms) {
  fd_set set;
  struct timeval time = {ms / 1000, ms % 1000 * 1000};
  FD_ZERO(&set);
  FD_SET(fd, &set);
  return select(fd + 1, &set, NULL, NULL, &time);
}

/* Edge-triggered would do as well: process leaves nothing undone. */
static int by_epoll(int fd, int ms) {
  struct epoll_event event = {.events = EPOLLIN};
  int outer = epoll_create1(EPOLL_CLOEXEC), inner = epoll_create1(EPOLL_CLOEXEC);
  ck_assert_int_eq(epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event), 0);
  ck_assert_int_eq(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event), 0); /* loops in loops */
  int ready = epoll_wait(outer, &event, 1, ms);
  (void)close(inner);
  (void)close(outer);
  return ready;
}

START_TEST(poll_drives_it) { process_until_done(by_poll); }
END_TEST

START_TEST(select_drives_it) { process_until_done(by_select); }
END_TEST

START_TEST(an_epoll_in_an_epoll_drives_it) { process_until_done(by_epoll); }
END_TEST

static void nothing(int number) { (void)number; }

START_TEST(signals_disturb_nothing) {
  struct sigaction action = {.sa_handler = nothing}, before;
  struct itimerval often = {{0, 1000}, {0, 1000}}, none = {{0, 0}, {0, 0}};
  open_batch(MANY, LIST("rate.limit", "30", "rate.window_ms", "50"));
  ck_assert_int_eq(sigaction(SIGALRM, &action, &before), 0);
  for (int round = 0; round < 3; round++) {
    add_many(batch, MANY, 100 + round);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    if (round == 0)
      ck_run(batch);
    else if (round == 1)
      poll_to_the_end(batch);
    else
      while (cxd_event_kind(next_event(batch, -1, -1)) != CXD_EVENT_DONE)
        ;
    ck_assert_int_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
  }
  ck_assert_int_eq(sigaction(SIGALRM, &before, NULL), 0);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------------------ its end */

START_TEST(a_batch_freed_in_flight_leaves_no_intent_without_outcome) {
  open_batch(3, LIST("audit.mode", "required"));
  sim_fault(&rig.sim, "PUT:*:delay=" NEVER);
  add_many(batch, 3, 100);
  drive_until_arrived("PUT", 3);
  cxd_batch_free(batch);
  batch = NULL;
  ck_log_whole(&rig, 3);
  close_batch();
}
END_TEST

static int32_t free_it(void *user_data, const cxd_result *result) {
  cxd_batch **mine = user_data;
  ck_assert_ptr_nonnull(result);
  cxd_batch_free(*mine);
  cxd_batch_free(*mine); /* known to be freed until the call in progress is over */
  *mine = NULL;
  return CXD_ACCEPTED;
}

START_TEST(a_batch_freed_inside_its_callback_leaves_none_either) {
  cxd_callback callback = {.size = sizeof callback, .user_data = &batch, .on_result = free_it};
  open_with(4, LIST("audit.mode", "required"), &callback);
  for (int i = 2; i <= 4; i++) {
    char fault[40];
    (void)snprintf(fault, sizeof fault, "PUT:%d:delay=" NEVER, i);
    sim_fault(&rig.sim, fault);
  }
  sim_fault(&rig.sim, "PUT:1:delay=100"); /* the others have left by then */
  add_many(batch, 4, 100);
  while (batch)
    (void)poll_once(batch);
  ck_log_whole(&rig, 4);
  close_batch();
}
END_TEST

START_TEST(a_batch_freed_inside_the_callback_of_another_leaves_none_either) {
  cxd_callback callback = {.size = sizeof callback, .user_data = &other, .on_result = free_it};
  open_with(4, LIST("audit.mode", "required"), &callback);
  other = batch_of(rig.updater);
  cxd_batch *driven = batch;
  sim_fault(&rig.sim, "PUT:*:delay=" NEVER);
  for (size_t i = 0; i < 3; i++)
    add_calls(other, i, 100);
  batch = other;
  drive_until_arrived("PUT", 3);
  batch = driven;
  add_text(batch, "no request is needed for this");
  ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK);
  ck_assert_ptr_null(other);
  ck_log_whole(&rig, 3);
  close_batch();
}
END_TEST

/* --------------------------------------------------------------- calls from callbacks */

static int32_t calls_refused, calls_fine;

static int32_t try_all(void *user_data, const cxd_result *result) {
  const cxd_event *event = NULL;
  int32_t remaining;
  (void)user_data;
  ck_assert_ptr_nonnull(result);
  cxd_batch *const both[] = {batch, other};
  for (size_t i = 0; i < 2; i++) {
    calls_refused += cxd_batch_run(both[i], NULL) == CXD_E_REENTRANT;
    calls_refused += cxd_batch_process(both[i], &remaining, NULL) == CXD_E_REENTRANT;
    calls_refused += cxd_batch_next_event(both[i], 0, &event, NULL) == CXD_E_REENTRANT && !event;
  }
  calls_fine += cxd_batch_count(batch) == 1 && cxd_batch_in_flight(batch) == 1 && cxd_batch_fd(batch) >= 0;
  return CXD_ACCEPTED;
}

START_TEST(no_batch_of_the_client_is_driven_inside_a_callback) {
  cxd_callback callback = {.size = sizeof callback, .on_result = try_all};
  calls_refused = calls_fine = 0;
  open_with(2, NULL, &callback);
  other = batch_of(rig.updater);
  add_calls(batch, 0, 100);
  ck_run(batch);
  ck_assert_int_eq(calls_refused, 6);
  ck_assert_int_eq(calls_fine, 1);
  ck_item(batch, 0, CXD_OUTCOME_APPLIED, CXD_OK);
  add_calls(other, 1, 100);
  calls_refused = 0;
  ck_run(other); /* nothing was left behind */
  ck_assert_int_eq(calls_refused, 6);
  close_batch();
}
END_TEST

static int32_t run_foreign(void *user_data, const cxd_result *result) {
  ck_assert_ptr_nonnull(result);
  return cxd_batch_run(user_data, NULL) == CXD_OK ? CXD_ACCEPTED : 0;
}

START_TEST(a_batch_of_another_client_is) {
  batches_open(&rig, 2, NULL, NULL);
  cxd_client *client = client_of(rig.config);
  cxd_updater *updater = updater_of(rig.config, client);
  other = batch_of(updater);
  add_calls(other, 1, 100);
  cxd_callback callback = {.size = sizeof callback, .user_data = other, .on_result = run_foreign};
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  batch = batch_of(rig.updater);
  add_calls(batch, 0, 100);
  ck_run(batch);
  ck_assert_int_eq(cxd_result_callback_status(cxd_batch_result(batch, 0)), CXD_OK);
  ck_item(other, 0, CXD_OUTCOME_APPLIED, CXD_OK);
  cxd_updater_free(updater);
  cxd_client_free(client);
  close_batch();
}
END_TEST

START_TEST(two_batches_of_a_client_take_turns) {
  open_batch(2 * MANY, NULL);
  other = batch_of(rig.updater);
  for (size_t i = 0; i < MANY; i++) {
    add_calls(batch, i, 100);
    add_calls(other, MANY + i, 100);
  }
  for (int32_t left = 1, others = 1; left || others;) {
    ck_assert_int_eq(cxd_batch_process(batch, &left, NULL), CXD_OK);
    ck_assert_int_eq(cxd_batch_process(other, &others, NULL), CXD_OK);
    struct pollfd wait[] = {{.fd = cxd_batch_fd(batch), .events = POLLIN}, {.fd = cxd_batch_fd(other), .events = POLLIN}};
    if (left || others)
      (void)poll(wait, 2, 1);
  }
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_all(other, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

/* ---------------------------------------------------------- no descriptors, other processes */

static struct rlimit no_more_files(void) {
  struct rlimit before, now;
  int free_one = dup(STDOUT_FILENO);
  ck_assert_int_ge(free_one, 0);
  (void)close(free_one);
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
  now = before;
  now.rlim_cur = (rlim_t)free_one;
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
  return before;
}

START_TEST(without_a_descriptor_to_be_had_the_items_say_so) {
  int32_t remaining = 1;
  cxd_error *error = NULL;
  open_batch(2, NULL);
  add_many(batch, 2, 100);
  struct rlimit before = no_more_files();
  ck_assert_int_eq(cxd_batch_fd(batch), -1);
  ck_assert_int_eq(cxd_batch_timeout_ms(batch), 0); /* process has something to say */
  ck_assert_int_eq(cxd_batch_process(batch, &remaining, &error), CXD_E_IO);
  ck_error(&error, CXD_E_IO, "raise the limit of open files");
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
  ck_assert_int_eq(remaining, 0);
  ck_all(batch, CXD_OUTCOME_NOT_APPLIED, CXD_E_IO);
  add_calls(batch, 0, 101);
  poll_to_the_end(batch);
  ck_item(batch, 2, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

START_TEST(without_one_for_a_connection_the_items_end_too) {
  open_batch(2, LIST("retry.deadline_ms", "500"));
  ck_assert_int_ge(cxd_batch_fd(batch), 0);
  add_many(batch, 2, 100);
  struct rlimit before = no_more_files();
  poll_to_the_end(batch);
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
  ck_assert_uint_eq(cxd_batch_outcomes(batch, CXD_OUTCOME_NOT_APPLIED), 2);
  rig.other_hands = 1; /* nothing that was counted arrived */
  close_batch();
}
END_TEST

#define EXPECT(condition) \
  do { \
    if (!(condition)) { \
      (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      _exit(1); \
    } \
  } while (0)

static void child(void) {
  const cxd_event *event = NULL;
  int32_t remaining = 1;
  EXPECT(cxd_batch_process(batch, &remaining, NULL) == CXD_E_FORKED && remaining == 0);
  EXPECT(cxd_batch_run(batch, NULL) == CXD_E_FORKED);
  EXPECT(cxd_batch_next_event(batch, 0, &event, NULL) == CXD_E_FORKED && !event);
  EXPECT(cxd_batch_add_json(batch, "{}", 2, NULL) == CXD_E_FORKED);
  EXPECT(cxd_batch_fd(batch) == -1);
  EXPECT(cxd_batch_timeout_ms(batch) == -1);
  EXPECT(cxd_batch_count(batch) == MANY);
  cxd_batch_stop(batch);
  cxd_batch_cancel(batch);
  cxd_batch_free(batch);
  _exit(0);
}

static void ck_child(void) {
  int status = -1;
  (void)fflush(NULL);
  pid_t pid = fork();
  ck_assert_int_ge(pid, 0);
  if (pid == 0)
    child();
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
}

START_TEST(a_child_leaves_the_batch_of_its_parent_alone) {
  open_batch(MANY, LIST("audit.mode", "required"));
  add_many(batch, MANY, 100);
  while (cxd_batch_done(batch) < 3)
    (void)poll_once(batch);
  ck_child();
  poll_to_the_end(batch);
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  ck_log_whole(&rig, MANY);
  close_batch();
}
END_TEST

START_TEST(a_child_leaves_a_wanted_token_to_its_parent) {
  batches_open(&rig, MANY, NULL, NULL);
  batches_token_events(&rig);
  batch = batch_of(rig.updater);
  add_many(batch, MANY, 100);
  ck_assert_int_eq(cxd_batch_process(batch, NULL, NULL), CXD_OK); /* wanted and not told */
  ck_child();
  ck_assert_int_eq(readable(cxd_batch_fd(batch)), 0);
  answer_token(&rig, next_event(batch, -1, CXD_EVENT_TOKEN));
  while (cxd_event_kind(next_event(batch, -1, -1)) != CXD_EVENT_DONE)
    ;
  ck_all(batch, CXD_OUTCOME_APPLIED, CXD_OK);
  close_batch();
}
END_TEST

/* ------------------------------------------------------------------------ ten in one loop */

#define TEN 10
#define EACH 12

struct ten {
  cxd_batch *batches[TEN];
  int32_t left[TEN];
  int epoll, first_end;
};

/* What another thread does meanwhile, on the client of the first. */
static atomic_int apply_over;

static void *apply_meanwhile(void *context) {
  cxd_result *result = NULL;
  cxd_campaign *change = calls_change("c-0", 321);
  cxd_status status = cxd_updater_apply(context, change, &result, NULL);
  cxd_result_free(result);
  cxd_campaign_free(change);
  atomic_store(&apply_over, 1);
  return (void *)(uintptr_t)status;
}

static void ten_begin(struct ten *ten, cxd_updater *const updaters[]) {
  ten->epoll = epoll_create1(EPOLL_CLOEXEC);
  ck_assert_int_ge(ten->epoll, 0);
  for (size_t i = 0; i < TEN; i++) {
    ten->batches[i] = batch_of(updaters[i]);
    for (size_t item = 0; item < EACH; item++)
      add_calls(ten->batches[i], 1 + i * EACH + item, 100);
    ten->left[i] = EACH;
    struct epoll_event event = {.events = EPOLLIN, .data = {.u32 = (uint32_t)i}};
    ck_assert_int_eq(epoll_ctl(ten->epoll, EPOLL_CTL_ADD, cxd_batch_fd(ten->batches[i]), &event), 0);
  }
}

/* No batch comes to its end before each of the others is on its way; whose answer the server gives first is not ours to say. */
static void ck_fair(const struct ten *ten) {
  for (size_t i = 0; i < TEN; i++)
    ck_assert_msg(cxd_batch_done(ten->batches[i]) + cxd_batch_in_flight(ten->batches[i]) > 0, "batch %zu has not had its turn", i);
}

static void ten_process(struct ten *ten, size_t i) {
  ck_assert_int_eq(cxd_batch_process(ten->batches[i], &ten->left[i], NULL), CXD_OK);
  if (ten->left[i] == 0 && !ten->first_end++)
    ck_fair(ten);
  if (ten->left[i] == 0 && !atomic_load(&apply_over)) { /* they keep the quota busy until the other one is through */
    add_calls(ten->batches[i], 1 + i * EACH, 100 + (int)cxd_batch_count(ten->batches[i]) % 200);
    ten->left[i] = 1;
  }
}

static int ten_wait(struct ten *ten, struct epoll_event *events) {
  int64_t least = HANG_S * 1000;
  for (size_t i = 0; i < TEN; i++) {
    int64_t ms = cxd_batch_timeout_ms(ten->batches[i]);
    least = ms >= 0 && ms < least ? ms : least;
  }
  return epoll_wait(ten->epoll, events, TEN, (int)least);
}

static int ten_left(const struct ten *ten) {
  int any = 0;
  for (size_t i = 0; i < TEN; i++)
    any |= ten->left[i] != 0;
  return any;
}

static void ten_run(cxd_updater *const updaters[]) {
  struct ten ten = {.epoll = -1};
  struct epoll_event events[TEN];
  pthread_t thread;
  void *status = NULL;
  atomic_store(&apply_over, 0);
  ten_begin(&ten, updaters);
  ck_assert_int_eq(pthread_create(&thread, NULL, apply_meanwhile, updaters[0]), 0);
  while (ten_left(&ten)) {
    int ready = ten_wait(&ten, events);
    for (int i = 0; i < ready; i++)
      ten_process(&ten, events[i].data.u32);
    for (size_t i = 0; i < TEN; i++)
      if (cxd_batch_timeout_ms(ten.batches[i]) == 0)
        ten_process(&ten, i);
  }
  ck_assert_int_eq(pthread_join(thread, &status), 0);
  ck_assert_int_eq((cxd_status)(uintptr_t)status, CXD_OK);
  for (size_t i = 0; i < TEN; i++) {
    ck_all(ten.batches[i], CXD_OUTCOME_APPLIED, CXD_OK);
    cxd_batch_free(ten.batches[i]);
  }
  (void)close(ten.epoll);
}

START_TEST(ten_batches_of_one_client_in_one_loop) {
  cxd_updater *updaters[TEN];
  batches_open(&rig, TEN * EACH + 1, NULL, LIST("update.concurrency", "2", "rate.limit", "200", "rate.window_ms", "50"));
  for (size_t i = 0; i < TEN; i++)
    updaters[i] = rig.updater;
  ten_run(updaters);
  close_batch();
}
END_TEST

START_TEST(ten_batches_of_ten_clients_in_one_loop) {
  cxd_updater *updaters[TEN];
  cxd_client *clients[TEN];
  batches_open(&rig, TEN * EACH + 1, NULL, LIST("update.concurrency", "2"));
  for (size_t i = 0; i < TEN; i++) {
    clients[i] = client_of(rig.config);
    updaters[i] = updater_of(rig.config, clients[i]);
  }
  ten_run(updaters);
  for (size_t i = 0; i < TEN; i++) {
    cxd_updater_free(updaters[i]);
    cxd_client_free(clients[i]);
  }
  close_batch();
}
END_TEST

static Suite *loop_suite(void) {
  Suite *suite = suite_create("batch_loop");
  TCase *contract = suite_case(suite, "contract", NULL, NULL);
  tcase_set_timeout(contract, HANG_S);
  tcase_add_test(contract, the_descriptor_stays_the_same);
  tcase_add_test(contract, stop_and_cancel_of_another_thread_make_it_readable);
  tcase_add_test(contract, a_loop_sleeps_while_the_quota_is_used_up);
  tcase_add_test(contract, a_loop_sleeps_while_the_server_thinks);
  tcase_add_test(contract, what_wakes_a_batch_with_nothing_to_do_wakes_it_once);
  tcase_add_test(contract, there_is_nothing_to_do_in_an_empty_batch);
  tcase_add_test(contract, items_are_added_while_it_runs);
  TCase *kinds = suite_case(suite, "kinds", NULL, NULL);
  tcase_set_timeout(kinds, HANG_S);
  tcase_add_test(kinds, poll_drives_it);
  tcase_add_test(kinds, select_drives_it);
  tcase_add_test(kinds, an_epoll_in_an_epoll_drives_it);
  tcase_add_test(kinds, signals_disturb_nothing);
  TCase *ends = suite_case(suite, "ends", NULL, NULL);
  tcase_set_timeout(ends, HANG_S);
  tcase_add_test(ends, a_batch_freed_in_flight_leaves_no_intent_without_outcome);
  tcase_add_test(ends, a_batch_freed_inside_its_callback_leaves_none_either);
  tcase_add_test(ends, a_batch_freed_inside_the_callback_of_another_leaves_none_either);
  TCase *inside = suite_case(suite, "inside", NULL, NULL);
  tcase_set_timeout(inside, HANG_S);
  tcase_add_test(inside, no_batch_of_the_client_is_driven_inside_a_callback);
  tcase_add_test(inside, a_batch_of_another_client_is);
  tcase_add_test(inside, two_batches_of_a_client_take_turns);
  TCase *world = suite_case(suite, "world", NULL, NULL);
  tcase_set_timeout(world, HANG_S);
  tcase_add_test(world, without_a_descriptor_to_be_had_the_items_say_so);
  tcase_add_test(world, without_one_for_a_connection_the_items_end_too);
  tcase_add_test(world, a_child_leaves_the_batch_of_its_parent_alone);
  tcase_add_test(world, a_child_leaves_a_wanted_token_to_its_parent);
  TCase *many = suite_case(suite, "many", NULL, NULL);
  tcase_set_timeout(many, HANG_S);
  tcase_add_test(many, ten_batches_of_one_client_in_one_loop);
  tcase_add_test(many, ten_batches_of_ten_clients_in_one_loop);
  return suite;
}

int main(void) { return run_suite(loop_suite()); }

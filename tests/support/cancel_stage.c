/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* sem_timedwait, clock_gettime */
#include "cancel_stage.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "slow_names.h"

#define ID "c-1"

int64_t stage_now_us(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* -------------------------------------------------------------------- methods of the host */

static void await_sem(sem_t *sem) {
  struct timespec end;
  (void)clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += HANG_S;
  int waited;
  while ((waited = sem_timedwait(sem, &end)) != 0 && errno == EINTR)
    ;
  ck_assert_msg(waited == 0, "nobody came by");
}

/* The first visit is held, if this is the place. */
static void visit(struct stage *stage, enum stage_place place) {
  int wanted = (int)place;
  if (!atomic_compare_exchange_strong(&stage->place, &wanted, STAGE_NOWHERE))
    return;
  (void)sem_post(&stage->entered);
  while (sem_wait(&stage->let_go) != 0)
    ;
}

static int32_t check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  (void)change;
  (void)at_unix_ms;
  (void)report;
  if (merged)
    visit(user_data, STAGE_IN_RULE);
  return CXD_ACCEPTED;
}

static int32_t append(void *user_data, const char *record, size_t len) {
  struct stage *stage = user_data;
  size_t old = strlen(stage->records);
  char *more = realloc(stage->records, old + len + 1);
  if (!more)
    return 0;
  memcpy(more + old, record, len);
  more[old + len] = '\0';
  stage->records = more;
  visit(stage, STAGE_IN_LOGGER);
  return CXD_ACCEPTED;
}

static int32_t on_result(void *user_data, const cxd_result *result) {
  (void)result;
  visit(user_data, STAGE_IN_CALLBACK);
  return CXD_ACCEPTED;
}

/* The head of an answer was received: it is dealt with before the thread goes to sleep again. */
static void write_log(void *user_data, int32_t level, const char *text, size_t len) {
  struct stage *stage = user_data;
  (void)level;
  if (len < 7 || memcmp(text, "< HTTP/", 7) != 0)
    return;
  atomic_store(&stage->parked_at_answer, atomic_load(&stage->call.parked.times));
  atomic_fetch_add(&stage->answers, 1);
  visit(stage, STAGE_IN_LOG);
}

static int32_t fetch_later(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  struct stage *stage = user_data;
  (void)request;
  if (stage->sink) /* the second time it is at hand */
    return cxd_token_sink_accept(sink, "tok", 3, 3600) == CXD_OK ? CXD_ACCEPTED : 0;
  stage->sink = sink;
  (void)sem_post(&stage->entered);
  return CXD_PENDING;
}

/* ------------------------------------------------------------------------------- the server */

static const char document[] =
    "{\"id\":\"" ID "\",\"name\":\"N\",\"status\":\"running\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\","
    "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85},\"rules\":[]";

static void say(struct stage *stage, const char *status_and_fields, const char *body, size_t len) {
  char head[512];
  (void)snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", status_and_fields, len);
  puppet_say(&stage->server, head);
  puppet_say_bytes(&stage->server, body, len);
}

static void say_status(struct stage *stage, const char *status_and_fields) { say(stage, status_and_fields, "{}", 2); }

static void say_campaign(struct stage *stage) {
  char text[1024];
  (void)snprintf(text, sizeof text, "%s}", document);
  say(stage, "200 OK\r\nETag: \"v7\"", text, strlen(text));
}

static void say_token(struct stage *stage) {
  static const char token[] = "{\"access_token\":\"tok\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
  say(stage, "200 OK", token, sizeof token - 1);
}

static void answer(struct stage *stage) {
  if (strncmp(stage->server.request, "POST ", 5) == 0)
    say_token(stage);
  else if (strncmp(stage->server.request, "GET ", 4) == 0)
    say_campaign(stage);
  else
    say(stage, "200 OK", "", 0);
}

static void expect(struct stage *stage, const char *method) {
  puppet_read_head(&stage->server);
  ck_assert_msg(strncmp(stage->server.request, method, strlen(method)) == 0, "%.60s in place of %s", stage->server.request, method);
}

static void to_put(struct stage *stage) {
  expect(stage, "GET ");
  say_campaign(stage);
  puppet_read(&stage->server);
  ck_assert_int_eq(strncmp(stage->server.request, "PUT ", 4), 0);
}

/* The n-th answer has been dealt with, and the thread sleeps. */
static void await_answer(struct stage *stage, size_t n) {
  time_t end = time(NULL) + HANG_S;
  while (atomic_load(&stage->answers) < n) {
    ck_assert_msg(time(NULL) < end, "answer %zu was never seen", n);
    (void)sched_yield();
  }
  parked_await(&stage->call.parked, atomic_load(&stage->parked_at_answer));
}

static void await_sleep(struct stage *stage) { parked_await(&stage->call.parked, 0); }

/* ------------------------------------------------------------------------ a call and its end */

static void *run(void *context) {
  struct stage_call *call = context;
  cxd_campaign *campaign = NULL;
  parked_watch(&call->parked);
  if (call->kind == STAGE_GET)
    call->status = cxd_client_get(call->stage->client, ID, &campaign, NULL);
  else {
    (void)cxd_campaign_new(ID, &campaign, NULL);
    (void)cxd_campaign_set_int(campaign, CXD_FIELD_MAX_CONCURRENT_CALLS, 151, NULL);
    call->status = (call->kind == STAGE_PLAN ? cxd_updater_plan : cxd_updater_apply)(call->updater, campaign, &call->result, NULL);
  }
  call->returned_us = stage_now_us();
  parked_watch(NULL);
  cxd_campaign_free(campaign);
  (void)eventfd_write(call->over, 1);
  return NULL;
}

static void begin(struct stage *stage, struct stage_call *call, cxd_updater *updater, enum stage_kind kind) {
  *call = (struct stage_call){.stage = stage, .kind = kind, .updater = updater, .over = eventfd(0, EFD_CLOEXEC)};
  ck_assert_int_ge(call->over, 0);
  atomic_store(&stage->answers, 0);
  ck_assert_int_eq(pthread_create(&call->thread, NULL, run, call), 0);
}

static void join(struct stage_call *call) {
  struct pollfd wait = {.fd = call->over, .events = POLLIN};
  int ready;
  while ((ready = poll(&wait, 1, HANG_S * 1000)) < 0 && errno == EINTR)
    ;
  ck_assert_msg(ready == 1, "the call never returned");
  ck_assert_int_eq(pthread_join(call->thread, NULL), 0);
  (void)close(call->over);
}

static void forget(struct stage_call *call) {
  cxd_result_free(call->result);
  call->result = NULL;
}

static void serve(struct stage *stage, struct stage_call *call) {
  while (puppet_next(&stage->server, call->over))
    answer(stage);
  join(call);
}

void stage_begin(struct stage *stage, enum stage_kind kind) {
  atomic_store(&stage->place, (int)stage->state->place);
  begin(stage, &stage->call, stage->updater, kind);
}

void stage_reach(struct stage *stage) { stage->state->reach(stage); }

void stage_cancel(struct stage *stage, int whole_client) {
  stage->whole_client = whole_client;
  if (whole_client)
    cxd_client_cancel(stage->client);
  else
    cxd_updater_cancel(stage->updater);
}

void stage_leave(struct stage *stage) {
  if (stage->state->place != STAGE_NOWHERE)
    (void)sem_post(&stage->let_go);
}

void stage_end(struct stage *stage) { join(&stage->call); }

void stage_serve(struct stage *stage) { serve(stage, &stage->call); }

void stage_forget(struct stage *stage) { forget(&stage->call); }

/* ---------------------------------------------------------------------- waits before a PUT has left */

static void in_limiter(struct stage *stage) {
  expect(stage, "GET ");
  say_campaign(stage);
  await_answer(stage, 1);
}

/* A call that is told to come back in ten minutes gives up at once; the gate stays closed for the next. */
static void close_gate(struct stage *stage) {
  begin(stage, &stage->call, NULL, STAGE_GET);
  expect(stage, "GET ");
  say_status(stage, "429 Too Many Requests\r\nRetry-After: 600");
  join(&stage->call);
  ck_assert_int_eq(stage->call.status, CXD_E_RATE_LIMITED);
}

static void in_backoff(struct stage *stage) {
  expect(stage, "GET ");
  say_status(stage, "503 Service Unavailable");
  await_answer(stage, 1);
}

static void in_own_exchange(struct stage *stage) {
  puppet_read(&stage->server);
  ck_assert_int_eq(strncmp(stage->server.request, "POST ", 5), 0);
}

static void lead_with_another(struct stage *stage) {
  begin(stage, &stage->other, stage->other_updater, STAGE_APPLY);
  in_own_exchange(stage);
}

static void let_leader_finish(struct stage *stage) {
  if (stage->whole_client)
    join(&stage->other);
  else {
    say_token(stage);
    serve(stage, &stage->other);
  }
  ck_assert_int_eq(stage->other.status, stage->whole_client ? CXD_E_CANCELLED : CXD_OK);
  forget(&stage->other);
}

static void provide_later(struct stage *stage) {
  cxd_token_provider provider = {.size = sizeof provider, .user_data = stage, .fetch = fetch_later};
  ck_assert_int_eq(cxd_client_set_token_provider(stage->client, &provider, NULL), CXD_OK);
}

static void in_own_provider(struct stage *stage) {
  await_sem(&stage->entered);
  await_sleep(stage);
}

/* Nobody waits for it any more, and the sink must be completed all the same. */
static void complete_sink(struct stage *stage) { ck_assert_int_eq(cxd_token_sink_accept(stage->sink, "late", 4, 3600), CXD_OK); }

/* One connection more than fits: what comes after it gets no answer to its SYN. */
static void fill_queue(struct stage *stage) {
  puppet_close(&stage->server);
  puppet_open(&stage->server, 0, 0);
  stage->filler = puppet_connect(&stage->server);
  char url[sizeof stage->server.url];
  (void)snprintf(url, sizeof url, "%s", stage->server.url);
  set(stage->config, "api.base_url", url);
}

static void empty_queue(struct stage *stage) {
  puppet_accept(&stage->server);
  puppet_hang_up(&stage->server);
  (void)close(stage->filler);
}

static void in_connect(struct stage *stage) {
  time_t end = time(NULL) + HANG_S;
  while (!puppet_has_caller(&stage->server)) {
    ck_assert_msg(time(NULL) < end, "nobody calls");
    (void)sched_yield();
  }
}

static void speak_tls(struct stage *stage) {
  char url[sizeof stage->server.url + 1];
  (void)snprintf(url, sizeof url, "https%s", stage->server.url + 4);
  set(stage->config, "api.base_url", url);
}

static void in_handshake(struct stage *stage) { puppet_read_byte(&stage->server); }

static void hold_name(struct stage *stage) {
  char url[128];
  (void)snprintf(url, sizeof url, "http://" SLOW_NAME ":%u", stage->server.port);
  set(stage->config, "api.base_url", url);
  slow_names_hold();
}

static void in_lookup(struct stage *stage) {
  (void)stage;
  slow_names_await(1);
}

static void let_name_go(struct stage *stage) {
  (void)stage;
  slow_names_let_go();
}

static void before_the_head(struct stage *stage) { expect(stage, "GET "); }

static void in_the_body(struct stage *stage) {
  expect(stage, "GET ");
  puppet_say(&stage->server, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"id\":");
  await_answer(stage, 1);
}

/* ----------------------------------------------------------------------- waits after a PUT has left */

/* Far more than the buffers of both sides hold. */
#define LARGE ((size_t)960 * 1024)

static void use_small_buffer(struct stage *stage) {
  puppet_close(&stage->server);
  puppet_open(&stage->server, 16, 4096);
  set(stage->config, "api.base_url", stage->server.url);
}

static void in_the_upload(struct stage *stage) {
  char *text = malloc(LARGE + 1);
  ck_assert_ptr_nonnull(text);
  int head = snprintf(text, LARGE, "%s,\"note\":\"", document);
  memset(text + head, 'x', LARGE - (size_t)head);
  memcpy(text + LARGE - 2, "\"}", 3);
  expect(stage, "GET ");
  say(stage, "200 OK\r\nETag: \"v7\"", text, LARGE);
  free(text);
  puppet_read_head(&stage->server);
  ck_assert_int_eq(strncmp(stage->server.request, "PUT ", 4), 0);
}

/* What is on its way of it is no head of a request. */
static void drop_upload(struct stage *stage) { puppet_hang_up(&stage->server); }

static void before_the_puts_head(struct stage *stage) { to_put(stage); }

static void in_the_puts_body(struct stage *stage) {
  to_put(stage);
  puppet_say(&stage->server, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"id\":");
  await_answer(stage, 2);
}

static void between_two_puts(struct stage *stage) {
  to_put(stage);
  say_status(stage, "429 Too Many Requests\r\nRetry-After: 600");
  await_answer(stage, 2);
}

static void in_look_at_202(struct stage *stage) {
  to_put(stage);
  say_status(stage, "202 Accepted");
  expect(stage, "GET ");
}

static void between_looks_at_202(struct stage *stage) {
  in_look_at_202(stage);
  say_campaign(stage);
  await_answer(stage, 3);
}

static void reading_back(struct stage *stage) {
  to_put(stage);
  puppet_hang_up(&stage->server);
  expect(stage, "GET ");
}

/* ----------------------------------------------------------------------------- inside methods */

static void in_rule(struct stage *stage) {
  expect(stage, "GET ");
  say_campaign(stage);
  await_sem(&stage->entered);
}

static void in_callback(struct stage *stage) {
  to_put(stage);
  say(stage, "200 OK", "", 0);
  await_sem(&stage->entered);
}

/* -------------------------------------------------------------------------------- the table */

#define FOR_EVER "86400000"

static const char *const one_a_day[] = {"rate.limit", "1", "rate.window_ms", "3600000", NULL};
static const char *const no_patience[] = {"retry.max_retry_after_ms", "1000", NULL};
static const char *const much_patience[] = {"retry.max_retry_after_ms", "3600000", NULL};
static const char *const long_pauses[] = {"retry.base_ms", "600000", "retry.cap_ms", "3600000", NULL};
static const char *const no_token[] = {"auth.token", "", NULL};
static const char *const any_host[] = {"api.allow_http", "on", NULL};

#define BEFORE .outcome = CXD_OUTCOME_CANCELLED
#define AFTER .outcome = CXD_OUTCOME_UNKNOWN, .intent = 1, .sends = 1

const struct stage_state stage_states[] = {
    {"limiter", .settings = one_a_day, .reach = in_limiter, .reach_again = await_sleep, .intent = 1, BEFORE},
    {"gate", .settings = no_patience, .prepare = close_gate, .reach = await_sleep, .reach_again = await_sleep, .reading = 1, BEFORE},
    {"back-off", .settings = long_pauses, .reach = in_backoff, .reading = 1, BEFORE},
    {"token-leader", .settings = no_token, .reach = in_own_exchange, .reading = 1, BEFORE},
    {"token-waiter", .settings = no_token, .prepare = lead_with_another, .reach = await_sleep, .clear_up = let_leader_finish, .reading = 1, BEFORE},
    {"token-provider", .settings = no_token, .prepare = provide_later, .reach = in_own_provider, .clear_up = complete_sink, .reading = 1, BEFORE},
    {"name-lookup", .settings = any_host, .configure = hold_name, .reach = in_lookup, .clear_up = let_name_go, .reading = 1, BEFORE},
    {"connect", .configure = fill_queue, .reach = in_connect, .clear_up = empty_queue, .reading = 1, BEFORE},
    {"tls-handshake", .configure = speak_tls, .reach = in_handshake, .reach_again = in_handshake, .reading = 1, BEFORE},
    {"get-head", .reach = before_the_head, .reading = 1, BEFORE},
    {"get-body", .reach = in_the_body, .reading = 1, BEFORE},
    {"rule", .reach = in_rule, .place = STAGE_IN_RULE, .intent = 1, BEFORE},
    {"log", .reach = in_rule, .place = STAGE_IN_LOG, BEFORE},
    {"audit-logger", .reach = in_rule, .place = STAGE_IN_LOGGER, .intent = 1, BEFORE},
    {"put-upload", .configure = use_small_buffer, .reach = in_the_upload, .clear_up = drop_upload, AFTER},
    {"put-head", .reach = before_the_puts_head, AFTER},
    {"put-body", .reach = in_the_puts_body, AFTER},
    {"put-throttled", .settings = much_patience, .reach = between_two_puts, .reach_again = await_sleep, AFTER},
    {"202-look", .reach = in_look_at_202, AFTER},
    {"202-pause", .settings = long_pauses, .reach = between_looks_at_202, AFTER},
    {"read-back", .reach = reading_back, AFTER},
    {"callback", .reach = in_callback, .place = STAGE_IN_CALLBACK, .outcome = CXD_OUTCOME_APPLIED, .intent = 1, .sends = 1},
};

const size_t stage_state_count = sizeof stage_states / sizeof *stage_states;

/* ------------------------------------------------------------------------------ its set-up */

static void make_config(struct stage *stage) {
  const struct stage_state *state = stage->state;
  stage->config = config_for(stage->server.url, LIST("auth.token", "tok", "audit.mode", "required", "retry.deadline_ms", FOR_EVER, "http.attempt_timeout_ms", "3600000", "http.connect_timeout_ms", "600000"));
  for (size_t i = 0; state->settings && state->settings[i]; i += 2)
    set(stage->config, state->settings[i], state->settings[i + 1]);
  if (state->configure)
    state->configure(stage);
}

static void register_methods(struct stage *stage) {
  cxd_rule rule = {.size = sizeof rule, .user_data = stage, .check = check};
  cxd_log log = {.size = sizeof log, .user_data = stage, .write = write_log};
  ck_assert_int_eq(cxd_validator_new(stage->config, &stage->validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_validator_add_rule(stage->validator, &rule, NULL), CXD_OK);
  ck_assert_int_eq(cxd_client_set_log(stage->client, &log, NULL), CXD_OK);
}

static void make_updater(struct stage *stage) {
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = stage, .append = append};
  cxd_callback callback = {.size = sizeof callback, .user_data = stage, .on_result = on_result};
  ck_assert_int_eq(cxd_updater_new(stage->config, stage->client, stage->validator, &stage->updater, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_set_audit_logger(stage->updater, &logger, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(stage->updater, &callback, NULL), CXD_OK);
  set(stage->config, "audit.mode", "off");
  stage->other_updater = updater_of(stage->config, stage->client);
}

void stage_open(struct stage *stage, const struct stage_state *state) {
  memset(stage, 0, sizeof *stage);
  stage->state = state;
  stage->records = calloc(1, 1);
  ck_assert_int_eq(sem_init(&stage->entered, 0, 0), 0);
  ck_assert_int_eq(sem_init(&stage->let_go, 0, 0), 0);
  puppet_open(&stage->server, 16, 0);
  make_config(stage);
  stage->client = client_of(stage->config);
  register_methods(stage);
  make_updater(stage);
  if (state->prepare)
    state->prepare(stage);
}

void stage_close(struct stage *stage) {
  stage_forget(stage);
  cxd_updater_free(stage->updater);
  cxd_updater_free(stage->other_updater);
  cxd_validator_free(stage->validator);
  cxd_client_free(stage->client);
  cxd_config_free(stage->config);
  puppet_close(&stage->server);
  (void)sem_destroy(&stage->entered);
  (void)sem_destroy(&stage->let_go);
  free(stage->records);
}

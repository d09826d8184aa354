/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A connection that is gone when something is written to it raises SIGPIPE, which ends a program that does not expect it. */
#define _GNU_SOURCE /* pthread_sigmask, sigtimedwait, accept4 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "broken_pipe.h"
#include "puppet.h"
#include "rig.h"
#include "run.h"

/* ----------------------------------------------------------------- what a host may have set */

enum host { HOST_DEFAULT, HOST_IGNORES, HOST_HANDLES, HOST_BLOCKS, HOST_BLOCKS_WITH_ONE_PENDING, HOSTS };

static atomic_size_t handled;

static void on_sigpipe(int signal) {
  (void)signal;
  atomic_fetch_add(&handled, 1);
}

static sigset_t pipe_only(void) {
  sigset_t set;
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGPIPE);
  return set;
}

static int is_pending(void) {
  sigset_t pending;
  ck_assert_int_eq(sigpending(&pending), 0);
  return sigismember(&pending, SIGPIPE);
}

static int is_blocked(void) {
  sigset_t mask;
  ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
  return sigismember(&mask, SIGPIPE);
}

static void take_pending(void) {
  sigset_t set = pipe_only();
  struct timespec now = {0, 0};
  while (sigtimedwait(&set, NULL, &now) == SIGPIPE)
    ;
}

static void host_begin(enum host host) {
  sigset_t set = pipe_only();
  struct sigaction action = {.sa_handler = host == HOST_IGNORES ? SIG_IGN : host == HOST_HANDLES ? on_sigpipe : SIG_DFL};
  ck_assert_int_eq(sigaction(SIGPIPE, &action, NULL), 0);
  ck_assert_int_eq(pthread_sigmask(host >= HOST_BLOCKS ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL), 0);
  if (host == HOST_BLOCKS_WITH_ONE_PENDING)
    ck_assert_int_eq(raise(SIGPIPE), 0);
  atomic_store(&handled, 0);
  (void)broken_pipe_actions();
}

/* All is as the host left it, and no signal came, or waits for the day when it is unblocked. */
static void host_end(enum host host) {
  struct sigaction action;
  ck_assert_int_eq(sigaction(SIGPIPE, NULL, &action), 0);
  ck_assert(action.sa_handler == (host == HOST_IGNORES ? SIG_IGN : host == HOST_HANDLES ? on_sigpipe : SIG_DFL));
  ck_assert_int_eq(is_blocked(), host >= HOST_BLOCKS);
  ck_assert_uint_eq(atomic_load(&handled), 0);
  ck_assert_int_eq(is_pending(), host == HOST_BLOCKS_WITH_ONE_PENDING);
  take_pending();
}

/* ------------------------------------------------------------------------- each kind of call */

static void get_once(struct rig *rig) {
  cxd_campaign *campaign = NULL;
  (void)cxd_client_get(rig->client, SAMPLE_ID, &campaign, NULL);
  cxd_campaign_free(campaign);
}

static void list_once(struct rig *rig) {
  cxd_campaign_list *list = NULL;
  (void)cxd_client_list(rig->client, NULL, &list, NULL);
  cxd_campaign_list_free(list);
}

static void update_once(struct rig *rig, cxd_status (*update)(cxd_updater *, const cxd_campaign *, cxd_result **, cxd_error **)) {
  static int64_t calls = 100;
  cxd_campaign *change = calls_change(SAMPLE_ID, ++calls);
  cxd_result *result = NULL;
  (void)update(rig->updater, change, &result, NULL);
  ck_assert_ptr_nonnull(result);
  cxd_result_free(result);
  cxd_campaign_free(change);
}

static void plan_once(struct rig *rig) { update_once(rig, cxd_updater_plan); }

static void apply_once(struct rig *rig) { update_once(rig, cxd_updater_apply); }

static void (*const calls[])(struct rig *rig) = {get_once, list_once, plan_once, apply_once};

#define CALLS (sizeof calls / sizeof *calls)

START_TEST(a_broken_pipe_is_an_error_and_no_signal_whatever_the_host_has_set) {
  struct rig rig;
  size_t hits = 0;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "retry.budget", "1000000"));
  rig.other_hands = 1; /* not all that leaves arrives: the writes are broken */
  for (size_t call = 0; call < CALLS; call++)
    for (size_t after = 0; after < 4; after++) {
      host_begin((enum host)_i);
      broken_pipe_arm(after, 1);
      calls[call](&rig);
      broken_pipe_arm(0, 0);
      host_end((enum host)_i);
      hits += broken_pipe_hits();
    }
  ck_assert_uint_gt(hits, CALLS); /* apply sends twice */
  host_begin(HOST_DEFAULT);
  rig_close(&rig);
}
END_TEST

START_TEST(calls_without_any_trouble_leave_the_host_as_it_was) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  for (size_t call = 0; call < CALLS; call++) {
    host_begin((enum host)_i);
    calls[call](&rig);
    cxd_updater_cancel(rig.updater);
    cxd_client_cancel(rig.client);
    host_end((enum host)_i);
  }
  host_begin(HOST_DEFAULT);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------------------------- goodbyes */

struct tls {
  char dir[128];
  char *cert, *key;
};

static void tls_open(struct tls *tls) {
  char command[1024];
  scratch_open(tls->dir);
  tls->cert = scratch_path(tls->dir, "cert.pem");
  tls->key = scratch_path(tls->dir, "key.pem");
  (void)snprintf(command, sizeof command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cxdialer-sim -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", tls->key, tls->cert);
  ck_assert_int_eq(system(command), 0);
}

static void tls_close(struct tls *tls) {
  free(tls->cert);
  free(tls->key);
  scratch_close(tls->dir);
}

/* The end of a client says goodbye on its idle TLS connections. */
static void free_on_broken_pipes(const char *const options[], const char *const settings[], enum host host) {
  struct rig rig;
  rig_open(&rig, options, settings);
  apply_once(&rig);
  host_begin(host);
  broken_pipe_arm(0, SIZE_MAX);
  cxd_updater_free(rig.updater);
  cxd_client_free(rig.client);
  broken_pipe_arm(0, 0);
  host_end(host);
  rig.updater = NULL;
  rig.client = NULL;
  host_begin(HOST_DEFAULT);
  rig_close(&rig);
}

START_TEST(a_goodbye_into_a_broken_pipe_is_no_signal) {
  struct tls tls;
  tls_open(&tls);
  (void)broken_pipe_hits();
  free_on_broken_pipes(LIST("--tls-cert", tls.cert, "--tls-key", tls.key), LIST("http.ca_file", tls.cert), (enum host)_i);
  ck_assert_uint_gt(broken_pipe_hits(), 0); /* it does say goodbye */
  tls_close(&tls);
}
END_TEST

START_TEST(nobody_touches_the_disposition_of_the_signal) {
  struct tls tls;
  struct rig rig;
  tls_open(&tls);
  host_begin(HOST_HANDLES);
  rig_open(&rig, LIST("--tls-cert", tls.cert, "--tls-key", tls.key), LIST("http.ca_file", tls.cert));
  (void)broken_pipe_actions();
  apply_once(&rig);
  ck_assert_uint_eq(broken_pipe_actions(), 0);
  cxd_updater_free(rig.updater);
  cxd_client_free(rig.client);
  ck_assert_uint_eq(broken_pipe_actions(), 0);
  rig.updater = NULL;
  rig.client = NULL;
  rig_close(&rig);
  host_begin(HOST_DEFAULT);
  tls_close(&tls);
}
END_TEST

/* ------------------------------------------------------------------------------- real servers */

enum rudeness { RUDE_AT_ONCE, RUDE_WITH_FIN, RUDE_AFTER_A_BYTE, RUDE_AFTER_AN_ANSWER, RUDENESSES };

struct rude {
  struct puppet puppet;
  enum rudeness how;
  pthread_t thread;
};

static void be_rude(struct rude *rude, int fd) {
  static const char answer[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  char bytes[16384];
  if (rude->how >= RUDE_AFTER_A_BYTE)
    (void)recv(fd, bytes, rude->how == RUDE_AFTER_A_BYTE ? 1 : sizeof bytes, 0);
  if (rude->how == RUDE_AFTER_AN_ANSWER)
    (void)send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
  if (rude->how != RUDE_WITH_FIN)
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  (void)close(fd);
}

static void *serve_rudely(void *context) {
  struct rude *rude = context;
  for (int fd; (fd = accept4(rude->puppet.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;)
    be_rude(rude, fd);
  return NULL;
}

#define MANY 60

START_TEST(servers_that_reset_before_they_have_read_kill_nobody) {
  struct rude rude = {.how = (enum rudeness)(_i / 2)};
  struct tls tls;
  char url[128];
  tls_open(&tls);
  host_begin(HOST_DEFAULT);
  puppet_open(&rude.puppet, 16, 0);
  ck_assert_int_eq(pthread_create(&rude.thread, NULL, serve_rudely, &rude), 0);
  (void)snprintf(url, sizeof url, "%s%.40s", _i % 2 ? "https" : "http", rude.puppet.url + 4);
  cxd_config *config = config_for(url, LIST("auth.token", "tok", "retry.budget", "1000000", "update.mode", "replace", "http.ca_file", tls.cert));
  cxd_client *client = client_of(config);
  for (int i = 0; i < MANY; i++) {
    cxd_campaign *campaign = NULL;
    ck_assert_int_ne(cxd_client_get(client, "c-1", &campaign, NULL), CXD_OK);
  }
  cxd_client_free(client);
  host_end(HOST_DEFAULT);
  cxd_config_free(config);
  (void)shutdown(rude.puppet.listener, SHUT_RDWR);
  ck_assert_int_eq(pthread_join(rude.thread, NULL), 0);
  puppet_close(&rude.puppet);
  tls_close(&tls);
}
END_TEST

/* With idle TLS connections to a server that is killed: the next call finds them dead, and the last goodbye goes nowhere. */
START_TEST(a_server_that_is_killed_does_not_take_the_host_with_it) {
  struct tls tls;
  struct rig rig;
  tls_open(&tls);
  host_begin(HOST_DEFAULT);
  rig_open(&rig, LIST("--tls-cert", tls.cert, "--tls-key", tls.key), LIST("http.ca_file", tls.cert));
  apply_once(&rig);
  sim_stop(&rig.sim);
  if (_i)
    apply_once(&rig);
  cxd_updater_free(rig.updater);
  cxd_client_free(rig.client);
  host_end(HOST_DEFAULT);
  rig.updater = NULL;
  rig.client = NULL;
  sim_start(&rig.sim, NULL);
  rig_close(&rig);
  tls_close(&tls);
}
END_TEST

/* ------------------------------------------------------------------ other threads and methods */

static void *get_slowly(void *context) {
  get_once(context);
  return NULL;
}

static void await_handled(size_t count) {
  time_t end = time(NULL) + HANG_S;
  while (atomic_load(&handled) < count) {
    ck_assert_msg(time(NULL) < end, "a signal of the host's own was swallowed");
    (void)sched_yield();
  }
}

START_TEST(signals_of_the_host_reach_it_while_a_call_waits_in_another_thread) {
  struct rig rig;
  pthread_t thread;
  rig_open(&rig, NULL, LIST("http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  sim_fault(&rig.sim, "GET:*:delay=3600000");
  host_begin(HOST_HANDLES);
  ck_assert_int_eq(pthread_create(&thread, NULL, get_slowly, &rig), 0);
  sim_await(&rig.sim, "GET", 1);
  ck_assert_int_eq(raise(SIGPIPE), 0); /* for this thread */
  await_handled(1);
  ck_assert_int_eq(kill(getpid(), SIGPIPE), 0); /* for any thread */
  await_handled(2);
  cxd_client_cancel(rig.client);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_uint_eq(atomic_load(&handled), 2);
  host_begin(HOST_DEFAULT);
  rig_close(&rig);
}
END_TEST

/* Programs that a method starts inherit the mask. */
static int blocked_inside;

static void look_at_mask(void *context) {
  (void)context;
  blocked_inside += is_blocked();
}

static int32_t look_in_append(void *user_data, const char *record, size_t len) {
  (void)record;
  (void)len;
  look_at_mask(user_data);
  return CXD_ACCEPTED;
}

static int32_t look_in_callback(void *user_data, const cxd_result *result) {
  (void)result;
  look_at_mask(user_data);
  return CXD_ACCEPTED;
}

static void look_in_log(void *user_data, int32_t level, const char *text, size_t len) {
  (void)level;
  (void)text;
  (void)len;
  look_at_mask(user_data);
}

static int32_t look_in_fetch(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)request;
  look_at_mask(NULL);
  return cxd_token_sink_accept(sink, user_data, strlen(user_data), 3600) == CXD_OK ? CXD_ACCEPTED : 0;
}

START_TEST(methods_run_with_the_mask_of_the_host) {
  struct rig rig;
  struct hook hook = {.act = look_at_mask};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  char *token = sim_token(&rig.sim, "campaign:write");
  cxd_token_provider provider = {.size = sizeof provider, .user_data = token, .fetch = look_in_fetch};
  cxd_audit_logger logger = {.size = sizeof logger, .append = look_in_append};
  cxd_callback callback = {.size = sizeof callback, .on_result = look_in_callback};
  cxd_log log = {.size = sizeof log, .write = look_in_log};
  ck_assert_int_eq(cxd_client_set_token_provider(rig.client, &provider, NULL), CXD_OK);
  ck_assert_int_eq(cxd_client_set_log(rig.client, &log, NULL), CXD_OK);
  hook_in(&rig, &hook);
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  host_begin(HOST_DEFAULT);
  blocked_inside = 0;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(blocked_inside, 0);
  free(token);
  rig_close(&rig);
}
END_TEST

static void add_hosts(TCase *tc) {
  tcase_add_loop_test(tc, a_broken_pipe_is_an_error_and_no_signal_whatever_the_host_has_set, 0, HOSTS);
  tcase_add_loop_test(tc, calls_without_any_trouble_leave_the_host_as_it_was, 0, HOSTS);
  tcase_add_loop_test(tc, a_goodbye_into_a_broken_pipe_is_no_signal, 0, HOSTS);
  tcase_add_test(tc, nobody_touches_the_disposition_of_the_signal);
}

static void add_servers(TCase *tc) {
  tcase_add_loop_test(tc, servers_that_reset_before_they_have_read_kill_nobody, 0, 2 * RUDENESSES);
  tcase_add_loop_test(tc, a_server_that_is_killed_does_not_take_the_host_with_it, 0, 2);
  tcase_add_test(tc, signals_of_the_host_reach_it_while_a_call_waits_in_another_thread);
  tcase_add_test(tc, methods_run_with_the_mask_of_the_host);
}

static TCase *add_case(Suite *suite, const char *name) {
  TCase *tc = tcase_create(name);
  tcase_set_timeout(tc, 2 * HANG_S);
  suite_add_tcase(suite, tc);
  return tc;
}

int main(void) {
  Suite *suite = suite_create("sigpipe");
  add_hosts(add_case(suite, "settings of the host"));
  add_servers(add_case(suite, "servers, threads and methods"));
  return run_suite(suite);
}

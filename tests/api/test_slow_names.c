/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A name server that takes ten seconds must hold up neither a time-out nor a cancel nor the end of anything. */
#define _GNU_SOURCE /* posix_spawn, environ */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"
#include "slow_names.h"

#define LEAVE "--leave-while-a-name-is-looked-up"

extern char **environ;

struct call {
  cxd_client *client;
  cxd_status status;
  pthread_t thread;
};

static char base_url[128];

/* A client of the simulator by its slow name. The lookup waits in a thread of libcurl's own. */
static cxd_config *slow_config(const struct sim *sim, const char *const settings[]) {
  cxd_config *config = config_for("http://127.0.0.1", settings);
  (void)snprintf(base_url, sizeof base_url, "http://" SLOW_NAME "%s", strrchr(sim->url, ':'));
  set(config, "api.allow_http", "on");
  set(config, "api.base_url", base_url);
  slow_names_hold();
  return config;
}

static void *get(void *context) {
  struct call *call = context;
  cxd_campaign *campaign = NULL;
  call->status = cxd_client_get(call->client, SAMPLE_ID, &campaign, NULL);
  cxd_campaign_free(campaign);
  return NULL;
}

/* What is still looked up has to end before the program does. */
static void end_lookups(void) {
  slow_names_let_go();
  slow_names_await_alone();
  ck_assert_uint_eq(slow_names_waiting(), 0);
}

START_TEST(a_name_that_comes_late_is_waited_for) {
  struct sim sim;
  sim_start(&sim, NULL);
  cxd_config *config = slow_config(&sim, LIST("http.connect_timeout_ms", "600000", "http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  struct call call = {.client = client_of(config)};
  size_t asked = slow_names_asked();
  ck_assert_int_eq(pthread_create(&call.thread, NULL, get, &call), 0);
  slow_names_await(1);
  slow_names_let_go();
  ck_assert_int_eq(pthread_join(call.thread, NULL), 0);
  ck_assert_int_eq(call.status, CXD_OK);
  ck_assert_uint_gt(slow_names_asked(), asked);
  cxd_client_free(call.client);
  cxd_config_free(config);
  sim_stop(&sim);
  end_lookups();
}
END_TEST

START_TEST(a_cancel_and_a_free_do_not_wait_for_a_name) {
  struct sim sim;
  sim_start(&sim, NULL);
  cxd_config *config = slow_config(&sim, LIST("http.connect_timeout_ms", "600000", "http.attempt_timeout_ms", "600000", "retry.deadline_ms", "600000"));
  struct call call = {.client = client_of(config)};
  ck_assert_int_eq(pthread_create(&call.thread, NULL, get, &call), 0);
  slow_names_await(1);
  cxd_client_cancel(call.client);
  ck_assert_int_eq(pthread_join(call.thread, NULL), 0);
  ck_assert_uint_eq(slow_names_waiting(), 1);
  ck_assert_int_eq(call.status, CXD_E_CANCELLED);
  cxd_client_free(call.client);
  ck_assert_uint_eq(slow_names_waiting(), 1);
  cxd_config_free(config);
  sim_stop(&sim);
  end_lookups();
}
END_TEST

/* Which of the times runs out. */
static const struct {
  const char *key, *value;
} limits[] = {{"http.connect_timeout_ms", "200"}, {"http.attempt_timeout_ms", "200"}, {"retry.deadline_ms", "200"}};

START_TEST(time_runs_out_while_a_name_is_looked_up) {
  struct sim sim;
  sim_start(&sim, NULL);
  cxd_config *config = slow_config(&sim, LIST("retry.max_attempts", "1", limits[_i].key, limits[_i].value));
  cxd_client *client = client_of(config);
  refused_get(client, SAMPLE_ID, CXD_E_TIMEOUT, "");
  ck_assert_uint_eq(slow_names_waiting(), 1);
  cxd_client_free(client);
  ck_assert_uint_eq(slow_names_waiting(), 1);
  ck_assert_uint_eq(sim_count(&sim, NULL), 0);
  cxd_config_free(config);
  sim_stop(&sim);
  end_lookups();
}
END_TEST

START_TEST(each_retry_asks_anew_and_no_lookup_holds_the_next_one_up) {
  struct sim sim;
  sim_start(&sim, NULL);
  cxd_config *config = slow_config(&sim, LIST("retry.max_attempts", "3", "http.connect_timeout_ms", "200"));
  cxd_client *client = client_of(config);
  refused_get(client, SAMPLE_ID, CXD_E_TIMEOUT, "");
  ck_assert_uint_eq(slow_names_waiting(), 3);
  cxd_client_free(client);
  cxd_config_free(config);
  sim_stop(&sim);
  end_lookups();
}
END_TEST

/* --------------------------------------------------------------------- the end of the process */

/* In a program of its own: it must be over before the name is. */
static int leave(void) {
  static const struct sim nowhere = {.url = "http://127.0.0.1:9"};
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_campaign *campaign = NULL;
  (void)snprintf(base_url, sizeof base_url, "http://" SLOW_NAME "%s", strrchr(nowhere.url, ':'));
  slow_names_hold();
  if (cxd_config_new(&config) != CXD_OK || cxd_config_set(config, "api.allow_http", "on", NULL) != CXD_OK || cxd_config_set(config, "api.base_url", base_url, NULL) != CXD_OK ||
      cxd_config_set(config, "auth.token", "tok", NULL) != CXD_OK || cxd_config_set(config, "retry.deadline_ms", "200", NULL) != CXD_OK || cxd_client_new(config, &client, NULL) != CXD_OK)
    return 2;
  cxd_status status = cxd_client_get(client, "c-1", &campaign, NULL);
  cxd_client_free(client);
  cxd_config_free(config);
  return status == CXD_E_TIMEOUT ? 0 : 3;
}

/* The first to be registered runs after all others, those of the libraries, too. */
static void last_of_all(void) {
  if (slow_names_waiting() != 1)
    _exit(4);
}

START_TEST(a_process_may_end_while_a_name_is_looked_up) {
  char self[] = "/proc/self/exe", what[] = LEAVE;
  char *const argv[] = {self, what, NULL};
  pid_t child;
  int status = -1;
  ck_assert_int_eq(posix_spawn(&child, self, NULL, NULL, argv, environ), 0);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with %d", status);
}
END_TEST

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], LEAVE) == 0)
    return atexit(last_of_all) == 0 ? leave() : 1;
  Suite *suite = suite_create("slow_names");
  TCase *tc = tcase_create("slow names");
  slow_names_count_threads();
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, a_name_that_comes_late_is_waited_for);
  tcase_add_test(tc, a_cancel_and_a_free_do_not_wait_for_a_name);
  tcase_add_loop_test(tc, time_runs_out_while_a_name_is_looked_up, 0, 3);
  tcase_add_test(tc, each_retry_asks_anew_and_no_lookup_holds_the_next_one_up);
  tcase_add_test(tc, a_process_may_end_while_a_name_is_looked_up);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

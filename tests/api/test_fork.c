/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* fork */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

/* What a child found wrong travels home as its exit status: assertions are the parent's. */
#define EXPECT(condition) \
  do { \
    if (!(condition)) { \
      (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      return 1; \
    } \
  } while (0)

static void in_child(int (*body)(struct rig *), struct rig *rig) {
  int status = -1;
  (void)fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0)
    _exit(body(rig));
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
}

/* The local ports of all connections, in order of descriptors. */
static size_t connections(unsigned ports[16]) {
  size_t count = 0;
  for (int fd = 3; fd < 256 && count < 16; fd++) {
    struct sockaddr_in mine, peer;
    socklen_t size = sizeof mine, peer_size = sizeof peer;
    if (getsockname(fd, (struct sockaddr *)&mine, &size) == 0 && mine.sin_family == AF_INET && getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0)
      ports[count++] = ntohs(mine.sin_port);
  }
  return count;
}

static int destroyed;

static void count_destroy(void *user_data) {
  (void)user_data;
  destroyed++;
}

static int32_t accept_result(void *user_data, const cxd_result *result) {
  (void)user_data;
  (void)result;
  return CXD_ACCEPTED;
}

static int32_t no_token(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  (void)user_data;
  (void)request;
  (void)sink;
  return 0;
}

static int32_t accept_record(void *user_data, const char *record, size_t len) {
  (void)user_data;
  (void)record;
  (void)len;
  return CXD_ACCEPTED;
}

static void write_nothing(void *user_data, int32_t level, const char *text, size_t len) {
  (void)user_data;
  (void)level;
  (void)text;
  (void)len;
}

static int reads_are_refused(struct rig *rig) {
  cxd_campaign *campaign = NULL;
  cxd_campaign_list *list = NULL;
  cxd_error *error = NULL;
  EXPECT(cxd_client_get(rig->client, SAMPLE_ID, &campaign, &error) == CXD_E_FORKED && !campaign);
  EXPECT(cxd_error_status(error) == CXD_E_FORKED && strstr(cxd_error_message(error), "fork"));
  EXPECT(cxd_client_list(rig->client, NULL, &list, NULL) == CXD_E_FORKED && !list);
  cxd_error_free(error);
  return 0;
}

static int updates_are_refused(struct rig *rig) {
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  cxd_updater *updater = NULL;
  EXPECT(cxd_campaign_new(SAMPLE_ID, &change, NULL) == CXD_OK);
  EXPECT(cxd_updater_apply(rig->updater, change, &result, NULL) == CXD_E_FORKED && !result);
  EXPECT(cxd_updater_plan(rig->updater, change, &result, NULL) == CXD_E_FORKED && !result);
  EXPECT(cxd_updater_new(rig->config, rig->client, NULL, &updater, NULL) == CXD_E_FORKED && !updater);
  cxd_updater_cancel(rig->updater);
  cxd_client_cancel(rig->client);
  EXPECT(!cxd_client_stats_json(rig->client));
  cxd_campaign_free(change);
  return 0;
}

static int registrations_are_refused(struct rig *rig) {
  cxd_token_provider provider = {.size = sizeof provider, .destroy = count_destroy, .fetch = no_token};
  cxd_log log = {.size = sizeof log, .destroy = count_destroy, .write = write_nothing};
  cxd_audit_logger logger = {.size = sizeof logger, .destroy = count_destroy, .append = accept_record};
  cxd_callback callback = {.size = sizeof callback, .destroy = count_destroy, .on_result = accept_result};
  destroyed = 0;
  EXPECT(cxd_client_set_token_provider(rig->client, &provider, NULL) == CXD_E_FORKED);
  EXPECT(cxd_client_set_log(rig->client, &log, NULL) == CXD_E_FORKED);
  EXPECT(cxd_updater_set_audit_logger(rig->updater, &logger, NULL) == CXD_E_FORKED);
  EXPECT(cxd_updater_add_callback(rig->updater, &callback, NULL) == CXD_E_FORKED);
  EXPECT(destroyed == 4);
  return 0;
}

static int everything_is_refused(struct rig *rig) {
  EXPECT(reads_are_refused(rig) == 0);
  EXPECT(updates_are_refused(rig) == 0);
  EXPECT(registrations_are_refused(rig) == 0);
  destroyed = 0;
  cxd_updater_free(rig->updater);
  cxd_client_free(rig->client);
  EXPECT(destroyed == 0); /* the host's objects are the parent's to take down */
  return 0;
}

/* One request before the fork, one after: is it the same connection? */
static void ck_parent_goes_on(const char *const options[], const char *const settings[], int (*body)(struct rig *)) {
  struct rig rig;
  unsigned before[16], after[16];
  cxd_callback callback = {.size = sizeof callback, .destroy = count_destroy, .on_result = accept_result};
  cxd_log log = {.size = sizeof log, .destroy = count_destroy, .write = write_nothing};
  rig_open(&rig, options, settings);
  ck_assert_int_eq(cxd_client_set_log(rig.client, &log, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  size_t count = connections(before);
  ck_assert_uint_eq(count, 1);
  in_child(body, &rig);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_uint_eq(connections(after), count);
  ck_assert_uint_eq(after[0], before[0]);
  ck_assert_uint_eq(sim_count(&rig.sim, "TOKEN"), 1);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 5);
  json_decref(records);
  rig_close(&rig);
}

START_TEST(a_child_is_refused_and_the_parent_goes_on_with_its_connection) { ck_parent_goes_on(NULL, LIST("audit.mode", "required"), everything_is_refused); }
END_TEST

START_TEST(not_even_a_tls_goodbye_is_said_by_the_child) {
  char dir[128], command[1024];
  scratch_open(dir);
  char *cert = scratch_path(dir, "cert.pem"), *key = scratch_path(dir, "key.pem");
  (void)snprintf(command, sizeof command,
                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=cxdialer-sim -addext subjectAltName=IP:127.0.0.1 -keyout '%s' -out '%s' 2>/dev/null", key, cert);
  ck_assert_int_eq(system(command), 0);
  ck_parent_goes_on(LIST("--tls-cert", cert, "--tls-key", key), LIST("audit.mode", "required", "http.ca_file", cert), everything_is_refused);
  free(cert);
  free(key);
  scratch_close(dir);
}
END_TEST

/* A config that was made before the fork is still there, but for its secrets. */
static int a_new_client_works(struct rig *rig) {
  cxd_client *client = NULL;
  cxd_campaign *campaign = NULL;
  EXPECT(cxd_config_set(rig->config, "auth.client_secret", "demo-secret", NULL) == CXD_OK);
  EXPECT(cxd_client_new(rig->config, &client, NULL) == CXD_OK);
  EXPECT(cxd_client_get(client, SAMPLE_ID, &campaign, NULL) == CXD_OK);
  cxd_campaign_free(campaign);
  cxd_client_free(client);
  return 0;
}

START_TEST(a_child_may_make_a_client_of_its_own) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  rig.other_hands = 1;
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  in_child(a_new_client_works, &rig);
  cxd_campaign_free(got(rig.client, SAMPLE_ID));
  rig_close(&rig);
}
END_TEST

static int secrets_are_gone(struct rig *rig) {
  cxd_client *client = NULL;
  cxd_error *error = NULL;
  EXPECT(cxd_client_new(rig->config, &client, &error) == CXD_E_FORKED && !client);
  EXPECT(cxd_error_status(error) == CXD_E_FORKED);
  cxd_error_free(error);
  error = NULL;
  EXPECT(cxd_config_load_env(rig->config, &error) == CXD_E_FORKED && cxd_error_status(error) == CXD_E_FORKED);
  cxd_error_free(error);
  EXPECT(cxd_config_load_file(rig->config, "/dev/null", NULL) == CXD_E_FORKED);
  return 0;
}

START_TEST(secrets_of_the_parent_are_not_in_the_child) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  in_child(secrets_are_gone, &rig);
  rig_close(&rig);
}
END_TEST

static int32_t fork_inside(void *user_data, const char *record, size_t len) {
  (void)record;
  (void)len;
  in_child(updates_are_refused, user_data);
  return CXD_ACCEPTED;
}

START_TEST(a_fork_from_inside_a_method_disturbs_nothing) {
  struct rig rig;
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = &rig, .append = fork_inside};
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  ck_assert_int_eq(cxd_updater_set_audit_logger(rig.updater, &logger, NULL), CXD_OK);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("fork");
  TCase *tc = tcase_create("fork");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, a_child_is_refused_and_the_parent_goes_on_with_its_connection);
  tcase_add_test(tc, not_even_a_tls_goodbye_is_said_by_the_child);
  tcase_add_test(tc, a_child_may_make_a_client_of_its_own);
  tcase_add_test(tc, secrets_of_the_parent_are_not_in_the_child);
  tcase_add_test(tc, a_fork_from_inside_a_method_disturbs_nothing);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

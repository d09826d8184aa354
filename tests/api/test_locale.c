/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A host with a decimal comma, and with threads that change their locale as they like: numbers stay numbers. */
#define _GNU_SOURCE /* uselocale */
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canned.h"
#include "rig.h"
#include "run.h"

static locale_t comma;
static atomic_int stop;
static pthread_t flipper;

static void *flip(void *context) {
  (void)context;
  while (!atomic_load(&stop)) {
    (void)uselocale(comma);
    (void)uselocale(LC_GLOBAL_LOCALE);
  }
  return NULL;
}

/* 1: the system has no such locale. A number is written with a comma from here on, in every thread. */
static int begin(void) {
  char text[16];
  comma = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
  if (comma == (locale_t)0 || !setlocale(LC_ALL, "de_DE.UTF-8"))
    return 1;
  (void)snprintf(text, sizeof text, "%.1f", 0.5);
  ck_assert_str_eq(text, "0,5");
  atomic_store(&stop, 0);
  ck_assert_int_eq(pthread_create(&flipper, NULL, flip, NULL), 0);
  return 0;
}

/* And this thread's locale is as it was. */
static void end(void) {
  char text[16];
  (void)snprintf(text, sizeof text, "%.1f", 0.5);
  ck_assert_str_eq(text, "0,5");
  atomic_store(&stop, 1);
  ck_assert_int_eq(pthread_join(flipper, NULL), 0);
  freelocale(comma);
}

static void update_once(struct rig *rig, double throttle, const char *written) {
  cxd_campaign *change = change_of(SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, throttle, NULL), CXD_OK);
  cxd_result *result = applied(rig->updater, change, CXD_OK, CXD_OUTCOME_APPLIED);
  char *raw = sim_raw(&rig->sim, SAMPLE_ID);
  char *member = strstr(raw, "\"throttlePercent\"");
  ck_assert_ptr_nonnull(member);
  ck_assert_msg(strncmp(member + strcspn(member, "0"), written, strlen(written)) == 0, "%.40s", member);
  json_t *json = json_of(cxd_result_to_json(result));
  ck_assert_ptr_nonnull(json);
  ck_assert(json_is_real(at(json, "/pacing_accuracy_rate")));
  ck_assert_double_eq_tol(json_number_value(at(json, "/pacing_accuracy_rate")), throttle, 1e-12);
  json_decref(json);
  cxd_result_free(result);
  free(raw);
}

START_TEST(updates_results_and_records_have_points) {
  struct rig rig;
  if (begin() != 0)
    return;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "validate.max_throttle", "0.9"));
  for (int i = 0; i < 20; i++) {
    update_once(&rig, 0.75, "0.75");
    update_once(&rig, 0.625, "0.625");
  }
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_gt(json_array_size(records), 40);
  json_decref(records);
  end();
  rig_close(&rig);
}
END_TEST

START_TEST(a_limit_with_a_fraction_is_the_same_limit) {
  struct rig rig;
  if (begin() != 0)
    return;
  rig_open(&rig, NULL, LIST("validate.max_throttle", "0.9"));
  cxd_campaign *change = change_of(SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, 0.91, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, change, CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  char *text = cxd_report_to_json(cxd_result_report(result));
  ck_assert_msg(strstr(text, "0.91") && strstr(text, "0.9"), "%s", text);
  cxd_string_free(text);
  cxd_result_free(result);
  end();
  rig_close(&rig);
}
END_TEST

START_TEST(numbers_of_a_servers_error_are_read_and_written_with_a_point) {
  struct canned canned;
  if (begin() != 0)
    return;
  canned_start(&canned, LIST("HTTP/1.1 400 No\r\nConnection: close\r\n\r\n{\"code\":4.5,\"message\":\"no\"}"));
  cxd_config *config = config_for(canned.url, LIST("auth.token", "tok"));
  cxd_client *client = client_of(config);
  cxd_campaign *campaign = NULL;
  for (int i = 0; i < 50; i++) {
    cxd_error *error = NULL;
    ck_assert_int_eq(cxd_client_get(client, "c-1", &campaign, &error), CXD_E_REJECTED);
    ck_assert_str_eq(cxd_error_server_code(error), "4.5");
    cxd_error_free(error);
  }
  cxd_client_free(client);
  cxd_config_free(config);
  canned_stop(&canned);
  end();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("locale");
  TCase *tc = tcase_create("locale");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_test(tc, updates_results_and_records_have_points);
  tcase_add_test(tc, a_limit_with_a_fraction_is_the_same_limit);
  tcase_add_test(tc, numbers_of_a_servers_error_are_read_and_written_with_a_point);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

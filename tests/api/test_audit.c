/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* truncate */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

/* ----------------------------------------------------------------------------- audit */

START_TEST(the_intent_is_written_before_the_put_and_the_outcome_after) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.actor", "night shift"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 3);
  ck_assert_str_eq(kind_of(records, 0), "genesis");
  ck_assert_str_eq(kind_of(records, 1), "intent");
  ck_assert_str_eq(kind_of(records, 2), "outcome");
  for (size_t i = 1; i < 3; i++) {
    const json_t *record = json_array_get(records, i);
    ck_assert_str_eq(json_string_value(at(record, "/campaign")), SAMPLE_ID);
    ck_assert_str_eq(json_string_value(at(record, "/actor")), "night shift");
    ck_assert_str_eq(json_string_value(at(record, "/op")), json_string_value(at(records, "/1/op")));
  }
  ck_assert_int_eq(json_integer_value(at(records, "/1/diff/0/value")), 151);
  ck_assert_str_eq(json_string_value(at(records, "/2/outcome")), "applied");
  ck_assert_int_eq(json_integer_value(at(records, "/2/http_status")), 200);
  ck_assert_int_eq(json_integer_value(at(records, "/2/sends")), 1);
  ck_assert(json_is_true(at(records, "/2/intent")));
  char *text = text_of_file(rig.audit_path), *last = strstr(text, cxd_result_audit_record(result));
  ck_assert_ptr_nonnull(last);
  ck_member(result, "/audit/seq", "4"); /* a token was obtained in between */
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
  free(text);
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(one_file_takes_the_records_of_many_updaters_in_one_chain) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_updater *second = updater_of(rig.config, rig.client);
  for (int i = 0; i < 4; i++)
    cxd_result_free(applied(i % 2 ? second : rig.updater, calls_change(SAMPLE_ID, 200 + i), CXD_OK, CXD_OUTCOME_APPLIED));
  cxd_updater_free(second);
  json_t *records = update_records(rig.audit_path);
  ck_assert_uint_eq(json_array_size(records), 9);
  json_decref(records);
  struct stat st;
  ck_assert_int_eq(stat(rig.audit_path, &st), 0);
  ck_assert_int_eq(st.st_mode & 0777, 0600);
  rig_close(&rig);
}
END_TEST

static cxd_status updater_with_audit(const struct rig *rig, const char *path, cxd_error **error) {
  cxd_updater *updater = (cxd_updater *)(void *)rig->client; /* anything but NULL */
  set(rig->config, "audit.mode", "required");
  set(rig->config, "audit.path", path);
  cxd_status status = cxd_updater_new(rig->config, rig->client, NULL, &updater, error);
  ck_assert((updater != NULL) == (status == CXD_OK));
  cxd_updater_free(updater);
  return status;
}

START_TEST(a_log_that_cannot_be_opened_is_told_when_the_updater_is_made) {
  struct rig rig;
  rig_open(&rig, NULL, NULL);
  cxd_error *error = NULL;
  char *missing = scratch_path(rig.dir, "missing/audit.log");
  ck_assert_int_eq(updater_with_audit(&rig, missing, &error), CXD_E_AUDIT);
  ck_assert_str_eq(cxd_error_field(error), "audit.path");
  ck_error(&error, CXD_E_AUDIT, missing);
  ck_assert_int_eq(updater_with_audit(&rig, rig.dir, &error), CXD_E_AUDIT);
  ck_error(&error, CXD_E_AUDIT, "directory");
  write_text(rig.audit_path, "not an audit log\n");
  ck_assert_int_eq(updater_with_audit(&rig, rig.audit_path, &error), CXD_E_AUDIT);
  cxd_error_free(error);
  free(missing);
  rig_close(&rig);
}
END_TEST

START_TEST(a_log_that_may_not_be_written_is_told_when_the_updater_is_made) {
  struct rig rig;
  cxd_error *error = NULL;
  if (geteuid() == 0) { /* root may write anywhere but where nobody can */
    rig_open(&rig, NULL, NULL);
    ck_assert_int_eq(updater_with_audit(&rig, "/proc/cxdialer-audit.log", &error), CXD_E_AUDIT);
  } else {
    rig_open(&rig, NULL, NULL);
    write_text(rig.audit_path, "");
    ck_assert_int_eq(chmod(rig.audit_path, 0400), 0);
    ck_assert_int_eq(updater_with_audit(&rig, rig.audit_path, &error), CXD_E_AUDIT);
  }
  cxd_error_free(error);
  rig_close(&rig);
}
END_TEST

START_TEST(without_a_required_log_nothing_is_sent_and_three_ways_out_are_named) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.path", ""));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  const char *message = cxd_error_message(cxd_result_error(result));
  ck_assert(strstr(message, "audit.path") && strstr(message, "cxd_updater_set_audit_logger") && strstr(message, "audit.mode"));
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  cxd_result_free(result);
  cxd_result_free(planned(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_PLANNED));
  rig_close(&rig);
}
END_TEST

START_TEST(best_effort_without_a_log_updates_and_says_that_nothing_was_noted) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "best_effort", "audit.path", ""));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(with_the_log_off_nothing_is_written) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "off"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
  ck_assert_ptr_null(cxd_result_audit_record(result));
  ck_assert_int_ne(access(rig.audit_path, F_OK), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

/* A logger of the test's own: keeps what it accepts and refuses from a number on. */
struct ledger {
  const struct sim *sim;
  char text[65536];
  size_t records, refuse_from, syncs, refuse_sync_from, destroyed;
  size_t puts_at[8];
  int32_t refusal;
};

static int32_t ledger_append(void *user_data, const char *record, size_t len) {
  struct ledger *ledger = user_data;
  if (strstr(record, "\"k\":\"token\"")) { /* not what these tests are about */
    (void)strncat(ledger->text, record, len);
    return CXD_ACCEPTED;
  }
  if (ledger->sim && ledger->records < 8)
    ledger->puts_at[ledger->records] = sim_count(ledger->sim, "PUT");
  if (ledger->refuse_from && ++ledger->records >= ledger->refuse_from)
    return ledger->refusal;
  ledger->records += ledger->refuse_from ? 0 : 1;
  (void)strncat(ledger->text, record, len);
  return CXD_ACCEPTED;
}

static int32_t ledger_sync(void *user_data) {
  struct ledger *ledger = user_data;
  ledger->syncs++;
  return ledger->refuse_sync_from && ledger->syncs >= ledger->refuse_sync_from ? 0 : CXD_ACCEPTED;
}

static void ledger_destroy(void *user_data) { ((struct ledger *)user_data)->destroyed++; }

static void log_into(struct rig *rig, struct ledger *ledger) {
  cxd_audit_logger logger = {.size = sizeof logger, .user_data = ledger, .destroy = ledger_destroy, .append = ledger_append, .sync = ledger_sync};
  cxd_error *error = NULL;
  ck_assert_msg(cxd_updater_set_audit_logger(rig->updater, &logger, &error) == CXD_OK, "%s", cxd_error_message(error));
}

START_TEST(an_own_logger_gets_a_sealed_chain_in_the_right_order) {
  struct rig rig;
  static struct ledger ledger;
  memset(&ledger, 0, sizeof ledger);
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.path", ""));
  ledger.sim = &rig.sim;
  log_into(&rig, &ledger);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  json_t *records = without_passing(chain_of(ledger.text));
  ck_assert_uint_eq(json_array_size(records), 2);
  ck_assert_str_eq(kind_of(records, 0), "intent");
  ck_assert_str_eq(kind_of(records, 1), "outcome");
  ck_assert_uint_eq(ledger.puts_at[0], 0);
  ck_assert_uint_eq(ledger.puts_at[1], 1);
  ck_assert_uint_eq(ledger.syncs, 2);
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
  ck_assert_uint_eq(ledger.destroyed, 1);
}
END_TEST

static const int32_t refusals[] = {0, 1, -1, CXD_PENDING, CXD_E_AUDIT};

START_TEST(a_logger_that_refuses_the_intent_stops_the_update) {
  struct rig rig;
  static struct ledger ledger;
  memset(&ledger, 0, sizeof ledger);
  ledger.refuse_from = 1;
  ledger.refusal = refusals[_i];
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.path", ""));
  log_into(&rig, &ledger);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(with_best_effort_a_refused_intent_stops_nothing) {
  struct rig rig;
  static struct ledger ledger;
  memset(&ledger, 0, sizeof ledger);
  ledger.refuse_from = 1;
  rig_open(&rig, NULL, LIST("audit.mode", "best_effort", "audit.path", ""));
  log_into(&rig, &ledger);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(an_outcome_that_cannot_be_noted_does_not_unmake_the_update) {
  struct rig rig;
  static struct ledger ledger;
  memset(&ledger, 0, sizeof ledger);
  ledger.refuse_from = 2;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.path", ""));
  log_into(&rig, &ledger);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_ptr_nonnull(strstr(cxd_result_audit_record(result), "\"outcome\":\"applied\""));
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(an_intent_that_is_not_durable_stops_the_update) {
  struct rig rig;
  static struct ledger ledger;
  memset(&ledger, 0, sizeof ledger);
  ledger.refuse_sync_from = 1;
  rig_open(&rig, NULL, LIST("audit.mode", "required", "audit.path", ""));
  log_into(&rig, &ledger);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED));
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  rig_close(&rig);
}
END_TEST

START_TEST(a_record_that_would_be_too_large_stops_the_update) {
  struct rig rig;
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  char *large = malloc(20001);
  memset(large, 'x', 20000);
  large[20000] = '\0';
  cxd_campaign *change = change_of(SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_set_string(change, "/memo", large, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, change, CXD_E_TOO_LARGE, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  free(large);
  json_t *records = update_records(rig.audit_path); /* refused updates are noted, too */
  ck_assert_str_eq(kind_of(records, json_array_size(records) - 1), "outcome");
  json_decref(records);
  rig_close(&rig);
}
END_TEST

START_TEST(a_file_changed_by_somebody_is_kept_and_told_with_every_update) {
  struct rig rig;
  struct stat st;
  char kept[600];
  rig_open(&rig, NULL, LIST("audit.mode", "required"));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(truncate(rig.audit_path, 10), 0);
  for (int i = 2; i < 4; i++) {
    cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 150 + i), CXD_OK, CXD_OUTCOME_APPLIED);
    ck_assert_uint_ne(find_code(cxd_result_report(result), "audit.broken"), SIZE_MAX);
    ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
    ck_assert_int_eq(cxd_audit_verify(rig.audit_path, NULL, NULL, NULL), CXD_E_AUDIT);
    cxd_result_free(result);
    ck_assert_int_eq(calls_of(&rig), 150 + i);
  }
  (void)snprintf(kept, sizeof kept, "%s.000000000001", rig.audit_path);
  ck_assert_int_eq(stat(kept, &st), 0);
  ck_assert_int_eq(st.st_size, 10);
  (void)unlink(kept);
  rig_close(&rig);
}
END_TEST

/* ----------------------------------------------------------------------------- main */

static TCase *add_case(Suite *suite, const char *name) {
  TCase *tc = tcase_create(name);
  tcase_set_timeout(tc, 2 * HANG_S);
  suite_add_tcase(suite, tc);
  return tc;
}

static void add_audit(TCase *tc) {
  tcase_add_test(tc, the_intent_is_written_before_the_put_and_the_outcome_after);
  tcase_add_test(tc, one_file_takes_the_records_of_many_updaters_in_one_chain);
  tcase_add_test(tc, a_log_that_cannot_be_opened_is_told_when_the_updater_is_made);
  tcase_add_test(tc, a_log_that_may_not_be_written_is_told_when_the_updater_is_made);
  tcase_add_test(tc, without_a_required_log_nothing_is_sent_and_three_ways_out_are_named);
  tcase_add_test(tc, best_effort_without_a_log_updates_and_says_that_nothing_was_noted);
  tcase_add_test(tc, with_the_log_off_nothing_is_written);
  tcase_add_test(tc, an_own_logger_gets_a_sealed_chain_in_the_right_order);
  tcase_add_loop_test(tc, a_logger_that_refuses_the_intent_stops_the_update, 0, 5);
  tcase_add_test(tc, with_best_effort_a_refused_intent_stops_nothing);
  tcase_add_test(tc, an_outcome_that_cannot_be_noted_does_not_unmake_the_update);
  tcase_add_test(tc, an_intent_that_is_not_durable_stops_the_update);
  tcase_add_test(tc, a_record_that_would_be_too_large_stops_the_update);
  tcase_add_test(tc, a_file_changed_by_somebody_is_kept_and_told_with_every_update);
}

int main(void) {
  Suite *suite = suite_create("audit");
  add_audit(add_case(suite, "audit"));
  return run_suite(suite);
}

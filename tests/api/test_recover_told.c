/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What results and the log of the client say of earlier updates without outcome and of a log that fails. */
#include <stdio.h>
#include <string.h>

#include "api/updater.h"
#include "fake_log.h"
#include "rig.h"
#include "run.h"

static struct rig rig;
static struct fake_log fake;

/* A campaign "c-0" to "c-2" beside the sample would be lost by --campaigns: these are all there are. */
static void open_with(const char *mode, const char *const options[], const char *const more[]) {
  const char *settings[24] = {"audit.mode", mode, "audit.path", ""};
  for (size_t i = 0; more && more[i]; i++)
    settings[4 + i] = more[i];
  rig_open(&rig, options, settings);
  fake = (struct fake_log){.next_seq = 100};
  fake_log_into(&fake, rig.updater);
}

static void close_all(void) {
  rig_close(&rig);
  ck_assert_int_eq(fake.closed, 1);
  fake_log_clear(&fake);
}

static const char *member_of(size_t record, const char *name) {
  static char text[200];
  char key[40];
  (void)snprintf(key, sizeof key, "\"%s\":", name);
  ck_assert_uint_lt(record, fake.record_count);
  const char *at = strstr(fake.records[record], key);
  if (!at)
    return "absent";
  at += strlen(key);
  size_t len = *at == '"' ? strcspn(at + 1, "\"") + 2 : strcspn(at, ",");
  (void)snprintf(text, sizeof text, "%.*s", (int)len, at);
  return text;
}

struct heard {
  char lines[4096];
  int errors, warnings;
  int32_t least; /* what is kept of the lines; 0: warnings and errors */
};

static void hear(void *user_data, int32_t level, const char *text, size_t len) {
  struct heard *heard = user_data;
  heard->errors += level == CXD_LOG_ERROR;
  heard->warnings += level == CXD_LOG_WARNING;
  if (level >= (heard->least ? heard->least : CXD_LOG_WARNING) && strlen(heard->lines) + len + 2 < sizeof heard->lines) {
    (void)strncat(heard->lines, text, len);
    (void)strcat(heard->lines, "\n");
  }
}

static void listen(struct heard *heard) {
  cxd_log log = {.size = sizeof log, .user_data = heard, .write = hear};
  ck_assert_int_eq(cxd_client_set_log(rig.client, &log, NULL), CXD_OK);
}

/* -------------------------------------------------------- what was found, and refusals */

static size_t count_code(const cxd_result *result, const char *code) {
  const cxd_report *report = cxd_result_report(result);
  size_t count = 0;
  for (size_t i = 0; i < cxd_report_count(report); i++)
    count += strcmp(cxd_report_code(report, i), code) == 0;
  return count;
}

START_TEST(the_next_result_tells_what_was_found_of_each_earlier_update) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 3, SAMPLE_ID, NULL, 140, 150, 0);
  fake_dangling_add(&fake, 9, SAMPLE_ID, NULL, 1, 2, 0);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  const cxd_report *report = cxd_result_report(result);
  size_t found = find_code(report, "audit.recovered");
  ck_assert_uint_eq(count_code(result, "audit.recovered"), 2);
  ck_assert_int_eq(cxd_report_severity(report, found), CXD_SEVERITY_NOTE);
  ck_assert_str_eq(cxd_report_message(report, found), "an earlier update of campaign " SAMPLE_ID " (audit record 3, written by host/7/0a0b0c0d, which has ended) was found applied_readback");
  ck_assert_str_eq(cxd_report_message(report, found + 1), "an earlier update of campaign " SAMPLE_ID " (audit record 9, written by host/7/0a0b0c0d, which has ended) was found conflict");
  cxd_result_free(result);
  result = applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(count_code(result, "audit.recovered"), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(the_log_of_the_client_hears_of_a_recovery_when_it_begins_and_when_it_ends) {
  static const char *const bounds[] = {" 0 ms", " 1500 ms"};
  struct heard heard = {.least = CXD_LOG_INFO};
  open_with("required", NULL, LIST("http.attempt_timeout_ms", "1500"));
  listen(&heard);
  fake_dangling_add(&fake, 3, SAMPLE_ID, NULL, 140, 150, _i);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  const char *begin = strstr(heard.lines, "(audit record 3, written by host/7/0a0b0c0d, which has ended) has no outcome"), *end = strstr(heard.lines, "which has ended) was found applied_readback");
  ck_assert_msg(begin && end && begin < end, "%s", heard.lines);
  ck_assert_msg(strstr(begin, bounds[_i]) != NULL, "%s", heard.lines);
  ck_assert_int_eq(heard.warnings + heard.errors, 0);
  close_all();
}
END_TEST

START_TEST(an_update_that_an_earlier_one_stops_is_on_record_without_an_intent) {
  open_with("required", LIST("--fault", "GET:2:status=403"), NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  fake_dangling_add(&fake, 8, SAMPLE_ID, NULL, 140, 150, 0);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_FORBIDDEN, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_str_eq(fake.calls, "osos");
  ck_assert_str_eq(member_of(1, "outcome"), "\"not_applied\"");
  ck_assert_str_eq(member_of(1, "status"), "\"CXD_E_FORBIDDEN\"");
  ck_assert_str_eq(member_of(1, "intent"), "false");
  ck_assert_str_eq(member_of(1, "campaign"), "\"" SAMPLE_ID "\"");
  ck_assert_str_eq(member_of(1, "recovered"), "absent");
  ck_assert_int_eq(fake.resolved[1], 0);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
  ck_assert_str_eq(cxd_result_audit_record(result), "line 102\n");
  ck_assert_uint_eq(count_code(result, "audit.recovered"), 1); /* the first one was found out */
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "cxd_updater_recover() (cxdialer audit recover)"));
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_refusal_that_cannot_be_put_on_record_stays_the_refusal_it_is) {
  open_with("required", LIST("--fault", "GET:1:status=403"), NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  fake.fail_sync_at = 1;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_FORBIDDEN, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_uint_eq(count_code(result, "audit.failed"), 1);
  cxd_result_free(result);
  close_all();
}
END_TEST

/* ------------------------------------------------------------------ a log that fails */

static const char *message_of(const cxd_result *result, const char *code) {
  size_t found = find_code(cxd_result_report(result), code);
  ck_assert_msg(found != SIZE_MAX, "no %s", code);
  return cxd_report_message(cxd_result_report(result), found);
}

START_TEST(why_a_log_takes_nothing_is_said_once_in_each_result) {
  open_with("best_effort", NULL, NULL);
  fake.fail_sync_at = 1;
  for (int i = 1; i <= 2; i++) {
    cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 150 + i), CXD_OK, CXD_OUTCOME_APPLIED);
    ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
    ck_assert_ptr_nonnull(strstr(message_of(result, "audit.failed"), "the disk is gone"));
    ck_assert_uint_eq(count_code(result, "audit.failed"), 1);
    ck_assert_int_eq(cxd_report_ok(cxd_result_report(result)), 1);
    cxd_result_free(result);
  }
  close_all();
}
END_TEST

START_TEST(why_an_outcome_is_missing_is_said_when_a_log_is_required_too) {
  open_with("required", NULL, NULL);
  fake.fail_sync_at = 2;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_ptr_nonnull(strstr(message_of(result, "audit.failed"), "the disk is gone"));
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(what_the_error_says_already_is_not_said_again) {
  open_with("required", NULL, NULL);
  fake.fail_sync_at = 1;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "the disk is gone"));
  ck_assert_uint_eq(count_code(result, "audit.failed"), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_log_that_works_is_no_finding) {
  open_with("best_effort", NULL, NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(count_code(result, "audit.failed") + count_code(result, "audit.recovered"), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("recover_told");
  TCase *t = tcase_create("recover_told");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 2 * HANG_S);
  tcase_add_test(t, the_next_result_tells_what_was_found_of_each_earlier_update);
  tcase_add_loop_test(t, the_log_of_the_client_hears_of_a_recovery_when_it_begins_and_when_it_ends, 0, 2);
  tcase_add_test(t, an_update_that_an_earlier_one_stops_is_on_record_without_an_intent);
  tcase_add_test(t, a_refusal_that_cannot_be_put_on_record_stays_the_refusal_it_is);
  tcase_add_test(t, why_a_log_takes_nothing_is_said_once_in_each_result);
  tcase_add_test(t, why_an_outcome_is_missing_is_said_when_a_log_is_required_too);
  tcase_add_test(t, what_the_error_says_already_is_not_said_again);
  tcase_add_test(t, a_log_that_works_is_no_finding);
  return run_suite(suite);
}

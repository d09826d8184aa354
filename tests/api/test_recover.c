/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Updates and recoveries on a log that the test controls: order of its calls, dangling intents, alarms, checkpoints. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/updater.h"
#include "base/mem.h"
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

static void warm_up(void) { cxd_campaign_free(got(rig.client, SAMPLE_ID)); }

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

/* --------------------------------------------------------------------- order and syncs */

START_TEST(an_update_without_trouble_and_with_a_token_has_two_records_and_two_syncs) {
  open_with("required", NULL, NULL);
  warm_up();
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(fake.calls, "risos");
  close_all();
}
END_TEST

START_TEST(records_in_passing_have_no_sync_of_their_own) {
  open_with("required", LIST("--fault", "PUT:1:apply-then-close"), NULL);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED_READBACK);
  ck_assert_str_eq(fake.calls, "trisaos");
  ck_assert_str_eq(member_of(0, "forced"), "false");
  ck_assert_str_eq(member_of(2, "error"), "\"CXD_E_CONNECT\"");
  ck_assert_str_eq(member_of(2, "send"), "1");
  ck_assert_str_ne(member_of(3, "v1"), "null");
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_conflict_is_noted_between_the_intents_of_its_rounds) {
  struct hook hook = {.members = {"{\"name\":\"other\"}"}};
  open_with("required", NULL, NULL);
  hook_in(&rig, &hook);
  fake_log_clear(&fake);
  fake.next_seq = 100;
  fake_log_into(&fake, rig.updater);
  warm_up();
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(fake.calls, "riscrisos");
  ck_assert_str_eq(member_of(1, "http_status"), "412");
  close_all();
}
END_TEST

START_TEST(an_intent_says_what_its_decision_was_based_on) {
  open_with("required", NULL, NULL);
  warm_up();
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *basis = NULL;
  const char *at_basis = strstr(fake.records[0], "\"basis\":");
  ck_assert_ptr_nonnull(at_basis);
  basis = json_loads(at_basis + 8, JSON_DISABLE_EOF_CHECK, NULL);
  ck_assert_str_eq(json_string_value(at(basis, "/rules")), cxd_version());
  ck_assert_str_eq(json_string_value(at(basis, "/zone")), "America/New_York");
  ck_assert_str_eq(json_string_value(at(basis, "/jurisdiction")), "UNRESTRICTED");
  ck_assert_uint_eq(strlen(json_string_value(at(basis, "/local"))), 25);
  json_decref(basis);
  close_all();
}
END_TEST

/* A record that the log had to write again elsewhere has another number by the time the result is made. */
START_TEST(a_record_that_moved_is_told_as_it_stands_now) {
  open_with("required", NULL, NULL);
  fake.moves = 1;
  warm_up();
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_member(result, "/audit/seq", "1102");
  ck_assert_str_eq(cxd_result_audit_record(result), "moved 1102\n");
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_record_that_is_not_durable_does_not_move) {
  open_with("required", NULL, NULL);
  fake.moves = 1;
  fake.fail_sync_at = 2;
  warm_up();
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_E_AUDIT);
  ck_assert_str_eq(cxd_result_audit_record(result), "line 102\n");
  cxd_result_free(result);
  close_all();
}
END_TEST

/* ------------------------------------------------------------------ before an update */

START_TEST(what_became_of_an_earlier_update_is_found_out_first) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, "\"\\\"old\\\"\"", 140, 150, 0);
  warm_up();
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(fake.calls, "osrisos");
  ck_assert_int_eq(fake.resolved[0], 7);
  ck_assert_str_eq(member_of(0, "outcome"), "\"applied_readback\"");
  ck_assert_str_eq(member_of(0, "op"), "\"019ac7f0-0000-7000-8000-000000000007\"");
  ck_assert_str_eq(member_of(0, "recovered"), "true");
  ck_assert_str_eq(member_of(0, "intent_seq"), "7");
  ck_assert_str_ne(member_of(1, "op"), "\"019ac7f0-0000-7000-8000-000000000007\"");
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 3); /* the warming up, the recovery, the update */
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  close_all();
}
END_TEST

START_TEST(all_earlier_ones_of_the_campaign_are_resolved_in_order_and_no_other) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 3, SAMPLE_ID, NULL, 140, 150, 0);
  fake_dangling_add(&fake, 5, "another", NULL, 1, 2, 0);
  fake_dangling_add(&fake, 9, SAMPLE_ID, NULL, 1, 2, 0);
  warm_up();
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(fake.calls, "ososrisos");
  ck_assert_int_eq(fake.resolved[0], 3);
  ck_assert_int_eq(fake.resolved[1], 9);
  ck_assert_str_eq(member_of(1, "outcome"), "\"conflict\"");
  ck_assert_int_eq(fake.dangling[1].resolved, 0);
  close_all();
}
END_TEST

START_TEST(what_cannot_be_found_out_keeps_the_next_update_from_being_sent) {
  open_with("required", LIST("--fault", "GET:1:status=403"), NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_FORBIDDEN, CXD_OUTCOME_NOT_APPLIED);
  const char *message = cxd_error_message(cxd_result_error(result));
  ck_assert_msg(strstr(message, "record 7") && strstr(message, "host/7/0a0b0c0d") && strstr(message, "nothing was sent") && strstr(message, "403"), "%s", message);
  ck_assert_int_eq(cxd_error_http_status(cxd_result_error(result)), 403);
  ck_assert_str_eq(fake.calls, "os");
  ck_assert_int_eq(fake.dangling[0].resolved, 0);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  ck_assert_str_eq(cxd_result_campaign_id(result), SAMPLE_ID);
  cxd_result_free(result);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED)); /* it can be read again */
  ck_assert_int_eq(fake.dangling[0].resolved, 1);
  close_all();
}
END_TEST

struct heard {
  char lines[4096];
  int errors, warnings;
};

static void hear(void *user_data, int32_t level, const char *text, size_t len) {
  struct heard *heard = user_data;
  heard->errors += level == CXD_LOG_ERROR;
  heard->warnings += level == CXD_LOG_WARNING;
  if (level >= CXD_LOG_WARNING && strlen(heard->lines) + len + 2 < sizeof heard->lines) {
    (void)strncat(heard->lines, text, len);
    (void)strcat(heard->lines, "\n");
  }
}

static void listen(struct heard *heard) {
  cxd_log log = {.size = sizeof log, .user_data = heard, .write = hear};
  ck_assert_int_eq(cxd_client_set_log(rig.client, &log, NULL), CXD_OK);
}

START_TEST(with_best_effort_it_is_logged_and_the_update_goes_on) {
  struct heard heard = {.errors = 0};
  open_with("best_effort", LIST("--fault", "GET:1:status=403"), NULL);
  listen(&heard);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(heard.warnings, 1);
  ck_assert_msg(strstr(heard.lines, "record 7") != NULL, "%s", heard.lines);
  ck_assert_int_eq(fake.dangling[0].resolved, 0);
  close_all();
}
END_TEST

START_TEST(a_log_that_cannot_be_looked_at_stops_a_required_update_only) {
  static const char *const modes[] = {"required", "best_effort"};
  struct heard heard = {.errors = 0};
  open_with(modes[_i], NULL, NULL);
  listen(&heard);
  fake.fail_look = 1;
  cxd_result *result = _i ? applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED) : applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK); /* this one took its records */
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), (size_t)_i);
  ck_assert_int_eq(heard.warnings, _i);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(an_unreadable_record_stops_the_next_update_and_is_named) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  strcpy(fake.dangling[0].line, "{\"k\":\"intent\",\"campaign\":7}\xff");
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "record 7, written by an unknown process"));
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_record_that_somebody_else_resolves_meanwhile_is_no_hindrance) {
  open_with("required", NULL, NULL);
  warm_up();
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  fake.resolve_elsewhere = 1;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(fake.calls, "srisos");
  close_all();
}
END_TEST

START_TEST(an_outcome_that_is_not_durable_does_not_count_as_found_out) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  fake.fail_sync_at = 1;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_plan_and_an_update_that_is_not_on_record_look_for_nothing) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 140, 150, 0);
  cxd_result_free(planned(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_PLANNED));
  ck_assert_int_eq(fake.looks, 0);
  close_all();
  open_with("off", NULL, NULL);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(fake.looks, 0);
  ck_assert_str_eq(fake.calls, "");
  close_all();
}
END_TEST

/* ----------------------------------------------------------------------- all of them */

static void ck_recover(cxd_status status, size_t resolved, size_t left, const char *part) {
  size_t done = 77, rest = 77;
  cxd_error *error = NULL;
  cxd_status got = cxd_updater_recover(rig.updater, &done, &rest, &error);
  ck_assert_msg(got == status, "%s: %s", cxd_status_name(got), cxd_error_message(error));
  ck_assert_uint_eq(done, resolved);
  ck_assert_uint_eq(rest, left);
  ck_assert_int_eq(cxd_error_status(error), status);
  if (part)
    ck_assert_msg(strstr(cxd_error_message(error), part) != NULL, "%s", cxd_error_message(error));
  cxd_error_free(error);
}

static void open_three(const char *const options[]) {
  char dir[128];
  const char *all[16] = {"--campaigns"};
  scratch_open(dir);
  char *path = scratch_path(dir, "campaigns.json");
  sim_write_campaigns(path, 3);
  all[1] = path;
  for (size_t i = 0; options && options[i]; i++)
    all[2 + i] = options[i];
  open_with("required", all, NULL);
  free(path);
  scratch_close(dir);
}

START_TEST(all_that_can_be_found_out_is_in_the_order_of_the_log) {
  open_three(NULL);
  fake_dangling_add(&fake, 3, "c-2", NULL, 140, 150, 0);
  fake_dangling_add(&fake, 4, "c-0", NULL, 150, 160, 0);
  fake_dangling_add(&fake, 8, "c-1", NULL, 1, 2, 0);
  ck_recover(CXD_OK, 3, 0, NULL);
  ck_assert_str_eq(fake.calls, "ososos");
  ck_assert_int_eq(fake.resolved[0], 3);
  ck_assert_int_eq(fake.resolved[1], 4);
  ck_assert_int_eq(fake.resolved[2], 8);
  ck_assert_str_eq(member_of(0, "outcome"), "\"applied_readback\"");
  ck_assert_str_eq(member_of(1, "outcome"), "\"not_applied\"");
  ck_assert_str_eq(member_of(2, "outcome"), "\"conflict\"");
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  ck_recover(CXD_OK, 0, 0, NULL);
  close_all();
}
END_TEST

/* An attempt takes a second here: for the first it is waited and read twice, for the others of the same process it has passed. */
START_TEST(what_one_process_left_behind_is_waited_for_once) {
  open_with("required", NULL, LIST("http.attempt_timeout_ms", "1000"));
  fake_dangling_add(&fake, 3, SAMPLE_ID, NULL, 150, 160, 1);
  fake_dangling_add(&fake, 4, SAMPLE_ID, NULL, 150, 161, 1);
  fake_dangling_add(&fake, 5, SAMPLE_ID, NULL, 150, 162, 1);
  ck_recover(CXD_OK, 3, 0, NULL);
  ck_assert_uint_le(sim_count(&rig.sim, "GET"), 4);
  ck_assert_uint_ge(sim_count(&rig.sim, "GET"), 3);
  for (size_t i = 0; i < 3; i++)
    ck_assert_str_eq(member_of(i, "outcome"), "\"not_applied\"");
  close_all();
}
END_TEST

START_TEST(it_goes_on_behind_one_that_cannot_be_and_tells_the_first_reason) {
  open_three(NULL);
  fake_dangling_add(&fake, 3, "c-0", NULL, 140, 150, 0);
  fake_dangling_add(&fake, 4, "gone", NULL, 150, 160, 0);
  fake_dangling_add(&fake, 5, "c-1", NULL, 140, 150, 0);
  strcpy(fake.dangling[2].line, "rubbish");
  fake_dangling_add(&fake, 8, "c-2", NULL, 140, 150, 0);
  ck_recover(CXD_E_NOT_FOUND, 2, 2, "gone");
  ck_assert_int_eq(fake.dangling[3].resolved, 1);
  ck_recover(CXD_E_NOT_FOUND, 0, 2, "gone");
  close_all();
}
END_TEST

START_TEST(counts_are_optional_and_without_anything_to_do_nothing_is_needed) {
  open_with("required", NULL, LIST("auth.client_id", "", "auth.client_secret", "")); /* not even credentials */
  ck_recover(CXD_OK, 0, 0, NULL);
  ck_assert_int_eq(cxd_updater_recover(rig.updater, NULL, NULL, NULL), CXD_OK);
  fake_dangling_add(&fake, 3, SAMPLE_ID, NULL, 140, 150, 0);
  fake_dangling_add(&fake, 4, SAMPLE_ID, NULL, 140, 150, 0);
  ck_recover(CXD_E_CONFIG, 0, 2, "auth.client_id");
  close_all();
}
END_TEST

START_TEST(a_log_that_cannot_be_looked_at_is_told) {
  open_with("required", NULL, NULL);
  fake.fail_look = 1;
  ck_recover(CXD_E_AUDIT, 0, 0, "cannot be read");
  ck_assert_ptr_null(cxd_updater_dangling_json(rig.updater));
  close_all();
}
END_TEST

START_TEST(an_own_logger_has_nothing_to_recover) {
  open_with("required", NULL, NULL);
  cxd__audit_close(rig.updater->audit);
  rig.updater->audit = NULL;
  ck_recover(CXD_OK, 0, 0, NULL);
  char *none = cxd_updater_dangling_json(rig.updater);
  ck_assert_str_eq(none, "[]");
  cxd_string_free(none);
  close_all();
}
END_TEST

START_TEST(the_list_names_what_an_operator_asks_for) {
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 3, "c-0", NULL, 140, 150, 0);
  fake_dangling_add(&fake, 8, "c-1", NULL, 140, 150, 0);
  strcpy(fake.dangling[1].line, "rubbish");
  char *list = cxd_updater_dangling_json(rig.updater);
  ck_assert_str_eq(list,
                   "[{\"seq\":3,\"op\":\"019ac7f0-0000-7000-8000-000000000003\",\"campaign_id\":\"c-0\",\"timestamp\":\"2026-11-28T16:00:00.000000Z\",\"writer\":\"host/7/0a0b0c0d\",\"actor\":\"night shift\"},"
                   "{\"seq\":8,\"op\":null,\"campaign_id\":null,\"timestamp\":null,\"writer\":null,\"actor\":null}]");
  cxd_string_free(list);
  ck_assert_uint_eq(sim_count(&rig.sim, NULL), 0);
  close_all();
}
END_TEST

/* ---------------------------------------------------------------------------- cancel */

static void *cancel_when_read(void *arg) {
  (void)arg;
  sim_await(&rig.sim, "GET", 1);
  cxd_updater_cancel(rig.updater);
  return NULL;
}

/* The intent is of this moment: a copy may be under way, so the recovery waits (10 s here). */
START_TEST(a_cancel_while_a_recovery_waits_ends_the_update_at_once) {
  pthread_t thread;
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 150, 160, 1);
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_read, NULL), 0);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_int_eq(cxd_result_audit_status(result), CXD_OK);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  ck_assert_int_eq(fake.dangling[0].resolved, 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_cancel_ends_a_recovery_and_the_rest_is_counted) {
  pthread_t thread;
  open_three(NULL);
  fake_dangling_add(&fake, 7, "c-0", NULL, 150, 160, 1);
  fake_dangling_add(&fake, 8, "c-1", NULL, 150, 160, 0);
  fake_dangling_add(&fake, 9, "c-2", NULL, 150, 160, 0);
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_read, NULL), 0);
  ck_recover(CXD_E_CANCELLED, 0, 3, "cancelled");
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  ck_assert_str_eq(fake.calls, "");
  ck_assert_uint_eq(sim_count(&rig.sim, "GET"), 1);
  close_all();
}
END_TEST

/* The cancel comes when the outcome is being written, which nothing ends; the update behind it must not be sent. */
static cxd_status cancel_at_sync(void *self, cxd_error **error) {
  (void)self;
  (void)error;
  cxd_updater_cancel(rig.updater);
  return CXD_OK;
}

static cxd_status take_record(void *self, int64_t resolves, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  (void)self;
  (void)resolves;
  (void)body;
  (void)len;
  (void)sealed;
  (void)error;
  fake.dangling[0].resolved = 1;
  *seq = 1;
  return CXD_OK;
}

static cxd_status one_dangling(void *self, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error) {
  (void)self;
  (void)campaign;
  (void)error;
  if (fake.dangling[0].resolved || after >= fake.dangling[0].seq)
    return CXD_OK;
  *line = cxd__strdup(fake.dangling[0].line);
  *seq = fake.dangling[0].seq;
  return CXD_OK;
}

static void close_nothing(void *self, int forked) {
  (void)self;
  (void)forked;
}

START_TEST(a_cancel_that_comes_too_late_for_the_recovery_is_not_lost_for_the_update) {
  static const struct cxd__audit_ops ops = {.append = take_record, .sync = cancel_at_sync, .close = close_nothing, .dangling = one_dangling};
  open_with("required", NULL, NULL);
  fake_dangling_add(&fake, 7, SAMPLE_ID, NULL, 150, 160, 0);
  cxd__audit_close(rig.updater->audit);
  ck_assert_int_eq(cxd__audit_make(&ops, &fake, &rig.updater->audit, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_CANCELLED, CXD_OUTCOME_CANCELLED);
  ck_assert_int_eq(fake.dangling[0].resolved, 1);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 0);
  cxd_result_free(result);
  close_all();
}
END_TEST

/* -------------------------------------------------------------- alarm and checkpoints */

#define ALARM "audit log 'x': the segment before was found damaged"

START_TEST(a_damaged_log_is_in_every_result_and_in_every_log) {
  struct heard heard = {.errors = 0};
  open_with("required", NULL, NULL);
  listen(&heard);
  fake.alarm = ALARM;
  for (int i = 1; i <= 2; i++) {
    cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 150 + i), CXD_OK, CXD_OUTCOME_APPLIED);
    const cxd_report *report = cxd_result_report(result);
    size_t found = find_code(report, "audit.broken");
    ck_assert_uint_ne(found, SIZE_MAX);
    ck_assert_int_eq(cxd_report_severity(report, found), CXD_SEVERITY_WARNING);
    ck_assert_str_eq(cxd_report_message(report, found), ALARM);
    ck_assert_int_eq(cxd_report_ok(report), 1);
    ck_assert_int_eq(heard.errors, i);
    cxd_result_free(result);
  }
  ck_assert_msg(strstr(heard.lines, ALARM) != NULL, "%s", heard.lines);
  ck_recover(CXD_OK, 0, 0, NULL);
  ck_assert_int_eq(heard.errors, 3);
  close_all();
}
END_TEST

START_TEST(a_rotation_that_was_put_off_is_a_warning_of_its_own) {
  struct heard heard = {.errors = 0};
  open_with("required", NULL, NULL);
  listen(&heard);
  fake.alarm = "audit log 'x': a new segment is due";
  fake.alarm_code = "audit.rotation";
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  const cxd_report *report = cxd_result_report(result);
  size_t found = find_code(report, "audit.rotation");
  ck_assert_uint_ne(found, SIZE_MAX);
  ck_assert_int_eq(cxd_report_severity(report, found), CXD_SEVERITY_WARNING);
  ck_assert_uint_eq(find_code(report, "audit.broken"), SIZE_MAX);
  ck_assert_int_eq(heard.errors, 0);
  ck_assert_int_eq(heard.warnings, 1);
  ck_recover(CXD_OK, 0, 0, NULL);
  ck_assert_int_eq(heard.errors, 0);
  ck_assert_int_eq(heard.warnings, 2);
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_damaged_log_shows_where_nothing_was_even_checked) {
  open_with("required", NULL, NULL);
  fake.alarm = ALARM;
  fake.fail_look = 1;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_uint_ne(find_code(cxd_result_report(result), "audit.broken"), SIZE_MAX);
  cxd_result_free(result);
  close_all();
}
END_TEST

struct anchors {
  char order[16];
  int64_t seq;
  char h[65];
  int32_t answer;
  cxd_updater *call_back;
  cxd_status recovered;
};

static int32_t on_checkpoint(void *user_data, int64_t seq, const char *h) {
  struct anchors *a = user_data;
  (void)strcat(a->order, "c");
  a->seq = seq;
  (void)snprintf(a->h, sizeof a->h, "%s", h);
  if (a->call_back)
    a->recovered = cxd_updater_recover(a->call_back, NULL, NULL, NULL);
  return a->answer;
}

static int32_t on_result(void *user_data, const cxd_result *result) {
  (void)result;
  (void)strcat(((struct anchors *)user_data)->order, "r");
  return CXD_ACCEPTED;
}

static void anchor(struct anchors *anchors) {
  cxd_callback table = {.size = sizeof table, .user_data = anchors, .on_result = on_result, .on_checkpoint = on_checkpoint};
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &table, NULL), CXD_OK);
}

START_TEST(a_checkpoint_is_handed_over_once_and_before_the_result) {
  struct anchors anchors = {.answer = CXD_ACCEPTED};
  open_with("required", NULL, NULL);
  anchor(&anchors);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(anchors.order, "r");
  fake.checkpoint = 256;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(anchors.order, "rcr");
  ck_assert_int_eq(anchors.seq, 256);
  ck_assert_uint_eq(strlen(anchors.h), 64);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_OK);
  cxd_result_free(result);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 153), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_str_eq(anchors.order, "rcrr");
  fake.checkpoint = 300;
  ck_recover(CXD_OK, 0, 0, NULL);
  ck_assert_str_eq(anchors.order, "rcrrc");
  close_all();
}
END_TEST

START_TEST(one_that_is_not_accepted_is_noted_and_changes_nothing_else) {
  struct anchors first = {.answer = 0}, second = {.answer = CXD_ACCEPTED};
  open_with("required", NULL, NULL);
  anchor(&first);
  anchor(&second);
  fake.checkpoint = 256;
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_int_eq(cxd_result_callback_status(result), CXD_E_CALLBACK);
  ck_assert_str_eq(first.order, "cr");
  ck_assert_str_eq(second.order, "cr");
  cxd_result_free(result);
  close_all();
}
END_TEST

START_TEST(a_checkpoint_waits_for_somebody_who_wants_it) {
  struct anchors anchors = {.answer = CXD_ACCEPTED};
  open_with("required", NULL, NULL);
  fake.checkpoint = 256;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  anchor(&anchors);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 152), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(anchors.seq, 256);
  close_all();
}
END_TEST

START_TEST(a_method_cannot_recover_on_the_engine_it_runs_on) {
  struct anchors anchors = {.answer = CXD_ACCEPTED};
  open_with("required", NULL, NULL);
  anchors.call_back = rig.updater;
  anchor(&anchors);
  fake.checkpoint = 256;
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_int_eq(anchors.recovered, CXD_E_REENTRANT);
  close_all();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("recover");
  TCase *t = tcase_create("recover");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 2 * HANG_S);
  tcase_add_test(t, an_update_without_trouble_and_with_a_token_has_two_records_and_two_syncs);
  tcase_add_test(t, records_in_passing_have_no_sync_of_their_own);
  tcase_add_test(t, a_conflict_is_noted_between_the_intents_of_its_rounds);
  tcase_add_test(t, an_intent_says_what_its_decision_was_based_on);
  tcase_add_test(t, a_record_that_moved_is_told_as_it_stands_now);
  tcase_add_test(t, a_record_that_is_not_durable_does_not_move);
  tcase_add_test(t, what_became_of_an_earlier_update_is_found_out_first);
  tcase_add_test(t, all_earlier_ones_of_the_campaign_are_resolved_in_order_and_no_other);
  tcase_add_test(t, what_cannot_be_found_out_keeps_the_next_update_from_being_sent);
  tcase_add_test(t, with_best_effort_it_is_logged_and_the_update_goes_on);
  tcase_add_loop_test(t, a_log_that_cannot_be_looked_at_stops_a_required_update_only, 0, 2);
  tcase_add_test(t, an_unreadable_record_stops_the_next_update_and_is_named);
  tcase_add_test(t, a_record_that_somebody_else_resolves_meanwhile_is_no_hindrance);
  tcase_add_test(t, an_outcome_that_is_not_durable_does_not_count_as_found_out);
  tcase_add_test(t, a_plan_and_an_update_that_is_not_on_record_look_for_nothing);
  tcase_add_test(t, all_that_can_be_found_out_is_in_the_order_of_the_log);
  tcase_add_test(t, what_one_process_left_behind_is_waited_for_once);
  tcase_add_test(t, it_goes_on_behind_one_that_cannot_be_and_tells_the_first_reason);
  tcase_add_test(t, counts_are_optional_and_without_anything_to_do_nothing_is_needed);
  tcase_add_test(t, a_log_that_cannot_be_looked_at_is_told);
  tcase_add_test(t, an_own_logger_has_nothing_to_recover);
  tcase_add_test(t, the_list_names_what_an_operator_asks_for);
  tcase_add_test(t, a_cancel_while_a_recovery_waits_ends_the_update_at_once);
  tcase_add_test(t, a_cancel_ends_a_recovery_and_the_rest_is_counted);
  tcase_add_test(t, a_cancel_that_comes_too_late_for_the_recovery_is_not_lost_for_the_update);
  tcase_add_test(t, a_damaged_log_is_in_every_result_and_in_every_log);
  tcase_add_test(t, a_damaged_log_shows_where_nothing_was_even_checked);
  tcase_add_test(t, a_rotation_that_was_put_off_is_a_warning_of_its_own);
  tcase_add_test(t, a_checkpoint_is_handed_over_once_and_before_the_result);
  tcase_add_test(t, one_that_is_not_accepted_is_noted_and_changes_nothing_else);
  tcase_add_test(t, a_checkpoint_waits_for_somebody_who_wants_it);
  tcase_add_test(t, a_method_cannot_recover_on_the_engine_it_runs_on);
  return run_suite(suite);
}

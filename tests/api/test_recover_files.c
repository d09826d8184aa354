/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Processes that are killed between an intent and its outcome, on a real log file, and what others find out about them. */
#define _GNU_SOURCE /* kill, fork */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

/* What is as before is believed an attempt's time after the kill: one second here. */
#define SETTINGS "audit.mode", "required", "http.attempt_timeout_ms", "1000", "audit.actor", "day shift"

static struct rig rig;

static void open_with(const char *const options[]) {
  rig_open(&rig, options, LIST(SETTINGS));
  rig.other_hands = 1;
}

/* ----------------------------------------------------------------------- the one who dies */

/* Where it is to hang in a request that request may take long; where it has got an answer and waits, a recovery waits for as long as its attempts take. */
static void child_main(const char *id, int64_t calls, const char *method, const char *key_file) {
  cxd_config *config = config_for(rig.sim.url, LIST(SETTINGS));
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  if (cxd_config_set(config, "audit.path", rig.audit_path, NULL) != CXD_OK || cxd_config_set(config, "http.attempt_timeout_ms", strcmp(method, "PUT") == 0 ? "2000" : "60000", NULL) != CXD_OK ||
      cxd_config_set(config, "audit.actor", "night shift", NULL) != CXD_OK || cxd_config_set(config, "audit.key_file", key_file, NULL) != CXD_OK)
    _exit(10);
  if (cxd_client_new(config, &client, NULL) != CXD_OK || cxd_updater_new(config, client, NULL, &updater, NULL) != CXD_OK)
    _exit(11);
  if (cxd_campaign_new(id, &change, NULL) != CXD_OK || cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, calls, NULL) != CXD_OK)
    _exit(12);
  (void)cxd_updater_apply(updater, change, &result, NULL);
  _exit(13); /* it was to be killed before */
}

/* An update in a process of its own, which has made so many of these requests and waits for something now. */
static pid_t begin_update(const char *id, int64_t calls, const char *method, size_t count) {
  (void)fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0)
    child_main(id, calls, method, cxd_config_get(rig.config, "audit.key_file"));
  sim_await(&rig.sim, method, count);
  return child;
}

static void kill_it(pid_t child) {
  int status = 0;
  ck_assert_int_eq(kill(child, SIGKILL), 0);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

#define LOST "PUT:1:apply-then-close"
#define SILENT "GET:2:delay=600000"                 /* the look at what became of it */
#define REFUSED "PUT:1:status=429;retry-after=50"   /* not applied; its sender waits before the next try */

static void die_applied(const char *validators) {
  open_with(LIST("--validators", validators, "--fault", LOST, "--fault", SILENT));
  kill_it(begin_update(SAMPLE_ID, 160, "GET", 2));
}

static void die_not_applied(const char *validators) {
  open_with(LIST("--validators", validators, "--fault", REFUSED));
  kill_it(begin_update(SAMPLE_ID, 160, "PUT", 1));
}

/* ----------------------------------------------------------------------- what is on record */

static json_t *recovered_of(json_t *records) {
  json_t *found = NULL, *record;
  size_t i;
  json_array_foreach(records, i, record)
    if (json_is_true(at(record, "/recovered"))) {
      ck_assert_msg(!found, "two recovered outcomes");
      found = record;
    }
  return found;
}

static const json_t *intent_of(const json_t *records) {
  for (size_t i = 0; i < json_array_size(records); i++)
    if (strcmp(kind_of(records, i), "intent") == 0)
      return json_array_get(records, i);
  return NULL;
}

/* The first intent of the log has this recovered outcome, in the form of the specification. */
static void ck_recovered(const char *outcome, const char *status) {
  json_t *records = audit_records(rig.audit_path);
  const json_t *intent = intent_of(records), *recovered = recovered_of(records);
  ck_assert_ptr_nonnull(intent);
  ck_assert_ptr_nonnull(recovered);
  ck_assert_str_eq(json_string_value(at(recovered, "/outcome")), outcome);
  ck_assert_str_eq(json_string_value(at(recovered, "/status")), status);
  ck_assert_str_eq(json_string_value(at(recovered, "/op")), json_string_value(at(intent, "/op")));
  ck_assert_str_eq(json_string_value(at(recovered, "/actor")), "night shift");
  ck_assert_int_eq(json_integer_value(at(recovered, "/intent_seq")), json_integer_value(at(intent, "/seq")));
  ck_assert_str_eq(json_string_value(at(recovered, "/intent_w")), json_string_value(at(intent, "/w")));
  ck_assert_str_ne(json_string_value(at(recovered, "/w")), json_string_value(at(intent, "/w")));
  json_decref(records);
}

static void ck_verified(const char *key_file) {
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_audit_verify(rig.audit_path, key_file, &report, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_msg(find_code(report, "audit.open") == SIZE_MAX, "an intent is open");
  cxd_report_free(report);
}

static size_t dangling(void) {
  json_t *list = json_of(cxd_updater_dangling_json(rig.updater));
  size_t count = json_array_size(list);
  json_decref(list);
  return count;
}

/* --------------------------------------------------------------------------------- tests */

START_TEST(an_update_that_was_applied_when_its_process_was_killed_is_found_out) {
  die_applied("etag");
  ck_assert_int_eq(calls_of(&rig), 160);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_recovered("applied_readback", "CXD_OK");
  ck_assert_int_eq(calls_of(&rig), 170);
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

START_TEST(an_update_that_was_not_applied_when_its_process_was_killed_is_found_out) {
  die_not_applied("etag");
  ck_assert_int_eq(calls_of(&rig), 150);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_recovered("not_applied", "CXD_E_CANCELLED");
  ck_assert_int_eq(puts_applied(&rig), 1);
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

START_TEST(without_validators_the_values_tell) {
  if (_i)
    die_not_applied("none");
  else
    die_applied("none");
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_recovered(_i ? "not_applied" : "applied_readback", _i ? "CXD_E_CANCELLED" : "CXD_OK");
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

START_TEST(what_somebody_else_wrote_meanwhile_is_a_conflict) {
  die_not_applied("etag");
  sim_change(&rig.sim, SAMPLE_ID, "{\"maxConcurrentCalls\":155}");
  size_t resolved = 0, left = 0;
  ck_assert_int_eq(cxd_updater_recover(rig.updater, &resolved, &left, NULL), CXD_OK);
  ck_assert_uint_eq(resolved, 1);
  ck_assert_uint_eq(left, 0);
  ck_recovered("conflict", "CXD_E_CONFLICT");
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

START_TEST(a_process_that_lives_is_left_alone) {
  open_with(LIST("--fault", LOST, "--fault", SILENT));
  pid_t child = begin_update(SAMPLE_ID, 160, "GET", 2);
  ck_assert_uint_eq(dangling(), 0);
  size_t resolved = 7;
  ck_assert_int_eq(cxd_updater_recover(rig.updater, &resolved, NULL, NULL), CXD_OK);
  ck_assert_uint_eq(resolved, 0);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_OK, CXD_OUTCOME_APPLIED));
  json_t *records = audit_records(rig.audit_path);
  ck_assert_ptr_null(recovered_of(records));
  json_decref(records);
  kill_it(child);
  ck_assert_uint_eq(dangling(), 1);
  ck_assert_int_eq(cxd_updater_recover(rig.updater, &resolved, NULL, NULL), CXD_OK);
  ck_assert_uint_eq(resolved, 1);
  ck_recovered("conflict", "CXD_E_CONFLICT"); /* it was written over in the meantime */
  rig_close(&rig);
}
END_TEST

START_TEST(until_the_campaign_can_be_read_nothing_is_sent_and_the_intent_is_listed) {
  die_applied("etag");
  sim_fault(&rig.sim, "GET:1:status=403"); /* counted from here */
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_E_FORBIDDEN, CXD_OUTCOME_NOT_APPLIED);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "audit record 3"));
  cxd_result_free(result);
  ck_assert_uint_eq(sim_count(&rig.sim, "PUT"), 1);
  json_t *list = json_of(cxd_updater_dangling_json(rig.updater));
  ck_assert_uint_eq(json_array_size(list), 1);
  ck_assert_str_eq(json_string_value(at(list, "/0/campaign_id")), SAMPLE_ID);
  ck_assert_str_eq(json_string_value(at(list, "/0/actor")), "night shift");
  json_decref(list);
  ck_assert_int_eq(cxd_updater_recover(rig.updater, NULL, NULL, NULL), CXD_OK);
  ck_assert_uint_eq(dangling(), 0);
  ck_recovered("applied_readback", "CXD_OK");
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

/* The updaters of two processes find the same intent at the same time: one outcome. */
START_TEST(two_that_recover_at_once_put_one_outcome_on_record) {
  die_not_applied("etag"); /* both wait for an attempt of the dead one, then both write */
  (void)fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    cxd_config *config = config_for(rig.sim.url, LIST(SETTINGS));
    cxd_client *client = NULL;
    cxd_updater *updater = NULL;
    int fine = cxd_config_set(config, "audit.path", rig.audit_path, NULL) == CXD_OK && cxd_client_new(config, &client, NULL) == CXD_OK && cxd_updater_new(config, client, NULL, &updater, NULL) == CXD_OK;
    _exit(fine && cxd_updater_recover(updater, NULL, NULL, NULL) == CXD_OK ? 0 : 1);
  }
  ck_assert_int_eq(cxd_updater_recover(rig.updater, NULL, NULL, NULL), CXD_OK);
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  ck_recovered("not_applied", "CXD_E_CANCELLED");
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------- keys and segments */

#define KEY "0123456789abcdef0123456789abcdef\n"

static size_t segments(void) {
  DIR *dir = opendir(rig.dir);
  const struct dirent *entry;
  size_t count = 0;
  ck_assert_ptr_nonnull(dir);
  while ((entry = readdir(dir)) != NULL)
    count += strncmp(entry->d_name, "audit.log.0", 11) == 0;
  closedir(dir);
  return count;
}

static void reopen_with(const char *key, const char *value) {
  cxd_updater_free(rig.updater);
  set(rig.config, key, value);
  rig.updater = updater_of(rig.config, rig.client);
}

START_TEST(a_keyed_log_is_sealed_with_the_key_of_the_config) {
  open_with(NULL);
  char *key = scratch_path(rig.dir, "key"), *other = scratch_path(rig.dir, "other");
  write_text(key, KEY);
  write_text(other, "another key, also long enough");
  set(rig.config, "audit.path", rig.audit_path);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(unlink(rig.audit_path), 0);
  set(rig.config, "audit.key_file", key);
  rig.updater = updater_of(rig.config, rig.client);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  char *text = text_of_file(rig.audit_path);
  ck_assert_ptr_nonnull(strstr(text, "\"kid\":\""));
  ck_assert_ptr_null(strstr(text, "0123456789abcdef0123456789abcdef"));
  free(text);
  ck_verified(key);
  ck_assert_int_eq(cxd_audit_verify(rig.audit_path, other, NULL, NULL), CXD_E_AUDIT);
  cxd_updater *second = rig.updater;
  set(rig.config, "audit.key_file", other);
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, NULL, &second, &error), CXD_E_AUDIT);
  ck_assert_ptr_null(second);
  cxd_error_free(error);
  free(key);
  free(other);
  rig_close(&rig);
}
END_TEST

static const struct {
  const char *text; /* NULL: no such file */
  cxd_status status;
} bad_keys[] = {{NULL, CXD_E_IO}, {"", CXD_E_CONFIG}, {"fifteen bytes..", CXD_E_CONFIG}};

START_TEST(a_key_that_is_none_is_told_when_the_updater_is_made) {
  open_with(NULL);
  char *key = scratch_path(rig.dir, "key");
  cxd_updater *updater = rig.updater;
  cxd_error *error = NULL;
  if (bad_keys[_i].text)
    write_text(key, bad_keys[_i].text);
  set(rig.config, "audit.key_file", key);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, NULL, &updater, &error), bad_keys[_i].status);
  ck_assert_ptr_null(updater);
  ck_assert_str_eq(cxd_error_field(error), "audit.key_file");
  cxd_error_free(error);
  free(key);
  rig_close(&rig);
}
END_TEST

START_TEST(a_log_that_may_not_grow_goes_on_in_segments_and_an_intent_is_found_in_any_of_them) {
  open_with(LIST("--fault", REFUSED));
  reopen_with("audit.max_bytes", "3000");
  kill_it(begin_update(SAMPLE_ID, 160, "PUT", 1));
  for (int i = 0; i < 9; i++) /* another campaign is not held up */
    cxd_result_free(applied(rig.updater, calls_change("none", 20 + i), CXD_E_NOT_FOUND, CXD_OUTCOME_NOT_APPLIED));
  ck_assert_uint_ge(segments(), 1);
  ck_assert_uint_eq(dangling(), 1);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 170), CXD_OK, CXD_OUTCOME_APPLIED));
  ck_assert_uint_eq(dangling(), 0);
  ck_verified(NULL);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------- checkpoints of a real log */

struct anchors {
  int64_t seq;
  char h[65];
  int count;
};

static int32_t keep(void *user_data, int64_t seq, const char *h) {
  struct anchors *a = user_data;
  a->seq = seq;
  a->count++;
  (void)snprintf(a->h, sizeof a->h, "%s", h);
  return CXD_ACCEPTED;
}

START_TEST(a_checkpoint_that_was_handed_over_is_expected_of_the_log) {
  struct anchors anchors = {.count = 0};
  cxd_callback table = {.size = sizeof table, .user_data = &anchors, .on_checkpoint = keep};
  open_with(NULL);
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &table, NULL), CXD_OK);
  for (int i = 0; i < 260 && !anchors.count; i++)
    cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 501), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  ck_assert_int_eq(anchors.count, 1);
  char expect[100];
  (void)snprintf(expect, sizeof expect, "%lld:%s", (long long)anchors.seq, anchors.h);
  cxd_audit_reader *reader = NULL;
  const char *record = NULL;
  size_t len;
  ck_assert_int_eq(cxd_audit_open(rig.audit_path, NULL, &reader, NULL), CXD_OK);
  ck_assert_int_eq(cxd_audit_expect(reader, expect, NULL), CXD_OK);
  while (cxd_audit_read(reader, &record, &len, NULL) == CXD_OK && record) {
  }
  ck_assert_int_eq(cxd_report_ok(cxd_audit_report(reader)), 1);
  cxd_audit_free(reader);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("recover_files");
  TCase *t = tcase_create("recover");
  suite_add_tcase(suite, t);
  tcase_set_timeout(t, 2 * HANG_S);
  tcase_add_test(t, an_update_that_was_applied_when_its_process_was_killed_is_found_out);
  tcase_add_test(t, an_update_that_was_not_applied_when_its_process_was_killed_is_found_out);
  tcase_add_loop_test(t, without_validators_the_values_tell, 0, 2);
  tcase_add_test(t, what_somebody_else_wrote_meanwhile_is_a_conflict);
  tcase_add_test(t, a_process_that_lives_is_left_alone);
  tcase_add_test(t, until_the_campaign_can_be_read_nothing_is_sent_and_the_intent_is_listed);
  tcase_add_test(t, two_that_recover_at_once_put_one_outcome_on_record);
  tcase_add_test(t, a_keyed_log_is_sealed_with_the_key_of_the_config);
  tcase_add_loop_test(t, a_key_that_is_none_is_told_when_the_updater_is_made, 0, 3);
  tcase_add_test(t, a_log_that_may_not_grow_goes_on_in_segments_and_an_intent_is_found_in_any_of_them);
  tcase_add_test(t, a_checkpoint_that_was_handed_over_is_expected_of_the_log);
  return run_suite(suite);
}

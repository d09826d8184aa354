/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"

#define AUDITED "audit.mode", "required"

static void open_rig(struct rig *rig) { rig_open(rig, NULL, LIST(AUDITED)); }

static int64_t seq_of(const cxd_result *result) {
  static const char front[] = "{\"v\":1,\"seq\":";
  const char *record = cxd_result_audit_record(result);
  ck_assert_ptr_nonnull(record);
  ck_assert_int_eq(strncmp(record, front, sizeof front - 1), 0);
  return strtoll(record + sizeof front - 1, NULL, 10);
}

/* Applies and frees; the number of the outcome record. */
static int64_t change(struct rig *rig, cxd_campaign *campaign) {
  cxd_result *result = applied(rig->updater, campaign, CXD_OK, CXD_OUTCOME_APPLIED);
  int64_t seq = seq_of(result);
  cxd_result_free(result);
  return seq;
}

static cxd_campaign *with_json(cxd_campaign *campaign, const char *pointer, const char *json) {
  cxd_error *error = NULL;
  cxd_status status = cxd_campaign_set_json(campaign, pointer, json, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  return campaign;
}

static cxd_result *rolled(cxd_updater *updater, const char *log, int64_t seq, int32_t plan, cxd_status status, int32_t outcome) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status said = cxd_updater_rollback(updater, log, seq, plan, &result, &error);
  ck_assert_msg(said == status && result && cxd_result_outcome(result) == outcome, "%s, %s: %s", cxd_status_name(said), cxd_result_outcome_name(result), cxd_error_message(error));
  ck_assert_int_eq(cxd_result_status(result), status);
  ck_assert_int_eq(cxd_error_status(error), status);
  cxd_error_free(error);
  return result;
}

static int64_t back(struct rig *rig, int64_t seq) {
  cxd_result *result = rolled(rig->updater, rig->audit_path, seq, 0, CXD_OK, CXD_OUTCOME_APPLIED);
  int64_t own = seq_of(result);
  cxd_result_free(result);
  return own;
}

/* Nothing was begun: no result, this status, these words. */
static void refused(struct rig *rig, const char *log, int64_t seq, cxd_status status, const char *part) {
  cxd_result *result = (cxd_result *)(void *)rig; /* anything but NULL */
  cxd_error *error = NULL;
  size_t before = sim_count(&rig->sim, NULL);
  ck_assert_int_eq(cxd_updater_rollback(rig->updater, log, seq, 0, &result, &error), cxd_error_status(error));
  ck_assert_ptr_null(result);
  ck_error(&error, status, part);
  ck_assert_uint_eq(sim_count(&rig->sim, NULL), before);
}

/* ----------------------------------------------------------------------- what comes back */

START_TEST(a_value_comes_back_by_any_record_of_its_update) {
  struct rig rig;
  open_rig(&rig);
  int64_t outcome = change(&rig, calls_change(SAMPLE_ID, 120));
  ck_assert_int_eq(back(&rig, outcome), outcome + 2);
  ck_assert_int_eq(calls_of(&rig), 150);
  int64_t second = change(&rig, calls_change(SAMPLE_ID, 130));
  (void)back(&rig, second - 1); /* its intent */
  ck_assert_int_eq(calls_of(&rig), 150);
  rig_close(&rig);
}
END_TEST

START_TEST(it_is_an_update_of_its_own_and_names_what_it_takes_back) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  cxd_result *result = rolled(rig.updater, rig.audit_path, seq, 0, CXD_OK, CXD_OUTCOME_APPLIED);
  ck_assert_str_eq(cxd_result_diff_json(result), "[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":120,\"value\":150}]");
  ck_assert_int_eq(cxd_result_new_concurrent(result), 150);
  json_t *records = audit_records(rig.audit_path);
  const json_t *intent = json_array_get(records, (size_t)seq), *outcome = json_array_get(records, (size_t)seq + 1);
  ck_assert_str_eq(json_string_value(at(intent, "/k")), "intent");
  ck_assert_int_eq(json_integer_value(at(intent, "/rollback_of")), seq);
  ck_assert_str_eq(json_string_value(at(outcome, "/outcome")), "applied");
  ck_assert_str_ne(json_string_value(at(outcome, "/op")), json_string_value(at(json_array_get(records, (size_t)seq - 1), "/op")));
  json_decref(records);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(a_rollback_can_be_taken_back_again_and_again) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  for (int i = 0; i < 4; i++) {
    seq = back(&rig, seq);
    ck_assert_int_eq(calls_of(&rig), i % 2 ? 120 : 150);
  }
  rig_close(&rig);
}
END_TEST

static char *document_of(const struct rig *rig) {
  json_t *document = sim_document(&rig->sim, SAMPLE_ID);
  json_object_del(document, "version");
  char *text = json_dumps(document, JSON_SORT_KEYS | JSON_COMPACT);
  json_decref(document);
  return text;
}

static void there_and_back(struct rig *rig, cxd_campaign *campaign) {
  char *before = document_of(rig);
  int64_t seq = change(rig, campaign);
  char *between = document_of(rig);
  ck_assert_str_ne(before, between);
  (void)back(rig, seq);
  char *after = document_of(rig);
  ck_assert_str_eq(before, after);
  free(before), free(between), free(after);
}

static void prepare(struct rig *rig) {
  open_rig(rig);
  sim_change(&rig->sim, SAMPLE_ID, "{\"note\":null,\"a/b\":{\"~c\":1,\"d\":{}},\"0\":[1,2],\"\xc3\xa9\":\"\\u00e9\\n\",\"big\":{\"x\":{\"y\":1}}}");
}

START_TEST(members_of_every_kind_come_back) {
  struct rig rig;
  prepare(&rig);
  there_and_back(&rig, with_json(change_of(SAMPLE_ID), "/note", "\"was null\""));
  there_and_back(&rig, with_json(change_of(SAMPLE_ID), "/a~1b/~0c", "null"));
  there_and_back(&rig, with_json(change_of(SAMPLE_ID), "/a~1b/d/e", "{\"deep\":[{}]}"));
  there_and_back(&rig, with_json(with_json(change_of(SAMPLE_ID), "/0", "[2,1,[3]]"), "/\xc3\xa9", "\"\\u0001\\ud83d\\ude00\""));
  there_and_back(&rig, with_json(with_json(change_of(SAMPLE_ID), "/rules", "[{\"name\":\"r\",\"enabled\":true}]"), "/pacing/interval", "30"));
  there_and_back(&rig, with_json(with_json(change_of(SAMPLE_ID), "/custom/deep", "[1]"), "/big", "7"));
  there_and_back(&rig, with_json(change_of(SAMPLE_ID), "/", "{\"\":1}"));
  rig_close(&rig);
}
END_TEST

/* A record may be as deep as a campaign, and three levels of it are its own. */
START_TEST(the_deepest_values_come_back) {
  struct rig rig;
  char deep[64] = "";
  for (int i = 0; i < 29; i++)
    strcat(deep, "[");
  for (int i = 0; i < 29; i++)
    strcat(deep, "]");
  open_rig(&rig);
  there_and_back(&rig, with_json(change_of(SAMPLE_ID), "/deep", deep));
  rig_close(&rig);
}
END_TEST

START_TEST(removed_members_come_back_whole) {
  static const char *const members[] = {"/note", "/a~1b", "/a~1b/~0c", "/big", "/big/x", "/0", "/\xc3\xa9"};
  struct rig rig;
  prepare(&rig);
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
    ck_assert_int_eq(cxd_campaign_remove(campaign, members[i], NULL), CXD_OK);
    there_and_back(&rig, campaign);
  }
  rig_close(&rig);
}
END_TEST

START_TEST(numbers_come_back_as_they_were_spelled) {
  struct rig rig;
  open_rig(&rig);
  cxd_campaign *first = with_json(with_json(with_json(change_of(SAMPLE_ID), "/n", "18446744073709551615"), "/m", "0.8500"), "/pacing/throttlePercent", "8.5e-1");
  first = with_json(with_json(first, "/maxConcurrentCalls", "149"), "/o", "-0.0");
  (void)change(&rig, first);
  int64_t seq = change(&rig, with_json(with_json(with_json(with_json(change_of(SAMPLE_ID), "/n", "1"), "/m", "2"), "/pacing/throttlePercent", "0.5"), "/o", "1e2"));
  (void)back(&rig, seq);
  char *raw = sim_raw(&rig.sim, SAMPLE_ID);
  static const char *const parts[] = {"\"n\":18446744073709551615", "\"m\":0.8500", "\"throttlePercent\":8.5e-1", "\"o\":-0.0"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    ck_assert_msg(strstr(raw, parts[i]) != NULL, "%s is not in %s", parts[i], raw);
  free(raw);
  rig_close(&rig);
}
END_TEST

START_TEST(what_others_changed_beside_it_stays) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, with_json(calls_change(SAMPLE_ID, 120), "/pacing/interval", "30"));
  sim_change(&rig.sim, SAMPLE_ID, "{\"name\":\"theirs\",\"extra\":[1]}");
  (void)back(&rig, seq);
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_str_eq(json_string_value(at(document, "/name")), "theirs");
  ck_assert_int_eq(json_integer_value(at(document, "/extra/0")), 1);
  ck_assert_int_eq(json_integer_value(at(document, "/maxConcurrentCalls")), 150);
  ck_assert_int_eq(json_integer_value(at(document, "/pacing/interval")), 60);
  json_decref(document);
  rig_close(&rig);
}
END_TEST

/* ---------------------------------------------------------------------------- conflicts */

START_TEST(a_member_that_somebody_changed_since_is_a_conflict_and_shown) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, with_json(calls_change(SAMPLE_ID, 120), "/pacing/interval", "30"));
  sim_change(&rig.sim, SAMPLE_ID, "{\"maxConcurrentCalls\":77}");
  for (int plan = 1; plan >= 0; plan--) {
    cxd_result *result = rolled(rig.updater, rig.audit_path, seq, plan, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
    ck_assert_str_eq(cxd_result_conflict_json(result), "{\"base\":{\"/maxConcurrentCalls\":120},\"mine\":{\"/maxConcurrentCalls\":150},\"theirs\":{\"/maxConcurrentCalls\":77}}");
    ck_assert_ptr_nonnull(strstr(cxd_error_message(cxd_result_error(result)), "to be taken back"));
    cxd_result_free(result);
  }
  ck_assert_int_eq(puts_applied(&rig), 1);
  ck_assert_int_eq(calls_of(&rig), 77);
  json_t *records = audit_records(rig.audit_path);
  ck_assert_str_eq(json_string_value(at(json_array_get(records, json_array_size(records) - 1), "/outcome")), "conflict");
  json_decref(records);
  rig_close(&rig);
}
END_TEST

START_TEST(an_added_member_that_grew_and_a_removed_one_that_is_there_again_are_conflicts) {
  struct rig rig;
  prepare(&rig);
  int64_t added = change(&rig, with_json(change_of(SAMPLE_ID), "/custom", "{\"a\":1}"));
  sim_change(&rig.sim, SAMPLE_ID, "{\"custom\":{\"a\":1,\"b\":2}}");
  cxd_result_free(rolled(rig.updater, rig.audit_path, added, 0, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT));
  cxd_campaign *campaign = got(rig.client, SAMPLE_ID);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/big", NULL), CXD_OK);
  int64_t removed = change(&rig, campaign);
  sim_change(&rig.sim, SAMPLE_ID, "{\"big\":{\"z\":3}}");
  cxd_result *result = rolled(rig.updater, rig.audit_path, removed, 0, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_str_eq(cxd_result_conflict_json(result), "{\"base\":{},\"mine\":{\"/big\":{\"x\":{\"y\":1}}},\"theirs\":{\"/big\":{\"z\":3}}}");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(an_older_update_of_the_same_member_is_one_until_the_newer_is_taken_back) {
  struct rig rig;
  open_rig(&rig);
  int64_t first = change(&rig, calls_change(SAMPLE_ID, 120)), second = change(&rig, calls_change(SAMPLE_ID, 90));
  cxd_result_free(rolled(rig.updater, rig.audit_path, first, 0, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT));
  (void)back(&rig, second);
  ck_assert_int_eq(calls_of(&rig), 120);
  (void)back(&rig, first);
  ck_assert_int_eq(calls_of(&rig), 150);
  rig_close(&rig);
}
END_TEST

START_TEST(somebody_who_writes_between_the_read_and_the_write_is_heard) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  struct hook hook = {.members = {"{\"name\":\"theirs\"}", "{\"maxConcurrentCalls\":77}"}};
  hook_in(&rig, &hook);
  cxd_result *result = rolled(rig.updater, rig.audit_path, seq, 0, CXD_E_CONFLICT, CXD_OUTCOME_CONFLICT);
  ck_assert_int_eq(cxd_result_sends(result), 2);
  cxd_result_free(result);
  ck_assert_int_eq(calls_of(&rig), 77);
  rig_close(&rig);
}
END_TEST

START_TEST(what_is_as_before_already_is_unchanged) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  sim_change(&rig.sim, SAMPLE_ID, "{\"maxConcurrentCalls\":150}");
  cxd_result_free(rolled(rig.updater, rig.audit_path, seq, 0, CXD_OK, CXD_OUTCOME_UNCHANGED));
  ck_assert_int_eq(puts_applied(&rig), 1);
  rig_close(&rig);
}
END_TEST

/* ------------------------------------------------------------------- an update like any other */

START_TEST(a_plan_sends_and_writes_nothing) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  char *before = text_of_file(rig.audit_path);
  cxd_result *result = rolled(rig.updater, rig.audit_path, seq, 1, CXD_OK, CXD_OUTCOME_PLANNED);
  ck_assert_ptr_nonnull(strstr(cxd_result_diff_json(result), "\"old\":120,\"value\":150"));
  char *after = text_of_file(rig.audit_path);
  ck_assert_str_eq(before, after);
  ck_assert_int_eq(calls_of(&rig), 120);
  free(before), free(after);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

START_TEST(it_is_validated) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  set(rig.config, "validate.max_concurrent_calls", "130");
  cxd_updater *strict = updater_of(rig.config, rig.client);
  cxd_result *result = rolled(strict, rig.audit_path, seq, 0, CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  ck_assert_uint_ne(find_code(cxd_result_report(result), "capacity.concurrency"), SIZE_MAX);
  cxd_result_free(result);
  cxd_updater_free(strict);
  ck_assert_int_eq(calls_of(&rig), 120);
  rig_close(&rig);
}
END_TEST

START_TEST(only_its_members_are_sent_whatever_the_updater_is_set_to) {
  struct rig rig;
  open_rig(&rig);
  sim_change(&rig.sim, SAMPLE_ID, "{\"advancedDialerSettings\":{\"autoRebalance\":false,\"queuePriority\":1}}");
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  set(rig.config, "update.mode", "replace");
  set(rig.config, "update.auto_rebalance", "on");
  cxd_updater *other = updater_of(rig.config, rig.client);
  cxd_result_free(rolled(other, rig.audit_path, seq, 0, CXD_OK, CXD_OUTCOME_APPLIED));
  cxd_updater_free(other);
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_int_eq(json_integer_value(at(document, "/maxConcurrentCalls")), 150);
  ck_assert(json_is_false(at(document, "/advancedDialerSettings/autoRebalance")));
  ck_assert_str_eq(json_string_value(at(document, "/timeZone")), "America/New_York");
  json_decref(document);
  rig_close(&rig);
}
END_TEST

START_TEST(an_update_that_was_only_confirmed_by_reading_is_taken_back_too) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:1:apply-then-close"), LIST(AUDITED));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 120), CXD_OK, CXD_OUTCOME_APPLIED_READBACK);
  (void)back(&rig, seq_of(result));
  ck_assert_int_eq(calls_of(&rig), 150);
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

static int64_t first_intent(const struct rig *rig) {
  json_t *records = audit_records(rig->audit_path);
  size_t i = 0;
  while (strcmp(kind_of(records, i), "intent") != 0)
    i++;
  json_decref(records);
  return (int64_t)i + 1;
}

START_TEST(the_last_of_several_intents_is_what_was_applied) {
  struct rig rig;
  open_rig(&rig);
  struct hook hook = {.members = {"{\"name\":\"theirs\",\"extra\":1}"}};
  hook_in(&rig, &hook);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  ck_assert_int_ge(seq, 5); /* genesis, two intents with a conflict between them, outcome */
  (void)back(&rig, first_intent(&rig));
  json_t *document = sim_document(&rig.sim, SAMPLE_ID);
  ck_assert_int_eq(json_integer_value(at(document, "/maxConcurrentCalls")), 150);
  ck_assert_str_eq(json_string_value(at(document, "/name")), "theirs");
  json_decref(document);
  rig_close(&rig);
}
END_TEST

struct inside {
  struct rig *rig;
  int calls;
  cxd_status status;
};

static int32_t roll_back_inside(void *user_data, const cxd_result *result) {
  struct inside *inside = user_data;
  cxd_result *own = NULL;
  inside->calls++;
  inside->status = cxd_updater_rollback(inside->rig->updater, inside->rig->audit_path, 3, 0, &own, NULL);
  ck_assert_ptr_null(own);
  return result ? CXD_ACCEPTED : 0;
}

START_TEST(callbacks_hear_of_it_and_cannot_call_it) {
  struct rig rig;
  open_rig(&rig);
  struct inside inside = {.rig = &rig};
  cxd_callback callback = {.size = sizeof callback, .user_data = &inside, .on_result = roll_back_inside};
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  ck_assert_int_eq(cxd_updater_add_callback(rig.updater, &callback, NULL), CXD_OK);
  (void)back(&rig, seq);
  ck_assert_int_eq(inside.calls, 1);
  ck_assert_int_eq(inside.status, CXD_E_REENTRANT);
  cxd_result_free(rolled(rig.updater, rig.audit_path, seq, 1, CXD_OK, CXD_OUTCOME_UNCHANGED));
  ck_assert_int_eq(inside.calls, 1);
  rig_close(&rig);
}
END_TEST

START_TEST(without_a_log_to_write_to_nothing_is_sent) {
  struct rig rig;
  open_rig(&rig);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  set(rig.config, "audit.path", "");
  cxd_updater *silent = updater_of(rig.config, rig.client);
  cxd_result_free(rolled(silent, rig.audit_path, seq, 0, CXD_E_AUDIT, CXD_OUTCOME_NOT_APPLIED));
  cxd_result_free(rolled(silent, rig.audit_path, seq, 1, CXD_OK, CXD_OUTCOME_PLANNED));
  cxd_updater_free(silent);
  ck_assert_int_eq(calls_of(&rig), 120);
  rig_close(&rig);
}
END_TEST

/* --------------------------------------------------------------------------- not to be taken back */

#define WHOLE \
  "{\"id\":\"" SAMPLE_ID "\",\"name\":\"Q3 Enterprise Outbound\",\"status\":\"paused\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":90," \
  "\"timeZone\":\"America/New_York\",\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85}}"

START_TEST(only_an_applied_update_that_merged_can_be_taken_back) {
  struct rig rig;
  open_rig(&rig);
  int64_t last = change(&rig, calls_change(SAMPLE_ID, 120));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 120), CXD_OK, CXD_OUTCOME_UNCHANGED));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 9999), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
  set(rig.config, "update.mode", "replace");
  cxd_updater *replacing = updater_of(rig.config, rig.client);
  cxd_result *result = applied(replacing, campaign_of(WHOLE), CXD_OK, CXD_OUTCOME_APPLIED);
  int64_t replaced = seq_of(result);
  cxd_result_free(result);
  cxd_updater_free(replacing);
  refused(&rig, rig.audit_path, 1, CXD_E_INVALID, "of no update");
  refused(&rig, rig.audit_path, last + 1, CXD_E_INVALID, "its outcome is unchanged");
  refused(&rig, rig.audit_path, last + 2, CXD_E_INVALID, "its outcome is rejected");
  refused(&rig, rig.audit_path, replaced, CXD_E_INVALID, "replaced the whole campaign");
  refused(&rig, rig.audit_path, replaced + 1, CXD_E_ABSENT, "no record");
  refused(&rig, rig.audit_path, INT64_MAX, CXD_E_ABSENT, "no record 9223372036854775807");
  refused(&rig, rig.audit_path, 0, CXD_E_ARGUMENT, "count from 1");
  refused(&rig, rig.audit_path, -1, CXD_E_ARGUMENT, "count from 1");
  refused(&rig, NULL, 3, CXD_E_ARGUMENT, "log");
  refused(&rig, "", 3, CXD_E_ARGUMENT, "log");
  rig_close(&rig);
}
END_TEST

START_TEST(an_update_with_an_unknown_outcome_is_not_taken_back) {
  struct rig rig;
  rig_open(&rig, LIST("--fault", "PUT:*:close-before-reply", "--fault", "GET:2:status=500", "--fault", "GET:3:status=500", "--fault", "GET:4:status=500"), LIST(AUDITED, "retry.max_attempts", "2"));
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 120), CXD_E_UNKNOWN_OUTCOME, CXD_OUTCOME_UNKNOWN);
  refused(&rig, rig.audit_path, seq_of(result), CXD_E_INVALID, "its outcome is unknown");
  cxd_result_free(result);
  rig_close(&rig);
}
END_TEST

/* As of a process that died in between: the outcome is missing. */
START_TEST(an_update_without_an_outcome_is_not_taken_back) {
  struct rig rig;
  open_rig(&rig);
  (void)change(&rig, calls_change(SAMPLE_ID, 120));
  char *text = text_of_file(rig.audit_path), *copy = scratch_path(rig.dir, "cut.log");
  char *outcome = strstr(text, "\"k\":\"outcome\"");
  ck_assert_ptr_nonnull(outcome);
  while (outcome[-1] != '\n')
    outcome--;
  *outcome = '\0';
  write_text(copy, text);
  refused(&rig, copy, first_intent(&rig), CXD_E_INVALID, "no outcome yet");
  free(text), free(copy);
  rig_close(&rig);
}
END_TEST

START_TEST(a_damaged_log_is_no_base_for_anything) {
  struct rig rig;
  open_rig(&rig);
  (void)change(&rig, calls_change(SAMPLE_ID, 120));
  (void)change(&rig, calls_change(SAMPLE_ID, 130));
  char *text = text_of_file(rig.audit_path), *copy = scratch_path(rig.dir, "copy.log");
  char *last = strstr(text, "\"value\":130");
  ck_assert_ptr_nonnull(last);
  last[9] = '4'; /* behind the update that is to be taken back */
  write_text(copy, text);
  refused(&rig, copy, 3, CXD_E_AUDIT, "audit.hash");
  write_text(copy, "rubbish\n");
  refused(&rig, copy, 3, CXD_E_AUDIT, "not as it was written");
  free(text), free(copy);
  char *missing = scratch_path(rig.dir, "missing.log");
  refused(&rig, missing, 3, CXD_E_IO, missing);
  ck_assert_int_ne(access(missing, F_OK), 0);
  free(missing);
  rig_close(&rig);
}
END_TEST

static void refuse_updates(struct rig *rig, int count) {
  for (int i = 0; i < count; i++)
    cxd_result_free(applied(rig->updater, calls_change(SAMPLE_ID, 9999), CXD_E_INVALID, CXD_OUTCOME_REJECTED));
}

START_TEST(a_missing_segment_has_to_be_put_back) {
  struct rig rig;
  rig_open(&rig, NULL, LIST(AUDITED, "audit.sync", "none", "audit.max_bytes", "65536"));
  char *first = scratch_path(rig.dir, "first"), segment[256];
  (void)snprintf(segment, sizeof segment, "%s.000000000001", rig.audit_path);
  for (int i = 0; i < 100 && access(segment, F_OK) != 0; i++)
    refuse_updates(&rig, 20);
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  ck_assert_int_eq(rename(segment, first), 0);
  refused(&rig, rig.audit_path, seq, CXD_E_AUDIT, "put segments that are kept elsewhere back beside the log");
  ck_assert_int_eq(rename(first, segment), 0);
  (void)back(&rig, seq);
  ck_assert_int_eq(calls_of(&rig), 150);
  free(first);
  rig_close(&rig);
}
END_TEST

struct canceller {
  cxd_updater *updater;
  atomic_int started, ended;
};

static void *cancel_all_the_time(void *self) {
  struct canceller *c = self;
  while (!atomic_load(&c->ended)) {
    cxd_updater_cancel(c->updater);
    atomic_store(&c->started, 1);
  }
  return NULL;
}

/* 1: seen while the log was read; 0: only afterwards, or the other thread did not run meanwhile. */
static int cancelled_while_reading(struct rig *rig, int64_t seq) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_updater_rollback(rig->updater, rig->audit_path, seq, 1, &result, &error);
  ck_assert_msg(status == CXD_E_CANCELLED || status == CXD_OK, "%s: %s", cxd_status_name(status), cxd_error_message(error));
  int seen = status == CXD_E_CANCELLED && strstr(cxd_error_message(error), "was read: nothing was sent") != NULL;
  ck_assert_int_eq(result == NULL, seen);
  cxd_result_free(result);
  cxd_error_free(error);
  return seen;
}

START_TEST(a_cancel_is_seen_while_the_log_is_read) {
  struct rig rig;
  pthread_t thread;
  int seen = 0;
  rig_open(&rig, NULL, LIST(AUDITED, "audit.sync", "none"));
  int64_t seq = change(&rig, calls_change(SAMPLE_ID, 120));
  refuse_updates(&rig, 500);
  struct canceller canceller = {.updater = rig.updater};
  ck_assert_int_eq(pthread_create(&thread, NULL, cancel_all_the_time, &canceller), 0);
  while (!atomic_load(&canceller.started))
    sched_yield();
  for (int i = 0; i < 1000 && !seen; i++)
    seen = cancelled_while_reading(&rig, seq);
  atomic_store(&canceller.ended, 1);
  pthread_join(thread, NULL);
  ck_assert_msg(seen, "never while it was read");
  (void)back(&rig, seq);
  ck_assert_int_eq(calls_of(&rig), 150);
  rig_close(&rig);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("rollback");
  TCase *tc = suite_case(suite, "rollback", NULL, NULL);
  tcase_set_timeout(tc, 120);
  tcase_add_test(tc, a_value_comes_back_by_any_record_of_its_update);
  tcase_add_test(tc, it_is_an_update_of_its_own_and_names_what_it_takes_back);
  tcase_add_test(tc, a_rollback_can_be_taken_back_again_and_again);
  tcase_add_test(tc, members_of_every_kind_come_back);
  tcase_add_test(tc, the_deepest_values_come_back);
  tcase_add_test(tc, removed_members_come_back_whole);
  tcase_add_test(tc, numbers_come_back_as_they_were_spelled);
  tcase_add_test(tc, what_others_changed_beside_it_stays);
  tcase_add_test(tc, a_member_that_somebody_changed_since_is_a_conflict_and_shown);
  tcase_add_test(tc, an_added_member_that_grew_and_a_removed_one_that_is_there_again_are_conflicts);
  tcase_add_test(tc, an_older_update_of_the_same_member_is_one_until_the_newer_is_taken_back);
  tcase_add_test(tc, somebody_who_writes_between_the_read_and_the_write_is_heard);
  tcase_add_test(tc, what_is_as_before_already_is_unchanged);
  tcase_add_test(tc, a_plan_sends_and_writes_nothing);
  tcase_add_test(tc, it_is_validated);
  tcase_add_test(tc, only_its_members_are_sent_whatever_the_updater_is_set_to);
  tcase_add_test(tc, an_update_that_was_only_confirmed_by_reading_is_taken_back_too);
  tcase_add_test(tc, the_last_of_several_intents_is_what_was_applied);
  tcase_add_test(tc, callbacks_hear_of_it_and_cannot_call_it);
  tcase_add_test(tc, without_a_log_to_write_to_nothing_is_sent);
  tcase_add_test(tc, only_an_applied_update_that_merged_can_be_taken_back);
  tcase_add_test(tc, an_update_with_an_unknown_outcome_is_not_taken_back);
  tcase_add_test(tc, an_update_without_an_outcome_is_not_taken_back);
  tcase_add_test(tc, a_damaged_log_is_no_base_for_anything);
  tcase_add_test(tc, a_missing_segment_has_to_be_put_back);
  tcase_add_test(tc, a_cancel_is_seen_while_the_log_is_read);
  return run_suite(suite);
}

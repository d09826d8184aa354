/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Every public function with NULL, with a handle of another kind, and with one that was freed where that can be known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "run.h"

/* What is no handle at all, and a live handle of another kind. */
static union {
  max_align_t align;
  unsigned char bytes[1024];
} nothing;

static void *bad[3];

#define EACH_BAD(name) for (size_t name = 0; name < 3; name++)
#define ck_argument(call) ck_assert_int_eq(call, CXD_E_ARGUMENT)

static cxd_config *config;
static cxd_campaign *campaign;
static cxd_error *an_error;

static void setup(void) {
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  campaign = campaign_of("{\"id\":\"a\",\"n\":1}");
  ck_assert_int_eq(cxd_config_set(config, "no.such", "x", &an_error), CXD_E_CONFIG);
  bad[0] = NULL;
  bad[1] = &nothing;
  bad[2] = an_error;
}

static void teardown(void) {
  cxd_config_free(config);
  cxd_campaign_free(campaign);
  cxd_error_free(an_error);
  an_error = NULL;
}

START_TEST(library_and_status) {
  ck_assert_uint_eq(cxd_version_number(), CXD_VERSION_NUMBER);
  ck_assert_ptr_nonnull(cxd_version());
  ck_assert_int_eq(cxd_has_feature(NULL), 0);
  ck_assert_int_eq(cxd_has_feature("no-such"), 0);
  ck_assert_int_eq(cxd_has_feature("tls") & cxd_has_feature("merge") & cxd_has_feature("audit-hmac"), 1);
  ck_assert_str_eq(cxd_status_name(CXD_E_CONFLICT), "CXD_E_CONFLICT");
  ck_assert_str_eq(cxd_status_name(-1), "CXD_E_?");
  ck_assert_ptr_nonnull(cxd_status_text(-1));
  cxd_string_free(NULL);
}
END_TEST

START_TEST(errors) {
  bad[2] = config;
  EACH_BAD(i) {
    ck_assert_int_eq(cxd_error_status(bad[i]), CXD_OK);
    ck_assert_str_eq(cxd_error_message(bad[i]), "");
    ck_assert_int_eq(cxd_error_http_status(bad[i]), 0);
    ck_assert_int_eq(cxd_error_retryable(bad[i]), 0);
    ck_assert_int_eq((int)cxd_error_retry_after_ms(bad[i]), -1);
    ck_assert_str_eq(cxd_error_field(bad[i]), "");
    ck_assert_str_eq(cxd_error_server_code(bad[i]), "");
    ck_assert_str_eq(cxd_error_request_id(bad[i]), "");
    json_decref(json_of(cxd_error_to_json(bad[i])));
    cxd_error_free(bad[i]);
  }
}
END_TEST

START_TEST(configs) {
  ck_argument(cxd_config_new(NULL));
  ck_argument(cxd_config_set(config, NULL, "x", NULL));
  ck_argument(cxd_config_load_file(config, NULL, NULL));
  ck_assert_ptr_null(cxd_config_get(config, NULL));
  EACH_BAD(i) {
    ck_argument(cxd_config_set(bad[i], "auth.client_id", "x", NULL));
    ck_assert_ptr_null(cxd_config_get(bad[i], "auth.client_id"));
    ck_argument(cxd_config_load_file(bad[i], "/dev/null", NULL));
    ck_argument(cxd_config_load_env(bad[i], NULL));
    ck_assert_ptr_null(cxd_config_to_json(bad[i]));
    cxd_config_free(bad[i]);
  }
  size_t beyond = cxd_config_key_count();
  ck_assert_ptr_null(cxd_config_key_name(beyond));
  ck_assert_ptr_null(cxd_config_key_doc(beyond));
  ck_assert_ptr_null(cxd_config_key_type(beyond));
  ck_assert_ptr_null(cxd_config_key_default(beyond));
  ck_assert_ptr_null(cxd_config_key_range(SIZE_MAX));
  ck_assert_int_eq(cxd_config_key_secret(beyond), 0);
}
END_TEST

static void read_and_set_bad(cxd_campaign *c) {
  int64_t whole = 7;
  double real = 7;
  const char *text = "7";
  int32_t truth = 7;
  ck_argument(cxd_campaign_set_int(c, "/a", 1, NULL));
  ck_argument(cxd_campaign_set_real(c, "/a", 1, NULL));
  ck_argument(cxd_campaign_set_string(c, "/a", "", NULL));
  ck_argument(cxd_campaign_set_bool(c, "/a", 1, NULL));
  ck_argument(cxd_campaign_set_null(c, "/a", NULL));
  ck_argument(cxd_campaign_set_json(c, "/a", "{}", NULL));
  ck_argument(cxd_campaign_get_int(c, "/n", &whole, NULL));
  ck_argument(cxd_campaign_get_real(c, "/n", &real, NULL));
  ck_argument(cxd_campaign_get_string(c, "/n", &text, NULL));
  ck_argument(cxd_campaign_get_bool(c, "/n", &truth, NULL));
  ck_argument(cxd_campaign_remove(c, "/n", NULL));
  ck_assert_int_eq(cxd_campaign_has(c, "/n"), 0);
  ck_assert(whole == 7 && real > 6 && strcmp(text, "7") == 0 && truth == 7);
}

START_TEST(campaigns) {
  cxd_campaign *out = campaign;
  ck_argument(cxd_campaign_new("a", NULL, NULL));
  ck_argument(cxd_campaign_new(NULL, &out, NULL));
  ck_assert_ptr_null(out);
  ck_argument(cxd_campaign_parse("{}", 2, NULL, NULL));
  ck_argument(cxd_campaign_parse(NULL, 2, &out, NULL));
  ck_argument(cxd_campaign_copy(campaign, NULL));
  EACH_BAD(i) {
    out = campaign;
    ck_argument(cxd_campaign_copy(bad[i], &out));
    ck_assert_ptr_null(out);
    ck_assert_str_eq(cxd_campaign_id(bad[i]), "");
    read_and_set_bad(bad[i]);
    ck_assert_ptr_null(cxd_campaign_to_json(bad[i]));
    ck_assert_ptr_null(cxd_campaign_diff(bad[i], campaign));
    ck_assert_ptr_null(cxd_campaign_diff(campaign, bad[i]));
    cxd_campaign_free(bad[i]);
  }
}
END_TEST

START_TEST(clients) {
  cxd_client *client = client_of(config), *out = client;
  cxd_campaign *read = campaign;
  cxd_campaign_list *list = (cxd_campaign_list *)(void *)client;
  ck_argument(cxd_client_new(config, NULL, NULL));
  ck_argument(cxd_client_get(client, NULL, &read, NULL));
  ck_assert_ptr_null(read);
  ck_argument(cxd_client_get(client, "a", NULL, NULL));
  ck_argument(cxd_client_list(client, NULL, NULL, NULL));
  ck_argument(cxd_client_set_token_provider(client, NULL, NULL));
  ck_argument(cxd_client_set_log(client, NULL, NULL));
  EACH_BAD(i) {
    cxd_token_provider provider = {.size = sizeof provider};
    cxd_log log = {.size = sizeof log};
    ck_argument(cxd_client_new(bad[i], &out, NULL));
    ck_assert_ptr_null(out);
    ck_argument(cxd_client_get(bad[i], "a", &read, NULL));
    ck_argument(cxd_client_list(bad[i], NULL, &list, NULL));
    ck_assert_ptr_null(list);
    ck_argument(cxd_client_set_token_provider(bad[i], &provider, NULL));
    ck_argument(cxd_client_set_log(bad[i], &log, NULL));
    cxd_client_cancel(bad[i]);
    ck_assert_ptr_null(cxd_client_stats_json(bad[i]));
    ck_assert_ptr_null(cxd_client_stats_openmetrics(bad[i]));
    ck_argument(cxd_client_set_traceparent(bad[i], NULL, NULL));
    cxd_client_free(bad[i]);
  }
  cxd_client_free(client);
}
END_TEST

START_TEST(lists) {
  EACH_BAD(i) {
    ck_assert_uint_eq(cxd_campaign_list_count(bad[i]), 0);
    ck_assert_ptr_null(cxd_campaign_list_at(bad[i], 0));
    ck_assert_ptr_null(cxd_campaign_list_next_cursor(bad[i]));
    cxd_campaign_list_free(bad[i]);
  }
}
END_TEST

static void no_hours(cxd_validator *validator) {
  cxd_schedule *schedule = (cxd_schedule *)(void *)config;
  int32_t open = 7;
  int64_t next = 7;
  ck_argument(cxd_validator_reload_policy(validator, NULL));
  ck_argument(cxd_validator_window(validator, "UTC", NULL, 0, &open, &next, NULL));
  ck_argument(cxd_validator_open_minutes(validator, "UTC", NULL, "2026-11-28", &open, NULL));
  ck_assert_int_eq(open, 7);
  ck_assert_int_eq(next, 7);
  ck_argument(cxd_validator_schedule(validator, "UTC", NULL, 1, 2, &schedule, NULL));
  ck_assert_ptr_null(schedule);
  ck_assert_ptr_null(cxd_validator_jurisdictions(validator));
  ck_assert_ptr_null(cxd_validator_jurisdictions_json(validator));
}

START_TEST(validators) {
  cxd_validator *validator = NULL, *out;
  cxd_report *report = (cxd_report *)(void *)config;
  ck_assert_int_eq(cxd_validator_new(NULL, &validator, NULL), CXD_OK);
  ck_argument(cxd_validator_new(config, NULL, NULL));
  ck_argument(cxd_validator_load_policy(validator, NULL, 0, NULL));
  ck_argument(cxd_validator_add_rule(validator, NULL, NULL));
  ck_argument(cxd_validator_check(validator, campaign, 0, NULL, NULL));
  EACH_BAD(i) {
    cxd_rule rule = {.size = sizeof rule};
    if (bad[i]) { /* NULL: all defaults */
      ck_argument(cxd_validator_new(bad[i], &out, NULL));
      ck_assert_ptr_null(out);
    }
    ck_argument(cxd_validator_load_policy(bad[i], "{}", 2, NULL));
    ck_argument(cxd_validator_add_rule(bad[i], &rule, NULL));
    ck_argument(cxd_validator_check(bad[i], campaign, 0, &report, NULL));
    ck_assert_ptr_null(report);
    ck_argument(cxd_validator_check(validator, bad[i], 0, &report, NULL));
    ck_assert_ptr_null(report);
    no_hours(bad[i]);
    cxd_validator_free(bad[i]);
  }
  cxd_validator_free(validator);
}
END_TEST

START_TEST(schedules) {
  EACH_BAD(i) {
    ck_assert_uint_eq(cxd_schedule_count(bad[i]), 0);
    ck_assert_int_eq(cxd_schedule_since(bad[i], 0), 0);
    ck_assert_int_eq(cxd_schedule_until(bad[i], 0), 0);
    ck_assert_int_eq(cxd_schedule_open(bad[i], 0), 0);
    ck_assert_str_eq(cxd_schedule_reason(bad[i], 0), "");
    ck_assert_str_eq(cxd_schedule_name(bad[i], 0), "");
    ck_assert_str_eq(cxd_schedule_jurisdiction(bad[i], 0), "");
    ck_assert_int_eq(cxd_schedule_utc_offset_s(bad[i], 0), 0);
    ck_assert_str_eq(cxd_schedule_abbreviation(bad[i], 0), "");
    ck_assert_str_eq(cxd_schedule_zone(bad[i]), "");
    ck_assert_str_eq(cxd_schedule_source(bad[i]), "");
    ck_assert_str_eq(cxd_schedule_checked(bad[i]), "");
    ck_assert_str_eq(cxd_schedule_note(bad[i]), "");
    ck_assert_str_eq(cxd_schedule_tzdata(bad[i]), "");
    cxd_schedule_free(bad[i]);
  }
}
END_TEST

START_TEST(codes) {
  size_t count = cxd_code_count();
  ck_assert_uint_gt(count, 20);
  ck_assert_str_eq(cxd_code_name(count), "");
  ck_assert_int_eq(cxd_code_severity(count), 0);
  ck_assert_int_eq(cxd_code_fixed(count), 0);
  ck_assert_str_eq(cxd_code_source(SIZE_MAX), "");
  ck_assert_str_eq(cxd_code_meaning(SIZE_MAX), "");
  ck_assert_str_eq(cxd_code_advice(SIZE_MAX), "");
}
END_TEST

START_TEST(capacities) {
  double nan = (double)NAN;
  ck_assert_double_nan(cxd_capacity_abandonment(0, 5, 180, 2));
  ck_assert_double_nan(cxd_capacity_wait(10, -1, 180, 2));
  ck_assert_double_nan(cxd_capacity_occupancy(10, 5, nan, 2));
  ck_assert_double_nan(cxd_capacity_max_answered_per_min(10.5, 180, 2, 0.03));
  ck_assert_double_nan(cxd_capacity_min_agents(nan, 180, 2, 0.03));
  ck_assert_double_nan(cxd_capacity_erlang_b(-1, 5));
  ck_assert_double_nan(cxd_capacity_erlang_c(5, -1));
  ck_assert_double_nan(cxd_capacity_service_level(5, 3, -180, 20));
  ck_assert_double_nan(cxd_capacity_mean_wait_s(5, 3, -180));
}
END_TEST

START_TEST(reports) {
  EACH_BAD(i) {
    ck_assert_uint_eq(cxd_report_count(bad[i]), 0);
    (void)cxd_report_ok(bad[i]);
    ck_assert_int_eq(cxd_report_severity(bad[i], 0), 0);
    ck_assert_str_eq(cxd_report_code(bad[i], 0), "");
    ck_assert_str_eq(cxd_report_pointer(bad[i], 0), "");
    ck_assert_str_eq(cxd_report_message(bad[i], 0), "");
    ck_argument(cxd_report_add(bad[i], CXD_SEVERITY_ERROR, "a.b", "", "x"));
    ck_assert_ptr_null(cxd_report_to_json(bad[i]));
    cxd_report_free(bad[i]);
  }
  ck_assert_double_eq(cxd_pacing_accuracy(0, 0.5), 0);
  ck_assert_double_eq(cxd_pacing_accuracy(60, (double)NAN), 0);
}
END_TEST

static void no_update(cxd_updater *updater, const cxd_campaign *change) {
  cxd_result *result = (cxd_result *)(void *)config;
  ck_argument(cxd_updater_apply(updater, change, &result, NULL));
  ck_assert_ptr_null(result);
  result = (cxd_result *)(void *)config;
  ck_argument(cxd_updater_plan(updater, change, &result, NULL));
  ck_assert_ptr_null(result);
}

START_TEST(updaters) {
  cxd_client *client = client_of(config);
  cxd_updater *updater = updater_of(config, client), *out = updater;
  ck_argument(cxd_updater_new(config, client, NULL, NULL, NULL));
  ck_argument(cxd_updater_apply(updater, campaign, NULL, NULL));
  ck_argument(cxd_updater_plan(updater, campaign, NULL, NULL));
  ck_argument(cxd_updater_rollback(updater, "/dev/null", 1, 0, NULL, NULL));
  ck_argument(cxd_updater_set_audit_logger(updater, NULL, NULL));
  ck_argument(cxd_updater_add_callback(updater, NULL, NULL));
  size_t resolved = 7, left = 7;
  ck_assert_int_eq(cxd_updater_recover(updater, &resolved, &left, NULL), CXD_OK);
  ck_assert_uint_eq(resolved + left, 0);
  ck_assert_int_eq(cxd_updater_recover(updater, NULL, NULL, NULL), CXD_OK);
  cxd_result *result = NULL;
  ck_argument(cxd_updater_resolve(updater, "{}", 2, NULL, NULL));
  ck_argument(cxd_updater_resolve(updater, NULL, 0, &result, NULL));
  ck_assert_int_eq(cxd_updater_resolve(updater, "{}", 2, &result, NULL), CXD_E_AUDIT);
  ck_assert_ptr_null(result);
  char *none = cxd_updater_dangling_json(updater);
  ck_assert_str_eq(none, "[]");
  cxd_string_free(none);
  EACH_BAD(i) {
    cxd_audit_logger logger = {.size = sizeof logger};
    cxd_callback callback = {.size = sizeof callback};
    ck_argument(cxd_updater_new(bad[i], client, NULL, &out, NULL));
    ck_assert_ptr_null(out);
    ck_argument(cxd_updater_new(config, bad[i], NULL, &out, NULL));
    if (bad[i]) /* NULL: one is made */
      ck_argument(cxd_updater_new(config, client, bad[i], &out, NULL));
    ck_assert_ptr_null(out);
    ck_argument(cxd_updater_set_audit_logger(bad[i], &logger, NULL));
    ck_argument(cxd_updater_add_callback(bad[i], &callback, NULL));
    no_update(bad[i], campaign);
    no_update(updater, bad[i]);
    result = (cxd_result *)(void *)config;
    ck_argument(cxd_updater_rollback(bad[i], "/dev/null", 1, 0, &result, NULL));
    ck_assert_ptr_null(result);
    ck_argument(cxd_updater_recover(bad[i], &resolved, &left, NULL));
    result = (cxd_result *)(void *)config;
    ck_argument(cxd_updater_resolve(bad[i], "{}", 2, &result, NULL));
    ck_assert_ptr_null(result);
    ck_assert_ptr_null(cxd_updater_dangling_json(bad[i]));
    cxd_updater_cancel(bad[i]);
    cxd_updater_free(bad[i]);
  }
  cxd_updater_free(updater);
  cxd_client_free(client);
}
END_TEST

static void ck_nothing_of(cxd_batch *none) {
  size_t numbers = cxd_batch_count(none) + cxd_batch_done(none) + cxd_batch_in_flight(none) + cxd_batch_failed(none) + cxd_batch_outcomes(none, CXD_OUTCOME_APPLIED);
  ck_assert_uint_eq(numbers, 0);
  ck_assert_int_eq((int)cxd_batch_eta_ms(none), -1);
  ck_assert_int_eq(cxd_batch_fd(none), -1);
  ck_assert_int_eq((int)cxd_batch_timeout_ms(none), -1);
  ck_assert_ptr_null(cxd_batch_result(none, 0));
  cxd_batch_drop_result(none, 0);
  cxd_batch_stop(none);
  cxd_batch_cancel(none);
  cxd_batch_free(none);
}

START_TEST(batches) {
  cxd_client *client = client_of(config);
  cxd_updater *updater = updater_of(config, client);
  cxd_batch *batch = NULL, *out;
  const cxd_event *event;
  ck_argument(cxd_batch_new(updater, NULL, NULL));
  ck_assert_int_eq(cxd_batch_new(updater, &batch, NULL), CXD_OK);
  ck_argument(cxd_batch_add_json(batch, NULL, 0, NULL));
  ck_argument(cxd_batch_next_event(batch, 0, NULL, NULL));
  ck_assert_int_eq(cxd_batch_add_json(batch, "x", (size_t)16777217, NULL), CXD_E_TOO_LARGE);
  ck_assert_int_eq((int)cxd_batch_outcomes(batch, -1) + (int)cxd_batch_outcomes(batch, 99), 0);
  EACH_BAD(i) {
    out = batch;
    ck_argument(cxd_batch_new(bad[i], &out, NULL));
    ck_assert_ptr_null(out);
    ck_argument(cxd_batch_add(batch, bad[i], NULL));
    ck_argument(cxd_batch_add(bad[i], campaign, NULL));
    ck_argument(cxd_batch_add_json(bad[i], "{}", 2, NULL));
    ck_argument(cxd_batch_run(bad[i], NULL));
    ck_argument(cxd_batch_process(bad[i], NULL, NULL));
    ck_argument(cxd_batch_next_event(bad[i], 0, &event, NULL));
    ck_assert_ptr_null(event);
    ck_argument(cxd_client_use_token_events(bad[i], NULL));
    ck_nothing_of(bad[i]);
  }
  cxd_batch_free(batch);
  cxd_updater_free(updater);
  cxd_client_free(client);
}
END_TEST

START_TEST(events) {
  EACH_BAD(i) {
    ck_assert_int_eq(cxd_event_kind(bad[i]), CXD_EVENT_NONE);
    ck_assert_uint_eq(cxd_event_item(bad[i]) + cxd_event_done(bad[i]) + cxd_event_total(bad[i]), 0);
    ck_assert_ptr_null(cxd_event_result(bad[i]));
    ck_assert_int_eq((int)cxd_event_seq(bad[i]), 0);
    ck_assert_str_eq(cxd_event_text(bad[i]), "");
    ck_assert_ptr_null(cxd_event_token_request(bad[i]));
    ck_assert_ptr_null(cxd_event_token_sink(bad[i]));
  }
}
END_TEST

START_TEST(results) {
  EACH_BAD(i) {
    ck_assert_int_eq(cxd_result_outcome(bad[i]), 0);
    ck_assert_str_eq(cxd_result_outcome_name(bad[i]), "");
    (void)cxd_result_status(bad[i]);
    ck_assert_str_eq(cxd_result_campaign_id(bad[i]), "");
    ck_assert_int_eq((int)cxd_result_latency_us(bad[i], CXD_LATENCY_TOTAL), -1);
    ck_assert_int_eq(cxd_result_sends(bad[i]), 0);
    ck_assert_int_eq(cxd_result_attempts(bad[i]), 0);
    ck_assert(isnan(cxd_result_pacing_accuracy(bad[i])));
    ck_assert_int_eq((int)cxd_result_previous_concurrent(bad[i]), -1);
    ck_assert_int_eq((int)cxd_result_new_concurrent(bad[i]), -1);
    (void)cxd_result_audit_status(bad[i]);
    (void)cxd_result_callback_status(bad[i]);
    ck_assert_ptr_null(cxd_result_report(bad[i]));
    (void)cxd_result_diff_json(bad[i]);
    ck_assert_ptr_null(cxd_result_error(bad[i]));
    ck_assert_ptr_null(cxd_result_conflict_json(bad[i]));
    ck_assert_ptr_null(cxd_result_trace_id(bad[i]));
    ck_assert_ptr_null(cxd_result_audit_record(bad[i]));
    ck_assert_ptr_null(cxd_result_to_json(bad[i]));
    cxd_result_free(bad[i]);
  }
}
END_TEST

START_TEST(tokens) {
  EACH_BAD(i) {
    ck_assert_str_eq(cxd_token_request_scope(bad[i]), "");
    ck_assert_str_eq(cxd_token_request_token_url(bad[i]), "");
    ck_assert_int_eq(cxd_token_request_forced(bad[i]), 0);
    ck_argument(cxd_token_sink_accept(bad[i], "tok", 3, 60));
    ck_argument(cxd_token_sink_fail(bad[i], 0, "no"));
  }
}
END_TEST

START_TEST(audit_readers) {
  cxd_audit_reader *out = (cxd_audit_reader *)(void *)config;
  cxd_report *report = (cxd_report *)(void *)config;
  ck_argument(cxd_audit_open("/tmp", NULL, NULL, NULL));
  ck_argument(cxd_audit_open(NULL, NULL, &out, NULL));
  ck_assert_ptr_null(out);
  ck_argument(cxd_audit_open("", NULL, &out, NULL));
  ck_argument(cxd_audit_verify(NULL, NULL, &report, NULL));
  ck_assert_ptr_null(report);
  ck_argument(cxd_audit_verify("", NULL, NULL, NULL));
  EACH_BAD(i) {
    const char *record = "x";
    size_t len = 7;
    ck_argument(cxd_audit_expect(bad[i], "1:x", NULL));
    ck_argument(cxd_audit_read(bad[i], NULL, &len, NULL));
    ck_argument(cxd_audit_read(bad[i], &record, &len, NULL));
    ck_assert(record == NULL && len == 0);
    ck_assert_ptr_null(cxd_audit_report(bad[i]));
    ck_assert_int_eq((int)cxd_audit_record_count(bad[i]), 0);
    ck_assert_int_eq((int)cxd_audit_segment_count(bad[i]), 0);
    ck_assert_int_eq((int)cxd_audit_first_bad_seq(bad[i]), 0);
    ck_assert_str_eq(cxd_audit_last(bad[i]), "");
    cxd_audit_free(bad[i]);
  }
}
END_TEST

/* ---------------------------------------------------------------------- freed handles */

static int32_t accept(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  (void)user_data;
  (void)change;
  (void)merged;
  (void)at_unix_ms;
  (void)report;
  return CXD_ACCEPTED;
}

START_TEST(a_client_that_only_its_updater_holds_is_freed_for_everybody_else) {
  struct rig rig;
  cxd_campaign *read = NULL;
  cxd_campaign_list *list = NULL;
  cxd_updater *second = NULL;
  rig_open(&rig, NULL, NULL);
  for (int i = 0; i < 3; i++)
    cxd_client_free(rig.client);
  ck_argument(cxd_client_get(rig.client, SAMPLE_ID, &read, NULL));
  ck_argument(cxd_client_list(rig.client, NULL, &list, NULL));
  ck_argument(cxd_updater_new(rig.config, rig.client, NULL, &second, NULL));
  ck_assert_ptr_null(second);
  cxd_client_cancel(rig.client);
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig.client = NULL;
  rig_close(&rig);
}
END_TEST

START_TEST(a_validator_that_only_its_updater_holds_is_freed_for_everybody_else) {
  struct rig rig;
  cxd_validator *validator = NULL;
  cxd_rule rule = {.size = sizeof rule, .check = accept};
  cxd_report *report = NULL;
  cxd_updater *second = NULL;
  rig_open(&rig, NULL, NULL);
  cxd_updater_free(rig.updater);
  ck_assert_int_eq(cxd_validator_new(rig.config, &validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_new(rig.config, rig.client, validator, &rig.updater, NULL), CXD_OK);
  for (int i = 0; i < 3; i++)
    cxd_validator_free(validator);
  ck_argument(cxd_validator_check(validator, campaign, 0, &report, NULL));
  ck_argument(cxd_validator_add_rule(validator, &rule, NULL));
  ck_argument(cxd_updater_new(rig.config, rig.client, validator, &second, NULL));
  cxd_result_free(applied(rig.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  rig_close(&rig);
}
END_TEST

struct four {
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  cxd_updater *updater;
};

static void free_one(struct four *four, int which) {
  switch (which) {
  case 0: cxd_config_free(four->config); return;
  case 1: cxd_client_free(four->client); return;
  case 2: cxd_validator_free(four->validator); return;
  default: cxd_updater_free(four->updater); return;
  }
}

static void make_four(const struct sim *sim, struct four *four) {
  four->config = config_for(sim->url, NULL);
  four->client = client_of(four->config);
  ck_assert_int_eq(cxd_validator_new(four->config, &four->validator, NULL), CXD_OK);
  ck_assert_int_eq(cxd_updater_new(four->config, four->client, four->validator, &four->updater, NULL), CXD_OK);
}

START_TEST(handles_may_be_freed_in_any_order) {
  struct sim sim;
  sim_start(&sim, LIST("--rate", "0"));
  for (int order = 0; order < 24; order++) {
    struct four four;
    int left[] = {0, 1, 2, 3}, rest = order;
    make_four(&sim, &four);
    cxd_result_free(applied(four.updater, calls_change(SAMPLE_ID, 150), CXD_OK, CXD_OUTCOME_UNCHANGED));
    for (int count = 4; count > 0; rest /= count, count--) {
      int pick = rest % count;
      free_one(&four, left[pick]);
      left[pick] = left[count - 1];
    }
  }
  sim_stop(&sim);
}
END_TEST

/* An updater needs neither the config, nor the client's, nor the validator's handle of the caller. */
START_TEST(an_updater_works_when_all_it_was_made_from_was_freed) {
  struct sim sim;
  struct four four;
  sim_start(&sim, NULL);
  make_four(&sim, &four);
  for (int which = 0; which < 3; which++)
    free_one(&four, which);
  cxd_result_free(applied(four.updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  free_one(&four, 3);
  sim_stop(&sim);
}
END_TEST

START_TEST(a_result_and_a_list_outlive_what_made_them) {
  struct rig rig;
  cxd_campaign_list *list = NULL;
  rig_open(&rig, NULL, NULL);
  ck_assert_int_eq(cxd_client_list(rig.client, NULL, &list, NULL), CXD_OK);
  cxd_result *result = applied(rig.updater, calls_change(SAMPLE_ID, 999), CXD_E_INVALID, CXD_OUTCOME_REJECTED);
  rig_close(&rig);
  ck_assert_str_eq(cxd_campaign_id(cxd_campaign_list_at(list, 0)), SAMPLE_ID);
  ck_assert_uint_eq(cxd_report_count(cxd_result_report(result)), 1);
  cxd_result_free(result);
  cxd_campaign_list_free(list);
}
END_TEST

START_TEST(an_error_place_that_is_used_twice_keeps_the_newer_one) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_set(config, "no.such", "x", &error), CXD_E_CONFIG);
  ck_argument(cxd_config_set(NULL, "no.such", "x", &error));
  ck_error(&error, CXD_E_ARGUMENT, "config");
}
END_TEST

/* ----------------------------------------------------------------- nothing was forgotten */

static char *source_file(const char *name) {
  const char *top = getenv("CXDIALER_SOURCE");
  ck_assert_ptr_nonnull(top);
  char *path = scratch_path(top, name);
  char *text = text_of_file(path);
  ck_assert_msg(text[0] != '\0', "%s", path);
  free(path);
  return text;
}

static int is_called(const char *source, const char *name, size_t len) {
  for (const char *p = source; (p = strstr(p, name)) != NULL; p++)
    if (p[len] == '(')
      return 1;
  return 0;
}

START_TEST(every_exported_function_is_called_in_this_file) {
  char *map = source_file("lib/cxdialer.map"), *source = source_file("tests/api/test_handles.c");
  size_t count = 0;
  for (char *p = strstr(map, "cxd_"), *end; p; p = strstr(end + 1, "cxd_"), count++) {
    end = strchr(p, ';');
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    ck_assert_msg(is_called(source, p, strlen(p)), "%s", p);
  }
  ck_assert_uint_gt(count, 90);
  free(map);
  free(source);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("handles");
  TCase *tc = tcase_create("handles");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, library_and_status);
  tcase_add_test(tc, errors);
  tcase_add_test(tc, configs);
  tcase_add_test(tc, campaigns);
  tcase_add_test(tc, clients);
  tcase_add_test(tc, lists);
  tcase_add_test(tc, validators);
  tcase_add_test(tc, schedules);
  tcase_add_test(tc, codes);
  tcase_add_test(tc, capacities);
  tcase_add_test(tc, reports);
  tcase_add_test(tc, updaters);
  tcase_add_test(tc, results);
  tcase_add_test(tc, batches);
  tcase_add_test(tc, events);
  tcase_add_test(tc, tokens);
  tcase_add_test(tc, audit_readers);
  tcase_add_test(tc, a_client_that_only_its_updater_holds_is_freed_for_everybody_else);
  tcase_add_test(tc, a_validator_that_only_its_updater_holds_is_freed_for_everybody_else);
  tcase_add_test(tc, handles_may_be_freed_in_any_order);
  tcase_add_test(tc, an_updater_works_when_all_it_was_made_from_was_freed);
  tcase_add_test(tc, a_result_and_a_list_outlive_what_made_them);
  tcase_add_test(tc, an_error_place_that_is_used_twice_keeps_the_newer_one);
  tcase_add_test(tc, every_exported_function_is_called_in_this_file);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

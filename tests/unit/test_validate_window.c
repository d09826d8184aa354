/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Calling hours as rules: who is stopped, who is not, and what he is told. */
#define _GNU_SOURCE /* mkstemp */
#include <stdlib.h>
#include <unistd.h>

#include "validate.h"
#include "validate/civil.h"

#define AT(text) at_of(text)

static cxd_validator *validator;

/* "2026-11-28T13:00:00Z" to Unix milliseconds. */
static int64_t at_of(const char *text) {
  int year, month, day, hour, minute, second;
  ck_assert_int_eq(sscanf(text, "%d-%d-%dT%d:%d:%dZ", &year, &month, &day, &hour, &minute, &second), 6);
  return (cxd__days_of((struct cxd__date){year, (int8_t)month, (int8_t)day}) * 86400 + hour * 3600 + minute * 60 + second) * 1000;
}

static struct cxd__validate_options by_law(void) {
  struct cxd__validate_options options = default_options();
  options.jurisdiction = NULL; /* US */
  return options;
}

static void setup(void) { validator = validator_with(by_law()); }

static void teardown(void) { cxd__validator_unref(validator); }

static void load(const char *policy) {
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_load_policy(validator, policy, strlen(policy), &error);
  ck_assert_msg(status == CXD_OK, "%s: %s", policy, cxd_error_message(error));
}

static void use(const char *jurisdiction) {
  struct cxd__validate_options options = by_law();
  options.jurisdiction = jurisdiction;
  options.time_zones = "*";
  cxd__validator_unref(validator);
  validator = validator_with(options);
}

static cxd_report *run_at(const cxd_campaign *change, const cxd_campaign *merged, const cxd_campaign *server, const char *when, cxd_status *status, cxd_error **error) {
  struct cxd__check check = {.change = change, .merged = merged, .server = server, .at_unix_ms = AT(when)};
  cxd_report *report = NULL;
  *status = cxd__validator_run(validator, &check, &report, error);
  ck_assert_ptr_nonnull(report);
  return report;
}

/* Findings of a whole document, at an instant. */
static void ck_at(const char *json, const char *when, const char *expected) {
  cxd_status status;
  cxd_campaign *campaign = campaign_of(json);
  cxd_report *report = run_at(campaign, NULL, NULL, when, &status, NULL);
  ck_tame(report);
  ck_report(report, expected, when);
  cxd_campaign_free(campaign);
}

static void ck_says_at(const char *json, const char *when, const char *part) {
  cxd_status status;
  cxd_campaign *campaign = campaign_of(json);
  cxd_report *report = run_at(campaign, NULL, NULL, when, &status, NULL);
  ck_assert_uint_ge(cxd_report_count(report), 1);
  ck_assert_msg(strstr(cxd_report_message(report, 0), part), "%s: %s\nexpected: %s", when, cxd_report_message(report, 0), part);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
}

/* A campaign with other values, as an update sees it: what is asked for, what was read, what would be sent. */
static void ck_update(const char *change, const char *server, const char *merged, const char *when, const char *expected, cxd_status wanted) {
  cxd_status status;
  cxd_campaign *c = campaign_of(change), *s = server ? campaign_of(server) : NULL, *m = campaign_of(merged);
  cxd_report *report = run_at(c, m, s, when, &status, NULL);
  ck_report(report, expected, merged);
  ck_assert_int_eq(status, wanted);
  cxd_campaign_free(c);
  cxd_campaign_free(s);
  cxd_campaign_free(m);
}

#define DOC_IN(zone, status, calls) "{\"id\":\"a\",\"status\":\"" status "\",\"maxConcurrentCalls\":" #calls ",\"timeZone\":\"" zone "\"}"
#define NY(status, calls) DOC_IN("America/New_York", status, calls)
#define NIGHT "2026-11-28T08:00:00Z" /* 03:00 in New York */
#define DAY "2026-11-28T15:00:00Z"   /* 10:00 */

START_TEST(a_running_campaign_is_refused_at_night_and_not_by_day) {
  ck_at(NY("running", 100), NIGHT, "E window.closed /status");
  ck_at(NY("running", 100), DAY, "");
}
END_TEST

START_TEST(edges_are_half_open_to_the_second) {
  ck_at(NY("running", 100), "2026-11-28T12:59:59Z", "E window.closed /status");
  ck_at(NY("running", 100), "2026-11-28T13:00:00Z", "");
  ck_at(NY("running", 100), "2026-11-29T01:59:59Z", "");
  ck_at(NY("running", 100), "2026-11-29T02:00:00Z", "E window.closed /status");
}
END_TEST

START_TEST(the_message_has_the_local_time_the_hours_the_source_and_the_next_opening) {
  ck_says_at(NY("running", 100), NIGHT, "Sat 2026-11-28 03:00 EST in America/New_York");
  ck_says_at(NY("running", 100), NIGHT, "US allows calls 08:00-21:00 on Sat (47 CFR 64.1200(c)(1)");
  ck_says_at(NY("running", 100), NIGHT, "the next opening is 2026-11-28T13:00:00Z (Sat 08:00 EST)");
  ck_says_at(NY("running", 100), NIGHT, "pause or lower the campaign, which is always allowed");
}
END_TEST

START_TEST(a_campaign_that_does_not_run_may_be_changed_at_any_time) {
  ck_at(NY("paused", 100), NIGHT, "");
  ck_at(NY("stopped", 100), NIGHT, "");
  ck_at("{\"id\":\"a\",\"maxConcurrentCalls\":100,\"timeZone\":\"America/New_York\"}", NIGHT, "");
}
END_TEST

START_TEST(pausing_and_stopping_are_never_blocked) {
  ck_update("{\"id\":\"a\",\"status\":\"paused\"}", NY("running", 100), NY("paused", 100), NIGHT, "", CXD_OK);
  ck_update("{\"id\":\"a\",\"status\":\"stopped\",\"maxConcurrentCalls\":400}", NY("running", 100), NY("stopped", 400), NIGHT, "", CXD_OK);
}
END_TEST

START_TEST(lowering_is_never_blocked_and_says_that_the_campaign_goes_on) {
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":50}", NY("running", 100), NY("running", 50), NIGHT, "W window.closed /status", CXD_OK);
}
END_TEST

START_TEST(lowering_does_not_carry_other_changes_through_the_night) {
#define BOTH(rest_before, rest_after) \
  "{\"id\":\"a\",\"maxConcurrentCalls\":50}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":100,\"timeZone\":\"America/New_York\"" rest_before "}", \
      "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":50,\"timeZone\":\"America/New_York\"" rest_after "}"
  ck_update(BOTH("", ",\"acceleration\":99"), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update(BOTH(",\"rules\":[{\"name\":\"dnc\",\"enabled\":true}]", ",\"rules\":[{\"name\":\"dnc\",\"enabled\":false}]"), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update(BOTH(",\"name\":\"a\"", ",\"name\":\"b\""), NIGHT, "W window.closed /status", CXD_OK);
}
END_TEST

START_TEST(a_rebalancing_is_an_action_also_when_nothing_changes) {
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"maxConcurrentCalls\":100}"), *same = campaign_of(NY("running", 100));
  struct cxd__check check = {.change = change, .merged = same, .server = same, .at_unix_ms = AT(NIGHT), .acts = 1};
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd__validator_run(validator, &check, &report, NULL), CXD_E_WINDOW_CLOSED);
  ck_report(report, "E window.closed /status", "rebalancing");
  cxd_campaign_free(change);
  cxd_campaign_free(same);
}
END_TEST

START_TEST(other_words_for_running_do_not_switch_the_hours_off) {
  ck_update("{\"id\":\"a\",\"status\":\"RUNNING\"}", NY("paused", 100), NY("RUNNING", 100), NIGHT, "W schema.enum /status\nE window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":400}", NY("RUNNING", 100), NY("RUNNING", 400), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":400}", "{\"id\":\"a\",\"maxConcurrentCalls\":100,\"timeZone\":\"America/New_York\"}", "{\"id\":\"a\",\"maxConcurrentCalls\":400,\"timeZone\":\"America/New_York\"}",
            NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(starting_raising_and_leaving_it_running_are_refused) {
  ck_update("{\"id\":\"a\",\"status\":\"running\"}", NY("paused", 100), NY("running", 100), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":150}", NY("running", 100), NY("running", 150), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"name\":\"x\"}", NY("running", 100), "{\"id\":\"a\",\"name\":\"x\",\"status\":\"running\",\"maxConcurrentCalls\":100,\"timeZone\":\"America/New_York\"}", NIGHT,
            "E window.closed /status", CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":1}", NULL, NY("running", 1), NIGHT, "E window.closed /status", CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(a_change_that_changes_nothing_is_only_warned_about) {
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":100}", NY("running", 100), NY("running", 100), NIGHT, "W window.closed /status", CXD_OK);
}
END_TEST

START_TEST(before_the_campaign_was_read_the_hours_are_not_asked) {
  cxd_campaign *change = campaign_of(NY("running", 100));
  struct cxd__check check = {.change = change, .at_unix_ms = AT(NIGHT), .preliminary = 1};
  cxd_report *report = NULL;
  ck_assert_int_eq(cxd__validator_run(validator, &check, &report, NULL), CXD_OK);
  cxd_report_free(report);
  cxd_campaign_free(change);
}
END_TEST

START_TEST(only_hours_in_the_way_is_a_status_of_its_own_with_the_time_to_wait) {
  cxd_status status;
  cxd_error *error = NULL;
  cxd_campaign *campaign = campaign_of(NY("running", 100));
  cxd_report *report = run_at(campaign, NULL, NULL, NIGHT, &status, &error);
  ck_assert_int_eq(status, CXD_E_WINDOW_CLOSED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), INT64_C(5) * 3600 * 1000);
  ck_assert_int_eq(cxd_error_retryable(error), 1);
  ck_assert_str_eq(cxd_error_field(error), "/status");
  cxd_report_free(report);
  cxd_error_free(error);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(another_error_beside_it_makes_it_invalid) {
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":501,\"status\":\"running\"}", NY("paused", 1), NY("running", 501), NIGHT, "E capacity.concurrency /maxConcurrentCalls\nE window.closed /status", CXD_E_INVALID);
}
END_TEST

START_TEST(the_public_check_says_invalid) {
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  cxd_campaign *campaign = campaign_of(NY("running", 100));
  ck_assert_int_eq(cxd_validator_check(validator, campaign, AT(NIGHT), &report, &error), CXD_E_INVALID);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_INVALID);
  ck_assert_str_eq(cxd_report_code(report, 0), "window.closed");
  cxd_report_free(report);
  cxd_error_free(error);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(the_verdict_of_an_open_window_holds_up_to_its_closing) {
  cxd_status status;
  cxd_campaign *campaign = campaign_of(NY("running", 100));
  cxd_report *report = run_at(campaign, NULL, NULL, "2026-11-29T01:59:00Z", &status, NULL);
  ck_assert_int_eq(report->valid_until_ms, AT("2026-11-29T02:00:00Z"));
  cxd_report_free(report);
  report = run_at(campaign, NULL, NULL, DAY, &status, NULL);
  ck_assert_int_eq(report->valid_until_ms, AT("2026-11-29T02:00:00Z"));
  cxd_report_free(report);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_verdict_without_hours_has_no_end) {
  cxd_status status;
  cxd_campaign *campaign = campaign_of(NY("paused", 100));
  cxd_report *report = run_at(campaign, NULL, NULL, NIGHT, &status, NULL);
  ck_assert_int_eq(report->valid_until_ms, INT64_MAX);
  cxd_report_free(report);
  cxd_campaign_free(campaign);
}
END_TEST

/* ---------------------------------------------------------------- jurisdictions */

START_TEST(a_stricter_jurisdiction_closes_earlier) {
  use("US-FL");
  ck_at(NY("running", 100), "2026-11-29T00:59:59Z", "");
  ck_at(NY("running", 100), "2026-11-29T01:00:00Z", "E window.closed /status");
  use("US-CT");
  ck_at(NY("running", 100), "2026-11-28T13:30:00Z", "E window.closed /status");
}
END_TEST

START_TEST(of_several_jurisdictions_all_must_be_open) {
  use("US,US-FL,US-CT");
  ck_at(NY("running", 100), "2026-11-28T13:30:00Z", "E window.closed /status");
  ck_at(NY("running", 100), "2026-11-28T14:00:00Z", "");
  ck_at(NY("running", 100), "2026-11-29T01:00:00Z", "E window.closed /status");
}
END_TEST

START_TEST(a_day_without_calls_says_so_and_the_opening_is_the_next_day) {
  use("US-AL");
  ck_at(DOC_IN("America/Chicago", "running", 1), "2026-11-29T18:00:00Z", "E window.closed /status"); /* a Sunday */
  ck_says_at(DOC_IN("America/Chicago", "running", 1), "2026-11-29T18:00:00Z", "US-AL allows no calls on Sun");
  ck_says_at(DOC_IN("America/Chicago", "running", 1), "2026-11-29T18:00:00Z", "the next opening is 2026-11-30T14:00:00Z (Mon 08:00 CST)");
}
END_TEST

START_TEST(a_holiday_is_named_and_has_its_own_code) {
  use("US-AL");
  ck_at(DOC_IN("America/Chicago", "running", 1), "2026-12-25T18:00:00Z", "E window.dnc /status");
  ck_says_at(DOC_IN("America/Chicago", "running", 1), "2026-12-25T18:00:00Z", "Christmas");
  ck_says_at(DOC_IN("America/Chicago", "running", 1), "2026-12-25T18:00:00Z", "the next opening is 2026-12-26T14:00:00Z");
}
END_TEST

START_TEST(mississippi_counts_in_central_time_wherever_the_campaign_is) {
  use("US-MS");
  ck_at(NY("running", 1), "2026-11-28T13:30:00Z", "E window.closed /status"); /* 08:30 in New York, 07:30 in Chicago */
  ck_at(NY("running", 1), "2026-11-28T14:00:00Z", "");
  ck_at(NY("running", 1), "2026-11-29T01:30:00Z", "E window.closed /status"); /* 20:30 in New York */
}
END_TEST

START_TEST(the_unrestricted_row_has_no_hours_at_all_and_needs_no_zone) {
  use("UNRESTRICTED");
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":2}", NULL, "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":2}", NIGHT, "", CXD_OK);
  ck_at(NY("running", 1), NIGHT, "");
  ck_at(DOC_IN("America/Santiago", "running", 1), "2026-04-05T03:30:00Z", "");
}
END_TEST

START_TEST(a_policy_still_closes_the_unrestricted_row) {
  use("UNRESTRICTED");
  load("{\"version\":1,\"holidays\":[{\"name\":\"Feast\",\"on\":\"2026-11-28\"}]}");
  ck_at(NY("running", 1), DAY, "E window.dnc /status");
  ck_says_at(NY("running", 1), DAY, "Feast");
}
END_TEST

START_TEST(an_unknown_jurisdiction_is_refused_when_the_validator_is_made) {
  struct cxd__validate_options options = by_law();
  cxd_validator *none = NULL;
  cxd_error *error = NULL;
  options.jurisdiction = "us_fl";
  ck_assert_int_eq(cxd__validator_make(&options, &none, &error), CXD_E_CONFIG);
  ck_assert_ptr_null(none);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "there is no row for 'us_fl', did you mean US-FL?"));
  ck_assert_str_eq(cxd_error_field(error), "validate.jurisdiction");
  cxd_error_free(error);
}
END_TEST

/* ----------------------------------------------------------------------- zones */

START_TEST(a_zone_that_cannot_be_read_is_closed_never_utc) {
  struct cxd__validate_options options = by_law();
  options.zoneinfo_dir = "/nowhere";
  cxd__validator_unref(validator);
  validator = validator_with(options);
  cxd_status status;
  cxd_campaign *change = campaign_of("{\"id\":\"a\",\"maxConcurrentCalls\":150}"), *server = campaign_of(NY("running", 100)), *merged = campaign_of(NY("running", 150));
  cxd_report *report = run_at(change, merged, server, DAY, &status, NULL);
  ck_assert_int_eq(status, CXD_E_WINDOW_CLOSED);
  ck_assert_ptr_nonnull(strstr(cxd_report_message(report, 0), "whether calling is legal now cannot be told, so it counts as closed"));
  cxd_report_free(report);
  cxd_campaign_free(change);
  cxd_campaign_free(server);
  cxd_campaign_free(merged);
}
END_TEST

/* The table of a file is not held against the database: its zones are looked up when they are needed. */
START_TEST(a_zone_of_the_table_that_is_not_there_is_named_as_such) {
  struct cxd__validate_options options = by_law();
  char path[] = "/tmp/cxdialer-table-XXXXXX";
  int fd = mkstemp(path);
  static const char table[] = "{\"version\":1,\"data\":\"2026-11-28\",\"jurisdictions\":{\"X\":{\"title\":\"x\",\"hours\":{\"mon-sun\":[\"08:00-21:00\"]},\"source\":\"s\",\"checked\":\"2026-11-28\",\"also_zone\":\"Nope/Zone\"}}}";
  ck_assert_int_eq(write(fd, table, sizeof table - 1), (int)sizeof table - 1);
  ck_assert_int_eq(close(fd), 0);
  options.jurisdictions_file = path;
  options.jurisdiction = "X";
  cxd__validator_unref(validator);
  validator = validator_with(options);
  (void)unlink(path);
  ck_at(NY("running", 1), DAY, "E window.closed /timeZone");
  ck_says_at(NY("running", 1), DAY, "Nope/Zone (which the policy or the table of jurisdictions names): the time zone database does not have it");
}
END_TEST

START_TEST(a_running_campaign_without_a_zone_is_closed) {
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":2}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":1}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":2}", DAY, "E window.closed /timeZone",
            CXD_E_WINDOW_CLOSED);
  ck_update("{\"id\":\"a\",\"maxConcurrentCalls\":2}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":1}", "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":2,\"timeZone\":7}", DAY, "E window.closed /timeZone",
            CXD_E_WINDOW_CLOSED);
}
END_TEST

START_TEST(hostile_zone_names_of_a_server_are_closed_and_tame) {
  static const char *const zones[] = {"../../etc/passwd", "/etc/passwd", "America/New_York\\u0000x", "America//New_York", "\\u001b[2J", "..", "", "posix/../../../etc/passwd"};
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    char text[300];
    cxd_status status;
    (void)snprintf(text, sizeof text, "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":2,\"timeZone\":\"%s\"}", zones[i]);
    cxd_campaign *change = campaign_of("{\"id\":\"a\",\"maxConcurrentCalls\":2}"), *merged = campaign_of(text);
    cxd_report *report = run_at(change, merged, NULL, DAY, &status, NULL);
    ck_tame(report);
    ck_report(report, "E window.closed /timeZone", zones[i]);
    cxd_campaign_free(change);
    cxd_campaign_free(merged);
  }
}
END_TEST

START_TEST(a_wrong_zone_that_the_change_sets_is_said_once) { ck_at("{\"id\":\"a\",\"status\":\"running\",\"timeZone\":\"EST\"}", DAY, "E zone.unknown /timeZone"); }
END_TEST

START_TEST(an_old_time_zone_database_is_refused) {
  struct cxd__validate_options options = by_law();
  options.min_tzdata = "2999a";
  cxd__validator_unref(validator);
  validator = validator_with(options);
  ck_at(NY("running", 1), DAY, "E zone.tzdata /timeZone");
  ck_says_at(NY("running", 1), DAY, "config key validate.min_tzdata asks for 2999a or newer");
  ck_at("{\"id\":\"a\",\"maxConcurrentCalls\":1}", DAY, "");
}
END_TEST

/* ---------------------------------------------------------------------- policy */

START_TEST(a_policy_closes_days_and_times) {
  load("{\"version\":1,\"blackouts\":[{\"name\":\"Stock taking\",\"from_date\":\"2026-11-28\",\"to_date\":\"2026-11-29\"}]}");
  ck_at(NY("running", 1), DAY, "E window.dnc /status");
  ck_says_at(NY("running", 1), DAY, "Stock taking");
  ck_says_at(NY("running", 1), DAY, "the next opening is 2026-11-30T13:00:00Z");
  load("{\"version\":1,\"blackouts\":[{\"name\":\"Lunch\",\"from_time\":\"12:00\",\"to_time\":\"13:00\"}]}");
  ck_at(NY("running", 1), DAY, "");
  ck_at(NY("running", 1), "2026-11-28T17:00:00Z", "E window.dnc /status");
  ck_at(NY("running", 1), "2026-11-28T18:00:00Z", "");
}
END_TEST

START_TEST(a_policy_replaces_a_row) {
  load("{\"version\":1,\"jurisdictions\":{\"US\":{\"title\":\"Ours\",\"hours\":{\"mon-sun\":[\"10:30-11:00\"]},\"source\":\"house rule\",\"checked\":\"2026-11-01\"}}}");
  ck_at(NY("running", 1), "2026-11-28T15:29:59Z", "E window.closed /status");
  ck_at(NY("running", 1), "2026-11-28T15:30:00Z", "");
  ck_says_at(NY("running", 1), NIGHT, "US allows calls 10:30-11:00 on Sat (house rule)");
  load("{\"version\":1}");
  ck_at(NY("running", 1), DAY, "");
}
END_TEST

START_TEST(a_policy_names_the_zones_that_one_campaign_calls) {
  load("{\"version\":1,\"campaigns\":{\"a\":{\"zones\":[\"America/Los_Angeles\"]}}}");
  ck_at(NY("running", 1), "2026-11-28T15:00:00Z", "E window.closed /status"); /* 07:00 in Los Angeles */
  ck_says_at(NY("running", 1), "2026-11-28T15:00:00Z", "07:00 PST in America/Los_Angeles");
  ck_at(NY("running", 1), "2026-11-28T16:00:00Z", "");
  ck_at("{\"id\":\"b\",\"status\":\"running\",\"timeZone\":\"America/New_York\"}", "2026-11-28T15:00:00Z", "");
}
END_TEST

START_TEST(a_policy_gives_one_campaign_its_jurisdiction) {
  load("{\"version\":1,\"campaigns\":{\"a\":{\"jurisdiction\":\"US-KY\"}}}");
  ck_at(NY("running", 1), "2026-11-28T14:30:00Z", "E window.closed /status");
  ck_at("{\"id\":\"b\",\"status\":\"running\",\"timeZone\":\"America/New_York\"}", "2026-11-28T14:30:00Z", "");
}
END_TEST

static void ck_policy_refused(const char *policy, const char *part) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_validator_load_policy(validator, policy, strlen(policy), &error), CXD_E_CONFIG);
  ck_assert_msg(strstr(cxd_error_message(error), part), "said: %s\nexpected: %s", cxd_error_message(error), part);
  cxd_error_free(error);
}

START_TEST(a_zone_of_a_policy_that_does_not_exist_is_refused_because_it_would_close_nothing) {
  ck_policy_refused("{\"version\":1,\"blackouts\":[{\"name\":\"Typo\",\"from_date\":\"2026-11-28\",\"to_date\":\"2026-11-28\",\"zones\":[\"Amercia/New_York\"]}]}",
                    "a blackout of Typo names the time zone Amercia/New_York, which the time zone database does not have: write an IANA name, perhaps America/New_York");
  ck_policy_refused("{\"version\":1,\"campaigns\":{\"a\":{\"zones\":[\"America/Atlantis\"]}}}", "zones of a names the time zone America/Atlantis");
  ck_policy_refused("{\"version\":1,\"jurisdictions\":{\"X\":{\"title\":\"x\",\"hours\":{\"mon-sun\":[]},\"source\":\"s\",\"checked\":\"2026-11-01\",\"also_zone\":\"Nope/Zone\"}}}", "also_zone of X names the time zone Nope/Zone");
  ck_at(NY("running", 1), DAY, "");
}
END_TEST

START_TEST(a_blackout_closes_a_zone_by_each_of_its_names) {
  use("US");
  load("{\"version\":1,\"blackouts\":[{\"name\":\"B\",\"from_date\":\"2026-11-28\",\"to_date\":\"2026-11-28\",\"zones\":[\"US/Eastern\"]}]}");
  ck_at(NY("running", 1), DAY, "E window.dnc /status");
  ck_at(DOC_IN("US/Eastern", "running", 1), DAY, "E window.dnc /status");
  ck_at(DOC_IN("America/Chicago", "running", 1), DAY, "");
  load("{\"version\":1,\"blackouts\":[{\"name\":\"B\",\"from_date\":\"2026-11-28\",\"to_date\":\"2026-11-28\",\"zones\":[\"America/New_York\"]}]}");
  ck_at(DOC_IN("US/Eastern", "running", 1), DAY, "E window.dnc /status");
  ck_at(NY("running", 1), DAY, "E window.dnc /status");
}
END_TEST

START_TEST(severities_of_the_hours_can_be_changed) {
  load("{\"version\":1,\"severities\":{\"window.closed\":\"warning\"}}");
  ck_at(NY("running", 1), NIGHT, "W window.closed /status");
}
END_TEST

/* -------------------------------------------------------------- window.interval */

#define PACED(interval) "{\"id\":\"a\",\"status\":\"running\",\"maxConcurrentCalls\":1,\"timeZone\":\"America/New_York\",\"pacing\":{\"interval\":" #interval ",\"maxCallsPerInterval\":1,\"throttlePercent\":0.5}}"

START_TEST(an_interval_longer_than_the_rest_of_the_window_is_an_error) {
  ck_at(PACED(60), "2026-11-29T01:59:00Z", "");
  ck_at(PACED(60), "2026-11-29T01:59:01Z", "E window.interval /pacing/interval");
  ck_says_at(PACED(60), "2026-11-29T01:59:30Z", "60 s is longer than the 30 s that are left of the calling window, which closes at 2026-11-29T02:00:00Z; the next opening is 2026-11-29T13:00:00Z");
  ck_says_at(PACED(60), "2026-11-29T01:59:30Z", ": write 10 to 30, or send the change then");
  ck_says_at(PACED(60), "2026-11-29T01:59:52Z", "(Sun 08:00 EST): send the change then");
}
END_TEST

START_TEST(too_long_an_interval_says_when_to_try_again) {
  cxd_status status;
  cxd_error *error = NULL;
  cxd_campaign *campaign = campaign_of(PACED(60));
  cxd_report *report = run_at(campaign, NULL, NULL, "2026-11-29T01:59:30Z", &status, &error);
  ck_assert_int_eq(status, CXD_E_WINDOW_CLOSED);
  ck_assert_int_eq(cxd_error_retry_after_ms(error), INT64_C(39630000));
  cxd_report_free(report);
  cxd_error_free(error);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(hours_that_never_open_do_not_advise_to_wait) {
  load("{\"version\":1,\"jurisdictions\":{\"US\":{\"title\":\"Never\",\"hours\":{\"mon-sun\":[]},\"source\":\"s\",\"checked\":\"2026-11-01\"}}}");
  ck_says_at(NY("running", 1), DAY, "there is no opening in sight; pause or lower the campaign");
}
END_TEST

START_TEST(an_interval_that_was_there_before_is_a_warning_when_the_change_slows_down) {
  ck_update("{\"id\":\"a\",\"pacing\":{\"interval\":120}}", PACED(60), PACED(120), "2026-11-29T01:59:30Z", "W window.interval /pacing/interval", CXD_OK);
}
END_TEST

START_TEST(an_absurd_interval_is_a_finding) { ck_at(PACED(9223372036854775807), DAY, "E window.interval /pacing/interval"); }
END_TEST

/* ------------------------------------------------------------------ daylight saving */

START_TEST(edges_follow_the_local_clock_over_a_change) {
  ck_at(NY("running", 1), "2026-03-07T12:59:59Z", "E window.closed /status"); /* EST */
  ck_at(NY("running", 1), "2026-03-07T13:00:00Z", "");
  ck_at(NY("running", 1), "2026-03-08T11:59:59Z", "E window.closed /status"); /* EDT */
  ck_at(NY("running", 1), "2026-03-08T12:00:00Z", "");
  ck_at(NY("running", 1), "2026-11-01T01:00:00Z", "E window.closed /status");
  ck_at(NY("running", 1), "2026-11-01T12:59:59Z", "E window.closed /status");
  ck_at(NY("running", 1), "2026-11-01T13:00:00Z", "");
}
END_TEST

START_TEST(instants_far_away_are_closed_and_do_not_hang) {
  static const int64_t far[] = {INT64_MIN + 1, -62135596800001, 253402387200000, INT64_MAX - 1};
  for (size_t i = 0; i < 4; i++) {
    cxd_report *report = NULL;
    cxd_campaign *campaign = campaign_of(NY("running", 1));
    struct cxd__check check = {.change = campaign, .at_unix_ms = far[i]};
    ck_assert_int_eq(cxd__validator_run(validator, &check, &report, NULL), CXD_E_WINDOW_CLOSED);
    ck_tame(report);
    cxd_report_free(report);
    cxd_campaign_free(campaign);
  }
}
END_TEST

START_TEST(without_memory_nothing_passes_and_nothing_leaks) {
  cxd_campaign *campaign = campaign_of(NY("running", 100));
  load("{\"version\":1,\"campaigns\":{\"a\":{\"zones\":[\"America/Los_Angeles\",\"America/Denver\",\"America/Chicago\",\"Europe/Berlin\",\"Asia/Tokyo\"]}}}");
  for (size_t n = 1; n < 200; n++) {
    struct cxd__check check = {.change = campaign, .at_unix_ms = AT(NIGHT)};
    cxd_report *report = NULL;
    cxd__mem_fail_at(n);
    cxd_status status = cxd__validator_run(validator, &check, &report, NULL);
    cxd__mem_fail_at(0);
    ck_assert_int_ne(status, CXD_OK);
    cxd_report_free(report);
  }
  cxd_campaign_free(campaign);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("validate_window");
  TCase *tcase = suite_case(suite, "calling hours", setup, teardown);
  tcase_add_test(tcase, a_running_campaign_is_refused_at_night_and_not_by_day);
  tcase_add_test(tcase, edges_are_half_open_to_the_second);
  tcase_add_test(tcase, the_message_has_the_local_time_the_hours_the_source_and_the_next_opening);
  tcase_add_test(tcase, a_campaign_that_does_not_run_may_be_changed_at_any_time);
  tcase_add_test(tcase, pausing_and_stopping_are_never_blocked);
  tcase_add_test(tcase, lowering_is_never_blocked_and_says_that_the_campaign_goes_on);
  tcase_add_test(tcase, lowering_does_not_carry_other_changes_through_the_night);
  tcase_add_test(tcase, a_rebalancing_is_an_action_also_when_nothing_changes);
  tcase_add_test(tcase, other_words_for_running_do_not_switch_the_hours_off);
  tcase_add_test(tcase, starting_raising_and_leaving_it_running_are_refused);
  tcase_add_test(tcase, a_change_that_changes_nothing_is_only_warned_about);
  tcase_add_test(tcase, before_the_campaign_was_read_the_hours_are_not_asked);
  tcase_add_test(tcase, only_hours_in_the_way_is_a_status_of_its_own_with_the_time_to_wait);
  tcase_add_test(tcase, another_error_beside_it_makes_it_invalid);
  tcase_add_test(tcase, the_public_check_says_invalid);
  tcase_add_test(tcase, the_verdict_of_an_open_window_holds_up_to_its_closing);
  tcase_add_test(tcase, a_verdict_without_hours_has_no_end);
  tcase = suite_case(suite, "jurisdictions", setup, teardown);
  tcase_add_test(tcase, a_stricter_jurisdiction_closes_earlier);
  tcase_add_test(tcase, of_several_jurisdictions_all_must_be_open);
  tcase_add_test(tcase, a_day_without_calls_says_so_and_the_opening_is_the_next_day);
  tcase_add_test(tcase, a_holiday_is_named_and_has_its_own_code);
  tcase_add_test(tcase, mississippi_counts_in_central_time_wherever_the_campaign_is);
  tcase_add_test(tcase, the_unrestricted_row_has_no_hours_at_all_and_needs_no_zone);
  tcase_add_test(tcase, a_policy_still_closes_the_unrestricted_row);
  tcase_add_test(tcase, an_unknown_jurisdiction_is_refused_when_the_validator_is_made);
  tcase = suite_case(suite, "zones", setup, teardown);
  tcase_add_test(tcase, a_zone_that_cannot_be_read_is_closed_never_utc);
  tcase_add_test(tcase, a_zone_of_the_table_that_is_not_there_is_named_as_such);
  tcase_add_test(tcase, a_running_campaign_without_a_zone_is_closed);
  tcase_add_test(tcase, hostile_zone_names_of_a_server_are_closed_and_tame);
  tcase_add_test(tcase, a_wrong_zone_that_the_change_sets_is_said_once);
  tcase_add_test(tcase, an_old_time_zone_database_is_refused);
  tcase = suite_case(suite, "policy", setup, teardown);
  tcase_add_test(tcase, a_policy_closes_days_and_times);
  tcase_add_test(tcase, a_policy_replaces_a_row);
  tcase_add_test(tcase, a_policy_names_the_zones_that_one_campaign_calls);
  tcase_add_test(tcase, a_policy_gives_one_campaign_its_jurisdiction);
  tcase_add_test(tcase, a_zone_of_a_policy_that_does_not_exist_is_refused_because_it_would_close_nothing);
  tcase_add_test(tcase, a_blackout_closes_a_zone_by_each_of_its_names);
  tcase_add_test(tcase, severities_of_the_hours_can_be_changed);
  tcase = suite_case(suite, "interval and edges", setup, teardown);
  tcase_add_test(tcase, an_interval_longer_than_the_rest_of_the_window_is_an_error);
  tcase_add_test(tcase, too_long_an_interval_says_when_to_try_again);
  tcase_add_test(tcase, hours_that_never_open_do_not_advise_to_wait);
  tcase_add_test(tcase, an_interval_that_was_there_before_is_a_warning_when_the_change_slows_down);
  tcase_add_test(tcase, an_absurd_interval_is_a_finding);
  tcase_add_test(tcase, edges_follow_the_local_clock_over_a_change);
  tcase_add_test(tcase, instants_far_away_are_closed_and_do_not_hang);
  tcase_add_test(tcase, without_memory_nothing_passes_and_nothing_leaks);
  return run_suite(suite);
}

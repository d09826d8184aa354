/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* getline */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "demo_dir.h"
#include "demo_sim.h"
#include "exit_code.h"
#include "interrupt.h"
#include "mem.h"
#include "output.h"
#include "result_text.h"

#define CAMPAIGN "a1b2c3d4-e5f6-7890-abcd-ef1234567890"

static const char policy[] =
    "{\"version\":1,\"limits\":{\"max_concurrent_calls\":500,\"min_pacing_interval_s\":10,\"max_throttle\":0.95},\n"
    " \"time_zones\":[\"America/New_York\",\"America/Chicago\",\"America/Denver\",\"America/Los_Angeles\"]}\n";

static const char change[] = "{\"id\":\"" CAMPAIGN "\",\"maxConcurrentCalls\":120,\n"
                             " \"pacing\":{\"interval\":60,\"maxCallsPerInterval\":20,\"throttlePercent\":0.9},\n"
                             " \"advancedDialerSettings\":{\"autoRebalance\":true}}\n";

/* As the updater sees it after reading: the campaign runs, and would run faster. */
static const char night_change[] = "{\"id\":\"" CAMPAIGN "\",\"status\":\"running\",\"timeZone\":\"America/New_York\",\"maxConcurrentCalls\":200}\n";

#define NIGHT_MS INT64_C(1795852800000) /* 2026-11-28T08:00:00Z: 03:00 in New York, whenever the demo runs */

static const char wrong_change[] = "{\"id\":\"" CAMPAIGN "\",\"maxConcurrentCalls\":9999,\"timeZone\":\"EST\"}\n";

struct tour {
  const struct cli *cli;
  struct demo_sim sim;
  struct demo_dir dir;
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  cxd_updater *updater;
  cxd_campaign *change, *wrong, *night;
  int told, failed;
};

static void check(struct tour *tour, int as_expected, const char *what) {
  if (as_expected)
    return;
  output_failure(tour->cli, CXD_E_STATE, "", "demo: expected, and not seen: %s", what);
  tour->failed = 1;
}

static void give_up(struct tour *tour, const char *what, const char *why) {
  output_failure(tour->cli, CXD_E_STATE, "", "demo: %s%s", what, why);
  tour->failed = 1;
}

static void check_call(struct tour *tour, const char *what, cxd_status status, cxd_error *error) {
  if (status != CXD_OK)
    output_error(tour->cli, what, status, error);
  tour->failed |= status != CXD_OK;
  cxd_error_free(error);
}

static void heading(int number, const char *text) { printf("\n%d. %s\n", number, text); }

static void show_text(const char *text) {
  fputs("   ", stdout);
  for (; *text; text++) {
    fputc(*text, stdout);
    if (*text == '\n' && text[1])
      fputs("   ", stdout);
  }
}

static int has_error_at(const cxd_report *report, const char *pointer) {
  for (size_t i = 0; i < cxd_report_count(report); i++)
    if (cxd_report_severity(report, i) == CXD_SEVERITY_ERROR && strcmp(cxd_report_pointer(report, i), pointer) == 0)
      return 1;
  return 0;
}

static void validate(struct tour *tour) {
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  heading(1, "Validation. Nothing is sent. The change:");
  show_text(change);
  cxd_status status = cxd_validator_check(tour->validator, tour->change, 0, &report, &error);
  output_findings(stdout, "   ", report);
  if (status == CXD_OK)
    puts("   valid under the policy file of this demo");
  check_call(tour, "validation", status, error);
  cxd_report_free(report);
}

static int changes(const cxd_result *result, const char *pointer, const char *old, const char *new) {
  struct slice entry;
  size_t pos = 0;
  while (walk_array(slice_of(cxd_result_diff_json(result)), &pos, &entry) == 1)
    if (slice_is(walk_plain(walk_get(entry, "path")), pointer))
      return slice_is(walk_get(entry, "old"), old) && slice_is(walk_get(entry, "value"), new);
  return 0;
}

static void check_diff(struct tour *tour, const cxd_result *result) {
  check(tour, changes(result, CXD_FIELD_MAX_CONCURRENT_CALLS, "150", "120"), "maxConcurrentCalls 150 -> 120");
  check(tour, changes(result, CXD_FIELD_PACING_MAX_CALLS_PER_INTERVAL, "25", "20"), "maxCallsPerInterval 25 -> 20");
  check(tour, changes(result, CXD_FIELD_PACING_THROTTLE_PERCENT, "0.85", "0.9"), "throttlePercent 0.85 -> 0.9");
}

static void plan(struct tour *tour) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  heading(2, "Plan. The campaign is read, nothing is written. Before -> after:");
  cxd_status status = cxd_updater_plan(tour->updater, tour->change, &result, &error);
  result_text_print_diff(stdout, cxd_result_diff_json(result), "   ");
  check_call(tour, "plan", status, error);
  check(tour, cxd_result_outcome(result) == CXD_OUTCOME_PLANNED, "outcome planned");
  check_diff(tour, result);
  cxd_result_free(result);
}

static int32_t on_result(void *user_data, const cxd_result *result) {
  struct tour *tour = user_data;
  tour->told++;
  printf("   callback: campaign %s %s, audit %s", cxd_result_campaign_id(result), cxd_result_outcome_name(result), cxd_status_name(cxd_result_audit_status(result)));
  if (cxd_result_new_concurrent(result) >= 0)
    printf(", concurrent calls %lld -> %lld", (long long)cxd_result_previous_concurrent(result), (long long)cxd_result_new_concurrent(result));
  putchar('\n');
  return CXD_ACCEPTED;
}

static void apply(struct tour *tour) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  heading(3, "Apply. Read, merge, audit, one conditional PUT, audit, callback:");
  cxd_status status = cxd_updater_apply(tour->updater, tour->change, &result, &error);
  output_findings(stdout, "   ", cxd_result_report(result));
  result_text_print_metrics(stdout, result, "   ");
  check_call(tour, "apply", status, error);
  check(tour, cxd_result_outcome(result) == CXD_OUTCOME_APPLIED, "outcome applied");
  check(tour, cxd_result_sends(result) == 1, "one PUT");
  check(tour, cxd_result_previous_concurrent(result) == 150 && cxd_result_new_concurrent(result) == 120, "concurrent calls 150 -> 120");
  check(tour, cxd_result_audit_status(result) == CXD_OK, "audit CXD_OK");
  check(tour, tour->told == 1, "one call of on_result");
  cxd_result_free(result);
}

static void audit(struct tour *tour) {
  char *path = demo_dir_file(&tour->dir, "audit.log");
  FILE *file = fopen(path, "re");
  char *line = NULL;
  size_t size = 0;
  int intents = 0, outcomes = 0;
  heading(4, "The audit log, each line chained to the one before:");
  while (file && getline(&line, &size, file) > 0) {
    struct slice kind = walk_plain(walk_get(slice_trim(slice_of(line)), "k"));
    intents += slice_is(kind, "intent");
    outcomes += slice_is(kind, "outcome");
    fputs("   ", stdout);
    display_put(stdout, slice_trim(slice_of(line)));
    fputc('\n', stdout);
  }
  check(tour, intents == 1 && outcomes == 1, "one intent and one outcome in the audit log");
  if (file)
    fclose(file);
  free(line);
  free(path);
}

static void refuse(struct tour *tour) {
  cxd_result *result = NULL;
  heading(5, "A change that must not go out. All findings at once:");
  show_text(wrong_change);
  cxd_status status = cxd_updater_apply(tour->updater, tour->wrong, &result, NULL);
  output_findings(stdout, "   ", cxd_result_report(result));
  printf("   %s: %s, requests %d\n", cxd_result_outcome_name(result), cxd_status_name(status), cxd_result_attempts(result));
  check(tour, status == CXD_E_INVALID && cxd_result_outcome(result) == CXD_OUTCOME_REJECTED, "rejected with CXD_E_INVALID");
  check(tour, has_error_at(cxd_result_report(result), CXD_FIELD_MAX_CONCURRENT_CALLS), "a finding at /maxConcurrentCalls");
  check(tour, has_error_at(cxd_result_report(result), CXD_FIELD_TIME_ZONE), "a finding at /timeZone");
  check(tour, cxd_result_attempts(result) == 0, "nothing sent");
  cxd_result_free(result);
}

static void refuse_at_night(struct tour *tour) {
  cxd_report *report = NULL;
  heading(6, "Calling hours. The same campaign at 03:00 in New York:");
  show_text(night_change);
  cxd_status status = cxd_validator_check(tour->validator, tour->night, NIGHT_MS, &report, NULL);
  output_findings(stdout, "   ", report);
  check(tour, status == CXD_E_INVALID && strcmp(cxd_report_code(report, 0), "window.closed") == 0, "window.closed at 03:00");
  cxd_report_free(report);
}

static void show_request(struct slice request) {
  struct slice method = walk_plain(walk_get(request, "method")), path = walk_plain(walk_get(request, "path")), status = walk_get(request, "status");
  printf("   %-4.*s ", (int)method.len, method.at);
  display_put(stdout, path);
  printf("  %.*s\n", (int)status.len, status.at);
}

static void show_server(struct tour *tour) {
  char *requests = demo_sim_get(&tour->sim, "/_sim/requests");
  struct slice request;
  size_t pos = 0;
  int put_count = 0;
  heading(7, "What the server saw:");
  while (walk_array(slice_of(requests), &pos, &request) == 1) {
    put_count += slice_is(walk_plain(walk_get(request, "method")), "PUT");
    show_request(request);
  }
  check(tour, put_count == 1, "one PUT at the server");
  free(requests);
}

static void set(struct tour *tour, const char *key, char *value) {
  cxd_error *error = NULL;
  if (!tour->failed) {
    cxd_status status = cxd_config_set(tour->config, key, value, &error);
    check_call(tour, key, status, error);
  }
  free(value);
}

static void configure(struct tour *tour) {
  mem_need(cxd_config_new(&tour->config) == CXD_OK ? tour->config : NULL);
  set(tour, "api.base_url", mem_format("http://127.0.0.1:%d", tour->sim.port));
  set(tour, "auth.client_id", mem_format("demo-client"));
  set(tour, "auth.client_secret", mem_format("demo-secret"));
  set(tour, "audit.path", demo_dir_file(&tour->dir, "audit.log"));
  set(tour, "audit.actor", mem_format("cxdialer demo"));
  set(tour, "validate.policy_file", demo_dir_file(&tour->dir, "policy.json"));
}

static void step(struct tour *tour, const char *what, cxd_status (*call)(struct tour *, cxd_error **)) {
  cxd_error *error = NULL;
  if (tour->failed)
    return;
  cxd_status status = call(tour, &error);
  check_call(tour, what, status, error);
}

static cxd_status make_client(struct tour *tour, cxd_error **error) { return cxd_client_new(tour->config, &tour->client, error); }

static cxd_status make_validator(struct tour *tour, cxd_error **error) { return cxd_validator_new(tour->config, &tour->validator, error); }

static cxd_status make_updater(struct tour *tour, cxd_error **error) {
  return cxd_updater_new(tour->config, tour->client, tour->validator, &tour->updater, error);
}

static cxd_status add_callback(struct tour *tour, cxd_error **error) {
  cxd_callback callback = {.size = sizeof callback, .user_data = tour, .on_result = on_result};
  return cxd_updater_add_callback(tour->updater, &callback, error);
}

static cxd_status parse_change(struct tour *tour, cxd_error **error) { return cxd_campaign_parse(change, sizeof change - 1, &tour->change, error); }

static cxd_status parse_wrong_change(struct tour *tour, cxd_error **error) {
  return cxd_campaign_parse(wrong_change, sizeof wrong_change - 1, &tour->wrong, error);
}

static cxd_status parse_night_change(struct tour *tour, cxd_error **error) {
  return cxd_campaign_parse(night_change, sizeof night_change - 1, &tour->night, error);
}

static void make_handles(struct tour *tour) {
  configure(tour);
  step(tour, "client", make_client);
  step(tour, "validator", make_validator);
  step(tour, "updater", make_updater);
  step(tour, "callback", add_callback);
  step(tour, "change", parse_change);
  step(tour, "second change", parse_wrong_change);
  step(tour, "third change", parse_night_change);
}

static void set_up(struct tour *tour, const char *sim) {
  char *why = demo_sim_start(&tour->sim, sim);
  if (why) {
    give_up(tour, "", why);
    free(why);
    return;
  }
  int number = demo_dir_make(&tour->dir);
  if (!number)
    number = demo_dir_write(&tour->dir, "policy.json", policy);
  if (number)
    give_up(tour, "no place for its files: ", strerror(number));
  else
    make_handles(tour);
}

static void tear_down(struct tour *tour) {
  cxd_campaign_free(tour->change);
  cxd_campaign_free(tour->wrong);
  cxd_campaign_free(tour->night);
  cxd_updater_free(tour->updater);
  cxd_validator_free(tour->validator);
  cxd_client_free(tour->client);
  cxd_config_free(tour->config);
  demo_sim_stop(&tour->sim);
  demo_dir_remove(&tour->dir);
}

int cmd_demo(struct cli *cli, const struct args *args) {
  static void (*const steps[])(struct tour *) = {validate, plan, apply, audit, refuse, refuse_at_night, show_server};
  struct tour tour = {.cli = cli};
  interrupt_hold();
  set_up(&tour, args->sim);
  if (!tour.failed)
    printf("libcxdialer %s: a tour against the simulator on port %d\n", cxd_version(), tour.sim.port);
  for (size_t i = 0; i < sizeof steps / sizeof *steps && !tour.failed && !interrupt_seen(); i++) {
    steps[i](&tour);
    fflush(stdout);
  }
  tear_down(&tour);
  if (interrupt_seen())
    return EXIT_INTERRUPTED;
  if (!tour.failed)
    puts("\nAll as expected. The simulator is stopped and its files are removed.");
  return tour.failed ? EXIT_OTHER : EXIT_DONE;
}

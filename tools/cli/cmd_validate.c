/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exit_code.h"
#include "explain.h"
#include "input.h"
#include "mem.h"
#include "output.h"
#include "session.h"
#include "settings.h"

struct check {
  const struct cli *cli;
  cxd_validator *validator;
  int64_t at_unix_ms;
  size_t files, campaigns, refused; /* refused: campaigns */
  size_t unchecked, unreadable;     /* files: of which nothing could be checked; those among them that could not be read */
  size_t errors, warnings, printed;
};

static void count(struct check *check, const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++) {
    check->errors += cxd_report_severity(report, i) == CXD_SEVERITY_ERROR;
    check->warnings += cxd_report_severity(report, i) == CXD_SEVERITY_WARNING;
  }
}

/* id NULL: unknown */
static void open_json(struct check *check, const char *where, const char *id, int ok) {
  fputs(check->printed++ > 0 ? ",{\"file\":" : "[{\"file\":", stdout);
  display_put_json_string(stdout, slice_of(where));
  fputs(",\"campaign_id\":", stdout);
  if (id && *id)
    display_put_json_string(stdout, slice_of(id));
  else
    fputs("null", stdout);
  fprintf(stdout, ",\"ok\":%s,\"findings\":", ok ? "true" : "false");
}

static void show_report(struct check *check, const char *where, const cxd_campaign *campaign, const cxd_report *report) {
  if (check->cli->json) {
    char *findings = mem_need(cxd_report_to_json(report));
    open_json(check, where, cxd_campaign_id(campaign), cxd_report_ok(report));
    output_put_line(stdout, slice_of(findings));
    fputc('}', stdout);
    cxd_string_free(findings);
    return;
  }
  char *name = display_text(slice_of(where));
  char *prefix = mem_format("%s: ", name);
  output_findings(stdout, prefix, report);
  if (cxd_report_ok(report))
    printf("%sok\n", prefix);
  free(prefix);
  free(name);
}

static const char *code_of(cxd_status status) {
  return status == CXD_E_IO ? "input.unreadable" : status == CXD_E_TOO_LARGE ? "input.too_large" : "input.json";
}

/* What could not be checked at all reads like one more finding. */
static void show_problem(struct check *check, const char *where, cxd_status status, const char *message) {
  check->errors++;
  if (!check->cli->json) {
    display_put(stdout, slice_of(where));
    printf(": error  %s    ", code_of(status));
    display_put(stdout, slice_of(message));
    fputc('\n', stdout);
    return;
  }
  open_json(check, where, NULL, 0);
  printf("[{\"severity\":\"error\",\"code\":\"%s\",\"pointer\":\"\",\"message\":", code_of(status));
  display_put_json_string(stdout, slice_of(message));
  fputs("}]}", stdout);
}

/* Paused and stopped campaigns call nobody; a whole document (update.mode=replace) is decided as it is. */
static int decides_hours(const struct check *check, const cxd_campaign *campaign) {
  const char *status = "", *mode = cxd_config_get(check->cli->config, "update.mode");
  if (cxd_campaign_get_string(campaign, CXD_FIELD_STATUS, &status, NULL) == CXD_OK && (strcmp(status, "paused") == 0 || strcmp(status, "stopped") == 0))
    return 1;
  return (mode && strcmp(mode, "replace") == 0) || (cxd_campaign_has(campaign, CXD_FIELD_STATUS) && cxd_campaign_has(campaign, CXD_FIELD_TIME_ZONE));
}

/* Who names an instant asks about its hours, and "ok" alone would read like an answer. */
static void note_undecided(const struct check *check, const char *where, const cxd_campaign *campaign) {
  if (!check->at_unix_ms || decides_hours(check, campaign))
    return;
  char *name = display_text(slice_of(where));
  output_note(check->cli, "%s: calling hours were not decided: the change does not have both status and timeZone; plan or apply decides when the campaign has been read", name);
  free(name);
}

static void check_campaign(struct check *check, const char *where, const cxd_campaign *campaign) {
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd_validator_check(check->validator, campaign, check->at_unix_ms, &report, &error);
  check->refused += status != CXD_OK;
  if (report) {
    count(check, report);
    show_report(check, where, campaign, report);
    note_undecided(check, where, campaign);
  } else {
    show_problem(check, where, status, error ? cxd_error_message(error) : cxd_status_text(status));
  }
  cxd_report_free(report);
  cxd_error_free(error);
}

static void check_item(struct check *check, struct input *in, size_t i) {
  char *message, *where = input_where(in, i);
  cxd_campaign *campaign = NULL;
  cxd_status status = input_parse(in, i, &campaign, &message);
  check->campaigns++;
  check->refused += status != CXD_OK;
  if (status == CXD_OK)
    check_campaign(check, where, campaign);
  else
    show_problem(check, where, status, message);
  cxd_campaign_free(campaign);
  free(message);
  free(where);
}

/* As an error, and with --output json also among the results, so that each FILE has its entry there. */
static void refuse_file(struct check *check, const struct input *in) {
  check->unreadable += in->code == EXIT_MISSING;
  check->unchecked++;
  if (check->cli->json)
    show_problem(check, in->name, in->status, in->message);
  else
    check->errors++;
  char *complaint = input_complaint(in);
  output_failure(check->cli, in->status, "", "%s", complaint);
  free(complaint);
}

static void check_file(struct check *check, const char *file) {
  struct input in;
  int code = input_load(file, &in);
  if (code)
    refuse_file(check, &in);
  for (size_t i = 0; !code && i < in.count; i++)
    check_item(check, &in, i);
  input_free(&in);
}

static const char *plural(size_t count) { return count == 1 ? "" : "s"; }

static void summarise(const struct check *check) {
  char *unchecked = check->unchecked > 0 ? mem_format("; %zu file%s could not be checked", check->unchecked, plural(check->unchecked)) : NULL;
  output_note(check->cli, "%zu file%s, %zu campaign%s: %zu ok, %zu refused; errors %zu, warnings %zu%s", check->files, plural(check->files),
              check->campaigns, plural(check->campaigns), check->campaigns - check->refused, check->refused, check->errors, check->warnings,
              unchecked ? unchecked : "");
  free(unchecked);
}

static int finish(const struct check *check) {
  if (check->cli->json)
    fputs(check->printed > 0 ? "]\n" : "[]\n", stdout);
  summarise(check);
  if (check->refused + check->unchecked > check->unreadable)
    return EXIT_INVALID;
  return check->unreadable > 0 ? EXIT_MISSING : EXIT_DONE;
}

int cmd_validate(struct cli *cli, const struct args *args) {
  struct check check = {.cli = cli, .at_unix_ms = args->at_unix_ms, .files = (size_t)args->count};
  cxd_error *error = NULL;
  if (args->explain)
    return explain(cli, args->explain);
  int code = settings_load(cli);
  if (code)
    return code;
  cxd_status status = cxd_validator_new(cli->config, &check.validator, &error);
  code = session_check(cli, status, error);
  if (code)
    return code;
  for (int i = 0; i < args->count; i++)
    check_file(&check, args->list[i]);
  cxd_validator_free(check.validator);
  return finish(&check);
}

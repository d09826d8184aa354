/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "updates.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit_code.h"
#include "input.h"
#include "interrupt.h"
#include "mem.h"
#include "output.h"
#include "result_text.h"
#include "session.h"

struct updates {
  struct cli *cli;
  const struct updates_kind *kind;
  struct session session;
  struct input *inputs;
  size_t count, total, done;
  struct exit_tally tally;
};

static void load(struct updates *u, const struct args *args) {
  u->count = (size_t)args->count;
  u->inputs = mem_resize(NULL, u->count, sizeof *u->inputs);
  for (size_t i = 0; i < u->count; i++) {
    input_load(args->list[i], &u->inputs[i]);
    u->total += u->inputs[i].count;
  }
  /* A FILE that cannot even be taken apart is one item. */
  u->tally.several = u->count > 1 || (u->inputs[0].is_array && !u->inputs[0].code);
}

static void unload(struct updates *u) {
  for (size_t i = 0; i < u->count; i++)
    input_free(&u->inputs[i]);
  free(u->inputs);
}

static int is_yes(const char *answer) { return strcmp(answer, "y\n") == 0 || strcmp(answer, "yes\n") == 0 || strcmp(answer, "Y\n") == 0; }

static int is_agreed(const struct updates *u, const struct args *args) {
  char answer[16] = "";
  if (!u->kind->writes || args->yes || u->total < 2 || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
    return 1;
  fprintf(stderr, "cxdialer: change %zu campaigns? [y/N] ", u->total);
  if (fgets(answer, sizeof answer, stdin) && is_yes(answer))
    return 1;
  output_failure(u->cli, CXD_E_CANCELLED, "", "not confirmed: nothing was sent");
  return 0;
}

static void show_progress(const struct updates *u, const struct input *in, const char *id) {
  if (!in->is_array || !isatty(STDERR_FILENO))
    return;
  char *name = display_text(slice_of(id));
  fprintf(stderr, "[%zu/%zu] %s\n", u->done, u->total, name);
  free(name);
}

/* What there is to say of an item, or a FILE, that has no result. */
struct standin {
  const char *id, *where, *message; /* "" where unknown; message NULL: the error's */
  cxd_status status;
  const cxd_error *error;
};

static void put_standin(const struct standin *standin) {
  fputs("{\"schema_version\":1,\"campaign_id\":", stdout);
  if (*standin->id)
    display_put_json_string(stdout, slice_of(standin->id));
  else
    fputs("null", stdout);
  printf(",\"outcome\":\"%s\",\"status\":\"%s\",\"http_status\":null,\"request_id\":null,\"sends\":0,\"attempts\":0,\"latency_ms\":0,"
         "\"latency\":{\"token_us\":0,\"rate_wait_us\":0,\"backoff_us\":0,\"server_us\":0,\"audit_us\":0,\"total_us\":0},"
         "\"previous_concurrent\":null,\"new_concurrent\":null,\"pacing_accuracy_rate\":null,\"target_calls_per_min\":null,\"timestamp\":null,"
         "\"diff\":[],\"findings\":[],\"audit\":{\"status\":\"CXD_OK\",\"seq\":null},\"callbacks\":{\"status\":\"CXD_OK\"},\"conflict\":null,"
         "\"concurrency\":\"none\",\"error\":",
         standin->status == CXD_E_IO ? "not_applied" : "rejected", cxd_status_name(standin->status));
  output_put_error(stdout, standin->where, standin->status, standin->error, standin->message);
  fputs(",\"retry_after_ms\":null}", stdout);
}

static void show_result(const struct updates *u, const cxd_result *result) {
  if (!u->cli->json) {
    result_text_print(stdout, result, u->kind->writes);
    return;
  }
  char *json = mem_need(cxd_result_to_json(result));
  output_put_line(stdout, slice_of(json));
  cxd_string_free(json);
}

/* What the result cannot say loud enough: the error, and an audit record that only exists here. */
static void show_failures(const struct updates *u, const char *where, const cxd_result *result) {
  const char *record = cxd_result_audit_record(result);
  if (cxd_result_status(result) != CXD_OK)
    output_error(u->cli, where, cxd_result_status(result), cxd_result_error(result));
  if (cxd_result_audit_status(result) == CXD_OK || (!record && cxd_result_status(result) == CXD_E_AUDIT))
    return;
  output_failure(u->cli, cxd_result_audit_status(result), "audit.path", "%s: outcome %s, but its audit record could not be written; keep it: %s", where,
                 cxd_result_outcome_name(result), record ? record : "(none)");
}

static int run_campaign(const struct updates *u, const char *where, const cxd_campaign *campaign) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status status = u->kind->call(u->session.updater, campaign, &result, &error);
  int code = result ? exit_code_of_result(result) : exit_code_of_status(status, error);
  if (result) {
    show_result(u, result);
    show_failures(u, where, result);
  } else {
    if (u->cli->json)
      put_standin(&(struct standin){cxd_campaign_id(campaign), where, NULL, status, error});
    output_error(u->cli, where, status, error);
  }
  cxd_result_free(result);
  cxd_error_free(error);
  /* Here a wrong argument is a campaign, not a word of the command line. */
  return code == EXIT_USAGE ? EXIT_INVALID : code;
}

static int refuse_item(const struct updates *u, const char *where, cxd_status status, const char *message) {
  if (u->cli->json)
    put_standin(&(struct standin){"", where, message, status, NULL});
  output_failure(u->cli, status, "", "%s: %s", where, message);
  return EXIT_INVALID;
}

/* In JSON each FILE has its line, also one that could not be read or taken apart. */
static void refuse_file(struct updates *u, const struct input *in) {
  char *complaint = input_complaint(in);
  if (u->cli->json) {
    put_standin(&(struct standin){"", "", complaint, in->status, NULL});
    fputc('\n', stdout);
  }
  output_failure(u->cli, in->status, "", "%s", complaint);
  free(complaint);
  exit_tally_add(&u->tally, in->code);
}

static void run_item(struct updates *u, const struct input *in, size_t i) {
  char *message, *where = input_where(in, i);
  cxd_campaign *campaign = NULL;
  cxd_status status = input_parse(in, i, &campaign, &message);
  u->done++;
  show_progress(u, in, status == CXD_OK ? cxd_campaign_id(campaign) : "?");
  int code = status == CXD_OK ? run_campaign(u, where, campaign) : refuse_item(u, where, status, message);
  exit_tally_add(&u->tally, code);
  cxd_campaign_free(campaign);
  free(message);
  free(where);
}

static void run_file(struct updates *u, const struct input *in) {
  int lines = u->cli->json;
  if (lines && in->is_array)
    fputc('[', stdout);
  /* The one item of an object is begun also if an interrupt came just now: a line must not be empty. */
  for (size_t i = 0; i < in->count && !(in->is_array && interrupt_seen()); i++) {
    if (lines && i > 0)
      fputc(',', stdout);
    run_item(u, in, i);
    fflush(stdout);
  }
  if (lines)
    fputs(in->is_array ? "]\n" : "\n", stdout);
}

static int run_all(struct updates *u) {
  for (size_t i = 0; i < u->count && !interrupt_seen(); i++)
    if (u->inputs[i].code)
      refuse_file(u, &u->inputs[i]);
    else
      run_file(u, &u->inputs[i]);
  if (u->total == 0 && !u->tally.failed)
    output_note(u->cli, "nothing to do");
  if (!interrupt_seen() || u->done == u->total)
    return exit_tally_code(&u->tally);
  output_failure(u->cli, CXD_E_CANCELLED, "", "interrupted: %zu of %zu not started", u->total - u->done, u->total);
  return EXIT_INTERRUPTED;
}

int updates_run(struct cli *cli, const struct args *args, const struct updates_kind *kind) {
  struct updates u = {.cli = cli, .kind = kind};
  load(&u, args);
  int code = EXIT_OTHER;
  if (is_agreed(&u, args)) {
    code = session_open_updater(cli, &u.session, kind->writes);
    if (!code)
      code = run_all(&u);
    session_close(&u.session);
  }
  unload(&u);
  return code;
}

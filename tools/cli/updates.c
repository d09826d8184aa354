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
#include "question.h"
#include "session.h"
#include "update_report.h"

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

static int is_agreed(const struct updates *u, const struct args *args) {
  char *question = mem_format("change %zu campaigns?", u->total);
  int agreed = !u->kind->writes || args->yes || u->total < 2 || question_is_agreed(u->cli, question);
  free(question);
  return agreed;
}

static void show_progress(const struct updates *u, const struct input *in, const char *id) {
  if (!in->is_array || !isatty(STDERR_FILENO))
    return;
  char *name = display_text(slice_of(id));
  fprintf(stderr, "[%zu/%zu] %s\n", u->done, u->total, name);
  free(name);
}

static int run_campaign(const struct updates *u, const char *where, const cxd_campaign *campaign) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status status = u->kind->call(u->session.updater, campaign, &result, &error);
  int code = update_report(u->cli, &(struct update_report){.where = where, .id = cxd_campaign_id(campaign), .writes = u->kind->writes, .result = result, .status = status, .error = error});
  cxd_result_free(result);
  cxd_error_free(error);
  return code;
}

static int refuse_item(const struct updates *u, const char *where, cxd_status status, const char *message) {
  (void)update_report(u->cli, &(struct update_report){.where = where, .id = "", .status = status, .message = message});
  return EXIT_INVALID;
}

/* In JSON each FILE has its line, also one that could not be read or taken apart. */
static void refuse_file(struct updates *u, const struct input *in) {
  char *complaint = input_complaint(in);
  if (u->cli->json) {
    update_report_put_standin(&(struct update_report){.where = "", .id = "", .status = in->status, .message = complaint});
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

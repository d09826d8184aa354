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
#include "run.h"
#include "session.h"
#include "update_report.h"

struct updates {
  struct cli *cli;
  const struct updates_kind *kind;
  struct session session;
  struct input *inputs;
  size_t count, total, done;
  struct exit_tally tally;
  struct run_report report;
};

/* -------------------------------------------------------------------------------- the FILEs */

static void load(struct updates *u, const struct args *args) {
  u->count = (size_t)args->count;
  u->inputs = mem_resize(NULL, u->count, sizeof *u->inputs);
  for (size_t i = 0; i < u->count; i++) {
    input_load(args->list[i], &u->inputs[i]);
    u->total += u->inputs[i].code ? 0 : u->inputs[i].count;
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

/* ------------------------------------------------------------------- one after the other */

static void show_progress(const struct updates *u, const struct input *in, const char *id) {
  if (!in->is_array || !isatty(STDERR_FILENO))
    return;
  char *name = display_text(slice_of(id));
  fprintf(stderr, "[%zu/%zu] %s\n", u->done, u->total, name);
  free(name);
}

static int run_campaign(struct updates *u, const char *where, const cxd_campaign *campaign) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  cxd_status status = u->kind->call(u->session.updater, campaign, &result, &error);
  int code = update_report(u->cli, &(struct update_report){.where = where, .id = cxd_campaign_id(campaign), .writes = u->kind->writes, .result = result, .status = status, .error = error});
  if (result)
    run_report_add(&u->report, result);
  (void)run_report_look(&u->report, &u->session, 0);
  cxd_result_free(result);
  cxd_error_free(error);
  return code;
}

static int refuse_item(struct updates *u, const char *where, cxd_status status, const char *message) {
  (void)update_report(u->cli, &(struct update_report){.where = where, .id = "", .status = status, .message = message});
  run_report_add_missing(&u->report, where, CXD_OUTCOME_REJECTED, status, message);
  return EXIT_INVALID;
}

/* In JSON each FILE has its line, also one that could not be read or taken apart. */
static void refuse_file(const struct updates *u, const struct input *in, struct exit_tally *tally) {
  char *complaint = input_complaint(in);
  if (u->cli->json) {
    update_report_put_standin(&(struct update_report){.where = "", .id = "", .status = in->status, .message = complaint});
    fputc('\n', stdout);
  }
  output_failure(u->cli, in->status, "", "%s", complaint);
  free(complaint);
  exit_tally_add(tally, in->code);
}

static void run_item(struct updates *u, struct input *in, size_t i) {
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

static void run_file(struct updates *u, struct input *in) {
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
      refuse_file(u, &u->inputs[i], &u->tally);
    else
      run_file(u, &u->inputs[i]);
  if (u->total == 0 && !u->tally.failed)
    output_note(u->cli, "nothing to do");
  if (!interrupt_seen() || u->done == u->total)
    return exit_tally_code(&u->tally);
  output_failure(u->cli, CXD_E_CANCELLED, "", "interrupted: %zu of %zu not started", u->total - u->done, u->total);
  return EXIT_INTERRUPTED;
}

/* ----------------------------------------------------------------------------- as a batch */

struct place {
  size_t input, at;
};

/* All elements of all FILEs, in one row. */
struct row {
  const struct updates *updates;
  struct slice *texts;
  struct place *places;
  struct run_group *groups;
};

static void line_up(struct row *row, const struct updates *u) {
  size_t n = 0;
  *row = (struct row){
      .updates = u,
      .texts = mem_resize(NULL, u->total, sizeof *row->texts),
      .places = mem_resize(NULL, u->total, sizeof *row->places),
      .groups = mem_resize(NULL, u->count, sizeof *row->groups),
  };
  for (size_t i = 0; i < u->count; i++) {
    const struct input *in = &u->inputs[i];
    size_t count = in->code ? 0 : in->count; /* one that breaks off has elements all the same */
    row->groups[i] = (struct run_group){.refused = in->code ? in : NULL, .is_array = in->is_array, .count = count};
    for (size_t k = 0; k < count; k++, n++) {
      row->texts[n] = in->items[k];
      row->places[n] = (struct place){i, k};
    }
  }
}

static char *where_of(const void *data, size_t item) {
  const struct row *row = data;
  return input_where(&row->updates->inputs[row->places[item].input], row->places[item].at);
}

static cxd_status parse_item(const void *data, size_t item, cxd_campaign **out, char **message) {
  const struct row *row = data;
  return input_parse(&row->updates->inputs[row->places[item].input], row->places[item].at, out, message);
}

static void refuse_group(const void *data, const void *refused, struct exit_tally *tally) {
  const struct row *row = data;
  refuse_file(row->updates, refused, tally);
}

static int run_row(struct updates *u, const struct row *row, const char *journal_file) {
  struct journal journal = {.fd = -1};
  int code = 0;
  if (journal_file)
    code = journal_create(&journal, u->cli, journal_file, &(struct journal_plan){.texts = row->texts, .count = u->total, .where = where_of, .data = row});
  struct run_plan plan = {.texts = row->texts, .count = u->total, .data = row, .where = where_of, .parse = parse_item, .refuse = refuse_group,
                          .groups = row->groups, .group_count = u->count, .journal = journal_file ? &journal : NULL, .report = &u->report};
  if (!code)
    code = run_batch(u->cli, &u->session, &plan, &u->tally);
  journal_close(&journal);
  return code;
}

static int run_together(struct updates *u, const char *journal_file) {
  struct row row;
  line_up(&row, u);
  int code = run_row(u, &row, journal_file);
  free(row.texts);
  free(row.places);
  free(row.groups);
  return code;
}

static int is_batch(const struct updates *u, const struct args *args) {
  return u->kind->writes && (u->total > 1 || (u->total > 0 && args->texts[TEXT_JOURNAL]));
}

static int run(struct updates *u, const struct args *args) {
  int code = u->kind->writes ? run_configure(u->cli, args) : 0;
  if (!code)
    code = session_open_updater(u->cli, &u->session, u->kind->writes);
  if (!code) {
    run_report_begin(&u->report, u->cli, args->texts[TEXT_JOURNAL], u->kind->writes);
    code = is_batch(u, args) ? run_together(u, args->texts[TEXT_JOURNAL]) : run_all(u);
  }
  code = run_report_close(&u->report, u->cli, &u->session, code);
  session_close(&u->session);
  return code;
}

int updates_run(struct cli *cli, const struct args *args, const struct updates_kind *kind) {
  struct updates u = {.cli = cli, .kind = kind};
  int unwritable = run_report_open(&u.report, cli, args->texts[TEXT_REPORT]);
  if (unwritable)
    return unwritable;
  load(&u, args);
  int code = is_agreed(&u, args) ? run(&u, args) : EXIT_OTHER;
  unload(&u);
  return code;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_log.h"
#include "commands.h"
#include "exit_code.h"
#include "interrupt.h"
#include "json_text.h"
#include "mem.h"
#include "output.h"
#include "question.h"
#include "session.h"
#include "update_report.h"

struct item {
  int64_t seq;
  char *campaign; /* "" when only one update was asked for */
};

/* Of one campaign: the newest update that stands in the way of the older ones. */
struct block {
  const char *campaign;
  int64_t seq;
  int planned; /* it is to be put back first; otherwise it was not put back */
};

struct rollback {
  struct cli *cli;
  const struct args *args;
  const char *log;
  int64_t first, last;
  int is_range;
  struct session session;
  struct item *items; /* as they stand in the log */
  struct block *blocks;
  size_t count, done, block_count;
  struct exit_tally tally;
};

/* ---------------------------------------------------------------------- which updates */

static int is_applied(struct slice record) {
  struct slice outcome = walk_plain(walk_get(record, "outcome"));
  return slice_is(walk_plain(walk_get(record, "k")), "outcome") && (slice_is(outcome, "applied") || slice_is(outcome, "applied_readback"));
}

static void add_item(struct rollback *r, int64_t seq, struct slice campaign) {
  if ((r->count & (r->count - 1)) == 0)
    r->items = mem_resize(r->items, r->count ? 2 * r->count : 1, sizeof *r->items);
  r->items[r->count++] = (struct item){seq, json_text_decode(campaign)};
}

static void collect(struct rollback *r, struct audit_log *log) {
  struct slice record;
  while (audit_log_next(log, &record)) {
    int64_t seq = audit_log_seq(record);
    if (r->is_range && seq >= r->first && seq <= r->last && is_applied(record))
      add_item(r, seq, walk_plain(walk_get(record, "campaign")));
  }
  if (!r->is_range)
    add_item(r, r->first, slice_of(""));
  r->tally.several = r->count > 1;
  audit_log_tell(log);
  audit_log_tell_rest(log);
}

/* A segment that is kept elsewhere can be named to verify and show, but there is nothing to name it to here. */
static const char *what_to_do(const cxd_report *report) {
  for (size_t i = 0; i < cxd_report_count(report); i++)
    if (cxd_report_severity(report, i) == CXD_SEVERITY_ERROR && strcmp(cxd_report_code(report, i), "audit.segment") == 0)
      return "; a rollback needs all segments: put those that are kept elsewhere back beside the log";
  return "";
}

/* Before the log is opened for writing, which would make one where there is none, and begin a new segment behind damage. */
static int find_items(struct rollback *r) {
  struct audit_log log = {0};
  int code = audit_log_open(&log, r->cli, r->log, NULL);
  if (!code)
    collect(r, &log);
  if (log.code == EXIT_AUDIT)
    output_failure(r->cli, CXD_E_AUDIT, "", "%s is not as it was written: nothing was sent%s", r->log, what_to_do(cxd_audit_report(log.reader)));
  audit_log_close(&log);
  return code ? code : log.code;
}

static int compare_names(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static size_t count_campaigns(const struct rollback *r) {
  char **names = mem_resize(NULL, r->count, sizeof *names);
  size_t different = 0;
  for (size_t i = 0; i < r->count; i++)
    names[i] = r->items[i].campaign;
  if (r->count > 0)
    qsort(names, r->count, sizeof *names, compare_names);
  for (size_t i = 0; i < r->count; i++)
    different += i == 0 || strcmp(names[i], names[i - 1]) != 0;
  free(names);
  return different;
}

static int is_agreed(const struct rollback *r) {
  size_t campaigns = count_campaigns(r);
  if (r->args->plan || r->args->yes || campaigns < 2)
    return 1;
  char *question = mem_format("put back %zu updates of %zu campaigns?", r->count, campaigns);
  int agreed = question_is_agreed(r->cli, question);
  free(question);
  return agreed;
}

/* -------------------------------------------------------------------- putting them back */

static const struct block *blocked(const struct rollback *r, const struct item *item) {
  for (size_t i = 0; i < r->block_count; i++)
    if (strcmp(r->blocks[i].campaign, item->campaign) == 0)
      return &r->blocks[i];
  return NULL;
}

static void block(struct rollback *r, const struct item *item, int planned) {
  r->blocks = mem_resize(r->blocks, r->block_count + 1, sizeof *r->blocks);
  r->blocks[r->block_count++] = (struct block){item->campaign, item->seq, planned};
}

/* Not in question by itself: what becomes of it is decided by the newer one. */
static int pass_over(const struct rollback *r, const struct item *item, const char *where, const struct block *by) {
  char *message = by->planned ? mem_format("the newer update of record %lld is to be put back first; what this one meets then cannot be planned before", (long long)by->seq)
                              : mem_format("not tried, because the newer update of record %lld of the same campaign was not put back", (long long)by->seq);
  (void)update_report(r->cli, &(struct update_report){.where = where, .id = item->campaign, .status = CXD_E_STATE, .message = message});
  free(message);
  return by->planned ? EXIT_PENDING : EXIT_OTHER;
}

/* As the campaign is now: changed by the newer update that would be gone by then. */
static int waits(const cxd_result *result, const struct block *by) {
  int32_t outcome = cxd_result_outcome(result);
  return by && by->planned && (outcome == CXD_OUTCOME_CONFLICT || outcome == CXD_OUTCOME_UNCHANGED);
}

static int put_back(struct rollback *r, const struct item *item, const char *where, const struct block *by) {
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  int code;
  cxd_status status = cxd_updater_rollback(r->session.updater, r->log, item->seq, r->args->plan, &result, &error);
  if (waits(result, by))
    code = pass_over(r, item, where, by);
  else
    code = update_report(r->cli, &(struct update_report){.where = where, .id = item->campaign, .writes = !r->args->plan, .result = result, .status = status, .error = error});
  int planned = cxd_result_outcome(result) == CXD_OUTCOME_PLANNED;
  cxd_result_free(result);
  cxd_error_free(error);
  if (!by && code != EXIT_DONE)
    block(r, item, planned);
  return code;
}

static void show_progress(const struct rollback *r, const struct item *item) {
  if (!r->is_range || !isatty(STDERR_FILENO))
    return;
  char *name = display_text(slice_of(item->campaign));
  fprintf(stderr, "[%zu/%zu] record %lld, %s\n", r->done, r->count, (long long)item->seq, name);
  free(name);
}

static void run_item(struct rollback *r, const struct item *item) {
  const struct block *by = r->is_range ? blocked(r, item) : NULL;
  char *where = mem_format("%s, record %lld", r->log, (long long)item->seq);
  r->done++;
  show_progress(r, item);
  exit_tally_add(&r->tally, by && !by->planned ? pass_over(r, item, where, by) : put_back(r, item, where, by));
  free(where);
}

/* Newest first: an older update of the same campaign is to meet what it left. */
static int run_all(struct rollback *r) {
  int lines = r->cli->json;
  if (lines && r->is_range)
    fputc('[', stdout);
  for (size_t i = r->count; i > 0 && !(r->is_range && interrupt_seen()); i--) {
    if (lines && r->done > 0)
      fputc(',', stdout);
    run_item(r, &r->items[i - 1]);
    fflush(stdout);
  }
  if (lines)
    fputs(r->is_range ? "]\n" : "\n", stdout);
  if (r->count == 0)
    output_note(r->cli, "nothing to do: no applied update has its outcome in these records");
  if (!interrupt_seen() || r->done == r->count)
    return exit_tally_code(&r->tally);
  output_failure(r->cli, CXD_E_CANCELLED, "", "interrupted: %zu of %zu not started", r->count - r->done, r->count);
  return EXIT_INTERRUPTED;
}

static int run(struct rollback *r) {
  int code = find_items(r);
  if (code)
    return code;
  if (!is_agreed(r))
    return EXIT_OTHER;
  code = session_open_updater(r->cli, &r->session, !r->args->plan);
  return code ? code : run_all(r);
}

static int read_range(struct rollback *r) {
  const char *seq = r->args->texts[TEXT_SEQ];
  if (seq && audit_log_range(seq, &r->first, &r->last)) {
    r->is_range = strstr(seq, "..") != NULL;
    return 0;
  }
  char *shown = display_text(slice_of(seq));
  if (seq)
    output_failure(r->cli, CXD_E_ARGUMENT, "", "--seq '%s': the number of a record, or two with .. between them, are needed: 12 or 12..40", shown);
  else
    output_failure(r->cli, CXD_E_ARGUMENT, "", "--seq N is missing: cxdialer audit show LOG lists the records");
  free(shown);
  return EXIT_USAGE;
}

int cmd_rollback(struct cli *cli, const struct args *args) {
  struct rollback r = {.cli = cli, .args = args, .log = args->list[0]};
  int code = read_range(&r);
  if (!code)
    code = run(&r);
  session_close(&r.session);
  for (size_t i = 0; i < r.count; i++)
    free(r.items[i].campaign);
  free(r.items);
  free(r.blocks);
  return code;
}

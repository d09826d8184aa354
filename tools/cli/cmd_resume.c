/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exit_code.h"
#include "interrupt.h"
#include "json_text.h"
#include "mem.h"
#include "output.h"
#include "question.h"
#include "resume_status.h"
#include "run.h"
#include "update_report.h"

struct resume {
  struct cli *cli;
  const struct args *args;
  struct journal_state state;
  struct journal journal;
  struct session session;
  struct exit_tally tally;
  struct run_report report;
  size_t printed;
  struct slice *texts; /* of those that run, with their numbers in the journal */
  size_t *numbers, count;
};

/* ------------------------------------------------------------------------------- the plan */

static int check_member(const struct resume *r, const char *member, const char *key) {
  char *planned = json_text_decode(walk_plain(walk_get(r->state.plan, member)));
  const char *now = cxd_config_get(r->cli->config, key);
  int same = strcmp(planned, now) == 0;
  if (!same)
    output_failure(r->cli, CXD_E_CONFIG, key, "%s: the plan was made with %s=%s, and now it is %s: nothing was sent. Resume with --set %s=%s", r->state.path, key,
                   planned, *now ? now : "not set", key, planned);
  free(planned);
  return same ? 0 : EXIT_CONFIG;
}

/* Of items that became one update only the first one was announced: the others must join again. */
static int take_coalesce(const struct resume *r) {
  char *planned = json_text_decode(walk_plain(walk_get(r->state.plan, "coalesce")));
  cxd_error *error = NULL;
  cxd_status status = cxd_config_set(r->cli->config, "update.coalesce", planned, &error);
  free(planned);
  return session_check(r->cli, status, error);
}

static int check_plan(const struct resume *r) {
  int code = check_member(r, "base_url", "api.base_url");
  if (!code)
    code = check_member(r, "mode", "update.mode");
  return code ? code : take_coalesce(r);
}

static int is_to_run(const struct resume *r, const struct journal_item *item) {
  return item->stage == JOURNAL_FRESH || item->stage == JOURNAL_AGAIN || (item->stage == JOURNAL_REFUSED && r->args->retry_failed);
}

static size_t count_to_do(const struct resume *r) {
  size_t count = 0;
  for (size_t i = 0; i < r->state.count; i++)
    count += is_to_run(r, &r->state.items[i]) || r->state.items[i].stage == JOURNAL_DOUBTFUL;
  return count;
}

static int is_agreed(const struct resume *r, size_t count) {
  char *question = mem_format("go on with %zu of %zu campaigns?", count, r->state.count);
  int agreed = r->args->yes || count < 2 || question_is_agreed(r->cli, question);
  free(question);
  return agreed;
}

/* -------------------------------------------------------------------- what is in doubt */

/* The library answers the question with CXD_OK; here the answer is what counts. */
static int code_of(const cxd_result *result, int code) {
  int32_t outcome = cxd_result_outcome(result);
  return outcome == CXD_OUTCOME_CONFLICT ? EXIT_CONFLICT : outcome == CXD_OUTCOME_UNKNOWN ? EXIT_UNKNOWN : code;
}

static void report(struct resume *r, const struct journal_item *item, const cxd_result *result) {
  if (r->cli->json && r->printed++ > 0)
    fputc(',', stdout);
  int code = update_report(r->cli, &(struct update_report){.where = item->where, .id = cxd_result_campaign_id(result), .writes = 1, .result = result});
  run_report_add(&r->report, result);
  exit_tally_add(&r->tally, code_of(result, code));
}

static enum journal_stage stage_after(const cxd_result *result) {
  return journal_stage_of(slice_of(cxd_result_outcome_name(result)), slice_of(cxd_status_name(cxd_result_status(result))), 1);
}

/* What runs again is reported when it has. */
static void take_answer(struct resume *r, size_t i, const cxd_result *result) {
  struct journal_item *item = &r->state.items[i];
  item->stage = stage_after(result);
  journal_put_outcome(&r->journal, i, result, 1);
  if (item->stage != JOURNAL_AGAIN)
    report(r, item, result);
}

/* The exit code when the question could not be answered: nothing else is begun then. */
static int resolve(struct resume *r, size_t i) {
  struct journal_item *item = &r->state.items[i];
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  size_t len = 0;
  char *intent = mem_need(journal_line_get_text(item->intent, &len));
  output_note(r->cli, "%s: finding out what became of an update that was sent (journal item %zu); this may wait for as long as a request of the earlier run may still be under way", item->where, i + 1);
  cxd_status status = cxd_updater_resolve(r->session.updater, intent, len, &result, &error);
  if (status == CXD_OK && result)
    take_answer(r, i, result);
  else
    output_error(r->cli, item->where, status, error);
  int code = status == CXD_OK ? 0 : exit_code_of_status(status, error);
  cxd_result_free(result);
  cxd_error_free(error);
  free(intent);
  return code;
}

static int resolve_all(struct resume *r) {
  size_t left = journal_state_count(&r->state, JOURNAL_DOUBTFUL);
  for (size_t i = 0; i < r->state.count && left > 0; i++) {
    if (r->state.items[i].stage != JOURNAL_DOUBTFUL)
      continue;
    int code = interrupt_seen() ? EXIT_INTERRUPTED : resolve(r, i);
    if (code) {
      output_failure(r->cli, CXD_E_STATE, "", "%s: %zu updates are still in doubt, and nothing else was begun. Go on with: cxdialer resume %s", r->state.path, left, r->state.path);
      return code;
    }
    left--;
  }
  return 0;
}

/* --------------------------------------------------------------------------- what runs */

static char *where_of(const void *data, size_t item) {
  const struct resume *r = data;
  return mem_format("%s", r->state.items[r->numbers[item]].where);
}

static cxd_status parse_item(const void *data, size_t item, cxd_campaign **out, char **message) {
  const struct resume *r = data;
  cxd_error *error = NULL;
  cxd_status status = cxd_campaign_parse(r->texts[item].at, r->texts[item].len, out, &error);
  *message = status == CXD_OK ? NULL : mem_format("%s", error ? cxd_error_message(error) : cxd_status_text(status));
  cxd_error_free(error);
  return status;
}

static void line_up(struct resume *r) {
  r->texts = mem_resize(NULL, r->state.count, sizeof *r->texts);
  r->numbers = mem_resize(NULL, r->state.count, sizeof *r->numbers);
  for (size_t i = 0; i < r->state.count; i++)
    if (is_to_run(r, &r->state.items[i])) {
      r->texts[r->count] = (struct slice){r->state.items[i].text, r->state.items[i].len};
      r->numbers[r->count++] = i;
    }
}

static int run_rest(struct resume *r) {
  struct run_plan plan = {.count = r->count, .texts = r->texts, .data = r, .where = where_of, .parse = parse_item, .is_continued = r->printed > 0,
                          .journal = &r->journal, .journal_items = r->numbers, .report = &r->report};
  return run_batch(r->cli, &r->session, &plan, &r->tally);
}

/* Those that stay refused fail the batch also now. */
static void add_refused(struct resume *r) {
  size_t refused = r->args->retry_failed ? 0 : journal_state_count(&r->state, JOURNAL_REFUSED);
  if (refused == 0)
    return;
  exit_tally_add(&r->tally, EXIT_SOME);
  output_note(r->cli, "%zu were refused for good and are not run again, unless with --retry-failed; cxdialer resume --status %s lists them", refused, r->state.path);
}

static int end_early(struct resume *r) {
  journal_put_mark(&r->journal, "end", "done");
  if (!journal_flush(&r->journal, 1)) {
    journal_tell(&r->journal);
    exit_tally_add(&r->tally, EXIT_AUDIT);
  }
  return exit_tally_code(&r->tally);
}

static int go_on(struct resume *r) {
  int code = resolve_all(r);
  if (!journal_flush(&r->journal, 1)) {
    journal_tell(&r->journal);
    return EXIT_AUDIT;
  }
  if (code)
    return code;
  line_up(r);
  return r->count > 0 ? run_rest(r) : end_early(r);
}

static int resume(struct resume *r) {
  size_t to_do = count_to_do(r);
  add_refused(r);
  if (to_do == 0) {
    output_note(r->cli, "nothing to do: none of the %zu is left to run", r->state.count);
    if (r->cli->json)
      fputs("[]\n", stdout);
    return exit_tally_code(&r->tally);
  }
  if (!is_agreed(r, to_do))
    return EXIT_OTHER;
  int code = session_open_updater(r->cli, &r->session, 1);
  if (!code)
    code = journal_continue(&r->journal, &r->state);
  if (code)
    return code;
  run_report_begin(&r->report, r->cli, r->state.path, 1);
  if (r->cli->json)
    fputc('[', stdout);
  code = go_on(r);
  if (r->cli->json)
    fputs("]\n", stdout);
  return code;
}

static int resume_locked(struct resume *r) {
  int code = run_report_open(&r->report, r->cli, r->args->texts[TEXT_REPORT]);
  if (!code)
    code = journal_read(&r->state, r->cli, r->args->list[0], 1);
  if (!code)
    code = run_configure(r->cli, r->args);
  if (!code)
    code = check_plan(r);
  r->tally.several = r->state.count > 1;
  if (!code)
    code = resume(r);
  journal_close(&r->journal);
  code = run_report_close(&r->report, r->cli, &r->session, code);
  session_close(&r->session);
  journal_state_free(&r->state);
  free(r->texts);
  free(r->numbers);
  return code;
}

int cmd_resume(struct cli *cli, const struct args *args) {
  if (args->status)
    return resume_status(cli, args->list[0]);
  struct resume r = {.cli = cli, .args = args, .journal = {.fd = -1}};
  return resume_locked(&r);
}

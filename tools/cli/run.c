/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* clock_gettime */
#include "run.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit_log.h"
#include "interrupt.h"
#include "mem.h"
#include "output.h"
#include "progress.h"
#include "run_print.h"
#include "summary.h"

#define NOT_IN_BATCH SIZE_MAX /* the library did not take its text */
#define WAIT_MOST_MS 1000     /* against a wake-up that was lost */

struct run {
  const struct cli *cli;
  struct session *session;
  const struct run_plan *plan;
  cxd_batch *batch;
  size_t *item_of, *batch_of; /* by number in the batch; by item */
  unsigned char *states;
  size_t begun; /* one more than the last item that was begun */
  size_t over, not_started;
  cxd_status status; /* why the batch began no more items */
  cxd_error *error;
  int64_t start_ms;
  struct run_print print;
  struct progress progress;
  struct summary summary;
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------------------ journal */

static size_t journal_item(const struct run *run, size_t item) { return run->plan->journal_items ? run->plan->journal_items[item] : item; }

static int32_t on_sending(void *data, const size_t *items, const char *const *intents, size_t count) {
  struct run *run = data;
  for (size_t i = 0; i < count; i++)
    journal_put_sent(run->plan->journal, journal_item(run, run->item_of[items[i]]), slice_of(intents[i]));
  return journal_flush(run->plan->journal, 1) ? CXD_ACCEPTED : 0;
}

/* ------------------------------------------------------------------------------- numbers */

static int64_t number(struct slice text) {
  int64_t value = 0;
  for (size_t i = 0; i < text.len && i < 18 && text.at[i] >= '0' && text.at[i] <= '9'; i++)
    value = value * 10 + (text.at[i] - '0');
  return value;
}

static int64_t number_of(struct slice object, const char *name) { return number(walk_get(object, name)); }

static struct progress_numbers numbers_of(const struct run *run) {
  char *stats = mem_need(cxd_client_stats_json(run->session->client));
  struct slice quota = walk_get(slice_of(stats), "quota");
  struct progress_numbers numbers = {
      .done = run->over,
      .total = run->plan->count,
      .failed = cxd_batch_failed(run->batch),
      .in_flight = cxd_batch_in_flight(run->batch),
      .used = number_of(quota, "used"),
      .limit = number_of(quota, "limit"),
      .rate_limited = number_of(slice_of(stats), "rate_limited"),
      .eta_ms = cxd_batch_eta_ms(run->batch),
  };
  cxd_string_free(stats);
  return numbers;
}

static int64_t count_requests(const struct run *run, int64_t *rate_limited) {
  char *stats = mem_need(cxd_client_stats_json(run->session->client));
  struct slice requests = walk_get(slice_of(stats), "requests"), name, value;
  int64_t sum = 0;
  for (size_t pos = 0; walk_object(requests, &pos, &name, &value) == 1;)
    sum += number(value);
  *rate_limited = number_of(slice_of(stats), "rate_limited");
  cxd_string_free(stats);
  return sum;
}

/* ------------------------------------------------------------------------------ what ends */

/* Cancelled before anything was done for it, also no record: today's runs do not speak of these. */
static int is_not_started(const cxd_result *result) {
  if (cxd_result_outcome(result) != CXD_OUTCOME_CANCELLED || cxd_result_attempts(result) > 0)
    return 0;
  char *json = mem_need(cxd_result_to_json(result));
  int has_record = audit_log_seq(walk_get(slice_of(json), "audit")) > 0;
  cxd_string_free(json);
  return !has_record;
}

/* Texts that are no campaign are refused without an id, before any request. */
static int is_unusable(const struct run *run, size_t item, const cxd_result *result) {
  if (cxd_result_outcome(result) != CXD_OUTCOME_REJECTED || cxd_result_attempts(result) > 0 || *cxd_result_campaign_id(result))
    return 0;
  cxd_campaign *campaign = NULL;
  cxd_status status = cxd_campaign_parse(run->plan->texts[item].at, run->plan->texts[item].len, &campaign, NULL);
  cxd_campaign_free(campaign);
  return status != CXD_OK;
}

static void report_missing(struct run *run, const cxd_result *result) {
  run_report_add_missing(run->plan->report, cxd_result_campaign_id(result), cxd_result_outcome(result), cxd_result_status(result), cxd_error_message(cxd_result_error(result)));
}

/* What else wants to know of a result that is over gets it here. */
static void observe(struct run *run, size_t item, const cxd_result *result) {
  if (run->plan->journal)
    journal_put_outcome(run->plan->journal, journal_item(run, item), result, 0);
  if (is_unusable(run, item, result)) {
    run->summary.unusable++;
    report_missing(run, result);
  } else {
    summary_add(&run->summary, result);
    run_report_add(run->plan->report, result);
  }
}

static void note_result(struct run *run, size_t item, const cxd_result *result) {
  run->over++;
  run->states[item] = is_not_started(result) ? RUN_NOT_STARTED : RUN_OVER;
  if (run->states[item] == RUN_NOT_STARTED) {
    run->not_started++;
    report_missing(run, result);
    return;
  }
  run->begun = item + 1 > run->begun ? item + 1 : run->begun;
  observe(run, item, result);
}

static const cxd_result *result_of(void *data, size_t item) {
  struct run *run = data;
  const cxd_result *result = run->batch_of[item] == NOT_IN_BATCH ? NULL : cxd_batch_result(run->batch, run->batch_of[item]);
  return result && is_unusable(run, item, result) ? NULL : result;
}

static void drop_result(void *data, size_t item) {
  struct run *run = data;
  if (run->batch_of[item] != NOT_IN_BATCH)
    cxd_batch_drop_result(run->batch, run->batch_of[item]);
}

/* -------------------------------------------------------------------------------- driving */

/* The first reason counts; what follows from it is told by the results. */
static void keep_reason(struct run *run, cxd_status status, cxd_error *error) {
  if (run->status == CXD_OK) {
    run->status = status;
    run->error = error;
  } else
    cxd_error_free(error);
}

/* Takes what has happened. 1: all items have ended. */
static int take_events(struct run *run) {
  for (;;) {
    const cxd_event *event = NULL;
    cxd_error *error = NULL;
    cxd_status status = cxd_batch_next_event(run->batch, 0, &event, &error);
    if (status != CXD_OK)
      keep_reason(run, status, error);
    int32_t kind = cxd_event_kind(event);
    if (kind == CXD_EVENT_RESULT)
      note_result(run, run->item_of[cxd_event_item(event)], cxd_event_result(event));
    else if (kind == CXD_EVENT_DONE)
      return 1;
    else if (kind == CXD_EVENT_NONE && status == CXD_OK)
      return 0;
  }
}

static void show(struct run *run) {
  struct progress_numbers numbers;
  if (interrupt_asked()) {
    numbers = numbers_of(run);
    progress_tell(&run->progress, &numbers);
  }
  if (run_print_is_due(&run->print))
    progress_clear(&run->progress);
  run_print_ready(&run->print);
  if (progress_is_due(&run->progress, now_ms())) {
    numbers = numbers_of(run);
    progress_show(&run->progress, &numbers, now_ms());
  }
}

static void await(struct run *run) {
  struct pollfd fds[2] = {{.fd = cxd_batch_fd(run->batch), .events = POLLIN}, {.fd = interrupt_fd(), .events = POLLIN}};
  int64_t wait = cxd_batch_timeout_ms(run->batch), redraw = run->progress.next_ms - now_ms();
  int64_t look = run_report_look(run->plan->report, run->session, cxd_batch_in_flight(run->batch));
  if (look >= 0 && look < redraw)
    redraw = look;
  if (wait < 0 || wait > redraw)
    wait = redraw;
  wait = wait < 0 ? 0 : wait > WAIT_MOST_MS ? WAIT_MOST_MS : wait;
  if (poll(fds, 2, (int)wait) < 0)
    return; /* looks again at once */
}

/* Without a journal no more items are begun. */
static void write_journal(struct run *run) {
  struct journal *journal = run->plan->journal;
  if (journal && !journal_flush(journal, 0))
    cxd_batch_stop(run->batch);
  if (!journal || !journal_is_untold(journal))
    return;
  progress_clear(&run->progress);
  journal_tell(journal);
}

static void end_journal(struct run *run) {
  write_journal(run);
  journal_put_mark(run->plan->journal, "end", run->not_started > 0 ? "stopped" : "done");
  if (!journal_flush(run->plan->journal, 1))
    write_journal(run);
}

static void drive(struct run *run) {
  while (!take_events(run)) {
    write_journal(run);
    show(run);
    await(run);
  }
  if (run->plan->journal)
    end_journal(run);
  progress_clear(&run->progress);
  run_print_rest(&run->print, run->begun);
}

/* --------------------------------------------------------------------- beginning and end */

static int check(struct run *run, cxd_status status, cxd_error *error) { return session_check(run->cli, status, error); }

static int open_batch(struct run *run) {
  struct cxd_callback callback = {.size = sizeof callback, .user_data = run, .on_sending = on_sending};
  cxd_error *error = NULL;
  cxd_status status = run->plan->journal ? cxd_updater_add_callback(run->session->updater, &callback, &error) : CXD_OK;
  if (status == CXD_OK)
    status = cxd_batch_new(run->session->updater, &run->batch, &error);
  return check(run, status, error);
}

/* A text that is too long for the library is no campaign either. */
static int add_items(struct run *run) {
  for (size_t i = 0; i < run->plan->count; i++) {
    cxd_error *error = NULL;
    cxd_status status = cxd_batch_add_json(run->batch, run->plan->texts[i].at, run->plan->texts[i].len, &error);
    run->batch_of[i] = status == CXD_OK ? cxd_batch_count(run->batch) - 1 : NOT_IN_BATCH;
    if (status == CXD_OK)
      run->item_of[run->batch_of[i]] = i;
    else if (status != CXD_E_TOO_LARGE)
      return check(run, status, error);
    else {
      cxd_error_free(error);
      run->states[i] = RUN_OVER;
      run->over++;
      run->summary.unusable++;
      run_report_add_missing(run->plan->report, "", CXD_OUTCOME_REJECTED, status, "longer than the library takes");
    }
  }
  return 0;
}

static char *advice(const struct run *run) {
  return run->plan->journal ? mem_format("; go on with: cxdialer resume %s", run->plan->journal->path) : mem_format("%s", "");
}

/* Why not all were begun. */
static int report_rest(const struct run *run) {
  char *next = advice(run);
  int code = EXIT_SOME;
  if (interrupt_seen()) {
    output_failure(run->cli, CXD_E_CANCELLED, "", "interrupted: %zu of %zu not started%s", run->not_started, run->plan->count, next);
    code = EXIT_INTERRUPTED;
  } else
    output_failure(run->cli, CXD_E_CANCELLED, cxd_error_field(run->error), "%s: %zu of %zu not started%s",
                   run->error ? cxd_error_message(run->error) : "the batch began no more items", run->not_started, run->plan->count, next);
  free(next);
  return code;
}

static int finish(struct run *run, struct exit_tally *tally) {
  run->summary.total = run->plan->count;
  run->summary.not_started = run->not_started;
  run->summary.duration_ms = now_ms() - run->start_ms;
  run->summary.requests = count_requests(run, &run->summary.rate_limited);
  if (run->plan->journal && run->plan->journal->failed)
    exit_tally_add(tally, EXIT_AUDIT);
  if (run->not_started > 0)
    exit_tally_add(tally, report_rest(run));
  summary_print(&run->summary, run->cli);
  return exit_tally_code(tally);
}

static void start(struct run *run, struct exit_tally *tally) {
  size_t count = run->plan->count;
  run->item_of = mem_resize(NULL, count, sizeof *run->item_of);
  run->batch_of = mem_resize(NULL, count, sizeof *run->batch_of);
  run->states = mem_resize(NULL, count, 1);
  memset(run->states, RUN_OPEN, count);
  run->start_ms = now_ms();
  run->print = (struct run_print){.cli = run->cli, .plan = run->plan, .states = run->states, .tally = tally, .result = result_of, .drop = drop_result, .data = run, .is_continued = run->plan->is_continued};
  progress_start(&run->progress, run->cli, run->start_ms);
}

int run_batch(const struct cli *cli, struct session *session, const struct run_plan *plan, struct exit_tally *tally) {
  struct run run = {.cli = cli, .session = session, .plan = plan};
  start(&run, tally);
  int code = open_batch(&run);
  if (!code)
    code = add_items(&run);
  if (!code) {
    interrupt_watch(NULL, NULL);
    interrupt_watch_batch(run.batch);
    if (interrupt_seen())
      cxd_batch_stop(run.batch);
    drive(&run);
    interrupt_watch_batch(NULL);
    code = finish(&run, tally);
  }
  cxd_batch_free(run.batch);
  cxd_error_free(run.error);
  summary_free(&run.summary);
  free(run.item_of);
  free(run.batch_of);
  free(run.states);
  return code;
}

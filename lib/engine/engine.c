/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "engine/engine.h"

#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/handle.h"
#include "base/mem.h"
#include "base/random.h"
#include "engine/sink.h"
#include "json/campaign.h"

/* The record itself is the entry of the same index; one that is only announced has none there. */
struct append {
  uint32_t op, tag;
  const struct cxd__job *job;
  const char *body;    /* until it was fed */
  size_t body_len;
  int32_t intent, declined, in_passing;
};

struct cxd__engine {
  struct cxd__shared *shared;
  struct cxd__core *core;
  struct cxd__http *http;
  atomic_int cancelled;
  int32_t was_cancelled;              /* since the last clear, for who runs several jobs */
  const struct cxd__tools *tools;
  struct append *appends;             /* not performed yet: they share one lock and one sync */
  struct cxd__audit_entry *entries;
  size_t append_count, append_room;
  int32_t committed;                  /* since the network was looked at last */
  int32_t hurry;                      /* records of a job that is done are among them */
  int64_t append_began_us;
  cxd_token_sink *sink;               /* the provider's answer we wait for */
  uint32_t sink_op, sink_tag;
  int64_t sink_asked_us;
  struct done *done;                  /* what has come to its end, in that order, with room for all jobs */
  size_t done_count, done_at, done_room, jobs; /* jobs: begun and not taken */
  cxd__now now;                       /* of this turn: read when it begins and after whatever may take long */
  int32_t begun;                      /* a job was begun, and nothing of it done yet */
};

struct done {
  uint32_t op;
  void *host;
};

cxd_status cxd__engine_new(struct cxd__shared *shared, const struct cxd__core_options *core, const struct cxd__http_options *http, struct cxd__engine **out, cxd_error **error) {
  uint64_t seed;
  struct cxd__engine *engine = cxd__alloc(sizeof *engine);
  *out = NULL;
  if (!engine)
    return cxd__fail_nomem(error);
  if (cxd__random_bytes(&seed, sizeof seed) != 0)
    seed = (uint64_t)cxd__wall_us() ^ (uint64_t)(uintptr_t)engine; /* jitter and ids only */
  engine->shared = shared;
  engine->core = cxd__core_new(shared, core, seed);
  cxd_status status = engine->core ? cxd__http_new(http, &engine->http, error) : cxd__fail_nomem(error);
  if (status != CXD_OK) {
    cxd__engine_free(engine);
    return status;
  }
  cxd__core_join(engine->core, cxd__http_wake, engine->http);
  *out = engine;
  return CXD_OK;
}

void cxd__engine_free(struct cxd__engine *engine) {
  if (!engine)
    return;
  if (engine->http)
    cxd__core_leave(engine->core);
  cxd__sink_unref(engine->sink);
  cxd__core_free(engine->core);
  cxd__http_free(engine->http);
  cxd__free(engine->appends);
  cxd__free(engine->entries);
  cxd__free(engine->done);
  cxd__free(engine);
}

void cxd__engine_free_forked(struct cxd__engine *engine) {
  if (!engine)
    return;
  cxd__core_free(engine->core);
  cxd__http_free_forked(engine->http);
  cxd__free(engine->appends);
  cxd__free(engine->entries);
  cxd__free(engine->done);
  cxd__free(engine);
}

struct cxd__core *cxd__engine_core(struct cxd__engine *engine) { return engine->core; }

void cxd__engine_cancel(struct cxd__engine *engine) {
  atomic_store(&engine->cancelled, 1);
  cxd__http_wake(engine->http);
}

void cxd__engine_wake(struct cxd__engine *engine) { cxd__http_wake(engine->http); }

int cxd__engine_cancelled(const struct cxd__engine *engine) { return engine->was_cancelled || atomic_load(&engine->cancelled); }

void cxd__engine_forget_cancel(struct cxd__engine *engine) {
  atomic_store(&engine->cancelled, 0);
  engine->was_cancelled = 0;
}

/* ------------------------------------------------------------- performing actions */

static void feed(struct cxd__engine *engine, struct cxd__event *event) {
  cxd__core_feed(engine->core, engine->now, event);
  cxd__exchange_clear(&event->exchange);
  cxd_report_free(event->report);
  cxd_error_free(event->error);
  cxd__free(event->sealed);
  cxd__free(event->basis);
}

static void perform_send(struct cxd__engine *engine, const struct cxd__action *action) {
  if (cxd__http_send(engine->http, &action->request, action->op, action->tag) == 0)
    return;
  struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = action->op, .tag = action->tag};
  event.exchange.way = CXD__WAY_REFUSED;
  feed(engine, &event);
}

static struct cxd__check check_of(const struct cxd__engine *engine, const struct cxd__action *action, const cxd_campaign *merged) {
  const struct cxd__job *job = action->job;
  int written_down = job->audit != CXD__AUDIT_OFF || job->announce;
  return (struct cxd__check){action->change, merged, job->replace, engine->now.wall_ms, action->server, job->rebalance == CXD__REBALANCE_ON, merged == NULL, !written_down};
}

/*
 * A whole document is checked as a change and, with nothing read between, as the campaign. What the built-in rules find the first time they find
 * the second time, too. The exceptions are seen here: own rules, which are called for each; and what the core refuses between the two.
 */
static int one_check_does(struct cxd__engine *engine, const struct cxd__action *action) {
  const struct cxd__job *job = action->job;
  return job->kind == CXD__JOB_APPLY && job->replace && !job->edits && job->rebalance == CXD__REBALANCE_KEEP && !action->again && !strchr(action->change->text, '\\') &&
         cxd__campaign_id_check(action->change->id, NULL) == CXD_OK && !cxd__validator_has_rules(engine->tools->validator);
}

/* The first check was spared: of what does not pass it has the first word. */
static void ask_first_check(struct cxd__engine *engine, const struct cxd__action *action, struct cxd__event *event) {
  const struct cxd__check check = check_of(engine, action, NULL);
  cxd_report *report = NULL;
  cxd_error *error = NULL;
  cxd_status status = cxd__validator_run(engine->tools->validator, &check, &report, &error);
  if (status == CXD_OK) {
    cxd_report_free(report);
    return;
  }
  cxd_report_free(event->report);
  cxd_error_free(event->error);
  event->status = status;
  event->report = report;
  event->error = error;
}

static void run_check(struct cxd__engine *engine, const struct cxd__action *action, struct cxd__event *event) {
  int once = one_check_does(engine, action);
  if (once && !action->merged)
    return;
  const struct cxd__check check = check_of(engine, action, action->merged);
  event->status = cxd__validator_run(engine->tools->validator, &check, &event->report, &event->error);
  if (cxd__validator_has_rules(engine->tools->validator))
    engine->now = cxd__clock_read();
  if (once && event->status != CXD_OK && event->status != CXD_E_NOMEM)
    ask_first_check(engine, action, event);
}

static void perform_check(struct cxd__engine *engine, const struct cxd__action *action) {
  struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = action->op, .tag = action->tag};
  struct cxd__frame *frame = cxd__frame_enter(engine->tools->frames, CXD__INSIDE_NOTHING_ALLOWED, engine->tools->entry);
  if (frame)
    run_check(engine, action, &event);
  else
    event.status = CXD_E_NOMEM;
  event.valid_until_ms = event.report && event.report->valid_until_ms != INT64_MAX ? event.report->valid_until_ms : 0;
  if (event.report) {
    event.basis = event.report->basis;
    event.report->basis = NULL;
  }
  if (frame)
    cxd__frame_leave(engine->tools->frames, frame);
  feed(engine, &event);
}

/* Tells the core what became of a record, and frees what the core does not keep. */
static void feed_append(struct cxd__engine *engine, size_t i, int64_t took_us) {
  const struct append *a = &engine->appends[i];
  const struct cxd__audit_entry *entry = &engine->entries[i];
  if (entry->body && entry->status != CXD_E_STATE) /* of a resolution: somebody else has written it */
    cxd__shared_count_records(engine->shared, entry->status == CXD_OK, entry->status != CXD_OK, 0);
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = a->op, .tag = a->tag, .status = entry->status, .error = entry->error, .sealed = entry->sealed, .seq = entry->seq, .took_us = took_us, .declined = a->declined};
  feed(engine, &event);
}

static void refuse_appends(struct cxd__engine *engine, cxd_status status) {
  for (size_t i = 0; i < engine->append_count; i++)
    if (engine->entries[i].body)
      engine->entries[i].status = status;
}

static void count_sync(struct cxd__engine *engine) {
  int any = 0;
  for (size_t i = 0; i < engine->append_count; i++)
    any |= engine->entries[i].body && !engine->entries[i].in_passing && engine->entries[i].status == CXD_OK;
  cxd__shared_count_records(engine->shared, 0, 0, any);
}

/* All records of the turn. */
static void commit(struct cxd__engine *engine) {
  const struct cxd__tools *tools = engine->tools;
  struct cxd__frame *frame = cxd__frame_enter(tools->frames, CXD__INSIDE_NOTHING_ALLOWED, tools->entry);
  if (!frame)
    refuse_appends(engine, CXD_E_NOMEM);
  else if (!tools->audit)
    refuse_appends(engine, CXD_E_AUDIT); /* best effort, and there is no log to try */
  else
    cxd__audit_commit(tools->audit, engine->entries, engine->append_count);
  if (frame)
    cxd__frame_leave(tools->frames, frame);
  count_sync(engine);
}

/* Its PUT would leave next, whatever the log said. */
static int to_announce(const struct cxd__engine *engine, size_t i) {
  const struct append *a = &engine->appends[i];
  cxd_status status = engine->entries[i].status;
  int recorded = status == CXD_OK || (a->job->audit != CXD__AUDIT_REQUIRED && status != CXD_E_TOO_LARGE);
  return a->intent && a->job->announce && recorded;
}

/* The line without its newline, or the body as an object of its own. */
static char *announced_text(const struct append *a, const char *sealed) {
  struct cxd__buf text = {0};
  if (sealed)
    cxd__buf_add(&text, sealed, strcspn(sealed, "\n"));
  else {
    cxd__buf_char(&text, '{');
    cxd__buf_add(&text, a->body, a->body_len);
    cxd__buf_char(&text, '}');
  }
  return cxd__buf_take(&text);
}

struct announcement {
  void **hosts;
  char **intents;
  size_t count;
};

static int gather(struct cxd__engine *engine, struct announcement *all) {
  all->hosts = cxd__alloc(engine->append_count * sizeof *all->hosts);
  all->intents = cxd__alloc(engine->append_count * sizeof *all->intents);
  for (size_t i = 0; all->hosts && all->intents && i < engine->append_count; i++) {
    const struct append *a = &engine->appends[i];
    if (!to_announce(engine, i))
      continue;
    all->hosts[all->count] = a->job->host;
    if (!(all->intents[all->count] = announced_text(a, engine->entries[i].sealed)))
      return -1;
    all->count++;
  }
  return all->hosts && all->intents ? 0 : -1;
}

/* All of a turn together, so that they share the host's sync as they share ours; who cannot be told is not sent. */
static void announce(struct cxd__engine *engine) {
  const struct cxd__tools *tools = engine->tools;
  struct announcement all = {0};
  int wanted = 0;
  for (size_t i = 0; i < engine->append_count; i++)
    wanted |= to_announce(engine, i);
  if (!wanted)
    return;
  int agreed = gather(engine, &all) == 0 && tools->announce && tools->announce(tools->context, all.hosts, (const char *const *)all.intents, all.count);
  for (size_t i = 0; i < engine->append_count; i++)
    engine->appends[i].declined = !agreed && to_announce(engine, i);
  for (size_t i = 0; i < all.count; i++)
    cxd__free(all.intents[i]);
  cxd__free(all.intents);
  cxd__free(all.hosts);
}

/* What is fed may ask for more records: those are of the next turn. */
static void sync_appends(struct cxd__engine *engine) {
  size_t count = engine->append_count;
  commit(engine);
  announce(engine);
  engine->now = cxd__clock_read();
  int64_t took = engine->now.mono_us - engine->append_began_us;
  engine->append_count = 0;
  engine->hurry = 0;
  for (size_t i = 0; i < count; i++) {
    engine->committed |= !engine->appends[i].in_passing;
    feed_append(engine, i, took);
  }
}

/* 0, or -1: no memory. */
static int room_for_append(struct cxd__engine *engine) {
  if (engine->append_count < engine->append_room)
    return 0;
  size_t room = engine->append_room ? 2 * engine->append_room : 16;
  struct append *appends = cxd__realloc(engine->appends, room * sizeof *appends);
  if (appends)
    engine->appends = appends;
  struct cxd__audit_entry *entries = appends ? cxd__realloc(engine->entries, room * sizeof *entries) : NULL;
  if (!entries)
    return -1;
  engine->entries = entries;
  engine->append_room = room;
  return 0;
}

static void refuse_append(struct cxd__engine *engine, const struct cxd__action *action, cxd_status status) {
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = action->op, .tag = action->tag, .status = status};
  feed(engine, &event);
}

/* It is only noted down; who is only announced has no record. */
static void perform_append(struct cxd__engine *engine, const struct cxd__action *action) {
  if (room_for_append(engine) != 0) {
    refuse_append(engine, action, CXD_E_NOMEM);
    return;
  }
  if (engine->append_count == 0)
    engine->append_began_us = cxd__clock_read().mono_us;
  size_t at = engine->append_count++;
  const char *record = action->job->audit != CXD__AUDIT_OFF ? action->record : NULL;
  engine->appends[at] = (struct append){.op = action->op, .tag = action->tag, .job = action->job, .body = action->record, .body_len = action->record_len, .intent = action->intent, .in_passing = action->in_passing};
  engine->entries[at] = (struct cxd__audit_entry){.body = record, .len = action->record_len, .resolves = action->resolves, .reserve = action->reserve, .in_passing = action->in_passing};
}

/* 1: the provider's answer was there. */
static int feed_sink(struct cxd__engine *engine) {
  cxd_token_sink *sink = engine->sink;
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = engine->sink_op, .tag = engine->sink_tag, .asked_boot_us = engine->sink_asked_us};
  if (!sink || !cxd__sink_complete(sink))
    return 0;
  engine->sink = NULL;
  if (sink->failed) {
    event.status = CXD_E_TOKEN;
    event.error = cxd__error_new(CXD_E_TOKEN, "the token provider failed: %s", sink->message ? sink->message : "no message");
    event.permanent = !sink->retryable;
    if (event.error)
      event.error->retryable = sink->retryable;
  } else {
    event.token = sink->token.text;
    event.token_len = sink->token.len;
    event.expires_in_s = sink->expires_in_s;
  }
  feed(engine, &event);
  cxd__sink_unref(sink);
  return 1;
}

/* The sink belongs to the engine and, until it is completed, to the provider as well. */
static void perform_fetch(struct cxd__engine *engine, const struct cxd__action *action) {
  const struct cxd__tools *tools = engine->tools;
  cxd_token_request request = {CXD__MAGIC_REQUEST, tools->scope, tools->token_url, action->forced};
  struct cxd__frame *frame = cxd__frame_enter(tools->frames, CXD__INSIDE_NOTHING_ALLOWED, tools->entry);
  engine->sink = frame ? cxd__sink_new(cxd__http_wake_handle(engine->http)) : NULL;
  engine->sink_op = action->op;
  engine->sink_tag = action->tag;
  engine->sink_asked_us = cxd__clock_read().boot_us;
  if (!engine->sink) {
    struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = action->op, .tag = action->tag, .status = CXD_E_NOMEM};
    feed(engine, &event);
  } else {
    int32_t said = tools->provider->fetch(tools->provider->user_data, &request, engine->sink);
    if (said == CXD_PENDING)
      cxd__log(tools->log, CXD_LOG_DEBUG, "token provider: pending");
    else if (said != CXD_ACCEPTED)
      cxd__sink_void(engine->sink, "its fetch method did not accept");
    else
      (void)cxd__sink_fail(engine->sink, 0, "its fetch method accepted without completing the sink");
  }
  if (frame)
    cxd__frame_leave(tools->frames, frame);
  engine->now = cxd__clock_read();
  (void)feed_sink(engine);
}

static void perform_abort(struct cxd__engine *engine, const struct cxd__action *action) {
  cxd__http_abort(engine->http, action->op, action->tag);
  if (!engine->sink || engine->sink_op != action->op)
    return;
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = engine->sink_op, .tag = engine->sink_tag, .status = CXD_E_CANCELLED};
  cxd__sink_unref(engine->sink); /* the provider may still complete it: into the void */
  engine->sink = NULL;
  feed(engine, &event);
}

/* There is room for it since it was begun. Its job, and the texts of its records, are gone once it was taken. */
static void perform_done(struct cxd__engine *engine, const struct cxd__action *action) {
  engine->done[engine->done_count++] = (struct done){action->op, action->job->host};
  for (size_t i = 0; i < engine->append_count; i++)
    engine->hurry |= engine->appends[i].op == action->op;
}

static void perform(struct cxd__engine *engine, const struct cxd__action *action) {
  switch (action->kind) {
  case CXD__ACT_SEND: perform_send(engine, action); return;
  case CXD__ACT_ABORT: perform_abort(engine, action); return;
  case CXD__ACT_FETCH_TOKEN: perform_fetch(engine, action); return;
  case CXD__ACT_CHECK: perform_check(engine, action); return;
  case CXD__ACT_APPEND: perform_append(engine, action); return;
  case CXD__ACT_DONE: perform_done(engine, action); return;
  case CXD__ACT_NONE: return;
  }
}

/* ------------------------------------------------------------------------ turns */

static void write_core_lines(struct cxd__engine *engine) {
  struct cxd__buf lines;
  cxd__core_take_lines(engine->core, &lines);
  for (char *line = lines.data, *end; !lines.failed && line && *line; line = end + 1) {
    end = strchr(line, '\n');
    cxd__log(engine->tools->log, line[0] - '0', "%.*s", (int)(end - line - 1), line + 1);
  }
  cxd__buf_free(&lines);
}

static void write_log(struct cxd__engine *engine) {
  if (!cxd__http_has_lines(engine->http) && !cxd__core_has_lines(engine->core))
    return;
  struct cxd__frame *frame = cxd__frame_enter(engine->tools->frames, CXD__INSIDE_NOTHING_ALLOWED, engine->tools->entry);
  if (!frame)
    return;
  cxd__http_write_lines(engine->http);
  write_core_lines(engine);
  cxd__frame_leave(engine->tools->frames, frame);
}

static int deliver(struct cxd__engine *engine) {
  struct cxd__event event = {.kind = CXD__EV_EXCHANGE};
  int any = 0;
  if (cxd__http_has_next(engine->http))
    engine->now = cxd__clock_read();
  while (cxd__http_next(engine->http, &event.op, &event.tag, &event.exchange)) {
    feed(engine, &event);
    any = 1;
  }
  return any;
}

static void heed_cancel(struct cxd__engine *engine) {
  if (!atomic_exchange(&engine->cancelled, 0))
    return;
  engine->was_cancelled = 1;
  cxd__core_cancel(engine->core, 0, cxd__clock_read());
}

static int any_to_sync(const struct cxd__engine *engine) {
  for (size_t i = 0; i < engine->append_count; i++)
    if (engine->entries[i].body && !engine->appends[i].in_passing)
      return 1;
  return 0;
}

/*
 * One commit for each look at the network: what its outcomes let begin waits until that was looked at again, without waiting for it, and shares a
 * commit with the outcomes of whatever came meanwhile. Who was told to stop does not wait.
 */
static int may_commit(const struct cxd__engine *engine) { return !engine->committed || engine->hurry || cxd__engine_cancelled(engine) || !any_to_sync(engine); }

/* All actions that are due, all records of the turn under one sync, then what the network brought. */
static int turn(struct cxd__engine *engine) {
  struct cxd__action action;
  int any = 0;
  engine->now = cxd__clock_read();
  heed_cancel(engine);
  while (cxd__core_next(engine->core, engine->now, &action)) {
    perform(engine, &action);
    heed_cancel(engine); /* it may have come while a rule ran */
    any = 1;
  }
  if (engine->append_count && may_commit(engine)) {
    sync_appends(engine);
    any = 1;
  }
  any |= feed_sink(engine);
  write_log(engine);
  return deliver(engine) || any;
}

static int64_t patience(const struct cxd__engine *engine) {
  int64_t due = cxd__core_due(engine->core);
  if (engine->append_count)
    return 0;
  if (due == INT64_MAX)
    return -1;
  int64_t left = due - cxd__clock_read().mono_us;
  return left > 0 ? left : 0;
}

/* ------------------------------------------------------------------------ jobs */

static void forget_taken(struct cxd__engine *engine) {
  if (engine->done_at == 0)
    return;
  engine->done_count -= engine->done_at;
  memmove(engine->done, engine->done + engine->done_at, engine->done_count * sizeof *engine->done);
  engine->done_at = 0;
}

static int room_for_job(struct cxd__engine *engine) {
  forget_taken(engine);
  if (engine->jobs < engine->done_room)
    return 0;
  size_t room = engine->done_room ? 2 * engine->done_room : 8;
  struct done *done = cxd__realloc(engine->done, room * sizeof *done);
  if (!done)
    return -1;
  engine->done = done;
  engine->done_room = room;
  return 0;
}

cxd_status cxd__engine_begin(struct cxd__engine *engine, const struct cxd__job *job, const struct cxd__tools *tools, uint32_t *op, cxd_error **error) {
  if (room_for_job(engine) != 0)
    return cxd__fail_nomem(error);
  engine->tools = tools;
  engine->begun = 1;
  cxd__core_want_lines(engine->core, tools->log && tools->log->write);
  cxd_status status = cxd__core_start(engine->core, job, cxd__clock_read(), op, error);
  engine->jobs += status == CXD_OK;
  return status;
}

int cxd__engine_take_done(struct cxd__engine *engine, uint32_t *op, void **host) {
  if (engine->done_at == engine->done_count)
    return 0;
  *op = engine->done[engine->done_at].op;
  *host = engine->done[engine->done_at++].host;
  engine->jobs--;
  return 1;
}

static cxd_status look(struct cxd__engine *engine, int64_t timeout_us) {
  engine->committed = 0;
  return cxd__http_wait(engine->http, timeout_us);
}

static cxd_status waited(cxd_status status, cxd_error **error) {
  return status == CXD_OK ? CXD_OK : cxd__fail(error, status, "waiting for the network failed: the host closed a descriptor that is not its own");
}

cxd_status cxd__engine_linger(struct cxd__engine *engine, cxd_error **error) {
  cxd_status status = CXD_OK;
  while (status == CXD_OK) {
    if (turn(engine))
      continue;
    int64_t left = cxd__core_linger(engine->core, cxd__clock_read()) - cxd__clock_read().mono_us;
    if (left <= 0)
      break;
    int64_t due = patience(engine);
    status = look(engine, due >= 0 && due < left ? due : left);
  }
  return waited(status, error);
}

cxd_status cxd__engine_run(struct cxd__engine *engine, const struct cxd__job *job, const struct cxd__tools *tools, uint32_t *op, cxd_error **error) {
  uint32_t done;
  void *host;
  cxd_status status = cxd__engine_begin(engine, job, tools, op, error);
  if (status != CXD_OK)
    return status;
  while (status == CXD_OK && !cxd__engine_take_done(engine, &done, &host))
    if (!turn(engine) && engine->done_at == engine->done_count)
      status = look(engine, patience(engine));
  return status == CXD_OK ? cxd__engine_linger(engine, error) : waited(status, error);
}

/* ------------------------------------------------------------- driven by the host's own loop */

int cxd__engine_fd(const struct cxd__engine *engine) { return cxd__http_fd(engine->http); }

int64_t cxd__engine_timeout_us(const struct cxd__engine *engine) {
  if (engine->begun)
    return 0;
  int64_t core = patience(engine), http = cxd__http_timeout_us(engine->http);
  return core < 0 || (http >= 0 && http < core) ? http : core;
}

cxd_status cxd__engine_look(struct cxd__engine *engine, int64_t timeout_us, cxd_error **error) {
  int64_t due = engine->begun ? 0 : patience(engine);
  return waited(look(engine, due >= 0 && (timeout_us < 0 || due < timeout_us) ? due : timeout_us), error);
}

void cxd__engine_turns(struct cxd__engine *engine) {
  engine->begun = 0;
  while (engine->tools && turn(engine))
    ;
}

/* Between runs nothing may be left behind: a token exchange this engine led goes to the next waiter. */
void cxd__engine_clear(struct cxd__engine *engine) {
  cxd__http_abort_all(engine->http);
  cxd__sink_unref(engine->sink);
  engine->sink = NULL;
  cxd__engine_forget_cancel(engine);
  cxd__core_reset(engine->core, cxd__clock_read());
  engine->done_count = engine->done_at = engine->jobs = 0;
  engine->append_count = 0;
  engine->begun = engine->committed = engine->hurry = 0;
  engine->tools = NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "core_rig.h"

#include <stdio.h>

#include "json/pointer.h"
#include "validate/report.h"

const char core_document[] =
    "{\"id\":\"c1\",\"name\":\"North\",\"status\":\"running\",\"maxConcurrentCalls\":120,\"version\":7,"
    "\"pacing\":{\"type\":\"fixed\",\"interval\":30,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85},"
    "\"advancedDialerSettings\":{\"autoRebalance\":true},\"tenant\":18446744073709551615}";

/* ------------------------------------------------------------------ open and close */

struct core_setup core_setup_default(void) {
  return (struct core_setup){
      .limit = 100,
      .window_us = 60 * SECOND,
      .margin_us = SECOND / 4,
      .budget = 140,
      .seed = 42,
      .core = {.base_path = "",
               .campaign_path = "/api/v2/outbound/campaigns/{id}",
               .oauth = {.token_url = "https://auth.test/token", .client_id = "app", .scope = "campaign:write"},
               .attempt_timeout_us = 10 * SECOND,
               .deadline_us = 180 * SECOND,
               .base_us = SECOND / 2,
               .cap_us = 20 * SECOND,
               .max_retry_after_us = 120 * SECOND,
               .max_attempts = 4}};
}

static void on_wake(void *context) { ((struct core_rig *)context)->woken++; }

static void add_core(struct core_rig *rig, const struct core_setup *setup) {
  struct cxd__core_options options = setup->core;
  options.oauth.client_secret = &rig->world->secret;
  rig->core = cxd__core_new(&rig->world->shared, &options, setup->seed);
  ck_assert_ptr_nonnull(rig->core);
  cxd__core_join(rig->core, on_wake, rig);
}

void core_rig_open_with(struct core_rig *rig, const struct core_setup *setup) {
  *rig = (struct core_rig){.own = {.now = {1000 * SECOND, 2000 * SECOND, INT64_C(1795363200000)}}};
  rig->world = &rig->own;
  ck_assert_int_eq(cxd__shared_init(&rig->own.shared, setup->limit, setup->window_us, setup->margin_us, setup->budget, setup->jitter), 0);
  ck_assert_int_eq(cxd__secret_set(&rig->own.secret, "s3cret", 6), 0);
  add_core(rig, setup);
}

void core_rig_open(struct core_rig *rig) {
  struct core_setup setup = core_setup_default();
  core_rig_open_with(rig, &setup);
}

void core_rig_join(struct core_rig *rig, struct core_rig *first, const struct core_setup *setup) {
  *rig = (struct core_rig){.world = first->world};
  add_core(rig, setup);
}

void core_rig_open_two(struct core_rig *rig, struct core_rig *other) {
  struct core_setup setup = core_setup_default();
  core_rig_open_with(rig, &setup);
  setup.seed = 43;
  core_rig_join(other, rig, &setup);
}

void core_rig_reopen(struct core_rig *rig, const struct core_setup *setup) {
  core_rig_close(rig);
  core_rig_open_with(rig, setup);
}

void core_rig_close(struct core_rig *rig) {
  cxd__core_reset(rig->core, rig->world->now);
  cxd__core_leave(rig->core);
  cxd__core_free(rig->core);
  cxd_campaign_free(rig->change);
  if (rig->world != &rig->own)
    return;
  cxd__shared_free(&rig->own.shared);
  cxd__secret_clear(&rig->own.secret);
}

/* --------------------------------------------------------------------------- time */

void core_pass(struct core_rig *rig, int64_t us) {
  cxd__now *now = &rig->world->now;
  now->mono_us += us;
  now->boot_us += us;
  now->wall_ms += us / 1000;
}

void core_pass_to_due(struct core_rig *rig) {
  int64_t due = cxd__core_due(rig->core);
  ck_assert_int_ne(due, INT64_MAX);
  ck_assert_int_gt(due, rig->world->now.mono_us);
  core_pass(rig, due - rig->world->now.mono_us);
}

/* ------------------------------------------------------------------ start and expect */

struct cxd__job core_apply(struct core_rig *rig, const char *change) {
  cxd_campaign_free(rig->change);
  rig->change = NULL;
  ck_assert_int_eq(cxd__campaign_make(change, strlen(change), "change", &rig->change, NULL), CXD_OK);
  return (struct cxd__job){.kind = CXD__JOB_APPLY, .change = rig->change, .audit = CXD__AUDIT_REQUIRED};
}

void core_start(struct core_rig *rig, const struct cxd__job *job) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__core_start(rig->core, job, rig->world->now, &rig->op, &error), CXD_OK);
  ck_assert_ptr_null(error);
}

static const char *kind_name(enum cxd__action_kind kind) {
  static const char *const names[] = {"NONE", "SEND", "ABORT", "FETCH_TOKEN", "CHECK", "APPEND", "DONE"};
  return names[kind];
}

static void feed(struct core_rig *rig, struct cxd__event *event) {
  cxd__core_feed(rig->core, rig->world->now, event);
  cxd__exchange_clear(&event->exchange);
  cxd_report_free(event->report);
  cxd_error_free(event->error);
  cxd__free(event->sealed);
  cxd__free(event->basis);
}

/* As an engine does it: appended on the spot, and what became of it told. */
static void take_note(struct core_rig *rig) {
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = rig->act.op, .tag = rig->act.tag, .status = rig->note_status};
  ck_assert_uint_lt(rig->note_count, CORE_NOTES);
  ck_assert_uint_lt(rig->act.record_len, sizeof rig->notes[0]);
  ck_assert_uint_eq(strlen(rig->act.record), rig->act.record_len);
  ck_assert_int_eq(rig->act.reserve, 0);
  memcpy(rig->notes[rig->note_count++], rig->act.record, rig->act.record_len + 1);
  feed(rig, &event);
}

void core_next(struct core_rig *rig) {
  do {
    rig->act = (struct cxd__action){.kind = CXD__ACT_NONE};
    (void)cxd__core_next(rig->core, rig->world->now, &rig->act);
    if (rig->act.in_passing)
      take_note(rig);
  } while (rig->act.in_passing);
}

void core_expect(struct core_rig *rig, enum cxd__action_kind kind) {
  core_next(rig);
  ck_assert_msg(rig->act.kind == kind, "%s instead of %s%s%s", kind_name(rig->act.kind), kind_name(kind), rig->act.record ? ": " : "", rig->act.record ? rig->act.record : "");
}

void core_expect_send(struct core_rig *rig, enum cxd__class kind) {
  core_expect(rig, CXD__ACT_SEND);
  ck_assert_int_eq(rig->act.request.kind, kind);
  ck_assert_int_gt(rig->act.request.timeout_us, 0);
}

void core_expect_nothing(struct core_rig *rig) { core_expect(rig, CXD__ACT_NONE); }

/* -------------------------------------------------------------------------- answers */

void core_answer_to(struct core_rig *rig, const struct cxd__action *action, const struct core_answer *answer) {
  struct cxd__event event = {.kind = CXD__EV_EXCHANGE, .op = action->op, .tag = action->tag};
  struct cxd__exchange *e = &event.exchange;
  e->way = answer->way;
  e->http_status = answer->http;
  e->sends = answer->unsent ? 0 : 1;
  e->sent_mono_us = answer->unsent ? 0 : rig->world->now.mono_us;
  e->sent_boot_us = answer->unsent ? 0 : rig->world->now.boot_us;
  core_pass(rig, answer->took_us);
  e->end_mono_us = rig->world->now.mono_us;
  if (answer->body)
    cxd__buf_str(&e->body, answer->body);
  e->etag = cxd__strdup(answer->etag);
  e->retry_after = cxd__strdup(answer->retry_after);
  e->rate_limit = cxd__strdup(answer->rate_limit);
  e->weak_etag = answer->weak_etag;
  e->date = cxd__strdup(answer->date);
  e->request_id = cxd__strdup(answer->request_id);
  if (answer->way != CXD__WAY_ANSWER)
    e->detail = cxd__strdup("the way was cut");
  feed(rig, &event);
}

void core_answer(struct core_rig *rig, const struct core_answer *answer) { core_answer_to(rig, &rig->act, answer); }

void core_checked(struct core_rig *rig, cxd_status status) {
  struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = rig->act.op, .tag = rig->act.tag, .status = status, .report = cxd__report_new()};
  event.basis = rig->act.merged && rig->basis ? cxd__strdup(rig->basis) : NULL;
  ck_assert_ptr_nonnull(event.report);
  if (status != CXD_OK) {
    (void)cxd_report_add(event.report, CXD_SEVERITY_ERROR, "pacing.interval", "/pacing/interval", "too short");
    event.error = cxd__error_new(status, "refused by the test");
  }
  feed(rig, &event);
}

void core_checked_until(struct core_rig *rig, int64_t valid_until_ms) {
  struct cxd__event event = {.kind = CXD__EV_CHECKED, .op = rig->act.op, .tag = rig->act.tag, .status = CXD_OK, .report = cxd__report_new(), .valid_until_ms = valid_until_ms};
  ck_assert_ptr_nonnull(event.report);
  feed(rig, &event);
}

void core_appended(struct core_rig *rig, cxd_status status) {
  struct cxd__event event = {.kind = CXD__EV_APPENDED, .op = rig->act.op, .tag = rig->act.tag, .status = status, .took_us = 200};
  if (status == CXD_OK) {
    event.seq = 5;
    event.sealed = cxd__strdup("{\"sealed\":true}");
  } else
    event.error = cxd__error_new(status, "the disk is full");
  feed(rig, &event);
}

void core_token_given(struct core_rig *rig, const char *token, int64_t expires_in_s) {
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = rig->act.op, .tag = rig->act.tag, .token = token, .token_len = strlen(token), .expires_in_s = expires_in_s,
                             .asked_boot_us = rig->world->now.boot_us};
  feed(rig, &event);
}

void core_token_denied(struct core_rig *rig, int permanent) {
  struct cxd__event event = {.kind = CXD__EV_TOKEN, .op = rig->act.op, .tag = rig->act.tag, .status = CXD_E_TOKEN, .permanent = permanent,
                             .error = cxd__error_new(CXD_E_TOKEN, "the provider has none")};
  feed(rig, &event);
}

/* ------------------------------------------------------------------------ short cuts */

void core_expect_put_again(struct core_rig *rig) {
  core_next(rig);
  if (rig->act.kind == CXD__ACT_CHECK) {
    core_checked(rig, CXD_OK);
    core_expect_send(rig, CXD__CLASS_PUT);
    return;
  }
  ck_assert_msg(rig->act.kind == CXD__ACT_SEND, "%s instead of SEND", kind_name(rig->act.kind));
  ck_assert_int_eq(rig->act.request.kind, CXD__CLASS_PUT);
}

void core_check_ok(struct core_rig *rig) {
  core_expect(rig, CXD__ACT_CHECK);
  core_checked(rig, CXD_OK);
}

void core_append_ok(struct core_rig *rig) {
  core_expect(rig, CXD__ACT_APPEND);
  core_appended(rig, CXD_OK);
}

void core_get_token(struct core_rig *rig) {
  core_expect_send(rig, CXD__CLASS_TOKEN);
  ANSWER(rig, .http = 200, .body = "{\"access_token\":\"tok-1\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
}

void core_give_token(struct core_rig *rig, const char *token, int64_t expires_in_s) {
  char body[200];
  (void)snprintf(body, sizeof body, "{\"access_token\":\"%s\",\"token_type\":\"bearer\",\"expires_in\":%lld}", token, (long long)expires_in_s);
  core_expect_send(rig, CXD__CLASS_TOKEN);
  ANSWER(rig, .http = 200, .body = body);
}

void core_to_get(struct core_rig *rig, const char *change) {
  struct cxd__job job = core_apply(rig, change);
  core_start(rig, &job);
  core_check_ok(rig);
  core_get_token(rig);
  core_expect_send(rig, CXD__CLASS_GET);
}

void core_round_to_put(struct core_rig *rig, const char *document, const char *etag) {
  ANSWER(rig, .http = 200, .body = document, .etag = etag);
  core_check_ok(rig);
  core_append_ok(rig);
  core_expect_send(rig, CXD__CLASS_PUT);
}

void core_to_put(struct core_rig *rig, const char *change) {
  core_to_get(rig, change);
  core_round_to_put(rig, core_document, "\"v7\"");
}

void core_finish(struct core_rig *rig) {
  core_append_ok(rig);
  core_expect(rig, CXD__ACT_DONE);
}

void core_start_get(struct core_rig *rig) {
  struct cxd__job job = {.kind = CXD__JOB_GET, .id = "c1"};
  core_start(rig, &job);
}

void core_finish_get(struct core_rig *rig) {
  core_expect_send(rig, CXD__CLASS_GET);
  ANSWER(rig, .http = 200, .body = core_document);
  core_assert_get_ends(rig, CXD_OK);
}

void core_finish_get_with(struct core_rig *rig, const char *token) {
  core_expect_send(rig, CXD__CLASS_GET);
  ck_assert_str_eq(rig->act.request.bearer, token);
  ANSWER(rig, .http = 200, .body = core_document);
  core_assert_get_ends(rig, CXD_OK);
}

cxd_error *core_end_of_get(struct core_rig *rig, cxd_status status) {
  struct cxd__buf body = {0};
  cxd_error *error = NULL;
  char *etag = NULL;
  core_expect(rig, CXD__ACT_DONE);
  cxd_status got = cxd__core_take_reply(rig->core, rig->op, &body, &etag, &error);
  ck_assert_msg(got == status, "%s instead of %s: %s", cxd_status_name(got), cxd_status_name(status), cxd_error_message(error));
  cxd__core_drop(rig->core, rig->op);
  cxd__buf_free(&body);
  cxd__free(etag);
  return error;
}

void core_assert_get_ends(struct core_rig *rig, cxd_status status) { cxd_error_free(core_end_of_get(rig, status)); }

cxd_result *core_take_result(struct core_rig *rig) {
  cxd_result *result = cxd__core_take_result(rig->core, rig->op);
  ck_assert_ptr_nonnull(result);
  cxd__core_drop(rig->core, rig->op);
  core_expect_nothing(rig);
  return result;
}

void core_assert_result(struct core_rig *rig, int32_t outcome, cxd_status status) {
  core_expect(rig, CXD__ACT_DONE);
  cxd_result *result = core_take_result(rig);
  ck_assert_msg(result->outcome == outcome && result->status == status, "%s %s instead of %s %s: %s", cxd__outcome_name(result->outcome), cxd_status_name(result->status),
                cxd__outcome_name(outcome), cxd_status_name(status), cxd_error_message(result->error));
  ck_assert_int_eq(cxd_error_status(result->error), status);
  cxd_result_free(result);
}

void core_assert_ends(struct core_rig *rig, int32_t outcome, cxd_status status) {
  core_append_ok(rig);
  core_assert_result(rig, outcome, status);
}

/* --------------------------------------------------------------------------- records */

struct cxd__slice core_record(const struct core_rig *rig) {
  static char text[1 << 17];
  struct cxd__slice root = {0};
  size_t len = rig->act.record_len;
  ck_assert_int_eq(rig->act.kind, CXD__ACT_APPEND);
  ck_assert_uint_eq(strlen(rig->act.record), len);
  ck_assert_uint_lt(len + 3, sizeof text);
  text[0] = '{';
  memcpy(text + 1, rig->act.record, len);
  memcpy(text + 1 + len, "}", 2);
  cxd_error *error = NULL;
  cxd_status status = cxd__json_check_deep(text, len + 2, "record", CXD__JSON_RECORD_DEPTH, &root, &error);
  ck_assert_msg(status == CXD_OK, "%s in %s", cxd_error_message(error), text);
  for (size_t i = 0; i < len; i++)
    ck_assert_msg((unsigned char)rig->act.record[i] >= 0x20, "a control byte in a record");
  return root;
}

void core_assert_note(const struct core_rig *rig, size_t n, const char *text) {
  ck_assert_uint_lt(n, rig->note_count);
  ck_assert_msg(strstr(rig->notes[n], text) != NULL, "%s is not in %s", text, rig->notes[n]);
}

void core_assert_member(struct cxd__slice object, const char *pointer, const char *raw) {
  struct cxd__slice value = cxd__json_find(object, pointer);
  if (!raw) {
    ck_assert_msg(value.p == NULL, "%s is %.*s", pointer, (int)value.len, value.p ? value.p : "");
    return;
  }
  ck_assert_msg(value.p != NULL, "%s is missing", pointer);
  ck_assert_msg(value.len == strlen(raw) && memcmp(value.p, raw, value.len) == 0, "%s is %.*s instead of %s", pointer, (int)value.len, value.p, raw);
}

void core_assert_body(const struct core_rig *rig, const char *pointer, const char *raw) {
  struct cxd__slice body = {rig->act.request.body, rig->act.request.body_len};
  core_assert_member(body, pointer, raw);
}

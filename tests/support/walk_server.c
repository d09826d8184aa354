/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "walk_server.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/pointer.h"

struct walk w;

/* -------------------------------------------------------------------- the server */

static void document(struct cxd__buf *out) {
  cxd__buf_str(out, "{\"id\":\"c1\"");
  if (w.mode != NONE)
    cxd__buf_fmt(out, ",\"version\":%lld", (long long)w.version);
  for (int i = 0; i < MEMBERS; i++)
    if (w.m[i])
      cxd__buf_fmt(out, ",\"m%d\":%lld", i, (long long)w.m[i]);
  cxd__buf_char(out, '}');
}

static void write_member(int i, int64_t value) {
  for (int k = 0; k < w.op_count; k++)
    if (w.m[i] != value && w.ops[k].member == i && w.ops[k].value == w.m[i])
      w.ops[k].overwritten = 1;
  w.m[i] = value;
}

static struct late_put read_put(const struct cxd__action *act, struct op *op) {
  struct cxd__slice body = {act->request.body, act->request.body_len};
  struct late_put put = {.op = op, .conditional = act->request.if_match != NULL};
  for (int i = 0; i < MEMBERS; i++) {
    char pointer[16];
    (void)snprintf(pointer, sizeof pointer, "/m%d", i);
    (void)cxd__json_int(cxd__json_find(body, pointer), &put.m[i]);
  }
  if (w.mode == VERSION && cxd__json_int(cxd__json_find(body, "/version"), &put.version))
    put.conditional = 1;
  else if (act->request.if_match)
    put.version = strtoll(act->request.if_match + 2, NULL, 10);
  return put;
}

static int apply(const struct late_put *put) {
  if (put->conditional && put->version != w.version)
    return 0;
  for (int i = 0; i < MEMBERS; i++)
    write_member(i, put->m[i]);
  w.version++;
  put->op->applied++;
  ck_assert_msg(w.mode == NONE || put->op->job.replace || put->op->applied == 1, "an update was applied twice");
  return 1;
}

static void maybe_later(const struct late_put *put) {
  if (w.late_count == LATE)
    return;
  w.late[w.late_count++] = *put;
  put->op->late = 1;
}

void server_others_write(void) {
  write_member((int)below(MEMBERS), 500000 + (int64_t)below(3));
  w.version++;
}

void server_late_arrives(void) {
  if (w.late_count)
    (void)apply(&w.late[--w.late_count]);
}

void server_saw(const struct pending *p, int unsent) {
  if (!unsent && p->act.request.kind != CXD__CLASS_TOKEN && w.sent_count < SENDS)
    w.sent_at[w.sent_count++] = chance(50) ? p->at : now_us();
}

/* ------------------------------------------------------------------- its answers */

static const char *some_retry_after(void) {
  static const char *const fields[] = {"0", "1", "3", "-1", "junk", "200", "Sun, 06 Nov 1994 08:49:37 GMT", "99999999999999", "2, 5"};
  return chance(50) ? NULL : fields[below(sizeof fields / sizeof *fields)];
}

static struct core_answer trouble(void) {
  static const enum cxd__way ways[] = {CXD__WAY_CONNECT, CXD__WAY_TLS, CXD__WAY_HANDSHAKE, CXD__WAY_TIMEOUT, CXD__WAY_LOST, CXD__WAY_REFUSED};
  static const int32_t codes[] = {400, 403, 404, 408, 409, 412, 421, 422, 423, 425, 429, 429, 500, 502, 503, 503, 302, 501, 401, 401};
  if (chance(40))
    return (struct core_answer){.way = ways[below(6)], .unsent = 1};
  return (struct core_answer){.http = codes[below(sizeof codes / sizeof *codes)], .retry_after = some_retry_after(), .body = chance(20) ? "{\"message\":\"no\"}" : NULL};
}

static void answer_read(struct pending *p) {
  struct cxd__buf text = {0};
  char etag[32];
  (void)snprintf(etag, sizeof etag, "\"v%lld\"", (long long)w.version);
  document(&text);
  struct core_answer answer = trouble();
  int fine = chance(75), odd = chance(10);
  server_saw(p, !fine && !odd && answer.unsent);
  if (fine)
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = text.data, .etag = w.mode == ETAG ? etag : NULL, .took_us = (int64_t)below(300000));
  else if (odd)
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = chance(50) ? "<html>" : "{", .way = chance(50) ? CXD__WAY_ANSWER : CXD__WAY_LOST);
  else
    core_answer_to(p->rig, &p->act, &answer);
  cxd__buf_free(&text);
}

static struct core_answer lost_answer(void) {
  static const enum cxd__way ways[] = {CXD__WAY_TIMEOUT, CXD__WAY_LOST, CXD__WAY_RESEND};
  static const int32_t codes[] = {500, 502, 503, 504, 408};
  if (chance(50))
    return (struct core_answer){.way = ways[below(3)], .took_us = (int64_t)below(9 * SECOND)};
  return (struct core_answer){.http = codes[below(5)]};
}

/* What is said about a PUT fits what was done with it. */
static struct core_answer put_answer(const struct late_put *put) {
  if (chance(25)) {
    struct core_answer answer = trouble();
    if (answer.http < 500 && answer.http != 408)
      return answer;
  }
  if (chance(30)) {
    if (chance(50))
      (void)apply(put);
    else if (chance(50))
      maybe_later(put);
    return lost_answer();
  }
  if (put->conditional && put->version != w.version)
    return (struct core_answer){.http = 412};
  if (chance(10)) {
    if (chance(50))
      (void)apply(put);
    else
      maybe_later(put);
    return (struct core_answer){.http = 202};
  }
  (void)apply(put);
  if (chance(30)) {
    cxd__buf_reset(&w.echo);
    document(&w.echo);
    return (struct core_answer){.http = 200, .body = chance(80) ? w.echo.data : "{\"id\":\"c1\"}"};
  }
  return (struct core_answer){.http = chance(50) ? 200 : 204, .way = chance(3) ? CXD__WAY_TOO_LARGE : CXD__WAY_ANSWER};
}

static void answer_put(struct pending *p) {
  struct late_put put = read_put(&p->act, p->op);
  struct core_answer answer = put_answer(&put);
  server_saw(p, answer.unsent);
  p->op->open_sends--;
  p->op->sends += !answer.unsent;
  core_answer_to(p->rig, &p->act, &answer);
}

static void answer_aborted(struct pending *p) {
  int unsent = chance(50);
  server_saw(p, unsent);
  if (p->act.request.kind == CXD__CLASS_PUT) {
    struct late_put put = read_put(&p->act, p->op);
    p->op->open_sends--;
    p->op->sends += !unsent;
    if (!unsent && chance(50))
      (void)apply(&put);
  }
  ANSWER_TO(p->rig, &p->act, .way = CXD__WAY_ABORTED, .unsent = unsent);
}

static void answer_token(struct pending *p) {
  static const char *const bodies[] = {"{\"access_token\":\"t\",\"expires_in\":3600}", "{\"access_token\":\"t\",\"expires_in\":40}", "{\"access_token\":\"t\",\"expires_in\":1}", "{\"access_token\":\"\"}", "?"};
  if (chance(85))
    ANSWER_TO(p->rig, &p->act, .http = 200, .body = bodies[chance(90) ? below(2) : below(5)]);
  else {
    struct core_answer answer = trouble();
    core_answer_to(p->rig, &p->act, &answer);
  }
}

static void answer_fetch(struct pending *p) {
  p->rig->act = p->act;
  if (!p->aborted && chance(85))
    core_token_given(p->rig, "own", chance(80) ? 3600 : 2);
  else
    core_token_denied(p->rig, chance(30));
}

static void answer_check(struct pending *p) {
  static const cxd_status bad[] = {CXD_E_INVALID, CXD_E_WINDOW_CLOSED, CXD_E_RULE, CXD_E_NOMEM};
  p->rig->act = p->act;
  core_checked(p->rig, chance(95) ? CXD_OK : bad[below(4)]);
}

static void answer_append(struct pending *p) {
  static const cxd_status bad[] = {CXD_E_AUDIT, CXD_E_TOO_LARGE};
  int intent = strncmp(p->act.record, "\"k\":\"intent\"", 12) == 0;
  cxd_status status = chance(95) ? CXD_OK : bad[below(2)];
  if (intent && status == CXD_OK)
    p->op->intent_ready = 1;
  p->rig->act = p->act;
  core_appended(p->rig, status);
}

void server_answer(int i) {
  struct pending p = w.open[i];
  w.open[i] = w.open[--w.open_count];
  w.attention[p.rig - w.rigs] = 1;
  if (p.act.kind == CXD__ACT_CHECK)
    answer_check(&p);
  else if (p.act.kind == CXD__ACT_APPEND)
    answer_append(&p);
  else if (p.act.kind == CXD__ACT_FETCH_TOKEN)
    answer_fetch(&p);
  else if (p.aborted && chance(80))
    answer_aborted(&p);
  else if (p.act.request.kind == CXD__CLASS_TOKEN)
    answer_token(&p);
  else if (p.act.request.kind == CXD__CLASS_PUT)
    answer_put(&p);
  else
    answer_read(&p);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "audit/state.h"

#include <string.h>

#include "base/error.h"

struct cxd__seal *cxd__seals_of(const struct cxd__seals *seals, const char *kid) {
  if (!kid[0])
    return seals->plain;
  return strcmp(kid, seals->own->kid) == 0 ? seals->own : NULL;
}

void cxd__state_free(struct cxd__state *state) {
  cxd__opens_free(&state->opens);
  *state = (struct cxd__state){.ended = 0};
}

static void mark(struct cxd__state *state, const struct cxd__fields *fields) {
  state->since = 0;
  if (!cxd__json_int(fields->bt, &state->mark_us))
    state->mark_us = 0;
  (void)cxd__field_text(fields->boot, state->mark_boot, sizeof state->mark_boot);
}

static void genesis(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  char time[40];
  state->first = line->link;
  memcpy(state->kid, line->kid, sizeof state->kid);
  memcpy(state->day, cxd__field_text(fields->t, time, sizeof time) >= 10 ? time : "0000-00-00", 10);
  state->day[10] = '\0';
  state->intents = state->outcomes = 0;
  state->ended = 0;
  mark(state, fields);
}

static void intent(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  state->intents++;
  if (fields->op.p)
    cxd__opens_add(&state->opens, line->link.seq);
}

static void outcome(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  int64_t seq;
  (void)line;
  state->outcomes++;
  cxd__opens_end(&state->opens, fields->op);
  if (cxd__json_int(fields->intent_seq, &seq))
    cxd__opens_end_seq(&state->opens, seq);
}

static void checkpoint(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  (void)line;
  (void)cxd__json_int(fields->intents, &state->intents);
  (void)cxd__json_int(fields->outcomes, &state->outcomes);
  mark(state, fields);
}

static void rotate(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  (void)line;
  state->ended = 1;
  (void)cxd__field_text(fields->why, state->why, sizeof state->why);
}

static const struct {
  const char *kind;
  void (*apply)(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields);
} kinds[] = {{"genesis", genesis}, {"intent", intent}, {"outcome", outcome}, {"checkpoint", checkpoint}, {"rotate", rotate}};

int cxd__state_needs(const struct cxd__line *line) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (cxd__line_is(line, kinds[i].kind))
      return 1;
  return 0;
}

int cxd__state_ready(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  return cxd__line_is(line, "intent") && fields->op.p ? cxd__opens_ready(&state->opens, fields) : 0;
}

void cxd__state_unready(struct cxd__state *state) { cxd__opens_unready(&state->opens); }

void cxd__state_apply(struct cxd__state *state, const struct cxd__line *line, const struct cxd__fields *fields) {
  state->last = line->link;
  state->since++;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (cxd__line_is(line, kinds[i].kind))
      kinds[i].apply(state, line, fields);
}

static const char *misfit(const struct cxd__state *state, const struct cxd__seals *seals, const struct cxd__line *line) {
  struct cxd__seal *seal = cxd__seals_of(seals, line->kid);
  if (line->link.seq != state->last.seq + 1)
    return "has another number than the one that is due";
  if (memcmp(line->prev, state->last.h, sizeof line->prev) != 0)
    return "does not follow the record before it";
  if (!seal || strcmp(line->kid, state->kid) != 0)
    return "is sealed with another key than the rest of its segment";
  return cxd__line_fits(line, seal) ? NULL : "is not what its hash was made from";
}

static cxd_status apply_checked(struct cxd__state *state, const struct cxd__line *line, const char **what) {
  struct cxd__slice record;
  struct cxd__fields fields;
  cxd_status status = cxd__json_check_deep(line->text.p, line->text.len, "record", CXD__JSON_RECORD_DEPTH, &record, NULL);
  if (status == CXD_E_NOMEM)
    return status;
  *what = "is not JSON";
  if (status != CXD_OK)
    return CXD_E_AUDIT;
  cxd__fields_read(line, &fields);
  if (cxd__state_ready(state, line, &fields) != 0)
    return CXD_E_NOMEM;
  cxd__state_apply(state, line, &fields);
  *what = NULL;
  return CXD_OK;
}

static const char no_record[] = "is not a whole record";

cxd_status cxd__state_take(struct cxd__state *state, const struct cxd__seals *seals, struct cxd__slice text, const char **what) {
  struct cxd__line line;
  if (!cxd__line_read(text.p, text.len, &line))
    *what = no_record;
  else if (state->ended)
    *what = "stands behind the end of its segment";
  else if (cxd__line_is(&line, "genesis"))
    *what = "is a genesis in the middle of a segment";
  else
    *what = misfit(state, seals, &line);
  return *what ? CXD_E_AUDIT : apply_checked(state, &line, what);
}

cxd_status cxd__state_begin(struct cxd__state *state, const struct cxd__seals *seals, struct cxd__slice text, const char **what) {
  struct cxd__line line;
  struct cxd__state behind = *state;
  if (!cxd__line_read(text.p, text.len, &line) || !cxd__line_is(&line, "genesis")) {
    *what = no_record;
    return CXD_E_AUDIT;
  }
  behind.last.seq = line.link.seq - 1;
  memcpy(behind.last.h, line.prev, sizeof line.prev);
  memcpy(behind.kid, line.kid, sizeof line.kid);
  *what = misfit(&behind, seals, &line);
  return *what ? CXD_E_AUDIT : apply_checked(state, &line, what);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CORE_RIG_H
#define CXD_TESTS_CORE_RIG_H

#include <check.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/core.h"
#include "json/campaign.h"
#include "json/value.h"

/*
 * The core without sockets, files and clocks: a test starts a job, says which action it expects next, and answers it.
 * Time stands still unless the test moves it. Several rigs may share one client (core_rig_join).
 */
struct core_world {
  struct cxd__shared shared;
  struct cxd__secret secret;
  cxd__now now;
};

#define CORE_NOTES 32

struct core_rig {
  struct core_world own;
  struct core_world *world; /* own, or another rig's */
  struct cxd__core *core;
  struct cxd__action act;   /* the last action that came out */
  cxd_campaign *change;     /* of the running update */
  uint32_t op;
  char notes[CORE_NOTES][512]; /* bodies of the records in passing, in order; they are appended on the way to the next action */
  size_t note_count;
  cxd_status note_status;   /* what becomes of them */
  const char *basis;        /* what checks of a merged campaign are based on; NULL: they do not say */
  int woken;                /* how often another core asked this one to look again */
};

struct core_setup {
  size_t limit;
  int64_t window_us, margin_us, budget;
  double jitter;
  struct cxd__core_options core;
  uint64_t seed;
};

/* What a server might answer; zeros are a plain answer with one send. */
struct core_answer {
  int32_t http;
  const char *body, *etag, *retry_after, *rate_limit, *date, *request_id;
  enum cxd__way way;
  int32_t unsent;       /* nothing left the process */
  int32_t weak_etag;
  int64_t took_us;
};

#define SECOND INT64_C(1000000)

#define INTERVAL_60 "{\"id\":\"c1\",\"pacing\":{\"interval\":60}}" /* the change that most tests ask for */

extern const char core_document[]; /* a campaign with id c1, version 7, interval 30 and 120 concurrent calls */
#define DOC(version, interval, name) /* a smaller one, as the server may have it */ \
  "{\"id\":\"c1\",\"name\":\"" name "\",\"version\":" #version ",\"pacing\":{\"interval\":" #interval ",\"throttlePercent\":0.85},\"maxConcurrentCalls\":120}"

struct core_setup core_setup_default(void);
void core_rig_open(struct core_rig *rig);
void core_rig_open_with(struct core_rig *rig, const struct core_setup *setup);
void core_rig_join(struct core_rig *rig, struct core_rig *first, const struct core_setup *setup); /* another core of the same client */
void core_rig_open_two(struct core_rig *rig, struct core_rig *other); /* one client with two cores; close the other one first */
void core_rig_reopen(struct core_rig *rig, const struct core_setup *setup); /* a new client in place of the open one */
void core_rig_close(struct core_rig *rig);

void core_pass(struct core_rig *rig, int64_t us); /* time goes by */
void core_pass_to_due(struct core_rig *rig);      /* to the next timer, which must lie ahead */

/* Starts an update from JSON text without a base; the rig keeps the campaign until it is closed or the next begins. */
struct cxd__job core_apply(struct core_rig *rig, const char *change);
void core_start(struct core_rig *rig, const struct cxd__job *job);

void core_next(struct core_rig *rig);   /* the next action, whatever it is, into rig->act */
void core_expect(struct core_rig *rig, enum cxd__action_kind kind); /* the next action, into rig->act */
void core_expect_send(struct core_rig *rig, enum cxd__class kind);
void core_expect_nothing(struct core_rig *rig);
void core_expect_put_again(struct core_rig *rig); /* the SEND of a PUT that had to wait, after one more CHECK where it waited long */

/* Answer the action in rig->act, or (_to) an earlier one. */
void core_answer_to(struct core_rig *rig, const struct cxd__action *action, const struct core_answer *answer);
void core_answer(struct core_rig *rig, const struct core_answer *answer);
#define ANSWER(rig, ...) core_answer((rig), &(struct core_answer){__VA_ARGS__})
#define ANSWER_TO(rig, action, ...) core_answer_to((rig), (action), &(struct core_answer){__VA_ARGS__})
void core_checked(struct core_rig *rig, cxd_status status);  /* of a CHECK; any status but CXD_OK brings one finding */
void core_checked_until(struct core_rig *rig, int64_t valid_until_ms); /* accepts, up to that wall clock */
void core_appended(struct core_rig *rig, cxd_status status); /* of an APPEND */
void core_token_given(struct core_rig *rig, const char *token, int64_t expires_in_s); /* of a FETCH_TOKEN */
void core_token_denied(struct core_rig *rig, int permanent);

/* Short cuts through what a test is not about. */
void core_check_ok(struct core_rig *rig);  /* expects a CHECK and accepts */
void core_append_ok(struct core_rig *rig); /* expects an APPEND and takes it */
void core_get_token(struct core_rig *rig); /* expects the token exchange and answers it: "tok-1", an hour */
void core_give_token(struct core_rig *rig, const char *token, int64_t expires_in_s); /* the same with another token */
void core_to_get(struct core_rig *rig, const char *change);    /* to the SEND of the GET, which is in rig->act */
void core_to_put(struct core_rig *rig, const char *change);    /* to the SEND of the PUT; the server had core_document, ETag "v7" */
void core_round_to_put(struct core_rig *rig, const char *document, const char *etag); /* from a GET in rig->act to the PUT */
void core_finish(struct core_rig *rig);    /* outcome record and DONE */

void core_assert_note(const struct core_rig *rig, size_t n, const char *text); /* the nth record in passing, from 0, has this text in it */

/* A GET of campaign c1, from its start to its end. */
void core_start_get(struct core_rig *rig);
void core_finish_get(struct core_rig *rig); /* expects its SEND, answers it with core_document, and it ends well */
void core_finish_get_with(struct core_rig *rig, const char *token); /* and the SEND carries this token */
cxd_error *core_end_of_get(struct core_rig *rig, cxd_status status); /* DONE, its error, dropped; the caller frees */
void core_assert_get_ends(struct core_rig *rig, cxd_status status);

cxd_result *core_take_result(struct core_rig *rig);
void core_assert_ends(struct core_rig *rig, int32_t outcome, cxd_status status); /* outcome record, DONE, result, dropped */
void core_assert_result(struct core_rig *rig, int32_t outcome, cxd_status status); /* DONE, result, dropped */

struct cxd__slice core_record(const struct core_rig *rig); /* the record in rig->act as checked JSON; wrapped in braces, lives until the next call */
void core_assert_member(struct cxd__slice object, const char *pointer, const char *raw);
void core_assert_body(const struct core_rig *rig, const char *pointer, const char *raw); /* of the SEND in rig->act */

#endif

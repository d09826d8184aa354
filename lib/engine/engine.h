/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__ENGINE_ENGINE_H
#define CXD__ENGINE_ENGINE_H

#include <cxdialer/cxdialer.h>

#include "audit/log.h"
#include "core/core.h"
#include "engine/frames.h"
#include "http/http.h"
#include "validate/validator.h"

/*
 * The driver: takes actions from the core, performs them, feeds the results back. One engine is used by one thread at a
 * time; it keeps its connections between runs. No lock is held while it performs anything.
 */
struct cxd__engine;

/* What an engine performs with. Borrowed for a run. */
struct cxd__tools {
  cxd_validator *validator;             /* PLAN, APPLY */
  struct cxd__audit *audit;             /* APPLY with an audit mode other than off */
  const cxd_token_provider *provider;   /* NULL: tokens come from the core's own exchange */
  const char *scope, *token_url;
  struct cxd__frames *frames;
  uintptr_t entry;                      /* cxd__entry() of the public function */
  const cxd_log *log;
  /* Jobs that announce: their PUTs leave next, their intents (lines or bodies, without a newline) are durable. 1: agreed. NULL: nobody asks. */
  int (*announce)(void *context, void *const *hosts, const char *const *intents, size_t count);
  void *context;
};

cxd_status cxd__engine_new(struct cxd__shared *shared, const struct cxd__core_options *core, const struct cxd__http_options *http, struct cxd__engine **out, cxd_error **error);
void cxd__engine_free(struct cxd__engine *engine);
void cxd__engine_free_forked(struct cxd__engine *engine);

/* Runs one job to its end. The operation stays until cxd__engine_clear, for cxd__core_take_*. */
cxd_status cxd__engine_run(struct cxd__engine *engine, const struct cxd__job *job, const struct cxd__tools *tools, uint32_t *op, cxd_error **error);

/*
 * The same in pieces, for any number of jobs at a time and a loop of the host's. begin: the job runs from the next step on; its texts and
 * `tools`, the same for all, are borrowed until it was dropped. Then: poll the descriptor for reading, at most so long (-1: for ever),
 * look, which takes in what the network has brought (after waiting for it, or for the next timer, at most timeout_us; -1: as long as it takes), then turns, which does all that can be done
 * without the network; take_done: what has come to its end, until 0.
 */
cxd_status cxd__engine_begin(struct cxd__engine *engine, const struct cxd__job *job, const struct cxd__tools *tools, uint32_t *op, cxd_error **error);
int cxd__engine_fd(const struct cxd__engine *engine);
int64_t cxd__engine_timeout_us(const struct cxd__engine *engine);
cxd_status cxd__engine_look(struct cxd__engine *engine, int64_t timeout_us, cxd_error **error);
void cxd__engine_turns(struct cxd__engine *engine);
int cxd__engine_take_done(struct cxd__engine *engine, uint32_t *op, void **host);
cxd_status cxd__engine_linger(struct cxd__engine *engine, cxd_error **error); /* all jobs are done; a token exchange beside them gets a moment more */

struct cxd__core *cxd__engine_core(struct cxd__engine *engine);
void cxd__engine_clear(struct cxd__engine *engine);

void cxd__engine_cancel(struct cxd__engine *engine); /* any thread */
void cxd__engine_wake(struct cxd__engine *engine);   /* any thread: its descriptor becomes readable, a wait ends */
int cxd__engine_cancelled(const struct cxd__engine *engine); /* since the last clear, or the last time it was forgotten */
void cxd__engine_forget_cancel(struct cxd__engine *engine);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_UPDATER_H
#define CXD__API_UPDATER_H

#include "api/client.h"
#include "audit/log.h"
#include "validate/validator.h"

struct cxd__callback {
  struct cxd__callback *next;
  cxd_callback table;
};

struct cxd_updater {
  uint32_t magic;
  int32_t references; /* under the client's lock, like the calls in progress */
  int32_t calls;
  atomic_int released; /* the caller has freed it; a call in progress may still hold it */
  cxd_config *config;
  cxd_client *client;
  cxd_validator *validator;
  struct cxd__audit *audit; /* NULL: none */
  char *audit_why;          /* why there is none although it was asked for (best effort); NULL: see there */
  struct cxd__job job;      /* what every update of this updater has in common */
  struct cxd__callback *callbacks;
};

/* updater.c */
cxd_status cxd__updater_usable(cxd_updater *updater, cxd_error **error); /* live, not freed by the caller, not forked */
void cxd__updater_enter(cxd_updater *updater); /* a call begins: registering is refused, freeing put off */
void cxd__updater_leave(cxd_updater *updater); /* it ends; the updater may be gone afterwards */

/*
 * apply.c: what ends in an update. ready: the checks of updater and out, and that no method of a plug-in is around it (entry: cxd__entry()
 * of the public function); *out becomes NULL. run, after that: PLAN or APPLY with its callbacks, as cxd_updater_apply() documents it.
 */
cxd_status cxd__updater_ready(cxd_updater *updater, uintptr_t entry, cxd_result **out, cxd_error **error);
cxd_status cxd__updater_run(cxd_updater *updater, const struct cxd__job *job, uintptr_t entry, cxd_result **out, cxd_error **error);

/* Parts of it, for batches: may it write at all; a result when the pipeline could not even start, if memory allows; what was found out about earlier updates; alarms and callbacks, last of all. */
cxd_status cxd__audit_present(const cxd_updater *updater, const struct cxd__job *job, cxd_error **error);
void cxd__update_explain(const char *campaign, cxd_status status, const cxd_error *error, cxd_result **out);
void cxd__update_found(cxd_result *result, const cxd_report *found);
void cxd__update_over(cxd_updater *updater, uintptr_t entry, cxd_result *result);

/* One call's hold on an engine: several jobs run on it one after the other, and a cancel ends all of them. */
struct cxd__session {
  cxd_updater *updater;
  struct cxd__loan *loan;
  struct cxd__tools tools;
  cxd_report *found; /* what is to be in the report of the update that follows; NULL: nothing */
};
cxd_status cxd__session_open(struct cxd__session *session, cxd_updater *updater, uintptr_t entry, cxd_error **error);
void cxd__session_close(struct cxd__session *session);
cxd_status cxd__session_run(struct cxd__session *session, const struct cxd__job *job, cxd_result **out, cxd_error **error); /* *out: NULL only on failure */

int cxd__session_cancelled(const struct cxd__session *session); /* a cancel has come since it was opened */

/* Host methods, called as such: a line for the client's log; a new checkpoint for those who want it (0: somebody did not accept). */
void cxd__updater_log(cxd_updater *updater, uintptr_t entry, int32_t level, const char *text);
void cxd__updater_log_alarm(cxd_updater *updater, uintptr_t entry, const char *code, const char *alarm); /* of cxd__audit_alarm(): damage is an error */
int cxd__updater_tell_checkpoint(cxd_updater *updater, uintptr_t entry);

#endif

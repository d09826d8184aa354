/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_* */
#include "audit/log.h"

#include <pthread.h>
#include <unistd.h>

#include "audit/backend.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/pid.h"

/*
 * A turn belongs to one thread, and no mutex is held during it: a method of the host that comes back in is told so instead of
 * waiting for itself.
 */
struct cxd__audit {
  const struct cxd__audit_ops *ops;
  void *self;
  pthread_mutex_t mutex;
  pthread_cond_t idle;
  pthread_t owner; /* while busy */
  int busy, closing;
  pid_t pid;
};

cxd_status cxd__audit_make(const struct cxd__audit_ops *ops, void *self, struct cxd__audit **out, cxd_error **error) {
  struct cxd__audit *audit = cxd__alloc(sizeof *audit);
  *out = NULL;
  if (!audit) {
    ops->close(self, 0);
    return cxd__fail_nomem(error);
  }
  audit->ops = ops;
  audit->self = self;
  audit->pid = cxd__pid();
  (void)pthread_mutex_init(&audit->mutex, NULL);
  (void)pthread_cond_init(&audit->idle, NULL);
  *out = audit;
  return CXD_OK;
}

/* 0: the turn is ours; -1: this thread has it already. */
static int take_turn(struct cxd__audit *audit) {
  int mine = 0;
  (void)pthread_mutex_lock(&audit->mutex);
  while (audit->busy && !(mine = pthread_equal(audit->owner, pthread_self()) != 0))
    (void)pthread_cond_wait(&audit->idle, &audit->mutex);
  if (!mine) {
    audit->busy = 1;
    audit->owner = pthread_self();
  }
  (void)pthread_mutex_unlock(&audit->mutex);
  return mine ? -1 : 0;
}

static cxd_status enter(struct cxd__audit *audit, cxd_error **error) {
  /* Before the mutex: another thread may have held it at the moment of the fork. */
  if (audit->pid != cxd__pid())
    return cxd__fail(error, CXD_E_FORKED, "the audit log was opened before fork(): open one in the child");
  if (take_turn(audit) != 0)
    return cxd__fail(error, CXD_E_REENTRANT, "the audit logger's method called back into its own log");
  return CXD_OK;
}

static void destroy(struct cxd__audit *audit, int forked) {
  audit->ops->close(audit->self, forked);
  if (!forked) {
    (void)pthread_cond_destroy(&audit->idle);
    (void)pthread_mutex_destroy(&audit->mutex);
  }
  cxd__free(audit);
}

static cxd_status leave(struct cxd__audit *audit, cxd_status status) {
  (void)pthread_mutex_lock(&audit->mutex);
  int closing = audit->closing;
  audit->busy = closing;
  (void)pthread_cond_signal(&audit->idle);
  (void)pthread_mutex_unlock(&audit->mutex);
  if (closing)
    destroy(audit, 0);
  return status;
}

cxd_status cxd__audit_append(struct cxd__audit *audit, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  cxd_status status = enter(audit, error);
  return status != CXD_OK ? status : leave(audit, audit->ops->append(audit->self, 0, body, len, sealed, seq, error));
}

cxd_status cxd__audit_resolve(struct cxd__audit *audit, int64_t intent_seq, const char *body, size_t len, struct cxd__buf *sealed, int64_t *seq, cxd_error **error) {
  cxd_status status = enter(audit, error);
  return status != CXD_OK ? status : leave(audit, audit->ops->append(audit->self, intent_seq, body, len, sealed, seq, error));
}

/* ---------------------------------------------------------------------- several records */

static void append_one(struct cxd__audit *audit, struct cxd__audit_entry *entry) {
  struct cxd__buf sealed = {0};
  entry->status = entry->reserve && audit->ops->reserve ? audit->ops->reserve(audit->self, &entry->error) : CXD_OK;
  if (entry->status == CXD_OK)
    entry->status = audit->ops->append(audit->self, entry->resolves, entry->body, entry->len, entry->in_passing ? NULL : &sealed, &entry->seq, &entry->error);
  if (entry->status == CXD_OK && !entry->in_passing)
    entry->sealed = cxd__buf_take(&sealed);
  cxd__buf_free(&sealed);
}

static void append_all(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count) {
  if (audit->ops->append_all) {
    audit->ops->append_all(audit->self, entries, count);
    return;
  }
  for (size_t i = 0; i < count; i++)
    if (entries[i].body)
      append_one(audit, &entries[i]);
}

/* For those that were taken and that somebody waits for. */
static void settle_all(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count, cxd_status status, const cxd_error *why) {
  for (size_t i = 0; i < count; i++) {
    struct cxd__audit_entry *entry = &entries[i];
    if (!entry->body || entry->in_passing || entry->status != CXD_OK)
      continue;
    if (status != CXD_OK) {
      entry->status = CXD_E_AUDIT;
      entry->error = cxd__error_copy(why);
    } else if (audit->ops->settle)
      audit->ops->settle(audit->self, &entry->sealed, &entry->seq);
  }
}

static void make_durable(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count) {
  cxd_error *why = NULL;
  int wanted = 0;
  for (size_t i = 0; i < count; i++)
    wanted |= entries[i].body && !entries[i].in_passing;
  cxd_status status = wanted ? audit->ops->sync(audit->self, &why) : CXD_OK;
  if (wanted)
    settle_all(audit, entries, count, status, why);
  cxd_error_free(why);
}

static int enter_for(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count) {
  cxd_error *why = NULL;
  cxd_status status = enter(audit, &why);
  for (size_t i = 0; status != CXD_OK && i < count; i++)
    if (entries[i].body) {
      entries[i].status = status;
      entries[i].error = cxd__error_copy(why);
    }
  cxd_error_free(why);
  return status == CXD_OK;
}

void cxd__audit_append_all(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count) {
  if (!enter_for(audit, entries, count))
    return;
  append_all(audit, entries, count);
  (void)leave(audit, CXD_OK);
}

void cxd__audit_commit(struct cxd__audit *audit, struct cxd__audit_entry *entries, size_t count) {
  if (!enter_for(audit, entries, count))
    return;
  append_all(audit, entries, count);
  make_durable(audit, entries, count);
  (void)leave(audit, CXD_OK);
}

/* ------------------------------------------------------------------------- and the rest */

cxd_status cxd__audit_reserve(struct cxd__audit *audit, cxd_error **error) {
  cxd_status status = enter(audit, error);
  if (status != CXD_OK)
    return status;
  return leave(audit, audit->ops->reserve ? audit->ops->reserve(audit->self, error) : CXD_OK);
}

cxd_status cxd__audit_sync(struct cxd__audit *audit, cxd_error **error) {
  cxd_status status = enter(audit, error);
  return status != CXD_OK ? status : leave(audit, audit->ops->sync(audit->self, error));
}

void cxd__audit_settle(struct cxd__audit *audit, char **sealed, int64_t *seq) {
  if (!audit->ops->settle || enter(audit, NULL) != CXD_OK)
    return;
  audit->ops->settle(audit->self, sealed, seq);
  (void)leave(audit, CXD_OK);
}

cxd_status cxd__audit_dangling(struct cxd__audit *audit, const char *campaign, int64_t after, char **line, int64_t *seq, cxd_error **error) {
  *line = NULL;
  if (!audit->ops->dangling)
    return CXD_OK;
  cxd_status status = enter(audit, error);
  return status != CXD_OK ? status : leave(audit, audit->ops->dangling(audit->self, campaign, after, line, seq, error));
}

int cxd__audit_take_checkpoint(struct cxd__audit *audit, int64_t *seq, char h[65]) {
  if (!audit->ops->take_checkpoint || enter(audit, NULL) != CXD_OK)
    return 0;
  int taken = audit->ops->take_checkpoint(audit->self, seq, h);
  (void)leave(audit, CXD_OK);
  return taken;
}

char *cxd__audit_alarm(struct cxd__audit *audit, const char **code) {
  if (!audit->ops->alarm || enter(audit, NULL) != CXD_OK)
    return NULL;
  const char *alarm = audit->ops->alarm(audit->self, code);
  char *copy = alarm ? cxd__strdup(alarm) : NULL;
  (void)leave(audit, CXD_OK);
  return copy;
}

void cxd__audit_close(struct cxd__audit *audit) {
  if (!audit)
    return;
  if (audit->pid != cxd__pid()) {
    destroy(audit, 1);
    return;
  }
  if (take_turn(audit) == 0)
    destroy(audit, 0);
  else
    audit->closing = 1;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pthread_* */
#include "audit/log.h"

#include <pthread.h>
#include <unistd.h>

#include "audit/backend.h"
#include "base/error.h"
#include "base/mem.h"

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
  audit->pid = getpid();
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
  if (audit->pid != getpid())
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
  if (audit->pid != getpid()) {
    destroy(audit, 1);
    return;
  }
  if (take_turn(audit) == 0)
    destroy(audit, 0);
  else
    audit->closing = 1;
}

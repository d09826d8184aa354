/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_CLIENT_H
#define CXD__API_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/secret.h"
#include "engine/engine.h"

/* An engine on loan to one call, or idle. */
struct cxd__loan {
  struct cxd__loan *next;
  struct cxd__engine *engine;
  const void *owner; /* the updater of the call, for its cancel; NULL: the client itself */
  const void *part;  /* the batch of that updater; NULL: a call */
};

struct cxd_client {
  uint32_t magic;
  int32_t references;          /* under the lock */
  atomic_int released;         /* the caller has freed it; updaters and calls in progress may still hold it */
  pid_t pid;
  pthread_mutex_t lock;
  cxd_config *config;          /* a copy: the texts below live in it */
  struct cxd__secret secret;   /* of auth.client_secret or its file */
  char *origin, *base_path, *token_url, *user_agent;
  struct cxd__shared shared;
  struct cxd__frames frames;
  struct cxd__core_options core;
  struct cxd__http_options http;
  struct cxd__loan *idle, *busy;
  cxd_token_provider provider;
  int32_t has_provider;
  int32_t token_events; /* in place of a provider: batches ask by event */
  cxd_log log;
};

cxd_status cxd__client_usable(cxd_client *client, cxd_error **error); /* live, not forked */
cxd_status cxd__client_held(cxd_client *client, cxd_error **error);   /* and not freed by the caller */
int cxd__client_forked(const cxd_client *client);                     /* this is a child of the process that made it */
cxd_status cxd__client_may_read(cxd_client *client, uintptr_t entry, cxd_error **error);  /* not from a method that needs the engine */
cxd_status cxd__client_may_write(cxd_client *client, uintptr_t entry, cxd_error **error); /* not from any method */

cxd_status cxd__client_borrow(cxd_client *client, const void *owner, struct cxd__loan **out, cxd_error **error);
void cxd__client_return(cxd_client *client, struct cxd__loan *loan);
void cxd__client_cancel(cxd_client *client, const void *owner); /* NULL: all */
void cxd__client_mark(cxd_client *client, struct cxd__loan *loan, const void *part);
void cxd__client_cancel_part(cxd_client *client, const void *part); /* any thread */
void cxd__client_wake_part(cxd_client *client, const void *part);   /* any thread */
void cxd__client_abandon(cxd_client *client, struct cxd__loan *loan); /* in a child of fork(): memory only */
struct cxd__tools cxd__client_tools(cxd_client *client, uintptr_t entry);

void cxd__client_lock(cxd_client *client); /* nothing in a child of fork(): another thread may have held the lock at that moment */
void cxd__client_unlock(cxd_client *client);
void cxd__client_ref(cxd_client *client);
void cxd__client_unref(cxd_client *client);

/* endpoint.c */
cxd_status cxd__endpoint_split(cxd_client *client, cxd_error **error); /* origin, base path, token URL out of the config */

#endif

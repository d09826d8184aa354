/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_BATCH_H
#define CXD_BENCH_BATCH_H

#include <cxdialer/cxdialer.h>

#include "peers/job.h"

/* The library's side: the same PUTs as updates of one batch, through the public header. All ends the program when it cannot. */
struct batch_how {
  int merge;           /* small edits, read and merged first; else whole documents */
  const char *audit;   /* "off", or audit.sync: "none", "record" */
  const char *log;     /* audit.path */
  const char *driver;  /* "run", "loop" (fd, timeout_ms, process and poll), "events" (next_event) */
  const char *version; /* http.version */
  int ready_token;     /* auth.token; else from the server's token endpoint */
  int no_ca;           /* the system's trust store */
};

struct batch {
  const struct job *job;
  struct batch_how how;
  cxd_client *client;
  cxd_updater *updater;
  cxd_batch *batch;
  long number;
  size_t dropped; /* results looked at so far */
  long threads;   /* most threads of the process when items had ended, if looked for */
};

void batch_open(struct batch *b, const struct job *job, const struct batch_how *how);
void batch_add(struct batch *b, long count);
long batch_drive(struct batch *b); /* to the end; how many of the new results are applied */
long batch_run(struct batch *b, long count); /* add, drive, and drop the results */
void batch_renew(struct batch *b);           /* a new batch of the same updater */
void batch_watch_threads(struct batch *b);   /* before the first item; batch->threads has the most that were seen */
void batch_complain(struct batch *b);          /* to stderr, about the first result kept that is no success */
void batch_close(struct batch *b);

#endif

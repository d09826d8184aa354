/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * The library as a process, on its public header: peers/job.h has the arguments. Options: merge, ready_token, no_ca, threads,
 * audit=off|none|record, log=FILE, driver=run|loop|events, version=auto|1.1|2, batches=N (that many, of COUNT items each), warm=N (items
 * before the measurement), keep (the results stay, as they do for a caller that has not looked yet).
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocs.h"
#include "batch.h"

static struct batch_how read_how(int argc, char **argv) {
  return (struct batch_how){
      .merge = job_option(argc, argv, "merge"),
      .audit = job_value(argc, argv, "audit", "off"),
      .log = job_value(argc, argv, "log", "audit.log"),
      .driver = job_value(argc, argv, "driver", "run"),
      .version = job_value(argc, argv, "version", "1.1"),
      .ready_token = job_option(argc, argv, "ready_token"),
      .no_ca = job_option(argc, argv, "no_ca"),
  };
}

static long run_all(struct batch *b, long count, long batches, int keep) {
  long ok = 0;
  for (long i = 0; i < batches; i++) {
    if (i)
      batch_renew(b);
    if (keep) {
      batch_add(b, count);
      ok += batch_drive(b);
    } else
      ok += batch_run(b, count);
  }
  return ok;
}

int main(int argc, char **argv) {
  static struct job job;
  struct batch b;
  job_read(&job, argc, argv);
  const struct batch_how how = read_how(argc, argv);
  long warm = strtol(job_value(argc, argv, "warm", "0"), NULL, 10), batches = strtol(job_value(argc, argv, "batches", "1"), NULL, 10);
  batch_open(&b, &job, &how);
  if (job_option(argc, argv, "threads"))
    batch_watch_threads(&b);
  if (warm && batch_run(&b, warm) != warm)
    return 1;
  allocs_begin();
  struct allocs before = allocs_now();
  struct cost begun = cost_now();
  long ok = run_all(&b, job.count, batches, job_option(argc, argv, "keep"));
  struct cost cost = cost_since(begun);
  struct allocs after = allocs_now();
  (void)malloc_trim(0);
  job_print(cost, ok);
  (void)printf(",\"allocs\":%ld,\"own_allocs\":%ld,\"live_bytes\":%ld,\"threads\":%ld}\n", after.all - before.all, after.own - before.own, after.live_bytes - before.live_bytes, b.threads);
  if (ok != job.count * batches)
    batch_complain(&b);
  batch_close(&b);
  return ok == job.count * batches ? 0 : 1;
}

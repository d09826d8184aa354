/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* The bare loop as a process: job.h has its arguments; options: merge, tuned, http2, no_ca. */
#include <stdio.h>

#include "raw.h"

int main(int argc, char **argv) {
  static struct job job;
  job_read(&job, argc, argv);
  struct raw_how how = {.merge = job_option(argc, argv, "merge"), .tuned = job_option(argc, argv, "tuned"), .http2 = job_option(argc, argv, "http2"), .no_ca = job_option(argc, argv, "no_ca")};
  struct raw *raw = raw_open(&job, &how);
  struct cost begun = cost_now();
  long ok = raw_run(raw, job.count);
  job_print(cost_since(begun), ok);
  (void)printf("}\n");
  raw_close(raw);
  return ok == job.count ? 0 : 1;
}

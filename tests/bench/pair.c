/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Two loops in one process against one server, in blocks that take turns: what a machine that is not quiet does to one, it does to the
 * other. peers/job.h has the arguments: COUNT is the number of pairs. Options: a=SUBJECT b=SUBJECT (raw, tuned, batch, loop, events),
 * block=N (updates a block, 64), and merge, audit=, log= as for batch_client. Prints the median of the ratios of b to a, its 95 %
 * interval, and the same for a against another a.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "peers/raw.h"

#define WARM_UP 4

struct subject {
  struct raw *raw;
  struct batch batch;
};

static void open_subject(struct subject *s, const struct job *job, const char *name, const struct batch_how *how) {
  if (strcmp(name, "raw") == 0 || strcmp(name, "tuned") == 0) {
    struct raw_how bare = {.merge = how->merge, .tuned = *name == 't'};
    s->raw = raw_open(job, &bare);
    return;
  }
  struct batch_how own = *how;
  own.driver = strcmp(name, "batch") == 0 ? "run" : name;
  batch_open(&s->batch, job, &own);
}

static double run_block(struct subject *s, long block) {
  struct cost begun = cost_now();
  long ok = s->raw ? raw_run(s->raw, block) : batch_run(&s->batch, block);
  double ns = (double)cost_since(begun).cpu_ns;
  if (ok != block) {
    (void)fprintf(stderr, "pair: %ld of %ld updates applied\n", ok, block);
    exit(1);
  }
  return ns;
}

static void close_subject(struct subject *s) {
  if (s->raw)
    raw_close(s->raw);
  else
    batch_close(&s->batch);
}

static int ascending(const void *a, const void *b) {
  double x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static void print_ratio(const char *name, double *ratios, long count) {
  long half = count / 2, reach = (long)ceil(0.98 * sqrt((double)count));
  long low = half > reach ? half - reach : 0, high = half + reach < count ? half + reach : count - 1;
  qsort(ratios, (size_t)count, sizeof *ratios, ascending);
  (void)printf("\"%s\":[%.4f,%.4f,%.4f]", name, ratios[half], ratios[low], ratios[high]);
}

/* One place of three for each subject in turn, so that none always comes behind the same other one. */
static void measure(struct subject *subjects, long block, long round, double ns[3]) {
  for (int i = 0; i < 3; i++) {
    int at = (int)((round % 2 ? 2 - i : i) + round / 2) % 3;
    ns[at] = run_block(&subjects[at], block);
  }
}

int main(int argc, char **argv) {
  static struct job job;
  static struct subject subjects[3]; /* a, b, a again */
  job_read(&job, argc, argv);
  const struct batch_how how = {.merge = job_option(argc, argv, "merge"), .audit = job_value(argc, argv, "audit", "off"), .log = job_value(argc, argv, "log", "audit.log"), .version = "1.1"};
  const char *a = job_value(argc, argv, "a", "raw"), *b = job_value(argc, argv, "b", "batch");
  long block = strtol(job_value(argc, argv, "block", "64"), NULL, 10);
  double *ratios = calloc((size_t)job.count * 2, sizeof *ratios), sums[3] = {0}, ns[3];
  if (!ratios || block < 1)
    return 2;
  open_subject(&subjects[0], &job, a, &how);
  open_subject(&subjects[1], &job, b, &how);
  open_subject(&subjects[2], &job, a, &how);
  for (long round = -WARM_UP; round < job.count; round++) {
    measure(subjects, block, round + WARM_UP, ns);
    for (int i = 0; round >= 0 && i < 3; i++)
      sums[i] += ns[i];
    if (round < 0)
      continue;
    ratios[round] = ns[1] / ns[0];
    ratios[job.count + round] = ns[2] / ns[0];
  }
  (void)printf("{");
  print_ratio("ratio", ratios, job.count);
  (void)printf(",");
  print_ratio("aa", ratios + job.count, job.count);
  (void)printf(",\"a_us\":%.2f,\"b_us\":%.2f}\n", sums[0] / 1e3 / (double)(job.count * block), sums[1] / 1e3 / (double)(job.count * block));
  for (int i = 0; i < 3; i++)
    close_subject(&subjects[i]);
  free(ratios);
  return 0;
}

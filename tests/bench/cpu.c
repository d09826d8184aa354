/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* CLOCK_PROCESS_CPUTIME_ID */
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AA_LIMIT 0.02
#define WARM_UP 8 /* rounds that do not count */

static struct cpu_subject again; /* the first subject once more */

static double cpu_ns(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure_block(struct cpu_subject *subject, int round) {
  int64_t at = CPU_START;
  if (subject->prepare)
    subject->prepare();
  double began = cpu_ns();
  for (int i = 0; i < subject->calls; i++, at += subject->step)
    subject->call(at);
  subject->ns[round] = (cpu_ns() - began) / subject->calls / (subject->units ? subject->units : 1);
}

/* Beside the first stands its double. */
static struct cpu_subject *at_place(struct cpu_subject *subjects, int place) { return place == 0 ? subjects : place == 1 ? &again : &subjects[place - 1]; }

static void measure_round(struct cpu_subject *subjects, int count, int round, int slot) {
  for (int i = 0; i <= count; i++)
    measure_block(at_place(subjects, round % 2 ? count - i : i), slot);
}

static int ascending(const void *a, const void *b) {
  double x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

struct spread {
  double median, low, high; /* low, high: the 95 % interval of the median */
};

static struct spread spread_of(const double *values) {
  double sorted[CPU_ROUNDS];
  const int half = CPU_ROUNDS / 2, reach = 20; /* 1.96 x sqrt(401) / 2 */
  memcpy(sorted, values, sizeof sorted);
  qsort(sorted, CPU_ROUNDS, sizeof *sorted, ascending);
  return (struct spread){sorted[half], sorted[half - reach], sorted[half + reach]};
}

static struct spread ratio_of(const struct cpu_subject *a, const struct cpu_subject *b) {
  double ratios[CPU_ROUNDS];
  for (int i = 0; i < CPU_ROUNDS; i++)
    ratios[i] = a->ns[i] / b->ns[i];
  return spread_of(ratios);
}

static const struct cpu_subject *baseline_of(const struct cpu_subject *subject, const struct cpu_subject *subjects, int count) {
  for (int i = 0; subject->baseline && i < count; i++)
    if (strcmp(subjects[i].name, subject->baseline) == 0)
      return &subjects[i];
  return NULL;
}

static int print_subject(const char *what, const struct cpu_subject *subject, const struct cpu_subject *baseline) {
  double ns = spread_of(subject->ns).median;
  struct spread ratio = baseline ? ratio_of(subject, baseline) : (struct spread){1, 1, 1};
  int missed = (subject->target_ns > 0 && ns > subject->target_ns) || (subject->target_ratio > 0 && ratio.median > subject->target_ratio);
  printf("%s-%s-ns %.1f ", what, subject->name, ns);
  if (subject->target_ns > 0)
    printf("%.0f %s", subject->target_ns, missed ? "MISSED" : "ok");
  else if (subject->target_ratio > 0)
    printf("%.2fx %s", subject->target_ratio, missed ? "MISSED" : "ok");
  else
    printf("- %s", subject->baseline ? "reported" : "baseline");
  if (baseline)
    printf(subject->target_ratio > 0 || subject->units ? " %.3f [%.3f, %.3f] %s" : " %.2f [%.2f, %.2f] %s", ratio.median, ratio.low, ratio.high, baseline->name);
  putchar('\n');
  return missed;
}

int cpu_run(const char *what, struct cpu_subject *subjects, int count) {
  int missed = 0;
  again = subjects[0];
  for (int round = 0; round < WARM_UP + CPU_ROUNDS; round++)
    measure_round(subjects, count, round, round < WARM_UP ? 0 : round - WARM_UP);
  for (int i = 0; i < count; i++)
    missed |= print_subject(what, &subjects[i], baseline_of(&subjects[i], subjects, count));
  double aa = ratio_of(&subjects[0], &again).median;
  int is_void = aa < 1 - AA_LIMIT || aa > 1 + AA_LIMIT;
  printf("%s-aa-ratio %.4f %.2f %s\n", what, aa, 1 + AA_LIMIT, is_void ? "VOID" : "ok");
  return is_void ? 77 : missed;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What the audit log costs beside the bare write and fdatasync of the same bytes, in files of the same directory and the same run.
 * Each round gives each subject one block, every second round the other way; a ratio is the median of the ratios of the rounds. The bare
 * record is measured twice, as if it were two: when these differ by more than 5 %, the disk was not quiet.
 *
 *   bench-audit [DIRECTORY]    where the files are made, default: here
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/log.h"

#define ROUNDS 101
#define WARM_UP 4
#define BLOCK 16 /* units in a block */
#define AA_LIMIT 0.05

static const char intent[] = "\"k\":\"intent\",\"op\":\"01a222a2-ea4b-7126-9632-03472864440a\",\"campaign\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"actor\":\"night shift\",\"mode\":\"merge\",\"round\":1,"
                             "\"concurrency\":\"etag\",\"v0\":\"\\\"1-ddd066432ae6f639\\\"\",\"d0\":\"52e252a1e5ea482a623ec746a936c02bc24709d836d7a33ee4023aa57ebb5509\","
                             "\"d1\":\"19ba5e5a8ba92f3db3472c188be1b8a60e329813ccf3e492368533f735b2d6ce\",\"basis\":{\"rules\":\"1\",\"table\":\"2026-11\",\"policy\":null,\"tzdata\":\"2026f\","
                             "\"zone\":\"America/New_York\",\"jurisdiction\":\"US-FED\",\"local\":\"2026-11-22T11:00:00-05:00\"},\"diff\":[{\"op\":\"replace\",\"path\":\"/maxConcurrentCalls\",\"old\":150,\"value\":120}]";
static const char outcome[] = "\"k\":\"outcome\",\"op\":\"01a222a2-ea4b-7126-9632-03472864440a\",\"campaign\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"actor\":\"night shift\",\"mode\":\"merge\",\"round\":1,"
                              "\"outcome\":\"applied\",\"status\":\"CXD_OK\",\"http_status\":200,\"sends\":1,\"attempts\":3,\"intent\":true,\"latency_us\":6423,"
                              "\"request_id\":\"d7902eae-8252-4746-b5e0-70fe575dc63a\",\"v1\":\"\\\"2-8a84951972cfb4df\\\"\"";
/* Of a kind that opens and closes nothing, for the lines that are only about lines. */
static const char attempt[] = "\"k\":\"attempt\",\"op\":\"01a222a2-ea4b-7126-9632-03472864440a\",\"campaign\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"round\":1,\"send\":1,\"http_status\":503,\"error\":\"CXD_E_SERVER\"";

struct target {
  struct cxd__audit *log; /* NULL: bare */
  int fd;
};

static struct target plain, keyed, bare, bare_again;
static struct cxd__buf intent_line, outcome_line, attempt_line; /* what the log makes of them: the bytes of the bare writes */
static int broken;

static void append(const struct target *to, const char *body, const struct cxd__buf *line) {
  if (to->log)
    broken |= cxd__audit_append(to->log, body, strlen(body), NULL, NULL, NULL) != CXD_OK;
  else
    broken |= write(to->fd, line->data, line->len) != (ssize_t)line->len;
}

static void commit(const struct target *to) {
  if (to->log)
    broken |= cxd__audit_sync(to->log, NULL) != CXD_OK;
  else
    broken |= fdatasync(to->fd) != 0;
}

static void one_record(const struct target *to) {
  append(to, attempt, &attempt_line);
  commit(to);
}

static void one_update(const struct target *to) {
  if (to->log)
    broken |= cxd__audit_reserve(to->log, NULL) != CXD_OK;
  append(to, intent, &intent_line);
  commit(to);
  append(to, outcome, &outcome_line);
  commit(to);
}

static void batch(const struct target *to) {
  for (int i = 0; i < 64; i++)
    append(to, attempt, &attempt_line);
  commit(to);
}

static void unsynced(const struct target *to) {
  for (int i = 0; i < 64; i++)
    append(to, attempt, &attempt_line);
}

struct subject {
  const char *name;
  const struct target *to;
  void (*unit)(const struct target *to);
  int lines;             /* in a unit */
  int baseline;          /* index; -1: is one */
  double ratio, line_us; /* targets; 0: none */
  double us[ROUNDS];     /* of a unit, mean of the block */
  double each[ROUNDS * BLOCK];
};

enum { RECORD, RECORD_AGAIN, UPDATE, BATCH, UNSYNCED };

static struct subject subjects[] = {
    [RECORD] = {.name = "bare-record", .to = &bare, .unit = one_record, .lines = 1, .baseline = -1},
    [RECORD_AGAIN] = {.name = "aa", .to = &bare_again, .unit = one_record, .lines = 1, .baseline = RECORD},
    [UPDATE] = {.name = "bare-update", .to = &bare, .unit = one_update, .lines = 2, .baseline = -1},
    [BATCH] = {.name = "bare-64-records", .to = &bare, .unit = batch, .lines = 64, .baseline = -1},
    [UNSYNCED] = {.name = "bare-unsynced", .to = &bare, .unit = unsynced, .lines = 64, .baseline = -1},
    {.name = "record", .to = &plain, .unit = one_record, .lines = 1, .baseline = RECORD, .ratio = 1.25},
    {.name = "record-keyed", .to = &keyed, .unit = one_record, .lines = 1, .baseline = RECORD, .ratio = 1.25},
    {.name = "update", .to = &plain, .unit = one_update, .lines = 2, .baseline = UPDATE, .ratio = 1.25},
    {.name = "update-keyed", .to = &keyed, .unit = one_update, .lines = 2, .baseline = UPDATE, .ratio = 1.25},
    {.name = "64-records", .to = &plain, .unit = batch, .lines = 64, .baseline = BATCH, .line_us = 10},
    {.name = "64-records-keyed", .to = &keyed, .unit = batch, .lines = 64, .baseline = BATCH, .line_us = 10},
    {.name = "unsynced", .to = &plain, .unit = unsynced, .lines = 64, .baseline = UNSYNCED},
    {.name = "unsynced-keyed", .to = &keyed, .unit = unsynced, .lines = 64, .baseline = UNSYNCED},
};
#define COUNT ((int)(sizeof subjects / sizeof *subjects))

/* --------------------------------------------------------------------------- measuring */

static double now_us(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* What one subject left to be written is not to be paid for by the next. */
static void settle(const struct subject *subject) {
  if (subject->unit == unsynced)
    commit(subject->to);
}

static void measure_block(struct subject *subject, int round) {
  double began = now_us(), last = began;
  for (int i = 0; i < BLOCK; i++) {
    subject->unit(subject->to);
    double now = now_us();
    subject->each[round * BLOCK + i] = now - last;
    last = now;
  }
  subject->us[round] = (last - began) / BLOCK;
  settle(subject);
}

static void measure_all(void) {
  for (int round = 0; round < WARM_UP + ROUNDS; round++)
    for (int i = 0; i < COUNT; i++)
      measure_block(&subjects[round % 2 ? COUNT - 1 - i : i], round < WARM_UP ? 0 : round - WARM_UP);
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

static struct spread ratio_of(const struct subject *a, const struct subject *b) {
  double ratios[ROUNDS];
  const int half = ROUNDS / 2, reach = 10; /* 1.96 x sqrt(101) / 2 */
  for (int i = 0; i < ROUNDS; i++)
    ratios[i] = a->us[i] / b->us[i];
  qsort(ratios, ROUNDS, sizeof *ratios, ascending);
  return (struct spread){ratios[half], ratios[half - reach], ratios[half + reach]};
}

static double p50(const struct subject *subject) {
  double sorted[ROUNDS * BLOCK];
  memcpy(sorted, subject->each, sizeof sorted);
  qsort(sorted, ROUNDS * BLOCK, sizeof *sorted, ascending);
  return sorted[ROUNDS * BLOCK / 2];
}

/* ---------------------------------------------------------------------------- printing */

static int print_target(double value, double target) {
  int missed = target > 0 && value > target;
  if (target > 0)
    printf("%.3f %.2f %s", value, target, missed ? "MISSED" : "ok");
  else
    printf("%.3f - reported", value);
  return missed;
}

static int print_subject(const struct subject *subject) {
  const struct subject *base = &subjects[subject->baseline < 0 ? 0 : subject->baseline];
  double unit = p50(subject), line = unit / subject->lines;
  int missed = 0;
  if (subject->baseline < 0) {
    printf("audit-%s-us %.3f - baseline %.0f lines/s\n", subject->name, unit, 1e6 / line);
    return 0;
  }
  struct spread ratio = ratio_of(subject, base);
  printf("audit-%s-ratio ", subject->name);
  missed |= print_target(ratio.median, subject->ratio);
  printf(" [%.3f, %.3f] p50 %.1f us, added %.1f us, %.0f lines/s\n", ratio.low, ratio.high, unit, unit - p50(base), 1e6 / line);
  if (subject->line_us > 0) {
    printf("audit-%s-us-per-line ", subject->name);
    missed |= print_target(line, subject->line_us);
    printf(" bare %.3f\n", p50(base) / subject->lines);
  }
  return missed;
}

static int print_all(void) {
  int missed = 0;
  for (int i = 0; i < COUNT; i++)
    if (i != RECORD_AGAIN)
      missed |= print_subject(&subjects[i]);
  double aa = ratio_of(&subjects[RECORD_AGAIN], &subjects[RECORD]).median;
  int is_void = aa < 1 - AA_LIMIT || aa > 1 + AA_LIMIT;
  printf("audit-aa-ratio %.4f %.2f %s\n", aa, 1 + AA_LIMIT, is_void ? "VOID" : "ok");
  return is_void ? 77 : missed;
}

/* ----------------------------------------------------------------------------- set up */

static char dir[512];

static char *path_of(const char *name) {
  static char path[600];
  (void)snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static int open_bare(struct target *to, const char *name) {
  to->fd = open(path_of(name), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  return to->fd >= 0;
}

static int open_log(struct target *to, const char *name, const struct cxd__audit_key *key) {
  struct cxd__audit_options options = {.path = path_of(name), .key = key, .sync = 1};
  return cxd__audit_open_file(&options, &to->log, NULL) == CXD_OK;
}

static int open_keyed(void) {
  struct cxd__audit_key key = {0};
  FILE *file = fopen(path_of("key"), "w");
  int ready = file && fputs("thirty-two bytes of a bench's key", file) >= 0 && fclose(file) == 0;
  ready = ready && cxd__audit_key_load(path_of("key"), &key, NULL) == CXD_OK && open_log(&keyed, "keyed.log", &key);
  cxd__audit_key_clear(&key);
  return ready;
}

static int make_line(const char *body, struct cxd__buf *line) { return cxd__audit_append(plain.log, body, strlen(body), line, NULL, NULL) == CXD_OK; }

static int set_up(const char *where) {
  (void)snprintf(dir, sizeof dir, "%s/bench-audit-XXXXXX", where);
  return mkdtemp(dir) && open_log(&plain, "plain.log", NULL) && open_keyed() && open_bare(&bare, "bare") && open_bare(&bare_again, "bare-again") && make_line(intent, &intent_line) &&
         make_line(outcome, &outcome_line) && make_line(attempt, &attempt_line);
}

static void tear_down(void) {
  static const char *const names[] = {"plain.log", "plain.log.writers", "keyed.log", "keyed.log.writers", "key", "bare", "bare-again"};
  cxd__audit_close(plain.log);
  cxd__audit_close(keyed.log);
  (void)close(bare.fd);
  (void)close(bare_again.fd);
  cxd__buf_free(&intent_line);
  cxd__buf_free(&outcome_line);
  cxd__buf_free(&attempt_line);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    (void)unlink(path_of(names[i]));
  (void)rmdir(dir);
}

int main(int count, char **args) {
  int status = 3;
  if (set_up(count > 1 ? args[1] : ".")) {
    measure_all();
    status = broken ? 3 : print_all();
  }
  if (status == 3)
    printf("audit: something could not be written, nothing was measured\n");
  tear_down();
  return status;
}

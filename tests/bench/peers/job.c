/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* CLOCK_PROCESS_CPUTIME_ID */
#include "job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t read_text(const char *directory, const char *name, char *text, size_t size) {
  char path[1024];
  (void)snprintf(path, sizeof path, "%.990s/%s", directory, name);
  FILE *file = fopen(path, "r");
  if (!file) {
    perror(path);
    exit(2);
  }
  size_t len = fread(text, 1, size - 1, file);
  text[len] = 0;
  (void)fclose(file);
  return len;
}

void job_read(struct job *job, int argc, char **argv) {
  if (argc < 5) {
    (void)fprintf(stderr, "usage: %s BASE COUNT IN_FLIGHT DIRECTORY [OPTION...]\n", argv[0]);
    exit(2);
  }
  *job = (struct job){.base = argv[1], .count = strtol(argv[2], NULL, 10), .in_flight = (int)strtol(argv[3], NULL, 10)};
  (void)read_text(argv[4], "token", job->token, sizeof job->token);
  job->body_len = read_text(argv[4], "body", job->body, sizeof job->body);
  job->has_ca = strncmp(job->base, "https:", 6) == 0;
  (void)snprintf(job->ca, sizeof job->ca, "%s/ca.pem", argv[4]);
  const char *id = strstr(job->body, JOB_ID);
  if (job->count < 1 || job->in_flight < 1 || job->in_flight > 1024 || !id) {
    (void)fprintf(stderr, "%s: COUNT is 1 or more, IN_FLIGHT 1 to 1024, body holds the id " JOB_ID "\n", argv[0]);
    exit(2);
  }
  job->id_at = (size_t)(id - job->body);
}

void job_id(char out[JOB_ID_LEN + 1], long number) {
  memcpy(out, JOB_ID, JOB_ID_LEN + 1);
  for (int i = JOB_ID_LEN - 1; i > 1; i--, number /= 10)
    out[i] = (char)('0' + number % 10);
}

void job_body(const struct job *job, char *out, long number) {
  char id[JOB_ID_LEN + 1];
  job_id(id, number);
  memcpy(out, job->body, job->body_len + 1);
  memcpy(out + job->id_at, id, JOB_ID_LEN);
}

const char *job_value(int argc, char **argv, const char *name, const char *otherwise) {
  size_t len = strlen(name);
  for (int i = 5; i < argc; i++)
    if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
      return argv[i] + len + 1;
  return otherwise;
}

int job_option(int argc, char **argv, const char *name) {
  for (int i = 5; i < argc; i++)
    if (strcmp(argv[i], name) == 0)
      return 1;
  return 0;
}

static int64_t read_clock(clockid_t which) {
  struct timespec now;
  (void)clock_gettime(which, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct cost cost_now(void) { return (struct cost){read_clock(CLOCK_PROCESS_CPUTIME_ID), read_clock(CLOCK_MONOTONIC)}; }

struct cost cost_since(struct cost begun) {
  struct cost now = cost_now();
  return (struct cost){now.cpu_ns - begun.cpu_ns, now.wall_ns - begun.wall_ns};
}

static long number_of(const char *path, const char *name) {
  char line[256];
  long number = -1;
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0)
      number = strtol(line + strlen(name), NULL, 10);
  if (file)
    (void)fclose(file);
  return number;
}

long status_number(const char *name) { return number_of("/proc/self/status", name); }

long private_dirty_kb(void) { return number_of("/proc/self/smaps_rollup", "Private_Dirty:"); }

void job_print(struct cost cost, long ok) {
  (void)printf("{\"cpu_us\":%.1f,\"wall_us\":%.1f,\"ok\":%ld,\"peak_kb\":%ld,\"rss_kb\":%ld,\"dirty_kb\":%ld", (double)cost.cpu_ns / 1e3, (double)cost.wall_ns / 1e3, ok,
               status_number("VmHWM:"), status_number("VmRSS:"), private_dirty_kb());
}

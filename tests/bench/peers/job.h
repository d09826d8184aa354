/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_BENCH_JOB_H
#define CXD_BENCH_JOB_H

#include <stddef.h>
#include <stdint.h>

/*
 * What every client of the benchmarks sends: PUTs of one body to campaigns with running ids, under one token. All are called as
 *     PROGRAM BASE COUNT IN_FLIGHT DIRECTORY [OPTION...]
 * DIRECTORY holds `token`, `body` and, for https, ca.pem; they answer one line of JSON with the cost of their loop.
 */
#define JOB_PATH "/api/v2/outbound/campaigns/"
#define JOB_ID "c-000000"
#define JOB_ID_LEN 8

struct job {
  const char *base;
  long count;
  int in_flight;
  char token[4096], body[4096], ca[1024];
  size_t body_len, id_at;
  int has_ca; /* the server is an https one */
};

void job_read(struct job *job, int argc, char **argv); /* ends the program when it cannot */
void job_id(char out[JOB_ID_LEN + 1], long number);
void job_body(const struct job *job, char *out, long number); /* body_len bytes and a zero */
int job_option(int argc, char **argv, const char *name);      /* 1: "name" stands behind the four */
const char *job_value(int argc, char **argv, const char *name, const char *otherwise); /* of "name=value" */

/* Cost of a stretch: all threads, user and system. */
struct cost {
  int64_t cpu_ns, wall_ns;
};
struct cost cost_now(void);
struct cost cost_since(struct cost begun);

long status_number(const char *name);        /* "VmHWM:", "Threads:" of /proc/self/status */
long private_dirty_kb(void);                 /* of the whole process */
void job_print(struct cost cost, long ok);   /* the line, with memory of the process, without its closing brace and newline */

#endif

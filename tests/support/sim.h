/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_SIM_H
#define CXD_TESTS_SIM_H

#include <check.h>
#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The simulator of the API as a process of its own: the program that CXDIALER_SIM names, on a free port. Everything here
 * fails the running test when it does not work out.
 */
#define SAMPLE_ID "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
#define CAMPAIGNS "/api/v2/outbound/campaigns"
#define HANG_S 60 /* against hanging for ever; nothing is measured with it */

/* A list of texts for the options and settings below. */
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

struct sim {
  pid_t pid;
  int out;
  char url[64];
};

void sim_start(struct sim *sim, const char *const options[]); /* NULL: none */
void sim_stop(struct sim *sim);                               /* and checks that it ended cleanly */

/* One request to the simulator; the body of its 200, to be freed. body NULL: GET. */
char *sim_fetch(const struct sim *sim, const char *path, const char *body);

json_t *sim_state(const struct sim *sim);
json_t *sim_requests(const struct sim *sim);
json_int_t sim_number(const struct sim *sim, const char *member);  /* of the state: "applied_total", "token_requests", ... */
json_t *sim_campaign(const struct sim *sim, const char *id);       /* its row of the state */
json_t *sim_document(const struct sim *sim, const char *id);       /* the campaign itself */
char *sim_raw(const struct sim *sim, const char *id);              /* its text, to be freed */

void sim_fault(const struct sim *sim, const char *spec);
void sim_change(const struct sim *sim, const char *id, const char *members);
char *sim_token(const struct sim *sim, const char *scope);         /* a token had behind the library's back, to be freed */

/* How many requests were made: method "GET", "PUT", "POST", "LIST", "TOKEN", or NULL for all. */
size_t sim_count(const struct sim *sim, const char *method);
json_t *sim_request(const struct sim *sim, const char *method, size_t nth); /* the nth such request, from 1 */

/* Asks again and again until so many such requests have arrived. */
void sim_await(const struct sim *sim, const char *method, size_t count);

/* A file for --campaigns: `count` campaigns like the sample, ids "c-0", "c-1", ... */
void sim_write_campaigns(const char *path, size_t count);

/* A directory of its own for a test, and its end. */
void scratch_open(char path[128]);
void scratch_close(const char *path);
char *scratch_path(const char *directory, const char *name); /* to be freed */
char *text_of_file(const char *path);                        /* "" when there is none; to be freed */
void write_text(const char *path, const char *text);

#endif

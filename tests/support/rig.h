/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_RIG_H
#define CXD_TESTS_RIG_H

#include <cxdialer/cxdialer.h>

#include "sim.h"

/*
 * What most end-to-end tests need: a simulator, a client of it, an updater, a directory. Retries come at once, the limiter
 * and the audit log are off unless the settings ("key", "value", ...) say otherwise.
 */
struct rig {
  struct sim sim;
  char dir[128];
  char *audit_path; /* a file in dir; used when the settings have audit.mode */
  cxd_config *config;
  cxd_client *client;
  cxd_updater *updater;
  int other_hands; /* somebody else sends as the library, or not all that leaves arrives: counts are not compared at the end */
};

void rig_open(struct rig *rig, const char *const options[], const char *const settings[]);
void rig_close(struct rig *rig); /* and compares the requests the library counted with those that arrived, where the test has made no other client */

void set(cxd_config *config, const char *key, const char *value);
cxd_config *config_for(const char *base_url, const char *const settings[]);
cxd_client *client_of(const cxd_config *config);
cxd_updater *updater_of(const cxd_config *config, cxd_client *client);

cxd_campaign *change_of(const char *id);              /* an empty change */
cxd_campaign *calls_change(const char *id, int64_t calls); /* maxConcurrentCalls only */
cxd_campaign *campaign_of(const char *json);
cxd_campaign *got(cxd_client *client, const char *id);
void refused_get(cxd_client *client, const char *id, cxd_status status, const char *part); /* a get that fails, with these words in its message */

/* Applies, asserts status and outcome, frees the change. The result is to be freed. */
cxd_result *applied(cxd_updater *updater, cxd_campaign *change, cxd_status status, int32_t outcome);
cxd_result *planned(cxd_updater *updater, cxd_campaign *change, cxd_status status, int32_t outcome);

/* The error has this status and these words in its message; freed and set to NULL. */
void ck_error(cxd_error **error, cxd_status status, const char *part);

/* A member of a document by JSON Pointer, NULL when absent; borrowed. */
json_t *at(const json_t *document, const char *pointer);
json_t *json_of(char *text); /* parses and frees with cxd_string_free() */

/* A member of the result's JSON, as compact JSON; "absent" when it is not there. */
void ck_member(const cxd_result *result, const char *pointer, const char *wanted);

/* The first finding whose code starts so, SIZE_MAX: none. */
size_t find_code(const cxd_report *report, const char *start);

json_int_t puts_applied(const struct rig *rig);
json_int_t calls_of(const struct rig *rig); /* maxConcurrentCalls of the sample campaign, at the server */

/* A rule that does something between the read and the write, once. */
struct hook {
  const struct sim *sim;
  const char *members[8]; /* what is changed behind the client's back, one in each round */
  size_t rounds;
  void (*act)(void *context);
  void *context;
};

void hook_in(struct rig *rig, struct hook *hook);

/* The records of an audit file as an array; checks form, order and seals of the whole chain. */
json_t *audit_records(const char *path);
json_t *chain_of(const char *text);
json_t *update_records(const char *path); /* without those in passing: genesis, intents and outcomes */
json_t *without_passing(json_t *records); /* the same of a chain, which it takes */
const char *kind_of(const json_t *records, size_t i);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_VALIDATOR_H
#define CXD__VALIDATE_VALIDATOR_H

#include "validate/report.h"

struct cxd__validate_options {
  int64_t max_concurrent_calls, min_pacing_interval_s;
  double max_throttle;
  const char *time_zones;   /* comma-separated, "*" = any IANA zone */
  const char *zoneinfo_dir;
  /* the rest may be NULL or 0: the default */
  const char *jurisdiction;       /* codes with commas between them; NULL or "": US */
  const char *jurisdictions_file; /* a table in place of the built-in one */
  const char *min_tzdata;         /* "2026f" */
  double agents, answer_rate, aht_s, patience_s, max_abandonment, lines_per_agent;
  int64_t recheck_ms;             /* how long a zone file is believed without a look */
};

struct cxd__check {
  const cxd_campaign *change; /* the edits: members that are set */
  const cxd_campaign *merged; /* the whole campaign as it would be sent; NULL before it was read */
  int32_t replace;            /* 1: `change` is the whole document (required members are checked) */
  int64_t at_unix_ms;         /* the instant to decide for, never 0 here */
  const cxd_campaign *server; /* the campaign as it was read; NULL: not known */
  int32_t acts;               /* 1: the update is an action of its own (a rebalancing), sent also when nothing changes */
  int32_t preliminary;        /* 1: it will be read and checked again, so what needs the whole campaign waits */
  int32_t no_basis;           /* 1: nobody will write down what it was decided on */
};

/*
 * Texts of the options are copied. The validator is reference-counted and safe for many threads. make gives one
 * reference, the handle's: cxd_validator_free() drops it, after which the handle is refused by the public functions
 * while the holders of other references go on.
 */
cxd_status cxd__validator_make(const struct cxd__validate_options *options, cxd_validator **out, cxd_error **error);

/*
 * CXD_OK; CXD_E_INVALID: findings of severity error, the error names their number and the first; CXD_E_WINDOW_CLOSED: all of
 * these are about calling hours, the error has the time to wait; CXD_E_RULE: an own rule did not accept. *out is the report in
 * these four cases, else NULL: CXD_E_NOMEM, CXD_E_REENTRANT (rules that check in circles).
 */
cxd_status cxd__validator_run(cxd_validator *validator, const struct cxd__check *check, cxd_report **out, cxd_error **error);

/* what names the text in messages: "policy", or the path of a file. */
cxd_status cxd__validator_policy(cxd_validator *validator, const char *json, size_t len, const char *what, cxd_error **error);
cxd_status cxd__validator_policy_file(cxd_validator *validator, const char *path, cxd_error **error);

/* Loads it and remembers the path; reload reads it again: CXD_E_STATE without one. */
cxd_status cxd__validator_keep_policy(cxd_validator *validator, const char *path, cxd_error **error);
cxd_status cxd__validator_reload(cxd_validator *validator, cxd_error **error);

struct cxd__settings;
struct cxd__settings *cxd__validator_settings(cxd_validator *validator); /* a reference of the caller's */
struct cxd__zone_cache;
struct cxd__zone_cache *cxd__validator_zones(cxd_validator *validator); /* lives as long as the validator */

/* The rule's destroy runs exactly once, also on failure. */
cxd_status cxd__validator_add(cxd_validator *validator, const cxd_rule *rule, cxd_error **error);

int cxd__validator_has_rules(cxd_validator *validator); /* of the caller's */

void cxd__validator_ref(cxd_validator *validator);
void cxd__validator_unref(cxd_validator *validator);
void cxd__validator_release(cxd_validator *validator); /* the handle's reference, once: a second call does nothing */
int cxd__validator_is(const cxd_validator *validator); /* a live handle? */

/*
 * Whether campaigns are whole documents (struct cxd__check, replace) where the check itself does not say; an update says it.
 * Set before the validator is shared; 0 at first.
 */
void cxd__validator_set_replace(cxd_validator *validator, int32_t replace);
int32_t cxd__validator_replaces(const cxd_validator *validator);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_SETTINGS_H
#define CXD__VALIDATE_SETTINGS_H

#include <stdatomic.h>

#include "validate/codes.h"
#include "validate/hours.h"
#include "validate/validator.h"
#include "validate/zone.h"
#include "validate/zone_cache.h"

/* Inputs of the capacity rules; 0: not given. */
struct cxd__capacity_inputs {
  double agents, answer_rate, aht_s, patience_s, max_abandonment, lines_per_agent;
};

/* What the config says: fixed for the life of a validator. */
struct cxd__defaults {
  int64_t max_concurrent_calls, min_pacing_interval_s;
  double max_throttle;
  struct cxd__zones zones;
  struct cxd__names jurisdictions;
  struct cxd__hours hours; /* the table: the built-in one, or that of validate.jurisdictions_file */
  struct cxd__capacity_inputs capacity;
  char min_tzdata[CXD__TZDATA_MAX];
};

cxd_status cxd__defaults_make(const struct cxd__validate_options *options, struct cxd__defaults *out, cxd_error **error);
void cxd__defaults_free(struct cxd__defaults *defaults);

#define CXD__CAMPAIGN_ZONES CXD__NAMES_MOST /* most zones, and most jurisdictions, that a policy names for one campaign */

/* What a policy says of one campaign, in place of its general members; an empty list or 0: nothing. */
struct cxd__policy_campaign {
  char *id;
  struct cxd__names zones;         /* of the people it calls, beside its own timeZone: all must be open */
  struct cxd__names jurisdictions;
  struct cxd__capacity_inputs capacity;
};

/* What a policy says; 0, NULL or an empty list = it does not name that. Zones it does not name: any. */
struct cxd__policy {
  int64_t max_concurrent_calls, min_pacing_interval_s;
  double max_throttle;
  struct cxd__zones zones;
  int32_t severity[CXD__CODE_COUNT];
  char min_tzdata[CXD__TZDATA_MAX];
  struct cxd__names jurisdictions;   /* that apply to every campaign; empty: validate.jurisdiction */
  struct cxd__hours rows;            /* own rows, in place of those of the table with the same code */
  struct cxd__holidays holidays;
  struct cxd__blackout *blackouts;
  size_t blackout_count;
  struct cxd__capacity_inputs capacity;
  struct cxd__policy_campaign *campaigns; /* sorted by id */
  size_t campaign_count;
  char sha256[65]; /* of its text; "" without a policy */
};
void cxd__policy_free(struct cxd__policy *policy); /* what it holds; it says nothing afterwards */

/* A policy that says nothing. */
struct cxd__policy cxd__policy_none(void);

/*
 * Reads a policy strictly, all its faults in one message; what names it there. table: where jurisdictions and sets of holidays are
 * that the policy names without defining them; its rows borrow the sets, so the table must outlive the policy. NULL: names of
 * jurisdictions are not checked. Free with cxd__policy_free(). CXD_E_JSON, CXD_E_TOO_LARGE, CXD_E_CONFIG, CXD_E_NOMEM.
 */
cxd_status cxd__policy_parse(const char *json, size_t len, const char *what, const struct cxd__hours *table, struct cxd__policy *out, cxd_error **error);

struct cxd__limit {
  int64_t value;
  const char *source;
};

/* One input of the capacity rules with where it comes from; value 0: nobody gave it. */
struct cxd__input {
  double value;
  const char *source;
};

struct cxd__capacity_in_force {
  struct cxd__input agents, answer_rate, aht_s, patience_s, max_abandonment, lines_per_agent;
};

/* The limits in force: config and policy, the stricter of both. Never changes once it is made; shared by the checks in progress. */
struct cxd__settings {
  atomic_size_t refs;
  struct cxd__limit max_concurrent_calls, min_pacing_interval_s;
  double max_throttle;
  char max_throttle_text[40];
  const char *max_throttle_source;
  const struct cxd__defaults *defaults; /* the validator's */
  struct cxd__policy policy;
  char min_tzdata[CXD__TZDATA_MAX];     /* "" = any */
  const char *min_tzdata_source;
  const struct cxd__jurisdiction **rows; /* that apply to a campaign of which the policy says nothing else */
  size_t row_count;
};

/* Takes what the policy holds, also on failure. CXD_E_CONFIG: a jurisdiction that neither table nor policy has. */
cxd_status cxd__settings_new(const struct cxd__defaults *defaults, struct cxd__policy *policy, struct cxd__settings **out, cxd_error **error);
struct cxd__settings *cxd__settings_ref(struct cxd__settings *settings);
void cxd__settings_unref(struct cxd__settings *settings);

/* A row by its code: the policy's own before the table's. NULL: no such row. */
const struct cxd__jurisdiction *cxd__settings_row(const struct cxd__settings *settings, const char *code, size_t len);

const char *cxd__settings_meant(const struct cxd__settings *settings, const char *code, size_t len); /* the row that the writer of a wrong code may mean; NULL: nobody knows */

/* What the policy says of a campaign; NULL: nothing. */
const struct cxd__policy_campaign *cxd__settings_campaign(const struct cxd__settings *settings, const char *id, size_t len);

/* Config and policy, the stricter for each; what the policy says of the campaign (may be NULL) stands in place of what it says of all. */
struct cxd__capacity_in_force cxd__settings_capacity(const struct cxd__settings *settings, const struct cxd__policy_campaign *campaign);

#define CXD__MAX_CALLS 1000000
#define CXD__MAX_INTERVAL_S 86400

#endif

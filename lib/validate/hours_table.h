/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_HOURS_TABLE_H
#define CXD__VALIDATE_HOURS_TABLE_H

#include "validate/hours.h"
#include "validate/reader.h"

/* data/jurisdictions.json, as it is built into the library. Zero-terminated. */
extern const char cxd__hours_builtin[];
extern const size_t cxd__hours_builtin_len;

#define CXD__CODE_MAX 32 /* bytes of the code of a jurisdiction, and of the name of a set */

/* A whole table ({"version":1,"data":"2026-11-22","holidays":{...},"jurisdictions":{...}}). Free with cxd__hours_free(). */
cxd_status cxd__hours_parse(const char *json, size_t len, const char *what, struct cxd__hours *out, cxd_error **error);

/*
 * The members "jurisdictions" (rows by code) and "holidays" (sets by name) of a table, or of a policy, whose rows may also name
 * the sets of `known` (may be NULL). Fills hours->rows and hours->sets.
 */
void cxd__hours_read_sets(struct cxd__reader *reader, struct cxd__slice value, struct cxd__hours *hours);
void cxd__hours_read_rows(struct cxd__reader *reader, struct cxd__slice value, struct cxd__hours *hours, const struct cxd__hours *known);

/* Parts that a policy uses too. name: as faults call it. */
int cxd__minute_read(const char *text, size_t len); /* "21:30" or "24:00" in minutes; -1: neither */
int cxd__weekday_read(const char *text, size_t len); /* "mon" is 0, "sun" 6; -1: neither */
uint32_t cxd__weekdays_read(const char *text, size_t len); /* "mon" or "mon-fri" as bits, bit 0 = Monday; 0: neither */
extern const char *const cxd__weekday_names[7];
int cxd__date_text_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__date *out); /* "2026-11-28"; 0: fault */
void cxd__days_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__holidays *out); /* an array of day rules */
void cxd__days_free(struct cxd__holidays *holidays);
int cxd__day_rule_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__day_rule *out); /* {"name","on","observed"}; 0: fault */
int cxd__window_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__window *out); /* "08:00-21:00" */
void cxd__blackouts_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__blackout **out, size_t *count);
void cxd__blackouts_free(struct cxd__blackout *blackouts, size_t count);
void cxd__names_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__names *out); /* a code, or an array of codes */
void cxd__zone_names_read(struct cxd__reader *reader, struct cxd__slice value, const char *name, struct cxd__names *out); /* the same of IANA names */
int cxd__names_add(struct cxd__names *names, const char *name, size_t len); /* appends a copy; 0: no memory */
void cxd__names_free(struct cxd__names *names);

/* The rows as the JSON array of cxd_validator_jurisdictions_json(); rows of `own` stand in place of those of `table`. */
void cxd__hours_write(const struct cxd__hours *table, const struct cxd__hours *own, struct cxd__buf *out);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_CODES_H
#define CXD__VALIDATE_CODES_H

#include <stddef.h>

#include <cxdialer/cxdialer.h>

/* Every code of the built-in rules; docs/rules.md, which is made of their table, has them in this order. */
enum cxd__code {
  CXD__CODE_SCHEMA_ID,
  CXD__CODE_SCHEMA_TYPE,
  CXD__CODE_SCHEMA_NULL,
  CXD__CODE_SCHEMA_REQUIRED,
  CXD__CODE_SCHEMA_NUMBER,
  CXD__CODE_SCHEMA_NAME,
  CXD__CODE_SCHEMA_ENUM,
  CXD__CODE_SCHEMA_RULES,
  CXD__CODE_SCHEMA_SIMILAR,
  CXD__CODE_CAPACITY_CONCURRENCY,
  CXD__CODE_CAPACITY_LICENSED,
  CXD__CODE_CAPACITY_UNREACHABLE,
  CXD__CODE_CAPACITY_ABANDONMENT,
  CXD__CODE_PACING_INTERVAL,
  CXD__CODE_PACING_CALLS,
  CXD__CODE_PACING_THROTTLE,
  CXD__CODE_ZONE_UNKNOWN,
  CXD__CODE_ZONE_NOT_APPROVED,
  CXD__CODE_ZONE_TZDATA,
  CXD__CODE_WINDOW_CLOSED,
  CXD__CODE_WINDOW_DNC,
  CXD__CODE_WINDOW_INTERVAL,
  CXD__CODE_RULE_FAILED,
  CXD__CODE_COUNT
};

/*
 * One row explains a rule: to a policy, to docs/rules.md and to `cxdialer validate --explain`. The texts are ASCII. Markdown in
 * them is what the command can print: paragraphs, bullets and tables with an empty line before and after, `code` and **weight**.
 */
struct cxd__code_row {
  const char *name;
  int32_t severity;
  int fixed; /* a policy cannot lower it: without it the other rules could not be trusted */
  const char *source;  /* where the rule comes from: a few plain words, fit for the middle of a message */
  const char *meaning; /* what is found, and when; Markdown, no line end behind the last line */
  const char *advice;  /* how to satisfy it, as the rest of a sentence that began with "To satisfy it:"; Markdown */
};

extern const struct cxd__code_row cxd__codes[CXD__CODE_COUNT]; /* codes_table.c */

/* CXD__CODE_COUNT for an unknown name. */
enum cxd__code cxd__code_find(const char *name);

/* The known name nearest to a wrong one; NULL when none is near. */
const char *cxd__code_nearest(const char *name, size_t len);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_REPORT_H
#define CXD__VALIDATE_REPORT_H

#include <cxdialer/cxdialer.h>

#include "base/buf.h"
#include "base/handle.h"

struct cxd__finding {
  int32_t severity;
  char *code, *pointer, *message;
};

struct cxd_report {
  uint32_t magic;
  struct cxd__finding *items;
  size_t count, room;
  int failed; /* a finding was lost for want of memory: never "ok"; readers see one more finding, report.incomplete */
  int64_t valid_until_ms; /* the verdict holds for instants before; INT64_MAX: calling hours have no part in it */
  int64_t opening_ms;     /* when calling hours open next; INT64_MAX: not known, or they are open */
  char *basis; /* of a check of a merged campaign: what was decided on, one JSON object (basis.h); NULL: none, or no memory */
  int lent;   /* in the hands of a rule: cxd_report_free() leaves it alone */
};

cxd_report *cxd__report_new(void);
cxd_report *cxd__report_copy(const cxd_report *report);
void cxd__report_free(cxd_report *report);
void cxd__report_addf(cxd_report *report, int32_t severity, const char *code, const char *pointer, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Takes the message over, also when it is NULL (no memory) or the finding is lost. */
void cxd__report_take(cxd_report *report, int32_t severity, const char *code, const char *pointer, char *message);
void cxd__report_write(const cxd_report *report, struct cxd__buf *out); /* the JSON array */

/* What readers see: the findings and, last, the one that stands for lost ones. at: NULL beyond the end. */
size_t cxd__report_count(const cxd_report *report);
const struct cxd__finding *cxd__report_at(const cxd_report *report, size_t i);

/* How many findings have severity error; *first is the first of them, NULL when there is none. */
size_t cxd__report_errors(const cxd_report *report, const struct cxd__finding **first);

#endif

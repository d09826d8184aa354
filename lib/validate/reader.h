/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_READER_H
#define CXD__VALIDATE_READER_H

#include "json/value.h"
#include "validate/hours.h"

/*
 * Strict reading of a checked JSON document into a struct: every fault is collected with line and column, and reading goes on,
 * so that one message names them all (the first 20, and how many more).
 */
struct cxd__reader {
  const char *text; /* of the whole document, for line and column */
  void *target;     /* what the read functions of a table fill */
  struct cxd__buf faults;
  size_t count;
  int failed; /* no memory */
};

typedef void cxd__read_fn(struct cxd__reader *reader, struct cxd__slice value);

struct cxd__read_member {
  const char *name;
  cxd__read_fn *read;
};

void cxd__read_fault(struct cxd__reader *reader, struct cxd__slice at, const char *format, ...) __attribute__((format(printf, 3, 4)));
int cxd__read_expect(struct cxd__reader *reader, struct cxd__slice value, enum cxd__json_kind kind, const char *name, const char *instead); /* 0: a fault was noted */

/* Unknown members are faults with the nearest known name. */
void cxd__read_members(struct cxd__reader *reader, struct cxd__slice object, const struct cxd__read_member *table, size_t count);

int64_t cxd__read_int(struct cxd__reader *reader, struct cxd__slice value, const char *name, int64_t min, int64_t max); /* 0: a fault was noted */
double cxd__read_real(struct cxd__reader *reader, struct cxd__slice value, const char *name, double above, double most);  /* 0: a fault was noted */

/* The faults as one error; CXD_OK when there are none. Frees them. what names the document: "policy", or a path. */
cxd_status cxd__read_verdict(struct cxd__reader *reader, const char *what, cxd_error **error);

#endif

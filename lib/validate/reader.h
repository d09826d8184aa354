/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_READER_H
#define CXD__VALIDATE_READER_H

#include "json/value.h"
#include "validate/hours.h"
#include "validate/text.h"

/*
 * Strict reading of a checked JSON document into a struct: every fault is collected with line and column, and reading goes on,
 * so that one message names them all, in the order of the text (the first CXD__FAULTS_SHOWN, and how many more). Only those are kept.
 */
#define CXD__FAULTS_SHOWN 20

struct cxd__fault {
  size_t at; /* offset in the text */
  char *clause;
};

struct cxd__reader {
  const char *text; /* of the whole document, for line and column */
  void *target;     /* what the read functions of a table fill */
  struct cxd__fault faults[CXD__FAULTS_SHOWN]; /* the first by place */
  size_t kept, count;
  int failed; /* no memory */
  int rows_cut, sets_cut; /* there are more than were read: what is not among them may yet be there */
  const struct cxd__hours *known, *own; /* where the jurisdictions that are named must have a row; known NULL: that is not checked */
};

typedef void cxd__read_fn(struct cxd__reader *reader, struct cxd__slice value);

struct cxd__read_member {
  const char *name;
  cxd__read_fn *read;
};

void cxd__read_fault(struct cxd__reader *reader, struct cxd__slice at, const char *format, ...) __attribute__((format(printf, 3, 4)));
int cxd__read_tells(const struct cxd__reader *reader, struct cxd__slice at); /* whether a fault there would be among the first: else a search for a proposal is in vain */
int cxd__read_expect(struct cxd__reader *reader, struct cxd__slice value, enum cxd__json_kind kind, const char *name, const char *instead); /* 0: a fault was noted */

/* Unknown members are faults with the nearest known name; a member without a read function is passed over. */
void cxd__read_members(struct cxd__reader *reader, struct cxd__slice object, const struct cxd__read_member *table, size_t count);

/* An object into another struct than the one around it: target is `into` meanwhile. 0: it is no object. name: as faults call it. */
int cxd__read_into(struct cxd__reader *reader, struct cxd__slice object, void *into, const char *name, const struct cxd__read_member *table, size_t count);
int cxd__read_required(struct cxd__reader *reader, struct cxd__slice object, const char *name, const char *instead); /* 0: a fault was noted */

int64_t cxd__read_int(struct cxd__reader *reader, struct cxd__slice value, const char *name, int64_t min, int64_t max); /* 0: a fault was noted */
double cxd__read_real(struct cxd__reader *reader, struct cxd__slice value, const char *name, double above, double most);  /* 0: a fault was noted */

double cxd__read_range(struct cxd__reader *reader, struct cxd__slice value, const char *name, double least, double most); /* both included; 0: a fault was noted */

/* A copy of a text of 1 to `most` characters on one line, without bytes that steer a terminal. NULL: a fault was noted, or no memory. */
char *cxd__read_text(struct cxd__reader *reader, struct cxd__slice value, const char *name, size_t most);

/* The decoded text of a string, which cxd__free() frees with view->own; 0: it is none (a fault was noted), or no memory. */
int cxd__read_view(struct cxd__reader *reader, struct cxd__slice value, const char *name, const char *instead, struct cxd__view *out);

/* A zeroed array with room for the entries of an array or object, `most` when there are more (a fault was noted); NULL: none, or no memory. */
void *cxd__read_room(struct cxd__reader *reader, struct cxd__slice container, size_t size, size_t most, const char *name);

int cxd__read_is_code(const char *s, size_t len, size_t most); /* 1 to most letters, digits, '-' and '_' */

/* The faults as one error; CXD_OK when there are none. Frees them. what names the document: "policy", or a path. */
cxd_status cxd__read_verdict(struct cxd__reader *reader, const char *what, cxd_error **error);

#endif

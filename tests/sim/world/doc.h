/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_WORLD_DOC_H
#define CXD_WORLD_DOC_H

#include <stddef.h>
#include <stdint.h>

/*
 * A campaign as the server keeps it: a row of numbers, written as the JSON of domain.md and read back from a body.
 * Comparing two campaigns is comparing two rows.
 */
enum doc_member {
  DOC_CONCURRENT,
  DOC_INTERVAL,
  DOC_CALLS,
  DOC_THROTTLE, /* hundredths */
  DOC_PRIORITY,
  DOC_REBALANCE,
  DOC_NAME,
  DOC_TENANT, /* nothing the library knows */
  DOC_MEMBERS
};

#define DOC_ABSENT INT64_MIN
#define DOC_TEXT_MAX 640

struct doc {
  int64_t value[DOC_MEMBERS];
  int64_t version; /* DOC_ABSENT: this server keeps none */
};

const char *doc_pointer(int member); /* a JSON Pointer */
struct doc doc_first(void);

/* The JSON text of one member's value. */
void doc_value_text(int member, int64_t value, char *out, size_t room);
void doc_write(const struct doc *doc, const char *id, char out[DOC_TEXT_MAX]);

/* 1, or 0: not a JSON object with this id. A member that is missing or of another type is absent. */
int doc_read(const char *text, size_t len, const char *id, struct doc *out);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_MEMBERS_H
#define CXD__VALIDATE_MEMBERS_H

#include "json/value.h"

/* The members of a campaign that the API documents; any other is left to the server. */
enum cxd__member {
  CXD__MEMBER_ID,
  CXD__MEMBER_NAME,
  CXD__MEMBER_STATUS,
  CXD__MEMBER_DIALER_TYPE,
  CXD__MEMBER_MAX_CONCURRENT_CALLS,
  CXD__MEMBER_TIME_ZONE,
  CXD__MEMBER_VERSION,
  CXD__MEMBER_PACING,
  CXD__MEMBER_PACING_TYPE,
  CXD__MEMBER_PACING_INTERVAL,
  CXD__MEMBER_PACING_CALLS,
  CXD__MEMBER_PACING_THROTTLE,
  CXD__MEMBER_RULES,
  CXD__MEMBER_ADVANCED,
  CXD__MEMBER_AUTO_REBALANCE,
  CXD__MEMBER_QUEUE_PRIORITY,
  CXD__MEMBER_COUNT,
  CXD__MEMBER_ROOT = CXD__MEMBER_COUNT
};

enum cxd__member_type {
  CXD__TYPE_STRING,
  CXD__TYPE_INTEGER,
  CXD__TYPE_REAL,
  CXD__TYPE_BOOLEAN,
  CXD__TYPE_INTEGER_OR_STRING,
  CXD__TYPE_OBJECT,
  CXD__TYPE_ARRAY
};

struct cxd__member_row {
  const char *pointer;
  const char *key; /* the last token as it stands in JSON, with quotes */
  size_t key_len;
  enum cxd__member parent;
  enum cxd__member_type type;
  int required;              /* in a whole document */
  int64_t min;               /* of an integer that no limit of its own has; INT64_MIN: none */
  const char *const *values; /* known values, NULL-terminated; NULL: not an enumeration */
  const char *hint;          /* what to write, for the message of a wrong type */
};

extern const struct cxd__member_row cxd__members[CXD__MEMBER_COUNT];

struct cxd__member_values {
  struct cxd__slice at[CXD__MEMBER_COUNT]; /* absent where the document has none */
  unsigned unknown;                        /* 1u << parent: its object has a member that is not in the table */
};

/* One walk over a checked document. */
void cxd__members_read(struct cxd__slice document, struct cxd__member_values *out);

/* The member of a raw key in its parent's object; CXD__MEMBER_COUNT: not in the table. */
enum cxd__member cxd__member_find(struct cxd__slice key, enum cxd__member parent);

/* Whether a value has the JSON type of its row; a number counts whatever its value. */
int cxd__member_fits(enum cxd__member_type type, enum cxd__json_kind kind);
const char *cxd__member_type_name(enum cxd__member_type type); /* with its article */

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__API_CONFIG_TABLE_H
#define CXD__API_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum cxd__config_type {
  CXD__CONFIG_STRING,
  CXD__CONFIG_INT,
  CXD__CONFIG_REAL,
  CXD__CONFIG_BOOL,
  CXD__CONFIG_CHOICE,
  CXD__CONFIG_URL,
  CXD__CONFIG_PATH
};

/* What a text must be beyond its type. Returns NULL, or what is wrong with it ("has no {id}"). */
typedef const char *cxd__config_rule(const char *value);

/*
 * One row per key; setters, file, environment, command line, documentation and introspection come from it.
 * A key without default ("") may be set to "", which unsets it.
 */
struct cxd__config_key {
  const char *name;
  enum cxd__config_type type;
  const char *initial;
  const char *range;      /* "1 to 20", "basic|post", or a word on the form; "" */
  double min, max;        /* of int and real */
  const char *unit;       /* of int and real, "" when it has none */
  cxd__config_rule *rule; /* of texts, or NULL */
  int32_t secret;
  const char *doc;        /* one sentence */
};

/* NULL beyond the end. */
const struct cxd__config_key *cxd__config_key_at(size_t i);

/* Index of a key, or cxd_config_key_count(). */
size_t cxd__config_find(const char *name);

/* The known name with the smallest edit distance; case does not count. */
const char *cxd__config_nearest(const char *name);

const char *cxd__config_type_name(enum cxd__config_type type);

#endif

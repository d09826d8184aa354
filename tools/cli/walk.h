/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_WALK_H
#define CLI_WALK_H

#include <stddef.h>

/*
 * Walks JSON as raw text, without recursion and without judging more than it needs: texts from the library are
 * well-formed; of others only the outermost array is checked, its elements go to cxd_campaign_parse().
 */
struct slice {
  const char *at;
  size_t len;
};

struct slice slice_of(const char *text); /* NULL: an empty one */
int slice_is(struct slice s, const char *text);
struct slice slice_trim(struct slice s); /* without JSON whitespace at both ends */

/* One step each; *pos starts at 0. 1: a value was found, 0: the end, -1: not well-formed at *pos. */
int walk_array(struct slice array, size_t *pos, struct slice *value);
int walk_object(struct slice object, size_t *pos, struct slice *key, struct slice *value); /* key without quotes, escapes kept */

/* The value of a member; an empty slice when it is absent. */
struct slice walk_get(struct slice object, const char *key);

/* A string's content without quotes, escapes kept; any other value as it is. */
struct slice walk_plain(struct slice value);

#endif

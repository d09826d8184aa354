/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* JSON as raw text: documents are sliced and spliced, never printed again, so every number keeps its spelling.
 * The walking functions expect text that json_read accepted. */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "buf.h"

#include <jansson.h>
#include <stdbool.h>

#define JSON_REASON_SIZE 256

/* Strict: no duplicate members, nothing behind the value. NULL with the reason. */
json_t *json_read(struct span text, char reason[JSON_REASON_SIZE]);

/* Walk an object or an array: *at starts as NULL and is moved by each call; key is NULL for an array. */
bool json_next(struct span whole, const char **at, struct span *key, struct span *value);
bool json_find(struct span object, const char *name, struct span *value);
bool json_key_is(struct span key, const char *name);
/* The object with one member replaced, or added at its end. */
void json_set(struct buf *out, struct span object, struct span quoted_key, struct span value);
/* The object with every member of the patch set. */
void json_merge(struct buf *out, struct span object, struct span patch);

bool json_is_text(struct span text); /* can be quoted without loss */
void json_quote(struct buf *out, struct span text);
/* The next member of an object under construction. */
void json_member_or_null(struct buf *out, const char *name, const char *value);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_JSON_TEXT_H
#define CLI_JSON_TEXT_H

#include "walk.h"

/* What the content of a JSON string (without quotes, escapes kept, well-formed) means; with an escaped zero byte it ends there. Caller frees. */
char *json_text_decode(struct slice content);

/* Whether it means this text. */
int json_text_is(struct slice content, const char *text);

#endif

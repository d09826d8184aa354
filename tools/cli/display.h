/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_DISPLAY_H
#define CLI_DISPLAY_H

#include <stdint.h>
#include <stdio.h>

#include "walk.h"

/*
 * Text of others made fit for a terminal: control characters, characters that turn the writing direction and bytes
 * that are not UTF-8 are written as \u001b, \u202e, \xff.
 */
void display_put(FILE *out, struct slice s);
char *display_text(struct slice s);                 /* caller frees */
char *display_clip(struct slice s, size_t columns); /* the same, "..." at the end when it is wider; caller frees */
size_t display_width(const char *s);                /* in columns */

/* A JSON document: as it is, but what a terminal would act upon is escaped inside strings and a blank between them. */
void display_put_json(FILE *out, struct slice s);

/* A JSON string with quotes; bytes that are not UTF-8 become U+FFFD. */
void display_put_json_string(FILE *out, struct slice s);

/* Bytes of the character at the start of s, which is not empty; 0, and *c untouched, when it is not UTF-8 (RFC 3629). */
size_t display_decode(struct slice s, uint32_t *c);
int display_is_hidden(uint32_t c); /* a control character, or one without a width that acts upon its neighbours */

#endif

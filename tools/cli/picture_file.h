/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_PICTURE_FILE_H
#define CLI_PICTURE_FILE_H

#include <stdio.h>

#include "cli.h"

/* Writes what it draws; 0, or -1 when it could not. */
typedef int picture_draw(FILE *out, const void *what);

/* For messages: the option that named the file, and what is written. */
struct picture_kind {
  const char *option, *noun;
};

extern const struct picture_kind picture_svg; /* --svg, picture */

/*
 * Draws into FILE, which is complete or as it was before: written beside it under another name, then renamed. A pipe or a device is written
 * to, - is standard output. Says on standard error what was written or what is wrong; the exit code.
 */
int picture_write(const struct cli *cli, const struct picture_kind *kind, const char *file, picture_draw *draw, const void *what);

/* Whether FILE, not -, can be written, before there is anything to write; says what is wrong. Leaves nothing behind. The exit code. */
int picture_check(const struct cli *cli, const struct picture_kind *kind, const char *file);

#endif

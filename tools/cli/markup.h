/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_MARKUP_H
#define CLI_MARKUP_H

#include <stdint.h>
#include <stdio.h>

#include "walk.h"

/* Texts of others inside of XML and HTML: escaped; what these must not hold or the eye must not see becomes U+FFFD, a pile of diacritics is cut. */
void markup_put(FILE *out, struct slice s);

/* One character at the start of s, which is not empty, as it is shown; its length in bytes. */
size_t markup_next(struct slice s, uint32_t *c);

#endif

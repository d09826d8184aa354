/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_UTF8_H
#define CXD__BASE_UTF8_H

#include <stddef.h>

/* Length in bytes of the well-formed UTF-8 sequence (RFC 3629) at s, 0 when there is none. */
size_t cxd__utf8_width(const char *s, size_t len);

/* Whether all of s is well-formed. */
int cxd__utf8_valid(const char *s, size_t len);

/* Number of code points of a well-formed text. */
size_t cxd__utf8_count(const char *s, size_t len);

#endif

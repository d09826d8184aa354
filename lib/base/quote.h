/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_QUOTE_H
#define CXD__BASE_QUOTE_H

#define CXD__QUOTE_MAX 128

/* A text for messages: control bytes and what is not UTF-8 become '?', a long one is cut. out has room for CXD__QUOTE_MAX bytes. */
void cxd__quote(const char *text, char out[CXD__QUOTE_MAX]);

#endif

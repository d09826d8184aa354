/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_BASIS_H
#define CXD__VALIDATE_BASIS_H

#include "validate/rules.h"

/*
 * What a check of a merged campaign decided on, for the audit log (docs/audit.md, `basis`): one JSON object on one line, 2 KiB at
 * most. Made after the built-in rules have run, because they have looked the zone up. NULL: no memory.
 */
char *cxd__basis_text(const struct cxd__context *context);

#endif

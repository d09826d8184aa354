/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_AUDIT_ROW_H
#define CLI_AUDIT_ROW_H

#include "table.h"

/* A record in one row of a table: time, number, kind, campaign, result, actor, sends, and in short what it says. */
#define AUDIT_ROW_COLUMNS 8

void audit_row_titles(struct table *table);
void audit_row_add(struct table *table, struct slice record, size_t screen); /* screen: columns that there are, 0: any */

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_WINDOWS_GATHER_H
#define CLI_WINDOWS_GATHER_H

#include "cli.h"
#include "windows.h"

/* Rows of windows, from a validator. Zero-initialise it; free it in any case. */
struct gathered {
  struct windows windows;
  struct windows_row *rows;
  cxd_schedule **schedules; /* of the rows; texts of the rows are borrowed from them */
};

/* Adds a row; zone and jurisdiction are borrowed. On failure *error says why and nothing is added. */
cxd_status gather_row(struct gathered *gathered, cxd_validator *validator, const char *zone, const char *jurisdiction, cxd_error **error);
void gather_free(struct gathered *gathered);

#endif

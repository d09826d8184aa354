/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_EXIT_CODE_H
#define CLI_EXIT_CODE_H

#include <cxdialer/cxdialer.h>

enum {
  EXIT_DONE = 0,
  EXIT_OTHER = 1,
  EXIT_PENDING = 2,
  EXIT_USAGE = 64,
  EXIT_INVALID = 65,
  EXIT_MISSING = 66,
  EXIT_UNREACHABLE = 69,
  EXIT_UNKNOWN = 70,
  EXIT_AUDIT = 74,
  EXIT_LATER = 75,
  EXIT_REFUSED = 77,
  EXIT_CONFIG = 78,
  EXIT_CONFLICT = 79,
  EXIT_SOME = 80,
  EXIT_INTERRUPTED = 130
};

/* The code of a call that returned status; error may be NULL. */
int exit_code_of_status(cxd_status status, const cxd_error *error);

/* While handles are made: what is wrong then is wrong in the configuration. */
int exit_code_of_setup(cxd_status status, const cxd_error *error);

int exit_code_of_result(const cxd_result *result);

/* The codes of several items into one. Zero-initialise it. */
struct exit_tally {
  int interrupted, unknown, audit, failed, pending, last, several;
};

void exit_tally_add(struct exit_tally *tally, int code);
int exit_tally_code(const struct exit_tally *tally);

#endif

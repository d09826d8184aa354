/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_UPDATES_H
#define CLI_UPDATES_H

#include "commands.h"

/* What plan and apply have in common: every element of every FILE, one after the other. */
struct updates_kind {
  cxd_status (*call)(cxd_updater *updater, const cxd_campaign *campaign, cxd_result **out, cxd_error **error);
  int writes;
};

int updates_run(struct cli *cli, const struct args *args, const struct updates_kind *kind);

#endif

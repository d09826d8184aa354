/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "updates.h"

int cmd_plan(struct cli *cli, const struct args *args) {
  static const struct updates_kind plan = {cxd_updater_plan, 0};
  return updates_run(cli, args, &plan);
}

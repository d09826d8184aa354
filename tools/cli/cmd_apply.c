/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "updates.h"

int cmd_apply(struct cli *cli, const struct args *args) {
  static const struct updates_kind apply = {cxd_updater_apply, 1};
  return updates_run(cli, args, &apply);
}

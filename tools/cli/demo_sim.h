/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_DEMO_SIM_H
#define CLI_DEMO_SIM_H

#include <sys/types.h>

/* The simulator as a child process on a free port. */
struct demo_sim {
  pid_t pid; /* 0: not running */
  int output;
  int port;
};

/* path NULL: beside this program, in the build tree, then in PATH. NULL on success, or why not; caller frees. */
char *demo_sim_start(struct demo_sim *sim, const char *path);
void demo_sim_stop(struct demo_sim *sim);

/* The body of its answer to a GET, or NULL; caller frees. */
char *demo_sim_get(const struct demo_sim *sim, const char *path);

#endif

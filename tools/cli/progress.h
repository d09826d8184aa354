/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

#include "cli.h"

struct progress_numbers {
  size_t done, total, failed, in_flight;
  int64_t used, limit; /* of the quota; limit 0: off */
  int64_t rate_limited, eta_ms; /* eta_ms -1: not known */
};

/* As much of it as fits into so many columns; caller frees. */
char *progress_text(const struct progress_numbers *numbers, size_t columns);
char *progress_duration(int64_t ms); /* "850 ms", "12.3 s", "9 min 5 s", "1 h 20 min"; caller frees */

/* What is seen of it: on a terminal one line, drawn again at most ten times a second; otherwise a line every ten seconds. */
struct progress {
  const struct cli *cli;
  int is_terminal, is_shown;
  int64_t next_ms;
};

void progress_start(struct progress *progress, const struct cli *cli, int64_t now_ms);
int progress_is_due(const struct progress *progress, int64_t now_ms);
void progress_show(struct progress *progress, const struct progress_numbers *numbers, int64_t now_ms);
void progress_tell(struct progress *progress, const struct progress_numbers *numbers); /* a line of its own, now */
void progress_clear(struct progress *progress); /* before anything else is printed */

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_CAPACITY_SVG_H
#define CLI_CAPACITY_SVG_H

#include <stdio.h>

/* The abandonment curve of so many agents and of a few more and fewer, against the limit. */
struct capacity_picture {
  double agents, aht_s, patience_s;
  double max_abandonment; /* the limit, as a fraction */
  double offered_per_min; /* answered calls per minute to mark; 0: none */
};

/* 0: written; -1: out has an error, or the numbers are outside of what the formulas are for and nothing was written. */
int capacity_svg_write(FILE *out, const struct capacity_picture *picture);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Is this the name of an IANA time zone? Abbreviations such as EST are not. */
#ifndef SIM_ZONE_H
#define SIM_ZONE_H

#include <stdbool.h>

bool zone_is_iana(const char *name);

#endif

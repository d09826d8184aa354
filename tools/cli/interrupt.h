/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <cxdialer/cxdialer.h>

/*
 * SIGINT and SIGTERM: while something is watched the first one cancels it and is remembered; otherwise, and the second
 * time, the process ends with code 130.
 */
void interrupt_start(void); /* before any other thread exists */
void interrupt_watch(cxd_updater *updater, cxd_client *client); /* either may be NULL; before they are freed: interrupt_watch(NULL, NULL) */
void interrupt_hold(void);  /* from now on only remember the first one */
int interrupt_seen(void);

#endif

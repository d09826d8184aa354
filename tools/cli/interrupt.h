/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <cxdialer/cxdialer.h>

/*
 * SIGINT and SIGTERM: while something is watched the first one cancels it and is remembered; otherwise, and the second
 * time, the process ends with code 130. A batch begins no more items at the first one, is cancelled at the second, and the
 * third ends the process. SIGUSR1 asks a batch for its status; without one it does nothing.
 */
void interrupt_start(void); /* before any other thread exists */
void interrupt_watch(cxd_updater *updater, cxd_client *client); /* either may be NULL; before they are freed: interrupt_watch(NULL, NULL) */
void interrupt_watch_batch(cxd_batch *batch);                   /* before it is freed: NULL */
void interrupt_hold(void);  /* from now on only remember the first one */
int interrupt_seen(void);

int interrupt_fd(void);   /* readable when a signal came while a batch was watched; -1: none */
int interrupt_asked(void); /* makes it unreadable; 1: a status was asked for since the last call */

#endif

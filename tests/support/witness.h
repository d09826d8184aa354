/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_WITNESS_H
#define CXD_TESTS_WITNESS_H

#include <cxdialer/cxdialer.h>

/*
 * Writes down everything that the library says to a program, in one text: log lines of every level, errors with all their members, results,
 * reports, records, what plug-ins get to see, statistics, settings, files. One at a time.
 */
void witness_begin(void);
void witness_end(void);
const char *witness_text(void);
size_t witness_len(void);

void witness_note(const char *text); /* NULL: nothing */
void witness_error(const cxd_error *error);
void witness_result(const cxd_result *result);
void witness_campaign(const cxd_campaign *campaign);
void witness_config(const cxd_config *config); /* as JSON, and each value */
void witness_client(const cxd_client *client);
void witness_files(const char *directory);     /* names and contents, with those below it */

/* Plug-ins that write down all they are given. */
cxd_log witness_log(void);
cxd_callback witness_callback(void);
cxd_rule witness_rule(void);
cxd_audit_logger witness_logger(void);

/* Apply and plan, both in full; frees the change. */
void witness_update(cxd_updater *updater, cxd_campaign *change);
void witness_plan(cxd_updater *updater, cxd_campaign *change);
void witness_reads(cxd_client *client, const char *id); /* get and list */

#endif

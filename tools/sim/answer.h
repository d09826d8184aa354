/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* From a complete request to its reply on the wire, with the fault that was ordered for it. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "sim.h"

#include <microhttpd.h>

/* The end of a request, for the log and the record; a second one is ignored. */
void answer_log(struct sim *sim, struct request *q, unsigned status, const char *fault);
enum MHD_Result answer_request(struct sim *sim, struct MHD_Connection *connection, struct request *q);

#endif

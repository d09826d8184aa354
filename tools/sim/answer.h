/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* From a complete request to its reply on the wire, with the fault that was ordered for it. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "sim.h"

#include <microhttpd.h>

enum MHD_Result answer_request(struct sim *sim, struct MHD_Connection *connection, struct request *q);

#endif

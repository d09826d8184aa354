/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Puts a reply on the wire, well or as badly as a fault asks for. */
#ifndef SIM_TRANSPORT_H
#define SIM_TRANSPORT_H

#include "clock.h"
#include "faults.h"
#include "reply.h"

#include <microhttpd.h>

/* Takes the body out of the reply. MHD_NO closes the connection. */
enum MHD_Result transport_send(struct MHD_Connection *connection, const struct sim_clock *clock, struct reply *r,
                               const struct fault_hit *fault);

#endif

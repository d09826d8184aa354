/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* What may be shown of a request: everything but its credentials. */
#ifndef SIM_MASK_H
#define SIM_MASK_H

#include "request.h"

void mask_header(const struct request_header *h, struct buf *out); /* the value */
void mask_form(struct span form, struct buf *out);

#endif

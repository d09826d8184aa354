/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_POLICY_PARTS_H
#define CXD__VALIDATE_POLICY_PARTS_H

#include "validate/hours_table.h"
#include "validate/settings.h"

/* The members of a policy that have a file of their own. */
void cxd__capacity_inputs_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__capacity_inputs *out);
void cxd__policy_campaigns_read(struct cxd__reader *reader, struct cxd__slice value, struct cxd__policy_campaign **out, size_t *count);
void cxd__policy_campaigns_free(struct cxd__policy_campaign *campaigns, size_t count);

#endif

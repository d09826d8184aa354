/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__VALIDATE_ZONE_LINKS_H
#define CXD__VALIDATE_ZONE_LINKS_H

#include "validate/settings.h"

/*
 * Holds the zone names of a policy against the time zone database. A name that it does not have is refused (CXD_E_CONFIG): a
 * blackout for "Amercia/New_York" would never close anything. A blackout's zones get their other names (US/Eastern for
 * America/New_York), as the database lists them, because a campaign may use any of them. A database that cannot be read refuses
 * nothing here: then no zone is open. what names the policy in messages.
 */
cxd_status cxd__policy_settle_zones(struct cxd__policy *policy, struct cxd__zone_cache *zones, const char *what, cxd_error **error);

#endif

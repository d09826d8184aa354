/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_HANDLE_H
#define CXD__BASE_HANDLE_H

#include <cxdialer/cxdialer.h>
#include <stdint.h>

/*
 * First member of every handle: a wrong or freed handle is recognised, where that is possible, before it is used. So is one of another
 * version in the same process, whose structs may look otherwise: the version is in the upper half, the kind in the lower.
 */
#define CXD__EDITION ((uint32_t)(CXD_VERSION_NUMBER + (CXD_VERSION_NUMBER >> 16) * 0x55) << 16)
#define CXD__MAGIC_ERROR (0x43784572u ^ CXD__EDITION)
#define CXD__MAGIC_CONFIG (0x43784366u ^ CXD__EDITION)
#define CXD__MAGIC_CAMPAIGN (0x43784361u ^ CXD__EDITION)
#define CXD__MAGIC_LIST (0x43784c69u ^ CXD__EDITION)
#define CXD__MAGIC_CLIENT (0x4378436cu ^ CXD__EDITION)
#define CXD__MAGIC_VALIDATOR (0x43785661u ^ CXD__EDITION)
#define CXD__MAGIC_REPORT (0x43785265u ^ CXD__EDITION)
#define CXD__MAGIC_UPDATER (0x43785570u ^ CXD__EDITION)
#define CXD__MAGIC_RESULT (0x43785273u ^ CXD__EDITION)
#define CXD__MAGIC_SINK (0x4378536bu ^ CXD__EDITION)
#define CXD__MAGIC_REQUEST (0x43785271u ^ CXD__EDITION)
#define CXD__MAGIC_SCHEDULE (0x43785363u ^ CXD__EDITION)
#define CXD__MAGIC_AUDIT (0x43784175u ^ CXD__EDITION)
#define CXD__MAGIC_BATCH (0x43784261u ^ CXD__EDITION)
#define CXD__MAGIC_EVENT (0x43784576u ^ CXD__EDITION)
#define CXD__MAGIC_DEAD 0xdeadc0deu

#define CXD__IS(handle, kind) ((handle) && (handle)->magic == CXD__MAGIC_##kind)

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__BASE_HANDLE_H
#define CXD__BASE_HANDLE_H

#include <stdint.h>

/* First member of every handle: a wrong or freed handle is recognised, where that is possible, before it is used. */
#define CXD__MAGIC_ERROR 0x43784572u
#define CXD__MAGIC_CONFIG 0x43784366u
#define CXD__MAGIC_CAMPAIGN 0x43784361u
#define CXD__MAGIC_LIST 0x43784c69u
#define CXD__MAGIC_CLIENT 0x4378436cu
#define CXD__MAGIC_VALIDATOR 0x43785661u
#define CXD__MAGIC_REPORT 0x43785265u
#define CXD__MAGIC_UPDATER 0x43785570u
#define CXD__MAGIC_RESULT 0x43785273u
#define CXD__MAGIC_SINK 0x4378536bu
#define CXD__MAGIC_REQUEST 0x43785271u
#define CXD__MAGIC_SCHEDULE 0x43785363u
#define CXD__MAGIC_AUDIT 0x43784175u
#define CXD__MAGIC_BATCH 0x43784261u
#define CXD__MAGIC_EVENT 0x43784576u
#define CXD__MAGIC_DEAD 0xdeadc0deu

#define CXD__IS(handle, kind) ((handle) && (handle)->magic == CXD__MAGIC_##kind)

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD__HTTP_MULTI_H
#define CXD__HTTP_MULTI_H

#include <curl/curl.h>

/*
 * curl_multi_init(), whose descriptors are not inherited by programs that the host starts: libcurl (7.88 for one) leaves the pair of
 * sockets open to them that curl_multi_wakeup() uses. like: any open descriptor. NULL: no memory, or no descriptors.
 */
CURLM *cxd__multi_new(int like);

#endif

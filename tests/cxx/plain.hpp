/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_CXX_PLAIN_HPP
#define CXD_TESTS_CXX_PLAIN_HPP

#include <string>

/* "STATUS outcome ASKED STATUS": of an update, of the plug-ins that were asked (1: log, 2: rule, 4: callback), of an unknown key. */
std::string plain_update(const char *url, const char *audit_path, const char *campaign_id);

#endif

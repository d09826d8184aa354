/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include <cxdialer/cxdialer.h>

#include "base/mem.h"
#include "http/http.h"

const char *cxd_version(void) { return CXD__VERSION; }

uint32_t cxd_version_number(void) { return CXD_VERSION_NUMBER; }

int32_t cxd_has_feature(const char *name) {
  static const char *const built_in[] = {"merge", "replace", "audit-sha256", "audit-hmac", "token-provider", "windows", "capacity", "batch", "events"};
  if (!name)
    return 0;
  for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
    if (strcmp(name, built_in[i]) == 0)
      return 1;
  return cxd__http_has(name);
}

void cxd_string_free(char *s) { cxd__free(s); }

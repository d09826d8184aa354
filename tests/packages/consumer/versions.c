/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */
/* A program of somebody else: the header it was compiled with and the library it runs with, and a document that is changed. */
#include <cxdialer/cxdialer.h>
#include <stdio.h>

int main(void) {
  cxd_campaign *change = NULL;
  cxd_error *error = NULL;
  if (cxd_campaign_new("packages", &change, &error) != CXD_OK || cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 7, &error) != CXD_OK) {
    fprintf(stderr, "%s\n", cxd_error_message(error));
    cxd_error_free(error);
    return 1;
  }
  char *json = cxd_campaign_to_json(change);
  printf("%s %d %s\n", cxd_version(), cxd_version_number() == CXD_VERSION_NUMBER, json);
  cxd_string_free(json);
  cxd_campaign_free(change);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Says which library it found, and what that thinks of a change: hello [JSON]. Nothing is sent anywhere. */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <string.h>

static const char *const severities[] = {"note", "warning", "error"};

int main(int argc, char **argv) {
  const char *json = argc > 1 ? argv[1] : "{\"id\":\"c-1\",\"maxConcurrentCalls\":120,\"pacing\":{\"throttlePercent\":85}}";
  cxd_campaign *change = NULL;
  cxd_validator *validator = NULL;
  cxd_report *report = NULL;
  cxd_error *error = NULL;

  printf("libcxdialer %s (compiled with 0x%06x), TLS: %s\n", cxd_version(), (unsigned)CXD_VERSION_NUMBER, cxd_has_feature("tls") ? "yes" : "no");
  if (cxd_campaign_parse(json, strlen(json), &change, &error) == CXD_OK && cxd_validator_new(NULL, &validator, &error) == CXD_OK &&
      cxd_validator_check(validator, change, 0, &report, &error) == CXD_OK)
    printf("%s: may be applied\n", cxd_campaign_id(change));
  for (size_t i = 0; i < cxd_report_count(report); i++) /* there also when the check failed */
    printf("%s %s %s: %s\n", severities[cxd_report_severity(report, i)], cxd_report_code(report, i), cxd_report_pointer(report, i), cxd_report_message(report, i));
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  int failed = error != NULL;
  cxd_error_free(error), cxd_report_free(report), cxd_validator_free(validator), cxd_campaign_free(change);
  return failed;
}

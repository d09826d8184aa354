/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A house rule: campaigns whose name begins with "VIP" never have more than 50 concurrent calls.
 *   rule CALLS CAMPAIGN
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 50

/*
 * Runs twice in an update: first with the change alone (merged is NULL), then with the campaign as it would be. The change does not have the
 * name, so this rule waits for the campaign. To return something else than CXD_ACCEPTED means "could not decide", and refuses as well.
 */
static int32_t check(void *user_data, const cxd_campaign *change, const cxd_campaign *merged, int64_t at_unix_ms, cxd_report *report) {
  const char *name = NULL;
  int64_t calls = 0;
  char message[128];
  (void)user_data, (void)change, (void)at_unix_ms;
  if (!merged)
    return CXD_ACCEPTED;
  if (cxd_campaign_get_string(merged, CXD_FIELD_NAME, &name, NULL) != CXD_OK || cxd_campaign_get_int(merged, CXD_FIELD_MAX_CONCURRENT_CALLS, &calls, NULL) != CXD_OK)
    return 0;
  if (strncmp(name, "VIP", 3) != 0 || calls <= LIMIT)
    return CXD_ACCEPTED;
  snprintf(message, sizeof message, "%lld concurrent calls in a VIP campaign: %d at most", (long long)calls, LIMIT);
  return cxd_report_add(report, CXD_SEVERITY_ERROR, "acme.vip_calls", CXD_FIELD_MAX_CONCURRENT_CALLS, message) == CXD_OK ? CXD_ACCEPTED : 0;
}

int main(int argc, char **argv) {
  cxd_rule rule = {.size = sizeof rule, .check = check};
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_validator *validator = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  if (argc < 3)
    return fprintf(stderr, "rule CALLS CAMPAIGN\n"), 2;
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_validator_new(config, &validator, &error) == CXD_OK && cxd_validator_add_rule(validator, &rule, &error) == CXD_OK &&
      cxd_updater_new(config, client, validator, &updater, &error) == CXD_OK && cxd_campaign_new(argv[2], &change, &error) == CXD_OK &&
      cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, atoi(argv[1]), &error) == CXD_OK && cxd_updater_apply(updater, change, &result, &error) == CXD_OK)
    printf("%s: %s\n", argv[2], cxd_result_outcome_name(result));
  const cxd_report *report = cxd_result_report(result); /* a refused update has a result, too */
  for (size_t i = 0; i < cxd_report_count(report); i++)
    printf("%s %s: %s\n", cxd_report_code(report, i), cxd_report_pointer(report, i), cxd_report_message(report, i));
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  int failed = error != NULL;
  cxd_error_free(error), cxd_result_free(result), cxd_campaign_free(change), cxd_updater_free(updater), cxd_validator_free(validator), cxd_client_free(client);
  cxd_config_free(config);
  return failed;
}

/* Slows a campaign down to 120 concurrent calls; the connection comes from CXDIALER_... variables. */
#include <cxdialer/cxdialer.h>
#include <stdio.h>

int main(int argc, char **argv) {
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  cxd_error *error = NULL;
  const char *id = argc > 1 ? argv[1] : "a1b2c3d4-e5f6-7890-abcd-ef1234567890";

  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK && cxd_campaign_new(id, &change, &error) == CXD_OK &&
      cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, 120, &error) == CXD_OK && cxd_updater_apply(updater, change, &result, &error) == CXD_OK)
    printf("%s: %s, %lld -> %lld concurrent calls\n", id, cxd_result_outcome_name(result), (long long)cxd_result_previous_concurrent(result), (long long)cxd_result_new_concurrent(result));
  else
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  int failed = error != NULL;
  cxd_error_free(error), cxd_result_free(result), cxd_campaign_free(change), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return failed;
}

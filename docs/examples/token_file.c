/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows campaigns down with tokens from a file that another process replaces (rename(2)) when it has a new one.
 *   token_file FILE CALLS CAMPAIGN...
 * The rest of the connection comes from CXDIALER_... variables.
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <cxdialer/cxdialer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct file {
  const char *path;
  char last[16385]; /* the token that was handed over; it is wiped at the end */
};

/* The first line. A file that is replaced by rename is read whole: the old one or the new one. */
static int read_token(const char *path, char *token, int size) {
  FILE *file = fopen(path, "r");
  int good = file && fgets(token, size, file);
  if (file)
    fclose(file);
  token[good ? strcspn(token, "\r\n") : 0] = '\0';
  return good;
}

/*
 * Asked for the first request, before the life of the token is over, and when the server refused it (forced). A token that was just refused is
 * not worth another try: the other process gets ten seconds to write a new one. (A host with more to do keeps the sink and returns CXD_PENDING.)
 */
static int32_t fetch(void *user_data, const cxd_token_request *request, cxd_token_sink *sink) {
  struct file *file = user_data;
  char token[sizeof file->last];
  int good = read_token(file->path, token, sizeof token), forced = cxd_token_request_forced(request);
  for (int i = 0; i < 100 && (!good || (forced && strcmp(token, file->last) == 0)); i++) {
    (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    good = read_token(file->path, token, sizeof token);
  }
  fprintf(stderr, "token file read%s\n", forced ? ", as the server refused the last one" : "");
  return good && cxd_token_sink_accept(sink, strcpy(file->last, token), strlen(token), 60) == CXD_OK ? CXD_ACCEPTED : 0;
}

static void destroy(void *user_data) { memset(user_data, 0, sizeof(struct file)); }

static int slow_down(cxd_updater *updater, const char *id, int64_t calls, cxd_error **error) {
  cxd_campaign *change = NULL;
  cxd_result *result = NULL;
  if (cxd_campaign_new(id, &change, error) == CXD_OK && cxd_campaign_set_int(change, CXD_FIELD_MAX_CONCURRENT_CALLS, calls, error) == CXD_OK &&
      cxd_updater_apply(updater, change, &result, error) == CXD_OK)
    printf("%s: %s\n", id, cxd_result_outcome_name(result));
  cxd_result_free(result), cxd_campaign_free(change);
  return *error == NULL;
}

int main(int argc, char **argv) {
  static struct file file;
  cxd_token_provider provider = {.size = sizeof provider, .user_data = &file, .destroy = destroy, .fetch = fetch};
  cxd_config *config = NULL;
  cxd_client *client = NULL;
  cxd_updater *updater = NULL;
  cxd_error *error = NULL;
  file.path = argc > 1 ? argv[1] : "token";
  if (cxd_config_new(&config) == CXD_OK && cxd_config_load_env(config, &error) == CXD_OK && cxd_client_new(config, &client, &error) == CXD_OK &&
      cxd_client_set_token_provider(client, &provider, &error) == CXD_OK && cxd_updater_new(config, client, NULL, &updater, &error) == CXD_OK)
    for (int i = 3; i < argc && slow_down(updater, argv[i], atoi(argv[2]), &error); i++)
      continue;
  if (error)
    fprintf(stderr, "%s: %s\n", cxd_status_name(cxd_error_status(error)), cxd_error_message(error));
  int failed = error != NULL;
  cxd_error_free(error), cxd_updater_free(updater), cxd_client_free(client), cxd_config_free(config);
  return failed;
}

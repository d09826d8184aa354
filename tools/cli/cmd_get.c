/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "commands.h"
#include "exit_code.h"
#include "output.h"
#include "session.h"

static void print(const struct cli *cli, const char *json) {
  if (cli->json)
    fputs(json, stdout);
  else
    display_put_json(stdout, slice_of(json));
  fputc('\n', stdout);
}

static int fetch(const struct cli *cli, const struct session *session, const char *id) {
  cxd_error *error = NULL;
  cxd_campaign *campaign = NULL;
  cxd_status status = cxd_client_get(session->client, id, &campaign, &error);
  char *json = status == CXD_OK ? cxd_campaign_to_json(campaign) : NULL;
  if (status == CXD_OK && !json)
    status = CXD_E_NOMEM;
  if (json)
    print(cli, json);
  else
    output_error(cli, NULL, status, error);
  int code = exit_code_of_status(status, error);
  cxd_string_free(json);
  cxd_campaign_free(campaign);
  cxd_error_free(error);
  return code;
}

int cmd_get(struct cli *cli, const struct args *args) {
  struct session session = {0};
  int code = session_open_client(cli, &session);
  if (!code)
    code = fetch(cli, &session, args->list[0]);
  session_close(&session);
  return code;
}

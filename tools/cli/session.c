/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "session.h"

#include "exit_code.h"
#include "interrupt.h"
#include "output.h"
#include "settings.h"
#include "stats_file.h"

int session_check(const struct cli *cli, cxd_status status, cxd_error *error) {
  if (status != CXD_OK)
    output_error(cli, NULL, status, error);
  int code = exit_code_of_setup(status, error);
  cxd_error_free(error);
  return code;
}

static int make_client(struct cli *cli, struct session *session) {
  cxd_error *error = NULL;
  session->cli = cli;
  int code = settings_load(cli);
  if (code)
    return code;
  cxd_status status = cxd_client_new(cli->config, &session->client, &error);
  return session_check(cli, status, error);
}

int session_open_client(struct cli *cli, struct session *session) {
  int code = make_client(cli, session);
  if (!code)
    interrupt_watch(NULL, session->client);
  return code;
}

static int audit_off(struct cli *cli) {
  cxd_error *error = NULL;
  cxd_status status = cxd_config_set(cli->config, "audit.mode", "off", &error);
  return session_check(cli, status, error);
}

int session_open_updater(struct cli *cli, struct session *session, int with_audit) {
  cxd_error *error = NULL;
  int code = make_client(cli, session);
  if (!code && !with_audit)
    code = audit_off(cli);
  if (code)
    return code;
  cxd_status status = cxd_updater_new(cli->config, session->client, NULL, &session->updater, &error);
  code = session_check(cli, status, error);
  if (!code)
    interrupt_watch(session->updater, NULL);
  return code;
}

void session_close(struct session *session) {
  interrupt_watch(NULL, NULL);
  stats_file_write(session->cli, session->client);
  cxd_updater_free(session->updater);
  cxd_client_free(session->client);
  *session = (struct session){0};
}

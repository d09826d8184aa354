/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strndup, explicit_bzero */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "mem.h"
#include "output.h"

static int is_secret(const char *key, size_t len) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const char *name = cxd_config_key_name(i);
    if (strlen(name) == len && strncmp(name, key, len) == 0)
      return cxd_config_key_secret(i);
  }
  return 0;
}

static int has_key(const char *name) {
  size_t i = 0;
  while (i < cxd_config_key_count() && strcmp(cxd_config_key_name(i), name) != 0)
    i++;
  return i < cxd_config_key_count();
}

static char *variable_of(const char *key, size_t len) {
  char *name = mem_format("CXDIALER_%.*s", (int)len, key);
  for (char *p = name; *p; p++)
    *p = (char)(*p == '.' ? '_' : *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
  return name;
}

char *settings_refuse(const char *assignment) {
  size_t len = strcspn(assignment, "=");
  if (len == 0 || !assignment[len])
    return mem_format("--set needs KEY=VALUE, not '%s'", assignment);
  if (!is_secret(assignment, len))
    return NULL;
  char *variable = variable_of(assignment, len);
  char *file_key = mem_format("%.*s_file", (int)len, assignment);
  int has_file = has_key(file_key);
  char *why = mem_format("--set %.*s: every user of this machine can read a command line; use the variable %s%s a --config FILE%s%s", (int)len, assignment,
                         variable, has_file ? "," : " or", has_file ? " or " : "", has_file ? file_key : "");
  free(file_key);
  free(variable);
  return why;
}

static int check(const struct cli *cli, const char *where, cxd_status status, cxd_error *error) {
  if (status != CXD_OK)
    output_error(cli, where, status, error);
  int code = exit_code_of_setup(status, error);
  cxd_error_free(error);
  return code == EXIT_USAGE ? EXIT_CONFIG : code;
}

static int load_file(struct cli *cli) {
  cxd_error *error = NULL;
  const char *variable = getenv("CXDIALER_CONFIG");
  const char *file = cli->config_file ? cli->config_file : variable;
  if (!file || !*file)
    return 0;
  cxd_status status = cxd_config_load_file(cli->config, file, &error);
  return check(cli, strstr(cxd_error_message(error), file) ? "" : file, status, error);
}

/* /proc shows them for as long as they stand there, and so does a core dump. */
static void wipe_secrets_of_environment(void) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const char *key = cxd_config_key_name(i);
    if (!cxd_config_key_secret(i))
      continue;
    char *variable = variable_of(key, strlen(key));
    char *value = getenv(variable);
    if (value)
      explicit_bzero(value, strlen(value));
    unsetenv(variable);
    free(variable);
  }
}

static int load_environment(struct cli *cli) {
  cxd_error *error = NULL;
  cxd_status status = cxd_config_load_env(cli->config, &error);
  wipe_secrets_of_environment();
  return check(cli, "environment", status, error);
}

static int load_set(struct cli *cli, const char *assignment) {
  cxd_error *error = NULL;
  size_t len = strcspn(assignment, "=");
  char *key = mem_need(strndup(assignment, len));
  cxd_status status = cxd_config_set(cli->config, key, assignment + len + 1, &error);
  free(key);
  return check(cli, "--set", status, error);
}

int settings_load(struct cli *cli) {
  if (cli->config)
    return 0;
  mem_need(cxd_config_new(&cli->config) == CXD_OK ? cli->config : NULL);
  int code = load_file(cli);
  if (!code)
    code = load_environment(cli);
  for (size_t i = 0; i < cli->set_count && !code; i++)
    code = load_set(cli, cli->sets[i]);
  return code;
}

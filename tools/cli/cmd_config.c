/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "commands.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "settings.h"
#include "table.h"

static void put_member(const char *name, const char *value) {
  printf(",\"%s\":", name);
  display_put_json_string(stdout, slice_of(value));
}

static void list_json(void) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    fputs(i > 0 ? ",{\"key\":" : "[{\"key\":", stdout);
    display_put_json_string(stdout, slice_of(cxd_config_key_name(i)));
    put_member("type", cxd_config_key_type(i));
    put_member("default", cxd_config_key_default(i));
    put_member("range", cxd_config_key_range(i));
    put_member("doc", cxd_config_key_doc(i));
    printf(",\"secret\":%s}", cxd_config_key_secret(i) ? "true" : "false");
  }
  fputs("]\n", stdout);
}

static void list_text(void) {
  struct table table = {.columns = 5};
  static const char *const titles[] = {"KEY", "TYPE", "DEFAULT", "RANGE", "MEANING"};
  for (size_t i = 0; i < 5; i++)
    table_add_text(&table, titles[i]);
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    table_add_text(&table, cxd_config_key_name(i));
    table_add_text(&table, cxd_config_key_type(i));
    table_add_text(&table, cxd_config_key_default(i));
    table_add_text(&table, cxd_config_key_range(i));
    table_add_text(&table, cxd_config_key_doc(i));
  }
  table_print(&table, stdout, "");
}

static int list(const struct cli *cli) {
  if (cli->json)
    list_json();
  else
    list_text();
  return 0;
}

static void show_json(const cxd_config *config) {
  char *json = mem_need(cxd_config_to_json(config));
  output_put_line(stdout, slice_of(json));
  fputc('\n', stdout);
  cxd_string_free(json);
}

static void show_text(const cxd_config *config) {
  struct table table = {.columns = 2};
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    table_add_text(&table, cxd_config_key_name(i));
    table_add_text(&table, cxd_config_get(config, cxd_config_key_name(i)));
  }
  table_print(&table, stdout, "");
}

static int show(struct cli *cli) {
  int code = settings_load(cli);
  if (code)
    return code;
  if (cli->json)
    show_json(cli->config);
  else
    show_text(cli->config);
  return 0;
}

int cmd_config(struct cli *cli, const struct args *args) {
  const char *what = args->list[0];
  if (strcmp(what, "list") == 0)
    return list(cli);
  if (strcmp(what, "show") == 0)
    return show(cli);
  output_failure(cli, CXD_E_ARGUMENT, "", "config '%s': list or show", what);
  return EXIT_USAGE;
}

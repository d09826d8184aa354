/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <cxdialer/cxdialer.h>
#include <stdio.h>

#include "commands.h"

static const char *const features[] = {"tls", "http2", "merge", "replace", "audit-sha256", "audit-hmac", "token-provider", "windows", "capacity", "batch", "events"};

#define FEATURES (sizeof features / sizeof *features)

static void print_json(void) {
  printf("{\"command\":\"%s\",\"library\":\"%s\",\"features\":{", CXDIALER_VERSION, cxd_version());
  for (size_t i = 0; i < FEATURES; i++)
    printf("%s\"%s\":%s", i > 0 ? "," : "", features[i], cxd_has_feature(features[i]) ? "true" : "false");
  fputs("}}\n", stdout);
}

static void print_text(void) {
  printf("cxdialer %s\nlibcxdialer %s\nfeatures:", CXDIALER_VERSION, cxd_version());
  for (size_t i = 0; i < FEATURES; i++)
    if (cxd_has_feature(features[i]))
      printf(" %s", features[i]);
  fputc('\n', stdout);
}

int cmd_version(struct cli *cli, const struct args *args) {
  (void)args;
  if (cli->json)
    print_json();
  else
    print_text();
  return 0;
}

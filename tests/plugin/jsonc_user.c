/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host that is linked with json-c: jsonc_user LIB URL MODE, with MODE local, global or deep.
 * What the server says of a refusal is JSON, and the library reads it with jansson.
 */
#define _GNU_SOURCE /* RTLD_DEEPBIND */
#include <dlfcn.h>
#include <json-c/json.h>
#include <string.h>

#include "host.h"

static int mode_of(const char *name) {
  if (strcmp(name, "deep") == 0)
    return RTLD_LOCAL | RTLD_DEEPBIND;
  return strcmp(name, "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL;
}

/* Both names of the clash: json_object_get() and json_object_iter_next() are there under other types in jansson. */
static void use_json_c(void) {
  struct json_object *root = json_tokener_parse("{\"a\":{\"b\":42}}"), *a = NULL;
  MUST(root && json_object_object_get_ex(root, "a", &a));
  MUST(json_object_get(a) == a && json_object_put(a) == 0);
  struct json_object_iterator at = json_object_iter_begin(root), end = json_object_iter_end(root);
  int members = 0;
  for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
    members++;
  MUST(members == 1 && json_object_put(root) == 1);
}

static void use_library(const struct lib *lib, const char *url) {
  struct desk desk;
  cxd_error *error = NULL;
  cxd_result *result = NULL;
  desk_open(&desk, lib, url, NULL, NULL);
  cxd_campaign *change = desk_change(lib, 0, 400); /* more than the server has licences for */
  SAY("status", "%d", lib->cxd_updater_apply(desk.updater, change, &result, &error));
  SAY("server_code", "%s", lib->cxd_error_server_code(error));
  SAY("message", "%s", lib->cxd_error_message(error));
  MUST(desk_apply(&desk, 1, 10, NULL) == CXD_OK);
  lib->cxd_error_free(error);
  lib->cxd_result_free(result);
  lib->cxd_campaign_free(change);
  desk_close(&desk);
}

int main(int argc, char **argv) {
  struct lib lib;
  MUST(argc == 4);
  use_json_c();
  lib_load(&lib, argv[1], RTLD_NOW | mode_of(argv[3]));
  for (int i = 0; i < 3; i++) {
    use_json_c();
    use_library(&lib, argv[2]);
  }
  use_json_c();
  lib_unload(&lib);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host that has a JSON library of its own linked in and exports it, without symbol versions: json_exports LIB URL MODE
 * MODE json-c: the names that json-c and jansson share; MODE all: PostgreSQL's and parson's as well, loaded with RTLD_DEEPBIND.
 * These stand for what would be found there: to be called from the library is the failure.
 */
#define _GNU_SOURCE /* RTLD_DEEPBIND */
#include <dlfcn.h>
#include <string.h>

#include "host.h"

#define ASTRAY(name) \
  __attribute__((visibility("default"))) void name(void); \
  void name(void) { host_failed(__FILE__, __LINE__, #name " of the host was not called by the library"); }

ASTRAY(json_object_get)
ASTRAY(json_object_iter_next)
#ifdef HOST_EXPORTS_ALL
ASTRAY(json_object)
ASTRAY(json_array)
ASTRAY(json_string)
ASTRAY(json_object_clear)
ASTRAY(json_loadb)
ASTRAY(json_delete)
#endif

int main(int argc, char **argv) {
  struct lib lib;
  struct desk desk;
  MUST(argc == 4);
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL | (strcmp(argv[3], "deep") == 0 ? RTLD_DEEPBIND : 0));
  desk_open(&desk, &lib, argv[2], NULL, NULL);
  SAY("status", "%d", desk_apply(&desk, 0, 400, NULL));
  MUST(desk_apply(&desk, 1, 10, NULL) == CXD_OK);
  desk_close(&desk);
  lib_unload(&lib);
  return 0;
}

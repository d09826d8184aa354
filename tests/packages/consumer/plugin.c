/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */
/* Knows the library by its name only, as a host of plug-ins does. */
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  void *library = dlopen("libcxdialer.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  const char *(*version)(void);
  *(void **)&version = dlsym(library, "cxd_version");
  if (!version) return fprintf(stderr, "%s\n", dlerror()), 1;
  printf("%s\n", version());
  return dlclose(library);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host that gives jansson an allocator of its own, and changes its mind between calls: jansson_user LIB URL
 * A block that is freed by the wrong one is found by its mark.
 */
#include <dlfcn.h>
#include <jansson.h>
#include <stdatomic.h>
#include <string.h>

#include "host.h"

struct block {
  size_t mark[2];
};

static atomic_size_t taken, given;

static void *marked(size_t size, size_t mark) {
  struct block *block = malloc(sizeof *block + size);
  MUST(block);
  *block = (struct block){{mark, ~mark}};
  atomic_fetch_add(&taken, 1);
  return block + 1;
}

static void unmark(void *data, size_t mark) {
  if (!data)
    return;
  struct block *block = (struct block *)data - 1;
  MUST(block->mark[0] == mark && block->mark[1] == ~mark);
  block->mark[0] = 0;
  atomic_fetch_add(&given, 1);
  free(block);
}

static void *take_one(size_t size) { return marked(size, 0x1111); }
static void give_one(void *data) { unmark(data, 0x1111); }
static void *take_two(size_t size) { return marked(size, 0x2222); }
static void give_two(void *data) { unmark(data, 0x2222); }

static void refused_and_applied(const struct desk *desk, int calls) {
  MUST(desk_apply(desk, 0, 400, NULL) == CXD_E_REJECTED);
  MUST(desk_apply(desk, 1, calls, NULL) == CXD_OK);
}

static void use_jansson(void) {
  json_t *mine = json_loads("{\"a\":[1,2,{\"b\":\"c\"}]}", 0, NULL);
  MUST(mine && json_array_size(json_object_get(mine, "a")) == 3);
  json_decref(mine);
}

int main(int argc, char **argv) {
  struct lib lib;
  struct desk desk;
  MUST(argc == 3);
  json_set_alloc_funcs(take_one, give_one);
  use_jansson();
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL);
  desk_open(&desk, &lib, argv[2], NULL, NULL);
  refused_and_applied(&desk, 20);
  SAY("of_the_first", "%zu", atomic_load(&taken));
  MUST(taken == given);
  cxd_batch *batch = desk_batch(&desk, 8, 400);
  batch_begin(&lib, batch);
  json_set_alloc_funcs(take_two, give_two); /* with a client, a result and a batch there */
  MUST(lib.cxd_batch_run(batch, NULL) == CXD_OK && lib.cxd_batch_failed(batch) == 8);
  lib.cxd_batch_free(batch);
  refused_and_applied(&desk, 30);
  json_set_alloc_funcs(malloc, free);
  refused_and_applied(&desk, 40);
  use_jansson();
  desk_close(&desk);
  lib_unload(&lib);
  SAY("taken", "%zu", atomic_load(&taken));
  SAY("given", "%zu", atomic_load(&given));
  return 0;
}

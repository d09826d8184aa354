/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Loads the library and lets go of it again, time after time: life LIB URL ROUNDS
 * Around each dlclose() requests are under way: a thread in a blocking call, and a batch that is freed in the middle, or left and
 * brought to its end by the calls of the next load.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "host.h"

#define BATCH 4
#define RACER 4 /* the campaign of the thread that is in a call while the library is let go */
#define WORKERS 2

/* One client for all of them, an updater for each. */
struct worker {
  struct desk desk;
  int campaign, calls;
};

static struct worker worker_of(const struct desk *desk, int campaign, int calls) {
  struct worker worker = {.desk = *desk, .campaign = campaign, .calls = calls};
  worker.desk.updater = NULL;
  MUST(desk->lib->cxd_updater_new(desk->config, desk->client, NULL, &worker.desk.updater, NULL) == CXD_OK);
  return worker;
}

static void *update(void *context) {
  const struct worker *worker = context;
  MUST(desk_apply(&worker->desk, worker->campaign, worker->calls, NULL) == CXD_OK);
  worker->desk.lib->cxd_updater_free(worker->desk.updater);
  return NULL;
}

static void updates_of_threads(const struct desk *desk, int round) {
  pthread_t threads[WORKERS];
  struct worker workers[WORKERS];
  for (int i = 0; i < WORKERS; i++) {
    workers[i] = worker_of(desk, i, 10 + round % 100);
    MUST(pthread_create(&threads[i], NULL, update, &workers[i]) == 0);
  }
  for (int i = 0; i < WORKERS; i++)
    MUST(pthread_join(threads[i], NULL) == 0);
}

/* What a round leaves for the next one. */
struct left {
  struct lib lib; /* its own copy: the pointers are used after the dlclose */
  struct desk desk;
  cxd_batch *batch;
};

static void end_of_left(struct left *left, const struct lib *lib) {
  if (!left->batch)
    return;
  batch_finish(lib, left->batch);
  lib->cxd_batch_free(left->batch);
  left->desk.lib = lib;
  desk_close(&left->desk);
  left->batch = NULL;
}

/* The thread may be in its call before, while and after the library is let go: its code stays. */
static void let_go(struct left *left, int round) {
  struct worker worker = worker_of(&left->desk, RACER, 10 + round % 100);
  struct lib loaded = left->lib;
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, update, &worker) == 0);
  lib_unload(&loaded);
  MUST(pthread_join(thread, NULL) == 0);
}

static void one_round(const char *path, const char *url, int round, struct left *left) {
  struct lib lib;
  lib_load(&lib, path, (round % 2 ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL);
  end_of_left(left, &lib);
  left->lib = lib;
  desk_open(&left->desk, &left->lib, url, NULL, NULL);
  updates_of_threads(&left->desk, round);
  left->batch = desk_batch(&left->desk, BATCH, 200 + round % 100);
  batch_begin(&lib, left->batch);
  if (round % 3) {
    let_go(left, round);
    return;
  }
  lib.cxd_batch_free(left->batch);
  left->batch = NULL;
  desk_close(&left->desk);
  lib_unload(&lib);
}

static void measure(const char *when) {
  char key[64];
  (void)snprintf(key, sizeof key, "%s_heap", when);
  SAY(key, "%zu", heap_in_use());
  (void)snprintf(key, sizeof key, "%s_rss_kib", when);
  SAY(key, "%ld", resident_kib());
  (void)snprintf(key, sizeof key, "%s_fds", when);
  SAY(key, "%d", open_descriptors());
}

/* Rounds that nothing is left of: their number is a multiple of 3, and the next one begins with nothing. */
int main(int argc, char **argv) {
  MUST(argc == 4);
  int rounds = atoi(argv[3]) / 3 * 3, warm = rounds / 4 / 3 * 3;
  struct left left = {0};
  for (int round = 0; round <= rounds; round++) {
    one_round(argv[1], argv[2], round, &left);
    if (round == warm)
      measure("warm");
  }
  measure("end");
  SAY("rounds", "%d", rounds + 1);
  SAY("still_mapped", "%d", dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL);
  return 0;
}

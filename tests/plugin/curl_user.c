/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host with transfers of its own: curl_user LIB URL ORDER
 * ORDER: who initialises libcurl, "host" first, "library" first, or "never": the host does not, and cleans up all the same.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "host.h"

#define UPDATES 25

static char page[256];
static atomic_int fetched, stop;

static size_t drop(char *data, size_t size, size_t count, void *context) {
  (void)data;
  (void)context;
  return size * count;
}

static CURL *transfer(void) {
  CURL *easy = curl_easy_init();
  MUST(easy);
  (void)curl_easy_setopt(easy, CURLOPT_URL, page);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  return easy;
}

static void *fetch_easy(void *context) {
  (void)context;
  CURL *easy = transfer();
  for (; !atomic_load(&stop); atomic_fetch_add(&fetched, 1))
    MUST(curl_easy_perform(easy) == CURLE_OK);
  curl_easy_cleanup(easy);
  return NULL;
}

static void *fetch_multi(void *context) {
  (void)context;
  CURLM *multi = curl_multi_init();
  for (; !atomic_load(&stop); atomic_fetch_add(&fetched, 1)) {
    CURL *easy = transfer();
    int running = 1;
    MUST(curl_multi_add_handle(multi, easy) == CURLM_OK);
    for (; running; (void)curl_multi_poll(multi, NULL, 0, 1000, NULL))
      MUST(curl_multi_perform(multi, &running) == CURLM_OK);
    (void)curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
  }
  (void)curl_multi_cleanup(multi);
  return NULL;
}

static void side_by_side(const struct desk *desk) {
  pthread_t threads[2];
  atomic_store(&stop, 0);
  MUST(pthread_create(&threads[0], NULL, fetch_easy, NULL) == 0);
  MUST(pthread_create(&threads[1], NULL, fetch_multi, NULL) == 0);
  for (int i = 0; i < UPDATES || atomic_load(&fetched) < UPDATES; i++)
    MUST(desk_apply(desk, i % 16, 10 + i, NULL) == CXD_OK);
  atomic_store(&stop, 1);
  for (int i = 0; i < 2; i++)
    MUST(pthread_join(threads[i], NULL) == 0);
}

/* A client that has connections, and a batch in the middle: what libcurl shares must not go away under them. */
static void clean_up_between_calls(const struct desk *desk) {
  cxd_batch *batch = desk_batch(desk, 8, 77);
  batch_begin(desk->lib, batch);
  curl_global_cleanup();
  batch_finish(desk->lib, batch);
  desk->lib->cxd_batch_free(batch);
  MUST(desk_apply(desk, 1, 78, NULL) == CXD_OK);
}

int main(int argc, char **argv) {
  struct lib lib;
  struct desk desk;
  MUST(argc == 4);
  (void)snprintf(page, sizeof page, "%s/_sim/state", argv[2]);
  int first = strcmp(argv[3], "host") == 0, never = strcmp(argv[3], "never") == 0;
  if (first)
    MUST(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL);
  desk_open(&desk, &lib, argv[2], NULL, NULL);
  if (!first && !never)
    MUST(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
  side_by_side(&desk);
  clean_up_between_calls(&desk);
  MUST(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
  side_by_side(&desk);
  curl_global_cleanup();
  desk_close(&desk);
  desk_open(&desk, &lib, argv[2], NULL, NULL);
  MUST(desk_apply(&desk, 2, 79, NULL) == CXD_OK);
  desk_close(&desk);
  lib_unload(&lib);
  curl_global_cleanup();
  SAY("fetched", "%d", atomic_load(&fetched));
  return 0;
}

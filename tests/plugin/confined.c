/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * A host under a seccomp filter that forbids new threads: confined LIB URL
 * An address in the URL needs none; a host name does, because libcurl looks it up in a thread.
 */
#define _GNU_SOURCE /* syscall */
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host.h"

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define ANSWER(number) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (number))

/* clone3() is not there, as an old kernel would say; clone() of a thread is not allowed. The flags are in the lower half of the first argument. */
static void forbid_threads(void) {
  struct sock_filter filter[] = {
    LOAD(nr),
    SKIP_UNLESS(SYS_clone3, 1), ANSWER(ENOSYS),
    SKIP_UNLESS(SYS_clone, 3), LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1), ANSWER(EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void *nothing(void *context) { return context; }

static void all_works(const struct lib *lib, const char *url) {
  struct desk desk;
  desk_open(&desk, lib, url, NULL, NULL);
  MUST(desk_get(&desk, 0) == CXD_OK);
  MUST(desk_apply(&desk, 1, 20, NULL) == CXD_OK);
  cxd_batch *batch = desk_batch(&desk, 8, 44);
  MUST(lib->cxd_batch_run(batch, NULL) == CXD_OK && lib->cxd_batch_failed(batch) == 0);
  lib->cxd_batch_free(batch);
  desk_close(&desk);
}

static void a_name(const struct lib *lib, const char *key, const char *url) {
  char key_message[64];
  struct desk desk;
  cxd_campaign *got = NULL;
  cxd_error *error = NULL;
  desk_open(&desk, lib, url, NULL, NULL);
  (void)snprintf(key_message, sizeof key_message, "%s_message", key);
  SAY(key, "%d", lib->cxd_client_get(desk.client, "c-0", &got, &error));
  SAY(key_message, "%s", lib->cxd_error_message(error));
  lib->cxd_error_free(error);
  desk_close(&desk);
}

int main(int argc, char **argv) {
  struct lib lib;
  pthread_t thread;
  MUST(argc == 3);
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL);
  forbid_threads();
  MUST(pthread_create(&thread, NULL, nothing, NULL) != 0);
  all_works(&lib, argv[2]);
  a_name(&lib, "name", "https://api.cxdialer.test:9");
  a_name(&lib, "localhost", "http://localhost:9");
  all_works(&lib, argv[2]);
  SAY("over", "%d", 1);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* A host that forks and starts programs: forks LIB URL CA_FILE AUDIT_LOG MODE ("none" for no CA_FILE) */
#define _GNU_SOURCE /* fork, vfork, daemon */
#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static struct lib lib;
static const char *url, *ca_file, *audit_log;
static char *program;
static struct desk desk; /* of the process that made it */
static cxd_batch *batch;

static void open_desk(void) { desk_open(&desk, &lib, url, audit_log, ca_file); }

static void works(int calls) { MUST(desk_apply(&desk, 0, calls, NULL) == CXD_OK); }

/* New ones from a new config, beside those of the parent: the log is the parent's to write. */
static void a_client_of_its_own_works(void) {
  struct desk own;
  desk_open(&own, &lib, url, NULL, ca_file);
  MUST(desk_get(&own, 1) == CXD_OK);
  MUST(desk_apply(&own, 16, 30 + (int)(getpid() % 200), NULL) == CXD_OK);
  desk_close(&own);
}

static void all_is_refused(void) {
  int32_t remaining = 0;
  cxd_result *result = NULL;
  cxd_campaign *change = desk_change(&lib, 0, 10);
  cxd_batch *other = NULL;
  MUST(desk_get(&desk, 0) == CXD_E_FORKED);
  MUST(lib.cxd_updater_plan(desk.updater, change, &result, NULL) == CXD_E_FORKED && !result);
  MUST(lib.cxd_updater_apply(desk.updater, change, &result, NULL) == CXD_E_FORKED && !result);
  MUST(lib.cxd_batch_new(desk.updater, &other, NULL) == CXD_E_FORKED && !other);
  lib.cxd_campaign_free(change);
  if (!batch)
    return;
  MUST(lib.cxd_batch_process(batch, &remaining, NULL) == CXD_E_FORKED);
  MUST(lib.cxd_batch_run(batch, NULL) == CXD_E_FORKED);
  MUST(lib.cxd_batch_fd(batch) == -1);
  lib.cxd_batch_cancel(batch);
}

static void all_is_freed(void) {
  lib.cxd_batch_free(batch);
  batch = NULL;
  desk_close(&desk);
}

static void refused_freed_and_new(void) {
  all_is_refused();
  a_client_of_its_own_works();
  all_is_freed();
  a_client_of_its_own_works();
}

static void free_at_once(void) {
  all_is_freed();
  a_client_of_its_own_works();
}

static void well_ended(pid_t child) {
  int status = -1;
  MUST(child > 0 && waitpid(child, &status, 0) == child);
  MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void in_child(void (*body)(void)) {
  pid_t child = fork();
  if (child == 0) {
    (void)alarm(300);
    body();
    _exit(0);
  }
  well_ended(child);
}

static void say_connections(void) {
  char *stats = lib.cxd_client_stats_json(desk.client);
  const char *opened = stats ? strstr(stats, "\"opened\":") : NULL;
  MUST(opened);
  SAY("connections", "%d", atoi(opened + strlen("\"opened\":")));
  lib.cxd_string_free(stats);
}

/* ------------------------------------------------------------------ the ways */

static void before_use(void) {
  in_child(a_client_of_its_own_works);
  open_desk();
  works(20);
  desk_close(&desk);
}

static void idle(void) {
  open_desk();
  works(21);
  in_child(refused_freed_and_new);
  in_child(free_at_once);
  works(22);
  say_connections();
  desk_close(&desk);
}

static void begin_batch(void) {
  open_desk();
  works(23);
  batch = desk_batch(&desk, 16, 24);
  batch_begin(&lib, batch);
}

static void finish_batch(void) {
  batch_finish(&lib, batch);
  say_connections();
  all_is_freed();
}

/* Before each turn of the loop: a child that looks, and one that frees at once. */
static void in_a_batch(void) {
  begin_batch();
  for (int i = 0; i < 12; i++) {
    int32_t remaining = 0;
    in_child(i % 2 ? free_at_once : refused_freed_and_new);
    MUST(lib.cxd_batch_process(batch, &remaining, NULL) == CXD_OK);
    if (remaining)
      batch_step(&lib, batch);
  }
  finish_batch();
}

static void grandchild(void) {
  all_is_freed();
  open_desk();
  MUST(desk_get(&desk, 0) == CXD_OK);
  in_child(refused_freed_and_new);
  MUST(desk_get(&desk, 0) == CXD_OK);
  desk_close(&desk);
}

static void of_a_child(void) {
  audit_log = NULL;
  begin_batch();
  in_child(grandchild);
  finish_batch();
}

/* As a host does that tidies up for its children. */
static int prepared, parents;

static void prepare(void) {
  prepared++;
  MUST(!batch || lib.cxd_batch_in_flight(batch) <= 16);
}

static void in_parent(void) {
  int32_t remaining = 0;
  parents++;
  MUST(!batch || lib.cxd_batch_process(batch, &remaining, NULL) == CXD_OK);
}

static void in_the_child(void) { all_is_freed(); }

static void with_handlers(void) {
  MUST(pthread_atfork(prepare, in_parent, in_the_child) == 0);
  begin_batch();
  in_child(a_client_of_its_own_works);
  in_child(a_client_of_its_own_works);
  MUST(prepared == 2 && parents == 2);
  finish_batch();
}

/* ------------------------------------------------------- other programs */

static pid_t spawned(char *const arguments[]) {
  extern char **environ;
  pid_t child = 0;
  MUST(posix_spawn(&child, arguments[0], NULL, NULL, arguments, environ) == 0);
  return child;
}

static pid_t vforked(char *const arguments[]) {
  pid_t child = vfork();
  if (child == 0) {
    (void)execv(arguments[0], arguments);
    _exit(127);
  }
  return child;
}

/* Each says what it has open: nothing of the library's. */
static void starts_programs(void) {
  char mode[] = "descriptors", *arguments[] = {program, mode, NULL};
  begin_batch();
  SAY("own_descriptors", "%d", open_descriptors());
  well_ended(spawned(arguments));
  int32_t remaining = 0;
  MUST(lib.cxd_batch_process(batch, &remaining, NULL) == CXD_OK);
  well_ended(vforked(arguments));
  finish_batch();
}

static int say_descriptors(void) {
  SAY("descriptors", "%d", open_descriptors());
  return 0;
}

/* A host that becomes a daemon after it has opened its client, and opens it again. */
static void becomes_daemon(void) {
  open_desk();
  works(25);
  MUST(daemon(1, 1) == 0);
  all_is_refused();
  all_is_freed();
  open_desk();
  works(26);
  desk_close(&desk);
  SAY("daemon", "%d", getppid() != getpid());
}

static const struct {
  const char *name;
  void (*body)(void);
} modes[] = {
  {"before_use", before_use}, {"idle", idle}, {"in_a_batch", in_a_batch}, {"of_a_child", of_a_child},
  {"with_handlers", with_handlers}, {"starts_programs", starts_programs}, {"becomes_daemon", becomes_daemon},
};

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "descriptors") == 0)
    return say_descriptors();
  MUST(argc == 6);
  program = argv[0], url = argv[2], audit_log = argv[4];
  ca_file = strcmp(argv[3], "none") ? argv[3] : NULL;
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (strcmp(modes[i].name, argv[5]) == 0) {
      modes[i].body();
      SAY("over", "%s", modes[i].name);
    }
  return 0;
}

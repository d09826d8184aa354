/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Hosts with habits: odd LIB URL FOLDER MODE ("http" URLs). FOLDER: an empty one, for the audit log. */
#define _GNU_SOURCE /* chroot, setitimer */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "host.h"

static struct lib lib;
static const char *url, *folder;
static char audit_log[4096];

static void apply_and_batch(const struct desk *desk, int calls) {
  MUST(desk_apply(desk, 17, calls, NULL) == CXD_OK);
  cxd_batch *batch = desk_batch(desk, 8, calls);
  MUST(lib.cxd_batch_run(batch, NULL) == CXD_OK && lib.cxd_batch_failed(batch) == 0);
  lib.cxd_batch_free(batch);
}

static void log_is_whole(void) { MUST(lib.cxd_audit_verify(audit_log, NULL, NULL, NULL) == CXD_OK); }

static void whole_day(const char *audit, int calls) {
  struct desk desk;
  desk_open(&desk, &lib, url, audit, NULL);
  apply_and_batch(&desk, calls);
  desk_close(&desk);
  log_is_whole();
}

/* ------------------------------------------------------------- descriptors */

static void limit_to(unsigned resource, rlim_t soft) {
  struct rlimit limit;
  MUST(getrlimit(resource, &limit) == 0);
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  MUST(setrlimit(resource, &limit) == 0);
}

/* One call with all that it needs; what cannot be had is said, nothing more. 1: it worked. */
static int try_all(int calls) {
  struct desk desk = {.lib = &lib};
  cxd_error *error = NULL;
  int32_t outcome = 0;
  desk.config = desk_config(&lib, url, audit_log, NULL);
  cxd_status status = lib.cxd_client_new(desk.config, &desk.client, &error);
  if (status == CXD_OK)
    status = lib.cxd_updater_new(desk.config, desk.client, NULL, &desk.updater, &error);
  if (status == CXD_OK)
    status = desk_apply(&desk, 1, calls, &outcome);
  MUST((status == CXD_OK) == !error || desk.updater);
  MUST(status == CXD_OK || outcome == 0 || outcome == CXD_OUTCOME_NOT_APPLIED || outcome == CXD_OUTCOME_REJECTED || outcome == CXD_OUTCOME_UNKNOWN);
  lib.cxd_error_free(error);
  desk_close(&desk);
  return status == CXD_OK;
}

static void few_descriptors(void) {
  int worked = 0, refused = 0;
  for (int room = 0; room < 24; room++) {
    limit_to(RLIMIT_NOFILE, (rlim_t)(3 + room));
    if (try_all(20 + room))
      worked++;
    else
      refused++;
  }
  limit_to(RLIMIT_NOFILE, 1024);
  SAY("worked", "%d", worked);
  SAY("refused", "%d", refused);
  whole_day(audit_log, 66);
}

/* What a careless host prints then goes to whatever has the number. */
static void no_standard_descriptors(void) {
  struct desk desk;
  int say = fcntl(1, F_DUPFD_CLOEXEC, 100);
  MUST(say >= 0);
  for (int fd = 0; fd < 3; fd++)
    (void)close(fd);
  desk_open(&desk, &lib, url, audit_log, NULL);
  apply_and_batch(&desk, 30);
  (void)fprintf(stderr, "hello\n");
  ssize_t stray = write(1, "hello\n", 6) + write(0, "hello\n", 6);
  int taken = 0;
  for (int fd = 0; fd < 3; fd++)
    taken += fcntl(fd, F_GETFD) >= 0;
  MUST(dup2(say, 1) == 1);
  SAY("taken", "%d", taken);
  SAY("stray", "%zd", stray);
  apply_and_batch(&desk, 31);
  desk_close(&desk);
  log_is_whole();
}

/* ----------------------------------------------------------------- signals */

static atomic_int alarms;

static void on_alarm(int number) {
  (void)number;
  atomic_fetch_add(&alarms, 1);
}

static void alarm_storm(void) {
  struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
  struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
  struct desk desk;
  MUST(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
  desk_open(&desk, &lib, url, audit_log, NULL);
  for (int i = 0; i < 200 && (i < 5 || atomic_load(&alarms) < 100); i++)
    apply_and_batch(&desk, 40 + i);
  desk_close(&desk);
  log_is_whole();
  MUST(setitimer(ITIMER_REAL, &never, NULL) == 0);
  SAY("alarms", "%d", atomic_load(&alarms));
}

/* ------------------------------------------------------------------ memory */

static long size_kib(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  MUST(file && fscanf(file, "%ld", &pages) == 1);
  (void)fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* A client and an updater of this config, and two reads. 1: all of it could be had. */
static int try_reads(cxd_config *config) {
  struct desk desk = {.lib = &lib, .config = config};
  int good = lib.cxd_client_new(config, &desk.client, NULL) == CXD_OK && lib.cxd_updater_new(config, desk.client, NULL, &desk.updater, NULL) == CXD_OK;
  good = good && desk_get(&desk, 1) == CXD_OK && desk_get(&desk, 2) == CXD_OK;
  desk_close(&desk);
  return good;
}

/* The limit is for the library's calls only: what the host itself needs is had before. */
static void little_memory(void) {
  int worked = 0, tries = 0;
  struct rlimit before;
  MUST(getrlimit(RLIMIT_AS, &before) == 0);
  long size = size_kib();
  for (long room = 0; room < 6144; room += 128, tries++) {
    cxd_config *config = desk_config(&lib, url, audit_log, NULL);
    limit_to(RLIMIT_AS, (rlim_t)(size + room) * 1024);
    worked += try_reads(config);
    limit_to(RLIMIT_AS, before.rlim_cur);
  }
  SAY("worked", "%d", worked);
  SAY("refused", "%d", tries - worked);
  whole_day(audit_log, 67);
}

/* ------------------------------------------------------------ files and places */

static void another_directory(void) {
  struct desk desk;
  MUST(chdir(folder) == 0);
  desk_open(&desk, &lib, url, "audit.jsonl", NULL);
  apply_and_batch(&desk, 50);
  MUST(chdir("/") == 0);
  apply_and_batch(&desk, 51);
  desk_close(&desk);
  log_is_whole();
  SAY("astray", "%d", access("/audit.jsonl", F_OK) == 0);
}

static void another_root(void) {
  struct desk desk;
  cxd_validator *validator = NULL;
  cxd_error *error = NULL;
  desk_open(&desk, &lib, url, audit_log, NULL);
  MUST(lib.cxd_validator_new(desk.config, &validator, NULL) == CXD_OK);
  if (chroot(folder) != 0 || chdir("/") != 0) {
    SAY("skipped", "%s", "chroot");
    return;
  }
  apply_and_batch(&desk, 52);
  SAY("zone", "%d", lib.cxd_validator_window(validator, "America/New_York", "US", 0, NULL, NULL, &error));
  SAY("zone_message", "%s", lib.cxd_error_message(error));
  lib.cxd_error_free(error);
  lib.cxd_validator_free(validator);
  desk_close(&desk);
  MUST(lib.cxd_audit_verify("/audit.jsonl", NULL, NULL, NULL) == CXD_OK);
}

static void open_umask(void) {
  struct stat file;
  (void)umask(0);
  whole_day(audit_log, 53);
  MUST(stat(audit_log, &file) == 0);
  SAY("mode", "%o", (unsigned)file.st_mode & 0777u);
}

/* ----------------------------------------------------------------- numbers */

static void one_number(double value, const char *spelled) {
  cxd_campaign *change = desk_change(&lib, 0, 10);
  double back = 0;
  MUST(lib.cxd_campaign_set_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, value, NULL) == CXD_OK);
  MUST(lib.cxd_campaign_get_real(change, CXD_FIELD_PACING_THROTTLE_PERCENT, &back, NULL) == CXD_OK);
  char *json = lib.cxd_campaign_to_json(change);
  MUST(json);
  if (!strstr(json, spelled) || back < value || back > value)
    (void)fprintf(stderr, "%s became %s, read as %.17g\n", spelled, json, back);
  MUST(strstr(json, spelled) && back >= value && back <= value);
  lib.cxd_string_free(json);
  lib.cxd_campaign_free(change);
}

static void rounding(void) {
  static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    MUST(fesetround(modes[i]) == 0);
    one_number(0.85, "0.85}");
    one_number(0.1, "0.1}");
    one_number(1.0 / 3, "0.333333333333333");
    MUST(fegetround() == modes[i]);
    whole_day(audit_log, 54 + (int)i);
    MUST(fegetround() == modes[i]);
  }
}

static void *with_own_locale(void *context) {
  locale_t german = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
  MUST(german && uselocale(german));
  one_number(0.85, "0.85}");
  MUST(uselocale((locale_t)0) == german);
  (void)uselocale(LC_GLOBAL_LOCALE);
  freelocale(german);
  return context;
}

static void comma(void) {
  pthread_t thread;
  one_number(0.85, "0.85}");
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
    SAY("skipped", "%s", "de_DE.UTF-8");
    return;
  }
  one_number(0.85, "0.85}");
  whole_day(audit_log, 55);
  MUST(pthread_create(&thread, NULL, with_own_locale, NULL) == 0 && pthread_join(thread, NULL) == 0);
  char text[16];
  (void)snprintf(text, sizeof text, "%.2f", 0.85);
  SAY("still", "%s", text);
  MUST(setlocale(LC_ALL, "C"));
  one_number(0.85, "0.85}");
  whole_day(audit_log, 56);
}

static const struct {
  const char *name;
  void (*body)(void);
} modes[] = {
  {"few_descriptors", few_descriptors}, {"no_standard_descriptors", no_standard_descriptors}, {"alarm_storm", alarm_storm}, {"little_memory", little_memory},
  {"another_directory", another_directory}, {"another_root", another_root}, {"open_umask", open_umask}, {"rounding", rounding}, {"comma", comma},
};

int main(int argc, char **argv) {
  MUST(argc == 5);
  url = argv[2], folder = argv[3];
  (void)snprintf(audit_log, sizeof audit_log, "%s/audit.jsonl", folder);
  lib_load(&lib, argv[1], RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (strcmp(modes[i].name, argv[4]) == 0) {
      modes[i].body();
      SAY("over", "%s", modes[i].name);
    }
  return 0;
}

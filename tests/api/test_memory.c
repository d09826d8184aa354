/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * What a core dump of an idle host would give away. A process of its own makes calls and then waits; its memory is read
 * from outside, so that nothing in it knows the secrets but the library and what the library uses.
 */
#define _GNU_SOURCE /* memmem, pipe2 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"
#include "run.h"
#include "tls.h"

#define SECRET "canary-7f3a+secret/x"
#define BASIC "ZGVtby1jbGllbnQ6Y2FuYXJ5LTdmM2Erc2VjcmV0L3g="
#define ENCODED "canary-7f3a%2Bsecret%2Fx"

/* -------------------------------------------------------------------- the process that is looked at */

struct watched {
  pid_t pid;
  int orders, reports;
  char dir[128];
};

static void read_word(int fd, char *out, size_t size) {
  size_t len = 0;
  while (len + 1 < size && read(fd, out + len, 1) == 1 && out[len] != '\n')
    len++;
  out[len] = '\0';
}

/* Knows the secret by the path of a file only. */
static void host(int orders, int reports, const char *dir) {
  char url[128], file[256], method[16], ca[256], audit[256];
  struct rlimit core;
  if (getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = core.rlim_max;
    (void)setrlimit(RLIMIT_CORE, &core);
  }
  read_word(orders, url, sizeof url);
  read_word(orders, file, sizeof file);
  read_word(orders, method, sizeof method);
  read_word(orders, ca, sizeof ca);
  (void)snprintf(audit, sizeof audit, "%s/audit.log", dir);
  cxd_config *config = config_for(url, LIST("auth.client_secret", "", "auth.client_secret_file", file, "auth.method", method, "http.ca_file", ca, "audit.mode", "required", "audit.path", audit));
  cxd_client *client = client_of(config);
  cxd_updater *updater = updater_of(config, client);
  cxd_campaign_free(got(client, SAMPLE_ID));
  cxd_result_free(applied(updater, calls_change(SAMPLE_ID, 151), CXD_OK, CXD_OUTCOME_APPLIED));
  if (chdir(dir) == 0 && write(reports, "ready\n", 6) == 6)
    read_word(orders, url, sizeof url); /* until the other end is closed */
  _exit(0);
}

static void watch(struct watched *w) {
  int orders[2], reports[2];
  scratch_open(w->dir);
  ck_assert_int_eq(pipe2(orders, O_CLOEXEC), 0);
  ck_assert_int_eq(pipe2(reports, O_CLOEXEC), 0);
  w->pid = fork();
  ck_assert_int_ge(w->pid, 0);
  if (w->pid == 0) {
    (void)close(orders[1]);
    (void)close(reports[0]);
    host(orders[0], reports[1], w->dir);
  }
  (void)close(orders[0]);
  (void)close(reports[1]);
  w->orders = orders[1];
  w->reports = reports[0];
}

static void let_it_work(struct watched *w, const struct sim *sim, const char *method, const char *ca) {
  char said[16] = "";
  char *file = scratch_path(w->dir, "secret");
  struct pollfd fd = {.fd = w->reports, .events = POLLIN};
  write_text(file, SECRET "\n");
  ck_assert_int_gt(dprintf(w->orders, "%s\n%s\n%s\n%s\n", sim->url, file, method, ca), 0);
  ck_assert_int_eq(poll(&fd, 1, HANG_S * 1000), 1);
  read_word(w->reports, said, sizeof said);
  ck_assert_str_eq(said, "ready");
  free(file);
}

static void end(struct watched *w, int sig) {
  ck_assert_int_eq(kill(w->pid, sig), 0);
  ck_assert_int_eq(waitpid(w->pid, NULL, 0), w->pid);
  (void)close(w->orders);
  (void)close(w->reports);
}

/* --------------------------------------------------------------------------- looking */

enum { RAW, BASE64, FORM, TOKEN, OURS, WORDS };

struct tally {
  size_t dumped[WORDS], kept_out[WORDS];
};

/*
 * libcurl puts every request together in memory of its own and does not clear that: there, and nowhere else, the header
 * stands behind the end of another line, and the form behind an empty one. In our own copies it does not.
 */
static int is_libcurls(const char *bytes, const char *at, const char *before) {
  size_t len = before ? strlen(before) : 0;
  return len && (size_t)(at - bytes) >= len && memcmp(at - len, before, len) == 0;
}

static void count_all(const char *bytes, size_t len, const char *token, size_t counts[WORDS]) {
  const char *const words[] = {SECRET, BASIC, ENCODED, token};
  static const char *const before[] = {[BASE64] = "\r\nAuthorization: Basic ", [FORM] = "\r\n\r\ngrant_type=client_credentials&scope=campaign%3Awrite&client_id=demo-client&client_secret=", [TOKEN] = "\r\nAuthorization: Bearer "};
  const char *end = bytes + len;
  for (size_t i = 0; i <= TOKEN; i++)
    for (const char *p = bytes; (p = memmem(p, (size_t)(end - p), words[i], strlen(words[i]))); p++) {
      counts[i]++;
      counts[OURS] += !is_libcurls(bytes, p, before[i]);
    }
}

static int may_lock(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= 65536;
}

static void look_at(int memory, unsigned long from, unsigned long to, const char *flags, const char *token, struct tally *tally) {
  size_t len = to - from, before = tally->kept_out[OURS];
  char *bytes = malloc(len);
  ck_assert_ptr_nonnull(bytes);
  ssize_t read_len = pread(memory, bytes, len, (off_t)from);
  if (read_len > 0)
    count_all(bytes, (size_t)read_len, token, strstr(flags, " dd") ? tally->kept_out : tally->dumped);
  if (tally->kept_out[OURS] != before) {
    ck_assert_msg(strstr(flags, " wf") != NULL, "not wiped in a child:%s", flags);
    ck_assert_msg(!may_lock() || strstr(flags, " lo") != NULL, "not locked:%s", flags);
  }
  free(bytes);
}

/* Private pages that can be written to are what a core dump holds; "dd" marks those that are left out of it. */
static struct tally look(pid_t pid, const char *token) {
  struct tally tally = {{0}, {0}};
  char path[64], line[512];
  unsigned long from = 0, to = 0;
  int wanted = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge(memory, 0);
  (void)snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
  FILE *maps = fopen(path, "re");
  ck_assert_ptr_nonnull(maps);
  while (fgets(line, sizeof line, maps)) {
    char mode[8];
    unsigned long a, b;
    if (sscanf(line, "%lx-%lx %7s ", &a, &b, mode) == 3) {
      from = a;
      to = b;
      wanted = mode[1] == 'w';
    } else if (wanted && strncmp(line, "VmFlags:", 8) == 0)
      look_at(memory, from, to, line, token, &tally);
  }
  (void)fclose(maps);
  (void)close(memory);
  return tally;
}

static char *bytes_of(const char *path, size_t *len) {
  struct stat info;
  FILE *file = fopen(path, "re");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fstat(fileno(file), &info), 0);
  *len = (size_t)info.st_size;
  char *bytes = malloc(*len + 1);
  ck_assert_ptr_nonnull(bytes);
  ck_assert_uint_eq(fread(bytes, 1, *len, file), *len);
  (void)fclose(file);
  return bytes;
}

/* The real thing, where the system writes core dumps into the working directory. */
static void look_at_core(const char *dir, const char *token, size_t counts[WORDS]) {
  DIR *all = opendir(dir);
  ck_assert_ptr_nonnull(all);
  for (struct dirent *e; (e = readdir(all));)
    if (strncmp(e->d_name, "core", 4) == 0) {
      size_t len;
      char *path = scratch_path(dir, e->d_name), *bytes = bytes_of(path, &len);
      count_all(bytes, len, token, counts);
      free(bytes);
      free(path);
    }
  (void)closedir(all);
}

static const struct {
  const char *method;
  int tls;
} ways[] = {{"basic", 0}, {"post", 0}, {"basic", 1}};

static void start(struct sim *sim, const char *secret, const char *cert, const char *key, int tls) {
  sim_start(sim, tls ? LIST("--seed", "7", "--client-secret", secret, "--tls-cert", cert, "--tls-key", key) : LIST("--seed", "7", "--client-secret", secret));
}

/* The same seed gives the same first token. */
static char *token_of_seed(void) {
  struct sim sim;
  start(&sim, "demo-secret", NULL, NULL, 0);
  char *token = sim_token(&sim, "campaign:write");
  sim_stop(&sim);
  return token;
}

static void ck_none_of_ours(const char *where, const size_t counts[WORDS]) {
  ck_assert_msg(counts[OURS] == 0, "%s: secret %zu, in base64 %zu, form-encoded %zu, token %zu; of all these libcurl's: all but %zu", where, counts[RAW], counts[BASE64], counts[FORM], counts[TOKEN], counts[OURS]);
  ck_assert_uint_eq(counts[RAW], 0); /* libcurl is never given it as it is */
}

START_TEST(a_core_dump_of_an_idle_host_holds_no_secret_of_ours) {
  struct watched w;
  struct sim sim;
  size_t core[WORDS] = {0};
  struct tls_subject subject = {.name = "server", .where = "IP:127.0.0.1", .from_s = -3600, .to_s = 86400};
  watch(&w);
  char *cert = scratch_path(w.dir, "cert.pem"), *key = scratch_path(w.dir, "key.pem"), *token = token_of_seed();
  tls_issue(NULL, &subject, cert, key);
  start(&sim, SECRET, cert, key, ways[_i].tls);
  let_it_work(&w, &sim, ways[_i].method, ways[_i].tls ? cert : "");
  struct tally tally = look(w.pid, token);
  end(&w, SIGABRT);
  look_at_core(w.dir, token, core);
  ck_assert_uint_ge(tally.kept_out[RAW], 1); /* it is where it belongs, and would have been found */
  ck_assert_uint_ge(tally.kept_out[TOKEN], 1);
  ck_none_of_ours("memory", tally.dumped);
  ck_none_of_ours("core dump", core);
  sim_stop(&sim);
  scratch_close(w.dir);
  free(token);
  free(cert);
  free(key);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("memory");
  TCase *tc = tcase_create("memory");
  tcase_set_timeout(tc, 2 * HANG_S);
  tcase_add_loop_test(tc, a_core_dump_of_an_idle_host_holds_no_secret_of_ours, 0, (int)(sizeof ways / sizeof *ways));
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

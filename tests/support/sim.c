/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pipe2, nftw */
#include "sim.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPTIONS_MAX 60

extern char **environ;

/* ------------------------------------------------------------------ the process */

static pid_t running[16];

static void kill_running(void) {
  for (size_t i = 0; i < sizeof running / sizeof *running; i++)
    if (running[i] > 0)
      (void)kill(running[i], SIGKILL);
}

static void swap_running(pid_t from, pid_t to) {
  static int registered;
  if (!registered++)
    ck_assert_int_eq(atexit(kill_running), 0);
  for (size_t i = 0; i < sizeof running / sizeof *running; i++)
    if (running[i] == from) {
      running[i] = to;
      return;
    }
}

static pid_t spawn(char *const argv[], int out) {
  posix_spawn_file_actions_t actions;
  pid_t pid = -1;
  ck_assert_int_eq(posix_spawn_file_actions_init(&actions), 0);
  ck_assert_int_eq(posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO), 0);
  int code = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  ck_assert_msg(code == 0, "%s: %s", argv[0], strerror(code));
  (void)posix_spawn_file_actions_destroy(&actions);
  return pid;
}

static void read_line(int fd, char *line, size_t size) {
  size_t len = 0;
  while (len + 1 < size && read(fd, line + len, 1) == 1 && line[len] != '\n')
    len++;
  line[len] = '\0';
}

void sim_start(struct sim *sim, const char *const options[]) {
  static const char greeting[] = "listening on ";
  char *argv[OPTIONS_MAX + 2] = {getenv("CXDIALER_SIM")};
  char line[128];
  int ends[2];
  ck_assert_msg(argv[0] != NULL, "CXDIALER_SIM must name the program cxdialer-sim");
  for (size_t i = 0; options && options[i]; i++) {
    ck_assert_uint_lt(i, OPTIONS_MAX);
    argv[i + 1] = (char *)(size_t)options[i]; /* posix_spawn does not change them */
  }
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  sim->pid = spawn(argv, ends[1]);
  swap_running(0, sim->pid);
  (void)close(ends[1]);
  sim->out = ends[0];
  read_line(sim->out, line, sizeof line);
  ck_assert_msg(strncmp(line, greeting, sizeof greeting - 1) == 0, "the simulator said: %s", line);
  (void)snprintf(sim->url, sizeof sim->url, "%.60s", line + sizeof greeting - 1);
}

void sim_stop(struct sim *sim) {
  int status = -1;
  ck_assert_int_eq(kill(sim->pid, SIGTERM), 0);
  ck_assert_int_eq(waitpid(sim->pid, &status, 0), sim->pid);
  swap_running(sim->pid, 0);
  (void)close(sim->out);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the simulator ended with %d", status);
}

/* --------------------------------------------------------------- asking it */

struct text {
  char *data;
  size_t len;
};

static size_t collect(char *bytes, size_t size, size_t count, void *context) {
  struct text *text = context;
  char *more = realloc(text->data, text->len + size * count + 1);
  if (!more)
    return 0;
  text->data = more;
  memcpy(text->data + text->len, bytes, size * count);
  text->len += size * count;
  text->data[text->len] = '\0';
  return size * count;
}

static long perform(CURL *easy, const char *url, struct text *reply) {
  long status = 0;
  (void)curl_easy_setopt(easy, CURLOPT_URL, url);
  (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
  (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)HANG_S);
  (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, collect);
  (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)reply);
  CURLcode code = curl_easy_perform(easy);
  ck_assert_msg(code == CURLE_OK, "%s: %s", url, curl_easy_strerror(code));
  (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

static char *request(const struct sim *sim, const char *path, const char *body, const char *user) {
  struct text reply = {calloc(1, 1), 0};
  char url[512];
  CURL *easy = curl_easy_init();
  ck_assert_ptr_nonnull(easy);
  (void)snprintf(url, sizeof url, "%s%s", sim->url, path);
  if (body)
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  if (user)
    (void)curl_easy_setopt(easy, CURLOPT_USERPWD, user);
  long status = perform(easy, url, &reply);
  curl_easy_cleanup(easy);
  ck_assert_msg(status == 200, "%s: %ld %s", url, status, reply.data);
  return reply.data;
}

char *sim_fetch(const struct sim *sim, const char *path, const char *body) { return request(sim, path, body, NULL); }

static json_t *parsed(char *text) {
  json_error_t why;
  json_t *value = json_loads(text, JSON_DECODE_ANY, &why);
  if (!value) /* a campaign with larger integers than jansson has */
    value = json_loads(text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &why);
  ck_assert_msg(value != NULL, "%s in %s", why.text, text);
  free(text);
  return value;
}

json_t *sim_state(const struct sim *sim) { return parsed(sim_fetch(sim, "/_sim/state", NULL)); }

json_t *sim_requests(const struct sim *sim) { return parsed(sim_fetch(sim, "/_sim/requests", NULL)); }

json_int_t sim_number(const struct sim *sim, const char *member) {
  json_t *state = sim_state(sim);
  const json_t *value = json_object_get(state, member);
  ck_assert_msg(json_is_integer(value), "%s", member);
  json_int_t number = json_integer_value(value);
  json_decref(state);
  return number;
}

json_t *sim_campaign(const struct sim *sim, const char *id) {
  json_t *state = sim_state(sim), *found = NULL, *row;
  size_t i;
  json_array_foreach(json_object_get(state, "campaigns"), i, row)
    if (strcmp(json_string_value(json_object_get(row, "id")), id) == 0)
      found = json_incref(row);
  json_decref(state);
  ck_assert_msg(found != NULL, "no campaign %s", id);
  return found;
}

json_t *sim_document(const struct sim *sim, const char *id) {
  json_t *row = sim_campaign(sim, id);
  json_t *document = json_incref(json_object_get(row, "document"));
  json_decref(row);
  return document;
}

char *sim_raw(const struct sim *sim, const char *id) {
  json_t *row = sim_campaign(sim, id);
  char *raw = strdup(json_string_value(json_object_get(row, "raw")));
  json_decref(row);
  return raw;
}

void sim_fault(const struct sim *sim, const char *spec) {
  char body[256];
  (void)snprintf(body, sizeof body, "[\"%s\"]", spec);
  free(sim_fetch(sim, "/_sim/faults", body));
}

void sim_change(const struct sim *sim, const char *id, const char *members) {
  char path[256];
  (void)snprintf(path, sizeof path, "/_sim/campaigns/%s", id);
  free(sim_fetch(sim, path, members));
}

char *sim_token(const struct sim *sim, const char *scope) {
  char form[128];
  (void)snprintf(form, sizeof form, "grant_type=client_credentials&scope=%s", scope);
  json_t *reply = parsed(request(sim, "/api/v2/oauth/token", form, "demo-client:demo-secret"));
  char *token = strdup(json_string_value(json_object_get(reply, "access_token")));
  json_decref(reply);
  return token;
}

/* -------------------------------------------------------------- what was asked */

static int is_path(const char *path, const char *start) { return strncmp(path, start, strlen(start)) == 0; }

static int matches(const json_t *row, const char *wanted) {
  const char *method = json_string_value(json_object_get(row, "method")), *path = json_string_value(json_object_get(row, "path"));
  int item = is_path(path, CAMPAIGNS "/");
  if (!wanted)
    return 1;
  if (strcmp(wanted, "TOKEN") == 0)
    return is_path(path, "/api/v2/oauth/token");
  if (strcmp(wanted, "LIST") == 0)
    return is_path(path, CAMPAIGNS) && !item;
  return item && strcmp(method, wanted) == 0;
}

size_t sim_count(const struct sim *sim, const char *method) {
  json_t *requests = sim_requests(sim), *row;
  size_t i, count = 0;
  json_array_foreach(requests, i, row)
    count += matches(row, method) ? 1 : 0;
  json_decref(requests);
  return count;
}

json_t *sim_request(const struct sim *sim, const char *method, size_t nth) {
  json_t *requests = sim_requests(sim), *found = NULL, *row;
  size_t i;
  json_array_foreach(requests, i, row)
    if (matches(row, method) && nth-- == 1)
      found = json_incref(row);
  json_decref(requests);
  ck_assert_msg(found != NULL, "no such %s", method);
  return found;
}

void sim_await(const struct sim *sim, const char *method, size_t count) {
  time_t end = time(NULL) + HANG_S;
  while (sim_count(sim, method) < count) {
    ck_assert_msg(time(NULL) < end, "%zu times %s never came", count, method);
    (void)sched_yield();
  }
}

/* ----------------------------------------------------------------------- files */

void sim_write_campaigns(const char *path, size_t count) {
  FILE *f = fopen(path, "we");
  ck_assert_ptr_nonnull(f);
  for (size_t i = 0; i < count; i++)
    (void)fprintf(f,
                  "%s{\"id\":\"c-%zu\",\"name\":\"N%zu\",\"status\":\"running\",\"dialerType\":\"predictive\",\"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\","
                  "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85},\"rules\":[]}",
                  i ? "," : "[", i, i);
  (void)fprintf(f, count ? "]" : "[]");
  ck_assert_int_eq(fclose(f), 0);
}

void scratch_open(char path[128]) {
  const char *top = getenv("TMPDIR");
  (void)snprintf(path, 128, "%.100s/cxdialer-XXXXXX", top ? top : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(path));
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st;
  (void)kind;
  (void)ftw;
  return remove(path);
}

void scratch_close(const char *path) { ck_assert_int_eq(nftw(path, drop, 16, FTW_DEPTH | FTW_PHYS), 0); }

char *scratch_path(const char *directory, const char *name) {
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  ck_assert_ptr_nonnull(path);
  (void)snprintf(path, size, "%s/%s", directory, name);
  return path;
}

char *text_of_file(const char *path) {
  struct text text = {calloc(1, 1), 0};
  char block[4096];
  FILE *f = fopen(path, "re");
  for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
    ck_assert_uint_eq(collect(block, 1, n, &text), n);
  if (f)
    (void)fclose(f);
  return text.data;
}

void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "we");
  ck_assert_ptr_nonnull(f);
  ck_assert_int_ge(fputs(text, f), 0);
  ck_assert_int_eq(fclose(f), 0);
}

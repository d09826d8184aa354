/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* pipe2 */
#include "demo_sim.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mem.h"

#define START_MS 10000
#define STOP_MS 3000
#define STEP_MS 20

extern char **environ;

static char *own_directory(void) {
  char path[4096];
  ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
  path[len > 0 ? len : 0] = 0;
  char *slash = strrchr(path, '/');
  if (!slash)
    return NULL;
  *slash = 0;
  return mem_format("%s", path);
}

static char *find(void) {
  static const char *const places[] = {"cxdialer-sim", "../sim/cxdialer-sim"};
  char *directory = own_directory();
  char *path = NULL;
  for (size_t i = 0; directory && !path && i < sizeof places / sizeof *places; i++) {
    path = mem_format("%s/%s", directory, places[i]);
    if (access(path, X_OK) == 0)
      continue;
    free(path);
    path = NULL;
  }
  free(directory);
  return path ? path : mem_format("cxdialer-sim");
}

/* The child gets neither the signal mask of this process nor its ignored SIGPIPE. */
static int spawn(struct demo_sim *sim, const char *path, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, defaults;
  char name[] = "cxdialer-sim", option[] = "--port", any[] = "0";
  char *const argv[] = {name, option, any, NULL};
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int failed = posix_spawnp(&sim->pid, path, &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed)
    sim->pid = 0;
  return failed;
}

/* Its first line, in time; a byte at a time, it is short. */
static int read_line(int fd, char *line, size_t size) {
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  size_t len = 0;
  while (len + 1 < size && poll(&ready, 1, START_MS) == 1 && read(fd, line + len, 1) == 1)
    if (line[len++] == '\n') {
      line[len - 1] = 0;
      return 1;
    }
  line[len] = 0;
  return 0;
}

static char *wait_until_ready(struct demo_sim *sim, const char *path) {
  static const char promise[] = "listening on http://127.0.0.1:";
  char line[128];
  int complete = read_line(sim->output, line, sizeof line);
  if (!complete || strncmp(line, promise, sizeof promise - 1) != 0)
    return mem_format("%s did not start: its first line is '%s'", path, line);
  sim->port = atoi(line + sizeof promise - 1);
  return sim->port > 0 && sim->port < 65536 ? NULL : mem_format("%s did not start: its first line is '%s'", path, line);
}

char *demo_sim_start(struct demo_sim *sim, const char *path) {
  int ends[2];
  *sim = (struct demo_sim){.output = -1};
  if (pipe2(ends, O_CLOEXEC) != 0)
    return mem_format("no pipe: %s", strerror(errno));
  char *found = path ? mem_format("%s", path) : find();
  int failed = spawn(sim, found, ends[1]);
  close(ends[1]);
  sim->output = ends[0];
  char *why = failed ? mem_format("the simulator %s cannot be started: %s; give its path with --sim", found, strerror(failed)) : wait_until_ready(sim, found);
  free(found);
  return why;
}

static int has_ended(pid_t pid, int within_ms) {
  struct timespec pause = {.tv_nsec = STEP_MS * 1000 * 1000};
  for (int waited = 0; waitpid(pid, NULL, WNOHANG) == 0; waited += STEP_MS) {
    if (waited >= within_ms)
      return 0;
    nanosleep(&pause, NULL);
  }
  return 1;
}

void demo_sim_stop(struct demo_sim *sim) {
  if (sim->output >= 0)
    close(sim->output);
  if (sim->pid > 0) {
    kill(sim->pid, SIGTERM);
    if (!has_ended(sim->pid, STOP_MS)) {
      kill(sim->pid, SIGKILL);
      waitpid(sim->pid, NULL, 0);
    }
  }
  *sim = (struct demo_sim){.output = -1};
}

static int open_connection(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct timeval patience = {.tv_sec = START_MS / 1000};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
    return fd;
  close(fd);
  return -1;
}

static void read_answer(int fd, struct mem_stream *answer) {
  char block[4096];
  for (ssize_t got; (got = recv(fd, block, sizeof block, 0)) > 0;)
    fwrite(block, 1, (size_t)got, answer->file);
}

char *demo_sim_get(const struct demo_sim *sim, const char *path) {
  struct mem_stream answer;
  int fd = open_connection(sim->port);
  if (fd < 0)
    return NULL;
  /* HTTP/1.0: the body ends with the connection and has no other framing. */
  char *request = mem_format("GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", path);
  mem_stream_open(&answer);
  if (send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request))
    read_answer(fd, &answer);
  mem_stream_close(&answer);
  close(fd);
  free(request);
  const char *body = strstr(answer.text, "\r\n\r\n");
  char *copy = body ? mem_format("%s", body + 4) : NULL;
  free(answer.text);
  return copy;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Which calls count, and which of them is the one. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inject.h"

static const struct {
  const char *name;
  int code;
} codes[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"EDQUOT", EDQUOT}, {"EFBIG", EFBIG}, {"EACCES", EACCES}, {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EOPNOTSUPP", EOPNOTSUPP}, {"ENOLCK", ENOLCK}};

static struct {
  const char *dir, *calls; /* dir NULL: nothing counts */
  size_t dir_len;
  int at, and_after, code;
  char what[16];
  int log;
} plan = {.log = -1};

static atomic_int counted, matched;

static void fail_setup(const char *why) {
  (void)dprintf(2, "inject: %s\n", why);
  _exit(99);
}

static void read_fault(const char *what) {
  (void)snprintf(plan.what, sizeof plan.what, "%s", what);
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (strcmp(codes[i].name, what) == 0)
      plan.code = codes[i].code;
  static const char *const known[] = {"kill", "torn", "power", "power-data", "short"};
  int is_known = plan.code != 0;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    is_known |= strcmp(known[i], what) == 0;
  if (!is_known)
    fail_setup("unknown fault in CXD_INJECT");
}

static void read_plan(const char *text) {
  static char calls[128];
  char *end;
  const char *colon = strchr(text, ':');
  if (!colon || (size_t)(colon - text) >= sizeof calls)
    fail_setup("CXD_INJECT is CALLS:K:FAULT");
  memcpy(calls, text, (size_t)(colon - text));
  plan.calls = calls;
  plan.at = (int)strtol(colon + 1, &end, 10);
  plan.and_after = *end == '+';
  end += plan.and_after;
  if (plan.at < 1 || *end != ':')
    fail_setup("CXD_INJECT is CALLS:K:FAULT");
  read_fault(end + 1);
}

/* High up, so that the program's own descriptors keep their numbers. */
static int open_log(const char *path) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  int high = fd < 0 ? -1 : (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 700);
  (void)syscall(SYS_close, fd);
  if (high < 0)
    fail_setup("CXD_INJECT_LOG cannot be written");
  return high;
}

__attribute__((constructor)) static void set_up(void) {
  const char *dir = getenv("CXD_INJECT_DIR"), *log = getenv("CXD_INJECT_LOG"), *text = getenv("CXD_INJECT");
  if (!dir)
    return;
  if (log)
    plan.log = open_log(log);
  if (text)
    read_plan(text);
  plan.dir_len = strlen(dir);
  plan.dir = dir;
}

static int is_inside(const char *path) { return strncmp(path, plan.dir, plan.dir_len) == 0 && (path[plan.dir_len] == '/' || path[plan.dir_len] == '\0'); }

static int link_of(const char *what, char path[PATH_MAX]) {
  ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, what, path, PATH_MAX - 1);
  path[n > 0 ? n : 0] = '\0';
  return n > 0;
}

static int fd_inside(int fd) {
  char name[40], path[PATH_MAX];
  (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return link_of(name, path) && is_inside(path);
}

static int path_inside(int dir, const char *path) {
  char cwd[PATH_MAX];
  if (*path == '/')
    return is_inside(path);
  return dir == AT_FDCWD ? link_of("/proc/self/cwd", cwd) && is_inside(cwd) : fd_inside(dir);
}

static int is_named(const char *name) {
  size_t len = strlen(name);
  if (strcmp(plan.calls, "any") == 0)
    return 1;
  for (const char *at = plan.calls; (at = strstr(at, name)) != NULL; at += len)
    if ((at == plan.calls || at[-1] == ',') && (at[len] == ',' || at[len] == '\0'))
      return 1;
  return 0;
}

static void add(struct inject__call *call, const char *text, size_t len) {
  size_t used = strlen(call->note);
  for (size_t i = 0; i < len && used < sizeof call->note - 1; i++)
    call->note[used++] = text[i];
  call->note[used] = '\0';
}

/* The kinds of the records in a write, with commas between them. */
static void note_records(struct inject__call *call, const char *text, size_t len) {
  static const char label[] = "\"k\":\"";
  const char *end = text + len, *at = text;
  while ((at = memmem(at, (size_t)(end - at), label, sizeof label - 1)) != NULL) {
    at += sizeof label - 1;
    const char *quote = memchr(at, '"', (size_t)(end - at));
    add(call, ",", *call->note != '\0');
    add(call, at, (size_t)((quote ? quote : end) - at));
  }
}

static void note(struct inject__call *call, const char *bytes, size_t len) {
  size_t word = 0;
  if (bytes && strcmp(call->name, "send") == 0) {
    while (word < len && bytes[word] >= 'A' && bytes[word] <= 'Z')
      word++;
    add(call, bytes, word);
  } else if (bytes)
    note_records(call, bytes, len);
}

static void die(void) {
  (void)syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  for (;;)
    (void)syscall(SYS_pause);
}

static void carry_out(struct inject__call *call, size_t len) {
  int writes = strcmp(call->name, "write") == 0 || strcmp(call->name, "pwrite") == 0;
  int power = strncmp(plan.what, "power", 5) == 0;
  if (power)
    inject__lose_power(strcmp(plan.what, "power") == 0);
  if (power || strcmp(plan.what, "kill") == 0 || (strcmp(plan.what, "torn") == 0 && !writes)) {
    inject__after(call, -1, 0);
    die();
  }
  call->fault = plan.code;
  call->half = plan.code == 0 && writes && len > 1;
  call->torn = call->half && strcmp(plan.what, "torn") == 0;
}

static void begin(struct inject__call *call, const void *bytes, size_t len) {
  int kept = errno;
  call->counts = 1;
  call->number = ++counted;
  note(call, bytes, len);
  if (plan.calls && is_named(call->name)) {
    int number = ++matched;
    if (number == plan.at || (plan.and_after && number > plan.at))
      carry_out(call, len);
  }
  errno = kept;
}

struct inject__call inject__on_fd(const char *name, int fd, const void *bytes, size_t len) {
  struct inject__call call = {.name = name};
  struct stat st;
  if (!plan.dir || !fd_inside(fd))
    return call;
  if (syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0)
    call.inode = st.st_ino;
  begin(&call, bytes, len);
  return call;
}

struct inject__call inject__on_path(const char *name, int dir, const char *path) {
  struct inject__call call = {.name = name};
  if (plan.dir && path && path_inside(dir, path))
    begin(&call, NULL, 0);
  return call;
}

/* Not the pair that libcurl wakes itself up with. */
static int is_network(int fd) {
  int domain = AF_UNIX;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX;
}

struct inject__call inject__on_socket(const char *name, int fd, const void *bytes, size_t len) {
  struct inject__call call = {.name = name};
  if (plan.dir && is_network(fd))
    begin(&call, bytes, len);
  return call;
}

void inject__after(const struct inject__call *call, long result, int code) {
  char line[240];
  if (!call->counts || plan.log < 0)
    return;
  int n = snprintf(line, sizeof line, "%d %s %llu %ld %d %s\n", call->number, call->name, (unsigned long long)call->inode, result, result < 0 ? code : 0, *call->note ? call->note : "-");
  (void)syscall(SYS_write, plan.log, line, n);
  errno = code;
}

long inject__fail(struct inject__call *call) {
  inject__after(call, -1, call->fault);
  errno = call->fault;
  return -1;
}

void inject__die_if_torn(const struct inject__call *call) {
  if (call->torn)
    die();
}

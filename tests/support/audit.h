/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#ifndef CXD_TESTS_AUDIT_H
#define CXD_TESTS_AUDIT_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/log.h"
#include "base/buf.h"
#include "base/error.h"

/* An empty directory for one test, and the path of a log in it. */
static char log_dir[64];
static char log_path[96];

static inline void make_dir(void) {
  strcpy(log_dir, "/tmp/cxd-audit-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(log_dir));
  (void)snprintf(log_path, sizeof log_path, "%s/audit.log", log_dir);
}

static inline void remove_dir(void) {
  DIR *dir = opendir(log_dir);
  const struct dirent *entry;
  while (dir && (entry = readdir(dir)) != NULL) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", log_dir, entry->d_name);
    (void)(unlink(path) != 0 && rmdir(path));
  }
  if (dir)
    closedir(dir);
  (void)rmdir(log_dir);
}

static inline struct cxd__buf read_file(const char *path) {
  struct cxd__buf text = {0};
  char piece[65536];
  ssize_t n;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ck_assert_msg(fd >= 0, "%s", path);
  while ((n = read(fd, piece, sizeof piece)) > 0)
    cxd__buf_add(&text, piece, (size_t)n);
  close(fd);
  cxd__buf_add(&text, "", 0);
  return text;
}

static inline void write_file(const char *path, const char *text, size_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ck_assert_msg(fd >= 0, "%s", path);
  ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
  close(fd);
}

/* Whether a file is one linear chain of whole records from number 1 on; *count receives their number. */
static inline int is_chain(const char *path, int64_t *count) {
  struct cxd__buf text = read_file(path);
  struct cxd__seal with;
  struct cxd__link last = {0};
  struct cxd__line read = {0};
  int fine = cxd__seal_open(&with, NULL, NULL) == CXD_OK;
  const char *line = text.data;
  while (fine && line < text.data + text.len) {
    const char *end = strchr(line, '\n');
    fine = end && cxd__line_read(line, (size_t)(end - line), &read) && cxd__line_fits(&read, &with) && read.link.seq == last.seq + 1 && memcmp(read.prev, last.h, sizeof last.h) == 0;
    last = read.link;
    line = end ? end + 1 : line;
  }
  cxd__seal_close(&with);
  cxd__buf_free(&text);
  *count = last.seq;
  return fine;
}

#define ck_chain(path, records) \
  do { \
    int64_t count_ = 0; \
    ck_assert(is_chain(path, &count_)); \
    ck_assert_int_eq(count_, records); \
  } while (0)

static inline cxd_status try_open(const char *path, struct cxd__audit **out, cxd_error **error) {
  const struct cxd__audit_options options = {.path = path, .sync = 1};
  return cxd__audit_open_file(&options, out, error);
}

static inline struct cxd__audit *open_log(void) {
  struct cxd__audit *audit = NULL;
  cxd_error *error = NULL;
  cxd_status status = try_open(log_path, &audit, &error);
  ck_assert_msg(status == CXD_OK, "%d %s", status, error ? error->message : "");
  return audit;
}

static inline cxd_status append_text(struct cxd__audit *audit, const char *body, cxd_error **error) {
  return cxd__audit_append(audit, body, strlen(body), NULL, NULL, error);
}

#define ck_ok(call) ck_assert_int_eq(call, CXD_OK)

/* The call fails with a status, and its message has a text in it. */
#define ck_fails(call, expected, text) \
  do { \
    cxd_error *error = NULL; \
    ck_assert_int_eq(call, expected); \
    ck_assert_ptr_nonnull(error); \
    ck_assert_msg(strstr(error->message, text) != NULL, "%s", error->message); \
    cxd_error_free(error); \
  } while (0)

#endif

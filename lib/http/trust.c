/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem */
#include "http/trust.h"

#include <curl/curl.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"

#define FILE_MOST (8 * 1024 * 1024)

/* "8d86cdd1.0": what OpenSSL looks for. */
static int is_hashed(const char *name) { return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] && strspn(name + 9, "0123456789") == strlen(name + 9); }

static int by_number(const void *a, const void *b) {
  const ino_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static long distinct(ino_t *files, size_t count) {
  size_t kept = 0;
  if (count)
    qsort(files, count, sizeof *files, by_number);
  for (size_t i = 0; i < count; i++)
    kept += i == 0 || files[i] != files[i - 1];
  return (long)kept;
}

/* Certificates, not names: some systems give each a name by an older hash, too. A link that leads nowhere does not count. */
static long count_directory(const char *path) {
  struct cxd__buf files = {0};
  struct stat st;
  DIR *dir = opendir(path);
  if (!dir)
    return 0;
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
    if (is_hashed(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
      cxd__buf_add(&files, &st.st_ino, sizeof st.st_ino);
  (void)closedir(dir);
  long count = files.failed ? 0 : distinct((ino_t *)(void *)files.data, files.len / sizeof(ino_t));
  cxd__buf_free(&files);
  return count;
}

static long count_file(const char *path) {
  static const char begin[] = "-----BEGIN ";
  struct cxd__buf text = {0};
  long count = 0;
  cxd_status status = cxd__file_read(path, FILE_MOST, "certificates", &text, NULL);
  for (const char *p = text.data, *end = p ? p + text.len : p; p && (p = memmem(p, (size_t)(end - p), begin, sizeof begin - 1)) != NULL; p++)
    count++;
  cxd__buf_free(&text);
  return status == CXD_OK || status == CXD_E_IO ? count : LONG_MAX; /* too large to say */
}

/* The directory first: of it only what a connection needs is read. */
enum cxd__trust cxd__trust_choose(const char *file, const char *directory) {
  long in_directory = directory && !strchr(directory, ':') ? count_directory(directory) : 0, in_file = file ? count_file(file) : 0;
  if (in_directory > 0 && in_directory >= in_file)
    return CXD__TRUST_DIRECTORY;
  return in_directory == 0 && in_file > 0 && in_file != LONG_MAX && (!directory || !strchr(directory, ':')) ? CXD__TRUST_FILE : CXD__TRUST_DEFAULT;
}

enum cxd__trust cxd__trust_of_system(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_SEVENTH ? cxd__trust_choose(info->cainfo, info->capath) : CXD__TRUST_DEFAULT;
}

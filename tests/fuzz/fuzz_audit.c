/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Any bytes are read as a log to their end, as they are and with every line sealed rightly, so that what a record says is reached too: whoever
 * can write the log can write that. What is given is a record, by the slow and plain way of looking. With clang:
 * -fsanitize=fuzzer,address,undefined on this file and the sources of the library.
 */
#define _GNU_SOURCE /* memmem, mkdtemp */
#include "fuzz.h"

#include "audit/lines.h"
#include "audit_verdict.h"

#define MUST(condition) \
  do { \
    if (!(condition)) \
      abort(); \
  } while (0)

static struct audit_log sealer;
static char dir[] = "/tmp/cxd-fuzz-XXXXXX", path[64];

static void take_away(void) {
  (void)unlink(path);
  (void)rmdir(dir);
  audit_log_close(&sealer);
}

static void set_up(void) {
  MUST(mkdtemp(dir) != NULL);
  (void)snprintf(path, sizeof path, "%s/audit.log", dir);
  audit_log_open(&sealer, path, NULL);
  (void)atexit(take_away);
}

static void put(const char *text, size_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  MUST(fd >= 0 && pwrite(fd, text, len, 0) == (ssize_t)len && ftruncate(fd, (off_t)len) == 0);
  (void)close(fd);
}

/* What the fast way says of a line, the slow one says too. */
static void check_line(const char *text, size_t len) {
  struct cxd__line line;
  struct cxd__slice value;
  if (!cxd__line_read(text, len, &line))
    return;
  MUST((cxd__line_check(&line, NULL) == CXD_OK) == (cxd__json_check_deep(text, len, "x", CXD__JSON_RECORD_DEPTH, &value, NULL) == CXD_OK));
}

static void check_lines(const char *text, size_t len) {
  for (const char *end = text + len, *newline; text < end; text = newline + 1) {
    newline = memchr(text, '\n', (size_t)(end - text));
    newline = newline ? newline : end;
    check_line(text, (size_t)(newline - text));
  }
}

static size_t count_of(const char *codes, char severity) {
  size_t count = 0;
  for (; *codes; codes++)
    count += codes[0] == severity && codes[1] == ':';
  return count;
}

/* Only a record is given, and each with a higher number than the one before; what is wrong has raised an alarm. */
static void check_reading(void) {
  struct audit_verdict verdict = {.codes = ""};
  struct cxd__reader *reader = NULL;
  const char *record = "";
  size_t len, given = 0, alarms = 0;
  int64_t before = 0;
  MUST(cxd__reader_open(path, NULL, (struct cxd__reader_sink){&verdict, audit_verdict_take}, &reader, NULL) == CXD_OK);
  for (cxd_status status = CXD_OK; record || status != CXD_OK;) {
    struct cxd__line line;
    struct cxd__slice value;
    status = cxd__reader_next(reader, &record, &len, NULL);
    MUST(status == CXD_OK || (status == CXD_E_AUDIT && !record));
    alarms += status != CXD_OK;
    if (!record)
      continue;
    MUST(cxd__line_read(record, len, &line) && cxd__json_check_deep(record, len, "x", CXD__JSON_RECORD_DEPTH, &value, NULL) == CXD_OK && !cxd__has_control(record, len));
    MUST(line.link.seq > before);
    before = line.link.seq;
    given++;
  }
  MUST((int64_t)given >= cxd__reader_state(reader)->records && (alarms > 0) == (count_of(verdict.codes, 'E') > 0) && (alarms > 0) == (cxd__reader_state(reader)->first_bad > 0));
  cxd__reader_close(reader);
}

/* Every line with a seal of its own, one behind the other; without its old one when it has that. */
static void seal_all(const char *text, size_t len) {
  cxd__buf_reset(&sealer.text);
  sealer.last = (struct cxd__link){.seq = 0};
  for (const char *end = text + len, *newline; text < end; text = newline + 1) {
    char front[8193];
    newline = memchr(text, '\n', (size_t)(end - text));
    newline = newline ? newline : end;
    const char *old = memmem(text, (size_t)(newline - text), ",\"prev\":\"", 9);
    size_t front_len = (size_t)((old ? old : newline) - text);
    if (front_len >= sizeof front || memchr(text, '\0', front_len))
      continue;
    memcpy(front, text, front_len);
    front[front_len] = '\0';
    audit_log_add_raw(&sealer, front);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  if (!sealer.path[0])
    set_up();
  check_lines(text, size);
  put(text, size);
  check_reading();
  seal_all(text, size);
  check_lines(sealer.text.data, sealer.text.len);
  put(sealer.text.data, sealer.text.len);
  check_reading();
  return 0;
}

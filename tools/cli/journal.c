/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC, fdatasync, strndup */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "audit_log.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"
#include "when.h"

#define BUFFER_ENOUGH (1 << 20)

/* -------------------------------------------------------------------------------- bytes */

static int write_all(int fd, const char *at, size_t len) {
  while (len > 0) {
    ssize_t done = write(fd, at, len);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return 0;
    at += done;
    len -= (size_t)done;
  }
  return 1;
}

/* Half a line in the middle would make damage of a full disk: what was not written whole is taken back. */
static int fail(struct journal *journal) {
  journal->failed = errno ? errno : EIO;
  journal->is_torn = ftruncate(journal->fd, journal->size) != 0;
  return 0;
}

int journal_is_untold(const struct journal *journal) { return journal->failed && !journal->is_told; }

void journal_tell(struct journal *journal) {
  output_failure(journal->cli, CXD_E_IO, "", "%s: the journal cannot be written: %s%s", journal->path, strerror(journal->failed),
                 journal->is_torn ? "; nor was what was begun of a line taken back" : "");
  journal->is_told = 1;
}

int journal_flush(struct journal *journal, int sync) {
  if (journal->failed)
    return 0;
  if (!write_all(journal->fd, journal->buffer, journal->len) || (sync && fdatasync(journal->fd) != 0))
    return fail(journal);
  journal->size += (int64_t)journal->len;
  journal->len = 0;
  return 1;
}

static void add(struct journal *journal, const char *line, size_t len) {
  if (journal->len + len > journal->room) {
    journal->room = 2 * (journal->len + len);
    journal->buffer = mem_resize(journal->buffer, journal->room, 1);
  }
  memcpy(journal->buffer + journal->len, line, len);
  journal->len += len;
}

/* -------------------------------------------------------------------------------- lines */

static void put_line(struct journal *journal, struct mem_stream *body) {
  size_t len;
  mem_stream_close(body);
  char *line = journal_line_seal(journal->seal, (struct slice){body->text, body->len}, &len);
  add(journal, line, len);
  free(line);
  free(body->text);
}

static void put_string(FILE *out, const char *name, const char *value) {
  fprintf(out, ",\"%s\":", name);
  display_put_json_string(out, slice_of(value));
}

static void put_now(FILE *out, const char *name) {
  char now[WHEN_TEXT];
  when_rfc3339(now, (int64_t)time(NULL), 0);
  put_string(out, name, now);
}

static void put_writer(FILE *out) {
  char *writer = mem_format("cxdialer %s", CXDIALER_VERSION);
  put_string(out, "writer", writer);
  free(writer);
}

static void put_head(struct journal *journal, const struct journal_plan *plan) {
  char digest[JOURNAL_DIGEST + 1];
  struct mem_stream body;
  journal_line_digest(plan->texts, plan->count, digest);
  mem_stream_open(&body);
  fprintf(body.file, "{\"v\":%d,\"k\":\"plan\",\"items\":%zu,\"digest\":\"%s\"", JOURNAL_VERSION, plan->count, digest);
  put_string(body.file, "base_url", cxd_config_get(journal->cli->config, "api.base_url"));
  put_string(body.file, "mode", cxd_config_get(journal->cli->config, "update.mode"));
  put_string(body.file, "coalesce", cxd_config_get(journal->cli->config, "update.coalesce"));
  put_now(body.file, "created");
  put_writer(body.file);
  put_line(journal, &body);
}

static void put_item(struct journal *journal, const struct journal_plan *plan, size_t i) {
  struct mem_stream body;
  char *where = plan->where(plan->data, i);
  mem_stream_open(&body);
  fprintf(body.file, "{\"k\":\"item\",\"item\":%zu", i);
  put_string(body.file, "where", where);
  fputc(',', body.file);
  journal_line_put_text(body.file, plan->texts[i]);
  put_line(journal, &body);
  free(where);
}

void journal_put_sent(struct journal *journal, size_t item, struct slice intent) {
  struct mem_stream body;
  mem_stream_open(&body);
  fprintf(body.file, "{\"k\":\"sent\",\"item\":%zu,", item);
  journal_line_put_text(body.file, intent);
  put_line(journal, &body);
}

static void put_number(FILE *out, const char *name, int known, int64_t value) {
  if (known)
    fprintf(out, ",\"%s\":%" PRId64, name, value);
  else
    fprintf(out, ",\"%s\":null", name);
}

void journal_put_outcome(struct journal *journal, size_t item, const cxd_result *result, int resolved) {
  char *json = mem_need(cxd_result_to_json(result));
  int64_t seq = audit_log_seq(walk_get(slice_of(json), "audit")), retry_after_ms = cxd_error_retry_after_ms(cxd_result_error(result));
  struct mem_stream body;
  mem_stream_open(&body);
  fprintf(body.file, "{\"k\":\"outcome\",\"item\":%zu", item);
  put_string(body.file, "outcome", cxd_result_outcome_name(result));
  put_string(body.file, "status", cxd_status_name(cxd_result_status(result)));
  put_number(body.file, "seq", seq > 0, seq);
  put_number(body.file, "retry_after_ms", retry_after_ms >= 0, retry_after_ms);
  if (resolved)
    fputs(",\"resolved\":true", body.file);
  put_line(journal, &body);
  cxd_string_free(json);
}

void journal_put_mark(struct journal *journal, const char *kind, const char *why) {
  struct mem_stream body;
  mem_stream_open(&body);
  fprintf(body.file, "{\"k\":\"%s\"", kind);
  if (why)
    put_string(body.file, "why", why);
  else
    put_writer(body.file);
  put_now(body.file, "at");
  put_line(journal, &body);
}

/* ------------------------------------------------------------------------------ the file */

int journal_lock(const struct cli *cli, const char *path, int fd) {
  int failed;
  do
    failed = flock(fd, LOCK_EX | LOCK_NB);
  while (failed && errno == EINTR);
  if (!failed)
    return 0;
  if (errno == EWOULDBLOCK)
    output_failure(cli, CXD_E_STATE, "", "%s: another process works on this journal: wait for it, or end it", path);
  else
    output_failure(cli, CXD_E_IO, "", "%s: the journal cannot be locked: %s", path, strerror(errno));
  return errno == EWOULDBLOCK ? EXIT_LATER : EXIT_AUDIT;
}

static int sync_directory(const char *path) {
  char *copy = mem_need(strndup(path, strlen(path)));
  int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int done = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    close(fd);
  free(copy);
  return done;
}

static int write_plan(struct journal *journal, const struct journal_plan *plan) {
  put_head(journal, plan);
  for (size_t i = 0; i < plan->count; i++) {
    put_item(journal, plan, i);
    if (journal->len > BUFFER_ENOUGH && !journal_flush(journal, 0))
      return 0;
  }
  if (!journal_flush(journal, 1))
    return 0;
  return sync_directory(journal->path) || fail(journal);
}

static int refuse_existing(const struct cli *cli, const char *path, const struct journal_plan *plan) {
  char digest[JOURNAL_DIGEST + 1];
  struct journal_state state;
  int code = journal_read(&state, cli, path, 0);
  journal_line_digest(plan->texts, plan->count, digest);
  if (!code && strcmp(state.digest, digest) == 0)
    output_failure(cli, CXD_E_STATE, "", "%s is the journal of this plan already: nothing was sent. Go on with: cxdialer resume %s", path, path);
  else if (!code)
    output_failure(cli, CXD_E_STATE, "", "%s is the journal of another plan: nothing was sent. Name a new file, or go on with that plan: cxdialer resume %s", path, path);
  journal_state_free(&state);
  return code ? code : EXIT_INVALID;
}

int journal_create(struct journal *journal, const struct cli *cli, const char *path, const struct journal_plan *plan) {
  *journal = (struct journal){.cli = cli, .path = path};
  memcpy(journal->seal, journal_line_start, sizeof journal->seal);
  journal->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
  if (journal->fd < 0 && errno == EEXIST)
    return refuse_existing(cli, path, plan);
  if (journal->fd < 0) {
    output_failure(cli, CXD_E_IO, "", "%s: the journal cannot be made: %s; nothing was sent", path, strerror(errno));
    return EXIT_AUDIT;
  }
  int code = journal_lock(cli, path, journal->fd);
  if (!code && !write_plan(journal, plan)) {
    output_failure(cli, CXD_E_IO, "", "%s: the journal cannot be written: %s; nothing was sent, and the file was taken away", path, strerror(journal->failed));
    code = EXIT_AUDIT;
  }
  if (code)
    unlink(path);
  return code;
}

int journal_continue(struct journal *journal, struct journal_state *state) {
  *journal = (struct journal){.cli = state->cli, .path = state->path, .fd = state->fd, .size = (int64_t)state->whole};
  memcpy(journal->seal, state->seal, sizeof journal->seal);
  state->fd = -1;
  journal_put_mark(journal, "resume", NULL);
  if ((state->len == state->whole || ftruncate(journal->fd, journal->size) == 0 || fail(journal)) && journal_flush(journal, 1))
    return 0;
  journal_tell(journal);
  return EXIT_AUDIT;
}

void journal_close(struct journal *journal) {
  if (journal->fd >= 0)
    close(journal->fd);
  free(journal->buffer);
  *journal = (struct journal){.fd = -1};
}

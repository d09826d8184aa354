/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* O_CLOEXEC */
#include "journal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_code.h"
#include "journal.h"
#include "json_text.h"
#include "mem.h"
#include "output.h"

/* ---------------------------------------------------------------------------- what it says */

static const struct {
  const char *outcome, *status; /* status NULL: any */
  enum journal_stage stage;
} stages[] = {
    {"applied", NULL, JOURNAL_OVER},
    {"applied_readback", NULL, JOURNAL_OVER},
    {"unchanged", NULL, JOURNAL_OVER},
    {"rejected", NULL, JOURNAL_REFUSED},
    {"conflict", NULL, JOURNAL_REFUSED},
    {"not_applied", "CXD_E_NOT_FOUND", JOURNAL_REFUSED},
    {"not_applied", NULL, JOURNAL_AGAIN},
    {"cancelled", NULL, JOURNAL_AGAIN},
};

enum journal_stage journal_stage_of(struct slice outcome, struct slice status, int was_sent) {
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    if (slice_is(outcome, stages[i].outcome) && (!stages[i].status || slice_is(status, stages[i].status)))
      return stages[i].stage;
  return was_sent ? JOURNAL_DOUBTFUL : JOURNAL_REFUSED; /* unknown, or an outcome of a later version */
}

size_t journal_state_count(const struct journal_state *state, enum journal_stage stage) {
  size_t count = 0;
  for (size_t i = 0; i < state->count; i++)
    count += state->items[i].stage == stage;
  return count;
}

/* ------------------------------------------------------------------------------- complaints */

static int refuse(const struct journal_state *state, int code, cxd_status status, const char *format, ...) __attribute__((format(printf, 4, 5)));

static int refuse(const struct journal_state *state, int code, cxd_status status, const char *format, ...) {
  struct mem_stream text;
  va_list args;
  mem_stream_open(&text);
  va_start(args, format);
  vfprintf(text.file, format, args);
  va_end(args);
  mem_stream_close(&text);
  output_failure(state->cli, status, "", "%s: %s", state->path, text.text);
  free(text.text);
  return code;
}

static int refuse_damage(const struct journal_state *state, const char *what) {
  return refuse(state, EXIT_INVALID, CXD_E_INVALID, "line %zu %s: the journal is damaged and is left as it is. The audit log has what was sent; cxdialer plan shows what is left to do", state->lines, what);
}

static int refuse_unfinished(const struct journal_state *state) {
  return refuse(state, EXIT_INVALID, CXD_E_INVALID, "the plan was not written to its end, so nothing of it was sent: delete the file and apply again");
}

static int refuse_foreign(const struct journal_state *state) {
  return refuse(state, EXIT_INVALID, CXD_E_INVALID, "is not a journal of cxdialer apply --journal: it is left as it is");
}

static int refuse_errno(const struct journal_state *state, const char *what) {
  return refuse(state, EXIT_MISSING, CXD_E_IO, "the journal cannot be %s: %s", what, strerror(errno));
}

/* ------------------------------------------------------------------------------------ lines */

static int get_size(struct slice line, const char *name, size_t *out) {
  struct slice digits = walk_get(line, name);
  *out = 0;
  for (size_t i = 0; i < digits.len && i < 12; i++) {
    if (digits.at[i] < '0' || digits.at[i] > '9')
      return 0;
    *out = *out * 10 + (size_t)(digits.at[i] - '0');
  }
  return digits.len > 0 && digits.len <= 12;
}

#define HEAD "{\"v\":"

static int is_prefix_of_plan(struct slice line) {
  static const char start[] = HEAD "1,\"k\":\"plan\",";
  size_t n = line.len < sizeof start - 1 ? line.len : sizeof start - 1;
  return memcmp(line.at, start, n) == 0;
}

/* The version is judged before the seal, which may be another one then. */
static int read_plan(struct journal_state *state, struct slice line) {
  size_t version;
  if (line.len < sizeof HEAD - 1 || memcmp(line.at, HEAD, sizeof HEAD - 1) != 0 || !slice_is(walk_plain(walk_get(line, "k")), "plan") || !get_size(line, "v", &version))
    return refuse_foreign(state);
  if (version > JOURNAL_VERSION) {
    char *writer = json_text_decode(walk_plain(walk_get(line, "writer")));
    int code = refuse(state, EXIT_INVALID, CXD_E_INVALID, "is a journal of version %zu, written by %s; this command reads version %d: use that one", version,
                      *writer ? writer : "a newer command", JOURNAL_VERSION);
    free(writer);
    return code;
  }
  struct slice digest = walk_plain(walk_get(line, "digest"));
  if (!journal_line_fits(state->seal, line) || !get_size(line, "items", &state->count) || digest.len != JOURNAL_DIGEST)
    return refuse_damage(state, "does not fit its seal");
  memcpy(state->digest, digest.at, JOURNAL_DIGEST);
  state->plan = line;
  if (state->count > state->len) /* each item has a line */
    return refuse_unfinished(state);
  state->items = mem_resize(NULL, state->count, sizeof *state->items);
  memset(state->items, 0, state->count * sizeof *state->items);
  return 0;
}

static int read_item(struct journal_state *state, struct slice line) {
  struct journal_item *item = &state->items[state->lines - 2];
  size_t number;
  item->text = journal_line_get_text(line, &item->len);
  item->where = json_text_decode(walk_plain(walk_get(line, "where")));
  int is_right = item->text && slice_is(walk_plain(walk_get(line, "k")), "item") && get_size(line, "item", &number) && number == state->lines - 2;
  return is_right ? 0 : refuse_damage(state, "is not the next item of the plan");
}

static void read_outcome(struct journal_item *item, struct slice line) {
  item->outcome = walk_plain(walk_get(line, "outcome"));
  item->status = walk_plain(walk_get(line, "status"));
  item->stage = journal_stage_of(item->outcome, item->status, item->intent.len > 0);
}

static void read_sent(struct journal_item *item, struct slice line) {
  item->intent = line;
  item->outcome = item->status = (struct slice){"", 0};
  item->stage = JOURNAL_DOUBTFUL;
}

static int read_event(struct journal_state *state, struct slice line) {
  struct slice kind = walk_plain(walk_get(line, "k"));
  size_t number;
  state->is_ended = slice_is(kind, "end");
  if (state->is_ended || slice_is(kind, "resume"))
    return 0;
  if (!get_size(line, "item", &number) || number >= state->count)
    return refuse_damage(state, "is about no item of the plan");
  if (slice_is(kind, "sent"))
    read_sent(&state->items[number], line);
  else if (slice_is(kind, "outcome"))
    read_outcome(&state->items[number], line);
  else
    return refuse_damage(state, "is of no kind that is known");
  return 0;
}

static int read_line(struct journal_state *state, struct slice line) {
  state->lines++;
  if (state->lines == 1)
    return read_plan(state, line);
  if (!journal_line_fits(state->seal, line))
    return refuse_damage(state, "does not fit its seal");
  return state->lines <= state->count + 1 ? read_item(state, line) : read_event(state, line);
}

static int check_digest(const struct journal_state *state) {
  char digest[JOURNAL_DIGEST + 1];
  struct slice *texts = mem_resize(NULL, state->count, sizeof *texts);
  for (size_t i = 0; i < state->count; i++)
    texts[i] = (struct slice){state->items[i].text, state->items[i].len};
  journal_line_digest(texts, state->count, digest);
  free(texts);
  return strcmp(digest, state->digest) == 0 ? 0 : refuse(state, EXIT_INVALID, CXD_E_INVALID, "its items are not those of the digest in its first line: it is damaged and left as it is");
}

static int read_lines(struct journal_state *state) {
  const char *newline;
  int code = 0;
  memcpy(state->seal, journal_line_start, sizeof state->seal);
  while (!code && (newline = memchr(state->bytes + state->whole, '\n', state->len - state->whole))) {
    const char *at = state->bytes + state->whole;
    code = read_line(state, (struct slice){at, (size_t)(newline - at)});
    state->whole += (size_t)(newline - at) + 1;
  }
  if (code)
    return code;
  if (state->lines == 0 && (state->len == 0 || !is_prefix_of_plan((struct slice){state->bytes, state->len})))
    return refuse_foreign(state);
  return state->lines < state->count + 1 ? refuse_unfinished(state) : check_digest(state);
}

/* --------------------------------------------------------------------------------- the file */

static int read_bytes(struct journal_state *state) {
  size_t room = 0;
  for (;;) {
    if (state->len == room)
      state->bytes = mem_resize(state->bytes, room = room ? room * 2 : 65536, 1);
    ssize_t got = read(state->fd, state->bytes + state->len, room - state->len);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got == 0 ? 0 : refuse_errno(state, "read");
    state->len += (size_t)got;
  }
}

static int open_file(struct journal_state *state, int writable) {
  struct stat st;
  state->fd = open(state->path, (writable ? O_RDWR | O_APPEND : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* no hanging on a pipe */
  if (state->fd < 0 || fstat(state->fd, &st) != 0)
    return refuse_errno(state, "opened");
  if (!S_ISREG(st.st_mode))
    return refuse_foreign(state);
  return writable ? journal_lock(state->cli, state->path, state->fd) : 0;
}

int journal_read(struct journal_state *state, const struct cli *cli, const char *path, int writable) {
  *state = (struct journal_state){.cli = cli, .path = path, .fd = -1};
  int code = open_file(state, writable);
  if (!code)
    code = read_bytes(state);
  return code ? code : read_lines(state);
}

void journal_state_free(struct journal_state *state) {
  for (size_t i = 0; state->items && i < state->count; i++) {
    free(state->items[i].text);
    free(state->items[i].where);
  }
  if (state->fd >= 0)
    close(state->fd);
  free(state->items);
  free(state->bytes);
  *state = (struct journal_state){.fd = -1};
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mem.h"

#define REDRAW_MS 100
#define LOG_MS 10000
#define COLUMNS_UNKNOWN 80

char *progress_duration(int64_t ms) {
  int64_t s = ms / 1000 + (ms % 1000 >= 500), min = s / 60;
  if (ms < 1000)
    return mem_format("%" PRId64 " ms", ms);
  if (ms < 59950)
    return mem_format("%.1f s", (double)ms / 1000);
  if (min < 60)
    return mem_format("%" PRId64 " min %" PRId64 " s", min, s % 60);
  return mem_format("%" PRId64 " h %" PRId64 " min", min / 60, min % 60);
}

/* Takes the part when it fits, or is the first; it is freed. */
static int add_part(char **text, char *part, size_t columns) {
  int is_first = !**text, fits = strlen(*text) + strlen(part) + 2 <= columns;
  if (is_first || fits) {
    char *both = mem_format("%s%s%s", *text, is_first ? "" : ", ", part);
    free(*text);
    *text = both;
  }
  free(part);
  return is_first || fits;
}

static char *part_of(const struct progress_numbers *n, int which) {
  char *eta = progress_duration(n->eta_ms < 0 ? 0 : n->eta_ms), *part = NULL;
  if (which == 0)
    part = mem_format("%zu/%zu done", n->done, n->total);
  else if (which == 1 && n->eta_ms >= 0)
    part = mem_format("about %s left", eta);
  else if (which == 2 && n->failed > 0)
    part = mem_format("%zu failed", n->failed);
  else if (which == 3)
    part = mem_format("%zu in flight", n->in_flight);
  else if (which == 4 && n->limit > 0)
    part = mem_format("quota %" PRId64 "/%" PRId64, n->used, n->limit);
  else if (which == 5 && n->rate_limited > 0)
    part = mem_format("%" PRId64 " x 429", n->rate_limited);
  free(eta);
  return part;
}

char *progress_text(const struct progress_numbers *numbers, size_t columns) {
  char *text = mem_format("%s", "");
  for (int which = 0, fits = 1; which <= 5 && fits; which++) {
    char *part = part_of(numbers, which);
    fits = !part || add_part(&text, part, columns);
  }
  if (strlen(text) > columns)
    text[columns] = '\0';
  return text;
}

/* -------------------------------------------------------------------------- what is seen */

void progress_start(struct progress *progress, const struct cli *cli, int64_t now_ms) {
  const char *terminal = getenv("TERM");
  int is_terminal = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0);
  *progress = (struct progress){.cli = cli, .is_terminal = is_terminal, .next_ms = now_ms + (is_terminal ? REDRAW_MS : LOG_MS)};
}

int progress_is_due(const struct progress *progress, int64_t now_ms) { return now_ms >= progress->next_ms; }

static size_t columns_of_terminal(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS_UNKNOWN;
}

static void draw(struct progress *progress, const struct progress_numbers *numbers) {
  size_t columns = columns_of_terminal();
  char *text = progress_text(numbers, columns - 1); /* the last column wraps on some */
  fflush(stdout);
  fprintf(stderr, "\r%s\033[K", text);
  fflush(stderr);
  progress->is_shown = 1;
  free(text);
}

static void put_json(const struct progress_numbers *n) {
  fprintf(stderr, "{\"progress\":{\"done\":%zu,\"total\":%zu,\"failed\":%zu,\"in_flight\":%zu,\"quota_used\":%" PRId64 ",\"quota_limit\":%" PRId64 ",\"rate_limited\":%" PRId64 ",", n->done,
          n->total, n->failed, n->in_flight, n->used, n->limit, n->rate_limited);
  if (n->eta_ms >= 0)
    fprintf(stderr, "\"eta_ms\":%" PRId64 "}}\n", n->eta_ms);
  else
    fputs("\"eta_ms\":null}}\n", stderr);
}

void progress_tell(struct progress *progress, const struct progress_numbers *numbers) {
  progress_clear(progress);
  fflush(stdout);
  if (progress->cli->json) {
    put_json(numbers);
    return;
  }
  char *text = progress_text(numbers, SIZE_MAX);
  fprintf(stderr, "cxdialer: %s\n", text);
  free(text);
}

void progress_show(struct progress *progress, const struct progress_numbers *numbers, int64_t now_ms) {
  progress->next_ms = now_ms + (progress->is_terminal ? REDRAW_MS : LOG_MS);
  if (progress->is_terminal)
    draw(progress, numbers);
  else
    progress_tell(progress, numbers);
}

void progress_clear(struct progress *progress) {
  if (progress->is_shown)
    fputs("\r\033[K", stderr);
  progress->is_shown = 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "audit_commands.h"
#include "audit_filter.h"
#include "audit_log.h"
#include "audit_row.h"
#include "exit_code.h"
#include "mem.h"
#include "output.h"

#define BLOCK_ROWS 1000 /* a log may have more rows than memory: columns are aligned among so many */

struct showing {
  struct audit_log log;
  struct audit_filter filter;
  struct table table;
  size_t rows;       /* in the table */
  int lines, screen; /* records as they are; to a terminal */
  size_t width;      /* 0: any */
};

static size_t screen_width(void) {
  struct winsize size;
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col > 10 ? size.ws_col : 0;
}

static void print_cut(const char *text, size_t width) {
  while (*text) {
    size_t len = strcspn(text, "\n");
    char *line = display_clip((struct slice){text, len}, width);
    printf("%s\n", line);
    free(line);
    text += len + (text[len] == '\n');
  }
}

static void print_block(struct showing *s) {
  struct mem_stream text;
  if (s->rows == 0)
    return;
  mem_stream_open(&text);
  table_print(&s->table, text.file, "");
  mem_stream_close(&text);
  if (s->width)
    print_cut(text.text, s->width);
  else
    fputs(text.text, stdout);
  free(text.text);
  s->rows = 0;
}

/* On a terminal a line of JSON is for the eye, and what the terminal would act upon is escaped. */
static void print_line(const struct showing *s, struct slice record) {
  if (s->screen)
    display_put_json(stdout, record);
  else
    fwrite(record.at, 1, record.len, stdout);
  fputc('\n', stdout);
}

static void show_record(struct showing *s, struct slice record) {
  if (s->lines) {
    print_line(s, record);
    return;
  }
  if (s->rows == 0)
    audit_row_titles(&s->table);
  audit_row_add(&s->table, record, s->width);
  if (++s->rows == BLOCK_ROWS)
    print_block(s);
}

static void show_all(struct showing *s) {
  struct slice record;
  size_t shown = 0;
  while (!ferror(stdout) && audit_log_next(&s->log, &record)) {
    audit_log_tell(&s->log);
    if (audit_filter_takes(&s->filter, record)) {
      show_record(s, record);
      shown++;
    }
  }
  print_block(s);
  audit_log_tell(&s->log);
  audit_log_tell_rest(&s->log);
  if (shown == 0 && (s->log.code == 0 || s->log.code == EXIT_AUDIT))
    output_note(s->log.cli, "no record matches what was asked for");
}

static int open_log(struct audit_log *log, struct cli *cli, const struct args *args) {
  int code = audit_log_open(log, cli, args->list[1], args->texts[TEXT_KEY_FILE]);
  return code ? code : audit_log_expect(log, &args->expects);
}

/* Damage is told when the records are shown. */
static int note_all(struct showing *s, struct cli *cli, const struct args *args) {
  struct slice record;
  struct audit_log log = {0};
  int code = open_log(&log, cli, args);
  if (!code) {
    while (audit_log_next(&log, &record))
      audit_filter_note(&s->filter, record);
    audit_filter_noted(&s->filter);
    code = log.code == EXIT_AUDIT ? 0 : log.code;
  }
  audit_log_close(&log);
  return code;
}

int audit_show(struct cli *cli, const struct args *args) {
  struct showing s = {.table = {.columns = AUDIT_ROW_COLUMNS}, .width = screen_width(), .screen = isatty(STDOUT_FILENO)};
  s.lines = cli->json || (!cli->output_given && !s.screen);
  int code = audit_filter_set(&s.filter, cli, args);
  if (!code && s.filter.outcomes->count > 0)
    code = note_all(&s, cli, args);
  if (!code)
    code = open_log(&s.log, cli, args);
  if (!code) {
    show_all(&s);
    code = s.log.code;
  }
  table_free(&s.table);
  audit_log_close(&s.log);
  audit_filter_free(&s.filter);
  return code;
}

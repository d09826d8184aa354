/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "markup.h"
#include "report_outcome.h"
#include "report_page.h"
#include "report_text.h"

#define ARROW " \xe2\x86\x92 "

void report_put_text(FILE *out, const char *text) {
  char *shown = display_text(slice_of(text));
  markup_put(out, slice_of(shown));
  free(shown);
}

static void put_pair(FILE *out, const char *from, const char *to) {
  if (strcmp(from, to) == 0)
    fprintf(out, "<td>%s</td>", to);
  else
    fprintf(out, "<td>%s" ARROW "%s</td>", from, to);
}

static void put_concurrent(FILE *out, const struct run_item *item) {
  char from[REPORT_TEXT], to[REPORT_TEXT];
  report_count(from, item->old_concurrent);
  report_count(to, item->new_concurrent);
  put_pair(out, from, to);
}

static void put_rate(FILE *out, const struct run_item *item) {
  char from[REPORT_TEXT], to[REPORT_TEXT];
  report_rate(from, item->old_per_min);
  report_rate(to, item->new_per_min);
  put_pair(out, from, to);
}

static void put_outcome(FILE *out, const struct run_item *item) {
  const struct report_outcome *outcome = report_outcome_of(item->outcome);
  fprintf(out, "<td><span class=\"%s\"><i aria-hidden=\"true\">%s</i> %s</span></td>", outcome->tone, outcome->sign, outcome->word);
}

static void put_numbers(FILE *out, const struct run_item *item) {
  char latency[REPORT_TEXT], ended[REPORT_TEXT], seq[REPORT_TEXT];
  report_duration(latency, item->latency_us);
  report_clock(ended, item->ended_ms);
  report_count(seq, item->audit_seq > 0 ? item->audit_seq : -1);
  fprintf(out, "<td>%d, %d PUT</td><td>%s</td><td>%s</td><td>%s</td>", item->attempts, item->sends, latency, ended, seq);
}

static void put_lines(FILE *out, const char *message) {
  while (*message) {
    size_t len = strcspn(message, "\n");
    char *line = display_text((struct slice){message, len});
    if (*line) {
      fputs("<p><bdi>", out);
      markup_put(out, slice_of(line));
      fputs("</bdi></p>", out);
    }
    free(line);
    message += len + (message[len] == '\n');
  }
}

/* What is to be known about it, in a row of its own over the whole width. */
static void put_why(FILE *out, const struct run_item *item) {
  char wait[REPORT_TEXT];
  if (!*item->message && item->retry_after_ms < 0 && item->status == CXD_OK)
    return;
  fputs("<tr class=\"why\"><td colspan=\"8\">", out);
  if (item->status != CXD_OK)
    fprintf(out, "<p class=\"status\">%s</p>", cxd_status_name(item->status));
  put_lines(out, item->message);
  if (item->retry_after_ms >= 0) {
    report_duration(wait, item->retry_after_ms * 1000);
    fprintf(out, "<p>may be tried again after %s</p>", wait);
  }
  fputs("</td></tr>\n", out);
}

static void put_item(FILE *out, const struct run_item *item) {
  fputs("<tr><th scope=\"row\"><bdi>", out);
  report_put_text(out, *item->id ? item->id : "(no id)");
  fputs("</bdi></th>", out);
  put_outcome(out, item);
  put_concurrent(out, item);
  put_rate(out, item);
  put_numbers(out, item);
  fputs("</tr>\n", out);
  put_why(out, item);
}

static void put_group(FILE *out, const char *name, size_t count) {
  char text[REPORT_TEXT];
  report_count(text, (int64_t)count);
  fprintf(out, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"8\">%s: %s</th></tr>\n", name, text);
}

/* Those that need somebody to act first. */
static void put_failed(FILE *out, const struct run_model *model) {
  const struct report_outcome *outcome;
  put_group(out, "To be looked at", model->failed);
  for (size_t k = 0; (outcome = report_outcome_at(k)); k++)
    for (size_t i = 0; model->outcomes[outcome->outcome] > 0 && i < model->count; i++)
      if (model->items[i].failed && model->items[i].outcome == outcome->outcome)
        put_item(out, &model->items[i]);
  fputs("</tbody>\n", out);
}

static void put_left_out(FILE *out, const struct run_model *model, size_t left) {
  char text[REPORT_TEXT];
  report_count(text, (int64_t)left);
  fprintf(out, "<tr class=\"why left\"><td colspan=\"8\"><p>%s more without a failure %s not listed, to keep this page small. All items are in what cxdialer --output json %s prints%s.</p></td></tr>\n",
          text, left == 1 ? "is" : "are", model->is_plan ? "plan" : "apply", model->journal && *model->journal ? ", and in the journal" : "");
}

static void put_done(FILE *out, const struct run_model *model) {
  size_t room = model->failed < REPORT_ROWS_MOST ? REPORT_ROWS_MOST - model->failed : 0, shown = 0;
  put_group(out, "Without a failure", model->count - model->failed);
  for (size_t i = 0; i < model->count && shown < room; i++) {
    if (model->items[i].failed)
      continue;
    put_item(out, &model->items[i]);
    shown++;
  }
  if (shown < model->count - model->failed)
    put_left_out(out, model, model->count - model->failed - shown);
  fputs("</tbody>\n", out);
}

void report_table(FILE *out, const struct run_model *model) {
  fputs("<section aria-labelledby=\"items\">\n<h2 id=\"items\">All campaigns</h2>\n", out);
  if (model->count == 0) {
    fputs("<p class=\"note\">There were none.</p>\n</section>\n", out);
    return;
  }
  fputs("<table>\n<thead><tr><th scope=\"col\">Campaign</th><th scope=\"col\">Outcome</th><th scope=\"col\">Concurrent calls</th><th scope=\"col\">Calls a minute</th>"
        "<th scope=\"col\">Requests</th><th scope=\"col\">Took</th><th scope=\"col\">Ended, UTC</th><th scope=\"col\">Record</th></tr></thead>\n",
        out);
  if (model->failed > 0)
    put_failed(out, model);
  if (model->count > model->failed)
    put_done(out, model);
  fputs("</table>\n</section>\n", out);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "report_page.h"

#include <string.h>

#include "report_outcome.h"
#include "report_panel.h"
#include "report_text.h"

static int is_said(const char *text) { return text && *text; }

static const char *title_of(const struct run_model *model) { return is_said(model->title) ? model->title : model->is_plan ? "Planned campaign updates" : "Campaign updates"; }

/* Nothing may be loaded and nothing run, should ever a text get through. */
static void put_head(FILE *out, const struct run_model *model) {
  fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"generator\" content=\"cxdialer " CXDIALER_VERSION "\"/>\n<title>",
        out);
  report_put_text(out, title_of(model));
  fputs("</title>\n<style>\n", out);
  for (size_t i = 0; report_style[i]; i++)
    fputs(report_style[i], out);
  fputs("</style>\n</head>\n<body>\n", out);
}

static void put_when(FILE *out, const struct run_model *model) {
  char from[REPORT_TEXT], until[REPORT_TEXT], took[REPORT_TEXT];
  report_instant(from, model->started_ms);
  report_instant(until, model->ended_ms);
  report_duration(took, model->ended_ms >= model->started_ms ? (model->ended_ms - model->started_ms) * 1000 : -1);
  const char *shown = strncmp(from, until, strlen("2026-11-28 ")) == 0 ? until + strlen("2026-11-28 ") : until;
  if (model->started_ms > 0)
    fprintf(out, "<p class=\"when\">%s to %s UTC, %s</p>\n", from, shown, took);
}

static void put_verdict(FILE *out, const struct run_model *model) {
  char all[REPORT_TEXT], done[REPORT_TEXT], failed[REPORT_TEXT];
  report_count(all, (int64_t)model->count);
  report_count(done, (int64_t)(model->count - model->failed));
  report_count(failed, (int64_t)model->failed);
  const char *plural = model->count == 1 ? "" : "s", *are = model->failed == 1 ? "is" : "are";
  const char *as_asked = model->is_plan ? "can be changed, or already are, as asked" : "are as asked";
  if (model->count == 0)
    fputs("<p class=\"verdict\">There was nothing to do.</p>\n", out);
  else if (model->failed == 0)
    fprintf(out, "<p class=\"verdict\">%s%s campaign%s %s.</p>\n", model->count == 1 ? "" : "All ", model->count == 1 ? "The one" : all, plural,
            model->count > 1 ? as_asked : model->is_plan ? "can be changed, or already is, as asked" : "is as asked");
  else
    fprintf(out, "<p class=\"verdict failed\">%s of %s campaign%s %s. %s %s to be looked at%s</p>\n", done, all, plural, as_asked, failed, are,
            model->outcomes[CXD_OUTCOME_UNKNOWN] > 0 ? ", first those whose outcome is unknown." : ".");
}

static void put_count(FILE *out, const struct report_outcome *outcome, size_t count) {
  char text[REPORT_TEXT];
  report_count(text, (int64_t)count);
  fprintf(out, "<div><dt><span class=\"%s\" aria-hidden=\"true\">%s</span> %s</dt><dd>%s</dd></div>\n", outcome->tone, outcome->sign, outcome->word, text);
}

static void put_number(FILE *out, const char *name, const char *value) { fprintf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value); }

static int64_t refusals_of(const struct run_model *model) { return model->sample_count > 0 ? model->samples[model->sample_count - 1].rate_limited : 0; }

static int64_t requests_of(const struct run_model *model) {
  int64_t sum = 0;
  for (size_t i = 0; i < model->count; i++)
    sum += model->items[i].attempts > 0 ? model->items[i].attempts : 0;
  return sum;
}

static void put_counts(FILE *out, const struct run_model *model, const struct report_spread *spread) {
  char text[REPORT_TEXT];
  const struct report_outcome *outcome;
  fputs("<dl class=\"counts\">\n", out);
  report_count(text, (int64_t)model->count);
  put_number(out, "campaigns", text);
  for (size_t i = 0; (outcome = report_outcome_at(i)); i++)
    if (model->outcomes[outcome->outcome] > 0)
      put_count(out, outcome, model->outcomes[outcome->outcome]);
  report_count(text, requests_of(model));
  put_number(out, "requests", text);
  report_count(text, refusals_of(model));
  put_number(out, "answers 429", text);
  report_duration(text, spread->count > 0 ? spread->median : -1);
  put_number(out, "median time", text);
  fputs("</dl>\n", out);
}

static void put_fact(FILE *out, const char *name, const char *value) {
  if (!is_said(value))
    return;
  fprintf(out, "<dt>%s</dt><dd><bdi>", name);
  report_put_text(out, value);
  fputs("</bdi></dd>\n", out);
}

static void put_facts(FILE *out, const struct run_model *model) {
  const char *const facts[][2] = {{"server", model->host}, {"mode", model->mode}, {"on behalf of", model->actor}, {"audit log", model->audit}, {"journal", model->journal}};
  int any = 0;
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    any |= is_said(facts[i][1]);
  if (!any)
    return;
  fputs("<dl class=\"facts\">\n", out);
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    put_fact(out, facts[i][0], facts[i][1]);
  fputs("</dl>\n", out);
}

static int put_quota(FILE *out, const struct run_model *model) {
  char window[REPORT_TEXT];
  report_short_span(window, (model->window_ms > 0 ? model->window_ms : 60000) * 1000);
  fprintf(out, "<figure>\n<h2>Requests against the quota</h2>\n<figcaption>What counts is how many were sent in the last %s.</figcaption>\n", window);
  int failed = report_quota(out, model, 0) | report_quota(out, model, 1);
  fputs("</figure>\n", out);
  return failed;
}

static int put_latency(FILE *out, const struct report_spread *spread) {
  char least[REPORT_TEXT], most[REPORT_TEXT], count[REPORT_TEXT];
  report_duration(least, spread->least);
  report_duration(most, spread->most);
  report_count(count, (int64_t)spread->count);
  fputs("<figure>\n<h2>Time of an update</h2>\n", out);
  if (spread->count > 0)
    fprintf(out, "<figcaption>%s update%s that sent a request, from %s to %s.</figcaption>\n", count, spread->count == 1 ? "" : "s", least, most);
  else
    fputs("<figcaption>Waiting for the quota is part of it.</figcaption>\n", out);
  int failed = report_latency(out, spread, 0) | report_latency(out, spread, 1);
  fputs("</figure>\n", out);
  return failed;
}

static void put_dumbbell_caption(FILE *out, const struct run_model *model) {
  struct dumbbell_count count = report_dumbbell_count(model);
  char shown[REPORT_TEXT], known[REPORT_TEXT];
  report_count(shown, (int64_t)count.shown);
  report_count(known, (int64_t)count.known);
  if (count.known > count.shown)
    fprintf(out, "<figcaption>The %s largest changes of %s campaigns; all the others are in the table.</figcaption>\n", shown, known);
  else if (count.known > 0)
    fputs("<figcaption>The largest change first.</figcaption>\n", out);
}

static int put_dumbbell(FILE *out, const struct run_model *model) {
  fputs("<figure class=\"long\">\n<h2>Concurrent calls, before and after</h2>\n", out);
  put_dumbbell_caption(out, model);
  int failed = report_dumbbell(out, model, 0) | report_dumbbell(out, model, 1);
  fputs("</figure>\n", out);
  return failed;
}

static int put_panels(FILE *out, const struct run_model *model, const struct report_spread *spread) {
  fputs("<div class=\"pair\">\n", out);
  int failed = put_quota(out, model) | put_latency(out, spread);
  fputs("</div>\n", out);
  return failed | put_dumbbell(out, model);
}

int report_page(FILE *out, const void *what) {
  const struct run_model *model = what;
  struct report_spread spread;
  report_spread(&spread, model);
  put_head(out, model);
  fputs("<header>\n<h1>", out);
  report_put_text(out, title_of(model));
  fputs("</h1>\n", out);
  put_when(out, model);
  put_verdict(out, model);
  put_counts(out, model, &spread);
  put_facts(out, model);
  fputs("</header>\n<main>\n", out);
  int failed = put_panels(out, model, &spread);
  report_table(out, model);
  fputs("</main>\n<footer>Written by cxdialer " CXDIALER_VERSION ". This page loads nothing and runs nothing.</footer>\n</body>\n</html>\n", out);
  return failed || ferror(out) ? -1 : 0;
}

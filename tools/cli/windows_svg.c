/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "svg.h"
#include "when.h"
#include "windows.h"

/* Pixels. */
#define WIDTH 1240.0
#define MARGIN 24.0
#define LABEL_MOST 270.0
#define LABEL_LEAST 130.0
#define DAYS_LINE 114.0 /* base lines above the rows */
#define HOURS_LINE 129.0
#define NOW_LINE 146.0
#define ROWS_TOP 152.0
#define ROW 42.0
#define BAR_TOP 5.0
#define BAR 19.0
#define LANE 36.0 /* base line of the texts below a bar */
#define FOOT_LINE 15.0
#define NAME_MOST 170.0 /* of a holiday or blackout below its bar */
#define NAME_LEAST 50.0 /* and shortened on it */
#define DAY_LEAST 30.0 /* width below which local midnights are not marked */
#define HOUR_S 3600

static const struct svg_font title_font = {18, SVG_START, "#1c2733", 1};
static const struct svg_font note_font = {11, SVG_START, "#4a5866", 0};
static const struct svg_font zone_font = {12, SVG_START, "#1c2733", 0};
static const struct svg_font state_font = {10, SVG_START, "#4a5866", 0};
static const struct svg_font day_font = {11, SVG_MIDDLE, "#1c2733", 0};
static const struct svg_font hour_font = {9, SVG_MIDDLE, "#5c6b7a", 0};
static const struct svg_font open_font = {9, SVG_MIDDLE, "#ffffff", 0};
static const struct svg_font name_font = {9, SVG_MIDDLE, "#3d2a00", 0};
static const struct svg_font turn_font = {9, SVG_MIDDLE, "#9a1b52", 0};
static const struct svg_font now_font = {10, SVG_MIDDLE, "#b3261e", 1};

/* How each kind looks: also of the legend. */
static const struct {
  const char *base, *hatch, *legend;
} looks[] = {
    [WINDOWS_OPEN] = {"fill=\"#1f7a5c\"", NULL, "open, with local times"},
    [WINDOWS_HOURS] = {"fill=\"#dfe4e9\"", NULL, "closed"},
    [WINDOWS_HOLIDAY] = {"fill=\"#fbe3b0\"", "fill=\"url(#holiday)\"", "closed: holiday"},
    [WINDOWS_BLACKOUT] = {"fill=\"#e9d3ee\"", "fill=\"url(#blackout)\"", "closed: blackout"},
};

static const char patterns[] =
    "<defs>\n"
    "<pattern id=\"holiday\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect width=\"2\" height=\"6\" fill=\"#d99a1c\"/></pattern>\n"
    "<pattern id=\"blackout\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">"
    "<rect width=\"2\" height=\"6\" fill=\"#8e3fa3\"/></pattern>\n"
    "</defs>\n";

struct plot {
  struct svg svg;
  const struct windows *windows;
  int64_t from, until;
  double left, right, bottom; /* of the axis */
  double day;                 /* width of a day */
  int step;                   /* days from one name and line to the next */
  int short_names;
};

static double x_of(const struct plot *plot, int64_t at) {
  int64_t inside = at < plot->from ? plot->from : at > plot->until ? plot->until : at;
  return plot->left + (plot->right - plot->left) * (double)(inside - plot->from) / (double)(plot->until - plot->from);
}

static double row_top(size_t row) { return ROWS_TOP + ROW * (double)row; }

static struct svg_point point(double x, double y) { return (struct svg_point){x, y}; }

/* Cut from the right until it fits, or left out. */
static void put_within(struct plot *plot, const struct svg_font *font, struct svg_point at, const char *text, double width) {
  char *shown = svg_shorten(font, text, width);
  if (*shown)
    svg_text_try(&plot->svg, font, at, shown);
  free(shown);
}

static const char *ground_of(size_t row) { return row % 2 == 0 ? "fill=\"#f6f8fa\"" : "fill=\"#ffffff\""; }

static double clamped(double x, double least, double most) { return x < least ? least : x > most ? most : x; }

/* Around x, else as far to the side as is needed, if any place in this line is free. On a ground that hides the lines of the axis. 0: none is. */
static int put_near(struct plot *plot, const struct svg_font *font, struct svg_point at, const char *text, const char *ground) {
  static const double steps[] = {0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1, -1};
  double width = svg_text_width(font, text) + 6;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    struct svg_point place = {clamped(at.x + steps[i] * width, plot->left + width / 2, plot->right - width / 2), at.y};
    struct svg_box box = svg_text_box(font, place, text);
    if (!svg_is_free(&plot->svg, (struct svg_box){box.x - 3, box.y, box.width + 6, box.height}))
      continue;
    svg_rect(&plot->svg, (struct svg_box){box.x - 1, box.y + 1, box.width + 2, box.height - 1}, ground, NULL);
    svg_text(&plot->svg, font, place, text);
    return 1;
  }
  return 0;
}

/* ---- the days and hours above the rows */

static void put_day_name(struct plot *plot, int64_t at) {
  struct when day = when_of(at, 0);
  struct svg_font font = day_font;
  char *name = plot->short_names ? mem_format("%d %s", day.day, when_months[day.month - 1])
                                 : mem_format("%s %d %s", when_weekdays[day.weekday], day.day, when_months[day.month - 1]);
  font.anchor = plot->step > 1 ? SVG_START : SVG_MIDDLE;
  svg_text_try(&plot->svg, &font, point(x_of(plot, at) + (plot->step > 1 ? 4 : plot->day / 2), DAYS_LINE), name);
  free(name);
}

static void draw_days(struct plot *plot) {
  for (int64_t day = plot->from; day <= plot->until; day += DAY_S * plot->step) {
    double x = x_of(plot, day);
    svg_line(&plot->svg, point(x, DAYS_LINE - 10), point(x, plot->bottom), "stroke=\"#aab4be\" stroke-width=\"1\"");
    if (day < plot->until)
      put_day_name(plot, day);
  }
}

static void draw_hours(struct plot *plot) {
  static const int steps[] = {1, 2, 3, 6, 12};
  double hour = plot->day / 24;
  size_t i = 0;
  while (i < sizeof steps / sizeof *steps && hour * steps[i] < svg_text_width(&hour_font, "00:00") + 4)
    i++;
  if (i == sizeof steps / sizeof *steps)
    return;
  int step = steps[i] * HOUR_S;
  for (int64_t at = plot->from + step; at < plot->until; at += step) {
    char text[WHEN_TEXT];
    if (at % DAY_S == 0)
      continue;
    snprintf(text, sizeof text, "%02d:00", (int)(at % DAY_S / HOUR_S));
    svg_line(&plot->svg, point(x_of(plot, at), HOURS_LINE + 4), point(x_of(plot, at), plot->bottom), "stroke=\"#e6eaee\" stroke-width=\"1\"");
    svg_text_try(&plot->svg, &hour_font, point(x_of(plot, at), HOURS_LINE), text);
  }
}

static int shows_now(const struct plot *plot) { return plot->windows->at >= plot->from && plot->windows->at < plot->until; }

static void draw_now(struct plot *plot) {
  char minute[WHEN_TEXT];
  double x = x_of(plot, plot->windows->at);
  if (!shows_now(plot))
    return;
  svg_line(&plot->svg, point(x, NOW_LINE + 3), point(x, plot->bottom), "stroke=\"#b3261e\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\"");
  when_minute(minute, plot->windows->at, 0);
  char *text = mem_format("%s %s UTC", plot->windows->at_is_now ? "now," : "at", minute);
  put_near(plot, &now_font, point(x, NOW_LINE), text, ground_of(1));
  free(text);
}

/* ---- one row */

static char *tip_of(const struct windows_row *row, const struct windows_run *run) {
  char since[WHEN_TEXT] = "always", until[WHEN_TEXT] = "no end";
  if (run->first.since != WINDOWS_ALWAYS)
    when_minute(since, run->first.since, run->first.offset_s);
  if (run->last.until != WINDOWS_NEVER)
    when_minute(until, run->last.until, run->last.offset_s);
  const char *reason = windows_reason(run->first.kind);
  return mem_format("%s, %s: %s%s%s%s, local time %s to %s", row->zone, row->jurisdiction, run->first.kind == WINDOWS_OPEN ? "open" : "closed, ", reason,
                    *run->first.name ? " " : "", run->first.name, since, until);
}

static int is_visible(const struct plot *plot, int64_t since, int64_t until) { return since < plot->until && until > plot->from; }

static struct svg_box bar_of(const struct plot *plot, size_t row, const struct windows_run *run) {
  double left = x_of(plot, run->first.since), right = x_of(plot, run->last.until);
  return (struct svg_box){left, row_top(row) + BAR_TOP, right - left, BAR};
}

static void draw_bars(struct plot *plot, size_t i) {
  const struct windows_row *row = &plot->windows->rows[i];
  struct windows_run run;
  for (size_t next = 0; windows_next_run(row, &next, &run);) {
    if (!is_visible(plot, run.first.since, run.last.until))
      continue;
    char *tip = tip_of(row, &run);
    struct svg_box bar = bar_of(plot, i, &run);
    svg_group(&plot->svg, "", tip);
    svg_rect(&plot->svg, bar, looks[run.first.kind].base, NULL);
    if (looks[run.first.kind].hatch)
      svg_rect(&plot->svg, bar, looks[run.first.kind].hatch, NULL);
    svg_group_end(&plot->svg);
    free(tip);
  }
}

static void draw_midnights(struct plot *plot, size_t i, const struct windows_span *span) {
  int64_t since = span->since > plot->from ? span->since : plot->from, until = span->until < plot->until ? span->until : plot->until;
  double top = row_top(i) + BAR_TOP;
  for (int64_t day = when_day(since - 1, span->offset_s) + 1; day * DAY_S - span->offset_s < until; day++) {
    double x = x_of(plot, day * DAY_S - span->offset_s);
    svg_line(&plot->svg, point(x, top + BAR - 7), point(x, top + BAR + 3), "stroke=\"#37474f\" stroke-width=\"1.2\"");
  }
}

static void draw_turn_mark(struct plot *plot, double x, double top, double bottom) {
  const struct svg_point arrow[] = {{x - 4, bottom + 5}, {x + 4, bottom + 5}, {x, bottom - 1}};
  svg_line(&plot->svg, point(x, top), point(x, bottom), "stroke=\"#c2185b\" stroke-width=\"2\"");
  svg_polyline(&plot->svg, arrow, 3, "fill=\"#c2185b\" stroke=\"none\"");
}

static int is_turn(const struct plot *plot, const struct windows_row *row, size_t span) {
  return windows_turns(row, span) && row->spans[span].since >= plot->from && row->spans[span].since < plot->until;
}

static void draw_marks(struct plot *plot, size_t i) {
  const struct windows_row *row = &plot->windows->rows[i];
  for (size_t span = 0; span < row->span_count && plot->day >= DAY_LEAST; span++)
    if (is_visible(plot, row->spans[span].since, row->spans[span].until))
      draw_midnights(plot, i, &row->spans[span]);
  for (size_t span = 0; span < row->span_count; span++)
    if (is_turn(plot, row, span))
      draw_turn_mark(plot, x_of(plot, row->spans[span].since), row_top(i) + BAR_TOP - 3, row_top(i) + BAR_TOP + BAR + 2);
}

static void put_turns(struct plot *plot, size_t i) {
  const struct windows_row *row = &plot->windows->rows[i];
  for (size_t span = 0; span < row->span_count; span++) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    if (!is_turn(plot, row, span))
      continue;
    when_offset(from, row->spans[span - 1].offset_s);
    when_offset(to, row->spans[span].offset_s);
    char *text = mem_format("%s \xe2\x86\x92 %s", from, to);
    double beside = x_of(plot, row->spans[span].since) + 9 + svg_text_width(&turn_font, text) / 2;
    put_near(plot, &turn_font, point(beside, row_top(i) + LANE), text, ground_of(i));
    free(text);
  }
}

/* In the middle of a bar, but not under the line of now when there is room beside it. */
static double middle_of(const struct plot *plot, struct svg_box bar, double width) {
  double middle = bar.x + bar.width / 2, now = x_of(plot, plot->windows->at), right = bar.x + bar.width;
  if (!shows_now(plot) || now < middle - width / 2 || now > middle + width / 2)
    return middle;
  if (right - now > width)
    return (right + now) / 2;
  return now - bar.x > width ? (bar.x + now) / 2 : middle;
}

/* Without minutes, where both are 00, when there is no room for them. */
static void fit_range(char range[WHEN_TEXT], double width) {
  int whole = strlen(range) == strlen("00:00-00:00") && strncmp(range + 2, ":00", 3) == 0 && strcmp(range + 8, ":00") == 0;
  if (whole && svg_text_width(&open_font, range) + 4 > width) {
    memmove(range + 2, range + 5, 3);
    range[5] = '\0';
  }
}

/* "08:00-21:00"; of what lasts longer than a day there are no two times of day to show. */
static void put_open_times(struct plot *plot, struct svg_box bar, const struct windows_run *run) {
  char range[WHEN_TEXT] = "open";
  int bounded = run->first.since != WINDOWS_ALWAYS && run->last.until != WINDOWS_NEVER;
  if (bounded && run->last.until - run->first.since <= DAY_S)
    when_range(range, run->first.since, run->first.offset_s, run->last.until, run->last.offset_s);
  fit_range(range, bar.width);
  double width = svg_text_width(&open_font, range) + 4;
  if (width <= bar.width)
    svg_text_try(&plot->svg, &open_font, point(middle_of(plot, bar, width), bar.y + BAR / 2 + 3.2), range);
}

static void put_name_on_bar(struct plot *plot, struct svg_box bar, const char *name) {
  double width = svg_text_width(&name_font, name);
  struct svg_point at = {middle_of(plot, bar, width + 8), bar.y + BAR / 2 + 3.2};
  if (!svg_is_free(&plot->svg, svg_text_box(&name_font, at, name)))
    return;
  svg_rect(&plot->svg, (struct svg_box){at.x - width / 2 - 3, bar.y + 3, width + 6, BAR - 6}, "fill=\"#ffffff\" rx=\"2\"", NULL);
  svg_text(&plot->svg, &name_font, at, name);
}

/* On the bar when all of it fits there, else below it, else what fits on the bar. */
static void put_name(struct plot *plot, size_t row, struct svg_box bar, const char *name) {
  char *inside = svg_shorten(&name_font, name, bar.width - 10), *below = svg_shorten(&name_font, name, NAME_MOST);
  double shown = svg_text_width(&name_font, inside);
  if (*inside && shown >= svg_text_width(&name_font, name))
    put_name_on_bar(plot, bar, inside);
  else if ((!*below || !put_near(plot, &name_font, point(bar.x + bar.width / 2, row_top(row) + LANE), below, ground_of(row))) && shown > NAME_LEAST)
    put_name_on_bar(plot, bar, inside);
  free(below);
  free(inside);
}

static void put_bar_texts(struct plot *plot, size_t i) {
  const struct windows_row *row = &plot->windows->rows[i];
  struct windows_run run;
  for (size_t next = 0; windows_next_run(row, &next, &run);) {
    if (!is_visible(plot, run.first.since, run.last.until))
      continue;
    struct svg_box bar = bar_of(plot, i, &run);
    if (run.first.kind == WINDOWS_OPEN)
      put_open_times(plot, bar, &run);
    else if (*run.first.name)
      put_name(plot, i, bar, run.first.name);
  }
}

static char *state_of(const struct windows *windows, const struct windows_row *row) {
  char minute[WHEN_TEXT];
  const char *letters = row->now->abbreviation;
  when_minute(minute, windows->at, row->now->offset_s);
  int named = *letters && *letters != '+' && *letters != '-';
  return mem_format("%s: %s, %s%s%s", row->jurisdiction, row->now->kind == WINDOWS_OPEN ? "open" : "closed", minute + strlen("2026-11-22 "),
                    named ? " " : " local time", named ? letters : "");
}

static void put_label(struct plot *plot, size_t i) {
  const struct windows_row *row = &plot->windows->rows[i];
  double width = plot->left - MARGIN - 8;
  char *state = state_of(plot->windows, row);
  put_within(plot, &zone_font, point(MARGIN, row_top(i) + 17), row->zone, width);
  put_within(plot, &state_font, point(MARGIN, row_top(i) + 33), state, width);
  free(state);
}

static void draw_rows(struct plot *plot) {
  for (size_t i = 0; i < plot->windows->count; i++)
    draw_bars(plot, i);
  for (size_t i = 0; i < plot->windows->count; i++)
    draw_marks(plot, i);
}

static void put_row_texts(struct plot *plot) {
  for (size_t i = 0; i < plot->windows->count; i++) {
    put_label(plot, i);
    put_turns(plot, i);
    put_bar_texts(plot, i);
  }
}

/* ---- what stands around */

static double draw_legend_text(struct plot *plot, double x, const char *text) {
  svg_text(&plot->svg, &note_font, point(x, 84), text);
  return x + svg_text_width(&note_font, text) + 22;
}

static void draw_legend(struct plot *plot) {
  double x = MARGIN;
  for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
    struct svg_box swatch = {x, 74, 22, 12};
    svg_rect(&plot->svg, swatch, looks[i].base, NULL);
    if (looks[i].hatch)
      svg_rect(&plot->svg, swatch, looks[i].hatch, NULL);
    x = draw_legend_text(plot, x + 28, looks[i].legend);
  }
  svg_line(&plot->svg, point(x + 4, 74), point(x + 4, 86), "stroke=\"#37474f\" stroke-width=\"1.2\"");
  x = draw_legend_text(plot, x + 12, "local midnight");
  draw_turn_mark(plot, x + 5, 72, 83);
  draw_legend_text(plot, x + 16, "the clock is turned, UTC offset before \xe2\x86\x92 after");
}

static char *title_of(const struct plot *plot) {
  char first[WHEN_TEXT], last[WHEN_TEXT];
  when_date(first, plot->from / DAY_S);
  when_date(last, plot->until / DAY_S - 1);
  return mem_format("Legal calling hours, %s to %s", first, last);
}

static void draw_head(struct plot *plot, const char *title) {
  svg_text(&plot->svg, &title_font, point(MARGIN, 34), title);
  svg_text(&plot->svg, &note_font, point(MARGIN, 56),
           "One row for each time zone and jurisdiction, all on one axis of UTC. Calling is legal where a bar is green; the times in it are local.");
  svg_text_try(&plot->svg, &hour_font, point(plot->left - 26, HOURS_LINE), "UTC");
}

static int has_source_before(const struct windows *windows, size_t row) {
  for (size_t i = 0; i < row; i++)
    if (strcmp(windows->rows[i].jurisdiction, windows->rows[row].jurisdiction) == 0)
      return 1;
  return 0;
}

static size_t count_sources(const struct windows *windows) {
  size_t count = 0;
  for (size_t i = 0; i < windows->count; i++)
    count += !has_source_before(windows, i);
  return count;
}

static void draw_foot(struct plot *plot) {
  const struct windows *windows = plot->windows;
  double y = plot->bottom + 24, width = WIDTH - 2 * MARGIN;
  for (size_t i = 0; i < windows->count; i++) {
    const struct windows_row *row = &windows->rows[i];
    if (has_source_before(windows, i))
      continue;
    char *line = mem_format("%s: %s%s%s", row->jurisdiction, *row->source ? row->source : "no source", *row->checked ? ", read " : "", row->checked);
    put_within(plot, &state_font, point(MARGIN, y), line, width);
    y += FOOT_LINE;
    free(line);
  }
  const char *tzdata = windows->count > 0 ? windows->rows[0].tzdata : "";
  char *line = mem_format("Time zone database %s. Data, not legal advice. libcxdialer %s", *tzdata ? tzdata : "of unknown version", CXDIALER_VERSION);
  put_within(plot, &state_font, point(MARGIN, y + 4), line, width);
  free(line);
}

static void draw_stripes(struct plot *plot) {
  for (size_t i = 0; i < plot->windows->count; i += 2)
    svg_rect(&plot->svg, (struct svg_box){MARGIN - 8, row_top(i), WIDTH - 2 * MARGIN + 16, ROW}, ground_of(i), NULL);
}

static double label_width(const struct windows *windows) {
  double widest = LABEL_LEAST;
  for (size_t i = 0; i < windows->count; i++) {
    char *state = state_of(windows, &windows->rows[i]);
    double zone = svg_text_width(&zone_font, windows->rows[i].zone), below = svg_text_width(&state_font, state);
    widest = zone > widest ? zone : widest;
    widest = below > widest ? below : widest;
    free(state);
  }
  return widest < LABEL_MOST ? widest : LABEL_MOST;
}

/* Longer names where days are wide, and names of every second or third day where even short ones are not. */
static void set_day_names(struct plot *plot) {
  plot->day = (plot->right - plot->left) * DAY_S / (double)(plot->until - plot->from);
  plot->short_names = svg_text_width(&day_font, "Wed 30 Mmm") + 8 > plot->day;
  double needed = svg_text_width(&day_font, plot->short_names ? "30 Mmm" : "Wed 30 Mmm") + 8;
  plot->step = 1;
  while (plot->day * plot->step < needed)
    plot->step++;
}

static void set_axis(struct plot *plot) {
  const struct windows *windows = plot->windows;
  int days = windows->days == 0 ? 7 : windows->days < 2 ? 2 : windows->days;
  plot->from = when_day(windows->at, 0) * DAY_S;
  plot->until = plot->from + (int64_t)days * DAY_S;
  plot->left = MARGIN + label_width(windows) + 14;
  plot->right = WIDTH - MARGIN;
  plot->bottom = row_top(windows->count);
  set_day_names(plot);
}

int windows_svg_write(FILE *out, const struct windows *windows) {
  struct plot plot = {.windows = windows};
  set_axis(&plot);
  char *title = title_of(&plot);
  double height = plot.bottom + 24 + FOOT_LINE * (double)count_sources(windows) + 18;
  svg_open(&plot.svg, out, WIDTH, height, title, "Bars along an axis of UTC show when calling is legal, by time zone and jurisdiction.");
  svg_raw(&plot.svg, patterns);
  draw_stripes(&plot);
  draw_hours(&plot);
  draw_days(&plot);
  draw_head(&plot, title);
  draw_legend(&plot);
  draw_rows(&plot);
  draw_now(&plot);
  put_row_texts(&plot);
  draw_foot(&plot);
  free(title);
  return svg_close(&plot.svg);
}

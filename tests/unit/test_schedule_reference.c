/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Schedules against the definition, taken literally. The local clock is a strip of ticks that windows, closed dates and
 * blackouts are painted on, one over the other. Each edge of an open stretch of the strip is looked up among the local times of
 * all instants of eight days: never shown: the first instant past it; shown several times: the last one opens, the first
 * one shuts. The instants of five days are compared, for calendars made by chance whose edges lie where clocks change.
 * With CXDIALER_EVERY_TICK in the environment it is every minute around every change, which takes long.
 */
#include "schedule.h"

#define HALF (4 * (int64_t)DAY)   /* on each side of the change */
#define COMPARED (5 * (int64_t)DAY / 2)
#define MAX_TICKS (8 * 1440 + 1)
#define STRIP_DAYS 16
#define STRIP (STRIP_DAYS * 1440)
#define TICK 60

/* A million comparisons: Check's own assertions, each a system call, only report. */

/* What a calendar is made of, kept together. */
struct made {
  struct cxd__calendar calendar;
  struct cxd__jurisdiction row;
  struct cxd__holidays holidays;
  struct cxd__day_rule days[3];
  struct cxd__blackout blackouts[3];
};

struct paint {
  enum cxd__shut state;
  const char *name;
};

struct reference {
  const struct made *made;
  const struct cxd__tz *tz;
  int64_t begin;           /* the first instant */
  int64_t origin;          /* the local date on which the strip begins */
  int64_t local[MAX_TICKS]; /* the tick of the strip shown at each instant */
  char open[MAX_TICKS];
  struct paint strip[STRIP];
};

static uint64_t chance_state;
static int every_tick; /* and every change of each zone: for a quiet hour */

static int chance(int below) {
  chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (int)((chance_state >> 33) % (uint64_t)below);
}

/* Most clocks change in the first hours of a day, and on full quarters. */
static int16_t some_minute(void) {
  static const int16_t hubs[] = {0, 0, 60, 120, 180, 1380, 1410, 720};
  int minute = hubs[chance(8)] + (chance(4) ? 15 * chance(8) : chance(120));
  return (int16_t)(minute % 1440);
}

static int16_t some_end(int16_t from) {
  int to = chance(5) == 0 ? 1440 : from + 1 + (chance(3) ? chance(120) : chance(1440));
  return (int16_t)(to > from ? to : from + 1);
}

static void some_week(struct cxd__week *week) {
  int kind = chance(6);
  for (int day = 0; day < 7; day++)
    for (int i = kind == 0 ? 1 : chance(3); i > 0; i--) {
      int16_t from = kind == 0 ? 0 : some_minute(), to = kind == 0 ? 1440 : some_end(from);
      add_window(week, 1u << day, from, to);
    }
}

static struct cxd__blackout some_blackout(int64_t near, const char *name) {
  struct cxd__blackout blackout = blackout_always(name, some_minute(), 0);
  blackout.to = chance(3) ? some_end(blackout.from) : 2880;
  blackout.weekdays = chance(2) ? EVERY_DAY : (uint32_t)chance(128);
  blackout.dated = chance(3) > 0;
  blackout.first = cxd__date_of(near - 2 + chance(4));
  blackout.last = cxd__date_of(near - 1 + chance(4));
  return blackout;
}

static void make(struct made *made, int64_t near) {
  static const char *const names[] = {"One", "Two", "Three"};
  memset(made, 0, sizeof *made);
  made->row = row_of(0, 0, 0);
  some_week(&made->row.now.week);
  some_week(&made->row.before.week);
  made->row.since = chance(3) ? INT64_MIN : near - 1 + chance(3);
  for (int i = chance(3); i > 0; i--) {
    struct cxd__date date = cxd__date_of(near - 2 + chance(5));
    made->days[made->holidays.count++] = once(date.year, date.month, date.day, names[chance(3)]);
  }
  made->holidays.days = made->days;
  made->calendar = (struct cxd__calendar){.row = &made->row, .holidays = &made->holidays, .blackouts = made->blackouts};
  for (int i = chance(3); i > 0; i--)
    made->blackouts[made->calendar.blackout_count++] = some_blackout(near, names[chance(3)]);
}

static const char *day_off(const struct made *made, int64_t day) {
  for (size_t i = 0; i < made->holidays.count; i++)
    if (cxd__days_of(made->days[i].date) == day)
      return made->days[i].name;
  return NULL;
}

static void brush(struct reference *r, int64_t day, int from, int to, struct paint paint) {
  for (int64_t tick = (day - r->origin) * 1440 + from, end = (day - r->origin) * 1440 + to; tick < end; tick++)
    if (tick >= 0 && tick < STRIP)
      r->strip[tick] = paint;
}

static void paint_windows(struct reference *r, int64_t day) {
  const struct cxd__jurisdiction *row = &r->made->row;
  const struct cxd__day_hours *hours = &(day < row->since ? &row->before : &row->now)->week.day[cxd__weekday_of(day)];
  for (int i = 0; i < hours->count && !day_off(r->made, day); i++)
    brush(r, day, hours->at[i].from, hours->at[i].to, (struct paint){CXD__OPEN, NULL});
}

static int blackout_on(const struct cxd__blackout *blackout, int64_t day) {
  int64_t first = cxd__days_of(blackout->first), last = cxd__days_of(blackout->last);
  return (blackout->weekdays >> cxd__weekday_of(day) & 1u) && (!blackout->dated || (day >= first && day <= last));
}

static void paint_all(struct reference *r) {
  const struct cxd__calendar *calendar = &r->made->calendar;
  for (int i = 0; i < STRIP; i++)
    r->strip[i] = (struct paint){CXD__SHUT_HOURS, NULL};
  for (int64_t day = r->origin - 2; day < r->origin + STRIP_DAYS; day++)
    paint_windows(r, day);
  for (int64_t day = r->origin; day < r->origin + STRIP_DAYS; day++)
    if (day_off(r->made, day))
      brush(r, day, 0, 1440, (struct paint){CXD__SHUT_HOLIDAY, day_off(r->made, day)});
  /* The first of the list goes on last, to lie on top. */
  for (size_t i = calendar->blackout_count; i-- > 0;)
    for (int64_t day = r->origin - 2; day < r->origin + STRIP_DAYS; day++)
      if (blackout_on(&calendar->blackouts[i], day))
        brush(r, day, calendar->blackouts[i].from, calendar->blackouts[i].to, (struct paint){CXD__SHUT_BLACKOUT, calendar->blackouts[i].name});
}

static void read_clock(struct reference *r) {
  struct cxd__tz_span span;
  for (int i = 0; i < MAX_TICKS; i++) {
    int64_t at = r->begin + (int64_t)i * TICK;
    cxd__tz_at(r->tz, at, &span);
    r->local[i] = (at + span.offset_s) / TICK - r->origin * 1440;
    if (span.offset_s % TICK != 0 || r->local[i] < 1440 || r->local[i] >= STRIP - 1440)
      ck_abort_msg("no place on the strip for tick %d", i);
  }
}

/* The instant of an edge: the first or the last that shows it, else the first that is past it. */
static int place_of(const struct reference *r, int64_t edge, int last) {
  int found = -1, past = -1;
  for (int i = 0; i < MAX_TICKS; i++) {
    if (r->local[i] == edge && (found < 0 || last))
      found = i;
    if (r->local[i] > edge && past < 0)
      past = i;
  }
  return found >= 0 ? found : past >= 0 ? past : MAX_TICKS;
}

static void open_stretches(struct reference *r) {
  memset(r->open, 0, sizeof r->open);
  for (int begin = 0, end; begin < STRIP; begin = end) {
    end = begin + 1;
    if (r->strip[begin].state != CXD__OPEN)
      continue;
    while (end < STRIP && r->strip[end].state == CXD__OPEN)
      end++;
    for (int i = begin ? place_of(r, begin, 1) : 0, stop = place_of(r, end, 0); i < stop; i++)
      r->open[i] = 1;
  }
}

static void refer(struct reference *r, const struct made *made, const struct cxd__tz *tz, int64_t change) {
  r->made = made;
  r->tz = tz;
  r->begin = change - HALF;
  r->origin = change / DAY - 8;
  read_clock(r);
  paint_all(r);
  open_stretches(r);
}

static int same_name(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

/* Something changes at this tick, by the definition. */
static int changes_at(const struct reference *r, int i) {
  const struct paint *now = &r->strip[r->local[i]], *before = &r->strip[r->local[i - 1]];
  return r->open[i] != r->open[i - 1] || r->local[i] != r->local[i - 1] + 1 || now->state != before->state || !same_name(now->name, before->name);
}

/* The ticks on both sides of every change, and one in seven of the others; all of them when asked. */
static int is_asked(const struct reference *r, int i) { return every_tick || i % 7 == 0 || changes_at(r, i) || changes_at(r, i + 1); }

static void compare_instants(const struct reference *r, const char *what) {
  struct cxd__period period = {0};
  for (int i = (int)((HALF - COMPARED) / TICK), end = (int)((HALF + COMPARED) / TICK); i < end; i++) {
    if (!is_asked(r, i))
      continue;
    int64_t at = r->begin + (int64_t)i * TICK;
    const struct paint *paint = &r->strip[r->local[i]];
    struct cxd__period last = period;
    char text[256], now[48];
    cxd__schedule_at(&r->made->calendar, r->tz, at, &period);
    int good = (period.state == CXD__OPEN) == r->open[i] && period.since <= at && at < period.until;
    if (paint->state != CXD__OPEN)
      good = good && period.state == paint->state && same_name(period.name, paint->name);
    if (!good)
      ck_abort_msg("%s at %s: %s, by the definition %s", what, instant_text(at, now), period_text(&period, text), r->open[i] ? "open" : "shut");
    /* The periods tile the time, and neighbours differ. */
    if (last.until == 0)
      continue;
    good = at < last.until ? last.since == period.since && last.until == period.until : period.since == last.until && (period.state != last.state || !same_name(period.name, last.name));
    if (!good)
      ck_abort_msg("%s at %s: %s after one until %lld", what, instant_text(at, now), period_text(&period, text), (long long)last.until);
  }
}

static void compare_openings(const struct reference *r, const char *what) {
  for (int i = (int)((HALF - COMPARED) / TICK), end = (int)((HALF + COMPARED) / TICK); i < end; i += 37) {
    int next = i;
    while (next < MAX_TICKS && !r->open[next])
      next++;
    int64_t found = cxd__schedule_opening(&r->made->calendar, r->tz, r->begin + (int64_t)i * TICK);
    if (next < MAX_TICKS)
      ck_assert_msg(found == r->begin + (int64_t)next * TICK, "%s from tick %d", what, i);
    else
      ck_assert_msg(found >= r->begin + (int64_t)MAX_TICKS * TICK, "%s from tick %d: too early", what, i);
  }
}

static void compare_lengths(const struct reference *r, const char *what) {
  for (int64_t day = 6; day <= 10; day++) {
    int64_t sum = 0;
    for (int i = 0; i < MAX_TICKS; i++)
      sum += r->open[i] && r->local[i] / 1440 == day ? TICK : 0;
    int64_t found = cxd__schedule_open_seconds(&r->made->calendar, r->tz, r->origin + day);
    ck_assert_msg(found == sum, "%s, day %lld: %lld seconds, by the definition %lld", what, (long long)day, (long long)found, (long long)sum);
  }
}

static void compare(const struct cxd__tz *tz, const char *name, int64_t change, uint64_t seed) {
  static struct reference reference;
  static struct made made;
  char what[128], at[48];
  (void)snprintf(what, sizeof what, "%s, change of %s, calendar %llu", name, instant_text(change, at), (unsigned long long)seed);
  chance_state = seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)change;
  for (int i = 0; i < 8; i++)
    (void)chance(2);
  make(&made, change / DAY);
  refer(&reference, &made, tz, change);
  compare_instants(&reference, what);
  compare_openings(&reference, what);
  compare_lengths(&reference, what);
}

static const char *const zones[] = {
  "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Santiago", "America/Havana", "America/Asuncion", "America/Sao_Paulo", "America/Scoresbysund", "America/Godthab",
  "Asia/Beirut", "Africa/Cairo", "Asia/Amman", "Asia/Tehran", "Asia/Gaza", "Africa/Casablanca", "Africa/El_Aaiun", "Europe/London", "Europe/Lisbon", "Europe/Dublin", "Antarctica/Troll",
  "Antarctica/Casey", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Norfolk", "Asia/Pyongyang",
};

#define FIRST_YEAR 1975
#define LAST_YEAR 2040

/* Every seventh change of a zone, beginning with another one for each zone; all changes of more than four hours. */
START_TEST(schedules_are_as_the_definition_says) {
  struct cxd__tz *tz = zone(zones[_i]);
  struct cxd__tz_span span;
  int64_t at = day_number(FIRST_YEAR, 1, 1) * DAY, end = day_number(LAST_YEAR, 1, 1) * DAY;
  cxd__tz_at(tz, at, &span);
  for (int i = _i; span.until < end; i++) {
    int64_t change = span.until;
    int32_t before = span.offset_s;
    cxd__tz_at(tz, change, &span);
    int wide = abs(span.offset_s - before) > 4 * 3600;
    if (i % 7 != 0 && !wide && !every_tick)
      continue;
    /* Offsets of whole minutes, all of them, around the change. */
    if (before % TICK == 0 && span.offset_s % TICK == 0)
      for (uint64_t seed = 0; seed < (wide ? 20 : 2); seed++)
        compare(tz, zones[_i], change, seed);
  }
  cxd__tz_unref(tz);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("schedule_reference");
  every_tick = getenv("CXDIALER_EVERY_TICK") != NULL;
  TCase *tc = suite_case(suite, "zones", NULL, NULL);
  tcase_set_timeout(tc, 0);
  tcase_add_loop_test(tc, schedules_are_as_the_definition_says, 0, (int)(sizeof zones / sizeof *zones));
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rounding.h"
#include "json/text.h"
#include "json/value.h"

/*
 * A number taken apart without losing anything: 0.DIGITS times ten to the power of (point + exponent). Digits have no
 * zeros at their ends and may have the decimal point among them; the exponent stays text, it may be of any length.
 */
struct decimal {
  int negative;
  const char *digits, *digits_end;
  size_t count; /* 0: the number is zero */
  int64_t point;
  const char *exponent, *exponent_end; /* without leading zeros */
  int exponent_negative;
};

static const char *take_exponent(struct decimal *d, const char *p, const char *end) {
  d->exponent_negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+'))
    p++;
  while (p < end && *p == '0')
    p++;
  d->exponent = p;
  d->exponent_end = end;
  return p;
}

/* p..end: the digits with their point. */
static void take_digits(struct decimal *d, const char *p, const char *end) {
  int behind = 0;
  const char *limit = end;
  for (; p < end && (*p == '0' || *p == '.'); p++) {
    d->point -= behind;
    behind |= *p == '.';
  }
  while (end > p && (end[-1] == '0' || end[-1] == '.'))
    end--;
  d->digits = p;
  d->digits_end = end;
  for (; p < end; p++)
    d->count += *p != '.';
  if (behind)
    return;
  for (p = d->digits; p < limit && *p != '.'; p++)
    d->point++;
}

static struct decimal take_apart(struct cxd__slice number) {
  const char *p = number.p, *end = number.p + number.len, *mark = p;
  struct decimal d = {.negative = *p == '-'};
  while (mark < end && *mark != 'e' && *mark != 'E')
    mark++;
  take_exponent(&d, mark < end ? mark + 1 : end, end);
  take_digits(&d, p + d.negative, mark);
  return d;
}

#define EXPONENT_DIGITS 18

static size_t exponent_len(const struct decimal *d) { return (size_t)(d->exponent_end - d->exponent); }

/* The exponent where it fits, else a number that is too large for everything. */
static int64_t small_exponent(const struct decimal *d) {
  int64_t value = 0;
  if (exponent_len(d) > EXPONENT_DIGITS)
    value = INT64_C(1000000000000000000);
  else
    for (const char *p = d->exponent; p < d->exponent_end; p++)
      value = value * 10 + (*p - '0');
  return d->exponent_negative ? -value : value;
}

/* Whether x = y + more, for exponents as texts of digits. */
static int digits_add_up(const struct decimal *x, const struct decimal *y, int64_t more) {
  const char *p = x->exponent_end, *q = y->exponent_end;
  while (p > x->exponent) {
    more += q > y->exponent ? *--q - '0' : 0;
    if (*--p - '0' != more % 10)
      return 0;
    more /= 10;
  }
  return more == 0 && q == y->exponent;
}

static int same_magnitude(const struct decimal *a, const struct decimal *b) {
  if (exponent_len(a) <= EXPONENT_DIGITS && exponent_len(b) <= EXPONENT_DIGITS)
    return small_exponent(a) + a->point == small_exponent(b) + b->point;
  if (a->exponent_negative != b->exponent_negative)
    return 0;
  int64_t more = a->exponent_negative ? a->point - b->point : b->point - a->point;
  return more >= 0 ? digits_add_up(a, b, more) : digits_add_up(b, a, -more);
}

static int same_digits(const struct decimal *a, const struct decimal *b) {
  const char *p = a->digits, *q = b->digits;
  for (size_t i = 0; i < a->count; i++, p++, q++) {
    p += *p == '.';
    q += *q == '.';
    if (*p != *q)
      return 0;
  }
  return 1;
}

int cxd__json_number_equal(struct cxd__slice a, struct cxd__slice b) {
  struct decimal x = take_apart(a), y = take_apart(b);
  if (x.count != y.count)
    return 0;
  return x.count == 0 || (x.negative == y.negative && same_digits(&x, &y) && same_magnitude(&x, &y));
}

static int append_digit(uint64_t *value, unsigned digit) {
  if (*value > (UINT64_MAX - digit) / 10)
    return 0;
  *value = *value * 10 + digit;
  return 1;
}

/* The digits and the zeros behind them; places: all digits before the decimal point. */
static int whole_number(const struct decimal *d, int64_t places, uint64_t *out) {
  uint64_t value = 0;
  for (const char *p = d->digits; p < d->digits_end; p++)
    if (*p != '.' && !append_digit(&value, (unsigned)(*p - '0')))
      return 0;
  for (int64_t i = (int64_t)d->count; i < places; i++)
    if (!append_digit(&value, 0))
      return 0;
  *out = value;
  return 1;
}

/* Digits alone, few enough to fit: nearly all. */
static int plain_int(struct cxd__slice value, int64_t *out) {
  int64_t number = 0;
  if (value.len > 18)
    return 0;
  for (size_t i = 0; i < value.len; i++) {
    if (value.p[i] < '0' || value.p[i] > '9')
      return 0;
    number = number * 10 + (value.p[i] - '0');
  }
  *out = number;
  return 1;
}

int cxd__json_int(struct cxd__slice value, int64_t *out) {
  if (cxd__json_kind(value) != CXD__JSON_NUMBER)
    return 0;
  if (plain_int(value, out))
    return 1;
  struct decimal d = take_apart(value);
  int64_t places = small_exponent(&d) + d.point;
  uint64_t magnitude = 0;
  if (d.count && (places < (int64_t)d.count || places > 19 || !whole_number(&d, places, &magnitude)))
    return 0;
  if (magnitude > (uint64_t)INT64_MAX + (d.negative ? 1 : 0))
    return 0;
  *out = d.negative && magnitude ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
  return 1;
}

/* More digits than a double can ever depend on; of those behind only matters that they are not all zero. */
#define REAL_DIGITS 800

/* As doubles both are exact, these and the powers of ten up to the last one here: one operation on them rounds as strtod() does. */
#define EXACT_DIGITS 15
static const double exact_powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define EXACT_POWERS ((int64_t)(sizeof exact_powers / sizeof *exact_powers))

/* The numbers that people write, a tenth of the time. 0: not one of these. */
static int short_real(const struct decimal *d, double *out) {
  uint64_t digits;
  int64_t scale = small_exponent(d) + d->point - (int64_t)d->count;
  if (FLT_EVAL_METHOD != 0 || d->count > EXACT_DIGITS || scale <= -EXACT_POWERS || scale >= EXACT_POWERS || !whole_number(d, 0, &digits))
    return 0;
  *out = scale < 0 ? (double)digits / exact_powers[-scale] : (double)digits * exact_powers[scale];
  return 1;
}

/* Written without a decimal point, which strtod() would look for in the locale. */
static double long_real(const struct decimal *d) {
  char text[REAL_DIGITS + 32];
  size_t n = 0;
  for (const char *p = d->digits; p < d->digits_end && n < REAL_DIGITS; p++)
    if (*p != '.')
      text[n++] = *p;
  if (n < d->count)
    text[n++] = '1';
  int64_t scale = small_exponent(d) + d->point - (int64_t)n;
  scale = scale > 99999999 ? 99999999 : scale < -99999999 ? -99999999 : scale;
  (void)snprintf(text + n, sizeof text - n, "%se%d", n ? "" : "0", (int)scale);
  return strtod(text, NULL);
}

int cxd__json_real(struct cxd__slice value, double *out) {
  if (cxd__json_kind(value) != CXD__JSON_NUMBER)
    return 0;
  struct decimal d = take_apart(value);
  double real;
  int rounding = cxd__round_nearest();
  if (rounding != FE_TONEAREST || !short_real(&d, &real)) /* what is no call a compiler may move past the changes of the mode */
    real = long_real(&d);
  cxd__round_back(rounding);
  if (!isfinite(real))
    return 0;
  *out = d.negative ? -real : real;
  return 1;
}

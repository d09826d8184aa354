/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/config_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "json/value.h"

#include "api/config_rules.h"

static int is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

/* What may be shown of a value: not a secret, and no URL that could hold one. */
static int showable(const struct cxd__config_key *key, const char *value) {
  return !key->secret && !(key->type == CXD__CONFIG_URL && strpbrk(value, "@?#"));
}

static cxd_status wrong(const struct cxd__config_key *key, const char *value, const char *what, cxd_error **error) {
  if (!showable(key, value))
    return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: the value %s", key->name, what);
  char shown[CXD__QUOTE_MAX];
  cxd__quote(value, shown);
  return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: '%s' %s", key->name, shown, what);
}

static cxd_status outside(const struct cxd__config_key *key, const char *value, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(value, shown);
  return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: value %s is outside %s%s%s", key->name, shown, key->range, *key->unit ? " " : "", key->unit);
}

static size_t digits(const char *s) { return strspn(s, "0123456789"); }

/* Length of a number as JSON writes it, 0 when there is none; *whole: without fraction and exponent. */
static size_t number(const char *s, int *whole) {
  size_t at = *s == '-';
  size_t n = digits(s + at);
  if (n == 0 || (n > 1 && s[at] == '0'))
    return 0;
  at += n;
  *whole = 1;
  if (s[at] == '.') {
    if ((n = digits(s + at + 1)) == 0)
      return 0;
    at += n + 1;
    *whole = 0;
  }
  if (s[at] == 'e' || s[at] == 'E') {
    size_t sign = s[at + 1] == '-' || s[at + 1] == '+';
    if ((n = digits(s + at + 1 + sign)) == 0)
      return 0;
    at += n + 1 + sign;
    *whole = 0;
  }
  return at;
}

int64_t cxd__config_read_int(const char *value) { return strtoll(value, NULL, 10); }

double cxd__config_read_real(const char *value) {
  double real = 0;
  return cxd__json_real((struct cxd__slice){value, strlen(value)}, &real) ? real : 0;
}

static cxd_status check_number(const struct cxd__config_key *key, const char *value, cxd_error **error) {
  int whole = 0;
  size_t len = number(value, &whole);
  int is_int = key->type == CXD__CONFIG_INT;
  if (len == 0 || value[len] || (is_int && !whole))
    return wrong(key, value, is_int ? "is not a whole number" : "is not a number", error);
  double real;
  if (!cxd__json_real((struct cxd__slice){value, len}, &real) || real < key->min || real > key->max)
    return outside(key, value, error);
  return CXD_OK;
}

static int word_in(const char *words, const char *word, size_t len) {
  for (const char *w = words; w; w = strchr(w, '|')) {
    w += *w == '|';
    if (strcspn(w, "|") == len && strncmp(w, word, len) == 0)
      return 1;
  }
  return 0;
}

/* The many ways to say yes and no; NULL for anything else. */
static const char *on_off(const char *value) {
  static const char *const yes[] = {"on", "true", "1", "yes"}, *const no[] = {"off", "false", "0", "no"};
  for (size_t i = 0; i < 4; i++) {
    if (strcasecmp(value, yes[i]) == 0)
      return "on";
    if (strcasecmp(value, no[i]) == 0)
      return "off";
  }
  return NULL;
}

static cxd_status check_choice(const struct cxd__config_key *key, const char *value, const char **normal, cxd_error **error) {
  if (word_in(key->range, value, strlen(value)))
    return CXD_OK;
  const char *same = word_in(key->range, "on", 2) ? on_off(value) : NULL;
  if (same) {
    *normal = same;
    return CXD_OK;
  }
  char shown[CXD__QUOTE_MAX];
  cxd__quote(value, shown);
  return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: '%s' is not one of %s", key->name, shown, key->range);
}

static cxd_status check_url(const struct cxd__config_key *key, const char *value, cxd_error **error) {
  if (strstr(value, "://") || !showable(key, value))
    return CXD_OK;
  char shown[CXD__QUOTE_MAX];
  cxd__quote(value, shown);
  const char *scheme = key->rule == cxd__rule_proxy ? "http" : "https";
  return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: '%s' has no scheme: write %s://%s", key->name, shown, scheme, shown);
}

static cxd_status check_text(const struct cxd__config_key *key, const char *value, size_t len, cxd_error **error) {
  if (len > CXD__CONFIG_MAX_VALUE)
    return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: the value is longer than %d bytes", key->name, CXD__CONFIG_MAX_VALUE);
  if (!cxd__utf8_valid(value, len))
    return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: the value is not UTF-8", key->name);
  for (size_t i = 0; i < len; i++)
    if (is_control(value[i]))
      return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: the value has a control byte (0x%02x) at byte %zu", key->name, (unsigned)(unsigned char)value[i], i + 1);
  if (len == 0 && *key->initial)
    return cxd__fail_at(error, CXD_E_CONFIG, key->name, "%s: the value is empty: leave it out for the default, %s", key->name, key->initial);
  return CXD_OK;
}

static int is_proxy_word(const struct cxd__config_key *key, const char *value) {
  return key->rule == cxd__rule_proxy && (strcmp(value, "none") == 0 || strcmp(value, "env") == 0);
}

static cxd_status check_form(const struct cxd__config_key *key, const char *value, const char **normal, cxd_error **error) {
  cxd_status status = CXD_OK;
  if (is_proxy_word(key, value))
    return CXD_OK;
  if (key->type == CXD__CONFIG_INT || key->type == CXD__CONFIG_REAL)
    status = check_number(key, value, error);
  else if (key->type == CXD__CONFIG_BOOL || key->type == CXD__CONFIG_CHOICE)
    status = check_choice(key, value, normal, error);
  else if (key->type == CXD__CONFIG_URL)
    status = check_url(key, value, error);
  if (status != CXD_OK || !key->rule)
    return status;
  const char *what = key->rule(value);
  return what ? wrong(key, value, what, error) : CXD_OK;
}

cxd_status cxd__config_check(const struct cxd__config_key *key, const char *value, const char **normal, size_t *len, cxd_error **error) {
  *len = strlen(value);
  *normal = value;
  cxd_status status = check_text(key, value, *len, error);
  if (status != CXD_OK || *len == 0)
    return status;
  status = check_form(key, value, normal, error);
  if (status != CXD_OK)
    return status;
  *len = strlen(*normal);
  /* Paths are appended to it. */
  if (key->rule == cxd__rule_base_url)
    while ((*normal)[*len - 1] == '/')
      --*len;
  return CXD_OK;
}

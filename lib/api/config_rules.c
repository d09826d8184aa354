/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/config_rules.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static int is_alnum(char c) { return is_digit(c) || is_alpha(c); }

static int is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

static int all_in(const char *s, size_t len, int (*fits)(char)) {
  for (size_t i = 0; i < len; i++)
    if (!fits(s[i]))
      return 0;
  return 1;
}

static int url_bytes(const char *s) {
  for (; *s; s++) {
    if (*s <= 0x20 || *s >= 0x7f || strchr("\"<>\\^`{|}", *s))
      return 0;
    if (*s == '%' && (!is_hex(s[1]) || !is_hex(s[2])))
      return 0;
  }
  return 1;
}

static int has_dot_segment(const char *path) {
  while (*path) {
    path += *path == '/';
    size_t len = strcspn(path, "/?#");
    if ((len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
      return 1;
    if (path[len] != '/')
      return 0;
    path += len;
  }
  return 0;
}

static int host_byte(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; }

static int is_ipv6(const char *s, size_t len) {
  char text[INET6_ADDRSTRLEN];
  struct in6_addr address;
  if (len >= sizeof text)
    return 0;
  memcpy(text, s, len);
  text[len] = '\0';
  return inet_pton(AF_INET6, text, &address) == 1;
}

static const char *port_wrong(const char *port, size_t len) {
  unsigned value = 0;
  for (size_t i = 0; i < len && value <= 65535; i++)
    value = is_digit(port[i]) ? value * 10 + (unsigned)(port[i] - '0') : 65536;
  return value < 1 || value > 65535 ? "has a port outside 1 to 65535" : NULL;
}

static const char *authority_wrong(const char *s, size_t len) {
  if (memchr(s, '@', len))
    return "holds a user name or password: leave them out";
  size_t host = len;
  const char *close = len && *s == '[' ? memchr(s, ']', len) : NULL;
  if (close)
    host = (size_t)(close - s) + 1;
  else
    host = strcspn(s, ":/?#");
  if (host == 0)
    return "has no host";
  int fine = close ? is_ipv6(s + 1, host - 2) : is_alnum(*s) && all_in(s, host, host_byte);
  if (!fine)
    return "has a host that is neither a name nor an address";
  if (host == len)
    return NULL;
  return s[host] == ':' ? port_wrong(s + host + 1, len - host - 1) : "has text after its host";
}

static const char *url_wrong(const char *value, const char **path) {
  size_t scheme = strncasecmp(value, "https://", 8) == 0 ? 8 : 7;
  if (scheme == 7 && strncasecmp(value, "http://", 7) != 0)
    return "is no http or https URL";
  const char *authority = value + scheme;
  size_t len = strcspn(authority, "/?#");
  *path = authority + len;
  const char *wrong = authority_wrong(authority, len);
  if (wrong)
    return wrong;
  if (!url_bytes(*path))
    return "has a byte that must be percent-encoded";
  return has_dot_segment(*path) ? "has . or .. in its path" : NULL;
}

const char *cxd__rule_base_url(const char *value) {
  const char *path;
  const char *wrong = url_wrong(value, &path);
  if (wrong)
    return wrong;
  return path[strcspn(path, "?#")] ? "has a query or fragment: leave it out" : NULL;
}

const char *cxd__rule_token_url(const char *value) {
  const char *path;
  const char *wrong = url_wrong(value, &path);
  if (wrong)
    return wrong;
  return strchr(path, '#') ? "has a fragment: leave it out" : NULL;
}

const char *cxd__rule_proxy(const char *value) {
  const char *path;
  const char *wrong = url_wrong(value, &path);
  if (wrong)
    return wrong;
  return *path && strcmp(path, "/") != 0 ? "has a path: leave it out" : NULL;
}

static int path_byte(char c) { return is_alnum(c) || strchr("-._~!$&'()*+,;=:@/%", c) != NULL; }

const char *cxd__rule_campaign_path(const char *value) {
  if (*value != '/')
    return "does not start with /";
  const char *id = strstr(value, "{id}");
  if (!id)
    return "has no {id}";
  const char *rest = id + 4;
  if (strstr(rest, "{id}"))
    return "has {id} twice";
  if (!all_in(value, (size_t)(id - value), path_byte) || !all_in(rest, strlen(rest), path_byte))
    return "has a byte that must be percent-encoded, or a query";
  return has_dot_segment(value) ? "has . or .. in it" : NULL;
}

const char *cxd__rule_scope(const char *value) {
  int word = 0;
  for (const char *s = value; *s; s++) {
    if (*s == ' ' ? !word : *s < 0x21 || *s > 0x7e || *s == '"' || *s == '\\')
      return "is not a list of scopes with single spaces between them";
    word = *s != ' ';
  }
  return word ? NULL : "ends in a space";
}

static int token_byte(char c) { return is_alnum(c) || strchr("-._~+/", c) != NULL; }

const char *cxd__rule_token(const char *value) {
  size_t len = strlen(value);
  if (len > 16384)
    return "is longer than 16384 bytes";
  size_t body = len;
  while (body && value[body - 1] == '=')
    body--;
  return body && all_in(value, body, token_byte) ? NULL : "is no bearer token: letters, digits and - . _ ~ + / are allowed, and = at its end";
}

static int printable(char c) { return c >= 0x20 && c < 0x7f; }

const char *cxd__rule_ascii(const char *value) { return all_in(value, strlen(value), printable) ? NULL : "is not printable ASCII"; }

const char *cxd__rule_actor(const char *value) { return strlen(value) > 256 ? "is longer than 256 bytes" : NULL; }

static int zone_byte(char c) { return is_alnum(c) || strchr("/_+-", c) != NULL; }

const char *cxd__rule_zones(const char *value) {
  if (strcmp(value, "*") == 0)
    return NULL;
  for (const char *s = value;; s++) {
    size_t len = strcspn(s, ",");
    if (len == 0 || !is_alpha(*s) || !all_in(s, len, zone_byte))
      return "is not a list of IANA zone names with commas and no spaces between them";
    s += len;
    if (!*s)
      return NULL;
  }
}

static int code_byte(char c) { return is_alnum(c) || c == '-' || c == '_'; }

const char *cxd__rule_codes(const char *value) {
  for (const char *s = value;; s++) {
    size_t len = strcspn(s, ",");
    if (len == 0 || !all_in(s, len, code_byte))
      return "is not a list of codes of letters, digits, - and _ with commas and no spaces between them";
    s += len;
    if (!*s)
      return NULL;
  }
}

const char *cxd__rule_tzdata(const char *value) {
  size_t digits = 0, len = strlen(value);
  while (is_digit(value[digits]))
    digits++;
  int fine = digits == 4 && len > 4 && len <= 6 && all_in(value + 4, len - 4, is_alpha);
  return fine ? NULL : "is not a version such as 2026f";
}

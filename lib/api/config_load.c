/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* environ, explicit_bzero */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/quote.h"
#include "json/value.h"

#include "api/config.h"
#include "api/config_table.h"
#include "api/config_value.h"

#define NAME_MAX_BYTES 96

struct load {
  cxd_config *config;
  unsigned char *seen; /* one for each key of the table */
  const char *file, *text;
  cxd_error **error;
};

/* Puts "config.json: line 3, column 5: " before a message. */
static cxd_status at(const struct load *load, struct cxd__slice where, cxd_status status, const char *field, const char *message) {
  char shown[CXD__QUOTE_MAX];
  size_t line, column;
  cxd__quote(load->file, shown);
  cxd__json_place(load->text, (size_t)(where.p - load->text), &line, &column);
  return cxd__fail_at(load->error, status, field, "%s: line %zu, column %zu: %s", shown, line, column, message);
}

static cxd_status bad(const struct load *load, struct cxd__slice where, const char *key, const char *what) {
  char message[CXD__QUOTE_MAX + NAME_MAX_BYTES + 32];
  (void)snprintf(message, sizeof message, "%s: %s", key, what);
  return at(load, where, CXD_E_CONFIG, key, message);
}

static cxd_status set(const struct load *load, struct cxd__slice where, const char *key, const char *value) {
  cxd_error *inner = NULL;
  cxd_status status = cxd_config_set(load->config, key, value, load->error ? &inner : NULL);
  if (status != CXD_OK && inner)
    status = at(load, where, status, cxd_error_field(inner), cxd_error_message(inner));
  cxd_error_free(inner);
  return status;
}

static cxd_status set_string(const struct load *load, struct cxd__slice value, const char *key) {
  size_t len;
  char *text = cxd__json_string(value, &len);
  if (!text)
    return cxd__fail_nomem(load->error);
  cxd_status status = strlen(text) == len ? set(load, value, key, text) : bad(load, value, key, "the value has a zero byte");
  explicit_bzero(text, len);
  cxd__free(text);
  return status;
}

static cxd_status set_raw(const struct load *load, struct cxd__slice value, const char *key) {
  char *text = cxd__strndup(value.p, value.len);
  if (!text)
    return cxd__fail_nomem(load->error);
  cxd_status status = set(load, value, key, text);
  explicit_bzero(text, value.len);
  cxd__free(text);
  return status;
}

static int takes_truth(enum cxd__config_type type) { return type == CXD__CONFIG_BOOL || type == CXD__CONFIG_CHOICE; }

static cxd_status set_key(struct load *load, size_t i, struct cxd__slice value) {
  const struct cxd__config_key *key = cxd__config_key_at(i);
  if (load->seen[i]++)
    return bad(load, value, key->name, "set twice, in the nested and in the dotted way");
  switch (cxd__json_kind(value)) {
  case CXD__JSON_NULL:
    return set(load, value, key->name, NULL);
  case CXD__JSON_STRING:
    return set_string(load, value, key->name);
  case CXD__JSON_NUMBER:
    return set_raw(load, value, key->name);
  case CXD__JSON_TRUE:
  case CXD__JSON_FALSE:
    if (takes_truth(key->type))
      return set_raw(load, value, key->name);
    break;
  case CXD__JSON_ABSENT:
  case CXD__JSON_OBJECT:
  case CXD__JSON_ARRAY:
    break;
  }
  char what[80];
  const char *kind = cxd__json_kind_name(cxd__json_kind(value));
  (void)snprintf(what, sizeof what, "%s %s is no %s value", *kind == 'o' || *kind == 'a' ? "an" : "a", kind, cxd__config_type_name(key->type));
  return bad(load, value, key->name, what);
}

static int is_group(const char *name) {
  size_t len = strlen(name);
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    if (strncmp(cxd_config_key_name(i), name, len) == 0 && cxd_config_key_name(i)[len] == '.')
      return 1;
  return 0;
}

/* prefix.name, cut where no key is that long. */
static int join(const struct load *load, const char *prefix, struct cxd__slice key, char out[NAME_MAX_BYTES]) {
  size_t len;
  char *name = cxd__json_string(key, &len);
  if (!name) {
    (void)cxd__fail_nomem(load->error);
    return 0;
  }
  (void)snprintf(out, NAME_MAX_BYTES, "%s%s%s%s", prefix, *prefix ? "." : "", name, strlen(name) == len ? "" : "\\u0000");
  cxd__free(name);
  return 1;
}

/* Groups do not nest, so the names of the table bound the recursion. */
static cxd_status walk(struct load *load, const char *prefix, struct cxd__slice object) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  cxd_status status = CXD_OK;
  cxd__json_walk(&iter, object);
  while (status == CXD_OK && cxd__json_next(&iter, &key, &value)) {
    char name[NAME_MAX_BYTES];
    if (!join(load, prefix, key, name))
      return CXD_E_NOMEM;
    size_t i = cxd__config_find(name);
    if (i < cxd_config_key_count())
      status = set_key(load, i, value);
    else if (cxd__json_kind(value) == CXD__JSON_OBJECT && is_group(name))
      status = walk(load, name, value);
    else if (is_group(name))
      status = bad(load, value, name, "is a group of keys and needs an object");
    else
      status = set(load, key, name, NULL);
  }
  return status;
}

static cxd_status parse(struct load *load, const struct cxd__buf *text) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(load->file, shown);
  if (text->len == 0)
    return cxd__fail(load->error, CXD_E_JSON, "config file '%s' is empty: write {} for no settings", shown);
  struct cxd__slice document;
  cxd_status status = cxd__json_check(text->data, text->len, shown, &document, load->error);
  if (status != CXD_OK)
    return status;
  if (cxd__json_kind(document) != CXD__JSON_OBJECT)
    return at(load, document, CXD_E_JSON, NULL, "a config file is a JSON object");
  return walk(load, "", document);
}

static cxd_status load_start(struct load *load, const cxd_config *config) {
  if (!cxd__config_live(config))
    return cxd__fail(load->error, CXD_E_ARGUMENT, "config is NULL or no config");
  cxd_status status = cxd__config_copy(config, &load->config);
  if (status != CXD_OK)
    return cxd__fail(load->error, status, "the configuration cannot be copied: %s", cxd_status_text(status));
  load->seen = cxd__alloc(cxd_config_key_count());
  return load->seen ? CXD_OK : cxd__fail_nomem(load->error);
}

static cxd_status load_end(struct load *load, cxd_config *config, cxd_status status) {
  if (status == CXD_OK)
    cxd__config_move(config, load->config);
  else
    cxd_config_free(load->config);
  cxd__free(load->seen);
  return status;
}

cxd_status cxd_config_load_file(cxd_config *config, const char *path, cxd_error **error) {
  struct load load = {.file = path, .error = error};
  if (!path)
    return cxd__fail(error, CXD_E_ARGUMENT, "path is NULL");
  struct cxd__buf text = {0};
  cxd_status status = load_start(&load, config);
  if (status == CXD_OK)
    status = cxd__file_read(path, CXD__JSON_MAX_BYTES, "config file", &text, error);
  load.text = text.data;
  if (status == CXD_OK)
    status = parse(&load, &text);
  cxd__buf_free(&text);
  return load_end(&load, config, status);
}

#define ENV_PREFIX "CXDIALER_"

static void env_name(const char *key, char out[NAME_MAX_BYTES]) {
  size_t n = (size_t)snprintf(out, NAME_MAX_BYTES, ENV_PREFIX "%s", key);
  for (size_t i = 0; i < n; i++)
    out[i] = out[i] == '.' ? '_' : out[i] >= 'a' && out[i] <= 'z' ? (char)(out[i] - 'a' + 'A') : out[i];
}

/* Names of a group of keys (CXDIALER_API_...) are ours, and a wrong one is a typing error; other programs may use the rest. */
static int is_ours(const char *name) {
  char known[NAME_MAX_BYTES];
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    env_name(cxd_config_key_name(i), known);
    size_t group = strlen(ENV_PREFIX) + strcspn(known + strlen(ENV_PREFIX), "_") + 1;
    if (strncmp(name, known, group) == 0)
      return 1;
  }
  return 0;
}

static size_t find_env(const char *name) {
  char known[NAME_MAX_BYTES];
  size_t i = 0;
  for (; i < cxd_config_key_count(); i++) {
    env_name(cxd_config_key_name(i), known);
    if (strcmp(known, name) == 0)
      break;
  }
  return i;
}

static cxd_status unknown_env(const char *name, cxd_error **error) {
  char shown[CXD__QUOTE_MAX], known[NAME_MAX_BYTES];
  cxd__quote(name, shown);
  env_name(cxd__config_nearest(name + strlen(ENV_PREFIX)), known);
  return cxd__fail_at(error, CXD_E_CONFIG, shown, "unknown environment variable '%s': did you mean '%s'?", shown, known);
}

static cxd_status set_env(const struct load *load, size_t i, const char *name, const char *value) {
  cxd_error *inner = NULL;
  const char *key = cxd_config_key_name(i);
  cxd_status status = cxd_config_set(load->config, key, value, load->error ? &inner : NULL);
  if (status != CXD_OK && inner)
    status = cxd__fail_at(load->error, status, cxd_error_field(inner), "environment variable %s: %s", name, cxd_error_message(inner));
  cxd_error_free(inner);
  return status;
}

static cxd_status env_entry(struct load *load, const char *entry) {
  const char *value = strchr(entry, '=');
  if (!value || strncmp(entry, ENV_PREFIX, strlen(ENV_PREFIX)) != 0)
    return CXD_OK;
  size_t len = (size_t)(value - entry);
  char name[NAME_MAX_BYTES];
  (void)snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), entry);
  if (!is_ours(name))
    return CXD_OK;
  size_t i = find_env(name);
  if (i == cxd_config_key_count())
    return unknown_env(name, load->error);
  /* As getenv(): the first of two entries counts. */
  return load->seen[i]++ ? CXD_OK : set_env(load, i, name, value + 1);
}

cxd_status cxd_config_load_env(cxd_config *config, cxd_error **error) {
  struct load load = {.error = error};
  cxd_status status = load_start(&load, config);
  for (char **entry = environ; status == CXD_OK && entry && *entry; entry++)
    status = env_entry(&load, *entry);
  return load_end(&load, config, status);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "api/config.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/secret.h"

#include "api/config_table.h"
#include "api/config_value.h"

struct slot {
  char *text; /* NULL: the default */
  struct cxd__secret secret;
};

struct cxd_config {
  uint32_t magic;
  struct slot *slots; /* one for each key of the table */
};

cxd_status cxd_config_new(cxd_config **out) {
  if (!out)
    return CXD_E_ARGUMENT;
  *out = NULL;
  cxd_config *config = cxd__alloc(sizeof *config);
  struct slot *slots = cxd__alloc(cxd_config_key_count() * sizeof *slots);
  if (!config || !slots) {
    cxd__free(config);
    cxd__free(slots);
    return CXD_E_NOMEM;
  }
  config->magic = CXD__MAGIC_CONFIG;
  config->slots = slots;
  *out = config;
  return CXD_OK;
}

int cxd__config_live(const cxd_config *config) { return CXD__IS(config, CONFIG); }

static void unset(struct slot *slot) {
  cxd__free(slot->text);
  slot->text = NULL;
  cxd__secret_clear(&slot->secret);
}

static int store(struct slot *slot, int secret, const char *text, size_t len) {
  if (secret)
    return cxd__secret_set(&slot->secret, text, len) == 0;
  char *copy = cxd__strndup(text, len);
  if (!copy)
    return 0;
  cxd__free(slot->text);
  slot->text = copy;
  return 1;
}

static cxd_status unknown_key(const char *key, cxd_error **error) {
  char shown[CXD__QUOTE_MAX];
  cxd__quote(key, shown);
  return cxd__fail_at(error, CXD_E_CONFIG, shown, "unknown key '%s': did you mean '%s'?", shown, cxd__config_nearest(key));
}

cxd_status cxd_config_set(cxd_config *config, const char *key, const char *value, cxd_error **error) {
  if (!cxd__config_live(config))
    return cxd__fail(error, CXD_E_ARGUMENT, "config is NULL or no config");
  if (!key)
    return cxd__fail(error, CXD_E_ARGUMENT, "key is NULL");
  size_t i = cxd__config_find(key);
  const struct cxd__config_key *row = cxd__config_key_at(i);
  if (!row)
    return unknown_key(key, error);
  const char *normal = value;
  size_t len = 0;
  cxd_status status = value ? cxd__config_check(row, value, &normal, &len, error) : CXD_OK;
  if (status != CXD_OK)
    return status;
  if (len == 0)
    unset(&config->slots[i]);
  else if (!store(&config->slots[i], row->secret, normal, len))
    return cxd__fail_nomem(error);
  return CXD_OK;
}

/* The value in force, "" for none. */
static const char *value_at(const cxd_config *config, size_t i) {
  const struct slot *slot = config ? &config->slots[i] : NULL;
  if (slot && slot->secret.text)
    return slot->secret.text;
  return slot && slot->text ? slot->text : cxd__config_key_at(i)->initial;
}

static const char *shown_at(const cxd_config *config, size_t i) {
  if (cxd__config_key_at(i)->secret)
    return config->slots[i].secret.text ? "***" : "";
  return value_at(config, i);
}

const char *cxd_config_get(const cxd_config *config, const char *key) {
  if (!cxd__config_live(config) || !key)
    return NULL;
  size_t i = cxd__config_find(key);
  return i < cxd_config_key_count() ? shown_at(config, i) : NULL;
}

char *cxd_config_to_json(const cxd_config *config) {
  if (!cxd__config_live(config))
    return NULL;
  struct cxd__buf b = {0};
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    cxd__buf_char(&b, i ? ',' : '{');
    cxd__buf_json_str(&b, cxd_config_key_name(i));
    cxd__buf_char(&b, ':');
    cxd__buf_json_str(&b, shown_at(config, i));
  }
  cxd__buf_char(&b, '}');
  return cxd__buf_take(&b);
}

static void drop_slots(cxd_config *config) {
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    unset(&config->slots[i]);
  cxd__free(config->slots);
  config->slots = NULL;
}

void cxd_config_free(cxd_config *config) {
  if (!cxd__config_live(config))
    return;
  drop_slots(config);
  config->magic = CXD__MAGIC_DEAD;
  cxd__free(config);
}

/* Secrets are wiped in a child of fork(): a config with one is of no use there. */
static cxd_status copy_slot(struct slot *to, const struct slot *from) {
  if (cxd__secret_lost(&from->secret))
    return CXD_E_FORKED;
  if (from->text && !store(to, 0, from->text, strlen(from->text)))
    return CXD_E_NOMEM;
  return !from->secret.text || store(to, 1, from->secret.text, from->secret.len) ? CXD_OK : CXD_E_NOMEM;
}

cxd_status cxd__config_copy(const cxd_config *config, cxd_config **out) {
  cxd_status status = cxd_config_new(out);
  for (size_t i = 0; status == CXD_OK && config && i < cxd_config_key_count(); i++)
    status = copy_slot(&(*out)->slots[i], &config->slots[i]);
  if (status != CXD_OK) {
    cxd_config_free(*out);
    *out = NULL;
  }
  return status;
}

void cxd__config_move(cxd_config *config, cxd_config *from) {
  struct slot *slots = config->slots;
  config->slots = from->slots;
  from->slots = slots;
  cxd_config_free(from);
}

const char *cxd__config_text(const cxd_config *config, const char *key) {
  const char *value = value_at(config, cxd__config_find(key));
  return *value ? value : NULL;
}

int64_t cxd__config_int(const cxd_config *config, const char *key) {
  const char *value = cxd__config_text(config, key);
  return value ? cxd__config_read_int(value) : 0;
}

double cxd__config_real(const cxd_config *config, const char *key) {
  const char *value = cxd__config_text(config, key);
  return value ? cxd__config_read_real(value) : 0;
}

int cxd__config_on(const cxd_config *config, const char *key) { return cxd__config_is(config, key, "on"); }

int cxd__config_is(const cxd_config *config, const char *key, const char *value) {
  const char *is = cxd__config_text(config, key);
  return is && strcmp(is, value) == 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json/campaign.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/edits.h"
#include "json/pointer.h"
#include "json/splice.h"

static cxd_status check_handle(const cxd_campaign *campaign, cxd_error **error) {
  return CXD__IS(campaign, CAMPAIGN) ? CXD_OK : cxd__fail(error, CXD_E_ARGUMENT, "campaign is NULL, freed or another kind of handle");
}

static cxd_status check_target(const cxd_campaign *campaign, const char *pointer, cxd_error **error) {
  cxd_status status = check_handle(campaign, error);
  if (status)
    return status;
  if (!pointer)
    return cxd__fail(error, CXD_E_ARGUMENT, "pointer is NULL");
  if (!cxd__pointer_valid(pointer))
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "not a JSON Pointer (RFC 6901): it starts with '/', and '~' is written ~0");
  return CXD_OK;
}

cxd_status cxd_campaign_new(const char *id, cxd_campaign **out, cxd_error **error) {
  struct cxd__buf text = {0};
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL");
  *out = NULL;
  cxd_status status = cxd__campaign_id_check(id, error);
  if (status)
    return status;
  cxd__buf_str(&text, "{\"id\":");
  cxd__buf_json_str(&text, id);
  cxd__buf_char(&text, '}');
  status = text.failed ? cxd__fail_nomem(error) : cxd__campaign_make(text.data, text.len, "campaign", out, error);
  cxd__buf_free(&text);
  return status;
}

cxd_status cxd_campaign_parse(const char *json, size_t len, cxd_campaign **out, cxd_error **error) {
  if (!out)
    return cxd__fail(error, CXD_E_ARGUMENT, "out is NULL");
  *out = NULL;
  if (!json)
    return cxd__fail(error, CXD_E_ARGUMENT, "json is NULL");
  return cxd__campaign_make(json, len, "campaign", out, error);
}

cxd_status cxd_campaign_copy(const cxd_campaign *campaign, cxd_campaign **out) {
  if (!out)
    return CXD_E_ARGUMENT;
  *out = NULL;
  return CXD__IS(campaign, CAMPAIGN) ? cxd__campaign_copy(campaign, out) : CXD_E_ARGUMENT;
}

const char *cxd_campaign_id(const cxd_campaign *campaign) { return CXD__IS(campaign, CAMPAIGN) ? campaign->id : ""; }

static struct cxd__slice whole_text(const cxd_campaign *campaign) {
  return (struct cxd__slice){campaign->text, strlen(campaign->text)};
}

static int is_id(const char *pointer) { return strcmp(pointer, CXD_FIELD_ID) == 0 || strncmp(pointer, CXD_FIELD_ID "/", 4) == 0; }

static cxd_status keep_id(const cxd_campaign *campaign, const char *pointer, struct cxd__slice value, cxd_error **error) {
  struct cxd__slice present = cxd__json_find(campaign->root, pointer);
  if (present.p && cxd__json_equal(present, value))
    return CXD_OK;
  return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "the id of a campaign cannot be changed; make another one with cxd_campaign_new()");
}

/* value was checked */
static cxd_status set(cxd_campaign *campaign, const char *pointer, struct cxd__slice value, cxd_error **error) {
  struct cxd__buf text = {0};
  if (is_id(pointer))
    return keep_id(campaign, pointer, value, error);
  cxd_status status = cxd__json_set(whole_text(campaign), pointer, value, &text, error);
  if (status)
    return status;
  cxd__campaign_adopt(campaign, text.data, text.len);
  return CXD_OK;
}

static cxd_status set_buf(cxd_campaign *campaign, const char *pointer, struct cxd__buf *value, cxd_error **error) {
  cxd_status status = value->failed ? cxd__fail_nomem(error) : set(campaign, pointer, (struct cxd__slice){value->data, value->len}, error);
  cxd__buf_free(value);
  return status;
}

cxd_status cxd_campaign_set_int(cxd_campaign *campaign, const char *pointer, int64_t value, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  cxd__buf_int(&text, value);
  return set_buf(campaign, pointer, &text, error);
}

cxd_status cxd_campaign_set_real(cxd_campaign *campaign, const char *pointer, double value, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  if (!isfinite(value))
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "the value is not finite: JSON has no NaN and no Infinity");
  cxd__buf_real(&text, value);
  return set_buf(campaign, pointer, &text, error);
}

cxd_status cxd_campaign_set_string(cxd_campaign *campaign, const char *pointer, const char *value, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  if (!value)
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "value is NULL; cxd_campaign_set_null() sets null");
  if (!cxd__utf8_valid(value, strlen(value)))
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "the value is not UTF-8");
  cxd__buf_json_str(&text, value);
  return set_buf(campaign, pointer, &text, error);
}

static cxd_status set_word(cxd_campaign *campaign, const char *pointer, const char *word, cxd_error **error) {
  cxd_status status = check_target(campaign, pointer, error);
  return status ? status : set(campaign, pointer, (struct cxd__slice){word, strlen(word)}, error);
}

cxd_status cxd_campaign_set_bool(cxd_campaign *campaign, const char *pointer, int32_t value, cxd_error **error) {
  return set_word(campaign, pointer, value ? "true" : "false", error);
}

cxd_status cxd_campaign_set_null(cxd_campaign *campaign, const char *pointer, cxd_error **error) {
  return set_word(campaign, pointer, "null", error);
}

static cxd_status check_json(const char *json, const char *pointer, struct cxd__slice *out, cxd_error **error) {
  cxd_status status = cxd__json_check(json, strlen(json), "value", out, error);
  if (status && error && *error)
    (*error)->field = cxd__strdup(pointer);
  return status;
}

cxd_status cxd_campaign_set_json(cxd_campaign *campaign, const char *pointer, const char *json, cxd_error **error) {
  struct cxd__slice value;
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  if (!json)
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "json is NULL; cxd_campaign_set_null() sets null");
  status = check_json(json, pointer, &value, error);
  return status ? status : set(campaign, pointer, value, error);
}

/* Checks the arguments of a getter and finds the value. */
static cxd_status find(const cxd_campaign *campaign, const char *pointer, const void *out, struct cxd__slice *value, cxd_error **error) {
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  if (!out)
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "out is NULL");
  *value = cxd__json_find(campaign->root, pointer);
  return value->p ? CXD_OK : cxd__pointer_fail(error, CXD_E_ABSENT, pointer, "no such member");
}

static cxd_status wrong_type(const char *pointer, struct cxd__slice value, const char *wanted, cxd_error **error) {
  char text[128] = "the value is of type ";
  strcat(text, cxd__json_kind_name(cxd__json_kind(value)));
  return cxd__pointer_fail(error, CXD_E_TYPE, pointer, strcat(strcat(text, ", not "), wanted));
}

cxd_status cxd_campaign_get_int(const cxd_campaign *campaign, const char *pointer, int64_t *out, cxd_error **error) {
  struct cxd__slice value;
  cxd_status status = find(campaign, pointer, out, &value, error);
  if (status)
    return status;
  return cxd__json_int(value, out) ? CXD_OK : wrong_type(pointer, value, "an integer of 64 bits", error);
}

cxd_status cxd_campaign_get_real(const cxd_campaign *campaign, const char *pointer, double *out, cxd_error **error) {
  struct cxd__slice value;
  cxd_status status = find(campaign, pointer, out, &value, error);
  if (status)
    return status;
  return cxd__json_real(value, out) ? CXD_OK : wrong_type(pointer, value, "a number that a double can hold", error);
}

cxd_status cxd_campaign_get_string(const cxd_campaign *campaign, const char *pointer, const char **out, cxd_error **error) {
  struct cxd__slice value;
  cxd_status status = find(campaign, pointer, out, &value, error);
  if (status)
    return status;
  status = cxd__campaign_lend((cxd_campaign *)campaign, value, out);
  if (status == CXD_E_NOMEM)
    return cxd__fail_nomem(error);
  return status ? wrong_type(pointer, value, "a string without zero bytes", error) : CXD_OK;
}

cxd_status cxd_campaign_get_bool(const cxd_campaign *campaign, const char *pointer, int32_t *out, cxd_error **error) {
  struct cxd__slice value;
  cxd_status status = find(campaign, pointer, out, &value, error);
  if (status)
    return status;
  return cxd__json_bool(value, out) ? CXD_OK : wrong_type(pointer, value, "true or false", error);
}

int32_t cxd_campaign_has(const cxd_campaign *campaign, const char *pointer) {
  return CXD__IS(campaign, CAMPAIGN) && pointer && cxd__json_find(campaign->root, pointer).p != NULL;
}

cxd_status cxd_campaign_remove(cxd_campaign *campaign, const char *pointer, cxd_error **error) {
  struct cxd__buf text = {0};
  cxd_status status = check_target(campaign, pointer, error);
  if (status)
    return status;
  if (is_id(pointer))
    return cxd__pointer_fail(error, CXD_E_ARGUMENT, pointer, "the id of a campaign cannot be removed");
  status = cxd__json_remove(whole_text(campaign), pointer, &text, error);
  if (status)
    return status;
  cxd__campaign_adopt(campaign, text.data, text.len);
  return CXD_OK;
}

char *cxd_campaign_to_json(const cxd_campaign *campaign) {
  return CXD__IS(campaign, CAMPAIGN) ? cxd__strdup(campaign->text) : NULL;
}

char *cxd_campaign_diff(const cxd_campaign *from, const cxd_campaign *to) {
  struct cxd__buf patch = {0};
  if (!CXD__IS(from, CAMPAIGN) || !CXD__IS(to, CAMPAIGN))
    return NULL;
  cxd__json_diff(from->root, to->root, &patch);
  return cxd__buf_take(&patch);
}

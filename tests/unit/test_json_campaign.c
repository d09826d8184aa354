/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <string.h>

#include "json.h"
#include "json/campaign.h"
#include "json/edits.h"
#include "run.h"

static cxd_campaign *from_server(void) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(campaign_text, sizeof campaign_text - 1, "\"v17\"", &campaign, NULL), CXD_OK);
  return campaign;
}

static size_t edit_count(const cxd_campaign *campaign) {
  struct cxd__edits edits;
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
  size_t count = edits.count;
  cxd__edits_free(&edits);
  return count;
}

START_TEST(a_campaign_of_the_server_is_its_own_base) {
  cxd_campaign *campaign = from_server();
  ck_assert_str_eq(campaign->etag, "\"v17\"");
  ck_assert_str_eq(campaign->text, campaign->base);
  ck_assert_ptr_ne(campaign->text, campaign->base);
  assert_slice(campaign->base_root, campaign_text);
  ck_assert_uint_eq(edit_count(campaign), 0);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_base_without_entity_tag_has_none) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd__campaign_read(" {\"a\":1} ", 9, NULL, &campaign, NULL), CXD_OK);
  ck_assert_ptr_null(campaign->etag);
  assert_slice(campaign->base_root, "{\"a\":1}");
  ck_assert_ptr_eq(campaign->base_root.p, campaign->base + 1);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_reply_that_is_no_campaign_is_named_so) {
  cxd_campaign *campaign = NULL;
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd__campaign_read("[1]", 3, NULL, &campaign, &error), CXD_E_TYPE);
  assert_error(&error, CXD_E_TYPE, "", "reply: expected a JSON object");
  ck_assert_int_eq(cxd__campaign_read("<html>", 6, NULL, &campaign, &error), CXD_E_JSON);
  assert_error(&error, CXD_E_JSON, "", "reply: line 1, column 1");
  ck_assert_ptr_null(campaign);
}
END_TEST

START_TEST(the_base_stays_when_the_document_changes) {
  cxd_campaign *campaign = from_server();
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/pacing/interval", 31, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/new", 1, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/note", NULL), CXD_OK);
  ck_assert_str_eq(campaign->base, campaign_text);
  ck_assert_uint_eq(edit_count(campaign), 3);
  ck_assert_int_eq(cxd_campaign_set_json(campaign, "/pacing/interval", "3.0e1", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/new", NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_set_null(campaign, "/note", NULL), CXD_OK);
  ck_assert_uint_eq(edit_count(campaign), 0);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(removing_a_changed_member_of_the_base_deletes_it) {
  cxd_campaign *campaign = from_server();
  struct cxd__edits edits;
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/maxConcurrentCalls", 7, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_remove(campaign, "/maxConcurrentCalls", NULL), CXD_OK);
  ck_assert_int_eq(cxd__edits_of(campaign, &edits, NULL), CXD_OK);
  ck_assert_uint_eq(edits.count, 1);
  ck_assert_str_eq(edits.items[0].pointer, "/maxConcurrentCalls");
  ck_assert_ptr_null(edits.items[0].value.p);
  cxd__edits_free(&edits);
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(a_copy_has_the_base_and_the_entity_tag) {
  cxd_campaign *campaign = from_server(), *copy = NULL;
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/maxConcurrentCalls", 7, NULL), CXD_OK);
  ck_assert_int_eq(cxd_campaign_copy(campaign, &copy), CXD_OK);
  cxd_campaign_free(campaign);
  ck_assert_str_eq(copy->etag, "\"v17\"");
  assert_slice(copy->base_root, campaign_text);
  ck_assert_ptr_eq(copy->root.p, copy->text);
  ck_assert_uint_eq(edit_count(copy), 1);
  cxd_campaign_free(copy);
}
END_TEST

START_TEST(the_root_follows_the_text_also_between_white_space) {
  cxd_campaign *campaign = NULL;
  ck_assert_int_eq(cxd_campaign_parse("\n {\"a\":1}  \n", 12, &campaign, NULL), CXD_OK);
  static const int64_t values[] = {1234567, 0, -5};
  for (size_t i = 0; i < 3; i++) {
    ck_assert_int_eq(cxd_campaign_set_int(campaign, "/a", values[i], NULL), CXD_OK);
    ck_assert_ptr_eq(campaign->root.p, campaign->text + 2);
    ck_assert_int_eq(campaign->root.p[0], '{');
    ck_assert_int_eq(campaign->root.p[campaign->root.len - 1], '}');
    ck_assert_str_eq(campaign->root.p + campaign->root.len, "  \n");
  }
  cxd_campaign_free(campaign);
}
END_TEST

START_TEST(the_same_text_is_lent_once) {
  cxd_campaign *campaign = from_server();
  const char *first = NULL, *second = NULL;
  ck_assert_int_eq(cxd_campaign_get_string(campaign, "/name", &first, NULL), CXD_OK);
  ck_assert_str_eq(first, "North \xc3\xa9\n");
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(cxd_campaign_get_string(campaign, "/name", &second, NULL), CXD_OK);
  ck_assert_ptr_eq(first, second);
  ck_assert_ptr_null(campaign->lent->next);
  ck_assert_int_eq(cxd_campaign_set_int(campaign, "/x", 1, NULL), CXD_OK);
  ck_assert_ptr_null(campaign->lent);
  cxd_campaign_free(campaign);
}
END_TEST

/* Each operation on a fresh campaign of the server; the status of the operation. */
static cxd_status op_set_int(cxd_campaign *c, cxd_error **e) { return cxd_campaign_set_int(c, "/pacing/interval", 31, e); }
static cxd_status op_set_new(cxd_campaign *c, cxd_error **e) { return cxd_campaign_set_real(c, "/a~1b/c", 0.5, e); }
static cxd_status op_set_string(cxd_campaign *c, cxd_error **e) { return cxd_campaign_set_string(c, "/name", "\x01\x02", e); }
static cxd_status op_set_json(cxd_campaign *c, cxd_error **e) { return cxd_campaign_set_json(c, "/rules/-", "{\"a\":[1]}", e); }
static cxd_status op_remove(cxd_campaign *c, cxd_error **e) { return cxd_campaign_remove(c, "/pacing/type", e); }

static cxd_status op_get_string(cxd_campaign *c, cxd_error **e) {
  const char *text = "kept";
  cxd_status status = cxd_campaign_get_string(c, "/name", &text, e);
  ck_assert_str_eq(text, status ? "kept" : "North \xc3\xa9\n");
  return status;
}

static cxd_status op_copy(cxd_campaign *c, cxd_error **e) {
  cxd_campaign *copy = NULL;
  cxd_status status = cxd_campaign_copy(c, &copy);
  ck_assert_int_eq(copy != NULL, status == CXD_OK);
  cxd_campaign_free(copy);
  (void)e;
  return status;
}

static cxd_status op_diff(cxd_campaign *c, cxd_error **e) {
  char *patch = cxd_campaign_diff(c, c);
  cxd__free(patch);
  (void)e;
  return patch ? CXD_OK : CXD_E_NOMEM;
}

static cxd_status op_to_json(cxd_campaign *c, cxd_error **e) {
  char *text = cxd_campaign_to_json(c);
  cxd__free(text);
  (void)e;
  return text ? CXD_OK : CXD_E_NOMEM;
}

static cxd_status (*const operations[])(cxd_campaign *, cxd_error **) = {op_set_int, op_set_new, op_set_string, op_set_json, op_remove, op_get_string, op_copy, op_diff, op_to_json};

START_TEST(without_memory_an_operation_fails_and_the_campaign_is_as_it_was) {
  size_t n = 1;
  for (cxd_status status = CXD_E_NOMEM; status; n++) {
    cxd_campaign *campaign = from_server();
    cxd_error *error = NULL;
    cxd__mem_fail_at(n);
    status = operations[_i](campaign, n % 2 ? &error : NULL);
    cxd__mem_fail_at(0);
    ck_assert(status == CXD_OK || status == CXD_E_NOMEM);
    if (status) {
      ck_assert_str_eq(campaign->text, campaign_text);
      ck_assert_ptr_null(campaign->lent);
      assert_slice(campaign->root, campaign_text);
    }
    cxd_error_free(error);
    cxd_campaign_free(campaign);
    ck_assert_uint_lt(n, 50);
  }
  ck_assert_uint_gt(n, 2);
}
END_TEST

START_TEST(without_memory_no_campaign_is_made) {
  for (int way = 0; way < 3; way++) {
    cxd_status status = CXD_E_NOMEM;
    for (size_t n = 1; status; n++) {
      cxd_campaign *campaign = NULL;
      cxd_error *error = NULL;
      cxd__mem_fail_at(n);
      if (way == 0)
        status = cxd_campaign_new("a", &campaign, &error);
      else if (way == 1)
        status = cxd_campaign_parse(campaign_text, sizeof campaign_text - 1, &campaign, &error);
      else
        status = cxd__campaign_read(campaign_text, sizeof campaign_text - 1, "\"e\"", &campaign, &error);
      cxd__mem_fail_at(0);
      ck_assert(status == CXD_OK ? campaign != NULL : status == CXD_E_NOMEM && !campaign);
      cxd_error_free(error);
      cxd_campaign_free(campaign);
      ck_assert_uint_lt(n, 50);
    }
  }
}
END_TEST

START_TEST(an_error_that_finds_no_memory_still_gives_its_status) {
  cxd_campaign *campaign = from_server();
  for (size_t n = 1; n < 8; n++) {
    cxd_error *error = NULL;
    int64_t value = 3;
    cxd__mem_fail_at(n);
    cxd_status absent = cxd_campaign_get_int(campaign, "/absent", &value, &error);
    cxd__mem_fail_at(0);
    ck_assert_int_eq(absent, CXD_E_ABSENT);
    cxd_error_free(error);
  }
  cxd_campaign_free(campaign);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json_campaign");
  TCase *tc = tcase_create("campaign");
  tcase_add_test(tc, a_campaign_of_the_server_is_its_own_base);
  tcase_add_test(tc, a_base_without_entity_tag_has_none);
  tcase_add_test(tc, a_reply_that_is_no_campaign_is_named_so);
  tcase_add_test(tc, the_base_stays_when_the_document_changes);
  tcase_add_test(tc, removing_a_changed_member_of_the_base_deletes_it);
  tcase_add_test(tc, a_copy_has_the_base_and_the_entity_tag);
  tcase_add_test(tc, the_root_follows_the_text_also_between_white_space);
  tcase_add_test(tc, the_same_text_is_lent_once);
  tcase_add_loop_test(tc, without_memory_an_operation_fails_and_the_campaign_is_as_it_was, 0, sizeof operations / sizeof *operations);
  tcase_add_test(tc, without_memory_no_campaign_is_made);
  tcase_add_test(tc, an_error_that_finds_no_memory_still_gives_its_status);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

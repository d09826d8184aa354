/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Reading and changing campaigns of a simulator. */
#include "rig.hpp"

#include <atomic>
#include <thread>

START_TEST(a_campaign_is_read_changed_and_applied) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  cxd::campaign read = client.get(SAMPLE_ID);
  read.set(CXD_FIELD_MAX_CONCURRENT_CALLS, 120);
  ck_assert(updater.plan(read).outcome() == cxd::outcome::planned);
  cxd::update_result result = updater.apply(read);
  ck_assert(result.outcome() == cxd::outcome::applied);
  ck_text(result.outcome_name(), "applied");
  ck_assert_int_eq(result.previous_concurrent(), 150);
  ck_assert_int_eq(result.new_concurrent(), 120);
  ck_text(result.campaign_id(), SAMPLE_ID);
  ck_assert(result.sends() == 1 && result.attempts() >= 1 && result.latency() >= result.latency(cxd::latency::server) && result.findings().ok());
  ck_assert(result.trace_id().size() == 32 && result.conflict_json().empty() && !result.error() && result.audit_record().front() == '{');
  ck_assert(result.status() == CXD_OK && result.audit_status() == CXD_OK && result.callback_status() == CXD_OK);
  ck_assert_ptr_nonnull(strstr(std::string(result.diff_json()).c_str(), "120"));
  ck_assert_ptr_nonnull(strstr(result.to_json().c_str(), "applied"));
  ck_assert_int_eq(sim_number(&here.sim, "applied_total"), 1);
  ck_assert(updater.apply(calls(120)).outcome() == cxd::outcome::unchanged);
  ck_assert_ptr_nonnull(strstr(client.stats_json().c_str(), "\"requests\""));
  ck_assert_ptr_nonnull(strstr(client.stats_openmetrics().c_str(), "# EOF"));
}
END_TEST

START_TEST(a_failed_update_has_its_result_in_the_error) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  auto applied = updater.try_apply(calls(-1));
  ck_assert_int_eq(applied.status(), CXD_E_INVALID);
  ck_assert_ptr_nonnull(applied.error().result());
  ck_assert(applied.error().result()->outcome() == cxd::outcome::rejected);
  ck_assert_uint_gt(applied.error().result()->findings().size(), 0);
  ck_text(applied.error().result()->error().message(), applied.error().message());
  try {
    (void)updater.apply(calls(100, "nobody"));
    ck_abort_msg("no exception");
  } catch (const cxd::error &error) {
    ck_assert_int_eq(error.status(), CXD_E_NOT_FOUND);
    ck_assert_int_eq(error.http_status(), 404);
    ck_assert(error.result()->outcome() == cxd::outcome::not_applied);
  }
  ck_assert_ptr_null(client.try_get("nobody").error().result());
}
END_TEST

START_TEST(pages_are_walked_to_the_last) {
  rig first;
  std::string file = std::string(first.dir) + "/campaigns.json";
  sim_write_campaigns(file.c_str(), 70);
  rig here({"--campaigns", file.c_str()});
  cxd::client client(here.config());
  std::size_t seen = 0;
  std::string cursor;
  do {
    cxd::campaign_list page = client.list(cursor);
    for (cxd::campaign_view campaign : page)
      seen += campaign.get_int(CXD_FIELD_MAX_CONCURRENT_CALLS) > 0 && !campaign.id().empty();
    ck_text(page[0].copy().id(), page[0].id());
    ck_assert(!page[page.size()]);
    cursor = page.next_cursor().value_or("");
  } while (!cursor.empty());
  ck_assert_uint_eq(seen, 70);
}
END_TEST

START_TEST(what_was_applied_is_verified_read_and_taken_back) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  (void)updater.apply(calls(120));
  ck_assert(cxd::audit_verify(here.audit_path()).ok());
  cxd::audit_reader reader(here.audit_path());
  std::size_t records = 0;
  while (auto record = reader.read())
    records += record->front() == '{' && record->back() == '}';
  ck_assert_int_eq(reader.record_count(), static_cast<std::int64_t>(records));
  ck_assert_uint_ge(records, 2);
  ck_assert(reader.segment_count() == 1 && reader.first_bad_seq() == 0 && reader.findings().ok());
  cxd::audit_reader again(here.audit_path());
  again.expect(reader.last());
  while (again.read())
    ;
  ck_assert_int_eq(again.record_count(), reader.record_count());
  std::int64_t last = reader.record_count();
  ck_assert(updater.plan_rollback(here.audit_path(), last).outcome() == cxd::outcome::planned);
  ck_assert_int_eq(updater.rollback(here.audit_path(), last).new_concurrent(), 150);
  cxd::recovery counts{7, 7};
  updater.recover(counts);
  ck_assert(counts.resolved == 0 && counts.left == 0);
  ck_text(updater.dangling_json(), "[]");
  ck_assert_int_eq(updater.try_resolve("{}").status(), CXD_E_AUDIT);
}
END_TEST

START_TEST(a_log_that_was_changed_is_told_with_findings) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  (void)cxd::updater(config, client).apply(calls(120));
  char *text = text_of_file(here.audit_path().c_str());
  std::string changed(text);
  free(text);
  changed[changed.find("maxConcurrentCalls")] = 'M';
  write_text(here.audit_path().c_str(), changed.c_str());
  auto verified = cxd::try_audit_verify(here.audit_path());
  ck_assert_int_eq(verified.status(), CXD_E_AUDIT);
  ck_assert(verified.error().findings() && !verified.error().findings()->ok());
  ck_text(thrown_by([&] { (void)cxd::audit_verify(here.audit_path()); }), "cxd: CXD_E_AUDIT");
}
END_TEST

START_TEST(threads_share_a_client) {
  rig here;
  cxd::client client(here.config());
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&] {
      for (int n = 0; n < 5; n++)
        good += client.get(SAMPLE_ID).get_int(CXD_FIELD_MAX_CONCURRENT_CALLS) == 150;
    });
  for (std::thread &thread : threads)
    thread.join();
  ck_assert_int_eq(good, 40);
}
END_TEST

START_TEST(handles_may_go_in_any_order) {
  rig here;
  std::optional<cxd::updater> updater;
  {
    cxd::config config = here.config();
    cxd::client client(config);
    cxd::validator validator(config);
    updater.emplace(config, client, validator);
  }
  ck_assert(updater->apply(calls(120)).outcome() == cxd::outcome::applied);
  cxd::batch batch(*updater);
  updater.reset();
  batch.add(calls(110)).run();
  ck_assert(batch[0].result().outcome() == cxd::outcome::applied);
}
END_TEST

START_TEST(an_own_logger_gets_what_a_file_would) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  int lives = 0, syncs = 0;
  std::vector<std::string> log;
  {
    cxd::updater updater(config, client);
    updater.set_audit_logger([&, kept = life(lives)](std::string_view record) { log.emplace_back(record); }, [&] { return ++syncs > 0; });
    (void)updater.apply(calls(120));
    ck_assert_int_eq(lives, 1);
  }
  ck_assert_int_eq(lives, 0);
  ck_assert_int_gt(syncs, 0);
  ck_assert_uint_ge(log.size(), 2);
  for (const std::string &record : log)
    ck_assert(record.front() == '{' && record.back() == '\n');
}
END_TEST

START_TEST(a_logger_without_sync_is_durable_by_itself) {
  rig here;
  cxd::config config = here.config();
  cxd::client client(config);
  cxd::updater updater(config, client);
  int records = 0;
  updater.set_audit_logger([&](std::string_view) { records++; });
  (void)updater.apply(calls(120));
  ck_assert_int_ge(records, 2);
}
END_TEST

TCase *cases_of_updates() {
  TCase *cases = tcase_create("updates");
  tcase_add_test(cases, a_campaign_is_read_changed_and_applied);
  tcase_add_test(cases, a_failed_update_has_its_result_in_the_error);
  tcase_add_test(cases, pages_are_walked_to_the_last);
  tcase_add_test(cases, what_was_applied_is_verified_read_and_taken_back);
  tcase_add_test(cases, a_log_that_was_changed_is_told_with_findings);
  tcase_add_test(cases, threads_share_a_client);
  tcase_add_test(cases, handles_may_go_in_any_order);
  tcase_add_test(cases, an_own_logger_gets_what_a_file_would);
  tcase_add_test(cases, a_logger_without_sync_is_durable_by_itself);
  return cases;
}

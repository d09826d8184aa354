/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* One use of each template and of each form; compiled only, in all the ways the header is for. */
#include <cxdialer/cxdialer.hpp>

static cxd::expected<std::size_t> every_try_form(const cxd::config &config, const cxd::client &with, const cxd::validator &by) {
  auto client = cxd::client::try_make(config);
  auto updater = cxd::updater::try_make(config, with, by);
  auto validator = cxd::validator::try_make(config);
  auto change = cxd::campaign::try_parse("{}");
  if (!client || !updater || !validator || !change)
    return client ? updater.error() : client.error();
  for (const auto &set : {change->try_set("/a", 1), change->try_set("/a", 1u), change->try_set("/a", 0.5), change->try_set("/a", true), change->try_set("/a", nullptr), change->try_set("/a", "text"),
                          change->try_set("/a", std::string("text")), change->try_set("/a", std::string_view("text")), change->try_set("/a", std::uint64_t{1}), change->try_set_json("/a", "1")})
    if (!set)
      return set.error();
  for (const auto &done : {client->try_set_token_provider([](cxd::token_request) { return "token"; }), client->try_set_token_provider([](cxd::token_request) { return std::string("token"); }),
                           client->try_set_token_provider([](cxd::token_request) { return std::optional<cxd::token>(); }),
                           client->try_set_token_provider([](cxd::token_request, cxd::token_sink sink) { (void)sink.accept("token"); }), client->try_use_token_events(),
                           client->try_set_log([](cxd::log_level, std::string_view) {}), client->try_set_traceparent({}), validator->try_add_rule([](cxd::rule_context &) {}),
                           validator->try_add_rule([](cxd::rule_context &context) { return !context.merged(); }), updater->try_set_audit_logger([](std::string_view) {}),
                           updater->try_set_audit_logger([](std::string_view) { return true; }, [] { return true; }), updater->try_on_result([](cxd::result_view) {}),
                           updater->try_on_progress([](std::size_t, std::size_t) { return true; }), updater->try_on_checkpoint([](std::int64_t, std::string_view) {}),
                           updater->try_on_sending([](cxd::sendings) {})})
    if (!done)
      return done.error();
  auto batch = cxd::batch::try_make(*updater);
  std::size_t seen = 0;
  for (cxd::batch_item item : *batch)
    seen += item.index() + item.result().campaign_id().size();
  const cxd::batch &looked_at = *batch;
  for (cxd::batch_item_view item : looked_at)
    seen += item.index() + looked_at[item.index()].result().campaign_id().size();
  for (auto event = batch->try_next_event(); event && event->kind() != cxd::event_kind::done; event = batch->try_next_event(cxd::milliseconds(10)))
    seen += event->item();
  auto page = client->try_list();
  for (cxd::campaign_view campaign : *page)
    seen += campaign.id().size();
  auto planned = updater->try_plan(*change);
  for (cxd::finding finding : planned->findings())
    seen += finding.code().size();
  return seen;
}

#if CXD_CPP_EXCEPTIONS
static std::int64_t every_throwing_form() {
  cxd::config config;
  cxd::client client(config.load_env());
  cxd::validator validator(config);
  cxd::updater updater(config, client, validator);
  cxd::campaign change("c-1");
  client.set_token_provider([](cxd::token_request) { return "token"; });
  client.set_log([](cxd::log_level, std::string_view) {});
  validator.add_rule([](cxd::rule_context &context) { context.add(cxd::severity::note, "acme.seen", "", "seen"); });
  updater.set_audit_logger([](std::string_view) {});
  updater.set_audit_logger([](std::string_view) {}, [] {});
  updater.on_result([](cxd::result_view) {});
  updater.on_progress([](std::size_t, std::size_t) {});
  updater.on_checkpoint([](std::int64_t, std::string_view) {});
  updater.on_sending([](cxd::sendings all) { return !all.empty(); });
  std::optional<cxd::update_result> result;
  updater.apply(change.set("/a", 1).set("/b", "text"), result);
  updater.plan(change, result);
  cxd::batch batch(updater);
  batch.add(change).add_json("{}").run();
  return batch.process() + updater.apply(change).new_concurrent() + updater.rollback("log", 1).sends() + updater.resolve("{}").attempts();
}
#endif

int main() {
#if CXD_CPP_EXCEPTIONS
  (void)every_throwing_form;
#endif
  (void)every_try_form;
  return 0;
}

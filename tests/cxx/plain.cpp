/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Built with -fno-exceptions -fno-rtti and linked with units that have both. */
#include "plain.hpp"

#include <cxdialer/cxdialer.hpp>

#if CXD_CPP_EXCEPTIONS
#error "this unit is to be built without exceptions"
#endif

static std::string name_of(cxd::status of) { return std::string(cxd::status_name(of)); }

/* Registers one of each kind, and counts what they are asked. */
static cxd::expected<void> plug(cxd::client &client, cxd::validator &validator, cxd::updater &updater, int &asked) {
  if (auto done = client.try_set_log([&](cxd::log_level, std::string_view) { asked |= 1; }); !done)
    return done;
  if (auto done = validator.try_add_rule([&](cxd::rule_context &context) { return asked |= 2, context.try_add(cxd::severity::note, "acme.seen", "", "seen").has_value(); }); !done)
    return done;
  return updater.try_on_result([&](cxd::result_view) { asked |= 4; });
}

std::string plain_update(const char *url, const char *audit_path, const char *campaign_id) {
  cxd::expected<cxd::config> config = cxd::config::try_make();
  for (auto [key, value] : {std::pair<const char *, const char *>{"api.base_url", url}, {"auth.client_id", "demo-client"}, {"auth.client_secret", "demo-secret"}, {"audit.path", audit_path}, {"validate.jurisdiction", "UNRESTRICTED"}})
    if (auto done = config->try_set(key, value); !done)
      return done.error().what();
  auto client = cxd::client::try_make(*config);
  auto validator = cxd::validator::try_make(*config);
  auto updater = cxd::updater::try_make(*config, *client, *validator);
  auto change = cxd::campaign::try_make(campaign_id);
  int asked = 0;
  if (!plug(*client, *validator, *updater, asked))
    return "not plugged";
  (void)change->try_set(CXD_FIELD_MAX_CONCURRENT_CALLS, 120);
  auto applied = updater->try_apply(*change);
  std::string said = name_of(applied.status()) + " " + std::string(applied ? applied->outcome_name() : applied.error().result()->outcome_name());
  return said + " " + std::to_string(asked) + " " + name_of(config->try_set("no.such", "").status());
}

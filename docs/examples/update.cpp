/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * Slows campaigns down from C++17: update CALLS CAMPAIGN...
 * The connection comes from CXDIALER_... variables.
 */
#include <cxdialer/cxdialer.hpp>
#include <iostream>
#include <stdexcept>
#include <string>

/* The result of an update that failed is in the error. */
static bool slow_down(cxd::updater &updater, const char *id, int calls) {
  try {
    cxd::update_result result = updater.apply(cxd::campaign(id).set(CXD_FIELD_MAX_CONCURRENT_CALLS, calls));
    std::cout << id << ": " << result.outcome_name() << ", " << result.previous_concurrent() << " -> " << result.new_concurrent() << " concurrent calls\n";
    return true;
  } catch (const cxd::error &error) {
    std::cerr << id << ": " << cxd::status_name(error.status()) << ": " << error.what() << '\n';
    if (const cxd::update_result *result = error.result())
      for (cxd::finding finding : result->findings())
        std::cerr << "  " << finding.code() << ' ' << finding.pointer() << ": " << finding.message() << '\n';
    return false;
  }
}

int main(int argc, char **argv) try {
  if (argc < 3)
    throw std::invalid_argument("update CALLS CAMPAIGN...");
  cxd::config config;
  config.load_env();
  cxd::client client(config);
  cxd::updater updater(config, client);
  updater.on_result([](cxd::result_view result) { std::clog << result.campaign_id() << " took " << result.sends() << " PUT\n"; });

  int calls = std::stoi(argv[1]), failed = 0;
  for (int i = 2; i < argc; i++)
    failed += !slow_down(updater, argv[i], calls);
  return failed ? 1 : 0;
} catch (const std::exception &error) {
  std::cerr << error.what() << '\n';
  return 2;
}

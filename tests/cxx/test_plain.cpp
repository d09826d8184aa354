/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "plain.hpp"
#include "rig.hpp"

START_TEST(an_update_without_exceptions_beside_units_with_them) {
  rig here;
  ck_text(plain_update(here.sim.url, here.audit_path().c_str(), SAMPLE_ID), "CXD_OK applied 7 CXD_E_CONFIG");
  ck_text(plain_update(here.sim.url, here.audit_path().c_str(), "nobody"), "CXD_E_NOT_FOUND not_applied 7 CXD_E_CONFIG");
}
END_TEST

TCase *cases_without_exceptions() {
  TCase *cases = tcase_create("without exceptions");
  tcase_add_test(cases, an_update_without_exceptions_beside_units_with_them);
  return cases;
}

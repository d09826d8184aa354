/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "exit_code.h"

#include <string.h>

static const struct {
  cxd_status status;
  int code;
} table[] = {
    {CXD_OK, EXIT_DONE},
    {CXD_E_ARGUMENT, EXIT_USAGE},
    {CXD_E_CONFIG, EXIT_CONFIG},
    {CXD_E_IO, EXIT_CONFIG},
    {CXD_E_JSON, EXIT_INVALID},
    {CXD_E_TYPE, EXIT_INVALID},
    {CXD_E_ABSENT, EXIT_INVALID},
    {CXD_E_TOO_LARGE, EXIT_INVALID},
    {CXD_E_INVALID, EXIT_INVALID},
    {CXD_E_WINDOW_CLOSED, EXIT_INVALID},
    {CXD_E_CONNECT, EXIT_UNREACHABLE},
    {CXD_E_TLS, EXIT_UNREACHABLE},
    {CXD_E_TIMEOUT, EXIT_UNREACHABLE},
    {CXD_E_CANCELLED, EXIT_INTERRUPTED},
    {CXD_E_PROTOCOL, EXIT_UNREACHABLE},
    {CXD_E_UNAUTHORIZED, EXIT_REFUSED},
    {CXD_E_FORBIDDEN, EXIT_REFUSED},
    {CXD_E_NOT_FOUND, EXIT_MISSING},
    {CXD_E_REJECTED, EXIT_INVALID},
    {CXD_E_CONFLICT, EXIT_CONFLICT},
    {CXD_E_RATE_LIMITED, EXIT_LATER},
    {CXD_E_SERVER, EXIT_UNREACHABLE},
    {CXD_E_UNKNOWN_OUTCOME, EXIT_UNKNOWN},
    {CXD_E_TOKEN, EXIT_UNREACHABLE}, /* an answer that is no token; a refusal is CXD_E_UNAUTHORIZED */
    {CXD_E_AUDIT, EXIT_AUDIT},
};

/* One status stands for an attempt without an answer and for an operation out of time; only the second has this field. */
static int is_deadline(const cxd_error *error) { return strcmp(cxd_error_field(error), "retry.deadline_ms") == 0; }

int exit_code_of_status(cxd_status status, const cxd_error *error) {
  if (status == CXD_E_TIMEOUT && is_deadline(error))
    return EXIT_LATER;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].status == status)
      return table[i].code;
  return EXIT_OTHER;
}

int exit_code_of_setup(cxd_status status, const cxd_error *error) {
  int code = exit_code_of_status(status, error);
  return code == EXIT_INVALID ? EXIT_CONFIG : code;
}

/* Nothing is wrong with the log: the update is too much for one record. */
static int is_too_much(const cxd_result *result) { return cxd_result_status(result) == CXD_E_TOO_LARGE && cxd_result_audit_status(result) == CXD_E_TOO_LARGE; }

int exit_code_of_result(const cxd_result *result) {
  cxd_status status = cxd_result_status(result);
  if (status == CXD_E_CANCELLED)
    return EXIT_INTERRUPTED;
  if (cxd_result_outcome(result) == CXD_OUTCOME_UNKNOWN)
    return EXIT_UNKNOWN;
  if (cxd_result_audit_status(result) != CXD_OK && !is_too_much(result))
    return EXIT_AUDIT;
  if (status == CXD_OK && cxd_result_outcome(result) == CXD_OUTCOME_PLANNED)
    return EXIT_PENDING;
  return exit_code_of_status(status, cxd_result_error(result));
}

void exit_tally_add(struct exit_tally *tally, int code) {
  tally->interrupted |= code == EXIT_INTERRUPTED;
  tally->unknown |= code == EXIT_UNKNOWN;
  tally->audit |= code == EXIT_AUDIT;
  tally->pending |= code == EXIT_PENDING;
  tally->failed |= code != EXIT_DONE && code != EXIT_PENDING;
  tally->last = code;
}

int exit_tally_code(const struct exit_tally *tally) {
  if (tally->interrupted)
    return EXIT_INTERRUPTED;
  if (tally->unknown)
    return EXIT_UNKNOWN;
  if (tally->audit)
    return EXIT_AUDIT;
  if (tally->failed)
    return tally->several ? EXIT_SOME : tally->last;
  return tally->pending ? EXIT_PENDING : EXIT_DONE;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <cxdialer/cxdialer.h>

static const struct {
  cxd_status status;
  const char *name, *text;
} table[] = {
#define ROW(status, text) {status, #status, text}
    ROW(CXD_OK, "Done."),
    ROW(CXD_E_ARGUMENT, "An argument is missing or wrong: the message names it."),
    ROW(CXD_E_STATE, "Not possible in the present state of the object."),
    ROW(CXD_E_ABI, "A struct has a size this library does not know: recompile, or use the matching library."),
    ROW(CXD_E_REENTRANT, "Not allowed from inside a plug-in method: call it after the method has returned."),
    ROW(CXD_E_FORKED, "The handle was made before fork(): make a new one in the child."),
    ROW(CXD_E_NOMEM, "Out of memory."),
    ROW(CXD_E_CONFIG, "A configuration key or value is wrong: the message names the key and its range."),
    ROW(CXD_E_IO, "A local file could not be read or written."),
    ROW(CXD_E_JSON, "The text is not well-formed JSON: the message has line and column."),
    ROW(CXD_E_TYPE, "A member has another type, or a number does not fit."),
    ROW(CXD_E_ABSENT, "There is no such member."),
    ROW(CXD_E_TOO_LARGE, "Over a size or depth limit."),
    ROW(CXD_E_INVALID, "The validator refused the change: see the findings."),
    ROW(CXD_E_WINDOW_CLOSED, "Outside legal calling hours: the message has the next opening."),
    ROW(CXD_E_CONNECT, "The server could not be reached, or the connection broke before its answer: check api.base_url and the network."),
    ROW(CXD_E_TLS, "The TLS handshake failed and nothing was sent: check the certificate or http.ca_file."),
    ROW(CXD_E_TIMEOUT, "No answer in time: try again, or raise http.attempt_timeout_ms or retry.deadline_ms."),
    ROW(CXD_E_CANCELLED, "The call was cancelled."),
    ROW(CXD_E_PROTOCOL, "The answer is not the API's: check api.base_url and proxies on the way."),
    ROW(CXD_E_UNAUTHORIZED, "The credentials or the token were refused: check auth.client_id and the secret."),
    ROW(CXD_E_FORBIDDEN, "Not allowed: ask the administrator to grant the application the scope campaign:write."),
    ROW(CXD_E_NOT_FOUND, "No such campaign: check the id and the account."),
    ROW(CXD_E_REJECTED, "The server refused the request as it is: the message has its code and field."),
    ROW(CXD_E_CONFLICT, "Somebody else changed the campaign: read it again and decide."),
    ROW(CXD_E_RATE_LIMITED, "The quota is used up: try again later."),
    ROW(CXD_E_SERVER, "The server failed: try again later."),
    ROW(CXD_E_UNKNOWN_OUTCOME, "The change may or may not have been applied: read the campaign before anything else."),
    ROW(CXD_E_TOKEN, "No usable access token was obtained: see the provider's message."),
    ROW(CXD_E_AUDIT, "The audit log could not be written: see the message."),
    ROW(CXD_E_CALLBACK, "A callback did not accept: see its own log."),
    ROW(CXD_E_RULE, "A rule did not give a verdict: see its own log."),
#undef ROW
};

const char *cxd_status_name(cxd_status status) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].status == status)
      return table[i].name;
  return "CXD_E_?";
}

const char *cxd_status_text(cxd_status status) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].status == status)
      return table[i].text;
  return "A status this library does not know.";
}

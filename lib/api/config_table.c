/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* strnlen */
#include "api/config_table.h"

#include <string.h>

#include <cxdialer/cxdialer.h>

#include "api/config_rules.h"

#define TEXT(name, initial, range, rule, doc) {name, CXD__CONFIG_STRING, initial, range, 0, 0, "", rule, 0, doc}
#define SECRET(name, rule, doc) {name, CXD__CONFIG_STRING, "", "", 0, 0, "", rule, 1, doc}
#define PATH(name, initial, doc) {name, CXD__CONFIG_PATH, initial, "", 0, 0, "", NULL, 0, doc}
#define URL(name, initial, range, rule, doc) {name, CXD__CONFIG_URL, initial, range, 0, 0, "", rule, 0, doc}
#define INT(name, initial, lo, hi, unit, doc) {name, CXD__CONFIG_INT, initial, #lo " to " #hi, lo, hi, unit, NULL, 0, doc}
#define REAL(name, initial, lo, hi, unit, doc) {name, CXD__CONFIG_REAL, initial, #lo " to " #hi, lo, hi, unit, NULL, 0, doc}
#define CHOICE(name, initial, choices, doc) {name, CXD__CONFIG_CHOICE, initial, choices, 0, 0, "", NULL, 0, doc}
#define BOOL(name, initial, doc) {name, CXD__CONFIG_BOOL, initial, "on|off", 0, 0, "", NULL, 0, doc}

static const struct cxd__config_key keys[] = {
    URL("api.base_url", "https://api.nicecxone.com", "http or https URL", cxd__rule_base_url,
        "Root of the API: scheme, host, optional port and path, without query."),
    TEXT("api.campaign_path", "/api/v2/outbound/campaigns/{id}", "path with {id}", cxd__rule_campaign_path,
         "Path of one campaign below api.base_url, where {id} stands for the percent-encoded campaign id."),
    CHOICE("api.allow_http", "loopback", "loopback|on|off",
           "Whether URLs may be plain http: to this machine only (loopback), never (off), or to any host (on, for tests only, as it shows secrets to the network)."),

    URL("auth.token_url", "", "http or https URL", cxd__rule_token_url,
        "URL of the OAuth 2.0 token endpoint; when unset, api.base_url followed by /api/v2/oauth/token."),
    TEXT("auth.client_id", "", "printable ASCII", cxd__rule_ascii, "OAuth 2.0 client id of the application."),
    SECRET("auth.client_secret", NULL, "OAuth 2.0 client secret; give it in the environment or a file, never on a command line."),
    PATH("auth.client_secret_file", "",
         "File that holds the client secret and nothing else, 64 KiB at most, read when a client is made; keep it readable by its owner only."),
    TEXT("auth.scope", "campaign:write", "scopes with single spaces between them", cxd__rule_scope, "Scope asked for with a token."),
    CHOICE("auth.method", "basic", "basic|post", "How client id and secret are sent to the token endpoint: in the Authorization header (basic) or in the form (post)."),
    BOOL("auth.basic_form_encode", "off", "Whether client id and secret are form-encoded before they are joined for auth.method=basic, as RFC 6749 asks and few servers do."),
    SECRET("auth.token", cxd__rule_token, "A ready access token, used as it is in place of the token endpoint."),

    INT("http.connect_timeout_ms", "3000", 1, 600000, "ms", "Longest time for name lookup, connection and TLS handshake, in milliseconds."),
    INT("http.attempt_timeout_ms", "10000", 1, 3600000, "ms", "Longest time for one request with its answer, in milliseconds; under 100 bytes a second for half of it, or for 5 s if that is more, ends the request too."),
    CHOICE("http.version", "auto", "auto|1.1|2", "HTTP version; auto takes what the server offers."),
    URL("http.proxy", "none", "none|env|URL", cxd__rule_proxy,
        "Proxy for all requests: none, env (the usual variables, such as HTTPS_PROXY), or an http or https URL without user and password."),
    PATH("http.ca_file", "", "PEM file of the certification authorities to trust; when unset, those of the system."),
    PATH("http.client_cert", "", "PEM file with the client certificate for mutual TLS."),
    PATH("http.client_key", "", "PEM file with the private key of http.client_cert, without a pass phrase; when unset, the key is in http.client_cert."),
    TEXT("http.user_agent", "", "printable ASCII", cxd__rule_ascii, "User-Agent header; when unset, the name and version of this library."),
    BOOL("http.traceparent", "on", "Whether requests carry a W3C traceparent header: one trace id a call, another span id each time something is sent."),
    INT("http.max_response_bytes", "1048576", 1, 16777216, "bytes", "Largest answer body that is read, in bytes."),

    INT("retry.max_attempts", "4", 1, 20, "attempts", "Most physical sends of one request, the first included; reading back after a lost answer may take twice as many."),
    INT("retry.base_ms", "500", 1, 600000, "ms", "Back-off before the first retry, in milliseconds; it doubles with each further one and is drawn at random below that."),
    INT("retry.cap_ms", "20000", 1, 3600000, "ms", "Longest back-off before a retry, in milliseconds."),
    INT("retry.deadline_ms", "180000", 1, 86400000, "ms", "Longest time for one operation with all its retries and waits, in milliseconds."),
    INT("retry.max_retry_after_ms", "120000", 0, 86400000, "ms", "Longest Retry-After that is waited for, in milliseconds; a longer one ends the operation with the wait in its error."),
    INT("retry.budget", "140", 0, 1000000, "points", "Size of the retry budget of a client in points: a transient retry costs 14, a throttled one 5, a success earns 1."),

    INT("rate.limit", "100", 0, 1000000, "requests", "Most requests in one rate.window_ms, in requests; 0 switches the limiter off."),
    INT("rate.window_ms", "60000", 1, 86400000, "ms", "Length of the window of rate.limit, in milliseconds."),
    INT("rate.margin_ms", "250", 0, 60000, "ms", "Time added to the window for the way to the server and back, in milliseconds."),

    CHOICE("update.mode", "merge", "merge|replace", "Whether an update reads the campaign and changes only the members that are set (merge), or sends the document as it is (replace)."),
    CHOICE("update.auto_rebalance", "keep", "keep|on|off", "What to send as autoRebalance: what the document says (keep), true (on, also when nothing else changes) or false (off)."),
    CHOICE("update.verify", "ambiguous", "ambiguous|always", "When to read a campaign back after the PUT: only when the answer leaves a doubt (ambiguous), or always."),
    INT("update.concurrency", "8", 1, 1024, "updates", "Most updates of a batch in flight at a time, in updates."),
    INT("update.max_errors", "0", 0, 16777215, "updates", "After so many failures a batch begins no more items; 0: it always goes on."),
    REAL("update.max_error_rate", "0", 0, 1, "", "Once 20 items of a batch have ended, it begins no more when more than this share of the last 100 failed, as a fraction; 0: it always goes on."),
    INT("update.canary", "0", 0, 1024, "updates", "So many items of a batch go ahead, and the others are begun when all of these have succeeded; 0: none."),
    CHOICE("update.coalesce", "off", "on|off", "Whether items of a batch for one campaign become one update when they wait for each other (on), or run one after the other (off)."),
    CHOICE("update.prefetch", "auto", "auto|off", "Whether a batch reads campaigns by list pages where that saves requests and is as safe (auto: the server puts a version into them and no entity tag), or one by one (off)."),

    PATH("audit.path", "", "Audit log file; it is created with mode 0600 and only appended to."),
    CHOICE("audit.mode", "required", "required|best_effort|off",
           "Whether an update needs its audit records: not sent without (required), sent with a failure in its result (best_effort), or no records at all (off)."),
    PATH("audit.key_file", "", "File with the key of a keyed (HMAC) audit log, 16 to 4096 bytes; a log that had none is keyed from its next segment on."),
    CHOICE("audit.sync", "record", "record|none", "Whether records are on stable storage before the update goes on (record), or whenever the system writes them (none)."),
    TEXT("audit.actor", "", "256 bytes at most", cxd__rule_actor, "Who or what asks for the changes, noted in each audit record."),
    INT("audit.max_bytes", "0", 0, 1099511627776, "bytes", "Size at which a new segment of the audit log is begun, in bytes; 0 means never."),
    BOOL("audit.rotate_daily", "off", "Whether a new segment of the audit log is begun when the UTC day has changed since the present one was begun."),
    BOOL("audit.allow_network_fs", "off", "Whether the audit log may lie on a network file system (NFS, SMB), where appends of several hosts can mix."),

    INT("validate.max_concurrent_calls", "500", 1, 1000000, "calls", "Largest maxConcurrentCalls that is accepted, in calls."),
    INT("validate.min_pacing_interval_s", "10", 1, 86400, "s", "Smallest pacing interval that is accepted, in seconds."),
    REAL("validate.max_throttle", "0.95", 0.001, 1, "", "Largest throttlePercent that is accepted, as a fraction."),
    TEXT("validate.time_zones", "America/New_York,America/Chicago,America/Denver,America/Los_Angeles", "zones with commas between them, or *", cxd__rule_zones,
         "Time zones a campaign may have, with commas between them; * stands for any IANA zone."),
    PATH("validate.policy_file", "", "Policy file (JSON) with limits, zones, severities, calling hours and capacity."),
    PATH("validate.zoneinfo_dir", "/usr/share/zoneinfo", "Directory of the time zone database."),
    TEXT("validate.jurisdiction", "US", "codes with commas between them", cxd__rule_codes,
         "Calling hours that apply: a code of the table of jurisdictions (cxdialer windows --jurisdiction all lists them), or several with commas between them, of which all must be open."),
    PATH("validate.jurisdictions_file", "", "Table of jurisdictions (JSON) in place of the built-in one; begin with a copy of the installed jurisdictions.json."),
    INT("validate.agents", "", 1, 1000000, "agents", "Licensed agents, for the capacity checks, in agents; when unset, there are none of these checks."),
    REAL("validate.answer_rate", "", 0.001, 1, "", "Share of calls that a person answers, as a fraction, for the capacity checks."),
    REAL("validate.aht_s", "", 1, 86400, "s", "Average handling time of an answered call, in seconds, for the capacity checks."),
    REAL("validate.patience_s", "", 0.1, 600, "s", "How long a called person waits for an agent before the call counts as abandoned, in seconds; when unset, 2 (16 CFR 310.4(b)(4))."),
    REAL("validate.max_abandonment", "", 0.0001, 1, "", "Largest share of answered calls that may be abandoned, as a fraction; when unset, 0.03 (47 CFR 64.1200(a)(7))."),
    REAL("validate.lines_per_agent", "", 0.1, 100, "lines", "Most concurrent calls for each licensed agent, in lines; when unset, 1."),
    TEXT("validate.min_tzdata", "", "version such as 2026f", cxd__rule_tzdata, "Oldest version of the time zone database that is accepted, such as 2026f; when unset, any."),
};

#define COUNT (sizeof keys / sizeof *keys)

const struct cxd__config_key *cxd__config_key_at(size_t i) { return i < COUNT ? &keys[i] : NULL; }

size_t cxd__config_find(const char *name) {
  size_t i = 0;
  while (i < COUNT && strcmp(keys[i].name, name) != 0)
    i++;
  return i;
}

#define LONGEST 64

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static size_t least(size_t a, size_t b, size_t c) {
  size_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Levenshtein, on the first LONGEST bytes: names are shorter. */
static size_t distance(const char *a, const char *b) {
  size_t row[LONGEST + 1];
  size_t width = strnlen(b, LONGEST);
  for (size_t j = 0; j <= width; j++)
    row[j] = j;
  for (size_t i = 0; a[i] && i < LONGEST; i++) {
    size_t corner = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < width; j++) {
      size_t above = row[j + 1];
      row[j + 1] = least(above + 1, row[j] + 1, corner + (lower(a[i]) != lower(b[j])));
      corner = above;
    }
  }
  return row[width];
}

const char *cxd__config_nearest(const char *name) {
  const char *best = keys[0].name;
  size_t least_so_far = SIZE_MAX;
  for (size_t i = 0; i < COUNT; i++) {
    size_t d = distance(name, keys[i].name);
    if (d < least_so_far) {
      least_so_far = d;
      best = keys[i].name;
    }
  }
  return best;
}

const char *cxd__config_type_name(enum cxd__config_type type) {
  static const char *const names[] = {"string", "int", "real", "bool", "choice", "url", "path"};
  return names[type];
}

size_t cxd_config_key_count(void) { return COUNT; }

const char *cxd_config_key_name(size_t i) { return i < COUNT ? keys[i].name : NULL; }

const char *cxd_config_key_doc(size_t i) { return i < COUNT ? keys[i].doc : NULL; }

const char *cxd_config_key_type(size_t i) { return i < COUNT ? cxd__config_type_name(keys[i].type) : NULL; }

const char *cxd_config_key_default(size_t i) { return i < COUNT ? keys[i].initial : NULL; }

const char *cxd_config_key_range(size_t i) { return i < COUNT ? keys[i].range : NULL; }

int32_t cxd_config_key_secret(size_t i) { return i < COUNT ? keys[i].secret : 0; }

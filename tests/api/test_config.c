/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* setenv, mkdtemp */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cxdialer/cxdialer.h>

#include "run.h"

static cxd_config *config;
static char dir[64], path[96];

static void setup(void) {
  ck_assert_int_eq(cxd_config_new(&config), CXD_OK);
  strcpy(dir, "/tmp/cxd-config-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  (void)snprintf(path, sizeof path, "%s/cxd.json", dir);
}

static void teardown(void) {
  (void)unlink(path);
  (void)rmdir(dir);
  cxd_config_free(config);
}

/* The call fails with CXD_E_CONFIG, this message and this field. */
static void ck_refused(const char *key, const char *value, const char *message) {
  cxd_error *error = NULL;
  char *before = cxd_config_to_json(config);
  cxd_status status = cxd_config_set(config, key, value, &error);
  ck_assert_msg(status == CXD_E_CONFIG, "%s = %s", key, value);
  ck_assert_str_eq(cxd_error_message(error), message);
  ck_assert_str_eq(cxd_error_field(error), key);
  ck_assert_int_eq(cxd_error_status(error), CXD_E_CONFIG);
  cxd_error_free(error);
  char *after = cxd_config_to_json(config);
  ck_assert_str_eq(before, after);
  cxd_string_free(before);
  cxd_string_free(after);
}

static void ck_set(const char *key, const char *value, const char *reads) {
  cxd_error *error = NULL;
  cxd_status status = cxd_config_set(config, key, value, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
  ck_assert_str_eq(cxd_config_get(config, key), reads);
}

START_TEST(every_key_has_its_documented_default) {
  static const char *const rows[][2] = {
      {"api.base_url", "https://api.nicecxone.com"}, {"api.campaign_path", "/api/v2/outbound/campaigns/{id}"}, {"api.allow_http", "loopback"},
      {"auth.token_url", ""}, {"auth.client_id", ""}, {"auth.client_secret", ""}, {"auth.client_secret_file", ""}, {"auth.scope", "campaign:write"},
      {"auth.method", "basic"}, {"auth.basic_form_encode", "off"}, {"auth.token", ""},
      {"http.connect_timeout_ms", "3000"}, {"http.attempt_timeout_ms", "10000"}, {"http.version", "auto"}, {"http.proxy", "none"}, {"http.ca_file", ""},
      {"http.client_cert", ""}, {"http.client_key", ""}, {"http.user_agent", ""}, {"http.traceparent", "on"}, {"http.max_response_bytes", "1048576"},
      {"retry.max_attempts", "4"}, {"retry.base_ms", "500"}, {"retry.cap_ms", "20000"}, {"retry.deadline_ms", "180000"}, {"retry.max_retry_after_ms", "120000"}, {"retry.budget", "140"},
      {"rate.limit", "100"}, {"rate.window_ms", "60000"}, {"rate.margin_ms", "250"},
      {"update.mode", "merge"}, {"update.auto_rebalance", "keep"}, {"update.verify", "ambiguous"}, {"update.concurrency", "8"},
      {"update.max_errors", "0"}, {"update.max_error_rate", "0"}, {"update.canary", "0"}, {"update.coalesce", "off"}, {"update.prefetch", "auto"},
      {"audit.path", ""}, {"audit.mode", "required"}, {"audit.key_file", ""}, {"audit.sync", "record"}, {"audit.actor", ""}, {"audit.max_bytes", "0"}, {"audit.rotate_daily", "off"}, {"audit.allow_network_fs", "off"},
      {"validate.max_concurrent_calls", "500"}, {"validate.min_pacing_interval_s", "10"}, {"validate.max_throttle", "0.95"},
      {"validate.time_zones", "America/New_York,America/Chicago,America/Denver,America/Los_Angeles"}, {"validate.policy_file", ""},
      {"validate.zoneinfo_dir", "/usr/share/zoneinfo"}, {"validate.jurisdiction", "US"}, {"validate.jurisdictions_file", ""}, {"validate.agents", ""}, {"validate.answer_rate", ""}, {"validate.aht_s", ""},
      {"validate.patience_s", ""}, {"validate.max_abandonment", ""}, {"validate.lines_per_agent", ""}, {"validate.min_tzdata", ""}};
  size_t count = sizeof rows / sizeof *rows;
  ck_assert_uint_eq(cxd_config_key_count(), count);
  for (size_t i = 0; i < count; i++) {
    ck_assert_str_eq(cxd_config_key_name(i), rows[i][0]);
    ck_assert_str_eq(cxd_config_key_default(i), rows[i][1]);
    ck_assert_str_eq(cxd_config_get(config, rows[i][0]), rows[i][1]);
  }
}
END_TEST

START_TEST(introspection_tells_type_range_and_secrecy) {
  for (size_t i = 0; i < cxd_config_key_count(); i++) {
    const char *name = cxd_config_key_name(i);
    int secret = strcmp(name, "auth.client_secret") == 0 || strcmp(name, "auth.token") == 0;
    ck_assert_int_eq(cxd_config_key_secret(i), secret);
    ck_assert_uint_gt(strlen(cxd_config_key_doc(i)), 20);
    if (strcmp(name, "retry.max_attempts") == 0) {
      ck_assert_str_eq(cxd_config_key_type(i), "int");
      ck_assert_str_eq(cxd_config_key_range(i), "1 to 20");
    }
    if (strcmp(name, "auth.method") == 0) {
      ck_assert_str_eq(cxd_config_key_type(i), "choice");
      ck_assert_str_eq(cxd_config_key_range(i), "basic|post");
    }
    if (strcmp(name, "http.ca_file") == 0)
      ck_assert_str_eq(cxd_config_key_type(i), "path");
  }
  ck_assert_ptr_null(cxd_config_key_name(cxd_config_key_count()));
}
END_TEST

START_TEST(numbers_are_checked_against_their_range) {
  ck_set("retry.max_attempts", "20", "20");
  ck_set("rate.limit", "0", "0");
  ck_set("validate.max_throttle", "0.5", "0.5");
  ck_set("validate.max_throttle", "1e-1", "1e-1");
  ck_set("validate.agents", "12", "12");
  ck_refused("retry.max_attempts", "0", "retry.max_attempts: value 0 is outside 1 to 20 attempts");
  ck_refused("retry.max_attempts", "21", "retry.max_attempts: value 21 is outside 1 to 20 attempts");
  ck_refused("http.connect_timeout_ms", "-1", "http.connect_timeout_ms: value -1 is outside 1 to 600000 ms");
  ck_refused("rate.limit", "99999999999999999999", "rate.limit: value 99999999999999999999 is outside 0 to 1000000 requests");
  ck_refused("validate.max_throttle", "1.01", "validate.max_throttle: value 1.01 is outside 0.001 to 1");
  ck_refused("validate.max_throttle", "1e999", "validate.max_throttle: value 1e999 is outside 0.001 to 1");
}
END_TEST

START_TEST(numbers_are_written_in_one_way_only) {
  static const char *const wrong[] = {"+1", " 1", "1 ", "01", "0x10", "1.0", "1e1", "one", "-", "1,000", "NaN", "inf", "--1"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char message[128];
    (void)snprintf(message, sizeof message, "retry.max_attempts: '%s' is not a whole number", wrong[i]);
    ck_refused("retry.max_attempts", wrong[i], message);
  }
  ck_refused("validate.max_throttle", ".5", "validate.max_throttle: '.5' is not a number");
  ck_refused("validate.max_throttle", "0,5", "validate.max_throttle: '0,5' is not a number");
  ck_refused("validate.max_throttle", "nan", "validate.max_throttle: 'nan' is not a number");
  ck_refused("validate.max_throttle", "0x1p-1", "validate.max_throttle: '0x1p-1' is not a number");
}
END_TEST

START_TEST(switches_are_normalised) {
  static const char *const on[] = {"on", "true", "1", "yes", "ON", "True"}, *const off[] = {"off", "false", "0", "no", "Off", "FALSE"};
  for (size_t i = 0; i < 6; i++) {
    ck_set("audit.allow_network_fs", on[i], "on");
    ck_set("audit.allow_network_fs", off[i], "off");
    ck_set("api.allow_http", on[i], "on");
    ck_set("update.auto_rebalance", off[i], "off");
  }
  ck_set("api.allow_http", "loopback", "loopback");
  ck_refused("audit.allow_network_fs", "maybe", "audit.allow_network_fs: 'maybe' is not one of on|off");
  ck_refused("audit.mode", "true", "audit.mode: 'true' is not one of required|best_effort|off");
  ck_refused("auth.method", "Basic", "auth.method: 'Basic' is not one of basic|post");
  ck_refused("http.version", "1", "http.version: '1' is not one of auto|1.1|2");
  ck_refused("auth.method", "basic|post", "auth.method: 'basic|post' is not one of basic|post");
}
END_TEST

START_TEST(urls_are_checked) {
  ck_set("api.base_url", "https://api.example.com", "https://api.example.com");
  ck_set("api.base_url", "https://api.example.com/", "https://api.example.com");
  ck_set("api.base_url", "http://127.0.0.1:8080/v1//", "http://127.0.0.1:8080/v1");
  ck_set("api.base_url", "HTTPS://[::1]:65535/a%20b", "HTTPS://[::1]:65535/a%20b");
  ck_set("auth.token_url", "https://login.example.com/token?tenant=1", "https://login.example.com/token?tenant=1");
  ck_set("auth.token_url", "", "");
  ck_refused("api.base_url", "api.example.com", "api.base_url: 'api.example.com' has no scheme: write https://api.example.com");
  ck_refused("api.base_url", "ftp://x", "api.base_url: 'ftp://x' is no http or https URL");
  ck_refused("api.base_url", "file:///etc/passwd", "api.base_url: 'file:///etc/passwd' is no http or https URL");
  ck_refused("api.base_url", "https://", "api.base_url: 'https://' has no host");
  ck_refused("api.base_url", "https:///path", "api.base_url: 'https:///path' has no host");
  ck_refused("api.base_url", "https://:80", "api.base_url: 'https://:80' has no host");
  ck_refused("api.base_url", "https://a b", "api.base_url: 'https://a b' has a host that is neither a name nor an address");
  ck_refused("api.base_url", "https://-x", "api.base_url: 'https://-x' has a host that is neither a name nor an address");
  ck_refused("api.base_url", "https://[::1", "api.base_url: 'https://[::1' has a host that is neither a name nor an address");
  ck_refused("api.base_url", "https://[1.2.3.4]", "api.base_url: 'https://[1.2.3.4]' has a host that is neither a name nor an address");
  ck_refused("api.base_url", "https://[::1]x", "api.base_url: 'https://[::1]x' has text after its host");
  ck_refused("api.base_url", "https://x:0", "api.base_url: 'https://x:0' has a port outside 1 to 65535");
  ck_refused("api.base_url", "https://x:65536", "api.base_url: 'https://x:65536' has a port outside 1 to 65535");
  ck_refused("api.base_url", "https://x:", "api.base_url: 'https://x:' has a port outside 1 to 65535");
  ck_refused("api.base_url", "https://x:8a", "api.base_url: 'https://x:8a' has a port outside 1 to 65535");
  ck_refused("api.base_url", "https://x/a b", "api.base_url: 'https://x/a b' has a byte that must be percent-encoded");
  ck_refused("api.base_url", "https://x/%zz", "api.base_url: 'https://x/%zz' has a byte that must be percent-encoded");
  ck_refused("api.base_url", "https://x/%2", "api.base_url: 'https://x/%2' has a byte that must be percent-encoded");
  ck_refused("api.base_url", "https://x/a/../b", "api.base_url: 'https://x/a/../b' has . or .. in its path");
  ck_refused("api.base_url", "https://x/..", "api.base_url: 'https://x/..' has . or .. in its path");
  ck_refused("api.base_url", "", "api.base_url: the value is empty: leave it out for the default, https://api.nicecxone.com");
}
END_TEST

START_TEST(urls_that_could_hold_a_secret_are_not_shown) {
  ck_refused("api.base_url", "https://me:magpie@x", "api.base_url: the value holds a user name or password: leave them out");
  ck_refused("api.base_url", "me:magpie@x", "api.base_url: the value is no http or https URL");
  ck_refused("api.base_url", "https://x?key=magpie", "api.base_url: the value has a query or fragment: leave it out");
  ck_refused("api.base_url", "https://x#magpie", "api.base_url: the value has a query or fragment: leave it out");
  ck_refused("auth.token_url", "https://x/t#magpie", "auth.token_url: the value has a fragment: leave it out");
  ck_refused("http.proxy", "http://me:magpie@x:1", "http.proxy: the value holds a user name or password: leave them out");
}
END_TEST

START_TEST(the_proxy_is_a_word_or_a_url) {
  ck_set("http.proxy", "env", "env");
  ck_set("http.proxy", "none", "none");
  ck_set("http.proxy", "http://proxy:3128", "http://proxy:3128");
  ck_refused("http.proxy", "proxy:3128", "http.proxy: 'proxy:3128' has no scheme: write http://proxy:3128");
  ck_refused("http.proxy", "URL", "http.proxy: 'URL' has no scheme: write http://URL");
  ck_refused("http.proxy", "http://proxy/path", "http.proxy: 'http://proxy/path' has a path: leave it out");
  ck_refused("http.proxy", "socks5://proxy", "http.proxy: 'socks5://proxy' is no http or https URL");
}
END_TEST

START_TEST(texts_refuse_control_bytes_and_what_is_not_utf8) {
  ck_refused("auth.client_id", "a\nb", "auth.client_id: the value has a control byte (0x0a) at byte 2");
  ck_refused("auth.client_secret", "magpie\r", "auth.client_secret: the value has a control byte (0x0d) at byte 7");
  ck_refused("audit.path", "/tmp/\x7f", "audit.path: the value has a control byte (0x7f) at byte 6");
  ck_refused("api.base_url", "https://x\r\nHost: y", "api.base_url: the value has a control byte (0x0d) at byte 10");
  ck_refused("audit.actor", "\xff", "audit.actor: the value is not UTF-8");
  ck_refused("auth.client_secret", "\xed\xa0\x80", "auth.client_secret: the value is not UTF-8");
  ck_refused("http.user_agent", "\xc3\xa9", "http.user_agent: '\xc3\xa9' is not printable ASCII");
  static char large[65538];
  memset(large, 'a', 65537);
  ck_refused("audit.path", large, "audit.path: the value is longer than 65536 bytes");
}
END_TEST

START_TEST(single_texts_have_rules_of_their_own) {
  ck_set("api.campaign_path", "/v3/c/{id}/dialer", "/v3/c/{id}/dialer");
  ck_refused("api.campaign_path", "v3/{id}", "api.campaign_path: 'v3/{id}' does not start with /");
  ck_refused("api.campaign_path", "/v3", "api.campaign_path: '/v3' has no {id}");
  ck_refused("api.campaign_path", "/{id}/{id}", "api.campaign_path: '/{id}/{id}' has {id} twice");
  ck_refused("api.campaign_path", "/{id}?x=1", "api.campaign_path: '/{id}?x=1' has a byte that must be percent-encoded, or a query");
  ck_refused("api.campaign_path", "/../{id}", "api.campaign_path: '/../{id}' has . or .. in it");
  ck_set("auth.scope", "campaign:write campaign:read", "campaign:write campaign:read");
  ck_refused("auth.scope", "a  b", "auth.scope: 'a  b' is not a list of scopes with single spaces between them");
  ck_refused("auth.scope", "a ", "auth.scope: 'a ' ends in a space");
  ck_set("validate.time_zones", "*", "*");
  ck_set("validate.time_zones", "Europe/Berlin,Etc/GMT+5", "Europe/Berlin,Etc/GMT+5");
  ck_refused("validate.time_zones", "A,,B", "validate.time_zones: 'A,,B' is not a list of IANA zone names with commas and no spaces between them");
  ck_refused("validate.time_zones", "../etc", "validate.time_zones: '../etc' is not a list of IANA zone names with commas and no spaces between them");
  ck_set("validate.min_tzdata", "2026f", "2026f");
  ck_refused("validate.min_tzdata", "26f", "validate.min_tzdata: '26f' is not a version such as 2026f");
  ck_refused("validate.jurisdiction", "US FL", "validate.jurisdiction: 'US FL' is not a list of codes of letters, digits, - and _ with commas and no spaces between them");
}
END_TEST

/* Values become lines of requests, logs and messages. */
START_TEST(no_key_takes_a_line_break_or_another_control_byte) {
  static const char *const values[] = {"x\r\nX-Evil: 1", "x\n", "\r", "x\x01y", "x\x7fy", "\x1b[31m", "https://x.example/\r\nX-Evil: 1", "http://proxy.example\n"};
  for (size_t i = 0; i < cxd_config_key_count(); i++)
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
      const char *key = cxd_config_key_name(i);
      cxd_error *error = NULL;
      ck_assert_msg(cxd_config_set(config, key, values[k], &error) == CXD_E_CONFIG, "%s took control bytes", key);
      for (const char *p = cxd_error_message(error); *p; p++)
        ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7f, "%s: control byte in the message", key);
      cxd_error_free(error);
    }
}
END_TEST

START_TEST(secrets_read_back_as_stars) {
  ck_assert_str_eq(cxd_config_get(config, "auth.client_secret"), "");
  ck_set("auth.client_secret", "magpie \xc3\xa9", "***");
  ck_set("auth.token", "magpie.TOKEN-1_~+/==", "***");
  char *json = cxd_config_to_json(config);
  ck_assert_ptr_null(strstr(json, "magpie"));
  ck_assert_ptr_nonnull(strstr(json, "\"auth.client_secret\":\"***\""));
  cxd_string_free(json);
  ck_refused("auth.token", "magpie token", "auth.token: the value is no bearer token: letters, digits and - . _ ~ + / are allowed, and = at its end");
  ck_refused("auth.token", "==", "auth.token: the value is no bearer token: letters, digits and - . _ ~ + / are allowed, and = at its end");
  ck_set("auth.token", NULL, "");
  ck_set("auth.client_secret", "", "");
}
END_TEST

START_TEST(null_puts_the_default_back) {
  ck_set("rate.limit", "5", "5");
  ck_set("rate.limit", NULL, "100");
  ck_set("audit.path", "/a", "/a");
  ck_set("audit.path", "", "");
}
END_TEST

START_TEST(unknown_keys_are_answered_with_the_nearest_name) {
  ck_refused("api.base_ur", "x", "unknown key 'api.base_ur': did you mean 'api.base_url'?");
  ck_assert_ptr_null(cxd_config_get(config, "api.base_ur"));
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_set(config, "auth.client_secrt", "magpie", &error), CXD_E_CONFIG);
  ck_assert_ptr_null(strstr(cxd_error_message(error), "magpie"));
  cxd_error_free(error);
}
END_TEST

START_TEST(wrong_arguments_are_answered) {
  ck_assert_int_eq(cxd_config_new(NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_config_set(NULL, "rate.limit", "1", NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_config_set(config, NULL, "1", NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_config_load_file(NULL, path, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_config_load_file(config, NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_int_eq(cxd_config_load_env(NULL, NULL), CXD_E_ARGUMENT);
  ck_assert_ptr_null(cxd_config_get(NULL, "rate.limit"));
  ck_assert_ptr_null(cxd_config_get(config, NULL));
  ck_assert_ptr_null(cxd_config_to_json(NULL));
  cxd_config_free(NULL);
}
END_TEST

static void write_text(const char *text, size_t len) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
  close(fd);
}

static void ck_load(const char *text) {
  cxd_error *error = NULL;
  write_text(text, strlen(text));
  cxd_status status = cxd_config_load_file(config, path, &error);
  ck_assert_msg(status == CXD_OK, "%s", cxd_error_message(error));
}

/* Refused as a whole, with "FILE" in the message for the path. */
static void ck_load_fails(const char *text, cxd_status expected, const char *field, const char *message) {
  cxd_error *error = NULL;
  char *before = cxd_config_to_json(config);
  char full[512];
  write_text(text, strlen(text));
  cxd_status status = cxd_config_load_file(config, path, &error);
  ck_assert_msg(status == expected, "%s: %d %s", text, status, cxd_error_message(error));
  (void)snprintf(full, sizeof full, "%s: %s", path, message);
  ck_assert_str_eq(cxd_error_message(error), full);
  ck_assert_str_eq(cxd_error_field(error), field);
  cxd_error_free(error);
  char *after = cxd_config_to_json(config);
  ck_assert_str_eq(before, after);
  cxd_string_free(before);
  cxd_string_free(after);
}

START_TEST(a_file_may_nest_or_dot_its_keys) {
  ck_load("{\"api\":{\"base_url\":\"https://x.example\",\"allow_http\":true},\"rate.limit\":50,\n"
          "\"auth\":{\"client_secret\":\"c\\u0061nary\"},\"http\":{\"version\":1.1},\"validate.max_throttle\":0.50,\"audit\":{}}");
  ck_assert_str_eq(cxd_config_get(config, "api.base_url"), "https://x.example");
  ck_assert_str_eq(cxd_config_get(config, "api.allow_http"), "on");
  ck_assert_str_eq(cxd_config_get(config, "rate.limit"), "50");
  ck_assert_str_eq(cxd_config_get(config, "auth.client_secret"), "***");
  ck_assert_str_eq(cxd_config_get(config, "http.version"), "1.1");
  ck_assert_str_eq(cxd_config_get(config, "validate.max_throttle"), "0.50");
  ck_load("{\"rate\":{\"limit\":null}}");
  ck_assert_str_eq(cxd_config_get(config, "rate.limit"), "100");
  ck_assert_str_eq(cxd_config_get(config, "http.version"), "1.1");
  ck_load("{}");
}
END_TEST

START_TEST(a_file_is_taken_whole_or_not_at_all) {
  ck_load_fails("{\"rate.limit\":5,\"retry\":{\"max_attempts\":0}}", CXD_E_CONFIG, "retry.max_attempts", "line 1, column 41: retry.max_attempts: value 0 is outside 1 to 20 attempts");
  ck_load_fails("{\"rate.limit\":5,\n \"rat\":{}}", CXD_E_CONFIG, "rat", "line 2, column 2: unknown key 'rat': did you mean 'rate.limit'?");
  ck_load_fails("{\"api\":{\"base_ur\":1}}", CXD_E_CONFIG, "api.base_ur", "line 1, column 9: unknown key 'api.base_ur': did you mean 'api.base_url'?");
  ck_load_fails("{\"rate\":{\"limit\":[1]}}", CXD_E_CONFIG, "rate.limit", "line 1, column 18: rate.limit: an array is no int value");
  ck_load_fails("{\"rate.limit\":{}}", CXD_E_CONFIG, "rate.limit", "line 1, column 15: rate.limit: an object is no int value");
  ck_load_fails("{\"rate.limit\":true}", CXD_E_CONFIG, "rate.limit", "line 1, column 15: rate.limit: a boolean is no int value");
  ck_load_fails("{\"rate\":5}", CXD_E_CONFIG, "rate", "line 1, column 9: rate: is a group of keys and needs an object");
  ck_load_fails("{\"rate\":{\"limit\":5},\"rate.limit\":5}", CXD_E_CONFIG, "rate.limit", "line 1, column 34: rate.limit: set twice, in the nested and in the dotted way");
  ck_load_fails("{\"auth.client_id\":\"a\\u0000b\"}", CXD_E_CONFIG, "auth.client_id", "line 1, column 19: auth.client_id: the value has a zero byte");
  ck_load_fails("[]", CXD_E_JSON, "", "line 1, column 1: a config file is a JSON object");
}
END_TEST

START_TEST(a_key_is_not_cut_at_a_zero_byte) {
  cxd_error *error = NULL;
  static const char text[] = "{\"rate.limit\\u0000x\":5}";
  write_text(text, sizeof text - 1);
  ck_assert_int_eq(cxd_config_load_file(config, path, &error), CXD_E_CONFIG);
  ck_assert_ptr_nonnull(strstr(cxd_error_message(error), "unknown key"));
  ck_assert_str_eq(cxd_config_get(config, "rate.limit"), "100");
  cxd_error_free(error);
}
END_TEST

static void ck_load_status(cxd_status expected, const char *file, const char *words) {
  cxd_error *error = NULL;
  ck_assert_int_eq(cxd_config_load_file(config, file, &error), expected);
  ck_assert_msg(strstr(cxd_error_message(error), words) != NULL, "%s", cxd_error_message(error));
  cxd_error_free(error);
}

START_TEST(what_cannot_be_read_says_why) {
  static char large[1048578];
  ck_load_status(CXD_E_IO, "/nonexistent/cxd.json", "it does not exist");
  ck_load_status(CXD_E_IO, dir, "is a directory");
  ck_load_status(CXD_E_IO, "/dev/zero", "not a regular file");
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_load_status(CXD_E_IO, path, "not a regular file");
  ck_assert_int_eq(unlink(path), 0);
  write_text("", 0);
  ck_load_status(CXD_E_JSON, path, "is empty: write {}");
  write_text("{\"rate.limit\":5", 15);
  ck_load_status(CXD_E_JSON, path, "line 1, column");
  write_text("{\"rate\":{},\"rate\":{}}", 21);
  ck_load_status(CXD_E_JSON, path, "line 1, column");
  write_text("\xef\xbb\xbf{}", 5);
  ck_load_status(CXD_E_JSON, path, "byte order mark");
  memset(large, ' ', sizeof large);
  memcpy(large, "{}", 2);
  write_text(large, 1048576);
  ck_assert_int_eq(cxd_config_load_file(config, path, NULL), CXD_OK);
  write_text(large, 1048577);
  ck_load_status(CXD_E_TOO_LARGE, path, "larger than 1048576 bytes");
}
END_TEST

START_TEST(secrets_of_a_file_are_never_in_messages) {
  static const char *const texts[] = {"{\"auth\":{\"client_secret\":\"magpie\\u0001\"}}", "{\"auth\":{\"token\":\"magpie secret\"}}", "{\"auth\":{\"client_secret\":[\"magpie\"]}}",
                                      "{\"auth\":{\"client_secret\":\"magpie\",\"token\":\"magpie magpie\"}}", "{\"auth\":{\"client_secret\":{\"magpie\":\"magpie\"}}}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    cxd_error *error = NULL;
    write_text(texts[i], strlen(texts[i]));
    ck_assert_int_eq(cxd_config_load_file(config, path, &error), CXD_E_CONFIG);
    char *json = cxd_error_to_json(error);
    ck_assert_ptr_null(strstr(json, "magpie"));
    cxd_string_free(json);
    cxd_error_free(error);
  }
}
END_TEST

static void clear_environment(void) {
  static const char *const names[] = {"CXDIALER_RATE_LIMIT", "CXDIALER_API_BASE_URL", "CXDIALER_AUTH_CLIENT_SECRET", "CXDIALER_RATE_LIMT", "CXDIALER_AUTH_CLIENTSECRET", "CXDIALER_", "CXDIALER_AUDIT_PATH", "CXDIALER"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    ck_assert_int_eq(unsetenv(names[i]), 0);
}

START_TEST(the_environment_sets_keys) {
  clear_environment();
  setenv("CXDIALER_RATE_LIMIT", "7", 1);
  setenv("CXDIALER_API_BASE_URL", "https://env.example/", 1);
  setenv("CXDIALER_AUTH_CLIENT_SECRET", "magpie", 1);
  static const char *const others[] = {"CXDIALER_CONFIG", "CXDIALER_SIM", "CXDIALER_SOURCE", "CXDIALER_RATE", "CXDIALER_RATEX_LIMIT", "CXDIALERX", "cxdialer_rate_limit", "CXDIALER_"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    setenv(others[i], "of another program", 1);
  ck_assert_int_eq(cxd_config_load_env(config, NULL), CXD_OK);
  ck_assert_str_eq(cxd_config_get(config, "rate.limit"), "7");
  ck_assert_str_eq(cxd_config_get(config, "api.base_url"), "https://env.example");
  ck_assert_str_eq(cxd_config_get(config, "auth.client_secret"), "***");
  clear_environment();
  ck_assert_int_eq(cxd_config_load_env(config, NULL), CXD_OK);
  ck_assert_str_eq(cxd_config_get(config, "rate.limit"), "7");
}
END_TEST

static void ck_env_fails(const char *name, const char *value, const char *message) {
  cxd_error *error = NULL;
  clear_environment();
  setenv("CXDIALER_API_BASE_URL", "https://env.example", 1);
  setenv(name, value, 1);
  ck_assert_int_eq(cxd_config_load_env(config, &error), CXD_E_CONFIG);
  ck_assert_str_eq(cxd_error_message(error), message);
  cxd_error_free(error);
  ck_assert_str_eq(cxd_config_get(config, "api.base_url"), "https://api.nicecxone.com");
  clear_environment();
}

START_TEST(the_environment_is_taken_whole_or_not_at_all) {
  ck_env_fails("CXDIALER_RATE_LIMT", "magpie", "unknown environment variable 'CXDIALER_RATE_LIMT': did you mean 'CXDIALER_RATE_LIMIT'?");
  ck_env_fails("CXDIALER_AUTH_CLIENTSECRET", "magpie", "unknown environment variable 'CXDIALER_AUTH_CLIENTSECRET': did you mean 'CXDIALER_AUTH_CLIENT_SECRET'?");
  ck_env_fails("CXDIALER_RATE_LIMIT", "x", "environment variable CXDIALER_RATE_LIMIT: rate.limit: 'x' is not a whole number");
  ck_env_fails("CXDIALER_RATE_LIMIT", "", "environment variable CXDIALER_RATE_LIMIT: rate.limit: the value is empty: leave it out for the default, 100");
  ck_env_fails("CXDIALER_AUTH_CLIENT_SECRET", "magpie\n", "environment variable CXDIALER_AUTH_CLIENT_SECRET: auth.client_secret: the value has a control byte (0x0a) at byte 7");
}
END_TEST

START_TEST(the_library_reads_no_environment_unless_asked) {
  setenv("CXDIALER_RATE_LIMIT", "7", 1);
  cxd_config *fresh;
  ck_assert_int_eq(cxd_config_new(&fresh), CXD_OK);
  ck_assert_str_eq(cxd_config_get(fresh, "rate.limit"), "100");
  cxd_config_free(fresh);
  clear_environment();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("config");
  TCase *tc = tcase_create("config");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, every_key_has_its_documented_default);
  tcase_add_test(tc, introspection_tells_type_range_and_secrecy);
  tcase_add_test(tc, numbers_are_checked_against_their_range);
  tcase_add_test(tc, numbers_are_written_in_one_way_only);
  tcase_add_test(tc, switches_are_normalised);
  tcase_add_test(tc, urls_are_checked);
  tcase_add_test(tc, urls_that_could_hold_a_secret_are_not_shown);
  tcase_add_test(tc, the_proxy_is_a_word_or_a_url);
  tcase_add_test(tc, texts_refuse_control_bytes_and_what_is_not_utf8);
  tcase_add_test(tc, single_texts_have_rules_of_their_own);
  tcase_add_test(tc, no_key_takes_a_line_break_or_another_control_byte);
  tcase_add_test(tc, secrets_read_back_as_stars);
  tcase_add_test(tc, null_puts_the_default_back);
  tcase_add_test(tc, unknown_keys_are_answered_with_the_nearest_name);
  tcase_add_test(tc, wrong_arguments_are_answered);
  tcase_add_test(tc, a_file_may_nest_or_dot_its_keys);
  tcase_add_test(tc, a_file_is_taken_whole_or_not_at_all);
  tcase_add_test(tc, a_key_is_not_cut_at_a_zero_byte);
  tcase_add_test(tc, what_cannot_be_read_says_why);
  tcase_add_test(tc, secrets_of_a_file_are_never_in_messages);
  tcase_add_test(tc, the_environment_sets_keys);
  tcase_add_test(tc, the_environment_is_taken_whole_or_not_at_all);
  tcase_add_test(tc, the_library_reads_no_environment_unless_asked);
  suite_add_tcase(suite, tc);
  return run_suite(suite);
}

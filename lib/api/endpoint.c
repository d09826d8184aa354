/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "api/client.h"
#include "api/config.h"
#include "base/error.h"
#include "base/mem.h"

#define TOKEN_PATH "/api/v2/oauth/token"

static const char *after_scheme(const char *url) {
  const char *p = strstr(url, "://");
  return p ? p + 3 : url;
}

static size_t origin_len(const char *url) {
  const char *host = after_scheme(url);
  return (size_t)(host - url) + strcspn(host, "/?#");
}

static int is_plain(const char *url) { return strncasecmp(url, "http:", 5) == 0; }

/* The host as it is spelled: 127.0.0.0/8, ::1 or localhost. A name that merely resolves to this machine is not enough. */
static int is_loopback(const char *url) {
  const char *host = after_scheme(url);
  size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
  if (len == 5 && strncmp(host, "[::1]", 5) == 0)
    return 1;
  if (len == 9 && strncasecmp(host, "localhost", 9) == 0)
    return 1;
  char text[INET_ADDRSTRLEN] = "";
  struct in_addr address;
  if (len >= sizeof text)
    return 0;
  memcpy(text, host, len);
  return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static cxd_status check_plain(const cxd_config *config, const char *key, const char *url, cxd_error **error) {
  if (!is_plain(url) || cxd__config_is(config, "api.allow_http", "on"))
    return CXD_OK;
  if (cxd__config_is(config, "api.allow_http", "loopback") && is_loopback(url))
    return CXD_OK;
  return cxd__fail_at(error, CXD_E_CONFIG, key, "%s: plain http would show the credentials to the network: write https://, or use a loopback address for tests (api.allow_http)", key);
}

static char *joined(const char *a, const char *b) {
  struct cxd__buf text = {0};
  cxd__buf_str(&text, a);
  cxd__buf_str(&text, b);
  return cxd__buf_take(&text);
}

cxd_status cxd__endpoint_split(cxd_client *client, cxd_error **error) {
  const char *url = cxd__config_text(client->config, "api.base_url");
  const char *token = cxd__config_text(client->config, "auth.token_url");
  size_t len = strlen(url);
  while (len && url[len - 1] == '/')
    len--;
  char *base = cxd__strndup(url, len);
  if (!base)
    return cxd__fail_nomem(error);
  client->origin = cxd__strndup(base, origin_len(base));
  client->base_path = cxd__strdup(base + origin_len(base));
  client->token_url = token && token[0] ? cxd__strdup(token) : joined(base, TOKEN_PATH);
  cxd__free(base);
  if (!client->origin || !client->base_path || !client->token_url)
    return cxd__fail_nomem(error);
  cxd_status status = check_plain(client->config, "api.base_url", client->origin, error);
  return status == CXD_OK ? check_plain(client->config, "auth.token_url", client->token_url, error) : status;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/* Bearer tokens: issued with a scope and a life, checked on use. */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "ids.h"

#include <stddef.h>
#include <stdint.h>

enum { SCOPE_READ = 1, SCOPE_WRITE = 2 };

enum auth_answer { AUTH_OK, AUTH_MISSING, AUTH_INVALID, AUTH_EXPIRED };

struct auth_token {
    char text[ID_SIZE + 8];
    unsigned scopes;
    int64_t expires_us;
};

struct auth {
    struct auth_token *list;
    size_t count;
    uint64_t issued;
};

void auth_free(struct auth *a);
const char *auth_issue(struct auth *a, struct ids *ids, unsigned scopes, int64_t now_us, int64_t ttl_s);
/* header: the value of Authorization, or NULL */
enum auth_answer auth_check(const struct auth *a, const char *header, int64_t now_us, unsigned *scopes);

#endif

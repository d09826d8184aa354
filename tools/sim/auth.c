/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "auth.h"

#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOKENS_KEPT 4096

void auth_free(struct auth *a)
{
    free(a->list);
}

/* A client that asks for a token per attempt must not make the simulator grow for ever. */
static void drop_oldest(struct auth *a)
{
    if (a->count < TOKENS_KEPT)
        return;
    memmove(a->list, a->list + 1, (a->count - 1) * sizeof *a->list);
    a->count--;
}

const char *auth_issue(struct auth *a, struct ids *ids, unsigned scopes, int64_t now_us, int64_t ttl_s)
{
    char id[ID_SIZE];
    ids_next(ids, ID_TOKEN, id);
    drop_oldest(a);
    a->list = mem_resize(a->list, (a->count + 1) * sizeof *a->list);
    struct auth_token *t = &a->list[a->count++];
    *t = (struct auth_token){.scopes = scopes, .expires_us = now_us + ttl_s * 1000000};
    snprintf(t->text, sizeof t->text, "sim-%s", id);
    a->issued++;
    return t->text;
}

enum auth_answer auth_check(const struct auth *a, const char *header, int64_t now_us, unsigned *scopes)
{
    static const char scheme[] = "Bearer ";
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0)
        return AUTH_MISSING;
    const char *text = header + sizeof scheme - 1;
    for (size_t i = a->count; i-- > 0;) {
        if (strcmp(a->list[i].text, text) != 0)
            continue;
        *scopes = a->list[i].scopes;
        return now_us < a->list[i].expires_us ? AUTH_OK : AUTH_EXPIRED;
    }
    return AUTH_INVALID;
}

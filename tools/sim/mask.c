/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "mask.h"

#include <string.h>
#include <strings.h>

static const char stars[] = "***";

static bool is_credential(const char *header)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(header, names[i]) == 0)
            return true;
    return false;
}

void mask_header(const struct request_header *h, struct buf *out)
{
    if (!is_credential(h->name)) {
        buf_text(out, h->value);
        return;
    }
    const char *space = strchr(h->value, ' ');
    if (space != NULL) /* without one it may be the secret itself */
        buf_add(out, h->value, (size_t)(space - h->value) + 1);
    buf_text(out, stars);
}

/* What is not one of these may hold anything, the secret under a misspelt name as well. */
static void mask_pair(struct span pair, struct buf *out)
{
    static const char *const shown[] = {"grant_type=", "scope=", "client_id="};
    static const char secret[] = "client_secret=";
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (pair.n >= strlen(shown[i]) && memcmp(pair.p, shown[i], strlen(shown[i])) == 0) {
            buf_add(out, pair.p, pair.n);
            return;
        }
    if (pair.n >= sizeof secret - 1 && memcmp(pair.p, secret, sizeof secret - 1) == 0)
        buf_text(out, secret);
    buf_text(out, stars);
}

void mask_form(struct span form, struct buf *out)
{
    while (form.n > 0) {
        const char *mark = memchr(form.p, '&', form.n);
        size_t n = mark != NULL ? (size_t)(mark - form.p) : form.n;
        size_t used = mark != NULL ? n + 1 : n;
        mask_pair((struct span){form.p, n}, out);
        buf_text(out, mark != NULL ? "&" : "");
        form = (struct span){form.p + used, form.n - used};
    }
}

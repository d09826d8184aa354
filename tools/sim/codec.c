/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "codec.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_digit(char c)
{
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static size_t without_padding(struct span in)
{
    size_t n = in.n;
    while (n > 0 && in.n - n < 2 && in.p[n - 1] == '=')
        n--;
    return n;
}

bool codec_base64(struct span in, struct buf *out)
{
    size_t n = without_padding(in);
    if (in.n % 4 != 0 || n % 4 == 1)
        return false;
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++) {
        int d = base64_digit(in.p[i]);
        if (d < 0)
            return false;
        bits = (bits << 6 | (unsigned)d) & 0xffffff;
        if (i % 4 != 0) {
            char byte = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
            buf_add(out, &byte, 1);
        }
    }
    return true;
}

void codec_to_base64(struct span in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i += 3) {
        char four[] = "====";
        size_t n = in.n - i < 3 ? in.n - i : 3;
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (unsigned char)in.p[i + k] : 0U);
        for (size_t k = 0; k <= n; k++)
            four[k] = digits[bits >> (18 - 6 * k) & 0x3f];
        buf_text(out, four);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool codec_percent(struct span in, bool plus_is_space, struct buf *out)
{
    buf_reserve(out, in.n);
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        if (c == '%') {
            int hi = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1;
            int lo = hi >= 0 ? hex_digit(in.p[i + 2]) : -1;
            if (lo < 0)
                return false;
            c = (char)(hi << 4 | lo);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        buf_add(out, &c, 1);
    }
    return true;
}

static struct span next_pair(struct span *rest)
{
    const char *amp = memchr(rest->p, '&', rest->n);
    size_t n = amp != NULL ? (size_t)(amp - rest->p) : rest->n;
    struct span pair = {rest->p, n};
    size_t used = amp != NULL ? n + 1 : n;
    *rest = (struct span){rest->p + used, rest->n - used};
    return pair;
}

static bool split_pair(struct span pair, struct buf *name, struct buf *value)
{
    const char *eq = memchr(pair.p, '=', pair.n);
    size_t n = eq != NULL ? (size_t)(eq - pair.p) : pair.n;
    struct span right = {pair.p + n, 0};
    if (eq != NULL)
        right = (struct span){eq + 1, pair.n - n - 1};
    return codec_percent((struct span){pair.p, n}, true, name) && codec_percent(right, true, value);
}

int codec_form_get(struct span form, const char *name, struct buf *out)
{
    int found = 0;
    while (form.n > 0 && found >= 0) {
        struct buf key = {0};
        struct buf value = {0};
        if (!split_pair(next_pair(&form), &key, &value))
            found = -1;
        else if (key.len == strlen(name) && memcmp(key.data, name, key.len) == 0 && found++ == 0)
            buf_add(out, value.data, value.len);
        buf_free(&key);
        buf_free(&value);
    }
    return found;
}

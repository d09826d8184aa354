/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "json.h"

#include <stdio.h>
#include <string.h>

/* jansson refuses integers beyond 64 bits unless every integer becomes a real: ask for that only when needed. */
json_t *json_read(struct span text, char reason[JSON_REASON_SIZE])
{
    json_error_t error;
    json_t *value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL && json_error_code(&error) == json_error_numeric_overflow)
        value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (value == NULL)
        snprintf(reason, JSON_REASON_SIZE, "line %d, column %d: %s", error.line, error.column, error.text);
    return value;
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && strchr(" \t\r\n", *p) != NULL)
        p++;
    return p;
}

static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p < end ? p + 1 : end;
}

static const char *skip_nested(const char *p, const char *end)
{
    int depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
        if (depth == 0)
            break;
    }
    return p;
}

static const char *skip_value(const char *p, const char *end)
{
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_nested(p, end);
    while (p < end && strchr(",]} \t\r\n", *p) == NULL)
        p++;
    return p;
}

static struct span take_value(const char **at, const char *end)
{
    const char *start = skip_space(*at, end);
    *at = skip_value(start, end);
    return (struct span){start, (size_t)(*at - start)};
}

bool json_next(struct span whole, const char **at, struct span *key, struct span *value)
{
    const char *end = whole.p + whole.n;
    const char *p = skip_space(*at != NULL ? *at : whole.p, end); /* an opening bracket, a comma or the closing one */
    if (p >= end || *p == ']' || *p == '}')
        return false;
    p = skip_space(p + 1, end);
    if (p >= end || *p == ']' || *p == '}')
        return false;
    if (key != NULL) {
        *key = take_value(&p, end);
        p = skip_space(p, end) + 1; /* the colon */
    }
    *value = take_value(&p, end);
    *at = p;
    return true;
}

bool json_key_is(struct span key, const char *name)
{
    size_t n = strlen(name);
    if (memchr(key.p, '\\', key.n) == NULL)
        return key.n == n + 2 && memcmp(key.p + 1, name, n) == 0;
    json_t *decoded = json_loadb(key.p, key.n, JSON_DECODE_ANY, NULL);
    bool same = decoded != NULL && strcmp(json_string_value(decoded), name) == 0;
    json_decref(decoded);
    return same;
}

bool json_find(struct span object, const char *name, struct span *value)
{
    struct span key;
    for (const char *at = NULL; json_next(object, &at, &key, value);)
        if (json_key_is(key, name))
            return true;
    return false;
}

static void splice(struct buf *out, struct span object, struct span old, struct span value)
{
    size_t before = (size_t)(old.p - object.p);
    buf_add(out, object.p, before);
    buf_add(out, value.p, value.n);
    buf_add(out, old.p + old.n, object.n - before - old.n);
}

static void append_member(struct buf *out, struct span object, struct span quoted_key, struct span value)
{
    struct span key;
    struct span last = {NULL, 0};
    for (const char *at = NULL; json_next(object, &at, &key, &last);)
        continue;
    const char *after = last.p != NULL ? last.p + last.n : strchr(object.p, '{') + 1;
    size_t before = (size_t)(after - object.p);
    buf_add(out, object.p, before);
    buf_text(out, last.p != NULL ? "," : "");
    buf_add(out, quoted_key.p, quoted_key.n);
    buf_text(out, ":");
    buf_add(out, value.p, value.n);
    buf_add(out, after, object.n - before);
}

void json_set(struct buf *out, struct span object, struct span quoted_key, struct span value)
{
    json_t *decoded = json_loadb(quoted_key.p, quoted_key.n, JSON_DECODE_ANY, NULL);
    struct span old;
    if (json_find(object, json_string_value(decoded), &old))
        splice(out, object, old, value);
    else
        append_member(out, object, quoted_key, value);
    json_decref(decoded);
}

void json_merge(struct buf *out, struct span object, struct span patch)
{
    struct span key;
    struct span value;
    buf_add(out, object.p, object.n);
    for (const char *at = NULL; json_next(patch, &at, &key, &value);) {
        struct buf next = {0};
        json_set(&next, buf_span(out), key, value);
        buf_free(out);
        *out = next;
    }
}

/* Length of the UTF-8 sequence at p, 0 when it is none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    static const struct { unsigned char low, high, second_low, second_high, length; } rows[] = {
        {0x20, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (p[0] < rows[i].low || p[0] > rows[i].high)
            continue;
        if (rows[i].length == 1)
            return 1;
        if (left < rows[i].length || p[1] < rows[i].second_low || p[1] > rows[i].second_high)
            return 0;
        for (size_t k = 2; k < rows[i].length; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

bool json_is_text(struct span text)
{
    for (size_t i = 0; i < text.n;) {
        const unsigned char *p = (const unsigned char *)text.p + i;
        size_t n = *p < 0x20 ? 1 : utf8_length(p, text.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

void json_quote(struct buf *out, struct span text)
{
    buf_text(out, "\"");
    for (size_t i = 0; i < text.n;) {
        const unsigned char *p = (const unsigned char *)text.p + i;
        size_t n = utf8_length(p, text.n - i);
        if (n == 1 && (*p == '"' || *p == '\\'))
            buf_text(out, "\\");
        if (n > 0)
            buf_add(out, p, n);
        else if (*p < 0x20)
            buf_printf(out, "\\u%04x", *p);
        else
            buf_text(out, "\\ufffd"); /* not UTF-8: the log must stay readable JSON */
        i += n > 0 ? n : 1;
    }
    buf_text(out, "\"");
}

void json_member_or_null(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, ",\"%s\":", name);
    if (value != NULL)
        json_quote(out, span_of(value));
    else
        buf_text(out, "null");
}

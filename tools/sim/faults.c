/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target_row {
    const char *name;
    unsigned targets;
};

struct kind_row {
    const char *name;
    enum fault_kind kind;
    const char *value; /* NULL: takes none */
    int64_t min, max;
};

static const struct target_row target_rows[] = {
    {"GET", TARGET_GET}, {"PUT", TARGET_PUT}, {"POST", TARGET_POST}, {"TOKEN", TARGET_TOKEN}, {"LIST", TARGET_LIST}, {"*", TARGET_ANY},
};

static const struct kind_row kind_rows[] = {
    {"status", FAULT_STATUS, "200..599[;retry-after=VALUE]", 200, 599},
    {"delay", FAULT_DELAY, "MS", 0, 86400000},
    {"close-before-reply", FAULT_CLOSE_BEFORE_REPLY, NULL, 0, 0},
    {"apply-then-close", FAULT_APPLY_THEN_CLOSE, NULL, 0, 0},
    {"reset-mid-body", FAULT_RESET_MID_BODY, NULL, 0, 0},
    {"truncate", FAULT_TRUNCATE, NULL, 0, 0},
    {"bad-json", FAULT_BAD_JSON, NULL, 0, 0},
    {"huge-body", FAULT_HUGE_BODY, NULL, 0, 0},
    {"endless-headers", FAULT_ENDLESS_HEADERS, NULL, 0, 0},
    {"slow", FAULT_SLOW, "BYTES_PER_S", 1, 1000000000},
};

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static bool refuse(struct buf *why, const char *spec, const char *reason)
{
    buf_printf(why, "fault '%s': %s; expected METHOD:N:KIND[=VALUE] with METHOD", spec, reason);
    for (size_t i = 0; i < COUNT(target_rows); i++)
        buf_printf(why, "%s %s", i > 0 ? "," : "", target_rows[i].name);
    buf_text(why, "; N 1, 2, ... or *; KIND");
    for (size_t i = 0; i < COUNT(kind_rows); i++)
        buf_printf(why, "%s %s%s%s", i > 0 ? "," : "", kind_rows[i].name, kind_rows[i].value != NULL ? "=" : "",
                   kind_rows[i].value != NULL ? kind_rows[i].value : "");
    return false;
}

static bool parse_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    *out = n;
    return errno == 0 && *end == '\0' && n >= min && n <= max;
}

static const struct target_row *find_target(const char *name)
{
    for (size_t i = 0; i < COUNT(target_rows); i++)
        if (strcmp(name, target_rows[i].name) == 0)
            return &target_rows[i];
    return NULL;
}

static const struct kind_row *find_kind(const char *name)
{
    for (size_t i = 0; i < COUNT(kind_rows); i++)
        if (strcmp(name, kind_rows[i].name) == 0)
            return &kind_rows[i];
    return NULL;
}

static bool is_field_value(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            return false;
    return *text != '\0' && *text != ' ';
}

/* Any printable text is let through: junk in Retry-After is a thing clients must survive. */
static const char *parse_retry_after(struct fault *f, char *value)
{
    char *extra = strchr(value, ';');
    if (extra == NULL || f->hit.kind != FAULT_STATUS)
        return NULL;
    *extra++ = '\0';
    static const char name[] = "retry-after=";
    if (strncmp(extra, name, sizeof name - 1) != 0 || !is_field_value(extra + sizeof name - 1))
        return "behind the status only ;retry-after=VALUE may stand";
    snprintf(f->hit.retry_after, sizeof f->hit.retry_after, "%s", extra + sizeof name - 1);
    return NULL;
}

static const char *parse_kind(struct fault *f, char *text)
{
    char *value = strchr(text, '=');
    if (value != NULL)
        *value++ = '\0';
    const struct kind_row *row = find_kind(text);
    if (row == NULL)
        return "unknown KIND";
    f->hit.kind = row->kind;
    if (row->value == NULL)
        return value == NULL ? NULL : "this KIND takes no VALUE";
    if (value == NULL)
        return "this KIND needs a VALUE";
    const char *wrong = parse_retry_after(f, value);
    if (wrong == NULL && !parse_number(value, row->min, row->max, &f->hit.value))
        wrong = "VALUE is not a number in range";
    return wrong;
}

static const char *parse_nth(struct fault *f, const char *text)
{
    int64_t n = 0;
    if (strcmp(text, "*") != 0 && !parse_number(text, 1, INT64_MAX, &n))
        return "N is neither a number from 1 nor *";
    f->nth = (uint64_t)n;
    return NULL;
}

/* Cuts the copy of the SPEC into its parts. */
static const char *parse_spec(struct fault *f, char *text)
{
    char *nth = strchr(text, ':');
    char *kind = nth != NULL ? strchr(nth + 1, ':') : NULL;
    if (kind == NULL)
        return "not of the form METHOD:N:KIND";
    *nth++ = '\0';
    *kind++ = '\0';
    const struct target_row *target = find_target(text);
    if (target == NULL)
        return "unknown METHOD";
    f->targets = target->targets;
    const char *wrong = parse_nth(f, nth);
    return wrong != NULL ? wrong : parse_kind(f, kind);
}

bool faults_add(struct faults *faults, const char *spec, struct buf *why)
{
    struct fault f = {0};
    char text[FAULT_SPEC_SIZE];
    if (strlen(spec) >= sizeof text)
        return refuse(why, spec, "too long");
    strcpy(text, spec);
    strcpy(f.hit.spec, spec);
    const char *wrong = parse_spec(&f, text);
    if (wrong != NULL)
        return refuse(why, spec, wrong);
    faults->list = mem_resize(faults->list, (faults->count + 1) * sizeof f);
    faults->list[faults->count++] = f;
    return true;
}

/* Header fields without end cannot be had from the HTTP library, so their bytes go straight to the socket. */
bool faults_need_plain_socket(const struct faults *faults, const char **spec)
{
    for (size_t i = 0; i < faults->count; i++) {
        if (faults->list[i].hit.kind != FAULT_ENDLESS_HEADERS)
            continue;
        *spec = faults->list[i].hit.spec;
        return true;
    }
    return false;
}

void faults_clear(struct faults *faults)
{
    free(faults->list);
    *faults = (struct faults){0};
}

void faults_match(struct faults *faults, unsigned targets, struct fault_hit *hit)
{
    *hit = (struct fault_hit){.kind = FAULT_NONE};
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *f = &faults->list[i];
        if ((f->targets & targets) == 0)
            continue;
        f->seen++;
        if (hit->kind != FAULT_NONE || (f->nth != 0 && f->nth != f->seen))
            continue;
        f->applied++;
        *hit = f->hit;
    }
}

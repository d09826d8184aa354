/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "store.h"

#include "ids.h"
#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] =
    "{\"id\":\"a1b2c3d4-e5f6-7890-abcd-ef1234567890\",\"name\":\"Q3 Enterprise Outbound\",\"status\":\"running\","
    "\"dialerType\":\"predictive\",\n \"maxConcurrentCalls\":150,\"timeZone\":\"America/New_York\",\n "
    "\"pacing\":{\"type\":\"fixed\",\"interval\":60,\"maxCallsPerInterval\":25,\"throttlePercent\":0.85},\n "
    "\"rules\":[],\"advancedDialerSettings\":{\"autoRebalance\":true,\"queuePriority\":1}}";

/* The member "version" of a document. false: there, but not a whole number in range. */
static bool read_version(struct span document, bool *present, int64_t *version)
{
    struct span raw;
    *present = json_find(document, "version", &raw);
    if (!*present)
        return true;
    char text[24];
    if (raw.n >= sizeof text)
        return false;
    memcpy(text, raw.p, raw.n);
    text[raw.n] = '\0';
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    *version = n;
    return errno == 0 && end != text && *end == '\0' && n >= 0 && n < INT64_MAX;
}

static void set_document(struct store *s, struct campaign *c, struct span text)
{
    struct buf next = {0};
    if (s->mode == VALIDATORS_VERSION) {
        char number[24];
        snprintf(number, sizeof number, "%" PRId64, c->version);
        json_set(&next, text, span_of("\"version\""), span_of(number));
    } else {
        buf_add(&next, text.p, text.n);
    }
    buf_free(&c->document);
    c->document = next;
    c->revision++;
}

static bool refuse(struct buf *why, size_t index, const char *reason)
{
    buf_printf(why, "campaign %zu of the file: %s", index + 1, reason);
    return false;
}

static bool add_campaign(struct store *s, struct span text, struct buf *why)
{
    char reason[JSON_REASON_SIZE];
    json_t *parsed = json_read(text, reason);
    const json_t *id = json_object_get(parsed, "id");
    bool present;
    struct campaign c = {.version = 1};
    const char *wrong = NULL;
    if (!json_is_string(id) || !campaign_id_is_valid(json_string_value(id), json_string_length(id)))
        wrong = "needs an \"id\" of 1 to 128 of the characters A-Z a-z 0-9 _ -";
    else if (store_find(s, json_string_value(id)) != NULL)
        wrong = "has the \"id\" of another one";
    else if (s->mode == VALIDATORS_VERSION && !read_version(text, &present, &c.version))
        wrong = "has a \"version\" that is not a whole number from 0";
    if (wrong == NULL) {
        c.id = mem_copy(json_string_value(id), json_string_length(id));
        set_document(s, &c, text);
        s->list = mem_resize(s->list, (s->count + 1) * sizeof c);
        s->list[s->count++] = c;
    }
    json_decref(parsed);
    return wrong == NULL || refuse(why, s->count, wrong);
}

static bool add_all(struct store *s, struct span array, struct buf *why)
{
    struct span element;
    for (const char *at = NULL; json_next(array, &at, NULL, &element);)
        if (!add_campaign(s, element, why))
            return false;
    return true;
}

static struct span trim(struct span text)
{
    while (text.n > 0 && strchr(" \t\r\n", text.p[0]) != NULL)
        text = (struct span){text.p + 1, text.n - 1};
    while (text.n > 0 && strchr(" \t\r\n", text.p[text.n - 1]) != NULL)
        text.n--;
    return text;
}

bool store_load(struct store *s, struct span text, struct buf *why)
{
    char reason[JSON_REASON_SIZE];
    json_t *parsed = json_read(text, reason);
    if (parsed == NULL) {
        buf_printf(why, "not JSON: %s", reason);
        return false;
    }
    struct span list = trim(text);
    bool array = json_is_array(parsed) || json_is_array(json_object_get(parsed, "campaigns"));
    if (json_is_object(parsed) && array)
        json_find(list, "campaigns", &list);
    json_decref(parsed);
    return array ? add_all(s, list, why) : add_campaign(s, list, why);
}

void store_load_sample(struct store *s)
{
    struct buf why = {0};
    add_campaign(s, span_of(sample), &why);
    buf_free(&why);
}

void store_free(struct store *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->list[i].id);
        buf_free(&s->list[i].document);
    }
    free(s->list);
}

struct campaign *store_find(const struct store *s, const char *id)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->list[i].id, id) == 0)
            return &s->list[i];
    return NULL;
}

void store_etag(const struct store *s, const struct campaign *c, char out[ETAG_SIZE])
{
    uint64_t h = ids_mix(s->seed ^ c->revision);
    for (const char *p = c->id; *p != '\0'; p++)
        h = ids_mix(h ^ (unsigned char)*p);
    snprintf(out, ETAG_SIZE, "\"%" PRIu64 "-%016" PRIx64 "\"", c->revision, h);
}

static const char *skip_list_space(const char *p)
{
    return p + strspn(p, " \t,");
}

/* The strong comparison: a weak tag equals nothing. */
static bool etag_listed(const char *list, const char *etag)
{
    if (strcmp(list, "*") == 0)
        return true;
    for (const char *p = skip_list_space(list); *p != '\0'; p = skip_list_space(p)) {
        const char *open = strncmp(p, "W/", 2) == 0 ? p + 2 : p;
        const char *close = *open == '"' ? strchr(open + 1, '"') : NULL;
        if (close == NULL)
            return false;
        size_t n = (size_t)(close + 1 - p);
        if (n == strlen(etag) && memcmp(p, etag, n) == 0)
            return true;
        p = close + 1;
    }
    return false;
}

static enum store_answer check_condition(const struct store *s, const struct campaign *c, const char *if_match, struct span body)
{
    char etag[ETAG_SIZE];
    bool present = false;
    int64_t version = 0;
    if (s->mode == VALIDATORS_ETAG && if_match != NULL) {
        store_etag(s, c, etag);
        return etag_listed(if_match, etag) ? STORE_DONE : STORE_PRECONDITION_FAILED;
    }
    if (s->mode != VALIDATORS_VERSION)
        return STORE_DONE;
    if (!read_version(body, &present, &version))
        return STORE_BAD_VERSION;
    return !present || version == c->version ? STORE_DONE : STORE_VERSION_CONFLICT;
}

enum store_answer store_put(struct store *s, struct campaign *c, const char *if_match, struct span body)
{
    enum store_answer answer = check_condition(s, c, if_match, body);
    if (answer != STORE_DONE)
        return answer;
    c->version++;
    c->puts++;
    s->puts++;
    set_document(s, c, body);
    return STORE_DONE;
}

void store_change(struct store *s, struct campaign *c, struct span patch)
{
    struct buf merged = {0};
    json_merge(&merged, buf_span(&c->document), patch);
    c->version++;
    set_document(s, c, buf_span(&merged));
    buf_free(&merged);
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "schema.h"

#include "request.h"
#include "zone.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_CHARACTERS 256

typedef bool check_fn(const char *field, const json_t *value, struct schema_problem *problem);

struct member_row {
    const char *name;
    bool required;
    check_fn *check;
};

static bool fail(struct schema_problem *p, unsigned status, const char *code, const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static bool fail(struct schema_problem *p, unsigned status, const char *code, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(p->message, sizeof p->message, format, args);
    va_end(args);
    snprintf(p->field, sizeof p->field, "%s", field);
    p->status = status;
    p->code = code;
    return false;
}

static bool wrong_type(struct schema_problem *p, const char *field, const char *expected)
{
    return fail(p, 400, "invalid_value", field, "%s must be %s", field, expected);
}

static bool check_members(const json_t *object, const char *prefix, const struct member_row *rows, size_t count,
                          struct schema_problem *problem)
{
    for (size_t i = 0; i < count; i++) {
        char field[120];
        snprintf(field, sizeof field, "%s%s", prefix, rows[i].name);
        const json_t *value = json_object_get(object, rows[i].name);
        if (value == NULL && rows[i].required)
            return fail(problem, 400, "missing_member", field, "%s is missing", field);
        if (value != NULL && !rows[i].check(field, value, problem))
            return false;
    }
    return true;
}

static bool check_text(const char *field, const json_t *value, struct schema_problem *problem)
{
    return json_string_length(value) > 0 || wrong_type(problem, field, "a string that is not empty");
}

static bool check_bool(const char *field, const json_t *value, struct schema_problem *problem)
{
    return json_is_boolean(value) || wrong_type(problem, field, "true or false");
}

static bool check_number(const char *field, const json_t *value, struct schema_problem *problem)
{
    return json_is_number(value) || wrong_type(problem, field, "a number");
}

/* A document with a number beyond 64 bits reaches us with all its integers as reals. */
static bool check_integer(const char *field, const json_t *value, struct schema_problem *problem)
{
    double d = json_number_value(value);
    bool whole = json_is_integer(value) || (json_is_real(value) && floor(d) >= d);
    return whole || wrong_type(problem, field, "a whole number");
}

static bool check_id(const char *field, const json_t *value, struct schema_problem *problem)
{
    bool valid = json_is_string(value) && campaign_id_is_valid(json_string_value(value), json_string_length(value));
    return valid || wrong_type(problem, field, "1 to 128 of the characters A-Z a-z 0-9 _ -");
}

static size_t count_characters(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

static bool check_name(const char *field, const json_t *value, struct schema_problem *problem)
{
    bool valid = json_string_length(value) > 0 && count_characters(json_string_value(value)) <= NAME_MAX_CHARACTERS;
    return valid || wrong_type(problem, field, "a string of 1 to 256 characters");
}

static bool check_dialer_type(const char *field, const json_t *value, struct schema_problem *problem)
{
    static const char *const known[] = {"predictive", "progressive", "preview"};
    if (!check_text(field, value, problem))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(json_string_value(value), known[i]) == 0)
            return true;
    return fail(problem, 400, "unknown_dialer_type", field, "'%.100s' is none of predictive, progressive, preview",
                json_string_value(value));
}

static bool check_zone(const char *field, const json_t *value, struct schema_problem *problem)
{
    if (!check_text(field, value, problem))
        return false;
    if (zone_is_iana(json_string_value(value)))
        return true;
    return fail(problem, 400, "invalid_time_zone", field, "'%.100s' is not an IANA time zone such as America/New_York",
                json_string_value(value));
}

static bool check_pacing(const char *field, const json_t *value, struct schema_problem *problem)
{
    static const struct member_row rows[] = {
        {"type", true, check_text},
        {"interval", true, check_number},
        {"maxCallsPerInterval", true, check_integer},
        {"throttlePercent", true, check_number},
    };
    if (!json_is_object(value))
        return wrong_type(problem, field, "an object");
    return check_members(value, "pacing.", rows, sizeof rows / sizeof *rows, problem);
}

static bool check_rules(const char *field, const json_t *value, struct schema_problem *problem)
{
    static const struct member_row rows[] = {{"name", true, check_text}, {"enabled", true, check_bool}};
    if (!json_is_array(value))
        return wrong_type(problem, field, "an array");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *rule = json_array_get(value, i);
        char prefix[64];
        snprintf(prefix, sizeof prefix, "%s[%zu]", field, i);
        if (!json_is_object(rule))
            return wrong_type(problem, prefix, "an object");
        strcat(prefix, ".");
        if (!check_members(rule, prefix, rows, sizeof rows / sizeof *rows, problem))
            return false;
    }
    return true;
}

static bool check_advanced(const char *field, const json_t *value, struct schema_problem *problem)
{
    static const struct member_row rows[] = {{"autoRebalance", false, check_bool}, {"queuePriority", false, check_integer}};
    if (!json_is_object(value))
        return wrong_type(problem, field, "an object");
    return check_members(value, "advancedDialerSettings.", rows, sizeof rows / sizeof *rows, problem);
}

bool schema_check(const json_t *campaign, struct schema_problem *problem)
{
    static const struct member_row rows[] = {
        {"id", true, check_id},
        {"name", true, check_name},
        {"status", true, check_text},
        {"dialerType", true, check_dialer_type},
        {"maxConcurrentCalls", true, check_integer},
        {"timeZone", true, check_zone},
        {"pacing", true, check_pacing},
        {"rules", false, check_rules},
        {"advancedDialerSettings", false, check_advanced},
    };
    if (!json_is_object(campaign))
        return fail(problem, 400, "malformed_body", "", "the body must be a JSON object");
    return check_members(campaign, "", rows, sizeof rows / sizeof *rows, problem);
}

static bool over(struct schema_problem *p, const char *field, double value, const char *limit)
{
    return fail(p, 422, "engine_limit", field, "%s is %.15g, but %s", field, value, limit);
}

bool schema_check_engine(const json_t *campaign, int64_t licensed_agents, struct schema_problem *problem)
{
    const json_t *pacing = json_object_get(campaign, "pacing");
    double concurrent = json_number_value(json_object_get(campaign, "maxConcurrentCalls"));
    double interval = json_number_value(json_object_get(pacing, "interval"));
    double calls = json_number_value(json_object_get(pacing, "maxCallsPerInterval"));
    double throttle = json_number_value(json_object_get(pacing, "throttlePercent"));
    char licensed[80];
    snprintf(licensed, sizeof licensed, "%lld agents are licensed", (long long)licensed_agents);
    if (concurrent > (double)licensed_agents)
        return over(problem, "maxConcurrentCalls", concurrent, licensed);
    if (concurrent < 1)
        return over(problem, "maxConcurrentCalls", concurrent, "must be at least 1");
    if (interval < 10)
        return over(problem, "pacing.interval", interval, "must be at least 10 seconds");
    if (calls < 1)
        return over(problem, "pacing.maxCallsPerInterval", calls, "must be at least 1");
    if (throttle <= 0 || throttle > 1)
        return over(problem, "pacing.throttlePercent", throttle, "must be above 0 and at most 1");
    return true;
}

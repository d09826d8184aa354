/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/codes.h"

#define ERROR CXD_SEVERITY_ERROR
#define WARNING CXD_SEVERITY_WARNING

#define API "the API's schema of a campaign"
#define HOURS "the table of calling hours; US: 47 CFR 64.1200(c)(1) and 16 CFR 310.4(c)"

/* What the rules about one limit have in common. */
#define UNTOUCHED \
  "While the campaign will be running after the update (`/status` of the merged campaign is `running`), a value that the change does\n" \
  "not set is looked at too, as it stands on the server; that finding is at most a warning."

#define INPUTS "in the configuration or the policy; without them it is not looked for."

const struct cxd__code_row cxd__codes[CXD__CODE_COUNT] = {
    [CXD__CODE_SCHEMA_ID] =
        {"schema.id", ERROR, 1, API,
         "`/id` is missing, not a string, or not 1 to 128 of `A-Z a-z 0-9 _ -`; or the change is for another campaign than the document it\n"
         "was read from or the campaign that the server sent. Checked in both modes: without an id nothing can be addressed.",
         "write the id as the server lists it, and leave it as it was read."},

    [CXD__CODE_SCHEMA_TYPE] =
        {"schema.type", ERROR, 1, API,
         "A documented member has another JSON type than the API takes, such as `\"150\"` for a number. `null` for an object or array\n"
         "(`/pacing`, `/rules`, `/advancedDialerSettings`) is a wrong type too. A member of a wrong type has no findings of other rules.\n"
         "\n"
         "| Type | Members |\n"
         "|---|---|\n"
         "| string | `/id` `/name` `/status` `/dialerType` `/timeZone` `/pacing/type` |\n"
         "| integer | `/maxConcurrentCalls` `/pacing/interval` `/pacing/maxCallsPerInterval` `/advancedDialerSettings/queuePriority` |\n"
         "| number | `/pacing/throttlePercent` |\n"
         "| boolean | `/advancedDialerSettings/autoRebalance` |\n"
         "| integer or string | `/version` |\n"
         "| object | `/pacing` `/advancedDialerSettings` |\n"
         "| array | `/rules` |",
         "write what the message says; numbers and `true`/`false` stand without quotes."},

    [CXD__CODE_SCHEMA_NULL] =
        {"schema.null", WARNING, 0, API,
         "A documented scalar member is `null`. It can be sent on purpose, but the API does not say what null means there.",
         "write a value, or leave the member out to keep what the server has."},

    [CXD__CODE_SCHEMA_REQUIRED] =
        {"schema.required", ERROR, 0, API,
         "In replace mode one of `/name`, `/dialerType`, `/maxConcurrentCalls`, `/timeZone`, `/pacing/type`, `/pacing/interval`,\n"
         "`/pacing/maxCallsPerInterval`, `/pacing/throttlePercent` is missing. In merge mode: the change deletes one of them.\n"
         "`/status` is not required: a document that always carries it starts paused campaigns.",
         "add the member, or use `update.mode=merge`."},

    [CXD__CODE_SCHEMA_NUMBER] =
        {"schema.number", ERROR, 1, API,
         "An integer member has a fraction or does not fit 64 bits (`1.0` and `1e2` are integers), a real does not fit a double, or\n"
         "`queuePriority` is below 0. `/version` may be an integer of any length.",
         "write a whole number in range."},

    [CXD__CODE_SCHEMA_NAME] =
        {"schema.name", ERROR, 0, API,
         "`/name` has no or more than 256 characters (Unicode code points).",
         "write a name of 1 to 256 characters."},

    [CXD__CODE_SCHEMA_ENUM] =
        {"schema.enum", WARNING, 0, API,
         "A value that the API does not document: `/status` other than `running`, `paused`, `stopped`; `/dialerType` other than\n"
         "`predictive`, `progressive`, `preview`; `/pacing/type` other than `fixed`. A warning, because servers grow; a near known value is\n"
         "proposed.",
         "correct it, or go on if your server knows it. Strict installations raise it to `error` in the policy."},

    [CXD__CODE_SCHEMA_RULES] =
        {"schema.rules", ERROR, 0, API,
         "An entry of `/rules` is not an object, its `name` is missing, empty, no string or the name of an earlier entry, or its `enabled` is\n"
         "neither `true` nor `false`. The pointer names the entry (`/rules/2/name`). At most 16 entries are named; the rest is counted.",
         "write entries of the form `{\"name\":\"...\",\"enabled\":true}` with different names."},

    [CXD__CODE_SCHEMA_SIMILAR] =
        {"schema.similar", WARNING, 0, API,
         "The change sets a member that the API does not document, and whose name is almost that of a documented one: it would be sent as an\n"
         "unknown member, and the dialer would go on with what it has. At the top level and inside `/pacing` and `/advancedDialerSettings`:\n"
         "\n"
         "- the same name in other case, or with `_`, `-` or blanks in it: `MaxConcurrentCalls`, `max_concurrent_calls`;\n"
         "- a name that one or two letters turn into a documented name of six letters or more: `maxConcurentCalls`; for a name of less than\n"
         "  six letters, one;\n"
         "- at the top level, a member of `/pacing` or `/advancedDialerSettings` by its name alone or as a path: `throttlePercent`,\n"
         "  `pacing.interval`.\n"
         "\n"
         "The message names the member that was probably meant. At most 16 members are named. Other unknown members are left to the server.",
         "correct the name, or go on if your server knows it. Strict installations raise it to `error` in the policy."},

    [CXD__CODE_CAPACITY_CONCURRENCY] =
        {"capacity.concurrency", ERROR, 0, "config validate.max_concurrent_calls and policy limits.max_concurrent_calls, the stricter",
         "`/maxConcurrentCalls` is below 1 or above the limit (500).\n"
         "\n" UNTOUCHED,
         "write 1 to the limit, or raise the limit where it is set."},

    [CXD__CODE_CAPACITY_LICENSED] =
        {"capacity.licensed", ERROR, 0, "config validate.agents and validate.lines_per_agent, or the policy's capacity inputs",
         "`/maxConcurrentCalls` is above what is licensed: `validate.agents` x `validate.lines_per_agent` (1 when unset). It needs\n"
         "`validate.agents` " INPUTS "\n"
         "\n" UNTOUCHED,
         "write at most the number in the message, or correct the agents or the lines for each of them where they are set."},

    [CXD__CODE_CAPACITY_UNREACHABLE] =
        {"capacity.unreachable", WARNING, 0, "Little's law, with the capacity inputs of config or policy",
         "`/maxConcurrentCalls` and the pacing do not go together, by Little's law: lines in use = calls dialled in a second x the seconds\n"
         "that a call holds its line. Calls dialled in a second are `/pacing/maxCallsPerInterval` / `/pacing/interval` x\n"
         "`/pacing/throttlePercent`. One of two things is wrong:\n"
         "\n"
         "- pacing cannot reach `/maxConcurrentCalls`, even when every dialled call held a line for 60 s of ringing and every answered one\n"
         "  for its handling time: raising the concurrency further changes nothing;\n"
         "- the answered calls alone need more lines than `/maxConcurrentCalls`: the dialer cannot keep the pacing.\n"
         "\n"
         "It needs `validate.answer_rate` and `validate.aht_s` " INPUTS,
         "change the concurrency or the pacing to the number in the message, or correct answer rate and handling time."},

    [CXD__CODE_CAPACITY_ABANDONMENT] =
        {"capacity.abandonment", ERROR, 0, "16 CFR 310.4(b)(4) and 47 CFR 64.1200(a)(7)",
         "The share of answered calls that is predicted to be abandoned, because no agent is free within `validate.patience_s` (2 s), is above\n"
         "`validate.max_abandonment` (0.03). The law allows 3 % of the calls that a person answers, for each campaign and 30 days; a call counts\n"
         "when nobody speaks within 2 s.\n"
         "\n"
         "- Answered calls in a second are `/pacing/maxCallsPerInterval` / `/pacing/interval` x `/pacing/throttlePercent` x\n"
         "  `validate.answer_rate`; their load is that x `validate.aht_s`, for `validate.agents` agents.\n"
         "- The model is the queue M/M/n with a fixed patience. It is a bound for planning: answers come at random, and the dialer does not wait\n"
         "  for free agents. A dialer that does has fewer abandoned calls.\n"
         "- While the campaign will be running, a pacing that the change does not set is looked at too. It is a warning when the change neither\n"
         "  sets the pacing nor starts the campaign, and when it lowers its calls.\n"
         "\n"
         "It needs `validate.agents`, `validate.answer_rate` and `validate.aht_s` " INPUTS,
         "lower the pacing, or have more agents on duty: the message has the largest pacing and the fewest agents that keep\n"
         "the limit. `cxdialer capacity` shows both for a range of numbers."},

    [CXD__CODE_PACING_INTERVAL] =
        {"pacing.interval", ERROR, 0, "config validate.min_pacing_interval_s and policy limits.min_pacing_interval_s, the stricter",
         "`/pacing/interval` is below the minimum in seconds (10), 0 included; with 0 the pacing accuracy rate is 0.\n"
         "\n" UNTOUCHED,
         "write the minimum or more, or lower the minimum where it is set."},

    [CXD__CODE_PACING_CALLS] =
        {"pacing.calls", ERROR, 0, API,
         "`/pacing/maxCallsPerInterval` is below 1.\n"
         "\n" UNTOUCHED,
         "write 1 or more; pause the campaign to stop its calls."},

    [CXD__CODE_PACING_THROTTLE] =
        {"pacing.throttle", ERROR, 0, "config validate.max_throttle and policy limits.max_throttle, the stricter",
         "`/pacing/throttlePercent` is not above 0, or above the maximum (0.95). In spite of its name it is a fraction: 85 % is `0.85`.\n"
         "\n" UNTOUCHED,
         "write a fraction above 0, at most the maximum."},

    [CXD__CODE_ZONE_UNKNOWN] =
        {"zone.unknown", ERROR, 0, "the IANA time zone database",
         "`/timeZone` is not the name of an IANA time zone:\n"
         "\n"
         "- it has other characters than letters, digits, `_`, `+`, `-` and `/`, an empty part, or more than 64 bytes: such names are never\n"
         "  looked up, so that a name cannot leave the directory;\n"
         "- it has no area: `EST`, `EST5EDT`, `GMT`, `Singapore` and other abbreviations and links without a `/`, although systems have files of\n"
         "  these names. Only `UTC` stands alone. `posix/` and `right/` are copies of the database, not names;\n"
         "- there is no TZif file of that name in `validate.zoneinfo_dir`, or the directory cannot be read: then no zone is known, and nothing\n"
         "  passes.",
         "write the name that the message proposes (`America/New_York` for `EST`), or install the time zone database."},

    [CXD__CODE_ZONE_NOT_APPROVED] =
        {"zone.not_approved", ERROR, 0, "config validate.time_zones and policy time_zones, both must list it",
         "The zone exists, but is not in `validate.time_zones` (default America/New_York, America/Chicago, America/Denver,\n"
         "America/Los_Angeles) or not in the policy's `time_zones`. Both must have it; `*` has every zone. An unknown zone has only `zone.unknown`.",
         "write an approved zone, or add it to the list that the message names."},

    [CXD__CODE_ZONE_TZDATA] =
        {"zone.tzdata", ERROR, 0, "config validate.min_tzdata and policy min_tzdata, the newer",
         "The time zone database in `validate.zoneinfo_dir` is older than `validate.min_tzdata` or the policy's `min_tzdata`, or its version\n"
         "cannot be told while one of them asks for one. The version is that of the file `+VERSION`, or of the first line of `tzdata.zi`.\n"
         "\n"
         "Laws about the clock change at short notice, and a system with an older database is wrong without any other sign. With tzdata 2026f\n"
         "America/Vancouver and America/Edmonton no longer go back on 2026-11-01, and Africa/Casablanca went to UTC+0 on 2026-09-20: an older\n"
         "database is one hour wrong there, and so are the calling hours. Looked for when the change sets `/timeZone`, or calls are to be made.",
         "update the system's time zone database (package `tzdata`); a program that runs sees the new files without a\n"
         "restart. Or ask for an older version where the message says that it is asked for."},

    [CXD__CODE_WINDOW_CLOSED] =
        {"window.closed", ERROR, 0, HOURS,
         "The campaign would call people outside the hours in which the law allows it: the change starts it, raises its calls, turns it to other\n"
         "people or leaves it running, and it is not a legal hour where it calls. Any `/status` but `paused` and `stopped` may be running: servers\n"
         "have other words for it, and one that is not told is not known to be safe.\n"
         "\n"
         "- It is decided for the instant of the check, and again for that of each physical send: an update that was queued at 20:59 does not go\n"
         "  out at 21:01.\n"
         "- Hours are local time in `/timeZone` and in each further zone that the policy names for the campaign. They are those of the\n"
         "  jurisdictions of the campaign or of all in the policy, or of `validate.jurisdiction`. All zones and all jurisdictions must be open.\n"
         "- Hours that end at 21:00 are closed at 21:00. Where the clock repeats or leaves out an hour, the stricter reading counts.\n"
         "- Nothing stops you from stopping: a change that pauses or stops the campaign has no finding, and one that lowers its pace and changes\n"
         "  nothing else but its name, or changes nothing, has a warning. A rebalancing that is asked for (`update.auto_rebalance=on`) is no such change.\n"
         "- Missing data is closed: a zone that is missing or cannot be read is never taken for UTC.\n"
         "- A change that is checked without the campaign of the server, and does not name both status and zone, is left to the update itself.\n"
         "\n"
         "The message has the local time, the hours, the source of the row that closes it, and the next opening.",
         "send the change at the next opening that the message names, or with `/status` set to `paused`. `cxdialer windows`\n"
         "shows the hours and where they come from. If a row is not right for you, put one of your own, with its source, in the policy."},

    [CXD__CODE_WINDOW_DNC] =
        {"window.dnc", ERROR, 0, "the blackouts and holidays of the policy, and the holidays of the table of calling hours",
         "The same as `window.closed`, for days and times on which nobody is to be called: a blackout of the policy (dates, ranges of dates, times\n"
         "of day, every year or once), a holiday of the policy, or a holiday of a jurisdiction that is closed on it. Pausing and\n"
         "stopping have no finding, lowering has a warning. The message has the name of the day or blackout, and the next opening.",
         "send the change at the next opening that the message names, or with `/status` set to `paused`; or narrow the\n"
         "blackout in the policy, if it is not meant for this campaign."},

    [CXD__CODE_WINDOW_INTERVAL] =
        {"window.interval", ERROR, 0, HOURS,
         "The campaign will be running, it is a legal hour, but `/pacing/interval` is longer than what is left of the window: the interval that\n"
         "begins now would end when calling is no longer allowed. It is a warning when the change neither starts the campaign, nor raises its calls,\n"
         "nor sets the interval.",
         "write an interval of at most the seconds that the message says are left, or send the change at the next opening."},

    [CXD__CODE_RULE_FAILED] =
        {"rule.failed", ERROR, 1, "an own rule",
         "An own rule (`cxd_rule`) returned something else than `CXD_ACCEPTED`: its verdict is unknown, the check ends with `CXD_E_RULE`. Bindings\n"
         "turn an exception in the host language into such a value.",
         "look for the error in the rule with the index in the message."},
};

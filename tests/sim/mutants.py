# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Planted defects: each breaks one rule of the world on purpose, to show that the world would see it.

    mutants.py --list                   name and file of each, a line each
    mutants.py --make NAME ROOT OUT     a copy of that file with the defect in it

A mutant is one change of one text in one file of lib/. The text must stand there exactly once, otherwise the build stops:
a mutant that no longer mutates would prove nothing.
"""
import pathlib
import sys

# name, the rules of tests/sim/world/check.h one of which must be named, file, text, and what takes its place
MUTANTS = [
    ("intent-left-out", {1}, "core/put.c", "(op->job.audit == CXD__AUDIT_OFF && !op->job.announce) || op->intent_round == op->round", "op->round"),
    ("intent-of-first-round-only", {1}, "core/put.c", "op->intent_round == op->round)", "op->intent_round)"),
    ("intent-failed-and-sent", {1}, "core/update.c", "op->job.audit == CXD__AUDIT_REQUIRED || event->status == CXD_E_TOO_LARGE", "event->status == CXD_E_TOO_LARGE"),
    ("condition-left-out", {2}, "core/request.c", "op->job.replace ? NULL : op->server->etag", "NULL"),
    ("stale-document-merged", {2}, "core/update.c", "cxd__edits_apply(&op->edits, op->server->root,", "cxd__edits_apply(&op->edits, op->first_base ? (struct cxd__slice){op->first_base, strlen(op->first_base)} : op->server->root,"),
    ("doubt-taken-for-failure", {3}, "core/put.c", "became_doubtful(op, now, &verdict, exchange); return;", "refused(op, now, verdict.status, exchange); return;"),
    ("first-copy-forgotten", {3}, "core/update.c", "if (op->under_way && (", "if (0 && ("),
    ("conflict-not-read-back", {3}, "core/put.c", "if (op->was_ambiguous) {", "if (0) {"),
    ("own-write-not-recognised", {3}, "core/put.c", "if (as_sent && (was", "if (0 && (was"),
    ("cancel-denies-the-put", {3}, "core/update.c", "if (op->put_sent)", "if (0)"),
    ("accepted-taken-for-applied", {3}, "core/put.c", "op->accepted = 1;\n    read_back(op, now);", "cxd__update_finish(op, now, CXD_OUTCOME_APPLIED, NULL);"),
    ("sends-not-counted", {4}, "core/core.c", "result->sends += exchange->sends;", "result->sends += exchange->way == CXD__WAY_ANSWER;"),
    ("lost-reply-without-margin", {5}, "core/limiter.c", "(lost ? LOST_MARGIN_US : limiter->margin_us)", "limiter->margin_us"),
    ("slot-back-after-lost-reply", {5}, "core/limiter.c", "  if (sends)\n    cxd__slots_cool(", "  if (sends && !lost)\n    cxd__slots_cool("),
    ("time-runs-without-a-token", {6}, "core/request.c", "    cxd__op_end_wait(op, now);\n    step_token(op, now, &ask, answer);",
     "    if (op->deadline_mono_us == INT64_MAX)\n      op->deadline_mono_us = now.mono_us + op->core->options.deadline_us;\n    cxd__op_end_wait(op, now);\n    step_token(op, now, &ask, answer);"),
    ("stalled-head-holds-up", {5}, "core/limiter.c", "#define TURN_US 1000000", "#define TURN_US INT64_C(10000000000)"),
    ("attempt-past-the-deadline", {6}, "core/request.c", "return most < left ? most : left;", "return most;"),
    ("deadline-not-looked-at", {6}, "core/waits.c", "op->due_mono_us < op->deadline_mono_us ? op->due_mono_us : op->deadline_mono_us", "op->due_mono_us"),
    ("lease-too-short", {7}, "core/fetch.c", "now.mono_us + for_us + CXD__LEASE_SLACK_US", "now.mono_us + for_us / 4"),
    ("flight-never-taken-over", {7}, "core/shared.c", "shared->flight.lease_mono_us = until_mono_us;", "shared->flight.lease_mono_us = until_mono_us + INT64_C(1000000000000);"),
    ("good-token-not-used", {7}, "core/flight.c", "now.boot_us < flight->token->hard_boot_us;", "now.boot_us < flight->token->soft_boot_us;"),
    ("queue-not-looked-at-again", {6, 7, 9}, "core/core.c", "|| cxd__op_may_leave(op, now, action))", "|| 1)"),
    ("chance-from-elsewhere", {8}, "core/core.c", "core->prng.state = seed;", "static uint64_t made;\n  core->prng.state = seed ^ ++made;"),
    ("end-of-hours-not-sent-along", {9}, "core/request.c", "    action.request.not_after_wall_ms = op->valid_until_ms;\n", ""),
    ("recovery-does-not-wait", {10}, "core/recover.c", "asked_boot_us < safe &&", "0 &&"),
    ("recovery-only-compares-values", {10}, "core/recover.c", "if (was == WAS_SAME)", "if (was == WAS_SAME || cxd__intent_as_before(intent, found->root))"),
    ("recovery-does-not-look-at-values", {10}, "core/recover.c", "as_sent = tells && cxd__intent_as_sent(intent, found->root);", "as_sent = tells && was == WAS_CHANGED;"),
    ("recovery-sees-others-everywhere", {10}, "core/recover.c", "as_sent = tells && cxd__intent_as_sent(intent, found->root);", "as_sent = 0;"),
    ("window-not-checked-again", {9}, "core/update.c", "if (age >= 0 && age < CHECK_LIFE_MS)", "if (age >= 0)"),
]


def mutated(mutant, root):
    name, _, file, before, after = mutant
    source = (pathlib.Path(root) / "lib" / file).read_text(encoding="utf-8")
    found = source.count(before)
    if found != 1:
        sys.exit(f"mutant {name}: its text stands {found} times in lib/{file}, not once: {before!r}")
    return source.replace(before, after)


def main(arguments):
    if arguments[:1] == ["--list"]:
        for name, _, file, _, _ in MUTANTS:
            print(name, file)
    elif len(arguments) == 4 and arguments[0] == "--make":
        _, name, root, out = arguments
        mutant = next(m for m in MUTANTS if m[0] == name)
        pathlib.Path(out).write_text(mutated(mutant, root), encoding="utf-8")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

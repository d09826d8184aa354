/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "validate/rules.h"
#include "validate/text.h"

/* Values of a wrong type or range have a finding of their own already: they are not judged here. */
static int integer_of(const struct cxd__subject *subject, int64_t *out) {
  return cxd__json_kind(subject->value) == CXD__JSON_NUMBER && cxd__json_int(subject->value, out);
}

void cxd__judge_concurrency(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__subject subject = cxd__subject_of(context, CXD__MEMBER_MAX_CONCURRENT_CALLS);
  const struct cxd__limit *limit = &context->settings->max_concurrent_calls;
  struct cxd__shown shown;
  int64_t calls;
  if (!integer_of(&subject, &calls))
    return;
  if (calls < 1)
    cxd__found_in(context, row->code, &subject, "%s concurrent calls is below 1, the least the API takes: write 1 to %lld, or pause the campaign to stop its calls",
                  cxd__show(&shown, subject.value), (long long)limit->value);
  else if (calls > limit->value)
    cxd__found_in(context, row->code, &subject, "%s concurrent calls is above the limit of %lld (%s): write 1 to %lld, or raise the limit there",
                  cxd__show(&shown, subject.value), (long long)limit->value, limit->source, (long long)limit->value);
}

void cxd__judge_interval(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__subject subject = cxd__subject_of(context, CXD__MEMBER_PACING_INTERVAL);
  const struct cxd__limit *limit = &context->settings->min_pacing_interval_s;
  struct cxd__shown shown;
  int64_t seconds;
  if (integer_of(&subject, &seconds) && seconds < limit->value)
    cxd__found_in(context, row->code, &subject, "an interval of %s s is below the minimum of %lld s (%s)%s: write %lld or more, or lower the minimum there",
                  cxd__show(&shown, subject.value), (long long)limit->value, limit->source, seconds == 0 ? "; the pacing accuracy rate is 0 with it" : "",
                  (long long)limit->value);
}

void cxd__judge_calls(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__subject subject = cxd__subject_of(context, CXD__MEMBER_PACING_CALLS);
  struct cxd__shown shown;
  int64_t calls;
  if (integer_of(&subject, &calls) && calls < 1)
    cxd__found_in(context, row->code, &subject, "%s calls per interval is below 1, the least of %s: write 1 or more, or pause the campaign to stop its calls",
                  cxd__show(&shown, subject.value), cxd__codes[row->code].source);
}

void cxd__judge_throttle(struct cxd__context *context, const struct cxd__rule_row *row) {
  struct cxd__subject subject = cxd__subject_of(context, CXD__MEMBER_PACING_THROTTLE);
  const struct cxd__settings *settings = context->settings;
  struct cxd__shown shown;
  double throttle;
  if (cxd__json_kind(subject.value) != CXD__JSON_NUMBER || !cxd__json_real(subject.value, &throttle))
    return;
  if (!(throttle > 0))
    cxd__found_in(context, row->code, &subject, "a throttle of %s is not above 0, the least of the API: write a fraction above 0, at most %s, or pause the campaign to stop its calls",
                  cxd__show(&shown, subject.value), settings->max_throttle_text);
  else if (throttle > settings->max_throttle)
    cxd__found_in(context, row->code, &subject, "a throttle of %s is above the maximum of %s (%s)%s: write a fraction above 0, at most %s, or raise the maximum there",
                  cxd__show(&shown, subject.value), settings->max_throttle_text, settings->max_throttle_source,
                  throttle > 1 ? "; throttlePercent is a fraction in spite of its name" : "", settings->max_throttle_text);
}

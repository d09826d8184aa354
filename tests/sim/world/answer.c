/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* An HTTP-date; the month and day names of strftime would follow the locale. */
static void http_date(int64_t unix_s, char out[FIELD_MAX]) {
  static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t seconds = (time_t)unix_s;
  struct tm tm;
  (void)gmtime_r(&seconds, &tm);
  snprintf(out, FIELD_MAX, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void retry_after(struct server *server, int64_t now, enum fault_retry kind, struct reply *reply) {
  int64_t seconds = prng_chance(&server->prng, 700) ? prng_between(&server->prng, 0, 4) : prng_between(&server->prng, 5, 300);
  switch (kind) {
  case RETRY_NONE: return;
  case RETRY_SECONDS: snprintf(reply->retry_after, FIELD_MAX, "%lld", (long long)seconds); return;
  case RETRY_DATE: http_date(WORLD_EPOCH_MS / 1000 + now / SECOND + seconds, reply->retry_after); return;
  case RETRY_HUGE: snprintf(reply->retry_after, FIELD_MAX, "%s", "86400"); return;
  case RETRY_JUNK: snprintf(reply->retry_after, FIELD_MAX, "%s", "1.5e1"); return;
  }
}

static void error_body(int status, struct reply *reply) {
  snprintf(reply->body, sizeof reply->body, "{\"code\":\"E%d\",\"message\":\"refused by the world\",\"requestId\":\"w-%d\"}", status, status);
}

void answer_refusal(struct server *server, int64_t now, int status, struct reply *reply) {
  reply->status = status;
  error_body(status, reply);
  if (status == 429 && server->plan->policy == QUOTA_STRICT) { /* as such servers do: the truth in whole seconds, or not a word */
    if (!server->plan->silent)
      snprintf(reply->retry_after, FIELD_MAX, "%lld", (long long)((quota_wait_us(&server->quota) + SECOND - 1) / SECOND));
  } else if (status == 429)
    retry_after(server, now, RETRY_SECONDS, reply);
}

static void true_body(struct server *server, int64_t now, const struct message *message, struct reply *reply) {
  char token[FIELD_MAX];
  if (message->kind == MESSAGE_TOKEN) {
    server_issue(server, now, token);
    snprintf(reply->body, sizeof reply->body, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld}", token, (long long)server->plan->token_life_s);
  } else if (message->kind == MESSAGE_LIST)
    snprintf(reply->body, sizeof reply->body, "{\"items\":[]}");
  else {
    doc_write(&server->campaigns[message->campaign].doc, server->campaigns[message->campaign].id, reply->body);
    server_etag(server, message->campaign, reply->etag);
  }
}

void answer_write(struct server *server, int64_t now, const struct message *message, const struct fault *fault, const struct doc *old, struct reply *reply) {
  reply->status = fault->status;
  reply->end = fault->end;
  reply->work_us = fault->work_us ? prng_between(&server->prng, fault->work_us / 20, fault->work_us) : 0;
  if (prng_chance(&server->prng, 500))
    http_date(WORLD_EPOCH_MS / 1000 + now / SECOND, reply->date);
  if (prng_chance(&server->prng, server->plan->rate_limit_fields))
    snprintf(reply->rate_limit, FIELD_MAX, "\"world\";r=0;t=%lld", (long long)prng_between(&server->prng, 0, 6));
  retry_after(server, now, fault->retry, reply);
  switch (fault->body) {
  case BODY_ERROR: error_body(fault->status, reply); break;
  case BODY_TRUE: true_body(server, now, message, reply); break;
  case BODY_OLD: doc_write(old, server->campaigns[message->campaign].id, reply->body); break;
  case BODY_GARBAGE: snprintf(reply->body, sizeof reply->body, "<html>It works!</html>"); break;
  case BODY_ANOTHER: doc_write(old, "somebody-else", reply->body); break;
  case BODY_EMPTY: break;
  }
  if (fault->end == REPLY_CUT)
    reply->body[strlen(reply->body) / 2] = '\0';
}

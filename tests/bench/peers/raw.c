/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#include "raw.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
  CURL *easy;
  CURLU *url;
  int reading; /* the GET of merge mode */
  char body[4096];
  char target[64];
  char address[512];
};

struct raw {
  const struct job *job;
  struct raw_how how;
  CURLM *multi;
  struct curl_slist *headers;
  struct slot *slots;
  long number, left, flying, ok;
};

static size_t ignore(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  (void)context;
  return size * count;
}

static void give_up(const char *what) {
  (void)fprintf(stderr, "raw loop: %s\n", what);
  exit(1);
}

static struct curl_slist *make_headers(const struct job *job) {
  char line[5000];
  (void)snprintf(line, sizeof line, "Authorization: Bearer %s", job->token);
  struct curl_slist *list = curl_slist_append(NULL, "Accept: application/json");
  list = curl_slist_append(list, "Expect:");
  list = curl_slist_append(list, "Content-Type: application/json");
  return curl_slist_append(list, line);
}

static void prepare_slot(const struct raw *raw, struct slot *slot) {
  const struct job *job = raw->job;
  slot->easy = curl_easy_init();
  CURL *e = slot->easy;
  (void)curl_easy_setopt(e, CURLOPT_PRIVATE, (void *)slot);
  (void)curl_easy_setopt(e, CURLOPT_HTTPHEADER, raw->headers);
  (void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, ignore);
  (void)curl_easy_setopt(e, CURLOPT_USERAGENT, "raw/1");
  (void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  (void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, raw->how.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  if (raw->how.http2)
    (void)curl_easy_setopt(e, CURLOPT_PIPEWAIT, 1L);
  if (job->has_ca && !raw->how.no_ca) {
    (void)curl_easy_setopt(e, CURLOPT_CAINFO, job->ca);
    (void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
  }
  if (!raw->how.tuned)
    return;
  slot->url = curl_url();
  if (curl_url_set(slot->url, CURLUPART_URL, job->base, 0) != CURLUE_OK)
    give_up("no URL");
  (void)curl_easy_setopt(e, CURLOPT_CURLU, slot->url);
  (void)curl_easy_setopt(e, CURLOPT_PROXY, "");
  (void)curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
}

struct raw *raw_open(const struct job *job, const struct raw_how *how) {
  struct raw *raw = calloc(1, sizeof *raw);
  if (!raw)
    give_up("no memory");
  (void)curl_global_init(CURL_GLOBAL_DEFAULT);
  raw->job = job;
  raw->how = *how;
  raw->multi = curl_multi_init();
  raw->headers = make_headers(job);
  raw->slots = calloc((size_t)job->in_flight, sizeof *raw->slots);
  (void)curl_multi_setopt(raw->multi, CURLMOPT_MAXCONNECTS, (long)job->in_flight + 4);
  (void)curl_multi_setopt(raw->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 128L);
  for (int i = 0; i < job->in_flight; i++)
    prepare_slot(raw, &raw->slots[i]);
  return raw;
}

static void aim(const struct raw *raw, struct slot *slot) {
  if (raw->how.tuned)
    (void)curl_easy_setopt(slot->easy, CURLOPT_REQUEST_TARGET, slot->target);
  else
    (void)curl_easy_setopt(slot->easy, CURLOPT_URL, slot->address);
}

static void send_slot(struct raw *raw, struct slot *slot) {
  if (slot->reading) {
    (void)curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, NULL);
    (void)curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L);
  } else {
    (void)curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, "PUT");
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE, (long)raw->job->body_len);
    (void)curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, slot->body);
  }
  if (curl_multi_add_handle(raw->multi, slot->easy) != CURLM_OK)
    give_up("libcurl does not take a handle");
}

static void begin(struct raw *raw, struct slot *slot) {
  char id[JOB_ID_LEN + 1];
  job_body(raw->job, slot->body, raw->number);
  job_id(id, raw->number++);
  (void)snprintf(slot->target, sizeof slot->target, JOB_PATH "%s", id);
  (void)snprintf(slot->address, sizeof slot->address, "%s%s", raw->job->base, slot->target);
  aim(raw, slot);
  slot->reading = raw->how.merge;
  raw->left--;
  raw->flying++;
  send_slot(raw, slot);
}

static void ended(struct raw *raw, CURL *easy, CURLcode code) {
  struct slot *slot = NULL;
  long status = 0;
  (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
  (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  (void)curl_multi_remove_handle(raw->multi, easy);
  if (code != CURLE_OK)
    give_up(curl_easy_strerror(code));
  if (slot->reading && status == 200) {
    slot->reading = 0;
    send_slot(raw, slot);
    return;
  }
  raw->ok += status == 200;
  raw->flying--;
  if (raw->left)
    begin(raw, slot);
}

long raw_run(struct raw *raw, long count) {
  int running, messages;
  raw->left = count;
  raw->ok = 0;
  for (int i = 0; i < raw->job->in_flight && raw->left; i++)
    begin(raw, &raw->slots[i]);
  while (raw->flying) {
    CURLMsg *message;
    (void)curl_multi_perform(raw->multi, &running);
    while ((message = curl_multi_info_read(raw->multi, &messages)))
      if (message->msg == CURLMSG_DONE)
        ended(raw, message->easy_handle, message->data.result);
    if (raw->flying)
      (void)curl_multi_poll(raw->multi, NULL, 0, 1000, NULL);
  }
  return raw->ok;
}

void raw_close(struct raw *raw) {
  for (int i = 0; i < raw->job->in_flight; i++) {
    curl_easy_cleanup(raw->slots[i].easy);
    curl_url_cleanup(raw->slots[i].url);
  }
  (void)curl_multi_cleanup(raw->multi);
  curl_slist_free_all(raw->headers);
  free(raw->slots);
  free(raw);
}

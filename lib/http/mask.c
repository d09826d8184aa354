/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

#define _GNU_SOURCE /* memmem, memrchr */
#include "http/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/base64.h"
#include "http/pieces.h"
#include "http/spelling.h"

#define SHORTEST CXD__PIECE_LEAST /* what is shorter is found in every other text, too */
#define PIECE 12
#define WHOLE_LEAST 16            /* a document with a shorter word in it may mean just that word */

struct text {
  char *p; /* NULL: none */
  size_t len;
  char *marks; /* of each byte whether it goes; NULL: all go. None goes before all was looked for: what is left of one would hide another. */
};

/* Texts, and what is done about each credential in them: hidden, or only looked for. */
struct search {
  struct text *texts;
  size_t count;
  int hide, found;
};

static void mark_spelled(char *marks, const struct cxd__spelled *s, const struct cxd__pieces *pieces) {
  size_t until = 0;
  for (size_t i = 0; i < s->len; i++) {
    if (i + pieces->width <= s->len && cxd__pieces_has(pieces, s->bytes + i))
      until = i + pieces->width;
    size_t from = s->from ? s->from[i] : i, to = s->from ? s->from[i + 1] : i + 1;
    if (i < until)
      memset(marks + from, 1, to - from);
  }
}

static void give_up(struct text *text) {
  cxd__free(text->marks);
  text->marks = NULL;
}

static void mark(struct text *text, const struct cxd__pieces *pieces) {
  for (enum cxd__spelling how = CXD__SPELLING_PLAIN; text->marks && how < CXD__SPELLINGS; how++) {
    struct cxd__spelled spelled;
    int read = pieces->slots ? cxd__spelled_read(text->p, text->len, how, &spelled) : -1;
    if (read < 0)
      give_up(text);
    if (read <= 0)
      continue;
    mark_spelled(text->marks, &spelled, pieces);
    cxd__spelled_free(&spelled);
  }
}

static int repeats(const struct text *text, const char *secret, size_t len) {
  int found = 0, read = 0;
  for (enum cxd__spelling how = CXD__SPELLING_PLAIN; !found && read >= 0 && how < CXD__SPELLINGS; how++) {
    struct cxd__spelled spelled;
    read = cxd__spelled_read(text->p, text->len, how, &spelled);
    if (read <= 0)
      continue;
    found = memmem(spelled.bytes, spelled.len, secret, len) != NULL;
    cxd__spelled_free(&spelled);
  }
  return found || read < 0;
}

static void look_for(struct search *search, const char *secret, size_t len) {
  struct cxd__pieces pieces = {0};
  if (len < (search->hide ? SHORTEST : WHOLE_LEAST))
    return;
  if (search->hide)
    (void)cxd__pieces_make(&pieces, secret, len, len < PIECE ? len : PIECE); /* without them, see mark() */
  for (size_t i = 0; i < search->count; i++) {
    struct text *text = &search->texts[i];
    if (!text->p)
      continue;
    if (search->hide)
      mark(text, &pieces);
    else
      search->found |= repeats(text, secret, len);
  }
  cxd__pieces_free(&pieces);
}

/* No memory to say what it looks like: no text is clean. */
static void suspect_all(struct search *search) {
  search->found = 1;
  for (size_t i = 0; i < search->count; i++)
    give_up(&search->texts[i]);
}

/* ------------------------------------------------------------------ what it may look like */

/* As it was sent and, where it was form-encoded for that, as it is. */
static void look_for_value(struct search *search, const char *value, size_t len) {
  struct cxd__spelled raw;
  look_for(search, value, len);
  int read = cxd__spelled_read(value, len, memchr(value, '+', len) ? CXD__SPELLING_FORM : CXD__SPELLING_PERCENT, &raw);
  if (read < 0)
    suspect_all(search);
  if (read <= 0)
    return;
  look_for(search, raw.bytes, raw.len);
  cxd__spelled_free(&raw);
}

static void look_for_basic(struct search *search, const char *basic) {
  struct cxd__buf encoded = {.secret = 1};
  const char *colon = strchr(basic, ':');
  cxd__base64(&encoded, basic);
  if (encoded.failed)
    suspect_all(search);
  else
    look_for(search, encoded.data, encoded.len);
  if (colon)
    look_for_value(search, colon + 1, strlen(colon + 1));
  cxd__buf_free(&encoded);
}

static void look_for_form(struct search *search, const char *form) {
  static const char name[] = "client_secret=";
  const char *value = strstr(form, name);
  if (value)
    look_for_value(search, value + sizeof name - 1, strcspn(value + sizeof name - 1, "&"));
}

/* libcurl reads them by itself; its password is the text between the first colon and the last @ of what names the host. */
static void look_for_proxies(struct search *search) {
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *url = getenv(names[i]);
    const char *host = url ? strstr(url, "://") : NULL;
    host = host ? host + 3 : url;
    size_t len = host ? strcspn(host, "/?#") : 0;
    const char *end = len ? memrchr(host, '@', len) : NULL, *colon = end ? memchr(host, ':', (size_t)(end - host)) : NULL;
    if (colon)
      look_for_value(search, colon + 1, (size_t)(end - colon) - 1);
  }
}

static void look_for_all(const struct cxd__known *known, struct search *search) {
  const struct cxd__request *request = known->request;
  const struct cxd__secret *secret = known->client_secret;
  if (request->bearer)
    look_for(search, request->bearer, strlen(request->bearer));
  if (request->before)
    look_for(search, request->before, strlen(request->before));
  if (request->basic)
    look_for_basic(search, request->basic);
  if (request->kind == CXD__CLASS_TOKEN && request->body)
    look_for_form(search, request->body);
  if (secret && secret->text)
    look_for(search, secret->text, secret->len);
  if (known->proxy_of_env)
    look_for_proxies(search);
}

/* ---------------------------------------------------------------------------- where */

/* What the sieve does not know is looked for in full. */
static const struct cxd__sieve *sieve_of(const struct cxd__known *known) {
  const struct cxd__request *r = known->request;
  return r->basic || r->kind == CXD__CLASS_TOKEN || known->proxy_of_env ? NULL : known->sieve;
}

static int any_through(const struct cxd__sieve *sieve, const struct text *texts, size_t count, size_t width) {
  for (size_t i = 0; i < count; i++)
    if (texts[i].p && cxd__sieve_lets_through(sieve, texts[i].p, texts[i].len, width))
      return 1;
  return 0;
}

/* Nearly every answer is clean, and this says so without memory and in a hundredth of the time. */
static int nothing_to_hide(const struct cxd__known *known, const struct text *texts, size_t count) {
  const struct cxd__sieve *sieve = sieve_of(known);
  return sieve && (!sieve->shortest || !any_through(sieve, texts, count, sieve->shortest < PIECE ? sieve->shortest : PIECE));
}

static int nothing_repeated(const struct cxd__known *known, const struct text *texts, size_t count) {
  const struct cxd__sieve *sieve = sieve_of(known);
  return sieve && (!sieve->whole || !any_through(sieve, texts, count, sieve->whole));
}

static void hide(const struct cxd__known *known, struct text *texts, size_t count) {
  struct search search = {.texts = texts, .count = count, .hide = 1};
  if (nothing_to_hide(known, texts, count))
    return;
  for (size_t i = 0; i < count; i++)
    texts[i].marks = texts[i].p ? cxd__alloc(texts[i].len) : NULL;
  look_for_all(known, &search);
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; texts[i].p && k < texts[i].len; k++)
      if (!texts[i].marks || texts[i].marks[k])
        texts[i].p[k] = '*';
    cxd__free(texts[i].marks);
  }
}

void cxd__mask_text(const struct cxd__known *known, char *text, size_t len) { hide(known, &(struct text){.p = text, .len = len}, 1); }

static int is_good(const struct cxd__exchange *exchange) { return exchange->way == CXD__WAY_ANSWER && exchange->http_status < 300; }

#define FIELD(name) {.p = exchange->name, .len = exchange->name ? strlen(exchange->name) : 0}
#define BODY {.p = exchange->body.data, .len = exchange->body.len}

/* The body of a good answer is a document: see cxd__mask_needed(). */
void cxd__mask_credentials(const struct cxd__known *known, struct cxd__exchange *exchange) {
  struct text texts[] = {FIELD(request_id), FIELD(www_authenticate), FIELD(content_type), FIELD(retry_after), FIELD(rate_limit), FIELD(date), FIELD(detail), BODY};
  hide(known, texts, sizeof texts / sizeof *texts - (is_good(exchange) ? 1 : 0));
}

int cxd__mask_needed(const struct cxd__known *known, const struct cxd__exchange *exchange) {
  struct text texts[] = {FIELD(etag), BODY};
  struct search search = {.texts = texts, .count = sizeof texts / sizeof *texts};
  if (is_good(exchange) && !nothing_repeated(known, texts, search.count))
    look_for_all(known, &search);
  return search.found;
}

/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the libcxdialer authors */

/*
 * List pages in place of one GET an item. What a page has is as good as an answer to a GET only where the campaign itself has the
 * condition of the PUT, its version, and the server gives no entity tag: an item that goes ahead finds that out. A page is worth its request
 * when it has at least two campaigns that are waited for; the first one that has not ends the reading.
 */
#include "api/batch.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/pointer.h"

#define WAITING_LEAST 8 /* below, an item that goes ahead costs more than pages save */
#define SCOUTS_MOST 3
#define WORTH_LEAST 2
#define BYTES_MOST 67108864u

struct cxd__page_doc {
  uint32_t hash; /* 0: free */
  uint32_t len;
  char *text;
};

static size_t waiting(const cxd_batch *batch) { return atomic_load(&batch->remaining) - batch->in_flight; }

int cxd__prefetch_holds(const cxd_batch *batch) {
  const struct cxd__prefetch *p = &batch->prefetch;
  return p->state == CXD__PREFETCH_LISTING || (p->state == CXD__PREFETCH_SCOUTING && batch->in_flight > 0);
}

void cxd__prefetch_consider(cxd_batch *batch) {
  if (batch->prefetch.state == CXD__PREFETCH_NOT_LOOKED_AT && waiting(batch) >= WAITING_LEAST)
    batch->prefetch.state = batch->rules.prefetch && !batch->updater->job.replace ? CXD__PREFETCH_SCOUTING : CXD__PREFETCH_OVER;
}

/* ----------------------------------------------------------------------------- documents */

static struct cxd__page_doc *slot_of(struct cxd__prefetch *p, uint32_t hash) {
  size_t slot = (hash >> 1) & (p->slots - 1);
  while (p->docs[slot].hash && p->docs[slot].hash != hash)
    slot = (slot + 1) & (p->slots - 1);
  return &p->docs[slot];
}

static int make_table(struct cxd__prefetch *p, size_t count) {
  size_t slots = 64;
  while (slots < 2 * count)
    slots *= 2;
  p->docs = cxd__alloc(slots * sizeof *p->docs);
  p->slots = p->docs ? slots : 0;
  return p->docs ? 0 : -1;
}

static void free_docs(struct cxd__prefetch *p) {
  for (size_t i = 0; i < p->slots; i++)
    cxd__free(p->docs[i].text);
  cxd__free(p->docs);
  p->docs = NULL;
  p->slots = 0;
}

void cxd__prefetch_free(cxd_batch *batch) {
  free_docs(&batch->prefetch);
  cxd__free(batch->prefetch.cursor);
  batch->prefetch.cursor = NULL;
}

/* The slot stays taken, without a text: the probing of others goes over it. */
char *cxd__prefetch_take(cxd_batch *batch, uint32_t hash, size_t *len) {
  struct cxd__page_doc *doc = batch->prefetch.slots && hash ? slot_of(&batch->prefetch, hash) : NULL;
  char *text = doc ? doc->text : NULL;
  if (!text)
    return NULL;
  *len = doc->len;
  doc->text = NULL;
  return text;
}

/* 1: somebody waits for it. */
static int keep(cxd_batch *batch, struct cxd__slice campaign) {
  struct cxd__prefetch *p = &batch->prefetch;
  struct cxd__slice id = cxd__json_member(campaign, "id");
  size_t id_len = 0;
  char *plain = cxd__json_kind(id) == CXD__JSON_STRING ? cxd__json_string(id, &id_len) : NULL;
  uint32_t hash = plain ? cxd__items_wait_for(&batch->items, (struct cxd__slice){plain, id_len}) : 0;
  cxd__free(plain);
  if (!hash || !cxd__json_member(campaign, "version").p || p->bytes + campaign.len > BYTES_MOST)
    return 0;
  struct cxd__page_doc *doc = slot_of(p, hash);
  char *text = doc->hash ? NULL : cxd__strndup(campaign.p, campaign.len);
  if (!text)
    return 0;
  *doc = (struct cxd__page_doc){hash, (uint32_t)campaign.len, text};
  p->bytes += campaign.len;
  p->kept++;
  return 1;
}

/* ---------------------------------------------------------------------------------- pages */

static void over(cxd_batch *batch) {
  batch->prefetch.state = CXD__PREFETCH_OVER;
  cxd__free(batch->prefetch.cursor);
  batch->prefetch.cursor = NULL;
}

static void begin_page(cxd_batch *batch) {
  struct cxd__flight_of *lister = &batch->prefetch.lister;
  *lister = (struct cxd__flight_of){.batch = batch, .item = CXD__NO_ITEM};
  lister->job = (struct cxd__job){.kind = CXD__JOB_LIST, .cursor = batch->prefetch.cursor, .queued = 1, .host = lister};
  if (cxd__engine_begin(batch->session.loan->engine, &lister->job, &batch->session.tools, &lister->op, NULL) != CXD_OK)
    over(batch);
}

static char *next_cursor(struct cxd__slice root) {
  struct cxd__slice next = cxd__json_member(root, "nextCursor");
  char *cursor = cxd__json_kind(next) == CXD__JSON_STRING ? cxd__json_string(next, NULL) : NULL;
  if (cursor && !cursor[0]) {
    cxd__free(cursor);
    return NULL;
  }
  return cursor;
}

static size_t keep_all(cxd_batch *batch, struct cxd__slice array) {
  struct cxd__json_iter iter;
  struct cxd__slice key, value;
  size_t kept = 0;
  cxd__json_walk(&iter, array);
  while (cxd__json_next(&iter, &key, &value))
    kept += (size_t)keep(batch, value);
  return kept;
}

static void take_page(cxd_batch *batch, const struct cxd__buf *body) {
  struct cxd__slice root;
  cxd__free(batch->prefetch.cursor);
  batch->prefetch.cursor = NULL;
  if (cxd__json_check(body->data ? body->data : "", body->len, "reply", &root, NULL) != CXD_OK) {
    over(batch);
    return;
  }
  struct cxd__slice array = cxd__json_kind(root) == CXD__JSON_ARRAY ? root : cxd__json_member(root, "campaigns");
  size_t kept = cxd__json_kind(array) == CXD__JSON_ARRAY ? keep_all(batch, array) : 0;
  batch->prefetch.cursor = next_cursor(root);
  if (!batch->prefetch.cursor || kept < WORTH_LEAST || batch->prefetch.kept >= waiting(batch) || batch->stop != CXD__STOP_NONE)
    over(batch);
  else
    begin_page(batch);
}

void cxd__prefetch_listed(cxd_batch *batch) {
  struct cxd__core *core = cxd__engine_core(batch->session.loan->engine);
  struct cxd__buf body = {0};
  char *etag = NULL;
  cxd_status status = cxd__core_take_reply(core, batch->prefetch.lister.op, &body, &etag, NULL);
  cxd__core_drop(core, batch->prefetch.lister.op);
  if (status == CXD_OK)
    take_page(batch, &body);
  else
    over(batch); /* one by one, then */
  cxd__buf_free(&body);
  cxd__free(etag);
}

/* --------------------------------------------------------------------------------- scouts */

void cxd__prefetch_scouted(cxd_batch *batch, const cxd_result *result) {
  struct cxd__prefetch *p = &batch->prefetch;
  const char *concurrency = result->concurrency;
  if (p->state != CXD__PREFETCH_SCOUTING)
    return;
  if (!concurrency && ++p->scouts < SCOUTS_MOST)
    return; /* it did not get as far as reading */
  int worth = concurrency && concurrency[0] == 'v' && batch->stop == CXD__STOP_NONE && waiting(batch) >= WORTH_LEAST;
  if (!worth || make_table(p, waiting(batch)) != 0) {
    p->state = CXD__PREFETCH_OVER;
    return;
  }
  p->state = CXD__PREFETCH_LISTING;
  begin_page(batch);
}
